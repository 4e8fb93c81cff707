from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from domainbench.benchmarks import data
from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.grid.config import read_config
from domainbench.benchmarks.grid.results import GridResults
from domainbench.benchmarks.grid.run import run_grid
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release

DOCUMENTS = """
name = "documents"
k = 10
measures = ["nDCG@10", "RR"]

[define]
encoder = "dense:dims=2"

[[cells]]
label = "one"
query_view = ["T", "TA"]
corpus_view = ["TA", "D"]
system = ["bm25", "{encoder}"]

[[cells]]
label = "both"
query_view = "TA"
corpus_view = ["TA", "D"]
system = "rrf:bm25+{encoder},k={rrf_k}"
rrf_k = [10, 60]
"""
PASSAGES = """
name = "passages"
k = 10
measures = ["nDCG@10", "RR"]

[[cells]]
label = "passages"
query_view = ["T", "TA"]
corpus_view = "D"
system = "passages:{base},window={window},agg={aggregation}"
base = ["bm25", "dense(dims=2)"]
window = [4, 8]
aggregation = ["maxP", "avg_top3", "avgP", "sumP"]

[[cells]]
label = "fused"
query_view = "TA"
corpus_view = "D"
system = "rrf:passages(bm25,window={window})+bm25,k=60"
window = [4, 8]
"""
TUNED = """
name = "tuned"
k = 10
measures = ["nDCG@10", "RR"]

[[cells]]
label = "bm25"
query_view = "T"
corpus_view = ["C", "T", "D"]
system = "bm25"

[[cells]]
label = "other"
query_view = "K"
corpus_view = ["T", "C"]
system = "bm25:b=0"

[tune]
split = "dev"
"""


def run(release: Release, folder: Path, text: str, **more) -> GridResults:
    path = folder / "grid.toml"
    path.write_text(text)
    config = read_config(path, more.pop("define", {}))
    return run_grid(release, config, folder / "out", **more)


def value(results: GridResults, cell: int, measure: str = "nDCG@10", **more) -> float | None:
    figure = results.figure(cell, measure, more.get("partition", "ALL"), more.get("split"))
    return figure.value if figure else None


def test_a_cell_has_the_figures_of_an_evaluation(library: Release, tmp_path: Path) -> None:
    results = run(library, tmp_path, DOCUMENTS)
    for cell in results.summary.cells:
        alone = evaluate(
            library,
            [cell.system],
            k=10,
            measures=["nDCG@10", "RR"],
            query_view=cell.query_view,
            corpus_view=cell.corpus_view,
        )
        for figure in alone.figures:
            found = results.figure(cell.number, figure.measure, figure.partition)
            assert found is not None
            assert (found.n, found.value, found.low, found.high) == (
                figure.n, figure.value, figure.low, figure.high,
            )  # fmt: skip
        for gap in alone.gaps:
            difference = results.figure(cell.number, gap.measure, "IN-OUT")
            ratio = results.figure(cell.number, gap.measure, "OUT/IN")
            assert difference is not None
            assert ratio is not None
            assert (difference.n, difference.value) == (1, gap.difference)
            assert (ratio.value, ratio.low, ratio.high) == (
                gap.ratio,
                gap.ratio_low,
                gap.ratio_high,
            )


def test_indexes_and_rankings_are_shared(library: Release, tmp_path: Path) -> None:
    results = run(library, tmp_path, DOCUMENTS)
    assert {o.status for o in results.summary.outcomes} == {"done"}
    work = results.summary.work
    # Two systems on two texts; each ranks for two texts of the queries; four fusions.
    assert (work.indexes_built, work.rankings_computed, work.rankings_reused) == (4, 12, 0)
    assert len(list((tmp_path / "out" / "runs").iterdir())) == 12


def test_one_index_of_passages_serves_all_aggregations(library: Release, tmp_path: Path) -> None:
    results = run(library, tmp_path, PASSAGES)
    assert {o.status for o in results.summary.outcomes} == {"done"}
    assert len(results.summary.cells) == 2 * 2 * 2 * 4 + 2
    work = results.summary.work
    # Two systems with two windows each, and bm25 on documents, for the fusions.
    assert work.indexes_built == 5
    assert work.rankings_computed == 32 + 1 + 2
    built: dict[tuple, set] = {}
    for cell, outcome in zip(results.summary.cells, results.summary.outcomes, strict=True):
        if cell.label == "passages":
            index = (cell.axes["base"], cell.axes["window"])
            built.setdefault(index, set()).add(outcome.cost.index_seconds)
            assert outcome.cost.cut_seconds is not None
    assert [len(seconds) for seconds in built.values()] == [1] * 4


