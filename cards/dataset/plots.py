"""Plots beside a card: labels, lengths of texts, sizes of partitions.

Each is an SVG whose bytes depend on the release alone, with a title inside.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .facts import slices_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ...schemas.release import Release

FOLDER = "plots"
_PARTITIONS = ("qrels", "partition")
_COLOR = "#0b6e99"
_PANELS = 6
_BARS = 12
_BATCH = 4_096
_DOUBLINGS = 24
_LENGTHS = {"corpus": ("title", "text"), "queries": ("text",)}


@dataclass(frozen=True)
class Plot:
    """One SVG of a card."""

    path: str
    """Below the release, with forward slashes."""
    title: str
    figure: Any


def all_paths() -> list[str]:
    """Every file that plots may be in."""
    return [f"{FOLDER}/{name}.svg" for name in ("labels", "lengths", "partitions")]


def draw_plots(release: Release) -> list[Plot]:
    """Every plot that the release has something to show in."""
    labels, lengths, partitions = all_paths()
    plots: list[Plot] = []
    slices = slices_of(release.manifest)
    columns = {name: counts for name, counts in slices.items() if name != _PARTITIONS}
    shown = {f"{t}.{c}": counts for (t, c), counts in columns.items() if len(counts) > 1}
    if shown:
        plots.append(Plot(labels, "Rows by label", _bars(shown, "rows")))
    texts = {name: _lengths(release, name) for name in _LENGTHS}
    texts = {name: counts for name, counts in texts.items() if counts.any()}
    if texts:
        plots.append(Plot(lengths, "Lengths of texts", _histograms(texts)))
    pairs = slices.get(_PARTITIONS, {})
    if len(pairs) > 1:
        figure = _bars({"qrels.partition": pairs}, "judged pairs")
        plots.append(Plot(partitions, "Judged pairs by partition", figure))
    return plots


def write_plots(release: Release, plots: Sequence[Plot]) -> None:
    """Write the plots; those of an earlier card that are none of them go."""
    for name in all_paths():
        (release.path / name).unlink(missing_ok=True)
    folder = release.path / FOLDER
    if plots:
        folder.mkdir(exist_ok=True)
    elif folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    for plot in plots:
        _save(plot, release)


def _lengths(release: Release, table: str) -> NDArray[np.int64]:
    """Texts by length: place i holds those of 2^i to below 2^(i+1) characters; 0 those of none."""
    counts = np.zeros(_DOUBLINGS, np.int64)
    columns = list(_LENGTHS[table])
    for path in release.files(table):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                length = sum(
                    pc.call_function("utf8_length", [batch.column(name)]).to_numpy(
                        zero_copy_only=False
                    )
                    for name in columns
                )
                # Exact for whole numbers, unlike a rounded logarithm.
                place = np.frexp(np.maximum(length, 1).astype(np.float64))[1] - 1
                places = np.minimum(place, _DOUBLINGS - 1)
                counts += np.bincount(places, minlength=_DOUBLINGS)
    return counts


def _bars(panels: Mapping[str, Mapping[str, int]], unit: str) -> Any:
    """A panel for each column, its most frequent labels from top to bottom."""
    shown = dict(list(panels.items())[:_PANELS])
    longest = max(min(len(counts), _BARS) for counts in shown.values())
    figure, axes = _panels(len(shown), 0.22 * longest + 0.9)
    for axis, (name, counts) in zip(axes, shown.items(), strict=False):
        ranked = list(counts.items())[:_BARS]
        rest = len(counts) - len(ranked)
        places = range(len(ranked))
        axis.barh(places, [count for _, count in ranked], color=_COLOR, height=0.7)
        axis.set_yticks(places, [_short(label) for label, _ in ranked])
        # Bars are equally high in all panels, whose labels are not equally many.
        axis.set_ylim(longest - 0.4, -0.6)
        axis.locator_params(axis="x", nbins=4)
        axis.set_title(name + (f" ({rest} more)" if rest else ""), fontsize=9)
        axis.set_xlabel(unit, fontsize=8)
    return figure


def _short(label: str) -> str:
    return label if len(label) <= 24 else label[:23] + "…"


def _histograms(texts: Mapping[str, NDArray[np.int64]]) -> Any:
    """A panel for each table: its texts by length, doubling from bar to bar."""
    figure, axes = _panels(len(texts), 2.2)
    for axis, (name, counts) in zip(axes, texts.items(), strict=False):
        filled = np.flatnonzero(counts)
        places = np.arange(filled[0], filled[-1] + 1)
        axis.bar(places, counts[places], color=_COLOR, width=0.9, align="edge")
        axis.set_xticks(places, [f"{2**place:,}" for place in places], rotation=45, ha="right")
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("characters, from", fontsize=8)
        axis.set_ylabel("texts", fontsize=8)
    return figure


def _panels(count: int, height: float) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    columns = min(3, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(3.2 * columns, height * rows + 0.4), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    axes = [axis for line in grid for axis in line]
    for axis in axes:
        axis.tick_params(labelsize=7)
        axis.grid(visible=True, color="#dddddd", linewidth=0.5)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[count:]:
        axis.set_visible(False)
    return figure, axes


def _save(plot: Plot, release: Release) -> None:
    import matplotlib as mpl

    plot.figure.suptitle(plot.title, fontsize=10)
    # Identifiers in the file are drawn at random, and the date is written, unless told otherwise.
    # Labels are no formulas, whatever signs they hold.
    rules: dict[Any, Any] = {
        "svg.hashsalt": plot.path,
        "svg.fonttype": "none",
        "text.parse_math": False,
    }
    with mpl.rc_context(rules), warnings.catch_warnings():
        # Who shows the file has the letters that the font here may lack.
        warnings.filterwarnings("ignore", message="Glyph")
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        plot.figure.savefig(
            release.path / plot.path, format="svg", metadata={"Date": None, "Title": plot.title}
        )
