"""Numbers of applications, so that the same priority meets from every source.

DOCDB, and with it The Lens and Google, writes a US application of 2004 as serial and two-digit year
(53564104) and one of 2013 as year, series and serial (201361891677); the USPTO writes series and
serial (60535641). Neither says which it is. Here all become COUNTRY-NUMBER-CLASS: for the US year
and serial (US-2004535641-P), for Japan year and serial, for PCT applications the receiving office,
year and serial (EP-2008057583-W). CLASS is the first letter of the kind: A patents (also where no
kind is given), P provisional, U utility models, W international, F designs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_PCT = re.compile(r"PCT/?([A-Z]{2})/?([0-9]{4}|[0-9]{2})/?([0-9]{5,6})")
_TEXT = re.compile(
    r"([A-Z]{2})[\s-]+([0-9A-Z/ .]*?[0-9][0-9A-Z/.]*?)(?:[\s-]+([A-Z][0-9]?))?(?:\s+[0-9]{8})?"
)
_PUNCTUATION = re.compile(r"[\s,./-]+")
_PROVISIONAL_SERIES = ("60", "61", "62", "63")
_DESIGN_SERIES = "29"


def parse_application(text: str) -> str | None:
    """Normalise ``US 53564104 P 20040109`` (The Lens) or ``US-53564104-P`` (Google).

    Returns:
        None if the text is no application number.
    """
    match = _TEXT.fullmatch(text.strip().upper()) if len(text) <= 60 else None
    return application_id(match[1], match[2], match[3]) if match else None


def application_id(country: str, number: str, kind: str | None = None) -> str | None:
    """Normalise an application number in DOCDB's layout or in the office's own.

    US numbers are read as DOCDB's; ``us_application_id`` reads the USPTO's.

    Args:
        country: office, WIPO ST.3.
        number: with or without punctuation and check digit.
        kind: as DOCDB codes it (A, P, U, W, D …), if known.

    Returns:
        None if the parts name no application.
    """
    office, text = country.strip().upper(), number.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", office) or len(text) > 40 or not text.isascii():
        return None
    if match := _PCT.fullmatch(_PUNCTUATION.sub("/", text)):
        return f"{match[1]}-{_year(match[2])}{int(match[3]):06}-W"
    letter = (kind or "").strip().upper()[:1]
    letter = letter if letter.isalpha() else "A"
    own = _by_office(office, text.removeprefix(office).strip(), letter)
    return f"{office}-{own}-{letter}" if own else None


def us_application_id(number: str, filed: date | None) -> str | None:
    """Normalise a US application number as the USPTO writes it: series and serial (10/339,710).

    Args:
        number: eight digits, with or without punctuation; a PCT number is read as such.
        filed: filing date; its year tells apart serials that the series repeat.

    Returns:
        None if it is no such number, or the date is unknown.
    """
    text = number.strip().upper()
    if text.startswith("PCT"):
        return application_id("WO", text)
    digits = re.sub(r"[\s,/-]", "", text)
    if not re.fullmatch(r"[0-9]{8}", digits) or filed is None:
        return None
    series = digits[:2]
    letter = "F" if series == _DESIGN_SERIES else "A"
    if series in _PROVISIONAL_SERIES:
        letter = "P"
    return f"US-{filed.year}{digits[2:]}-{letter}"


def _by_office(office: str, text: str, letter: str) -> str | None:
    digits = _PUNCTUATION.sub("", text)
    if letter == "W" and digits.isdigit():
        return _international(digits)
    if office == "US":
        return _docdb_us(digits)
    if office == "JP":
        return _japanese(text)
    if office == "KR" and (match := re.fullmatch(r"(?:10|20|30)((?:19|20)[0-9]{9})", digits)):
        return match[1]
    plain = _PUNCTUATION.sub("", re.sub(r"\.[0-9X]$", "", text))  # without a check digit
    if not plain.isdigit():
        return plain if re.fullmatch(r"[A-Z0-9]*[0-9][A-Z0-9]*", plain) else None
    return f"{int(plain):08}" if office == "EP" else plain.lstrip("0") or None


def _international(digits: str) -> str | None:
    """Year of two or four digits, then a serial of five, six or (The Lens) seven."""
    width = {7: 2, 8: 2, 9: 4, 10: 4, 11: 4}.get(len(digits))
    if width is None:
        return None
    return f"{_year(digits[:width])}{int(digits[width:]):06}"


def _docdb_us(digits: str) -> str | None:
    if match := re.fullmatch(r"((?:19|20)[0-9]{2})[0-9]{2}([0-9]{6})", digits):
        return match[1] + match[2]
    match = re.fullmatch(r"([0-9]{1,6})([0-9]{2})", digits)
    return f"{_year(match[2])}{int(match[1]):06}" if match else None


def _japanese(text: str) -> str | None:
    bare = re.sub(r"^P[\s.]*(?=[0-9])", "", text)
    if match := re.fullmatch(r"([0-9]{4}|[0-9]{1,2})[\s/-]+([0-9]{1,6})", bare):
        year = int(match[1])
        if year < 100:  # years of the era: Heisei to 12, Showa before
            year += 1988 if year <= 12 else 1925
        return f"{year}{int(match[2]):06}"
    digits = _PUNCTUATION.sub("", bare)
    if match := re.fullmatch(r"((?:19|20)[0-9]{2})([0-9]{6})", digits):
        return match[1] + match[2]
    match = re.fullmatch(r"([0-9]{1,6})([0-9]{2})", digits)
    return f"{_year(match[2])}{int(match[1]):06}" if match else None


def _year(text: str) -> int:
    """Year of four digits, or of two between 1935 and 2034."""
    year = int(text)
    if len(text) == 4:
        return year
    return 1900 + year if year >= 35 else 2000 + year
