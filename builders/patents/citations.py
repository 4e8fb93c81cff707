"""Stages that lift citations between publications to links between families."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from ..stages import Stage, distinct
from .families import without_records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..stages import Runner
    from .options import PatentOptions

    Frame = nw.LazyFrame[Any]

_LIFTED_COLUMNS = {
    "citing": nw.Int64,
    "cited": nw.Int64,
    "category": nw.String,
    "phase": nw.String,
}
_LINK_COLUMNS = {
    "query": nw.Int64,
    "document": nw.Int64,
    "backward": nw.Int64,
    "forward": nw.Int64,
}


def run_citations(runner: Runner, options: PatentOptions) -> None:
    """Run ``lifted`` (all citations between families) and ``links`` (those that count)."""
    match = options.citation_match
    runner.run(
        Stage(
            "lifted",
            ("citations", "duplicates", "members", "documents", "lookup"),
            lambda *frames: lifted(*frames, match=match),
            _LIFTED_COLUMNS,
            {"match": match},
        )
    )
    categories, valid = options.categories, options.date_valid_only
    runner.run(
        Stage(
            "links",
            ("lifted", "documents"),
            lambda *frames: links(*frames, categories=categories, date_valid_only=valid),
            _LINK_COLUMNS,
            {"categories": list(categories), "date_valid_only": valid},
        )
    )


def lifted(
    citations: Frame,
    duplicates: Frame,
    members: Frame,
    documents: Frame,
    lookup: Frame,
    *,
    match: str,
) -> Frame:
    """Different (citing family, cited family, category, phase), without citations of oneself.

    The record that states a citation stands for one side; the other side is looked up. With
    ``match`` exact, an id with a kind matches that publication and one without matches every
    publication of its number; with ``number``, kinds are ignored.
    """
    stated = without_records(citations, duplicates).select(
        "record",
        "forward",
        nw.col("category").fill_null(""),
        nw.col("phase").fill_null(""),
        other_id=_side("citing_id", "cited_id"),
        other_number=_side("citing_number", "cited_number"),
    )
    numbers = distinct(lookup, "number_key", "family").select(
        other_number="number_key", other="family"
    )
    if match == "number":
        found = _other(stated.join(numbers, on="other_number"))
    else:
        bare = nw.col("other_id") == nw.col("other_number")
        ids = lookup.select(other_id="publication_id", other="family")
        found = nw.concat(
            [
                _other(stated.filter(~bare).join(ids, on="other_id")),
                _other(stated.filter(bare).join(numbers, on="other_number")),
            ],
            how="vertical",
        )
    own = members.select("record", "name").join(documents.select("name", own="family"), on="name")
    pairs = found.join(own, on="record").filter(nw.col("own") != nw.col("other"))
    turned = pairs.with_columns(
        citing=nw.when(nw.col("forward")).then(nw.col("other")).otherwise(nw.col("own")),
        cited=nw.when(nw.col("forward")).then(nw.col("own")).otherwise(nw.col("other")),
    )
    return distinct(turned, *_LIFTED_COLUMNS)


def _side(citing: str, cited: str) -> nw.Expr:
    return nw.when(nw.col("forward")).then(nw.col(citing)).otherwise(nw.col(cited))


def _other(frame: Frame) -> Frame:
    return frame.select("record", "forward", "category", "phase", "other")


def kept_citations(lifted: Frame, categories: Sequence[str]) -> Frame:
    """Citations of the wanted categories, or all if none is named.

    A single capital letter is also found in a combination of letters (X in XY).
    """
    if not categories:
        return lifted
    wanted = nw.col("category").is_in(list(categories))
    for letter in categories:
        if len(letter) == 1 and letter.isupper():
            wanted = wanted | nw.col("category").str.contains(letter, literal=True)
    return lifted.filter(wanted)


def both_ways(lifted: Frame) -> Frame:
    """Each citation seen from both families: ``query``, ``document`` and the direction."""
    back = lifted.with_columns(
        query=nw.col("citing"), document=nw.col("cited"), backward=nw.lit(1), forward=nw.lit(0)
    )
    forth = lifted.with_columns(
        query=nw.col("cited"), document=nw.col("citing"), backward=nw.lit(0), forward=nw.lit(1)
    )
    columns = ("query", "document", "backward", "forward", "category", "phase")
    return nw.concat([back.select(*columns), forth.select(*columns)], how="vertical")


def links(
    lifted: Frame, documents: Frame, *, categories: Sequence[str], date_valid_only: bool
) -> Frame:
    """Pairs of a family and one that it cites or is cited by, with flags of the directions."""
    pairs = (
        both_ways(kept_citations(lifted, categories))
        .group_by("query", "document")
        .agg(nw.col("backward").max(), nw.col("forward").max())
    )
    if not date_valid_only:
        return pairs
    return with_date_valid(pairs, documents).filter(nw.col("date_valid"))


def with_date_valid(pairs: Frame, documents: Frame) -> Frame:
    """Adds ``date_valid``: the document was public before the query's earliest date.

    Null where either day is unknown.
    """
    dated = pairs.join(documents.select(query="family", query_date="date"), on="query")
    dated = dated.join(documents.select(document="family", public="public"), on="document")
    return dated.with_columns(date_valid=nw.col("public") < nw.col("query_date"))
