"""One spelling for the number of a patent publication, however a source writes it.

The canonical form is COUNTRY-NUMBER-KIND as in Google Patents Public Data, upper case, without
punctuation and leading zeros. Where sources disagree, one form is chosen:

* US applications: year and serial number, whose leading zeros are cut down to six digits:
  2004/0045858, 20040045858 and 2004045858 are 2004045858; a serial of seven digits that begins
  with another digit keeps all seven.
* US grants of other kinds: D, RE, PP, H, T and so on, then the number: D0630349 is D630349.
* WO: four-digit year and six-digit serial, which Google writes only from 2004 on:
  WO 99/12345, WO-9912345 and WO 1999/012345 are WO-1999012345.
* JP: four-digit year and six-digit serial; numbers by era (H0512345, S63-123456) keep the era.
* KR: the 10- or 20- before the year is dropped: 10-2010-0096263 is 20100096263.
"""

from __future__ import annotations

import re
import unicodedata

Split = tuple[str, str, str]
"""Country, number, kind; the kind is empty where it is not known."""

_COUNTRY = re.compile(r"[A-Z]{2}")
_KIND = re.compile(r"[A-Z][A-Z0-9]?")
_SEPARATORS = " _./,'-"
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\u2019": "'"})
_KIND_AND_DATE = re.compile(r"(?<=\d)[ _-]?([A-Z][0-9]?)[ _-]+(?:1[6-9]|20)\d{6}\Z")
_KIND_APART = re.compile(r"(?<=[0-9A-Z])[ _-]+([A-Z][0-9]?)\Z")
_KIND_GLUED = re.compile(r"(?<=\d)([A-Z][0-9]?)\Z")
_NUMBER = re.compile(r"[A-Z]{0,2}\d[0-9A-Z]{0,19}")
_APPLICATION = re.compile(r"[A-Z]{0,4}\d[0-9A-Z]{0,23}")

_US_APPLICATION = re.compile(r"(20\d\d)(\d{6,7})")
_US_APPLICATION_PARTED = re.compile(r"(20\d\d)[ /-]+(\d{1,7})")
_US_OTHER = re.compile(r"(DES|D|RE|PLT|PP|AI|RX|H|T|X)0*([1-9]\d*)")
_US_PREFIX = {"DES": "D", "PLT": "PP"}
_WO = re.compile(r"((?:19|20)\d\d)(\d{5,6})")
_WO_SHORT_YEAR = re.compile(r"(7[89]|[89]\d|0[0-4])(\d{5,6})")
_WO_PARTED = re.compile(r"(\d{4}|\d\d)[ /-]+(\d{1,6})")
_JP_PARTED = re.compile(r"(?:[AP] ?)?((?:19|20)\d\d)[ /-]+(\d{1,6})")
_JP_ERA_PARTED = re.compile(r"([MTSHR]) ?(\d{1,2})[ /-]+(\d{1,6})")
_KR_PARTED = re.compile(r"[12]0-?((?:19|20)\d\d)-?(\d{7})")
_PCT = re.compile(r"PCT[ /-]*([A-Z]{2})[ /-]*(\d{4}|\d\d)[ /-]*(\d{5,6})(?!\d)")
_YEAR_AND_SERIAL = re.compile(r"((?:19|20)\d\d)[ /-]+(\d{1,7})")
_STATED_APPLICATION = re.compile(r"([A-Z]{2})[ _-]+(.*?\d.*?)(?:[ _-]+([A-Z]\d?))?(?:[ _-]+\d{8})?")
_PIVOT_YEAR = 78
"""The PCT came into force in 1978: two-digit years from there on are of the 20th century."""


def split(text: str, *, country: str | None = None, kind: str | None = None) -> Split | None:
    """Country, number and kind of a publication number; None where there is none.

    Args:
        text: such as US-8672134-B2, US8672134B2, US 8,672,134 B2 or, with a country, 08672134.
        country: its two letters, where the source states them apart.
        kind: its kind code, where the source states it apart; it outweighs that in the text.
    """
    rest = _fold(text)
    if country is not None:
        country = _fold(country)
        if rest.startswith(country) and not rest[len(country) :][:1].isalpha():
            rest = rest[len(country) :]
    else:
        country, rest = rest[:2], rest[2:]
    if not _COUNTRY.fullmatch(country):
        return None
    kind = _fold(kind or "")
    if not _KIND.fullmatch(kind):
        kind = ""
    rest, found = _cut_kind(rest.strip(_SEPARATORS), kind)
    number = _number(country, rest)
    return (country, number, kind or found) if number else None


