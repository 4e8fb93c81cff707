from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given

from domainbench.retrieval.qrels import Qrels
from domainbench.schemas.errors import DataError

from .strategies import qrel_dicts


def table(queries: list, documents: list, grades: list) -> pa.Table:
    return pa.table({"query-id": queries, "corpus-id": documents, "score": grades})


@given(qrel_dicts)
def test_pairs_come_back_sorted(judged: dict[str, dict[str, int]]) -> None:
    rows = [(q, d, grade) for q, grades in judged.items() for d, grade in grades.items()]
    found = Qrels.from_dict(judged).to_table()
    assert [tuple(row.values()) for row in found.to_pylist()] == sorted(rows)
    again = Qrels.from_table(found.take(list(range(len(found)))[::-1]))
    assert again.to_table().equals(found)


def test_pairs_are_grouped_by_query() -> None:
    qrels = Qrels.from_dict({"q2": {"b": 1}, "q1": {"c": 2, "a": -1}})
    assert len(qrels) == 2
    assert qrels.query_ids.to_pylist() == ["q1", "q2"]
    assert qrels.doc_ids.to_pylist() == ["a", "b", "c"]
    assert qrels.starts.tolist() == [0, 2, 3]
    assert qrels.docs.tolist() == [0, 2, 1]
    assert qrels.grades.tolist() == [-1, 2, 1]


def test_chunks_and_whole_floats_are_taken() -> None:
    once = table(["q1"], ["a"], [1.0])
    qrels = Qrels.from_table(pa.concat_tables([once, table(["q1"], ["b"], [2.0])]))
    assert qrels.grades.tolist() == [1, 2]


def test_nothing_judged_is_no_query() -> None:
    assert len(Qrels.from_dict({})) == 0
    assert Qrels.from_dict({}).to_table().num_rows == 0


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (table(["q1", "q1"], ["d1", "d1"], [1, 2]), r"twice[\s\S]*q1 d1"),
        (table(["q1"], ["d1"], [1.5]), "32-bit integer"),
        (table(["q1"], ["d1"], [1 << 40]), "32-bit integer"),
        (table(["q1"], ["d1"], ["high"]), "32-bit integer"),
        (table(["q1", "q1"], ["d1", "d2"], [1, None]), "grade is null"),
        (table(["q1", None], ["d1", "d2"], [1, 1]), "id is null"),
        (table(["q1"], ["d1"], [1]).drop(["score"]), "lack columns"),
    ],
)
def test_bad_pairs_are_refused(rows: pa.Table, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        Qrels.from_table(rows)
