"""Checks that every retrieval release shares: references, texts, leakage between splits."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from .findings import Finding, first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .release import Release


def check_retrieval(release: Release) -> Iterator[Finding]:
    """Findings about ``corpus``, ``queries`` and ``qrels`` of a release whose files are whole."""
    documents = _text_digests(release, "corpus", ("title", "text"))
    queries = _text_digests(release, "queries", ("text",))
    yield from _check_references(release, set(documents))
    yield from _check_empty("corpus", documents)
    yield from _check_empty("queries", queries)
    yield from _check_duplicates("corpus", documents)
    yield from _check_duplicates("queries", queries, _tasks(release))
    yield from _check_self(release, set(documents), set(queries))
    yield from _check_splits(release)
    if not queries:
        yield Finding("note", "queries", "queries", "there are none: nothing can be evaluated", 0)


def _text_digests(release: Release, name: str, columns: tuple[str, ...]) -> dict[str, bytes]:
    """Id → digest of the row's texts joined; empty where there is no text."""
    digests: dict[str, bytes] = {}
    for path in release.files(name):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=4096, columns=["_id", *columns]):
                texts = zip(*(batch.column(column).to_pylist() for column in columns), strict=True)
                for key, parts in zip(batch.column("_id").to_pylist(), texts, strict=True):
                    joined = "\n".join(part for part in parts if part.strip())
                    digests[key] = hashlib.sha256(joined.encode()).digest() if joined else b""
    return digests


def _check_references(release: Release, documents: set[str]) -> Iterator[Finding]:
    for split in release.splits("qrels"):
        pairs: Any = release.table("qrels", split, columns=["query-id", "corpus-id", "score"])
        known = set(release.table("queries", split, columns=["_id"]).column("_id").to_pylist())
        judged = set(pairs.column("query-id").to_pylist())
        lost = sorted(judged - known)
        if lost:
            message = f"{len(lost)} query id(s) that queries/{split} does not have"
            yield Finding("fault", "references", f"qrels/{split}", message, len(lost), first(lost))
        cited = set(pairs.column("corpus-id").to_pylist())
        gone = sorted(cited - documents)
        if gone:
            message = f"{len(gone)} document id(s) that the corpus does not have"
            yield Finding("fault", "references", f"qrels/{split}", message, len(gone), first(gone))
        rows = zip(
            pairs.column("query-id").to_pylist(), pairs.column("score").to_pylist(), strict=True
        )
        useful = {query for query, score in rows if score > 0}
        bare = sorted(known - useful)
        if bare:
            message = f"{len(bare)} quer(ies) without a relevant document"
            yield Finding("note", "relevance", f"queries/{split}", message, len(bare), first(bare))


def _check_empty(name: str, digests: dict[str, bytes]) -> Iterator[Finding]:
    empty = sorted(key for key, digest in digests.items() if not digest)
    if empty:
        message = f"{len(empty)} row(s) have no text at all"
        yield Finding("fault", "empty texts", name, message, len(empty), first(empty))


def _tasks(release: Release) -> dict[str, str]:
    """Query → its task, where queries have one: two tasks may ask in the same words."""
    columns = pq.read_schema(release.files("queries")[0]).names
    if "task" not in columns:
        return {}
    rows = release.table("queries", columns=["_id", "task"])
    return dict(zip(rows.column("_id").to_pylist(), rows.column("task").to_pylist(), strict=True))


def _check_duplicates(
    name: str, digests: dict[str, bytes], tasks: Mapping[str, str] | None = None
) -> Iterator[Finding]:
    groups: dict[tuple[bytes, str | None], list[str]] = {}
    for key, digest in digests.items():
        if digest:
            groups.setdefault((digest, (tasks or {}).get(key)), []).append(key)
    shared = [keys for keys in groups.values() if len(keys) > 1]
    if shared:
        extra = sum(len(keys) - 1 for keys in shared)
        message = f"{extra} row(s) repeat the text of another, in {len(shared)} group(s)"
        yield Finding(
            "note", "duplicate texts", name, message, extra, first("=".join(k) for k in shared)
        )


def _check_self(release: Release, documents: set[str], queries: set[str]) -> Iterator[Finding]:
    pairs: Any = release.table("qrels", columns=["query-id", "corpus-id"])
    rows = zip(
        pairs.column("query-id").to_pylist(), pairs.column("corpus-id").to_pylist(), strict=True
    )
    own = sorted({query for query, document in rows if query == document})
    if own:
        message = f"{len(own)} quer(ies) judged against themselves"
        yield Finding("fault", "self matches", "qrels", message, len(own), first(own))
    both = sorted(documents & queries)
    if both:
        message = (
            f"{len(both)} quer(ies) stand in the corpus too; an evaluation must take each out of "
            "its own ranking"
        )
        yield Finding("note", "self matches", "corpus", message, len(both), first(both))


def _check_splits(release: Release) -> Iterator[Finding]:
    seen: dict[str, tuple[str, str]] = {}
    for split in release.splits("queries"):
        table: Any = release.table("queries", split, columns=["_id", "text"])
        shared: list[str] = []
        for key, text in zip(
            table.column("_id").to_pylist(), table.column("text").to_pylist(), strict=True
        ):
            marks = [f"id {key}"]
            if text.strip():
                marks.append("text " + hashlib.sha256(text.encode()).hexdigest())
            for mark in marks:
                other, first_key = seen.setdefault(mark, (split, key))
                if other != split:
                    shared.append(f"{key} = {first_key} of {other}")
        if shared:
            message = f"{len(shared)} quer(ies) stand in another split too, by id or by text"
            yield Finding(
                "fault", "leakage", f"queries/{split}", message, len(shared), first(shared)
            )
