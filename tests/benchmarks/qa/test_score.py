from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from scipy.stats import binomtest

from domainbench.benchmarks.qa.score import score
from domainbench.benchmarks.qa.scores import QaScores
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from tests.benchmarks.qa.releases import question, write_questions

ROWS = [
    question("e1", 0, parallel_id="p1", cluster="c1", level="easy"),
    question("e2", 1, parallel_id="p2", cluster="c2", domain=["law", "finance"]),
    question("e3", 2, parallel_id="p3", cluster="c3", options=["yes", "no", "maybe"]),
    question("e4", 1, cluster="c4", domain=[]),
    question("h1", 0, parallel_id="p1", cluster="c1", language="hi"),
    question("h2", 1, parallel_id="p2", cluster="c2", language="hi"),
    question("h3", 0, parallel_id="p3", cluster="c3", language="hi"),
    question("x1", None, options=[], type="extractive", answers=["a span"]),
]
ANSWERS = {"e1": "A", "e2": "(b)", "e3": "Answer: C", "e4": "A, B", "h1": "ख", "h2": "B"}


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return write_questions(tmp_path / "release", ROWS)


def answers_file(folder: Path, answers: Mapping[str, str] = ANSWERS) -> Path:
    path = folder / "answers.jsonl"
    path.write_text(
        "".join(json.dumps({"id": name, "answer": text}) + "\n" for name, text in answers.items())
    )
    return path


def test_accuracies(release: Release, tmp_path: Path) -> None:
    scores = score(release, answers=answers_file(tmp_path))
    found = scores.accuracy()
    assert (found.n, found.right, found.wrong, found.unparsed, found.missing) == (7, 4, 1, 1, 1)
    assert (scores.questions, scores.not_choice, scores.left_out) == (7, 1, 0)
    assert found.value == pytest.approx(4 / 7)
    interval = binomtest(4, 7).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.answered == pytest.approx(4 / 5)
    assert found.chance == pytest.approx((6 / 4 + 1 / 3) / 7)
    assert found.majority == pytest.approx(3 / 7)
    law = scores.accuracy("domain", "law")
    assert (law.n, law.value) == (1, 1.0)
    assert scores.accuracy("domain", "finance").n == 1
    assert scores.accuracy("language", "hi").value == pytest.approx(1 / 3)
    assert scores.accuracy("level", "easy").n == 1
    with pytest.raises(KeyError):
        scores.accuracy("topic", "none")


def test_gaps_pair_parallel_questions(release: Release, tmp_path: Path) -> None:
    scores = score(release, answers=answers_file(tmp_path), by=["domain", "language"])
    found = scores.gaps[0]
    assert (found.left, found.right, found.n) == ("en", "hi", 3)
    assert (found.left_only, found.right_only) == (2, 0)
    assert found.difference == pytest.approx(2 / 3)
    assert found.p_value == pytest.approx(0.5)
    # Slices are those of the question in the left language; none has two differing pairs.
    sliced = [(gap.column, gap.slice, gap.n) for gap in scores.gaps[1:]]
    assert sliced == [("domain", "agriculture", 2), ("domain", "finance", 1), ("domain", "law", 1)]
    # Smallest p of four tests.
    assert found.p_adjusted == 1.0


def test_groups_with_two_questions_of_a_language_are_no_pairs(tmp_path: Path) -> None:
    rows = [
        question("a", parallel_id="p"),
        question("b", parallel_id="p"),
        question("c", parallel_id="p", language="hi"),
    ]
    release = write_questions(tmp_path / "release", rows)
    assert score(release, answers=answers_file(tmp_path, {"a": "A"})).gaps == []


def test_positions(release: Release, tmp_path: Path) -> None:
    scores = score(release, answers=answers_file(tmp_path))
    found = scores.positions[0]
    assert found.n == 5
    assert (found.given, found.right) == ([1, 3, 1, 0], [2, 2, 1, 0])
    assert found.accuracy == [0.5, 1.0, 1.0, None]
    # One answer moved from A to B.
    assert (found.statistic, found.freedom) == (pytest.approx(1.0), 1)
    assert [one.language for one in scores.positions] == [None, "en", "hi"]
    assert scores.positions[1].p_value is None


def test_the_bootstrap_over_clusters(release: Release, tmp_path: Path) -> None:
    path = answers_file(tmp_path)
    plain = score(release, answers=path, by=[])
    clustered = score(release, answers=path, by=[], interval="cluster", seed=5)
    assert clustered.accuracy().value == plain.accuracy().value
    assert (clustered.accuracy().low, clustered.accuracy().high) != (
        plain.accuracy().low,
        plain.accuracy().high,
    )
    assert clustered == score(release, answers=path, by=[], interval="cluster", seed=5)


