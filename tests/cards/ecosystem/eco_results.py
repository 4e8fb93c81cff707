"""Results of two systems whose figures are plain numbers."""

from __future__ import annotations

from typing import Any

from domainbench.benchmarks.results import Cost, Figure, ReleaseEntry, Results, SystemEntry

FINGERPRINT = "f" * 64


def figure(system: str, partition: str, measure: str, value: float | None, **more: Any) -> Figure:
    return Figure(system=system, partition=partition, measure=measure, n=4, value=value, **more)


def patent_results(**more: Any) -> Results:
    dense = "dense:org/model"
    known: dict[str, Any] = {
        "release": ReleaseEntry(
            name="pumps", family="patents", version="2026.11", fingerprint=FINGERPRINT
        ),
        "task": "retrieval",
        "split": "test",
        "query_view": "TA",
        "corpus_view": "TA",
        "depth": 100,
        "self_match_rule": "removed",
        "seed": 0,
        "interval": {"level": 0.95, "resamples": 2000},
        "partitions": ["ALL", "IN", "OUT"],
        "by": ["year"],
        "measures": ["nDCG@10", "nDCG@100", "Rprec", "RR"],
        "primary": "nDCG@100",
        "queries": 4,
        "documents": 6,
        "relevant_outside_corpus": 0,
        "systems": [
            SystemEntry(spec="bm25", parameters={"k1": 1.2}),
            SystemEntry(spec=dense, parameters={"model": "org/model", "revision": "abc"}),
        ],
        "figures": [
            figure("bm25", "ALL", "nDCG@10", 0.25),
            figure("bm25", "ALL", "nDCG@100", 0.3125),
            figure("bm25", "ALL", "Rprec", 0.2),
            figure("bm25", "ALL", "RR", 0.5),
            figure("bm25", "IN", "nDCG@100", 0.7501234567),
            figure("bm25", "OUT", "nDCG@100", None),
            figure("bm25", "ALL", "nDCG@100", 0.9, column="year", slice="2001"),
            figure(dense, "ALL", "nDCG@100", 0.5),
        ],
        "comparisons": [],
        "environment": {"packages": {"domainbench": "9.8.7", "numpy": "2.1"}},
        "costs": [
            Cost(system="bm25", reused=False, index_seconds=1.5, search_seconds=0.25),
            Cost(system=dense, reused=True),
        ],
    }
    return Results(**(known | more))
