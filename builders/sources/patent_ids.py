"""Patent numbers in one form, whichever office, database or typist wrote them.

A publication is COUNTRY-NUMBER-KIND. Offices and databases disagree on NUMBER; here it is

- US applications: year and six-digit serial, as DOCDB and Google write them (2004215390);
- US patents: no leading zeros, behind the letters of designs, plants, reissues (D630349, RE36176);
- WO: four-digit year and six-digit serial, as WIPO writes them today (1998051827);
- EP: seven digits, with leading zeros (0890321);
- JP: era, two-digit year, serial up to 1999 (H09240426, S6212345), then year and six-digit serial;
- KR: publications without the prefix of the right (20050080705);
- elsewhere: letters and digits only, without leading zeros where all are digits.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_LENGTH = 40
"""Longer strings are no patent numbers; the bound keeps the patterns fast."""
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\u00a0": " ", "\u2009": " "}
)
_SEPARATORS = re.compile(r"[\s_.,:-]+")
_KIND = re.compile(r"[A-Z][0-9]?")
_PLAIN_US = re.compile(r"US-(?:[1-9][0-9]{0,7}|20[0-9]{8})-[A-Z][0-9]?")
"""Already normalised, as most citations in Google's data are: a short cut."""
_WHOLE = re.compile(r"([A-Z]{2})[\s_/.,:-]*(.*)")
_TAIL = re.compile(r"(.*?[0-9])[\s_/.,:-]*(?:([A-Z][0-9]?)(?:[\s_]+[0-9]{8})?)?")
_LETTERED_TAIL = re.compile(r"(.*[0-9][A-Z])[\s_.,:-]+([A-Z][0-9]?)")
"""A number may end in a letter, as Singapore's check letters: SG-11201502189U-A1."""
_FOREIGN_PREFIX = re.compile(r"(EP|DE|GB|FR|SU|US|JP|CN|KR)[\s_-]*(?=[0-9])")
"""An office's code in front of a number overrules the country field it stands in. WO is not among
them: JP-WO2005001097-A1 is a Japanese publication."""


class PatentId(NamedTuple):
    """A publication's normalised identity."""

    country: str
    number: str
    kind: str
    """Empty where unknown."""

    def __str__(self) -> str:
        key = f"{self.country}-{self.number}"
        return f"{key}-{self.kind}" if self.kind else key


@lru_cache(maxsize=1 << 16)
def parse_publication(text: str) -> PatentId | None:
    """Read a number with its country, such as ``US 8,672,134 B2`` or ``EP0680812A1``.

    A day behind the kind (``WO_2005_056584_A3_20050825``) is ignored.

    Returns:
        None if the text is no publication number.
    """
    match = _WHOLE.fullmatch(_clean(text))
    return _identify(match[1], match[2], "") if match else None


def publication_id(text: str) -> str | None:
    """The normalised form of a number with its country; None if it is no publication number."""
    if _PLAIN_US.fullmatch(text):
        return text
    identity = parse_publication(text)
    return None if identity is None else str(identity)


@lru_cache(maxsize=1 << 16)
def publication_from_parts(country: str, number: str, kind: str | None = None) -> PatentId | None:
    """Normalise a publication whose country, number and kind stand in fields of their own.

    A kind that stands behind the number is taken where there is none in its field; an office's code
    in front of the number overrules the country.

    Returns:
        None if the parts name no publication.
    """
    office = _clean(country)
    if not re.fullmatch(r"[A-Z]{2}", office):
        return None
    return _identify(office, _clean(number), _clean(kind or ""))


def _clean(text: str) -> str:
    if len(text) > _MAX_LENGTH:
        return ""
    plain = text.translate(_DASHES).strip().upper()
    return plain if plain.isascii() else ""


def _identify(country: str, rest: str, kind: str) -> PatentId | None:
    found = _read(country, rest, kind)
    if found is None or (found.number.isdigit() and found.country != "JP"):
        return found
    # Letters can read as a kind code, digits as a Japanese year: what does not read back as itself
    # is no number.
    tail = f"-{found.kind}" if found.kind else ""
    whole = _read(found.country, found.number + tail, "")
    parts = _read(found.country, found.number, found.kind)
    return found if whole == parts == found else None


def _read(country: str, rest: str, kind: str) -> PatentId | None:
    if rest.startswith(country):
        rest = rest[len(country) :].lstrip(" -_/.,:")
    elif prefix := _FOREIGN_PREFIX.match(rest):
        country, rest = prefix[1], rest[prefix.end() :]
    if not rest:
        return None
    # A number of Singapore may end in the very letter of its kind.
    if _KIND.fullmatch(kind) and (country == "SG" or not rest.endswith(kind)):
        rest = f"{rest}-{kind}"
    match = _LETTERED_TAIL.fullmatch(rest) or _TAIL.fullmatch(rest)
    if not match:
        return None
    number = _NUMBERS.get(country, _plain_number)(match[1])
    return None if number is None else PatentId(country, number, match[2] or "")


