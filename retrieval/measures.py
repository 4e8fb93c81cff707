"""Measures of a ranking as values, and their figures for each query.

A measure is written ``nDCG@10``, ``Recall@100``, ``AP``, ``P(rel=2)@5`` and so on; the text is its
identity: parsed, compared, hashed and printed in one form. Figures equal trec_eval's to the last
bit, ties included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ..schemas.errors import UsageError
from .identifiers import as_ids, locate
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
        cutoff = int(form[3]) if form[3] else None
        _check_form(text, name, cutoff, form[2])
        return cls(name, cutoff, int(form[2] or 1))

    def __str__(self) -> str:
        rel = "" if self.rel == 1 else f"(rel={self.rel})"
        cutoff = "" if self.cutoff is None else f"@{self.cutoff}"
        return f"{self.name}{rel}{cutoff}"


def _check_form(text: str, name: str, cutoff: int | None, rel: str | None) -> None:
    if cutoff == 0:
        raise UsageError(f"{text!r} looks at no rank", expected="a cutoff of 1 or more")
    if cutoff is None and name in _NEEDS_CUTOFF:
        raise UsageError(f"{text!r} needs a cutoff", expected=f"{name}@K, as {name}@10")
    if name == "Rprec" and cutoff is not None:
        raise UsageError("Rprec takes no cutoff: its own is the number of relevant documents")
    if rel is not None and (name == "nDCG" or int(rel) < 1):
        raise UsageError(
            f"{text!r} has a threshold that means nothing",
            expected="rel of 1 or more, and not for nDCG, which uses the grades",
        )


@dataclass(frozen=True)
class PerQuery:
    """Figures for each query that has a relevant document."""

    query_ids: Any
    """``pyarrow.LargeStringArray`` (n), ascending."""
    measures: tuple[Measure, ...]
    values: NDArray[np.float64]
    """(n, measures)."""

    def column(self, measure: Measure) -> NDArray[np.float64]:
        """(n) figures of one measure."""
        return self.values[:, self.measures.index(measure)]

    def means(self) -> dict[Measure, float | None]:
        """Mean over the queries, in their order; None where there is no query."""
        if not len(self.query_ids):
            return dict.fromkeys(self.measures)
        # cumsum adds one by one: a mean that does not depend on how a library splits a sum
        totals = np.cumsum(self.values, axis=0)[-1] / len(self.query_ids)
        return {m: float(t) for m, t in zip(self.measures, totals, strict=True)}

    def to_table(self) -> Any:
        """One row a query: ``query_id`` and a float64 column a measure."""
        columns = {str(m): self.values[:, i] for i, m in enumerate(self.measures)}
        return pa.table({"query_id": self.query_ids.cast(pa.string()), **columns})


def evaluate(run: Run, qrels: Qrels, measures: Sequence[Measure]) -> PerQuery:
    """Figures of a run.

    Queries without a relevant document are left out: nothing can be said of them. A query that the
    run lacks scores 0. Relevant documents that the run does not know still count as missed.

    Args:
        run: rankings; only their order counts.
        qrels: judgements.
        measures: what to compute.
    """
    relevant = np.diff(np.concatenate([[0], np.cumsum(qrels.grades > 0)])[qrels.starts]) > 0
    chosen = np.flatnonzero(relevant)
    query_ids = as_ids(qrels.query_ids.take(pa.array(chosen)))
    table = np.array([(KINDS[m.name], m.cutoff or 0, m.rel) for m in measures], np.int64)
    # Documents that only the qrels know get ordinals behind those of the run.
    known = locate(run.doc_ids, qrels.doc_ids)
    fresh = known < 0
    known[fresh] = len(run.doc_ids) + np.arange(int(fresh.sum()), dtype=np.int32)
    values = score_rankings(
        run.docs,
        locate(run.query_ids, query_ids).astype(np.int64),
        chosen,
        qrels.starts,
        known[qrels.docs].astype(np.int64),
        qrels.grades.astype(np.int64),
        len(run.doc_ids) + int(fresh.sum()),
        table.reshape(-1, 3),
    )
    return PerQuery(query_ids, tuple(measures), values)
