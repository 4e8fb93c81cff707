"""Tables of figures by domain and model, as papers print them.

A table is a JSON file with ``models``, their names in order, and under any other key an object of
rows: domain → one figure per model. ``FILE#KEY`` names the rows; ``FILE`` does where there is but
one such object. CSV and TSV have a column ``domain`` and one per model. A figure that is unknown is
null, or an empty field.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ...schemas.errors import DataError, UsageError
from ..row_files import DELIMITERS, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOMAIN = "domain"
MODELS = "models"

Row = tuple[Decimal | None, ...]


@dataclass(frozen=True)
class RateTable:
    """Figures by domain and model."""

    path: Path
    key: str | None
    """Key of its rows in a JSON file."""
    models: tuple[str, ...]
    rows: Mapping[str, Row]
    """Domain → figure of each model."""

    @property
    def source(self) -> str:
        """File, and key of its rows."""
        return self.path.name if self.key is None else f"{self.path.name}#{self.key}"

    @property
    def rounding(self) -> float:
        """Half a unit of the last decimal that any figure has.

        0 where all are whole: such a table counts as exact, as one of numbers of passes is.
        """
        given = [value for row in self.rows.values() for value in row if value is not None]
        last = min((_exponent(value) for value in given), default=0)
        return 0.5 * 10.0**last if last < 0 else 0.0

    def value(self, domain: str, model: str) -> float | None:
        """One figure."""
        found = self.rows[domain][self.models.index(model)]
        return None if found is None else float(found)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def read_table(spec: str | Path) -> RateTable:
    """Read the table that ``FILE`` or ``FILE#KEY`` names.

    Raises:
        UsageError: there is no such key, or no key where several tables are.
        DataError: the file is missing or damaged, or of another format.
    """
    path, key = _split(str(spec))
    ending = path.suffix.lower()
    if ending in DELIMITERS:
        if key is not None:
            raise UsageError("a table of this format has no keys", place=path, found=key)
        return _delimited(path)
    if ending != ".json":
        raise DataError(
            "tables of rates are read from files of other formats",
            place=path,
            found=ending or "no ending",
            expected=", ".join((".json", *DELIMITERS)),
        )
    return _json(path, key)


def _split(spec: str) -> tuple[Path, str | None]:
    """File and key; a file whose own name has a mark ``#`` may go without a key."""
    if Path(spec).is_file() or "#" not in spec:
        return Path(spec), None
    name, _, key = spec.rpartition("#")
    return Path(name), key


# --------------------------------------------------------------------------- CSV, TSV


def _delimited(path: Path) -> RateTable:
    models: tuple[str, ...] = ()
    rows: dict[str, Row] = {}
    for line, row in read_rows(path, what="rates", formats=tuple(DELIMITERS)):
        if DOMAIN not in row or len(row) < 2:
            found = ", ".join(row)
            expected = f"a column {DOMAIN}, and one per model"
            raise DataError("the table lacks columns", place=path, found=found, expected=expected)
        models = tuple(name for name in row if name != DOMAIN)
        domain = row[DOMAIN]
        if domain in rows:
            raise DataError("a domain has two rows", place=path, line=line, found=domain)
        rows[domain] = tuple(_number(row[name], path, f"{domain}, {name}", line) for name in models)
    if not rows:
        raise DataError("the table has no rows", place=path)
    return RateTable(path, None, models, rows)


# --------------------------------------------------------------------------- JSON


def _json(path: Path, key: str | None) -> RateTable:
    content = _content(path)
    models = _names(content.get(MODELS), path)
    tables = [name for name, value in content.items() if _is_table(value)]
    if key is None:
        if len(tables) != 1:
            raise UsageError(
                "the file holds several tables" if tables else "the file holds no table",
                place=path,
                found=", ".join(tables) or None,
                expected="FILE#KEY" if tables else "rows of one figure per model, under a key",
            )
        key = tables[0]
    elif key not in tables:
        raise UsageError.from_unknown_name(f"table of {path.name}", key, tables)
    rows: dict[str, Row] = {}
    for domain, row in content[key].items():
        if len(row) != len(models):
            raise DataError(
                "a row has more or fewer figures than there are models",
                place=path,
                found=f"{len(row)} in {key}, {domain}",
                expected=f"{len(models)}",
            )
        rows[domain] = tuple(
            _number(value, path, f"{key}, {domain}, {model}")
            for model, value in zip(models, row, strict=True)
        )
    return RateTable(path, key, tuple(models), rows)


def _content(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_no_number,
            object_pairs_hook=_unique,
        )
    except (FileNotFoundError, IsADirectoryError):
        raise DataError("there is no file of rates here", place=path) from None
    except UnicodeDecodeError as error:
        raise DataError("the rates are not UTF-8", place=path, found=error) from None
    except json.JSONDecodeError as error:
        raise DataError(
            "the rates are not JSON", place=path, line=error.lineno, found=error.msg
        ) from None
    except (ValueError, RecursionError) as error:
        raise DataError("the rates are wrong", place=path, found=error) from None
    if not isinstance(content, dict):
        raise DataError("the file is no JSON object", place=path)
    return content


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is there twice")
        found[key] = value
    return found


def _names(value: Any, path: Path) -> list[str]:
    """Names of the models; ``DataError`` if they are none."""
    texts = isinstance(value, list) and all(isinstance(name, str) for name in value)
    if texts and value and len(set(value)) == len(value):
        return value
    raise DataError(
        "the file does not name its models",
        place=path,
        found=repr(value)[:100],
        expected=f"a list of different names under {MODELS!r}",
    )


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, dict) and bool(value) and all(isinstance(r, list) for r in value.values())
    )


def _number(value: Any, path: Path, where: str, line: int | None = None) -> Decimal | None:
    """A figure, with the decimals that it is written with."""
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            found = Decimal(value)
            if found.is_finite():
                return found
    except InvalidOperation:
        pass
    raise DataError(
        "a figure is no number",
        place=path,
        line=line,
        found=f"{str(value)[:50]!r} in {where}",
        expected="a number, or nothing where it is unknown",
    )
