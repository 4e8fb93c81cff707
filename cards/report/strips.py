"""Bars and points with intervals, one below the other, on one scale over all parts of a plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .numbers import finite, interval, plain, shortened, signed
from .svg import Scale, drawing, element, linear, ruled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

_ROW = 36
_BAR = 9
_LABEL = 14
"""Pixels from the top of a row to the foot of its letters."""
_MIDDLE = 24
"""Pixels from the top of a row to the middle of its bar."""
_AXIS = 20
_LONGEST = 31
COLORS = 8
"""Colours of systems; more systems than that share them."""


@dataclass(frozen=True)
class Mark:
    """One value of a system."""

    label: str
    color: int
    value: float | None
    low: float | None = None
    high: float | None = None

    def bounds(self) -> list[float]:
        """The value and its interval, as far as they are defined."""
        found = (finite(value) for value in (self.value, self.low, self.high))
        return [value for value in found if value is not None]


@dataclass(frozen=True)
class Facet:
    """One part of a plot: a partition or a slice."""

    name: str
    small: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Drawn:
    """A part of a plot, drawn."""

    name: str
    small: str
    svg: Markup


@dataclass(frozen=True)
class Plot:
    """Parts side by side on one scale."""

    caption: str
    parts: tuple[Drawn, ...]
    names: tuple[tuple[int, str, int], ...] = ()
    """Number, system and colour, where the parts show numbers instead of names."""


def bar_plot(key: str, caption: str, facets: Sequence[Facet]) -> Plot:
    """Bars from 0 with intervals, for each facet.

    Args:
        key: what ids begin with.
        caption: what is shown.
        facets: the parts.
    """
    known = [bound for facet in facets for mark in facet.marks for bound in mark.bounds()]
    scale = linear(min(0.0, *known, 0.0), max([*known, 0.0]) or 1.0)
    return _plot(key, caption, facets, scale, None)


def point_plot(key: str, caption: str, facet: Facet, *, reference: float) -> Plot:
    """Points with intervals beside a line that stands for no difference.

    Args:
        key: what ids begin with.
        caption: what is shown.
        facet: its only part.
        reference: where the line stands.
    """
    known = [reference, *(bound for mark in facet.marks for bound in mark.bounds())]
    return _plot(key, caption, [facet], linear(min(known), max(known)), reference)


def _plot(
    key: str, caption: str, facets: Sequence[Facet], scale: Scale, reference: float | None
) -> Plot:
    parts = tuple(
        Drawn(facet.name, facet.small, _strip(f"{key}-{place}", caption, facet, scale, reference))
        for place, facet in enumerate(facets, 1)
    )
    return Plot(caption, parts)


def _strip(key: str, caption: str, facet: Facet, scale: Scale, reference: float | None) -> Markup:
    bottom = _ROW * len(facet.marks) + 2
    parts = ruled(scale, 0, bottom)
    for place, mark in enumerate(facet.marks):
        parts.append(_row(mark, scale, _ROW * place, reference))
    spoken = "; ".join(f"{mark.label}: {_words(mark)}" for mark in facet.marks)
    title = f"{caption}: {facet.name}" if facet.name else caption
    return drawing(key, title, spoken, bottom + _AXIS, parts, "strip")


def _row(mark: Mark, scale: Scale, top: int, reference: float | None) -> Markup:
    value = finite(mark.value)
    middle = top + _MIDDLE
    as_point = reference is not None
    written = signed(value) if reference == 0 else plain(value)
    parts = [
        element("title", f"{mark.label}: {_words(mark)}"),
        element("text", shortened(mark.label, _LONGEST), x=0, y=top + _LABEL, class_="label"),
        element("text", written, x="100%", y=top + _LABEL, class_="value", text_anchor="end"),
    ]
    if reference is not None:
        x = scale.at(reference)
        ends = {"y1": middle - _BAR, "y2": middle + _BAR}
        parts.append(element("line", x1=x, x2=x, class_="base", **ends))
    if value is not None:
        color = f"s{mark.color % COLORS}"
        if as_point:
            parts += _whisker(mark, scale, middle, f"range {color}")
            parts.append(element("circle", cx=scale.at(value), cy=middle, r=4.5, class_=color))
        else:
            left, right = sorted((scale.share(0.0), scale.share(value)))
            parts.append(
                element(
                    "rect",
                    x=scale.at(min(0.0, value)),
                    y=middle - _BAR / 2,
                    width=f"{100 * (right - left):.3f}%",
                    height=_BAR,
                    class_=color,
                )
            )
            parts += _whisker(mark, scale, middle, "whisker")
    return element("g", *parts)


def _whisker(mark: Mark, scale: Scale, middle: int, kind: str) -> list[Markup]:
    low, high = finite(mark.low), finite(mark.high)
    if low is None or high is None:
        return []
    ends = scale.at(low), scale.at(high)
    caps = [element("line", x1=x, x2=x, y1=middle - 4, y2=middle + 4, class_=kind) for x in ends]
    return [
        element("line", x1=ends[0], x2=ends[1], y1=middle, y2=middle, class_=kind),
        *(caps if kind == "whisker" else []),
    ]


def _words(mark: Mark) -> str:
    if finite(mark.value) is None:
        return "undefined"
    bounds = interval(mark.low, mark.high)
    return f"{plain(mark.value)} {bounds}".strip()
