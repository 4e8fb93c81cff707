"""Domains that a person gave to repositories and samples, which win over those found.

A TOML file::

    requests = ["Internet"]
    "requests/requests.auth.HTTPDigestAuth.build_digest_header" = ["Security", "Internet"]
    "notes/notes.misc.shuffle" = []                  # known to belong nowhere

or a CSV file with the columns ``id`` and ``domains``, several domains parted by ``;``.
"""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ...schemas.code import DOMAINS
from ...schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_HEADER = ["id", "domains"]
_FORM = 'id = ["Domain", …] in TOML, or a CSV file with the columns id and domains'


@dataclass(frozen=True)
class Corrections:
    """Repository or sample → its domains, the main one first."""

    domains: Mapping[str, tuple[str, ...]]
    place: Path | None = None

    def check(self, known: Collection[str]) -> None:
        """Raise ``DataError`` if one of the identifiers is none of the known ones.

        Args:
            known: all repositories and all samples that could be corrected.
        """
        lost = [key for key in self.domains if key not in known]
        if not lost:
            return
        near = get_close_matches(lost[0], known, n=3, cutoff=0.6)
        raise DataError(
            f"{len(lost)} correction(s) match no repository and no sample",
            place=self.place,
            found=", ".join(map(repr, lost[:5])) + (", …" if len(lost) > 5 else ""),
            expected="names of repositories, or identifiers of samples as repository/namespace",
            hint=f"did you mean {' or '.join(map(repr, near))}?" if near else None,
        )


NO_CORRECTIONS = Corrections({})


def load_corrections(path: Path) -> Corrections:
    """Read a file of corrections; one that ends in ``.csv`` is CSV, any other TOML.

    Raises:
        UsageError: there is no such file.
        DataError: it has another form, names an unknown domain, or an identifier twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError("there is no such file of corrections", place=path) from None
    except UnicodeDecodeError as error:
        raise DataError("the corrections are not UTF-8", place=path, found=error) from None
    read = _from_csv if path.suffix.lower() == ".csv" else _from_toml
    found: dict[str, tuple[str, ...]] = {}
    for line, key, domains in read(text, path):
        if key in found:
            raise DataError("an identifier is corrected twice", place=path, line=line, found=key)
        found[key] = _checked(domains, path, line)
    return Corrections(found, path)


def _from_toml(text: str, path: Path) -> Iterator[tuple[None, str, Any]]:
    try:
        payload = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(
            "the corrections are not TOML",
            place=path,
            found=error,
            expected=_FORM,
            hint="identifiers with other signs than letters, digits, - and _ stand in quotes",
        ) from None
    for key, domains in payload.items():
        yield None, key, domains


def _from_csv(text: str, path: Path) -> Iterator[tuple[int, str, Any]]:
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        header = next(rows, [])
        if [name.strip().lower() for name in header] != _HEADER:
            raise DataError(
                "the corrections have another header",
                place=path,
                line=1,
                found=", ".join(header) or "nothing",
                expected=", ".join(_HEADER),
            )
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(_HEADER) or not row[0].strip():
                raise DataError(
                    "a correction has another form",
                    place=path,
                    line=rows.line_num,
                    found=", ".join(row),
                    expected="an identifier and its domains, parted by ;",
                )
            domains = [name.strip() for name in row[1].split(";") if name.strip()]
            yield rows.line_num, row[0].strip(), domains
    except csv.Error as error:
        raise DataError(
            "the corrections are not CSV", place=path, line=rows.line_num, found=error
        ) from None


def _checked(domains: Any, path: Path, line: int | None) -> tuple[str, ...]:
    if not isinstance(domains, list) or not all(isinstance(name, str) for name in domains):
        raise DataError(
            "a correction has another form",
            place=path,
            line=line,
            found=domains,
            expected=_FORM,
        )
    unknown = [name for name in domains if name not in DOMAINS]
    if unknown:
        near = get_close_matches(unknown[0], DOMAINS, n=1)
        raise DataError(
            f"unknown domain {unknown[0]!r}",
            place=path,
            line=line,
            expected=f"one of {', '.join(DOMAINS)}",
            hint=f"did you mean {near[0]}?" if near else None,
        )
    return tuple(dict.fromkeys(domains))
