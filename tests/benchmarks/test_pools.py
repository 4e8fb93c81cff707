"""Rankings of several pools as one, and what they cost together."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.experiment import same_value_share
from domainbench.benchmarks.pools import merge_costs, merge_runs
from domainbench.benchmarks.results import Cost
from domainbench.retrieval.run import Run


def strings(values: list[str]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def table(rows: list[tuple[str, str, float]]) -> pa.Table:
    queries, docs, scores = zip(*rows, strict=True)
    return pa.table({"query_id": queries, "doc_id": docs, "score": pa.array(scores, pa.float32())})


ROWS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.integers(0, 7)),
    st.sampled_from([0.0, 0.5, 1.0, -2.0]),
    min_size=1,
    max_size=30,
)


@given(ROWS)
def test_merging_equals_ranking_at_once(scores: dict[tuple[int, int], float]) -> None:
    # Even queries rank even documents, odd ones odd documents.
    rows = [
        (f"q{query}", f"d{2 * document + query % 2:02d}", score)
        for (query, document), score in scores.items()
    ]
    doc_ids = strings([f"d{place:02d}" for place in range(16)])
    parts: list[Run] = []
    for side in (1, 0):
        own = [row for row in rows if int(row[0][1:]) % 2 == side]
        if own:
            parts.append(
                Run.from_table(table(own), doc_ids=doc_ids.take(pa.array(range(side, 16, 2))))
            )
    merged = merge_runs(parts, doc_ids)
    assert merged.to_table().equals(Run.from_table(table(rows), doc_ids=doc_ids).to_table())


def test_the_whole_is_left_as_it_is() -> None:
    run = Run.from_table(table([("q", "d", 1.0)]))
    assert merge_runs([run], run.doc_ids) is run
    assert len(merge_runs([], run.doc_ids)) == 0


def test_costs_add_up() -> None:
    one = Cost(
        system="s",
        reused=True,
        index_seconds=1,
        search_seconds=2,
        peak_mib=5,
        stats={"index_bytes": 3, "threads": 2, "overlap_with_exact": 1.0, "compared_queries": 10},
    )
    two = Cost(
        system="s",
        reused=False,
        search_seconds=0.5,
        peak_mib=7,
        stats={"index_bytes": 4, "threads": 2, "overlap_with_exact": 0.5, "compared_queries": 30},
    )
    both = merge_costs(["a", "b"], [one, two])
    assert (both.reused, both.index_seconds, both.search_seconds, both.peak_mib) == (
        False,
        1,
        2.5,
        7,
    )
    assert both.stats["index_bytes"] == 7
    assert both.stats["compared_queries"] == 40
    assert both.stats["overlap_with_exact"] == pytest.approx((10 + 15) / 40)
    assert both.stats["pools"] == {"a": one.stats, "b": two.stats}
    assert "threads" not in both.stats
    assert merge_costs([None], [one]) is one


def test_the_share_of_documents_like_the_query() -> None:
    rows = [("q1", "a", 3.0), ("q1", "b", 2.0), ("q1", "c", 1.0), ("q3", "c", 1.0)]
    run = Run.from_table(table(rows))
    found = same_value_share(
        run, strings(["en", "hi", "en"]), strings(["q1", "q2", "q3"]), strings(["en"] * 3), 2
    )
    np.testing.assert_array_equal(found, [0.5, np.nan, 1.0])
