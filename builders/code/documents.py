"""The corpus of a code release, its queries and its judged pairs."""

from __future__ import annotations

import textwrap
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...schemas.code import (
    CONTEXT,
    DEPENDENCY_KINDS,
    DESCRIPTION,
    DOCSTRING,
    FUNCTION,
    REQUIREMENT,
    docstring_id,
    document_id,
    query_id,
    snapshot_id,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .harvest import Harvest, SourceModule
    from .sample import Sample


@dataclass
class Document:
    """A definition, or the docstring of one, in all snapshots that hold it so."""

    id: str
    title: str
    text: str
    kind: str
    repository: str
    path: str
    domain: tuple[str, ...]
    digest: str | None = None
    """Of a function."""
    snapshots: set[str] = field(default_factory=set[str])

    def row(self) -> dict[str, Any]:
        """As the table has it."""
        return {
            "_id": self.id,
            "title": self.title,
            "text": self.text,
            "kind": self.kind,
            "repository": self.repository,
            "path": self.path,
            "snapshots": sorted(self.snapshots),
            "domain": list(self.domain),
        }


class Corpus:
    """Documents by id, and where each definition of a snapshot is among them."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self._places: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)

    def add(self, harvest: Harvest, domain: Sequence[str]) -> None:
        """Take in the definitions of a snapshot."""
        snapshot = snapshot_id(harvest.snapshot.repository, harvest.snapshot.version)
        for module in harvest.modules:
            for document, span in _documents(harvest, module, tuple(domain)):
                known = self.documents.setdefault(document.id, document)
                known.snapshots.add(snapshot)
                if span is not None:
                    self._places[snapshot, module.path].append((*span, document.id))

    def at(self, snapshot: str, path: str, line: int) -> str | None:
        """The smallest definition of a snapshot's file that holds a line, None if none does."""
        spans = [
            (end - start, start, document)
            for start, end, document in self._places[snapshot, path]
            if start <= line <= end
        ]
        return min(spans)[2] if spans else None

    def rows(self) -> list[dict[str, Any]]:
        """All documents by id."""
        return [self.documents[key].row() for key in sorted(self.documents)]


def _documents(
    harvest: Harvest, module: SourceModule, domain: tuple[str, ...]
) -> Iterator[tuple[Document, tuple[int, int] | None]]:
    """Documents of a module, each with the lines it spans; docstrings span none."""
    repository = harvest.snapshot.repository
    for function, text in zip(module.source.functions, module.texts, strict=False):
        name = f"{module.name}.{function.qualname}"
        code = normal(text)
        key = document_id(repository, name, code)
        span = (function.start, function.body_end)
        yield (
            Document(key, name, code, FUNCTION, repository, module.path, domain, function.digest),
            span,
        )
        docstring = normal(function.docstring or "").strip()
        if docstring:
            named = document_id(repository, name, docstring)
            yield (
                Document(
                    docstring_id(named), "", docstring, DOCSTRING, repository, module.path, domain
                ),
                None,
            )
    for item in module.source.definitions:
        text = normal(textwrap.dedent(item.outline)).rstrip()
        if not text.strip():
            continue
        name = f"{module.name}.{item.qualname}"
        key = document_id(repository, name, text)
        document = Document(key, name, text, item.kind, repository, module.path, domain)
        yield document, (item.start, item.end)


def normal(text: str) -> str:
    """A text in Unicode form NFC, as tables hold it."""
    return unicodedata.normalize("NFC", text)


def query_rows(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """What each sample asks in each task, by id."""
    found: list[dict[str, Any]] = []
    for sample in samples:
        signature = normal(sample.signature)
        asked = {CONTEXT: sample.requirement or signature, DESCRIPTION: None, REQUIREMENT: None}
        if sample.requirement:
            asked[REQUIREMENT] = sample.requirement
        if sample.docstring_document is not None:
            asked[DESCRIPTION] = sample.candidate.text
        if sample.standalone:
            del asked[CONTEXT]
        for task, text in asked.items():
            if text is None:
                continue
            found.append(
                {
                    "_id": query_id(task, sample.id, sample.document),
                    "text": normal(text),
                    "task": task,
                    "sample": sample.id,
                    "signature": signature,
                    "repository": sample.repository,
                    "domain": list(sample.domain),
                    "standalone": sample.standalone,
                    "dependency_kinds": sample.dependency_kinds,
                    "window": sample.window,
                }
            )
    return sorted(found, key=lambda row: row["_id"])


def pair_rows(
    samples: Sequence[Sample], corpus: Corpus, asked: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Relevant pairs, by query and document.

    A function is also relevant where another file has its very code, and a docstring where another
    function has its very words: nothing in a query tells them apart.
    """
    alike = _groups(corpus)
    by_id = {sample.id: sample for sample in samples}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for query in asked:
        sample = by_id[query["sample"]]
        for document, partition in _relevant(sample, query["task"], corpus, alike):
            key = (query["_id"], document)
            rows.setdefault(
                key,
                {
                    "query-id": query["_id"],
                    "corpus-id": document,
                    "score": 1,
                    "task": query["task"],
                    "partition": partition,
                },
            )
    return [rows[key] for key in sorted(rows)]


def _groups(corpus: Corpus) -> dict[str, list[str]]:
    """Document → all documents that are as good an answer."""
    groups: dict[str, list[str]] = defaultdict(list)
    for document in corpus.documents.values():
        mark = document.digest or (document.kind == DOCSTRING and document.text)
        if mark:
            groups[f"{document.kind}:{mark}"].append(document.id)
    return {key: group for group in groups.values() for key in group}


def _relevant(
    sample: Sample, task: str, corpus: Corpus, alike: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str | None]]:
    if task == CONTEXT:
        for kind in DEPENDENCY_KINDS:
            for item in sample.dependencies:
                document = corpus.at(sample.snapshot, item.path, item.line)
                if item.kind == kind and document not in {None, sample.document}:
                    yield str(document), kind
        return
    own = sample.document if task == REQUIREMENT else sample.docstring_document
    for document in alike[str(own)]:
        yield document, None
