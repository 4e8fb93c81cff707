"""Line charts on logarithmic axes, written as plain SVG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT = 340, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 34, 46
_LEGEND = 26
# Okabe and Ito's palette: told apart with any colour vision; marks differ as well.
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_STYLE = (
    "text{font-family:sans-serif;font-size:12px;fill:#222}.title{font-size:13px;font-weight:bold}"
    ".grid{stroke:#ddd}.axis{stroke:#222}polyline{fill:none;stroke-width:2}"
)


@dataclass(frozen=True)
class Panel:
    """One chart."""

    title: str
    x_label: str
    lines: Mapping[str, Sequence[tuple[float, float]]]
    """Points (x, y) of each line, all above 0."""


def charts(panels: Sequence[Panel]) -> str:
    """Panels side by side above one legend, as an SVG document."""
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    width, height = _WIDTH * len(panels), _HEIGHT + _LEGEND
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for place, panel in enumerate(panels):
        parts.append(f'<g transform="translate({place * _WIDTH},0)">')
        parts += _panel(panel, names)
        parts.append("</g>")
    x = _LEFT
    for number, name in enumerate(names):
        y = _HEIGHT + 8
        parts.append(_mark(number, x, y))
        parts.append(f'<text x="{x + 10}" y="{y + 4}">{escape(name)}</text>')
        x += 30 + 7 * len(name)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, names: Sequence[str]) -> list[str]:
    points = [point for line in panel.lines.values() for point in line]
    x_range = _range([x for x, _ in points])
    y_range = _range([y for _, y in points])
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            round(_LEFT + (right - _LEFT) * _share(x, x_range), 1),
            round(bottom - (bottom - _TOP) * _share(y, y_range), 1),
        )

    parts = [f'<text class="title" x="{_LEFT}" y="20">{escape(panel.title)}</text>']
    for value in _ticks(y_range):
        _, y = place(x_range[0], value)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{_number(value)}</text>')
    for value in sorted({x for x, _ in points}):
        x, _ = place(value, y_range[0])
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(
            f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{_number(value)}</text>'
        )
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_LEFT}" y1="{_TOP}" y2="{bottom}"/>')
    parts.append(
        f'<text x="{(_LEFT + right) / 2}" y="{bottom + 34}" text-anchor="middle">'
        f"{escape(panel.x_label)}</text>"
    )
    for name, line in panel.lines.items():
        number = names.index(name)
        spots = [place(x, y) for x, y in line]
        path = " ".join(f"{x},{y}" for x, y in spots)
        parts.append(f'<polyline points="{path}" stroke="{_COLOURS[number]}"/>')
        parts += [_mark(number, x, y) for x, y in spots]
    return parts


def _mark(number: int, x: float, y: float) -> str:
    colour = f'fill="{_COLOURS[number]}"'
    if number % 2 == 0:
        return f'<circle cx="{x}" cy="{y}" r="4" {colour}/>'
    return f'<rect x="{x - 4}" y="{y - 4}" width="8" height="8" {colour}/>'


def _range(values: Sequence[float]) -> tuple[float, float]:
    """The values' range with some air, at least a factor of four."""
    low, high = min(values), max(values)
    air = max((high / low) ** 0.08, math.sqrt(max(1.0, 4 * low / high)))
    return low / air, high * air


def _share(value: float, bounds: tuple[float, float]) -> float:
    low, high = (math.log(bound) for bound in bounds)
    return (math.log(value) - low) / (high - low)


def _ticks(bounds: tuple[float, float]) -> list[float]:
    """1, 2, 5, 10 … in the range; only powers of ten where those are enough."""
    low, high = bounds
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    tens = [10.0**power for power in powers if low <= 10.0**power <= high]
    if len(tens) >= 4:
        return tens
    every = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    return [value for value in every if low <= value <= high]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"
