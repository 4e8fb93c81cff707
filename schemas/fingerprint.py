"""Digests of contents: of a file's bytes, and of a table's rows whatever file holds them.

A table's fingerprint is taken over its columns in schema order. Each column feeds separate
SHA-256 streams with its validity, its lengths and its values, so that the digest depends on the
rows alone: not on chunks, row groups, compression, offsets' width, thread count or machine.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .tables import logical_type

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LITTLE = sys.byteorder == "little"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class _ColumnDigest:
    """Streams of one column; nested columns hold one digest for each child."""

    def __init__(self, kind: Any) -> None:
        self._name = logical_type(kind)
        self._validity = hashlib.sha256()
        self._lengths = hashlib.sha256()
        self._values = hashlib.sha256()
        self._children: list[_ColumnDigest] = []
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            self._children = [_ColumnDigest(kind.value_type)]
        elif pa.types.is_struct(kind):
            self._children = [_ColumnDigest(field.type) for field in kind]

    def update(self, array: Any) -> None:
        self._validity.update(_bytes(array.is_valid().cast(pa.uint8())))
        kind = array.type
        if self._name == "string" or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            self._update_binary(array)
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            self._lengths.update(
                _bytes(_filled(pc.call_function("list_value_length", [array])).cast(pa.int64()))
            )
            self._children[0].update(array.flatten())
        elif pa.types.is_struct(kind):
            for child, column in zip(self._children, array.flatten(), strict=True):
                child.update(column)
        else:
            self._values.update(_bytes(_filled(_as_number(array))))

    def _update_binary(self, array: Any) -> None:
        filled = _filled(array.cast(pa.large_binary()))
        self._lengths.update(_bytes(pc.call_function("binary_length", [filled]).cast(pa.int64())))
        if len(filled):
            _, offsets, data = filled.buffers()
            bounds = np.frombuffer(offsets, np.int64)[
                filled.offset : filled.offset + len(filled) + 1
            ]
            if data is not None:
                self._values.update(memoryview(data)[bounds[0] : bounds[-1]])

    def digest(self) -> list[object]:
        return [
            self._name,
            self._validity.hexdigest(),
            self._lengths.hexdigest(),
            self._values.hexdigest(),
            [child.digest() for child in self._children],
        ]


class TableDigest:
    """Fingerprint of a table fed batch by batch, in the order of its rows."""

    def __init__(self, schema: Any) -> None:
        self._names = list(schema.names)
        self._columns = [_ColumnDigest(field.type) for field in schema]
        self._rows = 0

    def update(self, batch: Any) -> None:
        """Take a ``pyarrow.RecordBatch`` of the schema into account."""
        self._rows += batch.num_rows
        for digest, column in zip(self._columns, batch.columns, strict=True):
            if pa.types.is_dictionary(column.type):
                column = column.dictionary_decode()  # noqa: PLW2901
            digest.update(column)

    def hexdigest(self) -> str:
        """The fingerprint: 64 hexadecimal digits."""
        columns = [[n, *c.digest()] for n, c in zip(self._names, self._columns, strict=True)]
        return _json_sha256({"rows": self._rows, "columns": columns})


def table_fingerprint(table: Any) -> str:
    """Fingerprint of a ``pyarrow.Table`` held in memory."""
    digest = TableDigest(table.schema)
    for batch in table.to_batches():
        digest.update(batch)
    return digest.hexdigest()


def combined_fingerprint(parts: Mapping[str, str]) -> str:
    """Fingerprint of named parts: the splits of a table, or the tables of a release."""
    return _json_sha256(dict(parts))


def _json_sha256(payload: object) -> str:
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _as_number(array: Any) -> Any:
    """The array as plain numbers: booleans and dates by the integers that stand for them."""
    kind = array.type
    if pa.types.is_boolean(kind):
        return array.cast(pa.uint8())
    if pa.types.is_date32(kind):
        return array.cast(pa.int32())
    if pa.types.is_date64(kind) or pa.types.is_timestamp(kind):
        return array.cast(pa.int64())
    return array


def _filled(array: Any) -> Any:
    """The array with nulls replaced by the type's zero, so that what lies under a null is fixed."""
    if not array.null_count:
        return array
    zero = b"" if pa.types.is_large_binary(array.type) else 0
    return array.fill_null(pa.scalar(zero, array.type))


def _bytes(array: Any) -> Any:
    values: Any = np.ascontiguousarray(array.to_numpy(zero_copy_only=False))
    return memoryview(values if _LITTLE else values.byteswap()).cast("B")
