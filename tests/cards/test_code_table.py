from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.benchmarks.code.memorization import Sampled, memorization
from domainbench.benchmarks.code.outcomes import Outcome
from domainbench.benchmarks.code.rates import score_rates
from domainbench.benchmarks.code.score_outcomes import score_outcomes
from domainbench.benchmarks.code.scores import CodeScores
from domainbench.benchmarks.code.task_metadata import CodeTask
from domainbench.benchmarks.results import ReleaseEntry
from domainbench.cards.code_table import MOST_SLICES, print_scores


def task(name: str, repository: str, *uses: str, domain: str) -> CodeTask:
    labels = {"domain": (domain,), "repository": (repository,), "standalone": (str(not uses),)}
    return CodeTask(name, name, repository, frozenset(uses), labels)


def run(name: str, marks: str) -> list[Outcome]:
    return [
        Outcome(
            name,
            sample,
            passed=mark == "+",
            outcome="passed" if mark == "+" else "timeout",
            dependencies={"intra_file": ("m.x",)},
        )
        for sample, mark in enumerate(marks)
    ]


TASKS = [
    task("a", "r", "m.x", domain="[Database]"),
    task("b", "s", domain="System"),
    task("c", "s", "m.y", domain="System"),
]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def shown(scores: CodeScores, capsys: pytest.CaptureFixture[str]) -> tuple[str, list[list[str]]]:
    print_scores(scores)
    text = capsys.readouterr().out
    return " ".join(text.split()), [line.split() for line in text.splitlines()]


def test_every_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    one, two = [*run("a", "+-"), *run("b", "++")], run("a", "-+")
    scores = score_outcomes(
        {"[one]": one, "two": two},
        TASKS,
        ks=[1, 3],
        release=ReleaseEntry(name="code", family="code", version="2025.01", fingerprint="f"),
        memorization=memorization({"[one]": Sampled({"a": "x"}, {"a": ["x"]})}, TASKS),
        isolation={"method": "unshare", "network": True},
    )
    text, lines = shown(scores, capsys)
    assert "code 2025.01: pass@k" in text
    assert ["model", "n", "pass@1", "pass@3"] in lines
    assert ["[one]", "0-2", "75.00", "-"] in lines
    assert ["two", "0-1", "50.00", "-"] in lines
    assert ["[Database],", "[one]", "0-1", "50.00", "-"] in lines
    assert ["System,", "[one]", "0-1", "100.00", "-"] in lines
    assert ["[one]", "0-1", "100.00", "-"] in lines
    assert ["passed", "3", "1"] in lines
    assert ["timeout", "1", "1"] in lines
    assert ["all", "4", "2"] in lines
    assert ["[one]", "1", "100.00", "100.00"] in lines
    assert ["all", "0.00", "0.00"] in lines
    for line in (
        "Below a figure: its 95% interval, repositories with all their tasks drawn.",
        "two: 2 of 3 task(s) have no completion.",
        "[one]: pass@3 is undefined for 2 task(s) with fewer completions.",
        "[one]: 1 standalone task(s) have no recall.",
        "Completions ran apart by: method unshare, network True.",
        "C: comfort domain, DSI above 10. S: strange domain, below -10.",
    ):
        assert line in text


def test_intervals_stand_below_their_figures(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes = [*run("a", "+"), *run("b", "-")]
    text, lines = shown(score_outcomes({"m": outcomes}, TASKS, ks=[1]), capsys)
    place = lines.index(["all", "2", "50.00"])
    assert lines[place + 1] == ["0.0-100.0"]
    assert "memorisation" not in text
    assert "Improvement" not in text


def test_the_most_frequent_labels_of_many(capsys: pytest.CaptureFixture[str]) -> None:
    tasks = [task(f"t{i:02}", "r", domain=f"domain{i:02}") for i in range(MOST_SLICES + 5)]
    outcomes = [one for each in tasks for one in run(each.name, "+")]
    text, _ = shown(score_outcomes({"m": outcomes}, tasks, ks=[1], by=["domain"]), capsys)
    assert f"pass@k by domain ({MOST_SLICES} of {MOST_SLICES + 5} labels)" in text
    assert f"domain{MOST_SLICES - 1}" in text
    assert f"domain{MOST_SLICES}" not in text


def test_dsi_against_a_published_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models = [f"a model of a long name {i}" for i in range(6)]
    path = tmp_path / "t.json"
    tables = {
        "models": models,
        "rates": {"X": [20, 10, 10, 10, 10, 10], "Y": [10, 0, 0, 0, 0, 10]},
        "dsi": {"X": [-20, 50, -20, -20, -20, -15], "Y": [80, -100, -100, -100, -100, 80]},
    }
    path.write_text(json.dumps(tables))
    text, lines = shown(score_rates(f"{path}#rates", published=f"{path}#dsi"), capsys)
    assert "pass@k" not in text
    assert ["X", "50.00", "C", "-20.00", "S", "-20.00", "S"] in lines
    assert ["Y", "80.00", "C", "-", "-"] in lines
    assert ["X,", *models[5].split(), "-15.00", "-20.00", "0.050"] in lines
    for line in (
        "5 of 8 figures are those of t.json#dsi, within 0.000.",
        f"{models[0]} and {models[1]} swapped in rows X: with the two columns exchanged",
        f"Defined here or there alone, as where a rate is 0: Y, {models[1]} (-100.00)",
    ):
        assert line in text