def test_the_second_run_computes_nothing(library: Release, tmp_path: Path) -> None:
    first = run(library, tmp_path, DOCUMENTS)
    again = run(library, tmp_path, DOCUMENTS)
    work = again.summary.work
    assert (work.indexes_built, work.rankings_computed, work.rankings_reused) == (0, 0, 12)
    assert again.figures == first.figures
    assert all(outcome.reused for outcome in again.summary.outcomes)
    # What a ranking cost is what it cost when it was made.
    costs = [outcome.cost for outcome in first.summary.outcomes]
    assert [outcome.cost for outcome in again.summary.outcomes] == costs
    assert all(cost.search_seconds and cost.index_seconds is not None for cost in costs)
    told = run(library, tmp_path, DOCUMENTS, recompute=True)
    assert told.summary.work.rankings_computed == 12
    assert told.figures == first.figures


def test_an_evaluation_leaves_rankings_for_the_grid(library: Release, tmp_path: Path) -> None:
    options = {"k": 10, "measures": ["RR"], "corpus_view": "D"}
    evaluate(library, ["bm25"], **options, output=tmp_path / "out")
    results = run(library, tmp_path, DOCUMENTS)
    reused = [o.cell for o in results.summary.outcomes if o.reused]
    cells = {cell.number: cell for cell in results.summary.cells}
    assert [(cells[n].query_view, cells[n].corpus_view) for n in reused] == [("TA", "D")]


