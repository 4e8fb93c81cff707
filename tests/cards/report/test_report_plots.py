"""Axes, bars and points: places worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import html

from domainbench.benchmarks.results import Cost, SystemEntry
from domainbench.cards.report import numbers
from domainbench.cards.report.costs import cost_plot, cost_table, spent
from domainbench.cards.report.strips import Facet, Mark, bar_plot, point_plot
from domainbench.cards.report.svg import element, linear, logarithmic
from domainbench.cards.report.tables import colors_of
from tests.cards.report.conftest import Measured


def drawn(svg) -> html.HtmlElement:
    return html.fromstring(str(svg))


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.0, 0.64, ["0.0", "0.2", "0.4", "0.6", "0.8"]),
        (0.0, 1.0, ["0.0", "0.5", "1.0"]),
        (0.593, 0.644, ["0.58", "0.60", "0.62", "0.64", "0.66"]),
        (-0.03, 0.05, ["\u22120.04", "\u22120.02", "0.00", "0.02", "0.04", "0.06"]),
        (0.0, 0.0, ["\u22120.5", "0.0", "0.5"]),
        (0.0, 4000.0, ["0", "1,000", "2,000", "3,000", "4,000"]),
    ],
)
def test_ticks_are_round(low: float, high: float, labels: list[str]) -> None:
    scale = linear(low, high)
    assert [label for _, label in scale.ticks] == labels


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_scale_holds_its_bounds(one: float, two: float) -> None:
    low, high = sorted((one, two))
    assume(low == high or high - low > 1e-6)
    scale = linear(low, high)
    rounding = 1e-8 * (scale.high - scale.low)
    assert scale.low <= low + rounding
    assert scale.high >= high - rounding
    assert 2 <= len(scale.ticks) <= 8
    assert -1e-6 <= scale.share(low) <= scale.share(high) <= 1 + 1e-6


def test_a_logarithmic_scale_has_equal_ratios() -> None:
    scale = logarithmic([1.0, 100.0])
    assert scale.share(10.0) == pytest.approx(0.5)
    assert [label for _, label in scale.ticks] == ["1", "10", "100"]
    assert [label for _, label in logarithmic([289, 673]).ticks] == ["300", "500", "700", "900"]


@given(st.lists(st.floats(1e-6, 1e9), min_size=1, max_size=5))
def test_a_logarithmic_scale_always_has_ticks(values: list[float]) -> None:
    scale = logarithmic(values)
    assert 1 <= len(scale.ticks) <= 6
    assert all(0 <= scale.share(value) <= 1 for value in values)


def test_a_bar_begins_at_zero_and_ends_at_its_value() -> None:
    marks = (Mark("one", 0, 0.5, 0.25, 0.75), Mark("none", 1, None))
    plot = bar_plot("k", "caption", [Facet("IN", "n = 4", marks)])
    svg = drawn(plot.parts[0].svg)
    (bar,) = svg.xpath(".//rect")
    assert (bar.get("x"), bar.get("width")) == ("0%", "62.500%")  # the axis ends at 0.8
    whisker = svg.xpath(".//line[@class='whisker']")[0]
    assert (whisker.get("x1"), whisker.get("x2")) == ("31.25%", "93.75%")
    assert svg.findtext("desc") == "one: 0.5000 [0.250, 0.750]; none: undefined"
    assert svg.xpath(".//text[@class='value']/text()") == ["0.5000", "-"]


def test_points_stand_beside_a_line_of_no_difference() -> None:
    marks = (Mark("one", 0, -0.5, -1.0, 0.5), Mark("two", 1, 1.0))
    svg = drawn(point_plot("k", "caption", Facet("", "", marks), reference=0.0).parts[0].svg)
    assert svg.xpath(".//line[@class='base']/@x1") == ["50%", "50%"]
    assert [c.get("cx") for c in svg.xpath(".//circle")] == ["25%", "100%"]
    assert svg.xpath(".//text[@class='value']/text()") == ["\u22120.5000", "+1.0000"]


def test_attributes_and_texts_are_escaped() -> None:
    text = str(element("text", "<b>&", title='"><script>', class_="x"))
    assert text == '<text title="&#34;&gt;&lt;script&gt;" class="x">&lt;b&gt;&amp;</text>'


def cost(system: str, index: float | None, search: float, peak: float | None) -> Cost:
    return Cost(
        system=system, reused=False, index_seconds=index, search_seconds=search, peak_mib=peak
    )


def test_members_count_once_and_unknown_ones_are_told(measured: Measured) -> None:
    def member(spec: str, *members: dict) -> dict:
        return {"spec": spec, "parameters": {"members": list(members)} if members else {}}

    inner = member("ab", member("a"), member("b"))
    systems = [member("a"), member("b"), inner, member("top", inner, member("a"))]
    results = measured.results.model_copy(
        update={
            "queries": 100,
            "systems": [SystemEntry(**s) for s in [*systems, member("half", member("gone"))]],
            "costs": [
                cost("a", 1.0, 0.25, 100.0), cost("b", 2.0, 0.5, 300.0),
                cost("ab", None, 0.125, None), cost("top", None, 1.0, 200.0),
                cost("half", None, 2.0, None),
            ],
        }
    )  # fmt: skip
    found = {item.system: item for item in spent(results)}
    top = found["top"]
    assert (top.index_seconds, top.search_seconds, top.peak_mib) == (3.0, 1.875, 300.0)
    assert top.milliseconds(100) == 18.75
    assert top.combined
    assert top.whole
    assert not found["half"].whole
    names = [row.heads[0].text for row in cost_table(results, colors_of([results])).rows]
    assert names == ["a", "b", "ab", "top", "half (combining alone)"]


def test_the_cost_plot_names_points_and_leaves_out_what_is_unknown(measured: Measured) -> None:
    results, colors = measured.results, colors_of([measured.results])
    plot = cost_plot(results, "k", colors)
    assert plot is not None
    svg = drawn(plot.parts[0].svg)
    names = svg.xpath(".//text[@class='label']/text()")
    assert sorted(names) == ["bm25", "bm25:b=0", "rrf:bm2\u202625(b=0),k=60"]
    without = results.model_copy(update={"costs": results.costs[:1]})
    part = cost_plot(without, "k", colors).parts[0]
    assert "not drawn: bm25:b=0" in part.small
    assert cost_plot(results.model_copy(update={"costs": []}), "k", colors) is None


def test_many_points_have_numbers_that_do_not_cover_each_other(measured: Measured) -> None:
    specs = [f"s{n}" for n in range(12)]
    figure = measured.results.figure("bm25", measured.results.primary)
    results = measured.results.model_copy(
        update={
            "systems": [SystemEntry(spec=spec, parameters={}) for spec in specs],
            "figures": [figure.model_copy(update={"system": spec}) for spec in specs],
            "costs": [cost(spec, 1.0, 1.0, 1.0) for spec in specs],
        }
    )
    plot = cost_plot(results, "k", colors_of([results]))
    assert plot is not None
    assert [name for _, name, _ in plot.names] == specs
    labels = drawn(plot.parts[0].svg).xpath(".//text[@class='label']")
    heights = sorted(float(label.get("y")) for label in labels)
    assert all(below - above >= 14 for above, below in pairwise(heights))


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (numbers.plain(0.12345), "0.1235"),
        (numbers.plain(-0.5, 1), "\u22120.5"),
        (numbers.plain(-0.00001), "0.0000"),
        (numbers.plain(float("nan")), "-"),
        (numbers.signed(0.5, 1), "+0.5"),
        (numbers.signed(-0.5, 1), "\u22120.5"),
        (numbers.signed(0.00001), "0.0000"),
        (numbers.interval(0.25, None), ""),
        (numbers.p_text(0.0009), "<0.001"),
        (numbers.p_text(0.05), "0.050"),
        (numbers.p_text(None), "-"),
        (numbers.amount(0.0723), "0.0723"),
        (numbers.amount(12.045), "12.0"),
        (numbers.amount(12345.6), "12,346"),
        (numbers.amount(0.0), "0"),
        (numbers.amount(None), "-"),
        (numbers.shortened("abcdefghij", 5), "a…hij"),
        (numbers.shortened("abcde", 5), "abcde"),
    ],
)
def test_figures_as_text(shown: str, text: str) -> None:
    assert shown == text
