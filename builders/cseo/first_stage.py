"""Contexts of queries that are given without documents: the first of a ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...retrieval.systems import parse_system
from ...retrieval.texts import Texts
from ...schemas.cseo import shown_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...schemas.progress import Progress
    from .material import Material
    from .options import CseoOptions

NOTHING_FOUND = "query for which the first stage finds no document"


def rank_contexts(material: Material, options: CseoOptions, progress: Progress) -> None:
    """Give every query without a context the first documents that a system ranks for it.

    The whole corpus of the query's domain is ranked. A query for which nothing is found is
    dropped.

    Raises:
        UsageError: the system cannot be used.
    """
    waiting: dict[str, list[str]] = {}
    for key, query in material.queries.items():
        if not query.context:
            waiting.setdefault(query.domain, []).append(key)
    with progress.step("ranking for queries without documents", len(waiting)) as done:
        for domain, keys in waiting.items():
            _rank(domain, keys, material, options)
            done(1)
    for key in [key for keys in waiting.values() for key in keys]:
        if not material.queries[key].context:
            del material.queries[key]
            material.dropped[NOTHING_FOUND] += 1


def _rank(domain: str, keys: Sequence[str], material: Material, options: CseoOptions) -> None:
    documents = {key: doc for key, doc in material.documents.items() if doc.domain == domain}
    if not documents:
        return
    system = parse_system(options.first_stage)
    shown = [shown_text(document.title, document.text) for document in documents.values()]
    system.index(Texts.from_arrays(list(documents), shown))
    asked = [material.queries[key].text for key in keys]
    run = system.search(Texts.from_arrays(list(keys), asked), options.context)
    for row in run.to_table().to_pylist():
        material.queries[row["query_id"]].context.append(row["doc_id"])
