"""What systems cost, and cost against quality.

A combination's own cost is that of combining: what its members cost is added where they were
measured too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .numbers import amount, finite, interval, plain, shortened
from .strips import Drawn, Plot
from .svg import Scale, drawing, element, linear, logarithmic, percent, ruled
from .tables import Cell, Head, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from ...benchmarks.results import Cost, Figure, Results
    from .tables import Colors

_HEIGHT = 210
"""Pixels to the x axis at least; more where labels need them."""
_TOP = 14
_LEFT, _RIGHT = 12.0, 96.0
"""Percent of the width between which points lie; the values of the y axis stand before."""
_APART = 14
"""Pixels between labels."""
_LETTER = 2.5
"""Percent of the width that a letter takes at most."""
_LONGEST = 20
_NAMED = 4
"""Systems whose names stand beside their points; of more, their numbers do."""


@dataclass(frozen=True)
class Spent:
    """What a system took, its members included."""

    system: str
    index_seconds: float | None
    search_seconds: float | None
    peak_mib: float | None
    combined: bool
    """Whether it is made of other systems' rankings."""
    whole: bool
    """Whether the cost of every member is known."""

    def milliseconds(self, queries: int) -> float | None:
        """Search time of one query."""
        if self.search_seconds is None or not queries:
            return None
        return 1000 * self.search_seconds / queries


def spent(results: Results) -> list[Spent]:
    """Costs with those of members, in the order of the results' systems."""
    own = {cost.system: cost for cost in results.costs}
    return [
        _total(entry.spec, entry.parameters, own) for entry in results.systems if entry.spec in own
    ]


def _total(spec: str, parameters: Mapping[str, Any], own: Mapping[str, Cost]) -> Spent:
    """A system's cost; each member counts once, however often it takes part."""
    parts = _members(parameters)
    every = {spec: own.get(spec), **{name: own.get(name) for name in parts}}
    known = [cost for cost in every.values() if cost is not None]
    peaks = [cost.peak_mib for cost in known if finite(cost.peak_mib) is not None]
    return Spent(
        system=spec,
        index_seconds=_sum(cost.index_seconds for cost in known),
        search_seconds=_sum(cost.search_seconds for cost in known),
        peak_mib=max((peak for peak in peaks if peak is not None), default=None),
        combined=bool(parts),
        whole=len(known) == len(every),
    )


def _members(parameters: Mapping[str, Any]) -> list[str]:
    """Systems whose rankings one is made of, those of its members included."""
    found: list[str] = []
    members = parameters.get("members")
    for member in cast("list[Any]", members) if isinstance(members, list) else []:
        if isinstance(member, dict) and "spec" in member:
            found.append(str(member["spec"]))
            found += _members(member.get("parameters") or {})
    return found


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None and finite(value) is not None]
    return sum(known) if known else None


def cost_table(results: Results, colors: Colors) -> Table:
    """Seconds, milliseconds a query and memory of each system."""
    rows: list[Row] = []
    for item in spent(results):
        mark = "" if item.whole else " (combining alone)"
        per_query = item.milliseconds(results.queries)
        rows.append(
            Row(
                (Head(item.system + mark, colors[item.system]),),
                tuple(
                    Cell(amount(value), sort=finite(value), title="" if value is not None else why)
                    for value, why in (
                        (item.index_seconds, "there was no index to build, or it was not timed"),
                        (item.search_seconds, "not timed"),
                        (per_query, "not timed"),
                        (item.peak_mib, "the platform tells none"),
                    )
                ),
            )
        )
    columns = ("Index, s", "Search, s", "Search, ms a query", "Peak memory, MiB")
    return Table("Costs of each system", ("System",), columns, tuple(rows), _note(results))


def _note(results: Results) -> str:
    said: list[str] = []
    if any(item.combined for item in spent(results)):
        said.append("Costs of a combination include those of its members.")
    if any(cost.reused for cost in results.costs):
        said.append("Costs of rankings that were used again are those of when they were made.")
    said.append("Memory is the largest of the whole process while it indexed and searched.")
    return " ".join(said)


def cost_plot(results: Results, key: str, colors: Colors) -> Plot | None:
    """The primary measure over all pairs against three costs; None where nothing was measured."""
    known = {item.system: item for item in spent(results) if item.whole}
    quality = [
        f
        for f in results.figures
        if f.column is None
        and f.measure == results.primary
        and f.partition == results.partitions[0]
        and f.system in known
        and finite(f.value) is not None
    ]
    numbered = len(quality) > _NAMED
    labels = {
        f.system: str(n) if numbered else shortened(f.system, _LONGEST)
        for n, f in enumerate(quality, 1)
    }
    wanted = (
        ("Search, milliseconds a query", lambda item: item.milliseconds(results.queries)),
        ("Index, seconds", lambda item: item.index_seconds),
        ("Peak memory, MiB", lambda item: item.peak_mib),
    )
    parts: list[Drawn] = []
    for place, (name, read) in enumerate(wanted, 1):
        values = {f.system: read(known[f.system]) for f in quality}
        placed = [(f, x) for f in quality if (x := values[f.system]) is not None and x > 0]
        if placed:
            title = f"{results.primary} against {name.lower()}"
            svg = _scatter(f"{key}-{place}", title, placed, labels, colors)
            parts.append(Drawn(name, _missing(results, [f.system for f, _ in placed]), svg))
    if not parts:
        return None
    names: tuple[tuple[int, str, int], ...] = ()
    if numbered:
        names = tuple((n, f.system, colors[f.system]) for n, f in enumerate(quality, 1))
    caption = f"{results.primary} on {results.partitions[0]} against cost"
    return Plot(caption, tuple(parts), names)