def test_probabilities_are_calibrated(release: Release, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(
        '{"id": "e1", "probabilities": [0.7, 0.1, 0.1, 0.1]}\n'
        '{"id": "e2", "probabilities": [0.4, 0.4, 0.1, 0.1]}\n'
    )
    scores = score(release, answers=path)
    assert scores.calibration is not None
    assert scores.calibration.n == 2
    assert scores.calibration.ece == pytest.approx((0.3 + 0.4) / 2)
    # Of equal choices the first is taken.
    assert (scores.accuracy().right, scores.accuracy().wrong) == (1, 1)
    assert score(release, answers=answers_file(tmp_path)).calibration is None


def test_the_files(release: Release, tmp_path: Path) -> None:
    scores = score(release, answers=answers_file(tmp_path), output=tmp_path / "out")
    assert QaScores.read(tmp_path / "out") == scores
    rows = pq.read_table(tmp_path / "out" / "answers.parquet").to_pylist()
    assert [row["outcome"] for row in rows] == [
        "right", "right", "right", "unparsed", "wrong", "right", "missing",
    ]  # fmt: skip
    assert (rows[3]["answer"], rows[3]["reason"]) == ("A, B", "several")
    assert (rows[4]["given"], rows[4]["right"]) == (1, 0)
    assert rows[6]["reason"] == "absent"


def test_limits_are_nested_draws(release: Release, tmp_path: Path) -> None:
    drawn = {}
    for limit in (2, 4):
        folder = tmp_path / str(limit)
        path = answers_file(tmp_path)
        scores = score(release, answers=path, limit=limit, seed=1, output=folder)
        assert (scores.questions, scores.left_out) == (limit, 7 - limit)
        drawn[limit] = pq.read_table(folder / "answers.parquet").column("question_id").to_pylist()
    assert set(drawn[2]) < set(drawn[4])
    assert drawn[4] == sorted(drawn[4])


def test_translations_are_drawn_together(tmp_path: Path) -> None:
    rows = [
        question(f"{language}{i}", parallel_id=f"p{i}", language=language)
        for i in range(50)
        for language in ("en", "hi")
    ]
    release = write_questions(tmp_path / "release", rows)
    scores = score(release, answers=answers_file(tmp_path, {"en1": "A"}), limit=11)
    assert scores.gaps[0].n == 5


def test_numbers_from_zero_are_seen(release: Release, tmp_path: Path) -> None:
    path = answers_file(tmp_path, {"e1": "0", "e2": "1", "e3": "2"})
    scores = score(release, answers=path)
    assert scores.accuracy().right == 3
    assert scores.source.parameters["numbers_from"] == 0


def test_calls_that_are_wrong(release: Release, tmp_path: Path) -> None:
    path = answers_file(tmp_path)
    with pytest.raises(UsageError, match="from a file or from a model"):
        score(release)
    with pytest.raises(UsageError, match="from a file or from a model"):
        score(release, answers=path, model="local:x")
    with pytest.raises(UsageError, match="unknown column"):
        score(release, answers=path, by=["colour"])
    with pytest.raises(UsageError, match="unknown split"):
        score(release, answers=path, split="dev")
    with pytest.raises(UsageError, match="output folder is a file"):
        score(release, answers=path, output=path)
    with pytest.raises(UsageError, match="limit"):
        score(release, answers=path, limit=0)
    with pytest.raises(UsageError, match="seed"):
        score(release, answers=path, seed=-1)
    with pytest.raises(UsageError, match="unknown interval"):
        score(release, answers=path, interval="normal")  # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="unknown protocol"):
        score(release, model="local:x", protocol="guess")  # pyright: ignore[reportArgumentType]


def test_a_release_without_choices(tmp_path: Path) -> None:
    release = write_questions(tmp_path / "release", [ROWS[-1]])
    with pytest.raises(DataError, match="no questions with choices"):
        score(release, answers=answers_file(tmp_path))


def test_damaged_scores(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no scores here"):
        QaScores.read(tmp_path)
    (tmp_path / "scores.json").write_text("{")
    with pytest.raises(DataError, match="not JSON"):
        QaScores.read(tmp_path)
    (tmp_path / "scores.json").write_text('{"format": 1}')
    with pytest.raises(DataError, match="release is wrong"):
        QaScores.read(tmp_path)
