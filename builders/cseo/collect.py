"""Records to material: rows of a query become its context, equal documents of a domain one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeAlias

from ...schemas.cseo import document_id, query_id
from ..draws import drawn_order
from ..sources.cseo.hints import known_domain
from ..sources.cseo.records import Asked, Lone, Pair
from .material import Group, Material, Row, StoredDocument, StoredQuery
from .recorded import collect_recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..sources.cseo.records import Document, Record, Rewritten
    from .ingest import SourceFile
    from .options import CseoOptions

    GroupKey: TypeAlias = tuple[str, str | None, str, tuple[str, int] | None]

EMPTY_DOCUMENT = "empty document"
EMPTY_QUERY = "empty query"
UNKNOWN_DOMAIN = "unknown domain"
NO_DOMAIN = "no domain"
TWICE = "query that its domain has already"
REPEATED = "document repeated in its context"
CUT = "document behind the last place of its context"
TARGET_CUT = "target behind the last place of its context"
NOT_DRAWN = "query not drawn by max_queries"
NO_DOCUMENT = "query without a document that can be used"
UNKNOWN_RELEVANT = "relevant document that no source holds"


class Collector:
    """Takes in records; ``finish`` makes the material of them."""

    def __init__(self, options: CseoOptions) -> None:
        self._options = options
        self._domains = options.domains
        self._material = Material()
        self._groups: dict[GroupKey, Group] = {}
        self._asked: list[tuple[str, str, Asked]] = []
        self._rewritten: list[tuple[SourceFile, str, Rewritten]] = []
        self._aliases: dict[tuple[str, str], str] = {}

    def add(self, file: SourceFile, record: Record) -> None:
        """Take in a record, or reject it."""
        named = None if not isinstance(record, Pair | Lone | Asked) else record.domain
        domain = self._domain(file, record, named)
        if domain is None:
            return
        if isinstance(record, Pair):
            self._add_pair(file, domain, record)
        elif isinstance(record, Lone):
            if self._document(file, domain, record, record.document):
                file.used += 1
        elif isinstance(record, Asked):
            if text := _checked_query(file, record):
                self._asked.append((domain, text, record))
                file.used += 1
        else:
            self._rewritten.append((file, domain, record))

    def _domain(self, file: SourceFile, record: Record, named: str | None) -> str | None:
        """The domain of a record; None if it has no known one, and is rejected."""
        known = ", ".join(self._domains)
        if named is not None:
            found = known_domain(named, self._domains)
            if found is None:
                file.reject(record, UNKNOWN_DOMAIN, f"found {named!r}, expected one of {known}")
            return found
        found = file.domain or self._options.domain
        if found is None:
            detail = f"neither record nor file names one, nor does option domain: one of {known}"
            file.reject(record, NO_DOMAIN, detail)
        return found

    def _add_pair(self, file: SourceFile, domain: str, pair: Pair) -> None:
        text = _checked_query(file, pair)
        if not text:
            return
        whole = None if pair.group is None else (str(file.path), pair.group)
        group = self._groups.setdefault(
            (domain, pair.query_key, text, whole), Group(domain, text, pair.query_key)
        )
        if pair.fault is not None:
            file.reject(pair, pair.fault.reason, pair.fault.detail)
            group.rows.append(None)
            return
        key = self._document(file, domain, pair, pair.document)
        group.rows.append(Row(key, pair.position, pair.target) if key else None)
        file.used += key is not None

    def _document(
        self, file: SourceFile, domain: str, record: Record, document: Document
    ) -> str | None:
        """Id of a document, stored unless an equal one is; None if it is rejected."""
        title, text = _nfc(document.title).strip(), _nfc(document.text)
        if not text.strip():
            detail = f"it has a title only, {title[:60]!r}" if title else "it has no text"
            file.reject(record, EMPTY_DOCUMENT, detail)
            return None
        key = document_id(domain, title, text)
        source_id = None if document.source_id is None else _nfc(document.source_id)
        stored = self._material.documents.setdefault(
            key, StoredDocument(domain, title, text, source_id)
        )
        stored.given += 1
        if source_id is not None:
            stored.source_id = stored.source_id or source_id
            self._aliases.setdefault((domain, source_id), key)
        return key

    def finish(self) -> Material:
        """The material of all records taken in."""
        material = self._material
        selected = collect_recorded(self._rewritten, list(self._groups.values()), material)
        for place, group in enumerate(self._groups.values()):
            self._add_query(group, selected.get(place, set()))
        for domain, text, asked in self._asked:
            self._add_asked(domain, text, asked)
        self._draw_queries()
        return material

    def _add_query(self, group: Group, selected: set[int]) -> None:
        material = self._material
        rows = [row for row in group.rows if row is not None]
        if not rows:
            material.dropped[NO_DOCUMENT] += 1
            return
        key = query_id(group.domain, group.text)
        found = material.queries.get(key)
        if found is not None:
            material.dropped[TWICE] += 1
            found.relevant.update(row.key for row in rows)
            return
        query = self._query(group.domain, group.text, group.source_id)
        query.relevant.update(row.key for row in rows)
        query.context = self._context(rows)
        targets = {
            row.key
            for place, row in enumerate(group.rows)
            if row is not None and (row.target or place in selected)
        }
        query.targets = targets & set(query.context)
        material.dropped[TARGET_CUT] += len(targets) - len(query.targets)
        material.queries[key] = query

    def _context(self, rows: Sequence[Row]) -> list[str]:
        """Documents in their order, each once, as many as a context holds."""
        stated = [row for row in rows if row.position is not None]
        ordered = [*sorted(stated, key=_position), *(row for row in rows if row.position is None)]
        keys = list(dict.fromkeys(row.key for row in ordered))
        self._material.dropped[REPEATED] += len(ordered) - len(keys)
        self._material.dropped[CUT] += len(keys[self._options.context :])
        return keys[: self._options.context]

    def _add_asked(self, domain: str, text: str, asked: Asked) -> None:
        material = self._material
        key = query_id(domain, text)
        if key in material.queries:
            material.dropped[TWICE] += 1
        query = material.queries.setdefault(key, self._query(domain, text, asked.source_id))
        for name in map(_nfc, asked.relevant):
            document = self._aliases.get((domain, name), name)
            stored = material.documents.get(document)
            if stored is not None and stored.domain == domain:
                query.relevant.add(document)
            else:
                material.dropped[UNKNOWN_RELEVANT] += 1

    def _query(self, domain: str, text: str, source_id: str | None) -> StoredQuery:
        named = None if source_id is None else _nfc(source_id)
        return StoredQuery(domain, self._domains[domain], text, named)

    def _draw_queries(self) -> None:
        most, queries = self._options.max_queries, self._material.queries
        if most is None:
            return
        for domain in self._domains:
            own = (key for key, query in queries.items() if query.domain == domain)
            for key in drawn_order(own, self._options.seed, domain)[most:]:
                del queries[key]
                self._material.dropped[NOT_DRAWN] += 1


def collect(records: Iterable[tuple[SourceFile, Record]], options: CseoOptions) -> Material:
    """Make material of records, in their order."""
    collector = Collector(options)
    for file, record in records:
        collector.add(file, record)
    return collector.finish()


def _checked_query(file: SourceFile, record: Pair | Asked) -> str:
    """The text of a query in normal form; empty if it has none, and is rejected."""
    text = _nfc(record.query).strip()
    if not text:
        file.reject(record, EMPTY_QUERY, "the query has no text")
    return text


def _position(row: Row) -> int:
    return row.position or 0


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