# --------------------------------------------------------------------------- numbers by office


def _plain_number(raw: str) -> str | None:
    number = _SEPARATORS.sub("", raw).replace("/", "")
    if number.isdigit():
        return number.lstrip("0") or None
    # A letter and a digit alone are a kind code without its number.
    return number if re.fullmatch(r"(?![A-Z][0-9]$)[A-Z0-9]*[0-9][A-Z0-9]*", number) else None


def _us_number(raw: str) -> str | None:
    text = _SEPARATORS.sub("", raw)
    if match := re.fullmatch(r"(20[0-9]{2})/?([0-9]{6,7})", text):
        return f"{match[1]}{int(match[2]):06}"
    # A slash anywhere else marks the serial of an unpublished application: 10/123456.
    match = re.fullmatch(r"(D|PP|RE|RX|AI|[HTX])?0*([1-9][0-9]{0,7})", text)
    return (match[1] or "") + match[2] if match else None


def _wo_number(raw: str) -> str | None:
    text = _SEPARATORS.sub("", raw).lstrip("/")
    # Without a slash, the length tells: nine digits are a full year and five digits.
    match = re.fullmatch(r"([0-9]{4}|[0-9]{2})/([0-9]{1,6})", text) or re.fullmatch(
        r"([0-9]{2}|[0-9]{4})([0-9]{5}|[0-9]{6})", text
    )
    if not match or not int(match[2]):
        return None
    year = int(match[1])
    if len(match[1]) == 2:
        year += 1900 if year >= 78 else 2000  # the PCT began in 1978
    return f"{year}{int(match[2]):06}" if 1978 <= year < 2078 else None


def _ep_number(raw: str) -> str | None:
    digits = _SEPARATORS.sub("", raw)
    return f"{int(digits):07}" if re.fullmatch(r"0*[1-9][0-9]{0,7}", digits) else None


_JP_JUNK = re.compile(r"[ABPUY][\s.-]*(?=[0-9HS])")
_JP_ERA = re.compile(r"([MTSHR])\s*(?:([0-9]{1,2})[\s./-]+|([0-9]{2}))([0-9]{1,6})")
_JP_SPLIT = re.compile(r"([0-9]{4}|[0-9]{1,2})[\s._/-]+([0-9]{1,6})")
_JP_PACKED = re.compile(r"(?:([0-9]{2})|([34])([0-9]{2})|(20[0-9]{2}))([0-9]{6})")


def _jp_number(raw: str) -> str | None:
    junk = _JP_JUNK.match(raw)
    text = raw[junk.end() :] if junk else raw
    if match := _JP_ERA.fullmatch(text):
        return _jp_join(match[1], int(match[2] or match[3]), match[4])
    if (match := _JP_SPLIT.fullmatch(text)) and (number := _jp_year(match[1], match[2])):
        return number
    if match := _JP_PACKED.fullmatch(_SEPARATORS.sub("", text)):
        if match[2]:  # the USPTO's old code: 3 for Showa, 4 for Heisei
            return _jp_join("S" if match[2] == "3" else "H", int(match[3]), match[5])
        if number := _jp_year(match[1] or match[4], match[5]):
            return number
    return _plain_number(text)


def _jp_year(year: str, serial: str) -> str | None:
    """Number of a year of the era (two digits) or of the common calendar (four)."""
    value = int(year)
    if len(year) == 4:
        if value >= 2000:
            return f"{value}{int(serial):06}"
        if value >= 1989:
            return _jp_join("H", value - 1988, serial)
        return _jp_join("S", value - 1925, serial) if value >= 1926 else None
    # Numbering by Heisei ended with its year 12 (2000); Showa ran to 64.
    if 1 <= value <= 12:
        return _jp_join("H", value, serial)
    return _jp_join("S", value, serial) if 12 < value <= 64 else None


def _jp_join(era: str, year: int, serial: str) -> str:
    return f"{era}{year:02}{int(serial)}"


def _kr_number(raw: str) -> str | None:
    digits = _SEPARATORS.sub("", raw)
    if match := re.fullmatch(r"(?:10|20)((?:19|20)[0-9]{2})([0-9]{7})", digits):
        return match[1] + match[2]
    if match := re.fullmatch(r"((?:19|20)[0-9]{2})([0-9]{6})", digits):
        return f"{match[1]}0{match[2]}"
    return _plain_number(digits)


def _au_number(raw: str) -> str | None:
    # Applications until 2001: A-18524/99, which DOCDB writes 1852499.
    return _plain_number(re.sub(r"^[AB]-?(?=[0-9]+/[0-9]{2}$)", "", raw))


_NUMBERS: dict[str, Callable[[str], str | None]] = {
    "US": _us_number,
    "WO": _wo_number,
    "EP": _ep_number,
    "JP": _jp_number,
    "KR": _kr_number,
    "AU": _au_number,
}
