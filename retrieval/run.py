"""A run: the documents a system ranked for each query, in one order that all agree on.

Ranks follow the score as float32, descending, then the document's id, descending: trec_eval's
rule, so that every rank is reproducible and equal to what trec_eval makes of the same scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..schemas.errors import DataError, UsageError
from .identifiers import as_ids, dense_rows, locate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SCHEMA = pa.schema(
    [
        pa.field("query_id", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("score", pa.float32(), nullable=False),
        pa.field("rank", pa.int32(), nullable=False),
    ]
)
_ABSENT = np.iinfo(np.int64).min
_BLOCK = 1 << 16
"""Documents ranked at a time."""


@dataclass(frozen=True)
class Run:
    """Ranked documents of n queries, at most ``depth`` each.

    Build one with ``from_topk`` or ``from_table``, which rank and check.
    """

    query_ids: Any
    """``pyarrow.LargeStringArray`` (n), unique, ascending."""
    doc_ids: Any
    """``pyarrow.LargeStringArray`` (m), unique, ascending: what ordinals point into."""
    docs: NDArray[np.int32]
    """(n, depth) ordinals in rank order; -1 behind a query's last document."""
    scores: NDArray[np.float32]
    """(n, depth) scores; 0 behind a query's last document."""
    name: str = "run"

    @classmethod
    def from_topk(
        cls,
        query_ids: Any,
        doc_ids: Any,
        docs: NDArray[Any],
        scores: NDArray[Any],
        name: str = "run",
    ) -> Run:
        """Rank what a search returned.

        Args:
            query_ids: n ids, unique, ascending.
            doc_ids: m ids, unique, ascending.
            docs: (n, depth) ordinals into ``doc_ids``, in any order; -1 where there is none.
            scores: (n, depth) scores; what stands beside a -1 is ignored.
            name: the system's.

        Raises:
            DataError: a score is NaN or infinite, or a query has a document twice.
            UsageError: the arrays do not fit together.
        """
        queries, documents = as_ids(query_ids), as_ids(doc_ids)
        found = np.ascontiguousarray(docs, np.int32)
        _check_ordinals(found, len(documents), name)
        with np.errstate(over="ignore"):  # becomes infinite, which is refused below
            values = np.asarray(scores).astype(np.float32)  # a copy
        if values.shape == found.shape:
            values[found < 0] = 0
        run = cls(queries, documents, found, values, name)
        run._check_rows()
        ranked, ordered = rank_rows(found, values)
        return replace(run, docs=ranked, scores=ordered)

    @classmethod
    def from_table(cls, table: Any, *, doc_ids: Any = None, name: str = "run") -> Run:
        """Rank a table of ``query_id``, ``doc_id``, ``score``; any ``rank`` in it is ignored.

        Args:
            table: ``pyarrow.Table``.
            doc_ids: ids that ordinals shall point into, ascending; those of the table by default.
            name: the system's.

        Raises:
            DataError: a column is missing, an id is null or not among ``doc_ids``, a score is no
                number, or as ``from_topk``.
        """
        missing = [c for c in ("query_id", "doc_id", "score") if c not in table.column_names]
        if missing:
            raise DataError(
                f"run {name!r} lacks columns",
                found=", ".join(table.column_names),
                expected="query_id, doc_id, score",
            )
        queries = as_ids(table.column("query_id").unique().sort())
        universe = as_ids(table.column("doc_id").unique().sort() if doc_ids is None else doc_ids)
        rows = locate(queries, table.column("query_id"))
        ordinals = locate(universe, table.column("doc_id"))
        if (ordinals < 0).any():
            lost = table.column("doc_id")[int(np.flatnonzero(ordinals < 0)[0])].as_py()
            raise DataError(f"run {name!r} ranks a document that is not in the corpus", found=lost)
        try:
            scores = table.column("score").cast(pa.float32()).to_numpy()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataError(f"run {name!r}: a score is no number", found=error) from None
        docs, values = dense_rows(rows, len(queries), ordinals, scores)
        return cls.from_topk(queries, universe, docs, values, name)

    def __post_init__(self) -> None:
        """Raise ``UsageError`` unless the matrices have one row for each query."""
        shape = (len(self.query_ids), self.docs.shape[-1])
        if self.docs.shape != shape or self.scores.shape != shape:
            raise UsageError(
                f"the arrays of run {self.name!r} do not fit together",
                found=f"docs {self.docs.shape}, scores {self.scores.shape}",
                expected=f"a row for each of {shape[0]} queries, a score for each document",
            )

    def _check_rows(self) -> None:
        bad = ~np.isfinite(self.scores).all(axis=1)
        if bad.any():
            query = self.query_ids[int(np.flatnonzero(bad)[0])].as_py()
            raise DataError(
                f"run {self.name!r}: a score is not finite",
                found=f"query {query}",
                expected="finite scores",
            )
        ordered = np.sort(self.docs, axis=1)
        twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
        if twice.any():
            query = self.query_ids[int(np.flatnonzero(twice)[0])].as_py()
            raise DataError(f"run {self.name!r} ranks a document twice", found=f"query {query}")

    @property
    def depth(self) -> int:
        """Most documents a query can have."""
        return int(self.docs.shape[1])

    def __len__(self) -> int:
        return len(self.query_ids)

    def to_table(self) -> Any:
        """Rows ``query_id, doc_id, score, rank`` (from 1), by query and rank."""
        hit = self.docs >= 0
        row, column = np.nonzero(hit)
        arrays = [
            self.query_ids.take(pa.array(row)).cast(pa.string()),
            self.doc_ids.take(pa.array(self.docs[hit])).cast(pa.string()),
            pa.array(self.scores[hit]),
            pa.array((column + 1).astype(np.int32)),
        ]
        return pa.Table.from_arrays(arrays, schema=SCHEMA)

    def truncate(self, depth: int) -> Run:
        """The first ``depth`` documents of each query."""
        kept = slice(0, max(depth, 0))
        return replace(
            self,
            docs=np.ascontiguousarray(self.docs[:, kept]),
            scores=np.ascontiguousarray(self.scores[:, kept]),
        )

    def without(self, pairs: Mapping[str, Sequence[str]]) -> Run:
        """The run with the given documents of the given queries taken out, ranks closed."""
        queries = [query for query, banned in pairs.items() for _ in banned]
        rows = locate(self.query_ids, queries)
        banned = locate(self.doc_ids, [doc for docs in pairs.values() for doc in docs])
        docs, scores = self.docs.copy(), self.scores.copy()
        known = (rows >= 0) & (banned >= 0)
        rows, banned = rows[known], banned[known]
        step = max(1, _BLOCK // max(1, self.depth))
        for first in range(0, len(rows), step):
            row, doc = rows[first : first + step], banned[first : first + step]
            pair, column = np.nonzero(self.docs[row] == doc[:, None])
            docs[row[pair], column] = -1
        scores[docs < 0] = 0
        docs, scores = rank_rows(docs, scores)
        return replace(self, docs=docs, scores=scores)

    def write_parquet(self, path: Path) -> None:
        """Write ``to_table()``; the same run gives the same bytes."""
        pq.write_table(self.to_table(), path, compression="zstd")

    @classmethod
    def read_parquet(cls, path: Path, *, doc_ids: Any = None, name: str | None = None) -> Run:
        """Read what ``write_parquet`` wrote; ``DataError`` if the file is no such thing."""
        try:
            table = pq.read_table(path)
        except (pa.ArrowInvalid, FileNotFoundError) as error:
            raise DataError("the run cannot be read", place=path, found=error) from None
        return cls.from_table(table, doc_ids=doc_ids, name=name or path.stem)


def rank_rows(
    docs: NDArray[np.int32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Sort each row by score, then ordinal, both descending; -1 and its score go last, as 0.

    Args:
        docs: (n, depth) ordinals, -1 where there is none.
        scores: (n, depth).

    Returns:
        Two new arrays of the same shape.
    """
    ranked, ordered = np.empty_like(docs), np.empty_like(scores)
    # A few rows at a time: the keys stay in the cache, and memory does not grow with the run.
    step = max(1, _BLOCK // max(1, docs.shape[1]))
    for first in range(0, len(docs), step):
        rows = slice(first, first + step)
        ranked[rows], ordered[rows] = _rank_block(docs[rows], scores[rows])
    return ranked, ordered


def _rank_block(
    docs: NDArray[np.int32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    # An order-keeping integer of the score above the ordinal: one integer sort does both keys.
    bits = (scores + np.float32(0)).view(np.int32)  # + 0 turns -0 into 0
    ordered = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits).astype(np.int64)
    key = np.where(docs >= 0, (ordered << 32) | docs, _ABSENT)
    key = ~np.sort(~key, axis=1)  # the complement reverses the order, the lowest integer included
    high = (key >> 32).astype(np.int32)
    values = np.where(high < 0, high ^ 0x7FFFFFFF, high).view(np.float32)
    absent = key == _ABSENT
    ranked = np.where(absent, np.int64(-1), key & 0xFFFFFFFF).astype(np.int32)
    return ranked, np.where(absent, np.float32(0), values)


def _check_ordinals(docs: NDArray[np.int32], documents: int, name: str) -> None:
    lowest, highest = int(docs.min(initial=-1)), int(docs.max(initial=-1))
    if lowest < -1 or highest >= documents:
        raise UsageError(
            f"run {name!r} has ordinals outside its documents",
            found=f"{lowest} to {highest}",
            expected=f"-1 to {documents - 1}",
        )
