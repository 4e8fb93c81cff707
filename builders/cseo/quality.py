"""The quality report of a build: what was found in each domain, and what is odd about it."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from ...schemas.cseo import shown_text
from ..near_duplicates import near_duplicates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .ingest import SourceFile
    from .material import Material, StoredDocument
    from .options import CseoOptions
    from .variants import Variants

NAME = "quality.json"
OVERLONG = 5_000
"""Words above which a document is overlong."""
_SHOWN = 20
"""Pairs and documents that are listed of each kind."""


def quality_report(
    material: Material,
    variants: Variants,
    episodes: Sequence[Mapping[str, Any]],
    files: Sequence[SourceFile],
    options: CseoOptions,
) -> dict[str, Any]:
    """Counts by domain, method and file; near duplicates and overlong documents by id."""
    domains = {
        domain: _of_domain(domain, material, options)
        for domain in sorted({document.domain for document in material.documents.values()})
    }
    return {
        "domains": domains,
        "contexts_of_unequal_length": sorted(
            domain for domain, facts in domains.items() if len(facts["contexts_by_length"]) > 1
        ),
        "variants": _count(method for _, method, _ in variants.rows),
        "episodes": _count(row["method"] for row in episodes),
        "dropped": _sorted(+material.dropped),
        "rejected": _count(item.reason for file in files for item in file.rejects),
        "files": [
            {
                "name": file.name,
                "format": file.format,
                "columns": dict(sorted(file.columns.items())),
                "records": file.used,
                "rejected": _count(item.reason for item in file.rejects),
            }
            for file in files
        ],
    }


def to_json(report: dict[str, Any]) -> str:
    """The report's file: sorted keys, two spaces, a newline at the end."""
    return json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _of_domain(domain: str, material: Material, options: CseoOptions) -> dict[str, Any]:
    documents = {
        key: document
        for key, document in sorted(material.documents.items())
        if document.domain == domain
    }
    queries = [query for query in material.queries.values() if query.domain == domain]
    lengths = Counter(len(query.context) for query in queries)
    overlong = [key for key, document in documents.items() if _words(document) > OVERLONG]
    shared = Counter(key for query in queries for key in query.context)
    return {
        "documents": len(documents),
        "queries": len(queries),
        "relevant_pairs": sum(len(query.relevant) for query in queries),
        "targets": sum(len(query.targets) for query in queries),
        "contexts_by_length": {str(length): lengths[length] for length in sorted(lengths)},
        "documents_in_several_contexts": sum(count > 1 for count in shared.values()),
        "documents_in_no_context": len(documents) - len(shared),
        "duplicates": _duplicates(documents, options),
        "overlong": {"documents": len(overlong), "examples": overlong[:_SHOWN]},
    }


def _words(document: StoredDocument) -> int:
    return len(document.text.split())


def _duplicates(documents: Mapping[str, StoredDocument], options: CseoOptions) -> dict[str, Any]:
    """How often an equal document was given again, and pairs of near duplicates."""
    keys = list(documents)
    texts = [shown_text(document.title, document.text) for document in documents.values()]
    found = near_duplicates(texts, threshold=options.near_threshold, seed=options.seed)
    pairs = [
        {"left": keys[left], "right": keys[right], "similarity": round(float(similarity), 4)}
        for left, right, similarity in zip(found.left, found.right, found.similarity, strict=True)
    ]
    near = {key for pair in pairs for key in (pair["left"], pair["right"])}
    return {
        "exact": sum(document.given - 1 for document in documents.values()),
        "near_pairs": len(pairs),
        "near_documents": len(near),
        "examples": pairs[:_SHOWN],
    }


def _count(labels: Any) -> dict[str, int]:
    return _sorted(Counter(labels))


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
