"""Elements and axes of the plots.

Places along the x axis are percentages of the width, so that a plot fits any screen without its
letters changing size; places along the y axis are pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEPS = (1, 2, 5, 10)
_RATIOS = ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9))
"""Ticks within a power of ten, from few to many."""
_NEAR_EDGE = 3.0
"""Percent from an edge within which a label does not stand centred."""


def element(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """One element; ``_`` in names of attributes stands for ``-``, and values are escaped."""
    parts = [Markup("<"), Markup(name)]  # noqa: S704 -- names of elements are ours
    for key, value in attributes.items():
        if value is not None:
            parts.append(
                Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _attribute(value))
            )
    inner = Markup("").join(escape(child) for child in children)
    return Markup("").join([*parts, Markup(">"), inner, Markup("</"), Markup(name), Markup(">")])  # noqa: S704


def _attribute(value: object) -> str:
    """Numbers with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def percent(value: float) -> str:
    """``61.254%``."""
    return f"{value:.3f}".rstrip("0").rstrip(".") + "%"


def drawing(
    key: str, title: str, description: str, height: int, parts: Iterable[Markup], kind: str
) -> Markup:
    """A plot with a title and a description for those who do not see it.

    Args:
        key: what its ids begin with.
        title: what it shows.
        description: its figures in words.
        height: pixels.
        parts: what is drawn.
        kind: class of the element.
    """
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *parts,
        class_=kind,
        role="img",
        width="100%",
        height=height,
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
    )


@dataclass(frozen=True)
class Scale:
    """Values along an axis, in equal steps or in equal ratios."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one."""
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = (math.log10(x) for x in (value, low, high))
        return (value - low) / (high - low)

    def at(self, value: float) -> str:
        """The value's place as a percentage of the width."""
        return percent(100 * min(1.0, max(0.0, self.share(value))))


def linear(low: float, high: float, *, wanted: int = 4) -> Scale:
    """A scale from one round value to another around both bounds.

    Args:
        low: the lowest value.
        high: the highest.
        wanted: steps between ticks, about.
    """
    if not low < high:
        low, high = low - 0.5, low + 0.5
    step = _step((high - low) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    ticks = tuple((n * step, _tick(n * step, digits)) for n in range(first, last + 1))
    return Scale(first * step, last * step, ticks)


def _step(size: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below ``size``."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(n * power for n in _STEPS if n * power >= size * (1 - 1e-9))


def _tick(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}"
    return f"\N{MINUS SIGN}{text}" if value < 0 and float(text.replace(",", "")) else text


def logarithmic(values: Iterable[float]) -> Scale:
    """A scale in equal ratios around values above 0, ticks at powers of ten or between them."""
    found = sorted(values)
    low, high = found[0] / 1.35, found[-1] * 1.35
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside: list[float] = []
    for steps in _RATIOS:
        inside = [m * 10.0**n for n in powers for m in steps if low <= m * 10.0**n <= high]
        if len(inside) > 1:
            break
    step = -(-len(inside) // 6)
    return Scale(low, high, tuple((x, f"{x:,.6g}") for x in inside[::step]), logarithmic=True)


def ruled(scale: Scale, top: int, bottom: int) -> list[Markup]:
    """Lines across the plot at each tick, their values below."""
    parts: list[Markup] = []
    for value, label in scale.ticks:
        x = scale.at(value)
        parts += [
            element("line", x1=x, x2=x, y1=top, y2=bottom, class_="rule"),
            element(
                "text", label, x=x, y=bottom + 14, class_="tick", text_anchor=anchor(scale, value)
            ),
        ]
    return parts


def anchor(scale: Scale, value: float) -> str:
    """How a label stands to its place so that it stays inside the plot."""
    share = 100 * scale.share(value)
    if share < _NEAR_EDGE:
        return "start"
    return "end" if share > 100 - _NEAR_EDGE else "middle"
