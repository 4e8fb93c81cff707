from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.benchmarks.rag.logs import score_rag_logs
from domainbench.benchmarks.rag.score import score
from domainbench.benchmarks.rag.scores import ContextFigures, RagScores, Retrieval
from domainbench.cards.rag_table import footnotes, print_logs, print_scores
from tests.benchmarks.rag.releases import QUESTIONS, write

ROW = {
    "domain": "[law]", "model": "m", "n": 4, "basic_accuracy": 0.5, "rag_accuracy": 0.75,
    "base_time": 1.0, "rag_time": 2.0, "base_mem": 1.0, "rag_mem": 1.0, "base_gpu": 1.0,
    "rag_gpu": 1.0, "improvement": 0.25, "transformation": 0.8,
}  # fmt: skip


@pytest.fixture
def scores(tmp_path: Path) -> RagScores:
    rows = [
        {"id": name, "condition": condition, "answer": answer, "seconds": seconds, "gpu": 3}
        for name, domain, _, _, right, _ in QUESTIONS
        for condition, answer, seconds in (
            ("none", "yes", 1.0),
            ("retrieved", right if domain != "history" else "maybe", 2.5),
        )
    ]
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return score(write(tmp_path / "release"), answers=path)


def words(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_every_table_is_printed(
    scores: RagScores, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    print_scores(scores)
    text = capsys.readouterr().out
    lines = words(text)
    assert "facts 2026.11: what context adds" in text
    assert ["all", "6", "0.500", "0.667", "+0.167", "2", "1", "1.000"] in lines
    assert ["history", "2", "0.500", "0.000", "-0.500", "0", "1", "1.000"] in lines
    assert ["all", "without", "6", "0.500", "0", "0", "6", "0.500"] in lines
    assert ["with", "6", "0.667", "2", "0", "2", "0.500"] in lines
    # 0.4 / 2.5 + 0.3; over 0.7.
    assert ["all", "2.500", "-", "1.000", "0.460", "0.657"] in lines
    assert ["with", "6", "2.5000", "-", "-", "3.0"] in lines
    assert "Transformation: 0.4/time" in text
    assert "same" not in text


def test_context_and_what_is_left_out_are_told(
    scores: RagScores, capsys: pytest.CaptureFixture[str]
) -> None:
    retrieval = Retrieval(
        system="bm25", parameters={}, source="chunks", scope="domain", k=3, longest=None,
        documents_cut=0, index_seconds=None, search_seconds=None,
    )  # fmt: skip
    figures = ContextFigures(n=6, without=1, documents=2.5, same_domain=0.75, gold_recall=None)
    failed = scores.source.model_copy(update={"requests": 12, "failed": 2})
    changed = scores.model_copy(
        update={"retrieval": retrieval, "contexts": [figures], "left_out": 3, "source": failed}
    )
    print_scores(changed)
    assert ["all", "6", "1", "2.50", "0.750", "-"] in words(capsys.readouterr().out)
    text = "\n".join(footnotes(changed))
    assert "Context: 3 documents by bm25 from chunks, domain." in text
    assert "3 question(s) are beyond the limit" in text
    assert "2 of 12 request(s) failed" in text
    gold = retrieval.model_copy(update={"system": None, "source": "gold"})
    told = footnotes(changed.model_copy(update={"retrieval": gold}))
    assert "Context: the paragraphs on the entities." in told


def test_answers_without_context_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,condition,answer\nc1,none,yes\n")
    print_scores(score(write(tmp_path / "release"), answers=path))
    text = capsys.readouterr().out
    assert "accuracy" in text
    assert "what context adds" not in text
    assert "Transformation" not in text


def test_logs_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    path = tmp_path / "summary.json"
    path.write_text(json.dumps([ROW, ROW | {"improvement": 0.2501}, ROW | {"transformation": 0.9}]))
    print_logs(score_rag_logs(path))
    text = capsys.readouterr().out
    assert ["[law]", "3", "12", "0.500", "0.750", "+0.250", "0.800", "0.800"] in words(text)
    assert ["all", "3", "12", "0.500", "0.750", "+0.250", "0.800", "0.800"] in words(text)
    assert ["3", "[law]", "equal", "0.9000", "/", "0.8000"] in words(text)
    assert "2 of 3 run(s)" in text
    assert "1 of them only within the rounding" in text
