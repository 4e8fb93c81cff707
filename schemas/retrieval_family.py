"""Retrieval benchmarks of any domain: the shared tables and nothing more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .family import Family
from .findings import Finding, first
from .retrieval import CORPUS, QRELS, QUERIES, STRING, extend
from .tables import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .release import Release

_METADATA = Column("metadata", STRING, "What else is known, as a JSON object with sorted keys.")

RETRIEVAL_CORPUS = extend(CORPUS, _METADATA)
RETRIEVAL_QUERIES = extend(QUERIES, _METADATA)
RETRIEVAL_QRELS = extend(QRELS, Column("partition", STRING, "Pair label, where pairs have one."))


def _check(release: Release) -> Iterator[Finding]:
    for name in ("corpus", "queries"):
        table = release.table(name, columns=["_id", "metadata"])
        bad = [
            key
            for key, text in zip(
                table.column("_id").to_pylist(), table.column("metadata").to_pylist(), strict=True
            )
            if text is not None and not _is_object(text)
        ]
        if bad:
            message = f"metadata of {len(bad)} row(s) is no JSON object"
            yield Finding("fault", "metadata", name, message, len(bad), first(bad))


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


RETRIEVAL = Family(
    "retrieval",
    (RETRIEVAL_CORPUS, RETRIEVAL_QUERIES, RETRIEVAL_QRELS),
    (("qrels", "partition"),),
    _check,
)
