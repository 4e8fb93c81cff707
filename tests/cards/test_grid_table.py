from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from domainbench.benchmarks.grid.results import (
    CellCost,
    CellEntry,
    GridFigure,
    GridResults,
    GridSummary,
    Outcome,
    Selection,
    TuneEntry,
    WorkEntry,
)
from domainbench.benchmarks.results import ReleaseEntry
from domainbench.cards.grid_table import (
    footnotes,
    grid_table,
    markdown,
    print_grid,
    rich_table,
    selection_lines,
)


def cell(number: int, label: str, **axes) -> CellEntry:
    return CellEntry(
        number=number, name=f"{label} TA>D", label=label, query_view="TA", corpus_view="D",
        system="bm25", axes=axes,
    )  # fmt: skip


def figure(number: int, partition: str, value: float | None, split: str = "test") -> GridFigure:
    bounds = (None, None) if value in (None, 2.0) else (value - 0.1, value + 0.1)
    return GridFigure(
        cell=number, split=split, partition=partition, measure="RR", n=0 if value is None else 5,
        value=value, low=bounds[0], high=bounds[1],
    )  # fmt: skip


def outcome(number: int, **more) -> Outcome:
    cost = CellCost(cut_seconds=0.5, index_seconds=1, search_seconds=0.25, peak_mib=1234.5)
    return Outcome(**({"cell": number, "split": "test", "status": "done", "cost": cost} | more))


@pytest.fixture
def results() -> GridResults:
    summary = GridSummary(
        name="small",
        release=ReleaseEntry(name="pumps", family="patents", version="2026.11", fingerprint="f"),
        task="retrieval",
        self_match_rule="removed",
        define={},
        split="test",
        depth=100,
        measures=["RR", "nDCG@10"],
        partitions=["ALL", "IN"],
        gap=["ALL-IN", "IN/ALL"],
        axes=["window"],
        merged=0,
        seed=0,
        interval={"level": 0.95, "resamples": 2000},
        documents=9,
        queries={"dev": 4, "test": 5},
        cells=[cell(1, "one"), cell(2, "[x]|", window=64), cell(3, "off"), cell(4, "bad")],
        outcomes=[
            outcome(1, empty=["corpus claims"]),
            outcome(2),
            outcome(3, cost=CellCost()),
            outcome(4, status="failed", reason="no such model.", cost=CellCost()),
        ],
        tune=TuneEntry(
            split="dev", measure="RR", partition="ALL", by=["label"],
            selected=[Selection(group={"label": "one"}, cell=1)],
        ),
        work=WorkEntry(rankings_computed=2, rankings_reused=1, indexes_built=1, seconds=3),
        environment={},
    )  # fmt: skip
    figures = (
        figure(1, "ALL", 0.25), figure(1, "IN", 0.5), figure(1, "IN/ALL", 2.0),
        figure(2, "ALL", 0.5), figure(2, "IN", 0.5),
        figure(3, "ALL", None), figure(3, "IN", None), figure(1, "ALL", 0.75, split="dev"),
    )  # fmt: skip
    return GridResults(summary, figures)


def test_markdown_is_sorted_and_marks_the_best_and_the_chosen(results: GridResults) -> None:
    assert markdown(grid_table(results)).splitlines() == [
        "**small on pumps 2026.11: RR, test**",
        "",
        "| cell | ALL (n=5) | IN (n=5) | IN/ALL | seconds | peak MiB |",
        "|---|---:|---:|---:|---:|---:|",
        "| [x]\\| TA>D | **0.5000** .400-.600 | **0.5000** .400-.600 | - | 1.75 | 1234 |",
        "| one TA>D \\* | 0.2500 .150-.350 | **0.5000** .400-.600 | **2.0000** | 1.75 | 1234 |",
        "| off TA>D | - | - | - | - | - |",
    ]


@pytest.mark.parametrize(("width", "lines"), [(80, 6), (140, 3)])
def test_the_terminal_shows_names_as_they_are(results: GridResults, width: int, lines: int) -> None:
    console = Console(file=StringIO(), width=width)
    console.print(rich_table(grid_table(results), wide=width > 100))
    shown = console.file.getvalue()
    assert "[x]| TA>D" in shown
    assert "one TA>D *" in shown
    assert "…" not in shown
    below = shown.partition("──")[2].splitlines()[1:]
    assert len([line for line in below if line.strip()]) in (lines, lines - 1)


def test_eighty_columns_are_enough(results: GridResults) -> None:
    four = {"partitions": ["ALL", "IN", "OUT", "UNKNOWN"], "gap": ["IN-OUT", "OUT/IN"]}
    figures = [figure(1, name, 0.25) for name in (*four["partitions"], *four["gap"])]
    wider = GridResults(results.summary.model_copy(update=four), tuple(figures))
    console = Console(file=StringIO(), width=80)
    console.print(rich_table(grid_table(wider), wide=False))
    shown = console.file.getvalue()
    assert shown.count(".150-.350") == 5
    assert "1.75 1234" in shown


def test_what_was_chosen_is_reported_on_the_other_split(results: GridResults) -> None:
    assert selection_lines(results) == [
        "Chosen by RR (ALL) on dev, then measured on test:",
        "  * one TA>D: dev 0.7500, ALL 0.2500 .150-.350, IN 0.5000 .400-.600, IN/ALL 2.0000",
    ]
    nothing = results.summary.tune.model_copy(update={"reason": "no split", "selected": []})
    summary = results.summary.model_copy(update={"tune": nothing})
    assert selection_lines(GridResults(summary, ())) == ["Nothing was chosen: no split."]
    summary = results.summary.model_copy(update={"tune": None})
    assert selection_lines(GridResults(summary, ())) == []


def test_footnotes_say_what_is_missing(results: GridResults) -> None:
    text = "\n".join(footnotes(results))
    assert "4 cells; 5 queries, 9 documents, 100 ranked" in text
    assert "2 rankings computed, 1 reused, 1 indexes built" in text
    assert "1 cell(s) failed: no such model." in text
    assert "1 cell(s) ranked with less text than their views name: the release has no" in text
    assert text.endswith("no text in corpus claims.")


def test_all_of_it_is_printed(
    results: GridResults, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    print_grid(results)
    shown = capsys.readouterr().out
    for part in ("[x]| TA>D", "Chosen by RR", "Self matches: removed."):
        assert part in shown
