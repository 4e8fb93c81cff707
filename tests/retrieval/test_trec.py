from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.qrels import Qrels
from domainbench.retrieval.trec import read_qrels, read_run, write_qrels, write_run
from domainbench.schemas.errors import DataError

from .strategies import qrel_dicts, run_dicts, to_run


@given(run_dicts)
def test_runs_come_back(tmp_path_factory: pytest.TempPathFactory, ranked) -> None:
    path = tmp_path_factory.mktemp("trec") / "run.txt"
    run = to_run(ranked)
    write_run(run, path)
    assert read_run(path).to_table().equals(run.to_table())


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_scores_come_back_as_the_same_float32(
    tmp_path_factory: pytest.TempPathFactory, score: float
) -> None:
    path = tmp_path_factory.mktemp("trec") / "run.txt"
    write_run(to_run({"q": {"d": score}}), path)
    assert read_run(path).scores[0, 0] == score


# Any text without ASCII white space is an id; a byte order mark would be lost at a file's start.
ids = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=" \t\n\v\f\r\ufeff"), min_size=1
)


@given(st.dictionaries(ids, st.dictionaries(ids, st.integers(-1, 3), min_size=1)))
def test_ids_come_back(tmp_path_factory: pytest.TempPathFactory, judged) -> None:
    folder = tmp_path_factory.mktemp("trec")
    qrels = Qrels.from_dict(judged)
    write_qrels(qrels, folder / "qrels")
    assert read_qrels(folder / "qrels").to_table().equals(qrels.to_table())
    run = to_run(judged)
    write_run(run, folder / "run")
    assert read_run(folder / "run").to_table().equals(run.to_table())


@given(qrel_dicts)
def test_qrels_come_back(tmp_path_factory: pytest.TempPathFactory, judged) -> None:
    path = tmp_path_factory.mktemp("trec") / "qrels.txt"
    qrels = Qrels.from_dict(judged)
    write_qrels(qrels, path)
    assert read_qrels(path).to_table().equals(qrels.to_table())


def test_the_form_is_trec_s(tmp_path: Path) -> None:
    write_run(to_run({"q1": {"d1": 0.5, "d2": 2}}, name="my system"), tmp_path / "run")
    assert (tmp_path / "run").read_text() == ("q1 Q0 d2 1 2 my_system\nq1 Q0 d1 2 0.5 my_system\n")
    write_qrels(Qrels.from_dict({"q1": {"d1": 2}}), tmp_path / "qrels")
    assert (tmp_path / "qrels").read_text() == "q1 0 d1 2\n"


def test_tabs_and_blank_lines_are_fine_and_ranks_are_made_anew(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("q1\tQ0\td1\t1\t0.5\tx\n\nq1 Q0 d2 2 0.9 x\n")
    run = read_run(tmp_path / "run")
    assert run.to_table().column("doc_id").to_pylist() == ["d2", "d1"]
    assert run.name == "x"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("q1 Q0 d1 1 0.5 x\nq1 Q0 d2 1 0.5\n", r"line 2[\s\S]*5 fields"),
        ("q1 Q0 d1 1 high x\n", "no finite number"),
        ("q1 Q0 d1 1 0.5 x\n\nq1 Q0 d2 1 nan x\n", r"line 3[\s\S]*nan"),
        ("q1 Q0 d1 1 1 x\nq1 Q0 d1 2 1 x\n", r"run: [\s\S]*twice"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "run").write_text(text)
    with pytest.raises(DataError, match=problem):
        read_run(tmp_path / "run")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("q1 0 d1 1\nq1 0 d2\n", r"line 2[\s\S]*3 fields"),
        ("q1 0 d1 0.5\n", r"line 1[\s\S]*no 32-bit integer"),
        ("q1 0 d1 99999999999\n", "no 32-bit integer"),
        ("q1 0 d1 1\nq1 0 d1 2\n", r"qrels: [\s\S]*twice[\s\S]*q1 d1"),
    ],
)
def test_bad_judgements_are_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "qrels").write_text(text)
    with pytest.raises(DataError, match=problem):
        read_qrels(tmp_path / "qrels")


def test_byte_order_mark_and_line_ends_of_windows_are_no_part_of_ids(tmp_path: Path) -> None:
    (tmp_path / "qrels").write_bytes(b"\xef\xbb\xbfq1 0 d1 1\r\nq2 0 d1 0\r\n")
    assert read_qrels(tmp_path / "qrels").query_ids.to_pylist() == ["q1", "q2"]


def test_what_cannot_be_written_or_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="white space"):
        write_run(to_run({"q 1": {"d": 1}}), tmp_path / "run")
    with pytest.raises(DataError, match="No such file"):
        read_run(tmp_path / "nothing")
    (tmp_path / "latin").write_bytes(b"q1 0 d\xe9 1\n")
    with pytest.raises(DataError, match="UTF-8"):
        read_qrels(tmp_path / "latin")
