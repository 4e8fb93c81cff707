"""Moments, the window of a release, and files that say when archives came out."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from ....schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([Zz])|([+-]\d\d:\d\d)))?", re.ASCII
)
_EXPECTED = "a day, as 2025-01-31, or a time with its zone, as 2025-01-31T12:00:00Z (RFC 3339)"

_FILES = ("filename", "file", "archive")
_NAMES = ("name", "project")
_DATES = ("date", "upload_time_iso_8601", "upload-time", "upload_time", "released")


def parse_moment(text: str) -> datetime:
    """A day, which begins at midnight UTC, or a time of RFC 3339, in UTC.

    A time without its zone is refused: which hour it names could only be guessed.

    Raises:
        ValueError: the text is neither.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no date; expected {_EXPECTED}")
    day, time, fraction, _, offset = found.groups()
    whole = f"{day}T{time or '00:00:00'}.{(fraction or '0')[:6]:0<6}{offset or '+00:00'}"
    try:
        return datetime.fromisoformat(whole).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no date of the calendar; expected {_EXPECTED}") from None


def format_moment(moment: datetime) -> str:
    """The moment in UTC to the second, as 2025-01-31T12:00:00Z; parts of a second are cut off."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


@dataclass(frozen=True, slots=True)
class Window:
    """The moments from ``since``, which is in it, to ``until``, which is not; None has no bound."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def parse(cls, since: str | datetime | None, until: str | datetime | None) -> Window:
        """The window between two moments as a call gives them.

        Raises:
            UsageError: one is no date, or the window is empty.
        """
        window = cls(_bound("since", since), _bound("until", until))
        if window.since and window.until and window.since >= window.until:
            raise UsageError(
                "the window is empty",
                found=f"since {format_moment(window.since)}, until {format_moment(window.until)}",
                expected="since before until",
            )
        return window

    def is_before(self, moment: datetime) -> bool:
        """Whether the moment lies before the window."""
        return self.since is not None and moment < self.since

    def is_after(self, moment: datetime) -> bool:
        """Whether the moment lies behind the window."""
        return self.until is not None and moment >= self.until

    def __contains__(self, moment: datetime) -> bool:
        return not self.is_before(moment) and not self.is_after(moment)


def _bound(name: str, value: str | datetime | None) -> datetime | None:
    if not isinstance(value, str):
        return value
    try:
        return parse_moment(value)
    except ValueError:
        raise UsageError(f"{name} is no date", found=repr(value), expected=_EXPECTED) from None


def stated_moment(text: str) -> datetime:
    """The date that a call states for sources that carry none.

    Raises:
        UsageError: it is no date.
    """
    try:
        return parse_moment(text)
    except ValueError:
        raise UsageError("the date is none", found=repr(text), expected=_EXPECTED) from None


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Dates of archives that a file of the user's lists."""

    by_file: dict[str, datetime] = field(default_factory=dict[str, datetime])
    by_version: dict[tuple[str, str], datetime] = field(
        default_factory=dict[tuple[str, str], datetime]
    )

    def find(self, filename: str, name: str | None, version: str | None) -> datetime | None:
        """The date stated for a file, or else for a version of a project."""
        if filename in self.by_file:
            return self.by_file[filename]
        if name is None or version is None:
            return None
        return self.by_version.get((canonicalize_name(name), version))

    def add(self, row: dict[str, Any]) -> None:
        """Take in what one row states.

        Raises:
            ValueError: it states no date, not what for, or another one than a row before it.
        """
        stated = _first(row, _DATES)
        if stated is None:
            raise ValueError(f"it has no date; expected a value in one of {', '.join(_DATES)}")
        moment = parse_moment(stated)
        filename, name, version = (
            _first(row, _FILES),
            _first(row, _NAMES),
            _first(row, ("version",)),
        )
        if filename is not None:
            known = self.by_file.setdefault(filename.rpartition("/")[2], moment)
        elif name is not None and version is not None:
            known = self.by_version.setdefault((canonicalize_name(name), version), moment)
        else:
            raise ValueError("it names no archive; expected filename, or name and version")
        if known != moment:
            raise ValueError(f"it was dated {format_moment(known)} before")


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str | None:
    values = (row.get(name) for name in names)
    return next((str(value).strip() for value in values if value not in (None, "")), None)


def read_sidecar(path: Path) -> Sidecar:
    """Read a file of dates: CSV with a header, a JSON object or list, or JSON lines.

    A row has ``filename``, or ``name`` and ``version``, and ``date``. A JSON object may also give
    dates by file name.

    Raises:
        UsageError: there is no such file.
        DataError: it is not readable, or a row does not say what it must.
    """
    if not path.is_file():
        raise UsageError("there is no such file of dates", place=path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError("the file of dates is not UTF-8", place=path, found=str(error)) from None
    sidecar = Sidecar()
    for line, row in _rows(text, path):
        try:
            sidecar.add(row)
        except ValueError as error:
            raise DataError("a row dates no archive", place=path, line=line, found=error) from None
    return sidecar


def _rows(text: str, path: Path) -> Iterator[tuple[int | None, dict[str, Any]]]:
    start = text.lstrip()[:1]
    if start not in ("{", "["):
        reader = csv.DictReader(io.StringIO(text, newline=""))
        try:
            folded = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
            reader.fieldnames = folded
            for cells in reader:
                yield reader.line_num, dict(cells)
        except csv.Error as error:
            raise DataError(
                "the file of dates is not CSV", place=path, line=reader.line_num, found=error
            ) from None
        return
    try:
        yield from _json_rows(json.loads(text), path)
    except json.JSONDecodeError as error:
        if start == "[":
            raise DataError(
                "the file of dates is not JSON", place=path, line=error.lineno, found=error.msg
            ) from None
        yield from _json_lines(text, path)


def _json_rows(payload: Any, path: Path) -> Iterator[tuple[int | None, dict[str, Any]]]:
    if isinstance(payload, dict) and _first(payload, _DATES) is not None:
        payload = [payload]  # JSON lines of one line
    if isinstance(payload, dict):
        for filename, date in payload.items():
            yield None, {"filename": filename, "date": date}
        return
    for number, row in enumerate(payload, 1):
        if not isinstance(row, dict):
            raise DataError(
                f"item {number} of the dates is no object", place=path, found=repr(row)[:80]
            )
        yield None, row


def _json_lines(text: str, path: Path) -> Iterator[tuple[int | None, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(
                "the file of dates is neither JSON nor JSON lines",
                place=path,
                line=number,
                found=error.msg,
            ) from None
        if not isinstance(row, dict):
            raise DataError("a line is no object", place=path, line=number, found=line[:80])
        yield number, row
