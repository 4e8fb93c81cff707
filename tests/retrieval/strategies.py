"""Random runs and judgements, with many ties."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import strategies as st

from domainbench.retrieval.run import Run

queries = st.sampled_from([f"q{i}" for i in range(6)])
documents = st.sampled_from([f"d{i}" for i in range(12)])
# Few different scores: most neighbours tie.
scores = st.sampled_from([-1.5, 0.0, 0.25, 1.0, 100.000000002, 100.000000001, 3e7])
run_dicts = st.dictionaries(
    queries, st.dictionaries(documents, scores, min_size=1, max_size=12), min_size=1
)
# No negative grades: trec_eval's nDCG never returns where a query has nothing else.
qrel_dicts = st.dictionaries(
    queries, st.dictionaries(documents, st.integers(0, 3), min_size=1, max_size=8), min_size=1
)


def to_run(ranked: dict[str, dict[str, float]], name: str = "run") -> Run:
    rows = [(q, d, s) for q, found in ranked.items() for d, s in found.items()]
    return Run.from_table(
        pa.table(
            {
                "query_id": pa.array([row[0] for row in rows], pa.string()),
                "doc_id": pa.array([row[1] for row in rows], pa.string()),
                "score": pa.array([row[2] for row in rows], pa.float64()),
            }
        ),
        name=name,
    )
