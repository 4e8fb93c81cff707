"""Subsets of a release that a retrieval task of MTEB loads: rows of its own files, by filters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Reader = Callable[[str, Sequence[str]], Any]
    """Reads columns of a table as a ``pyarrow.Table``; no columns mean all of them."""
    Filter = tuple[str, str, object]
    """Column, operator and value, as pyarrow and ``datasets`` take them."""

ALL = "ALL"
RELEVANT = ("score", ">", 0)
_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Subset:
    """The rows that belong to one subset; without a filter, every row of the table does."""

    name: str
    corpus: tuple[Filter, ...] = ()
    queries: tuple[Filter, ...] = ()
    qrels: tuple[Filter, ...] = (RELEVANT,)
    titled: bool = True
    """Whether the titles of documents are part of their texts."""


def can_name(label: str) -> bool:
    """Whether a label can be part of a config's name."""
    return _NAME.fullmatch(label) is not None


def relevant_pairs(read: Reader) -> Any:
    """``pyarrow.Table`` of the pairs whose document is relevant."""
    pairs = read("qrels", ())
    return pairs.filter(pc.call_function("greater", [pairs.column("score"), 0]))


def partition_subsets(read: Reader) -> list[Subset]:
    """ALL, and one subset for each partition that has relevant pairs, in order.

    Args:
        read: reads the tables of one split.
    """
    pairs = relevant_pairs(read)
    if not len(pairs):
        return []
    labelled = "partition" in pairs.column_names
    labels = pairs.column("partition").unique().to_pylist() if labelled else []
    names = sorted(label for label in labels if label and can_name(label))
    return [
        Subset(ALL),
        *(Subset(name, qrels=(RELEVANT, ("partition", "==", name))) for name in names),
    ]
