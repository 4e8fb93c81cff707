from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.benchmarks.qa.score import score
from domainbench.benchmarks.qa.scores import QaScores
from domainbench.cards.qa_table import MOST_SLICES, footnotes, print_scores
from tests.benchmarks.qa.releases import question, write_questions


def scored(tmp_path: Path, rows: list[dict[str, object]], answers: str) -> QaScores:
    path = tmp_path / "answers.csv"
    path.write_text(answers)
    return score(write_questions(tmp_path / "release", rows), answers=path)


def shown(scores: QaScores, capsys: pytest.CaptureFixture[str]) -> str:
    print_scores(scores)
    return capsys.readouterr().out


def test_every_table_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    rows = [
        question("e1", 0, parallel_id="p", domain=["[law]"]),
        question("h1", 1, parallel_id="p", language="hi", domain=[]),
        question("x1", None, options=[], answers=["a span"], domain=[]),
    ]
    scores = scored(tmp_path, rows, 'id,probabilities\ne1,"[0.7, 0.1, 0.1, 0.1]"\n')
    text = shown(scores, capsys)
    lines = [line.split() for line in text.splitlines()]
    assert ["all", "2", "0.500", "1.000", "0", "1", "0.250", "0.500"] in lines
    assert ["[law]", "1", "1.000", "1.000", "0", "0", "0.250", "1.000"] in lines
    assert ["hi", "1", "0.000", "-", "0", "1", "0.250", "1.000"] in lines
    assert ["all", "en", "-", "hi", "1", "1.000", "0.000", "+1.000", "1.000"] in lines
    assert ["all", "given", "1", "1.000", "0.000", "0.000", "0.000", "-"] in lines
    assert ["all", "1", "0.3000", "0.3000", "0.1200", "0.3567"] in lines
    assert "1 question(s) without choices are not scored." in text
    assert "accuracy by topic" not in text


def test_the_most_frequent_labels_of_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [question(f"q{i:02}", topic=f"topic{i:02}") for i in range(MOST_SLICES + 5)]
    rows += [question("z", topic=f"topic{MOST_SLICES + 4}")]
    text = shown(scored(tmp_path, rows, "id,answer\nq00,A\n"), capsys)
    assert f"accuracy by topic ({MOST_SLICES} of {MOST_SLICES + 5} labels)" in text
    assert f"topic{MOST_SLICES + 4}" in text
    assert f"topic{MOST_SLICES}" not in text


def test_footnotes_say_what_is_left_out(tmp_path: Path) -> None:
    scores = scored(tmp_path, [question("a"), question("b")], "id,answer\na,A\n")
    failed = scores.source.model_copy(update={"requests": 4, "failed": 1})
    partial = scores.model_copy(update={"left_out": 3, "source": failed})
    text = "\n".join(footnotes(partial))
    assert "3 choice question(s) are beyond the limit." in text
    assert "1 of 4 request(s) failed" in text
    assert "beyond the limit" not in "\n".join(footnotes(scores))
