"""Stages that choose the queries and their positives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from ..stages import Stage, distinct
from .draws import distance, draw, first_of_each
from .families import run_classes

if TYPE_CHECKING:
    from ..stages import Runner
    from .options import PatentOptions

    Frame = nw.LazyFrame[Any]

_QUERY_COLUMNS = {"family": nw.Int64, "ring": nw.Int64, "factor": nw.Int64, "date": nw.Date}
_POSITIVE_COLUMNS = {
    "query": nw.Int64,
    "document": nw.Int64,
    "backward": nw.Int64,
    "forward": nw.Int64,
}


def run_selection(runner: Runner, options: PatentOptions) -> None:
    """Run ``queries`` and ``positives``."""
    years = (options.min_year, options.max_year)
    least = max(1, options.min_citations)
    runner.run(
        Stage(
            "candidates",
            ("links", "documents"),
            lambda *frames: candidates(*frames, years=years, min_links=least),
            _QUERY_COLUMNS,
            {"years": list(years), "min_links": least},
        )
    )
    chosen = "candidates"
    seed = options.seed
    if (per_class := options.queries_per_class) is not None:
        stage = Stage(
            "balanced",
            ("candidates", run_classes(runner, "ipc3")),
            lambda *frames: balanced(*frames, per_class=per_class, seed=seed),
            _QUERY_COLUMNS,
            {"per_class": per_class, "seed": seed},
        )
        runner.run(stage)
        chosen = stage.name
    limit = options.max_queries
    runner.run(
        Stage(
            "queries",
            (chosen,),
            lambda frame: limited(frame, limit=limit, seed=seed),
            _QUERY_COLUMNS,
            {"limit": limit, "seed": seed},
        )
    )
    cap = options.max_positives
    runner.run(
        Stage(
            "positives",
            ("links", "queries", "documents"),
            lambda *frames: positives(*frames, cap=cap, seed=seed),
            _POSITIVE_COLUMNS,
            {"cap": cap, "seed": seed},
        )
    )


def candidates(
    links: Frame, documents: Frame, *, years: tuple[int | None, int | None], min_links: int
) -> Frame:
    """Families with enough linked families and an earliest date within the years."""
    linked = (
        links.group_by("query")
        .agg(nw.len().alias("degree"))
        .filter(nw.col("degree") >= min_links)
        .select(family="query")
    )
    dated = documents
    low, high = years
    if low is not None:
        dated = dated.filter(nw.col("date").dt.year() >= low)
    if high is not None:
        dated = dated.filter(nw.col("date").dt.year() <= high)
    return dated.join(linked, on="family", how="semi")


def balanced(candidates: Frame, classes: Frame, *, per_class: int, seed: int) -> Frame:
    """At most ``per_class`` candidates of each class.

    A candidate counts for the rarest of its classes (by candidates; the least code where two are
    as rare), which fills small classes first; one without a class is left out.
    """
    mine = classes.join(candidates.select("family"), on="family", how="semi")
    sizes = mine.group_by("class").agg(nw.len().alias("size"))
    sized = mine.join(sizes, on="class")
    own = first_of_each(sized, "family", ("size", "class"), 1).select("family", "class")
    ranked = candidates.with_columns(place=draw(seed, "queries")).join(own, on="family")
    return first_of_each(ranked, "class", ("place", "family"), per_class)


def limited(candidates: Frame, *, limit: int | None, seed: int) -> Frame:
    """The first ``limit`` candidates in the draw's order."""
    if limit is None:
        return candidates
    placed = candidates.with_columns(place=draw(seed, "queries"), all=nw.lit(0))
    return first_of_each(placed, "all", ("place", "family"), limit)


def positives(
    links: Frame, queries: Frame, documents: Frame, *, cap: int | None, seed: int
) -> Frame:
    """Links of the chosen queries; with a cap, those nearest to the query on the ring."""
    placed = queries.with_columns(start=draw(seed, "positives")).select("start", query="family")
    mine = links.join(placed, on="query")
    if cap is None:
        return mine
    ringed = mine.join(documents.select("ring", document="family"), on="document")
    away = ringed.with_columns(away=distance("start", "ring"))
    return first_of_each(away, "query", ("away", "document"), cap)


def run_corpus(runner: Runner, kind: str) -> None:
    """Run ``corpus_ids``: the families that are ranked."""
    inputs = ("documents",) if kind == "collection" else ("judged",)
    fn = collection_ids if kind == "collection" else judged_ids
    runner.run(Stage("corpus_ids", inputs, fn, {"family": nw.Int64}, {"kind": kind}))


def collection_ids(documents: Frame) -> Frame:
    """Every family with a text."""
    return documents.select("family")


def judged_ids(judged: Frame) -> Frame:
    """Families that are judged for some query."""
    return distinct(judged.select(family="document"), "family")
