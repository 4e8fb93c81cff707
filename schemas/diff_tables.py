"""What parts two versions of one table: rows by key, contents by digest, labels by value.

Rows are read batch by batch and only their keys and digests are held, so that the size of texts and
of binary columns does not matter. A second pass over the rows that differ says in which columns.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .errors import DataError
from .findings import first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from .release import Release
    from .tables import Table

SPLIT = "split"
"""Stands for a column: the split that a row is in."""
_BATCH_BYTES = 16 << 20
_MOST_ROWS = 8_192
_SHOWN = 5
_QRELS = "qrels"
_GRADE = "score"
_TEXTS = {"corpus": ("title", "text"), "queries": ("text",)}


@dataclass(frozen=True)
class LabelDiff:
    """Rows of both releases whose label is another."""

    rows: int
    changes: list[tuple[str, str, int]]
    """Old label, new label and rows, of the five commonest changes."""


@dataclass(frozen=True)
class TableDiff:
    """What parts a table of two releases; rows are the same where their keys are."""

    name: str
    old_rows: int
    new_rows: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    """Rows of both with other contents in the columns of both."""
    examples: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    """``added``, ``removed`` and ``changed`` → the first five keys."""
    columns: Mapping[str, int] = field(default_factory=dict[str, int])
    """Column → rows of both in which it differs; ``split`` stands for the split."""
    labels: Mapping[str, LabelDiff] = field(default_factory=dict[str, LabelDiff])
    """Label column that differs → how."""
    new_columns: tuple[str, ...] = ()
    lost_columns: tuple[str, ...] = ()
    texts: int = 0
    """Of documents and queries: rows of both whose title or text differs."""
    relevant: int = 0
    """Of judged pairs: those whose grade above 0 is another, or in one release only."""

    @property
    def same(self) -> bool:
        """Whether nothing in the table differs."""
        return not (
            self.added or self.removed or self.changed or self.new_columns or self.lost_columns
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "rows": {"old": self.old_rows, "new": self.new_rows},
            "added": self.added,
            "removed": self.removed,
            "changed": self.changed,
            "examples": {name: list(keys) for name, keys in self.examples.items()},
            "columns": dict(self.columns),
            "labels": {
                name: {
                    "rows": label.rows,
                    "changes": [
                        {"old": old, "new": new, "rows": rows} for old, new, rows in label.changes
                    ],
                }
                for name, label in self.labels.items()
            },
            "new_columns": list(self.new_columns),
            "lost_columns": list(self.lost_columns),
        }


def is_label(table: str, column: str) -> bool:
    """Whether a column says what kind of row or pair it is, so that slices are made by it."""
    if column.endswith(("domain", "domains")) or column in {"partition", SPLIT}:
        return True
    return table == _QRELS and column == _GRADE


def is_text(table: str, column: str) -> bool:
    """Whether every retrieval task reads a column; other views read others."""
    return column in _TEXTS.get(table, ())


def diff_table(old: Release, new: Release, table: Table) -> TableDiff:
    """Compare one table of two releases.

    Tables whose fingerprints in the manifests are equal are not read.

    Raises:
        DataError: a file of a release is missing or is no Parquet.
    """
    ours, theirs = _Side(old, table), _Side(new, table)
    if ours.fingerprint is not None and ours.fingerprint == theirs.fingerprint:
        return TableDiff(table.name, ours.rows, theirs.rows)
    # Of a table that one release lacks no columns are missed.
    old_columns, new_columns = ours.columns or theirs.columns, theirs.columns or ours.columns
    common = [name for name in old_columns if name in new_columns]
    joined = _joined(ours.scan(common), theirs.scan(common), table)
    added, removed, changed = _parted(joined)
    columns, labels, texts = _columns_of(ours, theirs, changed, common)
    examples = {"added": added, "removed": removed, "changed": changed}
    return TableDiff(
        table.name,
        ours.rows,
        theirs.rows,
        len(added),
        len(removed),
        len(changed),
        {name: first(_keys(rows, table)) for name, rows in examples.items() if len(rows)},
        columns,
        labels,
        tuple(name for name in new_columns if name not in old_columns),
        tuple(name for name in old_columns if name not in new_columns),
        texts,
        _relevant(joined) if table.name == _QRELS else 0,
    )


class _Side:
    """A table of one release, which need not have it."""

    def __init__(self, release: Release, table: Table) -> None:
        self._release = release
        self.table = table
        self._entry = release.manifest.tables.get(table.name)
        self.fingerprint = None if self._entry is None else self._entry.fingerprint
        self.rows = 0 if self._entry is None else self._entry.rows

    @property
    def columns(self) -> list[str]:
        """Names of the columns that its files have, of those that the family knows."""
        for _, file in self._files():
            found = set(file.schema_arrow.names)
            return [name for name in self.table.schema.names if name in found]
        return []

    def scan(self, columns: Sequence[str]) -> Any:
        """``polars.DataFrame`` of the key, the split, a digest of the columns and the row."""
        import polars as pl

        kept = [*self.table.key, *([_GRADE] if self.table.name == _QRELS else [])]
        parts: list[Any] = []
        for split, batch in self.batches(columns):
            digests = [_digest(row) for row in zip(*_cells(batch), strict=True)]
            part: Any = pl.from_arrow(batch.select(kept))
            parts.append(
                part.with_columns(
                    pl.lit(split).alias("_split"), _digest=pl.Series(digests, dtype=pl.UInt64)
                )
            )
        if not parts:
            schema = dict.fromkeys(self.table.key, pl.String)
            grade = {_GRADE: pl.Int32} if _GRADE in kept else {}
            parts.append(
                pl.DataFrame(schema=schema | grade | {"_split": pl.String, "_digest": pl.UInt64})
            )
        return pl.concat(parts).with_row_index("_row")

    def cells(
        self, rows: NDArray[np.int64], columns: Sequence[str]
    ) -> Iterator[tuple[NDArray[np.int64], str, Any]]:
        """The columns of some rows, given in ascending order, batch by batch.

        Yields:
            Places of the batch's rows among those asked for, their split, and the rows.
        """
        start = 0
        for split, batch in self.batches(columns):
            low, high = np.searchsorted(rows, [start, start + batch.num_rows])
            if low < high:
                yield np.arange(low, high), split, batch.take(pa.array(rows[low:high] - start))
            start += batch.num_rows

    def batches(self, columns: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Split and rows of about 16 MiB, in the order of the files."""
        for split, file in self._files():
            meta = file.metadata
            size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
            width = max(1, size // max(1, meta.num_rows))
            stride = max(1, min(_MOST_ROWS, _BATCH_BYTES // width))
            for batch in file.iter_batches(batch_size=stride, columns=list(columns)):
                yield split, batch.select(list(columns))

    def _files(self) -> Iterator[tuple[str, Any]]:
        if self._entry is None:
            return
        for split in self._release.splits(self.table.name):
            for path in self._release.files(self.table.name, split):
                try:
                    opened = pq.ParquetFile(path)
                except FileNotFoundError:
                    hint = "run `domainbench verify`"
                    raise DataError(
                        "a file of the release is missing", place=path, hint=hint
                    ) from None
                except pa.ArrowInvalid as error:
                    raise DataError(
                        "the file is no readable Parquet", place=path, found=error
                    ) from None
                with opened as file:
                    yield split, file


def _joined(ours: Any, theirs: Any, table: Table) -> Any:
    """Rows of both by key; a key that stands in several splits counts in each."""
    keys = list(table.key)
    if any(frame.select(keys).is_duplicated().any() for frame in (ours, theirs)):
        keys.append("_split")
    return ours.join(theirs, on=keys, how="full", coalesce=True, suffix="_new").sort(keys)


def _parted(joined: Any) -> tuple[Any, Any, Any]:
    """Rows that were added, removed and changed."""
    import polars as pl

    old, new = pl.col("_digest"), pl.col("_digest_new")
    moved = pl.lit(value=False)
    if "_split_new" in joined.columns:
        moved = pl.col("_split") != pl.col("_split_new")
    both = old.is_not_null() & new.is_not_null()
    return (
        joined.filter(old.is_null()),
        joined.filter(new.is_null()),
        joined.filter(both & ((old != new) | moved)),
    )


def _relevant(joined: Any) -> int:
    import polars as pl

    old, new = (pl.col(name).fill_null(0).clip(lower_bound=0) for name in (_GRADE, f"{_GRADE}_new"))
    return len(joined.filter(old != new))


def _keys(rows: Any, table: Table) -> list[str]:
    return [" ".join(key) for key in rows.select(table.key).head(_SHOWN).iter_rows()]


def _columns_of(
    ours: _Side, theirs: _Side, changed: Any, columns: Sequence[str]
) -> tuple[dict[str, int], dict[str, LabelDiff], int]:
    """How often each column differs in the rows changed, how labels do, and rows whose texts do."""
    if not len(changed):
        return {}, {}, 0
    names = [*columns, SPLIT]
    old = _contents(ours, changed["_row"].to_numpy(), columns)
    new = _contents(theirs, changed["_row_new"].to_numpy(), columns)
    differing = old.digests != new.digests
    counts: dict[str, int] = {}
    labels: dict[str, LabelDiff] = {}
    for name, differs in zip(names, differing.T, strict=True):
        if not differs.any():
            continue
        counts[name] = int(differs.sum())
        if name in old.labels:
            pairs = zip(old.labels[name], new.labels[name], strict=True)
            told = Counter(pair for pair, other in zip(pairs, differs, strict=True) if other)
            ranked = sorted(told.items(), key=lambda item: (-item[1], item[0]))
            changes = [(*pair, rows) for pair, rows in ranked[:_SHOWN]]
            labels[name] = LabelDiff(counts[name], changes)
    read = [place for place, name in enumerate(names) if is_text(ours.table.name, name)]
    return counts, labels, int(differing[:, read].any(axis=1).sum())


@dataclass(frozen=True)
class _Contents:
    """Some rows of one side: digests of their cells, the split last, and their labels."""

    digests: NDArray[np.uint64]
    labels: dict[str, list[str]]


def _contents(side: _Side, rows: NDArray[Any], columns: Sequence[str]) -> _Contents:
    rows = rows.astype(np.int64)
    order = np.argsort(rows, kind="stable")
    digests = np.zeros((len(rows), len(columns) + 1), np.uint64)
    names = [name for name in (*columns, SPLIT) if is_label(side.table.name, name)]
    labels = {name: [""] * len(rows) for name in names}
    for found, split, batch in side.cells(rows[order], columns):
        places = order[found]
        cells = [*_cells(batch), [split] * len(places)]
        for column, (name, values) in enumerate(zip((*columns, SPLIT), cells, strict=True)):
            digests[places, column] = [_digest(value) for value in values]
            if name in labels:
                for place, value in zip(places.tolist(), values, strict=True):
                    labels[name][place] = _label(value)
    return _Contents(digests, labels)


def _cells(batch: Any) -> list[list[Any]]:
    """Values of each column; of binaries their digests, which are shorter to compare."""
    return [
        [None if value is None else hashlib.blake2b(value).digest() for value in column.to_pylist()]
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
        else column.to_pylist()
        for column in batch.columns
    ]


def _digest(value: object) -> int:
    """64 bits that stand for a value of Arrow: equal values have equal representations."""
    digest = hashlib.blake2b(repr(value).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _label(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
