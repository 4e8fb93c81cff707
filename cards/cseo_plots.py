"""Plots of visibility: gains by domain and by adoption, payoffs of the adoption game.

Each is an SVG whose bytes depend on the scores alone, with a title inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..schemas.cseo_family import place_of
from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..benchmarks.cseo.scores import CseoScores, Gain, Game

MAIN = "citation_rank_gain"
_COLORS = ("#0b6e99", "#c1440e")
"""Adopters and bystanders: apart from each other for colour-blind readers, and in grey."""


def write_plots(scores: CseoScores, folder: Path) -> list[Path]:
    """Write every plot that the scores have figures for.

    Args:
        scores: the scores.
        folder: made where it is not.

    Returns:
        The files: ``gains.svg``, ``adoption.svg`` and ``game-DOMAIN.svg``.

    Raises:
        UsageError: the folder is a file.
    """
    if folder.is_file():
        raise UsageError("the folder of plots is a file", place=folder)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, title, figure in _figures(scores):
        path = folder / f"{name}.svg"
        _save(figure, path, title)
        written.append(path)
    return written


def _figures(scores: CseoScores) -> Iterator[tuple[str, str, Any]]:
    engine = scores.engine.name
    gains = [g for g in scores.gains if g.measure == MAIN and g.source is None]
    alone = [
        g for g in gains if g.adoption == 1 and g.role == "adopter" and g.column in {None, "domain"}
    ]
    if alone:
        title = f"Citation rank gain of the one adopter, {engine}"
        yield "gains", title, _gain_figure(alone, title)
    many = [g for g in gains if g.column is None and place_of(g.method) is None]
    if len({g.adoption for g in many}) > 1:
        title = f"Citation rank gain by number of adopters, {engine}"
        yield "adoption", title, _adoption_figure(many, title)
    for domain in sorted({game.domain for game in scores.games}):
        some = [game for game in scores.games if game.domain == domain]
        title = f"Payoffs ({scores.payoff}) by number of adopters, {domain}, {engine}"
        yield f"game-{domain}", title, _game_figure(some, title)


def _gain_figure(gains: Sequence[Gain], title: str) -> Any:
    """A panel for each domain: means with intervals, methods from top to bottom."""
    methods = sorted({gain.method for gain in gains}, reverse=True)
    slices = list(dict.fromkeys(gain.slice or "all" for gain in gains))
    figure, axes = _panels(len(slices), 0.34 * len(methods) + 1.2, title, share_x=True)
    for axis, name in zip(axes, slices, strict=False):
        shown = {g.method: g for g in gains if (g.slice or "all") == name and g.mean is not None}
        for row, method in enumerate(methods):
            gain = shown.get(method)
            if gain is None:
                continue
            if gain.low is not None and gain.high is not None:
                axis.plot([gain.low, gain.high], [row, row], color=_COLORS[0], linewidth=1.6)
            axis.plot([gain.mean], [row], "o", color=_COLORS[0], markersize=4)
        axis.axvline(0, color="#777777", linewidth=0.8)
        axis.set_title(name, fontsize=9)
        axis.set_yticks(range(len(methods)), methods)
        axis.set_xlabel("mean gain, 95% interval", fontsize=8)
    return figure


def _adoption_figure(gains: Sequence[Gain], title: str) -> Any:
    """A panel for each method: adopters and bystanders."""
    methods = sorted({gain.method for gain in gains})
    figure, axes = _panels(len(methods), 2.2, title)
    for axis, method in zip(axes, methods, strict=False):
        for role, color in zip(("adopter", "bystander"), _COLORS, strict=True):
            found = sorted(
                (g.adoption or 0, g.mean, g.low, g.high)
                for g in gains
                if g.method == method and g.role == role and g.mean is not None
            )
            if found:
                places = [row[0] for row in found]
                style = "o-" if role == "adopter" else "s--"
                axis.plot(
                    places, [row[1] for row in found], style, color=color, markersize=3.5,
                    linewidth=1.2, label=f"{role}s",
                )  # fmt: skip
                bounds = [row for row in found if row[2] is not None and row[3] is not None]
                axis.fill_between(
                    [row[0] for row in bounds],
                    [row[2] for row in bounds],
                    [row[3] for row in bounds],
                    color=color,
                    alpha=0.15,
                    linewidth=0,
                )
        axis.axhline(0, color="#777777", linewidth=0.8)
        axis.set_title(method, fontsize=9)
        axis.set_xlabel("adopters", fontsize=8)
    axes[0].set_ylabel("mean gain", fontsize=8)
    axes[0].legend(fontsize=7, frameon=False)
    return figure


def _game_figure(games: Sequence[Game], title: str) -> Any:
    """A panel for each method: mean payoffs, equilibria marked by a line."""
    largest = max(games, key=lambda game: sum(p.n_adopters for p in game.payoffs)).documents
    shown = [g for g in games if g.documents == largest and place_of(g.method) is None]
    figure, axes = _panels(len(shown), 2.2, title)
    for axis, game in zip(axes, shown, strict=False):
        for kind, style, color in (
            ("adopters", "o-", _COLORS[0]),
            ("bystanders", "s--", _COLORS[1]),
        ):
            found = [
                (payoff.adoption, value)
                for payoff in game.payoffs
                if (value := getattr(payoff, kind)) is not None
            ]
            axis.plot(*zip(*found, strict=True), style, color=color, markersize=3.5, label=kind)
        for one in game.equilibria:
            axis.axvline(one.adoption, color="#444444", linewidth=0.9, linestyle=":")
        axis.set_title(game.method, fontsize=9)
        axis.set_xlabel("adopters", fontsize=8)
    axes[0].set_ylabel("mean payoff", fontsize=8)
    axes[0].legend(fontsize=7, frameon=False)
    return figure


def _panels(
    count: int, height: float, title: str, *, share_x: bool = False
) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    columns = min(4, count)
    rows = -(-count // columns)
    figure = Figure(figsize=(2.6 * columns + 1.4, height * rows + 0.5), layout="constrained")
    grid = figure.subplots(rows, columns, sharex=share_x, sharey=True, squeeze=False)
    axes = [axis for line in grid for axis in line]
    for axis in axes:
        axis.tick_params(labelsize=7)
        axis.grid(visible=True, color="#dddddd", linewidth=0.5)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[count:]:
        axis.set_visible(False)
    for axis in axes[max(0, count - columns) : count]:
        # Of a column whose last panel is empty, the one above has the numbers.
        axis.tick_params(labelbottom=True)
    figure.suptitle(title, fontsize=10)
    return figure, axes


def _save(figure: Any, path: Path, title: str) -> None:
    import matplotlib as mpl

    # Identifiers in the file are drawn at random, and the date is written, unless told otherwise.
    with mpl.rc_context({"svg.hashsalt": path.name, "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Title": title})
