"""Rewritten documents that sources have recorded, found again among the documents."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ...schemas.cseo import MIXED, RECORDED_METHODS, TOP, document_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..sources.cseo.records import Rewritten
    from .ingest import SourceFile
    from .material import Group, Material

INVENTING = frozenset({"authoritative", "statistics", "citations", "quotes"})
"""Those whose instructions allow what is not so."""
NO_SUCH_DOCUMENT = "rewritten document that no table has"
MISMATCH = "rewritten document that is not the table's"
EMPTY_REWRITING = "empty rewriting"
NO_METHOD = "method without a name"
OTHER_REWRITING = "further rewriting of a document by the same method"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")


def method_name(name: str) -> str:
    """A source's name of a method in small letters with underscores; empty if it cannot be one."""
    known = RECORDED_METHODS.get(name)
    if known is not None:
        return known
    folded = _OTHER.sub("_", _HUMP.sub("_", name).lower()).strip("_")
    return "" if folded in {TOP, MIXED} else folded


def collect_recorded(
    rewritten: Sequence[tuple[SourceFile, str, Rewritten]],
    groups: Sequence[Group],
    material: Material,
) -> dict[int, set[int]]:
    """Store the rewritten texts, those of selected documents first.

    Args:
        rewritten: records with their file and domain.
        groups: queries with their rows, in order of first appearance.
        material: gets the texts.

    Returns:
        Place of a query among ``groups`` → its rows that were selected for rewriting. A file that
        has every row of a query rewritten selects none.
    """
    places: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        places.setdefault(group.domain, []).append(place)
    listed: dict[tuple[str, int], set[int]] = {}
    found: list[tuple[SourceFile, Rewritten, int]] = []
    for file, domain, record in rewritten:
        own = places.get(domain, [])
        if record.query >= len(own) or record.row >= len(groups[own[record.query]].rows):
            detail = f"{domain} has {len(own)} queries"
            if record.query < len(own):
                detail = f"the query has {len(groups[own[record.query]].rows)} documents"
            file.reject(record, NO_SUCH_DOCUMENT, detail)
            continue
        place = own[record.query]
        listed.setdefault((str(file.path), place), set()).add(record.row)
        found.append((file, record, place))
    selections = {key for key, rows in listed.items() if len(rows) < len(groups[key[1]].rows)}
    selected: dict[int, set[int]] = {}
    for chosen in (True, False):
        for file, record, place in found:
            if ((str(file.path), place) in selections) != chosen:
                continue
            if _store(file, record, groups[place], material) and chosen:
                selected.setdefault(place, set()).add(record.row)
    return selected


def _store(file: SourceFile, record: Rewritten, group: Group, material: Material) -> bool:
    """Keep what methods made of a document, if it is the one that the table has there."""
    row = group.rows[record.row]
    if row is None:
        file.reject(record, NO_SUCH_DOCUMENT, "the document of the table was rejected")
        return False
    document = material.documents[row.key]
    if row.key == document_id(group.domain, "", record.text):
        title = ""  # the text holds the title, if there is one
    elif _same(record.text, document.text):
        title = document.title
    else:
        detail = f"found {record.text[:60]!r}, expected {document.text[:60]!r}"
        file.reject(record, MISMATCH, detail)
        return False
    file.used += 1
    for name, text in record.texts.items():
        _keep(file, record, row.key, name, (title, unicodedata.normalize("NFC", text)), material)
    return True


def _same(left: str, right: str) -> bool:
    return document_id("", "", left) == document_id("", "", right)


def _keep(
    file: SourceFile,
    record: Rewritten,
    document: str,
    name: str,
    version: tuple[str, str],
    material: Material,
) -> None:
    method = method_name(name)
    if not method:
        file.reject(record, NO_METHOD, f"found {name!r}")
    elif not version[1].strip():
        file.reject(record, EMPTY_REWRITING, f"{method} left nothing of it")
    elif material.recorded.setdefault((document, method), version) != version:
        material.dropped[OTHER_REWRITING] += 1
