from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domainbench.benchmarks.rag.logs import LOGS_NAME, score_rag_logs
from domainbench.schemas.errors import DataError, UsageError

ROW: dict[str, Any] = {
    "domain": "culture",
    "model": "qwen",
    "n": 30,
    "basic_accuracy": 0.5,
    "rag_accuracy": 0.75,
    "base_time": 2.0,
    "base_mem": 4.0,
    "base_gpu": 10.0,
    "rag_time": 4.0,
    "rag_mem": 2.0,
    "rag_gpu": 20.0,
    "improvement": 0.25,
    "transformation": 0.95,
}


def write(folder: Path, *changes: dict[str, Any]) -> Path:
    path = folder / "summary.json"
    path.write_text(json.dumps([ROW | change for change in changes]))
    return path


def test_figures_are_worked_out_again(tmp_path: Path) -> None:
    # 0.4 / 2 + 0.3 / 2 + 0.3 / 0.5 = 0.95
    found = score_rag_logs(write(tmp_path, {}))
    row = found.rows[0]
    assert (row.time_ratio, row.memory_ratio, row.gpu_ratio) == (2.0, 0.5, 2.0)
    assert row.transformation.computed == pytest.approx(0.95)
    assert (row.improvement.agreement, row.transformation.agreement) == ("equal", "equal")
    assert found.differing == []


def test_agreement_has_degrees(tmp_path: Path) -> None:
    found = score_rag_logs(
        write(
            tmp_path,
            {"improvement": 0.25004},
            {"improvement": 0.25014},
            {"improvement": 0.2503},
            {"improvement": None, "transformation": None},
            # Memory of 0.0012 may be 0.00115: its term 0.3 is then larger by 4 %.
            {"base_mem": 0.0012, "rag_mem": 0.0012, "transformation": 0.66},
            {"base_mem": 0.0012, "rag_mem": 0.0012, "transformation": 0.6},
        )
    )
    agreements = [(row.improvement.agreement, row.transformation.agreement) for row in found.rows]
    assert agreements == [
        ("equal", "equal"),
        ("rounding", "equal"),
        ("different", "equal"),
        ("not_given", "not_given"),
        ("equal", "rounding"),
        ("equal", "different"),
    ]
    assert [row.number for row in found.differing] == [3, 6]


def test_ratios_that_are_undefined_leave_their_terms_out(tmp_path: Path) -> None:
    gone = {"base_mem": 0.0, "rag_gpu": None, "transformation": 0.2}
    every = {"base_time": None, "base_mem": None, "base_gpu": None, "transformation": 0.0}
    found = score_rag_logs(write(tmp_path, gone, every, every | {"transformation": 1.0}))
    first, second, third = found.rows
    assert (first.memory_ratio, first.gpu_ratio) == (None, None)
    assert first.transformation.computed == 0.2
    assert first.transformation.agreement == "equal"
    assert first.transformation_normalised == pytest.approx(0.5)
    assert (second.transformation.computed, second.transformation.agreement) == (None, "equal")
    assert third.transformation.agreement == "different"


def test_domains_are_weighted_by_their_questions(tmp_path: Path) -> None:
    other = {"n": 10, "rag_accuracy": 0.35, "rag_time": 12.0, "rag_mem": None}
    path = write(tmp_path, {}, other, {"domain": "history", "model": "gpt2"})
    found = score_rag_logs(path)
    culture, history, every = found.domains
    assert [one.domain for one in found.domains] == ["culture", "history", None]
    assert (culture.runs, culture.n) == (2, 40)
    assert culture.with_context == pytest.approx((30 * 0.75 + 10 * 0.35) / 40)
    assert culture.improvement == pytest.approx((30 * 0.25 - 10 * 0.15) / 40)
    assert culture.time_ratio == pytest.approx((30 * 2 + 10 * 6) / 40)
    assert culture.memory_ratio == 0.5
    assert culture.transformation == pytest.approx(0.4 / 3 + 0.3 / 2 + 0.3 / 0.5)
    assert history.transformation == pytest.approx(0.95)
    assert (every.runs, every.n) == (3, 70)
    only = score_rag_logs(path, model="gpt2")
    assert [row.number for row in only.rows] == [3]
    with pytest.raises(UsageError, match="unknown model"):
        score_rag_logs(path, model="gpt3")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[", "not JSON"),
        ("{}", "no list"),
        ("[]", "no list"),
        ("[1]", "run 1 is no JSON object"),
        (json.dumps([ROW | {"domain": None}]), "lacks the text domain"),
        (json.dumps([ROW | {"n": 0}]), "no number of questions"),
        (json.dumps([ROW | {"n": True}]), "no number of questions"),
        (json.dumps([ROW | {"rag_accuracy": None}]), "rag_accuracy is no number"),
        (json.dumps([ROW, ROW | {"rag_time": "4"}]), "run 2: rag_time is no number"),
    ],
)
def test_damaged_summaries_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "summary.json"
    path.write_text(text)
    with pytest.raises(DataError, match=problem):
        score_rag_logs(path)


def test_a_missing_summary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        score_rag_logs(tmp_path / "none.json")


def test_scores_are_written(tmp_path: Path) -> None:
    found = score_rag_logs(write(tmp_path, {}))
    found.write(tmp_path)
    assert json.loads((tmp_path / LOGS_NAME).read_text())["rows"][0]["n"] == 30


def test_the_projects_own_summary_agrees_in_every_row(data_dir: Path) -> None:
    path = data_dir / "rag" / "rag_logs_summary.json"
    if not path.is_file():
        pytest.skip("the summary of OmniBench-RAG's logs is not there")
    found = score_rag_logs(path)
    assert len(found.rows) == 28
    assert {row.improvement.agreement for row in found.rows} == {"equal"}
    assert {row.transformation.agreement for row in found.rows} == {"equal"}
    qwen = {one.domain: one for one in score_rag_logs(path, model="qwen").domains}
    points = {
        "culture": (88, 12.5), "geography": (125, 1.6), "health": (40, 2.5),
        "history": (60, -18.3), "mathematics": (39, -25.6), "nature": (120, -11.7),
        "people": (154, -3.2), "society": (55, 1.8), "technology": (56, -10.7),
    }  # fmt: skip
    for domain, (n, improvement) in points.items():
        assert qwen[domain].n == n
        assert 100 * (qwen[domain].improvement or 0) == pytest.approx(improvement, abs=0.05)
