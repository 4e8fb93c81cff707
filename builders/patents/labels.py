"""Stages that bring the judged pairs together and label them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from ...schemas.patents import UNKNOWN
from ..stages import Stage, distinct
from .citations import both_ways, kept_citations, with_date_valid
from .families import run_classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..stages import Runner
    from .options import PatentOptions

    Frame = nw.LazyFrame[Any]

_JUDGED_COLUMNS = {
    "query": nw.Int64,
    "document": nw.Int64,
    "score": nw.Int32,
    "relation": nw.String,
    "backward": nw.Int64,
    "forward": nw.Int64,
}
_LABELLED_COLUMNS = {**_JUDGED_COLUMNS, "date_valid": nw.Boolean, "partition": nw.String}
_MANNER_COLUMNS = {
    "query": nw.Int64,
    "document": nw.Int64,
    "category": nw.String,
    "phase": nw.String,
}


def run_labels(
    runner: Runner, options: PatentOptions, *, hard: str | None, rest: str | None
) -> None:
    """Run ``judged``, ``labelled`` and ``manners``.

    Args:
        runner: that has the positives done.
        options: rule and depth of the labels, categories of the citations.
        hard: stage of hard negatives, if there are any.
        rest: stage of random negatives, if there are any.
    """
    relations = ["citation"]
    inputs = ["positives"]
    for stage, relation in ((hard, "hard_negative"), (rest, "random_negative")):
        if stage is not None:
            inputs.append(stage)
            relations.append(relation)
    runner.run(
        Stage(
            "judged",
            tuple(inputs),
            lambda *frames: judged(*frames, relations=relations),
            _JUDGED_COLUMNS,
            {"relations": list(relations)},
        )
    )
    rule = options.label_rule
    runner.run(
        Stage(
            "labelled",
            ("judged", run_classes(runner, options.ipc_depth), "documents"),
            lambda *frames: labelled(*frames, rule=rule),
            _LABELLED_COLUMNS,
            {"rule": rule},
        )
    )
    categories = options.categories
    runner.run(
        Stage(
            "manners",
            ("lifted", "positives"),
            lambda *frames: manners(*frames, categories=categories),
            _MANNER_COLUMNS,
            {"categories": list(categories)},
        )
    )


def judged(positives: Frame, *negatives: Frame, relations: Sequence[str]) -> Frame:
    """Positives with score 1, then each frame of negatives with score 0."""
    flags = ("backward", "forward")
    parts = [positives.with_columns(score=nw.lit(1))]
    parts += [
        frame.with_columns(score=nw.lit(0), backward=nw.lit(0), forward=nw.lit(0))
        for frame in negatives
    ]
    return nw.concat(
        [
            part.with_columns(relation=nw.lit(relation)).select(
                "query",
                "document",
                "relation",
                *(nw.col(name).cast(nw.Int64) for name in ("score", *flags)),
            )
            for part, relation in zip(parts, relations, strict=True)
        ],
        how="vertical",
    )


def partitions(pairs: Frame, classes: Frame, rule: str) -> Frame:
    """Adds ``partition`` to pairs of ``query`` and ``document``.

    From three counts: classes of the query, of the document, and of both. Identical sets are those
    where the three are equal.
    """
    sizes = classes.group_by("family").agg(nw.len().cast(nw.Int64).alias("size"))
    wide = pairs.select("query", "document").join(
        classes.select("class", query="family"), on="query"
    )
    shared = (
        wide.join(classes.select("class", document="family"), on=["document", "class"], how="semi")
        .group_by("query", "document")
        .agg(nw.len().cast(nw.Int64).alias("shared"))
    )
    counted = (
        pairs.join(sizes.select(query="family", query_size="size"), on="query", how="left")
        .join(sizes.select(document="family", document_size="size"), on="document", how="left")
        .join(shared, on=["query", "document"], how="left")
    )
    shares = nw.col("shared")
    meet: Any = nw.lit("IN")
    if rule == "strict":
        same = (shares == nw.col("query_size")) & (shares == nw.col("document_size"))
        meet = nw.when(same).then(nw.lit("IN")).otherwise(nw.lit("MIXED"))
    known = nw.when(shares.is_null()).then(nw.lit("OUT")).otherwise(meet)
    unknown = nw.col("query_size").is_null() | nw.col("document_size").is_null()
    return counted.with_columns(partition=nw.when(unknown).then(nw.lit(UNKNOWN)).otherwise(known))


def labelled(judged: Frame, classes: Frame, documents: Frame, *, rule: str) -> Frame:
    """Judged pairs with their partition and whether the document came before the query."""
    return with_date_valid(partitions(judged, classes, rule), documents)


def manners(lifted: Frame, positives: Frame, *, categories: Sequence[str]) -> Frame:
    """Categories and phases of the citations behind each positive, a combination a row."""
    told = lifted.filter((nw.col("category") != "") | (nw.col("phase") != ""))
    seen = both_ways(kept_citations(told, categories))
    mine = seen.join(positives.select("query", "document"), on=["query", "document"], how="semi")
    return distinct(mine, "query", "document", "category", "phase")
