"""Questions from files to figures, by the commands that a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import domainbench, refused


@pytest.fixture(scope="module")
def questions(home: Path) -> Path:
    done = domainbench("sample", "qa", "-o", "qa", "--size", "5", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "quality.json" in done.stdout
    return home / "qa"


def test_the_sample_is_sound_and_its_report_adds_up(questions: Path, home: Path) -> None:
    done = domainbench("verify", "qa", cwd=home)
    assert done.returncode == 0, done.stdout
    report = json.loads((questions / "quality.json").read_text("utf-8"))
    assert report["records"] == report["questions"] + sum(report["rejected"].values())


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (None, "hi-hi"),
        ("passages", "en-hi"),
        ("sentences", "same"),
        ("choices", "Accuracy"),
        ("choices_without_corpus", "Chance"),
    ],
    ids=["main", "passages", "sentences", "choices", "alone"],
)
def test_every_task_is_ranked_and_shown(
    questions: Path, home: Path, task: str | None, shown: str
) -> None:
    named = () if task is None else ("--task", task)
    done = domainbench("evaluate", "qa", "-s", "bm25", "--by", "domain", *named, cwd=home)
    assert done.returncode == 0, done.stderr
    assert shown in done.stdout
    assert "agriculture" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_recorded_answers_are_scored(questions: Path, home: Path) -> None:
    table = pq.read_table(questions / "questions", columns=["_id", "answer", "options"]).to_pylist()
    choices = [row for row in table if row["options"]]
    lines = [
        json.dumps({"question_id": row["_id"], "answer": "ABCD"[row["answer"]]})
        for row in choices[:-1]
    ]
    (home / "answers.jsonl").write_text("\n".join(lines))
    done = domainbench("score", "qa", "qa", "--answers", "answers.jsonl", "-o", "scores", cwd=home)
    assert done.returncode == 0, done.stderr
    scores = json.loads((home / "scores" / "scores.json").read_text("utf-8"))
    overall = scores["accuracies"][0]
    assert (overall["right"], overall["missing"], overall["n"]) == (39, 1, 40)
    assert "accuracy by domain" in done.stdout


def test_tasks_for_the_harness_are_written(questions: Path, home: Path) -> None:
    done = domainbench("export", "lm-eval", "qa", "-o", "tasks", cwd=home)
    assert done.returncode == 0, done.stderr
    assert (home / "tasks" / "logprob_qa_sample_law_hi.yaml").is_file()


def test_what_is_wrong_with_a_call_is_said(questions: Path, home: Path) -> None:
    refused(domainbench("evaluate", "qa", "-s", "bm25", "--task", "quiz", cwd=home), 2, "passages")
    refused(domainbench("score", "qa", "qa", "--answers", "none.csv", cwd=home), 1, "none.csv")
    refused(domainbench("score", "qa", "qa", "--model", "gpt", cwd=home), 2, "local:")
    (home / "empty.csv").write_text("")
    refused(domainbench("build", "qa", "empty.csv", "-o", "x", cwd=home), 1, "empty")
    (home / "odd.csv").write_text("a~b\n1~2\n")
    refused(domainbench("build", "qa", "odd.csv", "-o", "x", cwd=home), 1, "delimiter")
    call = ("build", "qa", "qa.sources", "-o", "x", "--set", "reject=typos")
    refused(domainbench(*call, cwd=home), 2, "typos", "near_duplicate")
    call = ("build", "qa", "qa.sources", "-o", "x", "--name", "बैंक")
    refused(domainbench(*call, cwd=home), 2, "बैंक", "letters")
