from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.code.memorization import Sampled, memorization
from domainbench.benchmarks.code.outcomes import Outcome
from domainbench.benchmarks.code.score_outcomes import score_outcomes, score_recorded
from domainbench.benchmarks.code.scores import CodeScores, Source
from domainbench.benchmarks.code.task_metadata import CodeTask, read_tasks
from domainbench.benchmarks.results import ReleaseEntry
from domainbench.benchmarks.statistics import cluster_interval
from domainbench.schemas.errors import DataError, UsageError


def task(name: str, repository: str, *uses: str, domain: tuple[str, ...] = ()) -> CodeTask:
    labels = {
        "domain": domain,
        "repository": (repository,),
        "standalone": (str(not uses),),
        "dependency_kinds": ("intra_file",) if uses else (),
        "window": ("w",),
    }
    return CodeTask(name, name, repository, frozenset(uses), labels)


TASKS = [
    task("a", "r", "m.x", "m.y", domain=("Database",)),
    task("b", "r", "m.x", domain=("Database", "System")),
    task("c", "s", domain=("System",)),
    task("d", "s", "m.z"),
    task("e", "s"),
]


def run(name: str, marks: str, *uses: str | None) -> list[Outcome]:
    """Outcomes of one task: a mark + or - each, and the names each uses, None without parsing."""
    found: list[Outcome] = []
    for sample, mark in enumerate(marks):
        used = uses[sample] if sample < len(uses) else ""
        names = None if used is None else tuple(used.split())
        found.append(
            Outcome(
                name,
                sample,
                passed=mark == "+",
                dependencies={} if names is None else {"intra_file": names},
            )
        )
    return found


FIRST = [
    *run("a", "+--", "m.x", "m.x m.y other"),
    *run("b", "++-", None, "m.q", "m.x"),
    *run("c", "---"),
    *run("d", "-", "m.z"),
]
SECOND = [*run("a", "+++"), *run("b", "+--"), *run("c", "+--"), *run("e", "+")]


def test_figures_by_hand() -> None:
    scores = score_outcomes({"m": FIRST}, TASKS, ks=[1, 2, 3])
    # pass@1 of the four tasks: 1/3, 2/3, 0, 0; pass@2: 2/3, 1, 0, undefined.
    one, two = scores.figure("pass@1"), scores.figure("pass@2")
    assert (one.value, one.n, one.undefined, one.left_out) == (pytest.approx(1 / 4), 4, 0, 0)
    assert (two.value, two.n, two.undefined, two.left_out) == (pytest.approx(5 / 9), 3, 1, 0)
    # Recall of a, b, d, as c is standalone: 1/2, 0, 1; then 1, 0, undefined; then 1, 1, undefined.
    recalls = [scores.figure(f"recall@{k}") for k in (1, 2, 3)]
    assert [r.value for r in recalls] == [0.5, 0.5, 1.0]
    assert [(r.n, r.undefined, r.left_out) for r in recalls] == [(3, 0, 1), (2, 1, 1), (2, 1, 1)]
    base = scores.figure("pass@1", column="domain", label="Database")
    assert (base.value, base.n) == (pytest.approx(1 / 2), 2)
    assert scores.figure("pass@1", column="domain", label="System").value == pytest.approx(1 / 3)
    alone = scores.figure("recall@1", column="standalone", label="True")
    assert (alone.value, alone.n, alone.left_out, alone.low) == (None, 0, 1, None)
    assert scores.by == ["domain", "standalone", "dependency_kinds", "repository"]
    (model,) = scores.models
    assert (model.tasks, model.without, model.completions, model.distinct) == (4, 1, 10, None)
    assert model.samples_per_task == {1: 1, 3: 3}
    assert model.outcomes == {"failed": 7, "passed": 3}
    assert not scores.improvements


