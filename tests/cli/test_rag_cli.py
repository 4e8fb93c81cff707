"""RAG by the commands that a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import domainbench, refused
from tests.retrieval.language_models.tiny_model import make_tiny_model


@pytest.fixture(scope="module")
def release(home: Path) -> Path:
    done = domainbench("sample", "rag", "-o", "rag", "--size", "8", cwd=home)
    assert done.returncode == 0, done.stderr
    return home / "rag"


def test_the_sample_is_sound_and_ranked_by_domain(release: Path, home: Path) -> None:
    assert domainbench("verify", "rag", cwd=home).returncode == 0
    done = domainbench("evaluate", "rag", "-s", "bm25", "--by", "domain", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "composite" in done.stdout
    assert "mathematics" in done.stdout


def test_a_model_answers_without_and_with_context(release: Path, home: Path) -> None:
    model = make_tiny_model(home / "tiny")
    done = domainbench(
        "score", "rag", "rag", "--model", f"local:{model},max_tokens=4", "--limit", "6", "-o",
        "answers", "--longest", "300", cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Improvement" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    scores = json.loads((home / "answers" / "scores.json").read_text("utf-8"))
    assert scores["release"]["family"] == "rag"


def test_logs_are_worked_out_again(home: Path) -> None:
    row = {
        "log": "a.log", "domain": "culture", "model": "m", "top_k": 3, "n": 20,
        "basic_accuracy": 0.5, "rag_accuracy": 0.75, "base_time": 2.0, "base_mem": 0.5,
        "base_gpu": 20.0, "rag_time": 4.0, "rag_mem": 0.5, "rag_gpu": 10.0,
        "improvement": 0.25, "transformation": 0.4 / 2 + 0.3 / 0.5 + 0.3,
    }  # fmt: skip
    (home / "logs.json").write_text(json.dumps([row]))
    done = domainbench("score", "rag", "--logs", "logs.json", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "1 of 1 run(s)" in done.stdout


def test_wrong_calls_are_told(release: Path, home: Path) -> None:
    refused(domainbench("score", "rag", "rag", cwd=home), 2, "--answers")
    refused(domainbench("score", "rag", "--model", "local:x", cwd=home), 2, "release folder")
    refused(domainbench("score", "rag", "--logs", "none.json", cwd=home), 2, "none.json")
    refused(domainbench("score", "rag", "rag", "--model", "local:none", cwd=home), 2, "none")