def from_parts(country: str, doc_number: str, kind: str | None) -> Split | None:
    """The same of three separate fields."""
    return split(doc_number, country=country, kind=kind)


def join(country: str, number: str, kind: str) -> str:
    """COUNTRY-NUMBER-KIND, or COUNTRY-NUMBER where the kind is empty."""
    return f"{country}-{number}-{kind}" if kind else f"{country}-{number}"


def publication_id(text: str, country: str | None = None, kind: str | None = None) -> str | None:
    """The canonical id of a publication number; None where the text holds none."""
    parts = split(text, country=country, kind=kind)
    return join(*parts) if parts else None


def application_id(country: str, number: str, kind: str | None = None) -> str | None:
    """The canonical id of an application, as priorities name it; None where there is none.

    International applications, PCT/US2014/060906 or 2014/0060906 of kind W, become
    US-2014060906-W: country of filing, year, six-digit serial.
    """
    country, number, kind = _fold(country), _fold(number), _fold(kind or "")
    international = _PCT.match(number)
    if international:
        country, year, serial = international.groups()
        return f"{country}-{_full_year(year)}{int(serial):06d}-W"
    if not _COUNTRY.fullmatch(country):
        return None
    parted = _YEAR_AND_SERIAL.fullmatch(number)
    if parted:
        number = f"{parted[1]}{int(parted[2]):06d}"
    number = _compact(number).lstrip("0")
    if not _APPLICATION.fullmatch(number):
        return None
    return join(country, number, kind if _KIND.fullmatch(kind) else "")


def application_from_text(text: str) -> str | None:
    """The same of one text: US 201361891677 P 20131016, US-201313949894-A, PCT/EP99/01234."""
    folded = _fold(text)
    if _PCT.match(folded):
        return application_id("", folded)
    stated = _STATED_APPLICATION.fullmatch(folded)
    return application_id(stated[1], stated[2], stated[3]) if stated else None


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).upper().translate(_DASHES)
    return " ".join(folded.split())


def _compact(text: str) -> str:
    return "".join(character for character in text if character not in _SEPARATORS)


def _cut_kind(text: str, kind: str) -> tuple[str, str]:
    """Take the kind off the end: the one given if it stands there, else what looks like one."""
    dated = _KIND_AND_DATE.search(text)
    if dated:
        text = text[: dated.end(1)]
    if kind:
        # A letter before it, or none of its own, is part of the number (a Singapore check digit).
        cut = text.removesuffix(kind)
        return (cut if cut[-1:].isdigit() or cut[-1:] in _SEPARATORS else text), kind
    apart = _KIND_APART.search(text) or _KIND_GLUED.search(text)
    return (text[: apart.start()], apart[1]) if apart else (text, "")


def _number(country: str, text: str) -> str | None:
    text = text.strip(_SEPARATORS)
    if text.startswith("PCT"):
        return None
    number = _RULES.get(country, _compact)(text)
    if country != "WO" and number.isdigit():
        number = number.lstrip("0")
    if not number.isascii() or not _NUMBER.fullmatch(number) or not number.strip("0"):
        return None
    return number


def _us(text: str) -> str:
    parted = _US_APPLICATION_PARTED.fullmatch(text)
    number = _compact(text).lstrip("0")
    application = parted or _US_APPLICATION.fullmatch(number)
    if application:
        return f"{application[1]}{int(application[2]):06d}"
    other = _US_OTHER.fullmatch(number)
    return _US_PREFIX.get(other[1], other[1]) + other[2] if other else number


def _wo(text: str) -> str:
    number = _compact(text)
    found = (
        _WO_PARTED.fullmatch(text) or _WO.fullmatch(number) or _WO_SHORT_YEAR.fullmatch(number)
    )
    return f"{_full_year(found[1])}{int(found[2]):06d}" if found else number


def _jp(text: str) -> str:
    year = _JP_PARTED.fullmatch(text)
    if year:
        return f"{year[1]}{int(year[2]):06d}"
    era = _JP_ERA_PARTED.fullmatch(text)
    return f"{era[1]}{int(era[2]):02d}{int(era[3])}" if era else _compact(text)


def _kr(text: str) -> str:
    parted = _KR_PARTED.fullmatch(text)
    return parted[1] + parted[2] if parted else _compact(text)


def _full_year(year: str) -> str:
    if len(year) == len("1978"):
        return year
    return ("19" if int(year) >= _PIVOT_YEAR else "20") + year


_RULES = {"US": _us, "WO": _wo, "JP": _jp, "KR": _kr}
