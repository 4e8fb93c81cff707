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

from ..schemas.errors import DataError
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
        """
        keys = as_ids(query_ids)
        found = np.ascontiguousarray(docs, np.int32)
        values = np.where(found >= 0, scores, 0).astype(np.float32)
        if not np.isfinite(values).all():
            row = int(np.flatnonzero(~np.isfinite(values).all(axis=1))[0])
            raise DataError(
                f"run {name!r}: a score is not finite",
                found=f"query {keys[row].as_py()}",
                expected="finite scores",
            )
        ranked, ordered = _rank(found, values)
        _check_repeats(ranked, keys, name)
        return cls(keys, as_ids(doc_ids), ranked, ordered, name)

    @classmethod
    def from_table(cls, table: Any, *, doc_ids: Any = None, name: str = "run") -> Run:
        """Rank a table of ``query_id``, ``doc_id``, ``score``; any ``rank`` in it is ignored.

        Args:
            table: ``pyarrow.Table``.
            doc_ids: ids that ordinals shall point into, ascending; those of the table by default.
            name: the system's.

        Raises:
            DataError: a column is missing, an id is not among ``doc_ids``, or as ``from_topk``.
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
        scores = table.column("score").cast(pa.float32()).to_numpy()
        docs, values = dense_rows(rows, len(queries), ordinals, scores)
        return cls.from_topk(queries, universe, docs, values, name)

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
        for row, doc in zip(rows, banned, strict=True):
            if row >= 0 and doc >= 0:
                docs[row][self.docs[row] == doc] = -1
        scores[docs < 0] = 0
        docs, scores = _rank(docs, scores)
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


def _rank(
    docs: NDArray[np.int32], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Sort each row by score, then ordinal, both descending; absent documents go last."""
    # An order-keeping integer of the score above the ordinal: one integer sort does both keys.
    bits = (scores + np.float32(0)).view(np.int32).astype(np.int64)  # + 0 turns -0 into 0
    ordered = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits)
    key = np.where(docs >= 0, (ordered << 32) | docs.astype(np.int64), np.iinfo(np.int64).min)
    if key.shape[1] < 2 or (key[:, :-1] >= key[:, 1:]).all():
        return docs, scores
    key = -np.sort(-(key + 1), axis=1) - 1  # + 1, as the lowest integer has no negative
    absent = key == np.iinfo(np.int64).min
    high = key >> 32
    values = np.where(high < 0, high ^ 0x7FFFFFFF, high).astype(np.int32).view(np.float32)
    ranked = (key & 0xFFFFFFFF).astype(np.int32)
    return np.where(absent, np.int32(-1), ranked), np.where(absent, np.float32(0), values)


def _check_repeats(docs: NDArray[np.int32], query_ids: Any, name: str) -> None:
    ordered = np.sort(docs, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    if twice.any():
        row = int(np.flatnonzero(twice.any(axis=1))[0])
        raise DataError(
            f"run {name!r} ranks a document twice", found=f"query {query_ids[row].as_py()}"
        )
