"""Scores of visibility as tables for terminals: gains by domain, by adoption, the adoption game."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .side_tables import ALPHA, UNDEFINED, Entry, SideTable, fitted_side, rich_side_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from ..benchmarks.cseo.scores import CseoScores, Gain, Game

MAIN = "citation_rank_gain"
ALL = "all"
_TITLES = {
    "citation_rank_gain": "citation rank gain",
    "fixed_cutoff_gain": "rank gain with a fixed cutoff",
    "position_controlled_gain": "rank gain less what moving alone brings",
    "cited_gain": "change of the share of answers that cite the document",
    "reciprocal_rank_gain": "change of the reciprocal rank",
}
"""Measures with a table of their own."""


def print_scores(scores: CseoScores) -> None:
    """Print every table of the scores to standard output, as wide as the terminal."""
    from rich.console import Console

    console = Console(highlight=False)
    for table in tables(scores, console.width):
        console.print(table)
    for line in footnotes(scores):
        console.print(line, style="dim", markup=False)


def tables(scores: CseoScores, width: int) -> list[Table]:
    """Every table of the scores, wide ones in parts that fit.

    Args:
        scores: the scores.
        width: characters of the terminal.
    """
    return [
        rich_side_table(part)
        for content in contents(scores)
        for part in fitted_side(content, width)
    ]


def contents(scores: CseoScores) -> Iterator[SideTable]:
    """The tables before they are laid out."""
    for source in dict.fromkeys(gain.source for gain in scores.gains):
        some = [gain for gain in scores.gains if gain.source == source]
        first = _first_adoption(some)
        for measure, title in _TITLES.items():
            found = _by_slice(some, measure, first)
            if found:
                who = _who(first) if source is None else source
                yield SideTable(f"Mean {title}, {who}", ("method", *_slices(found)), _rows(found))
    for role, title in (("adopter", "adopters"), ("bystander", "bystanders")):
        table = _by_adoption(scores, role, title)
        if table is not None:
            yield table
    if scores.games:
        yield _games(scores.games, scores.payoff or "")
        yield _sums(scores.games, scores.payoff or "")


def footnotes(scores: CseoScores) -> list[str]:
    """What one must know to read the tables."""
    engine = scores.engine
    counts = f"{engine.runs} run(s); {scores.queries} queries, {scores.episodes} episodes"
    lines = [
        f"Engine: {engine.name}, {counts}.",
        f"Gains: positive is better; rank gains look at {scores.cutoff} citations.",
        "Below a mean: its standard deviation.",
        f"* positive by Wilcoxon's signed-rank test after Holm in the column, p below {ALPHA}.",
    ]
    if engine.failed:
        lines.append(f"{engine.failed} answer(s) are missing; run again to repeat them.")
    if engine.hallucinated:
        lines.append(f"{engine.hallucinated} citation(s) of documents that were not shown.")
    for method, reasons in scores.left_out.items():
        for reason, count in reasons.items():
            lines.append(f"{method} left out {count} document(s): {reason}")
    if scores.games:
        lines.append(
            "Game: equilibria are numbers of adopters at which nobody would rather choose "
            "otherwise; price: mean payoff without the method less that at the equilibrium; "
            "? where payoffs that would decide were not observed. Means are compared as they are: "
            "a difference within its interval decides, too."
        )
    return lines


def _who(adoption: int | None) -> str:
    return "one adopter" if adoption == 1 else f"{adoption} adopters"


def _first_adoption(gains: Sequence[Gain]) -> int | None:
    known = [gain.adoption for gain in gains if gain.adoption is not None]
    return min(known) if known else None


def _by_slice(gains: Sequence[Gain], measure: str, adoption: int | None) -> list[Gain]:
    return [
        gain
        for gain in gains
        if gain.measure == measure
        and gain.role == "adopter"
        and gain.column in {None, "domain"}
        and gain.adoption == adoption
    ]


def _slices(gains: Sequence[Gain]) -> list[str]:
    return list(dict.fromkeys(gain.slice or ALL for gain in gains))


def _rows(gains: Sequence[Gain]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    index = {(gain.method, gain.slice or ALL): gain for gain in gains}
    methods = sorted({gain.method for gain in gains})
    return tuple(
        (method, tuple(_entry(index.get((method, name))) for name in _slices(gains)))
        for method in methods
    )


def _entry(gain: Gain | None) -> Entry:
    if gain is None or gain.mean is None:
        return Entry(UNDEFINED)
    positive = gain.p_adjusted is not None and gain.p_adjusted < ALPHA
    small = f"±{gain.deviation:.2f}" if gain.deviation is not None else ""
    return Entry(f"{gain.mean:+.2f}", small, positive)


def _by_adoption(scores: CseoScores, role: str, title: str) -> SideTable | None:
    found = [
        gain
        for gain in scores.gains
        if gain.measure == MAIN
        and gain.role == role
        and gain.column is None
        and gain.adoption is not None
    ]
    numbers = sorted({gain.adoption for gain in found if gain.adoption is not None})
    if not numbers or (role == "adopter" and len(numbers) < 2):
        return None
    index = {(gain.method, gain.adoption): gain for gain in found}
    rows = tuple(
        (method, tuple(_entry(index.get((method, number))) for number in numbers))
        for method in sorted({gain.method for gain in found})
    )
    heading = f"Mean citation rank gain of {title} by number of adopters, all domains"
    return SideTable(heading, ("method", *map(str, numbers)), rows)


def _games(games: Sequence[Game], payoff: str) -> SideTable:
    """Equilibria and their price by method and domain, contexts of the most frequent size."""
    domains = sorted({game.domain for game in games})
    chosen: dict[tuple[str, str], Game] = {}
    for game in games:
        seen = chosen.get((game.method, game.domain))
        if seen is None or _observed(game) > _observed(seen):
            chosen[game.method, game.domain] = game
    rows = tuple(
        (method, tuple(_game_entry(chosen.get((method, domain))) for domain in domains))
        for method in sorted({game.method for game in games})
    )
    return SideTable(
        f"Equilibria of the adoption game by {payoff.replace('_', ' ')} (price of adoption)",
        ("method", *domains),
        rows,
    )


def _sums(games: Sequence[Game], payoff: str) -> SideTable:
    """How far the sum of a context's payoffs moves, at the adoption at which it does most."""
    domains = sorted({game.domain for game in games})
    found: dict[tuple[str, str], Entry] = {}
    for game in games:
        known = [one for one in game.sums if one.mean is not None]
        if known:
            most = max(known, key=lambda one: abs(one.mean or 0))
            bounds = "" if most.low is None else f"{most.low:.3f}..{most.high:.3f}"
            entry = Entry(f"{_signed(most.mean or 0)} at {most.adoption}", bounds)
            found.setdefault((game.method, game.domain), entry)
    rows = tuple(
        (method, tuple(found.get((method, domain), Entry(UNDEFINED)) for domain in domains))
        for method in sorted({game.method for game in games})
    )
    return SideTable(
        f"Largest change of the sum of {payoff.replace('_', ' ')} in a context (0: zero-sum)",
        ("method", *domains),
        rows,
    )


def _signed(value: float) -> str:
    text = f"{value:+.3f}"
    return "0.000" if float(text) == 0 else text


def _observed(game: Game) -> int:
    return sum(payoff.n_adopters for payoff in game.payoffs)


def _game_entry(game: Game | None) -> Entry:
    if game is None:
        return Entry(UNDEFINED)
    found = [str(one.adoption) for one in game.equilibria]
    found += [f"{name}?" for name in _ranges(game.undecided)]
    prices = [_signed(one.price) for one in game.equilibria if one.price is not None]
    return Entry(" ".join(found) or "none", " ".join(prices))


def _ranges(numbers: Sequence[int]) -> list[str]:
    """Ascending numbers with runs drawn together: 1, 2, 3, 5 are 1-3 and 5."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in found]
