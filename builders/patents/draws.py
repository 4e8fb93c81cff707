"""Random draws that are expressions over two stored hashes of a family.

A family has a position r < 2^62 and a factor f < 2^31 (``keys.ring_place``). A draw, named by a
purpose, moves all families to (r + f·m + c) mod 2^62 with constants m and c that a hash of seed and
purpose gives. No draw depends on how many families there are or on their order, so adding sources
changes what is drawn only next to the families that were added (consistent hashing: Karger et al.,
STOC 1997).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw

from .keys import RING, draw_constants

if TYPE_CHECKING:
    from collections.abc import Sequence

    Frame = nw.LazyFrame[Any]

_NONE = (1 << 63) - 1
"""Above every position."""


def draw(seed: int, purpose: str) -> nw.Expr:
    """Where the draw moves a family to, from its columns ``ring`` and ``factor``."""
    multiplier, shift = draw_constants(seed, purpose)
    return _moved(nw.lit(multiplier), nw.lit(shift))


def draw_of_columns() -> nw.Expr:
    """The same with the constants in the columns ``multiplier`` and ``shift``."""
    return _moved(nw.col("multiplier"), nw.col("shift"))


def _moved(multiplier: nw.Expr, shift: nw.Expr) -> nw.Expr:
    # 2^62 + 2^31·2^31 and 2^62 + 2^62 both fit 64 bits with a sign.
    first = (nw.col("ring") + nw.col("factor") * multiplier.cast(nw.Int64)) % RING
    return (first + shift.cast(nw.Int64)) % RING


def distance(start: str, end: str) -> nw.Expr:
    """Way along the ring from one column's position to another's."""
    return (nw.col(end) - nw.col(start) + RING) % RING


def first_of_each(frame: Frame, group: str, order: Sequence[str], count: nw.Expr | int) -> Frame:
    """The first ``count`` rows of each group in an order that has no ties."""
    numbered = frame.with_columns(_one=nw.lit(1)).with_columns(
        _number=nw.col("_one").cum_sum().over(group, order_by=list(order)).cast(nw.Int64)
    )
    return numbered.filter(nw.col("_number") <= count)


def successors(points: Frame, ring: Frame) -> Frame:
    """The first document at or behind each point, around the end of the ring.

    Args:
        points: ``query``, ``bucket``, ``number``, ``position``.
        ring: ``bucket``, ``position``, ``document``; each bucket is a ring of its own.

    Returns:
        ``query``, ``number``, ``document``; a point in a bucket without documents has none.
    """
    # One document of those (hardly ever) at one position: the least.
    ring = ring.group_by("bucket", "position").agg(nw.col("document").min())
    # Behind the last document the first one comes again, a whole turn further.
    again = ring.group_by("bucket").agg(nw.col("position").min() + RING)
    columns = ("bucket", "position", "place", "query", "number")
    stops = nw.concat(
        [ring.select("bucket", "position"), again.select("bucket", "position")], how="vertical"
    ).with_columns(
        place=nw.col("position"),
        query=nw.lit(None).cast(nw.Int64),
        number=nw.lit(_NONE),
    )
    asked = points.with_columns(place=nw.lit(_NONE))
    # A stop at a point's own position must come behind it; its number sees to that.
    line = nw.concat([stops.select(*columns), asked.select(*columns)], how="vertical").with_columns(
        next=nw.col("place").cum_min(reverse=True).over("bucket", order_by=["position", "number"])
    )
    found = line.filter(~nw.col("query").is_null()).select(
        "bucket", "query", "number", next=nw.col("next") % RING
    )
    return found.join(
        ring.select("bucket", "document", next="position"), on=["bucket", "next"]
    ).select("query", "number", "document")