def test_a_killed_grid_goes_on_where_it_stopped(library: Release, tmp_path: Path) -> None:
    (tmp_path / "grid.toml").write_text(DOCUMENTS)
    command = [sys.executable, "-c", CHILD, library.path, tmp_path / "grid.toml", tmp_path / "out"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
    assert said == "five rankings\n"
    assert not (tmp_path / "out" / "grid.json").exists()
    results = run(library, tmp_path, DOCUMENTS)
    work = results.summary.work
    assert (work.rankings_computed, work.rankings_reused) == (7, 5)
    assert results.figures == run(library, tmp_path, DOCUMENTS, recompute=True).figures


CHILD = """
import sys, time
from contextlib import contextmanager
from pathlib import Path
from domainbench.benchmarks.grid.config import read_config
from domainbench.benchmarks.grid.run import run_grid
from domainbench.schemas.release import Release

class StopsBehindFive:
    made = 0

    @contextmanager
    def step(self, label, total=None):
        yield self.advance if total else lambda units: None

    def advance(self, units):
        self.made += units
        if self.made == 5:
            print("five rankings", flush=True)
            time.sleep(600)

release, config, output = map(Path, sys.argv[1:])
run_grid(Release.open(release), read_config(config), output, progress=StopsBehindFive())
"""


def test_the_choice_is_made_on_dev_and_reported_on_test(library: Release, tmp_path: Path) -> None:
    results = run(library, tmp_path, TUNED)
    # The dev queries name the documents' titles, the test queries words of their descriptions.
    titles, descriptions = 2, 3
    assert value(results, titles, split="dev") == 1
    assert value(results, titles) == 0
    assert value(results, descriptions) == 1
    tune = results.summary.tune
    assert tune is not None
    assert [(pick.group, pick.cell) for pick in tune.selected] == [
        ({"label": "bm25"}, titles),
        ({"label": "other"}, 5),
    ]
    # One index of each text and system, whichever split asks.
    assert results.summary.work.indexes_built == 5
    rows = pq.read_table(tmp_path / "out" / "cells.parquet").to_pylist()
    assert {row["cell"] for row in rows if row["selected"]} == {titles, 5}
    assert {row["split"] for row in rows} == {"dev", "test"}


def test_groups_to_choose_from_can_be_axes_and_views(library: Release, tmp_path: Path) -> None:
    text = TUNED + 'by = ["query_view", "corpus_view"]\nmeasure = "RR"\npartition = "OUT"\n'
    tune = run(library, tmp_path, text).summary.tune
    assert tune is not None
    assert [tuple(pick.group.values()) for pick in tune.selected] == [
        ("T", "C"), ("T", "T"), ("T", "D"), ("K", "T"), ("K", "C"),
    ]  # fmt: skip


def test_without_the_split_nothing_is_chosen(pumps: Release, tmp_path: Path) -> None:
    results = run(pumps, tmp_path, TUNED.replace('["C", "T", "D"]', '"TA"'))
    tune = results.summary.tune
    assert tune is not None
    assert tune.selected == []
    assert "no split 'dev'" in str(tune.reason)
    assert {outcome.split for outcome in results.summary.outcomes} == {"test"}


def test_what_cannot_be_ranked_says_why_and_the_rest_goes_on(
    pumps: Release, tmp_path: Path
) -> None:
    text = """
    name = "partly"
    k = 10
    measures = ["RR"]
    [[cells]]
    query_view = ["TA", "K"]
    corpus_view = ["TA", "TAC", "D"]
    system = "bm25"
    [[cells]]
    query_view = "TA"
    corpus_view = "TA"
    system = ["dense:/no/such/model", "rrf:bm25+dense(/no/such/model),k=60"]
    """
    results = run(pumps, tmp_path, text)
    found = {o.cell: o for o in results.summary.outcomes}
    assert [found[n].status for n in range(1, 9)] == [
        "done", "done", "unavailable", "unavailable", "unavailable", "unavailable",
        "failed", "failed",
    ]  # fmt: skip
    assert found[1].empty == []
    assert found[2].empty == ["corpus claims"]
    assert found[3].reason == "the release has no text in corpus description"
    assert found[4].reason == "the release has no text in queries keywords"
    assert found[7].reason == "there is no folder '/no/such/model'"
    assert found[8].reason == f"dense:/no/such/model: {found[7].reason}"
    # Without claims, TAC is the text of TA: ranked once.
    assert results.summary.work.rankings_computed == 1
    assert value(results, 1, "RR") == value(results, 2, "RR")
    rows = pq.read_table(tmp_path / "out" / "cells.parquet").to_pylist()
    assert len(rows) == 8 * 5
    assert Counter(row["status"] for row in rows if row["value"] is None) == {
        "unavailable": 20,
        "failed": 10,
    }


def test_a_release_without_the_column_of_a_view(pumps: Release, tmp_path: Path) -> None:
    path = pumps.files("queries")[0]
    pq.write_table(pq.read_table(path).drop_columns(["keywords"]), path)
    text = 'name = "k"\n[[cells]]\nquery_view = ["K", "TA"]\ncorpus_view = "TA"\nsystem = "bm25"'
    results = run(pumps, tmp_path, text)
    assert [o.status for o in results.summary.outcomes] == ["unavailable", "done"]
    with pytest.raises(DataError, match="lack the column 'keywords'"):
        evaluate(pumps, ["bm25"], query_view="K")


def test_the_cells_come_back_from_the_files(library: Release, tmp_path: Path) -> None:
    results = run(library, tmp_path, DOCUMENTS)
    assert GridResults.read(tmp_path / "out") == results
    table = pq.read_table(tmp_path / "out" / "cells.parquet")
    assert len(table) == 12 * 5 * 2
    row = table.to_pylist()[-1]
    assert (row["label"], row["rrf_k"], row["system"]) == (
        "both", 60, "rrf:bm25+dense(dims=2),k=60",
    )  # fmt: skip
    assert row["index_bytes"] is None or row["index_bytes"] > 0
    path = tmp_path / "out" / "grid.json"
    payload = json.loads(path.read_text())
    for broken in ("{", json.dumps(payload | {"more": 1}), json.dumps(payload | {"cells": 1})):
        path.write_text(broken)
        with pytest.raises(DataError, match="is wrong"):
            GridResults.read(tmp_path / "out")
    with pytest.raises(DataError, match="no grid here"):
        GridResults.read(tmp_path)


def test_texts_in_a_file_are_ranked_alike(
    library: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = run(library, tmp_path, PASSAGES)
    monkeypatch.setattr(data, "SPOOL_BYTES", 0)
    mapped = run(library, tmp_path, PASSAGES, recompute=True)
    assert mapped.summary.work.rankings_reused == 0
    assert mapped.figures == held.figures


def test_variables_of_the_call_win(library: Release, tmp_path: Path) -> None:
    results = run(library, tmp_path, DOCUMENTS, define={"encoder": "bm25:b=0"})
    assert results.summary.define == {"encoder": "bm25:b=0"}
    assert results.summary.cells[-1].system == "rrf:bm25+bm25(b=0),k=60"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (DOCUMENTS.replace('"T", "TA"', '"TX"'), "unknown view 'TX'"),
        (DOCUMENTS.replace('"TA", "D"', '"K"'), "unknown view 'K'"),
        ('task = "classify"\n' + DOCUMENTS, "task"),
        ('split = "train"\n' + DOCUMENTS, "split"),
    ],
)
def test_what_is_unknown_is_named(
    library: Release, tmp_path: Path, text: str, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        run(library, tmp_path, text)


def test_the_output_must_be_a_folder(library: Release, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(UsageError, match="not a folder"):
        run(library, tmp_path, DOCUMENTS)
