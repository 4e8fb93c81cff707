from __future__ import annotations

from io import StringIO
from itertools import combinations

import pytest
from rich.console import Console

from domainbench.benchmarks.results import (
    Comparison,
    Figure,
    Gap,
    ReleaseEntry,
    Results,
    SystemEntry,
)
from domainbench.cards.result_table import fitted, footnotes, grid, markdown, rich_table
from domainbench.cards.side_tables import (
    comparison_table,
    gap_table,
    rich_side_table,
    side_markdown,
    side_tables,
)


def figure(system: str, partition: str, value: float | None, **more) -> Figure:
    bounds = {} if value is None else {"low": value - 0.1, "high": value + 0.1}
    known = {"measure": "nDCG@10", "n": 0 if value is None else 5, "value": value, **bounds}
    return Figure(system=system, partition=partition, **(known | more))


@pytest.fixture
def results() -> Results:
    sliced = {"column": "year", "slice": "2001"}
    return Results(
        release=ReleaseEntry(name="pumps", family="patents", version="2026.11", fingerprint="f"),
        task="retrieval",
        split="test",
        query_view="TA",
        corpus_view="TA",
        depth=100,
        self_match_rule="removed",
        seed=0,
        interval={"level": 0.95, "resamples": 2000},
        partitions=["ALL", "IN"],
        by=["year"],
        measures=["nDCG@10"],
        primary="nDCG@10",
        queries=5,
        documents=9,
        relevant_outside_corpus=2,
        systems=[SystemEntry(spec="bm25", parameters={}), SystemEntry(spec="[x]", parameters={})],
        figures=[
            figure("bm25", "ALL", 0.25),
            figure("bm25", "IN", None),
            figure("[x]", "ALL", 0.5),
            figure("[x]", "IN", None),
            figure("bm25", "ALL", 0.25, **sliced),
            figure("bm25", "IN", 0.5, **sliced),
            figure("[x]", "ALL", 0.125, **sliced),
            figure("[x]", "IN", 0.5, **sliced),
        ],
        comparisons=[
            Comparison(
                partition="ALL", measure="nDCG@10", left="bm25", right="[x]", n=5,
                difference=-0.25, p_value=0.01, p_adjusted=0.02,
            ),
            Comparison(
                partition="IN", measure="nDCG@10", left="bm25", right="[x]", n=3,
                difference=0.125, p_value=0.3, p_adjusted=0.3,
            ),
        ],
        gaps=[
            Gap(
                system="bm25", measure="nDCG@10", left="IN", right="OUT", left_n=5, right_n=4,
                difference=0.5, difference_low=0.25, difference_high=0.75,
                ratio=None, ratio_low=None, ratio_high=None,
            )
        ],
        environment={},
        costs=[],
    )  # fmt: skip


def test_markdown_marks_the_best_and_shows_what_is_undefined(results: Results) -> None:
    assert markdown(grid(results)).splitlines() == [
        "**pumps 2026.11**",
        "",
        "| measure | system | ALL (n=5) | IN (n=0) |",
        "|---|---|---:|---:|",
        "| nDCG@10 | bm25 | 0.2500 [0.150, 0.350] | - |",
        "| nDCG@10 | [x] | **0.5000** [0.400, 0.600] | - |",
    ]


def test_slices_have_a_row_for_each_label_and_system(results: Results) -> None:
    content = grid(results, "year")
    assert content.header == ("year", "system", "ALL", "IN")
    assert [(row.group, row.system) for row in content.rows] == [("2001", "bm25"), ("2001", "[x]")]
    assert [cell.best for cell in content.rows[0].cells] == [True, True]


def test_the_terminal_shows_names_as_they_are(results: Results) -> None:
    console = Console(file=StringIO(), width=100)
    console.print(rich_table(grid(results)))
    shown = console.file.getvalue()
    assert "[x]" in shown
    assert "0.5000" in shown
    assert ".400-.600" in shown


def test_eighty_columns_are_enough(results: Results) -> None:
    console = Console(file=StringIO(), width=80)
    console.print(rich_table(grid(results)))
    console.print(rich_table(grid(results, "year")))
    shown = console.file.getvalue()
    assert "…" not in shown
    assert shown.count("bm25") == 2
    assert "0.250 n=5" in shown


def test_footnotes_say_what_one_must_know(results: Results) -> None:
    text = "\n".join(footnotes(results))
    assert "95% bootstrap" in text
    assert "randomisation test" in text
    assert "2 relevant pair(s)" in text


def test_every_partition_has_its_own_comparison(results: Results) -> None:
    assert side_markdown(comparison_table(results)).splitlines()[2:] == [
        "| systems | ALL | IN |",
        "|---|---:|---:|",
        "| bm25 - [x] | **-0.2500** (p=0.0200) | +0.1250 (p=0.3000) |",
    ]


def test_gaps_have_a_row_for_each_system(results: Results) -> None:
    assert side_markdown(gap_table(results)).splitlines()[2:] == [
        "| system | IN - OUT | OUT / IN |",
        "|---|---:|---:|",
        "| bm25 | 0.5000 (0.250..0.750) | - |",
    ]


def test_with_many_systems_only_pairs_with_the_best_are_listed(results: Results) -> None:
    names = ["[x]", "bm25", *(f"s{place}" for place in range(5))]
    pair = results.comparisons[0]
    every = [
        pair.model_copy(update={"left": left, "right": right})
        for left, right in combinations(names, 2)
    ]
    table = comparison_table(results.model_copy(update={"comparisons": every}))
    assert table is not None
    assert len(table.rows) == 6
    assert table.title.endswith("pairs with [x]")


def test_side_tables_fit_eighty_columns(results: Results) -> None:
    console = Console(file=StringIO(), width=80)
    for table in side_tables(results):
        console.print(rich_side_table(table))
    shown = console.file.getvalue()
    assert "…" not in shown
    assert "-0.2500*" in shown
    assert "bm25 - [x]" in shown


def test_a_single_system_of_a_task_without_partitions_has_none(results: Results) -> None:
    assert side_tables(results.model_copy(update={"comparisons": [], "gaps": []})) == []


def test_partitions_that_do_not_fit_a_terminal_stand_below_one_another(results):
    content = grid(results)
    whole = fitted(content, 400)
    assert whole == [content]
    narrow = fitted(content, 40)
    assert len(narrow) == len(results.partitions)
    shown = [name for part in narrow for name in part.header[2:]]
    assert shown == list(content.header[2:])
    for row, *others in zip(*(part.rows for part in narrow), strict=True):
        assert all((other.group, other.system) == (row.group, row.system) for other in others)
