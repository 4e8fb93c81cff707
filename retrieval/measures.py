"""Measures of a ranking as values, and their figures for each query.

A measure is written ``nDCG@10``, ``Recall@100``, ``AP``, ``P(rel=2)@5`` and so on; the text is its
identity: parsed, compared, hashed and printed in one form. Figures equal trec_eval's to the last
bit, ties included.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ..schemas.errors import UsageError
from .identifiers import locate_ordered
from .measure_kernels import KINDS, score_rankings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .qrels import Qrels
    from .run import Run

_ALIASES = {"R": "Recall", "MAP": "AP", "MRR": "RR", "Precision": "P", "Hit": "Success"}
_NAMES = ("nDCG", "Recall", "P", "AP", "RR", "Rprec", "Success")
_BY_FOLDED = {name.lower(): name for name in _NAMES} | {
    alias.lower(): name for alias, name in _ALIASES.items()
}
_FORM = re.compile(r"([A-Za-z]+)(?:\(rel=(\d+)\))?(?:@(\d+))?")
_NEEDS_CUTOFF = {"P", "Success"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    ==========  =======================================================================
    nDCG        DCG of the ranking over that of the ideal one; gain = grade, discount
                log2(rank + 1) (Järvelin & Kekäläinen 2002, as in trec_eval)
    Recall      share of the relevant documents that are ranked
    P           share of the first k ranks that are relevant
    AP          mean over the relevant documents of the precision at their rank, 0 where
                one is not ranked
    RR          1 / rank of the first relevant document
    Rprec       precision at rank R, R = number of relevant documents
    Success     1 if a relevant document is among the first k
    ==========  =======================================================================
    """

    name: str
    cutoff: int | None = None
    """Ranks considered; None means all of them."""
    rel: int = 1
    """Lowest grade that counts as relevant (not for nDCG)."""

    def __post_init__(self) -> None:
        """Raise ``UsageError`` where the parts make no measure."""
        if self.name not in _NAMES:
            raise UsageError.from_unknown_name("measure", self.name, _NAMES)
        if self.cutoff is not None and self.cutoff < 1:
            raise UsageError(f"{self} looks at no rank", expected="a cutoff of 1 or more")
        if self.cutoff is None and self.name in _NEEDS_CUTOFF:
            raise UsageError(f"{self} needs a cutoff", expected=f"{self.name}@K, as {self.name}@10")
        if self.name == "Rprec" and self.cutoff is not None:
            raise UsageError(
                f"{self} takes no cutoff: its own is the number of relevant documents",
                expected="Rprec",
            )
        if self.rel < 1 or (self.name == "nDCG" and self.rel != 1):
            raise UsageError(
                f"{self} has a threshold that means nothing",
                expected="rel of 1 or more, and not for nDCG, which uses the grades",
            )

    @classmethod
    def parse(cls, text: str) -> Measure:
        """Read a measure; names are taken in any case, with the aliases R, MAP, MRR.

        Raises:
            UsageError: the text is none.
        """
        form = _FORM.fullmatch(text.strip())
        if form is None:
            raise UsageError(
                f"{text!r} is no measure", expected="NAME, NAME@K or NAME(rel=G)@K, as nDCG@10"
            )
        name = _BY_FOLDED.get(form[1].lower())
        if name is None:
            raise UsageError.from_unknown_name("measure", form[1], (*_NAMES, *_ALIASES))
        return cls(name, int(form[3]) if form[3] else None, int(form[2] or 1))

    def __str__(self) -> str:
        rel = "" if self.rel == 1 else f"(rel={self.rel})"
        cutoff = "" if self.cutoff is None else f"@{self.cutoff}"
        return f"{self.name}{rel}{cutoff}"


@dataclass(frozen=True)
class PerQuery:
    """Figures for each query that has a relevant document."""

    query_ids: Any
    """``pyarrow.LargeStringArray`` (n), ascending."""
    measures: tuple[Measure, ...]
    values: NDArray[np.float64]
    """(n, measures); NaN where no document of a query reaches the measure's ``rel``."""

    def column(self, measure: Measure) -> NDArray[np.float64]:
        """(n) figures of one measure."""
        return self.values[:, self.measures.index(measure)]

    def means(self) -> dict[Measure, float | None]:
        """Mean over the queries for which a measure is defined; None where there is none."""
        return {measure: mean(self.column(measure)) for measure in self.measures}

    def to_table(self) -> Any:
        """One row a query: ``query_id`` and a float64 column a measure, null where undefined."""
        columns = {
            str(measure): pa.array(self.column(measure), from_pandas=True)
            for measure in self.measures
        }
        return pa.table({"query_id": self.query_ids.cast(pa.string()), **columns})


def mean(values: NDArray[np.float64]) -> float | None:
    """Mean of the figures that are not NaN, summed in their order; None where there is none."""
    defined = values[~np.isnan(values)]
    # cumsum adds one by one: a mean that does not depend on how a library splits a sum
    return float(np.cumsum(defined)[-1] / len(defined)) if len(defined) else None


def evaluate(run: Run, qrels: Qrels, measures: Sequence[Measure]) -> PerQuery:
    """Figures of a run.

    Queries without a relevant document are left out: nothing can be said of them. A query that the
    run lacks scores 0. Relevant documents that the run does not know still count as missed.

    Args:
        run: rankings; only their order counts.
        qrels: judgements.
        measures: what to compute.
    """
    # Documents that only the qrels know get ordinals behind those of the run.
    known = locate_ordered(run.doc_ids, qrels.doc_ids)
    fresh = known < 0
    known[fresh] = len(run.doc_ids) + np.arange(int(fresh.sum()), dtype=np.int32)
    sizes = np.diff(qrels.starts)
    everything = np.iinfo(np.int64).max
    table = [(KINDS[m.name], m.cutoff or everything, m.rel) for m in measures]
    longest = max(run.depth, int(sizes.max(initial=0)))
    values = score_rankings(
        np.ascontiguousarray(run.docs),
        locate_ordered(run.query_ids, qrels.query_ids).astype(np.int64),
        qrels.starts,
        known[qrels.docs],
        qrels.grades,
        qrels.ideal_grades,
        len(run.doc_ids) + int(fresh.sum()),
        np.array(table, np.int64).reshape(-1, 3),
        _logarithms(longest),
    )
    relevant = np.bincount(qrels.owners[qrels.grades > 0], minlength=len(qrels)) > 0
    query_ids = qrels.query_ids.filter(pa.array(relevant))
    return PerQuery(query_ids, tuple(measures), values[relevant])


@cache
def _logarithms(count: int) -> NDArray[np.float64]:
    """Logarithms to base 2 of rank + 1, for ranks from 1."""
    # The C library's log2, as trec_eval calls it; numpy's vectorised one may differ in a bit.
    return np.array([math.log2(rank + 2) for rank in range(count)])
