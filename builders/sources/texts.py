"""Texts of patents: white space, paragraphs, claims, languages."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CLAIM_NUMBER = re.compile(r"([0-9]{1,4})(\s*[-\u2013]\s*[0-9]{1,4})?\s*\.(?=\s|$)\s*")


def fold(text: str | None) -> str | None:
    """The text in NFC, each run of white space one space; None where nothing is left."""
    return join_lines([text])


def join_lines(parts: Iterable[str | None]) -> str | None:
    """Folded parts, one a line; None where nothing is left."""
    lines = [" ".join(part.split()) for part in parts if part]
    return unicodedata.normalize("NFC", "\n".join([line for line in lines if line])) or None


def fold_paragraphs(text: str | None) -> str | None:
    """The text with each of its non-empty lines folded."""
    return join_lines(text.splitlines()) if text else None


def number_claim(text: str | None, number: int | None) -> str | None:
    """One claim on one line with its number in front, as in ``2. The device of claim 1``.

    A number that the text begins with is kept; ``number`` is put where there is none.
    """
    line = fold(text)
    if line is None:
        return None
    if match := _CLAIM_NUMBER.match(line):
        return f"{match[1]}{(match[2] or '').replace(' ', '')}. {line[match.end() :]}".rstrip()
    return line if number is None else f"{number}. {line}"


def split_claims(text: str | None) -> str | None:
    """Claims, one a line, from a text in which each begins on a new line with its number.

    Lines behind a number belong to its claim; a number that does not go on from the last one (an
    item of a list) begins no claim.
    """
    if not text:
        return None
    claims: list[list[str]] = []
    last = 0
    for raw in text.splitlines():
        line = raw.strip()
        match = _CLAIM_NUMBER.match(line)
        if match and last < int(match[1]) <= last + 1:
            last = int((match[2] or match[1]).strip(" -\u2013"))
            claims.append([line])
        elif claims:
            claims[-1].append(line)
        else:
            claims.append([line])
            # What stands before claim 1 ("What is claimed is:") is a line of its own.
    return (
        "\n".join(claim for part in claims if (claim := number_claim(" ".join(part), None))) or None
    )


class TextPicker:
    """Picks the texts of one record that are in the wanted language, else of unknown language."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self.language: str | None = None
        """Language of the texts picked so far; None while all are of unknown language."""

    def pick(self, texts: Sequence[tuple[str | None, str | None]]) -> str | None:
        """Choose among pairs of text and language code; folded to one line.

        Returns:
            None if there are only texts in other languages.
        """
        return fold(self._choose(texts))

    def pick_paragraphs(self, texts: Sequence[tuple[str | None, str | None]]) -> str | None:
        """Choose as ``pick`` does; the lines of the text stay apart."""
        return fold_paragraphs(self._choose(texts))

    def pick_claims(self, texts: Sequence[tuple[str | None, str | None]]) -> str | None:
        """Choose as ``pick`` does; one claim a line."""
        return split_claims(self._choose(texts))

    def _choose(self, texts: Sequence[tuple[str | None, str | None]]) -> str | None:
        unknown: str | None = None
        for text, language in texts:
            code = (language or "").strip().lower()
            if text and code == self._wanted:
                self.language = code
                return text
            if text and not code and unknown is None:
                unknown = text
        return unknown