def test_intervals_draw_repositories_or_tasks() -> None:
    values = np.array([1 / 3, 2 / 3, 0, 0])
    by_repository = score_outcomes({"m": FIRST}, TASKS, ks=[1], seed=3).figure("pass@1")
    wanted = cluster_interval(values, np.array([0, 0, 1, 1]), seed=3)
    assert (by_repository.low, by_repository.high) == wanted
    alone = score_outcomes({"m": FIRST}, TASKS, ks=[1], seed=3, interval="task")
    wanted = cluster_interval(values, np.arange(4), seed=3)
    assert (alone.figure("pass@1").low, alone.figure("pass@1").high) == wanted
    # One repository has nothing to be drawn from.
    found = score_outcomes({"m": FIRST}, TASKS, ks=[1]).figure(
        "pass@1", column="repository", label="r"
    )
    assert (found.value, found.low, found.high) == (pytest.approx(1 / 2), None, None)


def test_nobody_looked_for_dependencies() -> None:
    plain = [Outcome("a", 0, passed=True), Outcome("b", 0, passed=False)]
    scores = score_outcomes({"m": plain}, TASKS, ks=[1])
    assert {figure.measure for figure in scores.figures} == {"pass@1"}
    some = [*plain, Outcome("d", 0, passed=True, dependencies={"intra_file": ("m.z",)})]
    found = score_outcomes({"m": some}, TASKS, ks=[1]).figure("recall@1")
    assert (found.value, found.n, found.undefined) == (1, 1, 2)


def test_dsi_over_the_tasks_that_all_models_have() -> None:
    scores = score_outcomes({"one": FIRST, "two": SECOND}, TASKS, ks=[1])
    (table,) = scores.improvements
    assert table.domains == [None, "Database", "System"]
    # Tasks a, b, c: pass@1 1/3, 2/3, 0 against 1, 1/3, 1/3.
    one, two = table.cell(None, "one"), table.cell(None, "two")
    assert (one.n, one.rate, two.rate) == (3, pytest.approx(1 / 3), pytest.approx(5 / 9))
    assert (one.value, two.value) == (pytest.approx(-200 / 3), pytest.approx(40))
    assert (one.verdict, two.verdict) == ("strange", "comfort")
    assert one.low is None
    assert one.high is not None
    system = table.cell("System", "one")
    assert (system.n, system.value, system.verdict) == (2, pytest.approx(0), "neither")
    assert scores.figure("pass@1", model="two").n == 4
    strict = score_outcomes({"one": FIRST, "two": SECOND}, TASKS, ks=[1], threshold=50)
    assert strict.improvements[0].cell(None, "two").verdict == "neither"


def test_models_that_share_no_task() -> None:
    scores = score_outcomes({"one": run("a", "+"), "two": run("b", "+")}, TASKS, ks=[1])
    cell = scores.improvements[0].cell(None, "one")
    assert (cell.n, cell.rate, cell.value, cell.low) == (0, None, None, None)


def test_classes_and_distinct_texts() -> None:
    found = [
        Outcome("a", 0, passed=True, outcome="passed", completion="00"),
        Outcome("a", 1, passed=True, outcome="passed", completion="00"),
        Outcome("a", 2, passed=False, outcome="timeout", completion="01"),
        Outcome("b", 0, passed=False, outcome="memory", completion="00"),
    ]
    scores = score_outcomes({"m": found}, TASKS, ks=[2])
    assert scores.models[0].outcomes == {"memory": 1, "passed": 2, "timeout": 1}
    assert scores.models[0].distinct == 3
    # Identical completions count as often as they occur: 1 - C(1, 2) / C(3, 2).
    assert scores.figure("pass@2").value == 1


def test_the_order_of_rows_and_tasks_changes_nothing() -> None:
    one = score_outcomes({"m": FIRST}, TASKS)
    two = score_outcomes({"m": FIRST[::-1]}, TASKS[::-1])
    assert one == two


