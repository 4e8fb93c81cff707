"""Stages that draw families without a link to the query: at random, or of its IPC subclass.

Each query throws points on a hash ring of the documents and takes, point by point, the first
document behind each that is neither the query, nor linked to it in any way, nor taken before. A
document that joins the ring changes a pick only where it lands right behind a point. (A document
is drawn in proportion to the gap before it; queries throw different points, so no document is
favoured by all.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pyarrow as pa
import pyarrow.parquet as pq

from ..stages import Stage, distinct
from .citations import both_ways
from .draws import distance, draw_of_columns, first_of_each, successors
from .families import run_classes
from .keys import draw_constants

if TYPE_CHECKING:
    from pathlib import Path

    from ..stages import Runner
    from .options import PatentOptions

    Frame = nw.LazyFrame[Any]

PAIR_COLUMNS = {"query": nw.Int64, "document": nw.Int64}
_MEMBERSHIP_COLUMNS = {"family": nw.Int64, "bucket": nw.String}
_PICK_COLUMNS = {**PAIR_COLUMNS, "number": nw.Int64}


def run_exclusions(runner: Runner) -> None:
    """Run ``excluded``: for each query, every family with any citation to or from it."""
    runner.run(Stage("excluded", ("lifted", "queries"), excluded, PAIR_COLUMNS))


def excluded(lifted: Frame, queries: Frame) -> Frame:
    """Pairs of a query and a family that some citation links, whatever its category or date."""
    pairs = both_ways(lifted).join(queries.select(query="family"), on="query", how="semi")
    return distinct(pairs, "query", "document")


def run_same_ipc4(runner: Runner, options: PatentOptions, folder: Path) -> str:
    """Run the stages of hard negatives of the same IPC subclass; the last one's name."""
    classes = run_classes(runner, "ipc4")
    stage = Stage(
        "ipc4_buckets",
        (classes,),
        lambda classes: classes.select("family", bucket="class"),
        _MEMBERSHIP_COLUMNS,
    )
    runner.run(stage)
    return _run_draw(
        runner, "hard", stage.name, "excluded", options.hard_negatives, options.seed, folder
    )


def run_random(runner: Runner, options: PatentOptions, folder: Path, hard: str | None) -> str:
    """Run the stages of random negatives, apart from hard ones; the last one's name."""
    one = Stage(
        "one_bucket",
        ("documents",),
        lambda documents: documents.select("family", nw.lit("all").alias("bucket")),
        _MEMBERSHIP_COLUMNS,
    )
    runner.run(one)
    taken = "excluded"
    if hard is not None:
        both = Stage(
            "excluded_or_hard",
            ("excluded", hard),
            lambda linked, hard: nw.concat(
                [linked, hard.select("query", "document")], how="vertical"
            ),
            PAIR_COLUMNS,
        )
        runner.run(both)
        taken = both.name
    return _run_draw(
        runner, "random", one.name, taken, options.random_negatives, options.seed, folder
    )


def _run_draw(
    runner: Runner, name: str, buckets: str, taken: str, count: int, seed: int, folder: Path
) -> str:
    """Draw ``count`` documents a query: by points, and along the ring where points fall short."""
    points = _add_points(runner, f"{name}_points", 2 * count + 8, seed, folder)
    parameters = {"count": count}
    thrown = Stage(
        f"{name}_thrown",
        ("queries", "documents", buckets, points, taken),
        lambda *frames: thrown_picks(*frames, count=count),
        _PICK_COLUMNS,
        parameters,
    )
    runner.run(thrown)
    filled = Stage(
        f"{name}_negatives",
        ("queries", "documents", buckets, points, taken, thrown.name),
        lambda *frames: filled_picks(*frames, count=count),
        PAIR_COLUMNS,
        parameters,
    )
    runner.run(filled)
    return filled.name


def _add_points(runner: Runner, name: str, count: int, seed: int, folder: Path) -> str:
    """A table of the constants of ``count`` draws, numbered."""
    constants = [draw_constants(seed, f"{name}/{number}") for number in range(count)]
    table = pa.table(
        {
            "number": pa.array(range(count), pa.int64()),
            "multiplier": pa.array([multiplier for multiplier, _ in constants], pa.int64()),
            "shift": pa.array([shift for _, shift in constants], pa.int64()),
        }
    )
    path = folder / f"{name}-{count}-{seed}.parquet"
    pq.write_table(table, path)
    runner.add(name, [path], f"{name}/{count}/{seed}")
    return name


def thrown_picks(
    queries: Frame, documents: Frame, buckets: Frame, points: Frame, taken: Frame, *, count: int
) -> Frame:
    """The first ``count`` different allowed documents that a query's points hit."""
    placed = documents.select("family", "ring").join(buckets, on="family")
    ring = placed.select("bucket", position="ring", document="family")
    thrown = _in_buckets(queries, buckets).join(points, how="cross")
    thrown = thrown.with_columns(position=draw_of_columns())
    hits = successors(thrown.select("query", "bucket", "number", "position"), ring)
    firsts = _allowed(hits, taken).group_by("query", "document").agg(nw.col("number").min())
    return first_of_each(firsts, "query", ("number", "document"), count)


def filled_picks(
    queries: Frame,
    documents: Frame,
    buckets: Frame,
    points: Frame,
    taken: Frame,
    picks: Frame,
    *,
    count: int,
) -> Frame:
    """The picks, and for queries with fewer than ``count`` the next documents along the ring.

    That happens where a bucket holds few documents or most of it is linked, so going through all
    of it is cheap.
    """
    sizes = picks.group_by("query").agg(nw.len().cast(nw.Int64).alias("had"))
    asked = _in_buckets(queries, buckets).join(sizes, on="query", how="left")
    asked = asked.with_columns(had=nw.col("had").fill_null(0)).filter(nw.col("had") < count)
    start = asked.join(points.filter(nw.col("number") == 0), how="cross")
    start = start.with_columns(start=draw_of_columns()).select("query", "bucket", "had", "start")
    placed = documents.select(family="family", place="ring").join(buckets, on="family")
    near = start.join(placed.select("bucket", "place", document="family"), on="bucket")
    free = _allowed(near, taken).join(
        picks.select("query", "document"), on=["query", "document"], how="anti"
    )
    away = free.with_columns(away=distance("start", "place"))
    nearest = away.group_by("query", "document").agg(nw.col("away").min(), nw.col("had").max())
    more = first_of_each(nearest, "query", ("away", "document"), nw.lit(count) - nw.col("had"))
    return nw.concat(
        [picks.select("query", "document"), more.select("query", "document")], how="vertical"
    )


def _in_buckets(queries: Frame, buckets: Frame) -> Frame:
    mine = queries.select("family", "ring", "factor").join(buckets, on="family")
    return mine.select("bucket", "ring", "factor", query="family")


def _allowed(pairs: Frame, taken: Frame) -> Frame:
    others = pairs.filter(nw.col("query") != nw.col("document"))
    return others.join(taken, on=["query", "document"], how="anti")