def _missing(results: Results, drawn: Sequence[str]) -> str:
    absent = [entry.spec for entry in results.systems if entry.spec not in drawn]
    return f"not drawn: {', '.join(absent)}" if absent else ""


def _scatter(
    key: str,
    title: str,
    placed: Sequence[tuple[Figure, float]],
    labels: Mapping[str, str],
    colors: Colors,
) -> Markup:
    xs = logarithmic(x for _, x in placed)
    known = [finite(v) for f, _ in placed for v in (f.value, f.low, f.high)]
    found = [value for value in known if value is not None]
    ys = _Height(linear(min(found), max(found)), max(_HEIGHT, _APART * (len(placed) + 3)))
    parts = [_horizontal(ys), _vertical(xs, ys.bottom)]
    parts += [_interval(f, _x(xs, x), ys, colors) for f, x in placed]
    parts += _points(placed, xs, ys, labels, colors)
    spoken = "; ".join(
        f"{f.system}: {amount(x)}, {plain(f.value)} {interval(f.low, f.high)}" for f, x in placed
    )
    return drawing(key, title, spoken, ys.bottom + 20, parts, "scatter")


@dataclass(frozen=True)
class _Height:
    """The y axis: a scale over pixels."""

    scale: Scale
    bottom: int

    def at(self, value: float) -> float:
        return _TOP + (self.bottom - _TOP) * (1 - self.scale.share(value))


def _x(scale: Scale, value: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * scale.share(value)


def _horizontal(ys: _Height) -> Markup:
    parts: list[Markup] = []
    for value, label in ys.scale.ticks:
        y = ys.at(value)
        parts += [
            element("line", x1=0, x2="100%", y1=y, y2=y, class_="rule"),
            element("text", label, x=0, y=y - 3, class_="tick"),
        ]
    return element("g", *parts)


def _vertical(scale: Scale, bottom: int) -> Markup:
    """The cost's axis, within the part of the width that points have."""
    inside = ruled(scale, _TOP, bottom)
    return element("svg", *inside, x=percent(_LEFT), width=percent(_RIGHT - _LEFT), class_="inner")


def _interval(figure: Figure, x: float, ys: _Height, colors: Colors) -> Markup:
    low, high = finite(figure.low), finite(figure.high)
    if low is None or high is None:
        return element("g")
    color = f"range s{colors[figure.system]}"
    at = percent(x)
    return element("line", x1=at, x2=at, y1=ys.at(low), y2=ys.at(high), class_=color)


def _points(
    placed: Sequence[tuple[Figure, float]],
    xs: Scale,
    ys: _Height,
    labels: Mapping[str, str],
    colors: Colors,
) -> list[Markup]:
    """Points with their labels, which are moved up or down until none covers another."""
    parts: list[Markup] = []
    taken: list[tuple[float, float, float]] = []
    for f, cost in sorted(placed, key=lambda item: (-(item[0].value or 0.0), item[1])):
        x, y = _x(xs, cost), ys.at(f.value or 0.0)
        anchor = "start" if x <= 52 else "end"
        away = 1 if anchor == "start" else -1
        end = x + away * _LETTER * (len(labels[f.system]) + 2)
        beside = _free(taken, min(x, end), max(x, end), y)
        color = f"s{colors[f.system]}"
        parts.append(
            element(
                "svg",
                element("title", f"{f.system}: {amount(cost)}, {plain(f.value)}"),
                element("line", x1=away * 5, x2=away * 10, y1=y, y2=beside, class_="leader"),
                element("circle", cx=0, cy=y, r=5, class_=color),
                element(
                    "text",
                    labels[f.system],
                    x=away * 13,
                    y=beside + 4,
                    class_="label",
                    text_anchor=anchor,
                ),
                x=percent(x),
                class_="inner",
            )
        )
    return parts


def _free(taken: list[tuple[float, float, float]], left: float, right: float, y: float) -> float:
    """The first height from ``y`` on at which a label covers none of those placed, and is placed.

    Args:
        taken: ends and height of each placed label, from high to low.
        left: where it begins, percent of the width.
        right: where it ends.
        y: pixels.
    """
    for start, end, height in sorted(taken, key=lambda label: label[2]):
        if start < right and left < end and abs(height - y) < _APART:
            y = height + _APART
    taken.append((left, right, y))
    return y