def test_scores_come_back(tmp_path: Path) -> None:
    completions = {"m": Sampled({"a": "x"}, {"a": ["x", "y"]})}
    scores = score_outcomes(
        {"m": FIRST, "n": SECOND},
        TASKS,
        sources={"m": Source(name="m.jsonl", parameters={"sha256": "00"})},
        release=ReleaseEntry(name="r", family="code", version="2025.01", fingerprint="f"),
        memorization=memorization(completions, TASKS),
        isolation={"method": "unshare", "network": True},
        limits={"seconds": 30},
    )
    path = scores.write(tmp_path)
    assert CodeScores.read(tmp_path) == scores
    assert "Infinity" not in path.read_text()
    assert "NaN" not in path.read_text()
    with pytest.raises(KeyError):
        scores.figure("pass@2")
    with pytest.raises(KeyError):
        scores.improvements[0].cell("Security", "m")
    with pytest.raises(DataError, match="no scores here"):
        CodeScores.read(tmp_path / "none")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ks": []}, "values of k are wrong"),
        ({"ks": [0]}, "values of k are wrong"),
        ({"ks": [1, 1]}, "values of k are wrong"),
        ({"seed": -1}, "the seed is negative"),
        ({"threshold": float("inf")}, "the threshold is wrong"),
        ({"by": ["language"]}, "unknown column of tasks 'language'"),
        ({"interval": "file"}, "unknown interval 'file'"),
    ],
)
def test_faults_of_the_call(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        score_outcomes({"m": FIRST}, TASKS, **options)  # type: ignore[arg-type]


def test_faults_of_outcomes() -> None:
    with pytest.raises(UsageError, match="nothing to score"):
        score_outcomes({}, TASKS)
    with pytest.raises(UsageError, match="nothing to score"):
        score_outcomes({"m": FIRST}, [])
    with pytest.raises(DataError, match="a model has no outcomes"):
        score_outcomes({"m": []}, TASKS)
    with pytest.raises(DataError, match="a task that is unknown"):
        score_outcomes({"m": run("z", "+")}, TASKS)
    with pytest.raises(DataError, match="missing or twice"):
        score_outcomes({"m": [*run("a", "++")[1:]]}, TASKS)
    with pytest.raises(DataError, match="missing or twice"):
        score_outcomes({"m": [*run("a", "++"), *run("a", "+")]}, TASKS)


@given(st.lists(st.text("+-", min_size=1, max_size=5), min_size=5, max_size=5), st.integers(1, 5))
def test_every_task_is_accounted_for(marks: list[str], k: int) -> None:
    outcomes = [one for t, each in zip(TASKS, marks, strict=True) for one in run(t.name, each)]
    scores = score_outcomes({"m": outcomes}, TASKS, ks=[k], by=["standalone", "repository"])
    for measure in (f"pass@{k}", f"recall@{k}"):
        found = [figure for figure in scores.figures if figure.measure == measure]
        sizes = {(f.column, f.slice): f.n + f.undefined + f.left_out for f in found}
        assert sizes == {
            (None, None): 5,
            ("standalone", "False"): 3,
            ("standalone", "True"): 2,
            ("repository", "r"): 2,
            ("repository", "s"): 3,
        }
        assert all((f.value is None) == (f.n == 0) for f in found)
        assert all(f.value is None or 0 <= f.value <= 1 for f in found)


PUBLISHED = {
    "low": ((10.30, 12.24, 13.11, 14.00), (16.06, 21.51, 28.37, 32.28)),
    "med": ((13.70, 18.23, 20.24, 23.00), (37.78, 52.07, 57.07, 61.27)),
}


@pytest.mark.real_data
def test_published_figures_follow_from_recorded_outcomes(data_dir: Path) -> None:
    folder = data_dir / "code"
    metadata = folder / "evocodebench_2403_metadata.jsonl"
    files = {level: folder / f"evocodebench_outcomes_{level}_level.jsonl" for level in PUBLISHED}
    if not all(path.is_file() for path in (metadata, *files.values())):
        pytest.skip("recorded outcomes are not here")
    scores = score_recorded(files, read_tasks(metadata))
    for level, (passed, recalls) in PUBLISHED.items():
        for measure, wanted in (("pass", passed), ("recall", recalls)):
            found = [scores.figure(f"{measure}@{k}", model=level) for k in (1, 3, 5, 10)]
            assert [round(100 * f.value, 2) for f in found if f.value is not None] == list(wanted)
            assert all((f.n, f.undefined, f.left_out) == (100, 0, 0) for f in found)
    assert [model.without for model in scores.models] == [175, 175]
    assert json.loads(scores.model_dump_json())["models"][0]["samples_per_task"] == {"10": 100}
