"""Which split a query belongs to, without leakage between splits.

Two queries are connected if a citation of any kind links their families, or if their texts are
equal. Connected queries go into one split together, so no query of one split is a positive of a
query of the other, and no text stands in both. Documents may be judged in both splits: the corpus
is one, and what a system can learn from is the pairs. Where the citations connect nearly all
queries, one split gets nearly all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from ..stages import Stage, connect, distinct
from .draws import draw
from .keys import RING

if TYPE_CHECKING:
    from pathlib import Path

    from ..stages import Runner

    Frame = nw.LazyFrame[Any]

_EDGE_COLUMNS = {"a": nw.Int64, "b": nw.Int64}
_SPLIT_COLUMNS = {"name": nw.String, "dev": nw.Boolean}


def run_splits(runner: Runner, texts: Path, key: str, *, fraction: float, seed: int) -> str:
    """Run the stages from the queries' texts to their split; the last one's name.

    Args:
        runner: that has ``excluded`` and ``queries`` done.
        texts: Parquet with ``_id`` and ``text`` of every query.
        key: changes whenever ``texts`` does.
        fraction: share of connected groups that go into ``dev``.
        seed: of the draw.
    """
    runner.add("query_texts", [texts], key)
    runner.run(
        Stage("query_edges", ("excluded", "query_texts", "documents"), query_edges, _EDGE_COLUMNS)
    )
    labels = connect(runner, "query_groups", "query_edges", nw.Int64)
    limit = round(fraction * RING)
    stage = Stage(
        "splits",
        ("queries", "documents", labels),
        lambda *frames: splits(*frames, limit=limit, seed=seed),
        _SPLIT_COLUMNS,
        {"limit": limit, "seed": seed},
    )
    runner.run(stage)
    return stage.name


def query_edges(linked: Frame, texts: Frame, documents: Frame) -> Frame:
    """Pairs of queries that must stay together."""
    numbers = documents.select("family", _id="name")
    texts = texts.select("_id", "text").join(numbers, on="_id")
    ids = texts.select("family")
    cited = linked.join(ids, left_on="query", right_on="family", how="semi").join(
        ids, left_on="document", right_on="family", how="semi"
    )
    firsts = texts.group_by("text").agg(nw.col("family").min().alias("first"))
    same = texts.join(firsts, on="text").filter(nw.col("family") != nw.col("first"))
    edges = nw.concat(
        [cited.select(a="query", b="document"), same.select(a="first", b="family")], how="vertical"
    )
    return distinct(edges, "a", "b")


def splits(queries: Frame, documents: Frame, labels: Frame, *, limit: int, seed: int) -> Frame:
    """Whether each query goes into ``dev``: drawn by the least family of its group."""
    grouped = (
        queries.select("family")
        .join(labels.select(family="key", label="label"), on="family", how="left")
        .with_columns(label=nw.coalesce(nw.col("label"), nw.col("family")))
    )
    places = queries.select("ring", "factor", label="family")
    drawn = grouped.join(places, on="label").join(documents.select("family", "name"), on="family")
    return drawn.with_columns(place=draw(seed, "splits")).with_columns(dev=nw.col("place") < limit)
