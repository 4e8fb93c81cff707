"""Relevance judgements: which documents are relevant to a query, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ..schemas.errors import DataError
from .identifiers import as_ids, as_strings, locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Qrels:
    """Judged pairs, grouped by query; a grade above 0 is relevant."""

    query_ids: Any
    """``pyarrow.LargeStringArray`` (n), unique, ascending."""
    doc_ids: Any
    """``pyarrow.LargeStringArray`` (m), unique, ascending: what ``docs`` points into."""
    starts: NDArray[np.int64]
    """(n + 1) where the pairs of each query start."""
    docs: NDArray[np.int32]
    """(pairs) ordinals, ascending within a query."""
    grades: NDArray[np.int32]
    """(pairs) grades."""

    @classmethod
    def from_table(cls, table: Any) -> Qrels:
        """Take a ``pyarrow.Table`` with ``query-id``, ``corpus-id`` and ``score``.

        Raises:
            DataError: a column is missing, or as ``from_pairs``.
        """
        missing = [c for c in ("query-id", "corpus-id", "score") if c not in table.column_names]
        if missing:
            raise DataError(
                "qrels lack columns",
                found=", ".join(table.column_names),
                expected="query-id, corpus-id, score",
            )
        return cls.from_pairs(
            table.column("query-id"), table.column("corpus-id"), table.column("score")
        )

    @classmethod
    def from_dict(cls, judged: Mapping[str, Mapping[str, int]]) -> Qrels:
        """Take query → document → grade."""
        rows = [(q, d, grade) for q, documents in judged.items() for d, grade in documents.items()]
        return cls.from_pairs(
            [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
        )

    @classmethod
    def from_pairs(cls, queries: Any, documents: Any, grades: Any) -> Qrels:
        """Take three columns of equal length, rows in any order.

        Raises:
            DataError: a pair stands twice, an id is null, or a grade is no 32-bit integer.
        """
        left, right = as_strings(queries), as_strings(documents)
        query_ids = as_ids(left.unique().sort())
        doc_ids = as_ids(right.unique().sort())
        rows, docs = locate(query_ids, left), locate(doc_ids, right)
        values = _as_grades(grades)
        order = np.lexsort((docs, rows))
        rows, docs, values = rows[order], docs[order], values[order]
        twice = (rows[1:] == rows[:-1]) & (docs[1:] == docs[:-1])
        if twice.any():
            at = int(np.flatnonzero(twice)[0])
            pair = f"{query_ids[rows[at]].as_py()} {doc_ids[docs[at]].as_py()}"
            raise DataError("qrels judge a pair twice", found=pair)
        sizes = np.bincount(rows, minlength=len(query_ids))
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return cls(query_ids, doc_ids, starts, docs, values)

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """(pairs) row of each pair's query."""
        return np.repeat(np.arange(len(self.query_ids)), np.diff(self.starts))

    @cached_property
    def ideal_grades(self) -> NDArray[np.int32]:
        """(pairs) the grades of each query, descending: what the best ranking would show."""
        return self.grades[np.lexsort((-self.grades, self.owners))]

    def to_table(self) -> Any:
        """Rows ``query-id``, ``corpus-id``, ``score``, by query and document."""
        rows = self.owners
        return pa.table(
            {
                "query-id": self.query_ids.take(pa.array(rows)).cast(pa.string()),
                "corpus-id": self.doc_ids.take(pa.array(self.docs)).cast(pa.string()),
                "score": pa.array(self.grades),
            }
        )

    def __len__(self) -> int:
        return len(self.query_ids)


def _as_grades(grades: Any) -> NDArray[np.int32]:
    try:
        column = grades if isinstance(grades, pa.ChunkedArray) else pa.chunked_array([grades])
        column = column.cast(pa.int32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OverflowError) as error:
        raise DataError("a grade is no 32-bit integer", found=error) from None
    if column.null_count:
        raise DataError("a grade is null", found=f"{column.null_count} of {len(column)}")
    return column.to_numpy()
