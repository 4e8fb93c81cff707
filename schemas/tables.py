"""A table of a release: its columns with their meaning, its key, its Arrow schema."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from .errors import DataError


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, Arrow type, one sentence of meaning, whether it may be null."""

    name: str
    type: Any
    description: str
    nullable: bool = True

    @property
    def field(self) -> Any:
        """The Arrow field, with the description in its metadata."""
        return pa.field(self.name, self.type, self.nullable, {"description": self.description})


@dataclass(frozen=True)
class Table:
    """A table: a name, its columns, and the key its rows are unique by and sorted by."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    description: str = ""

    @cached_property
    def schema(self) -> Any:
        """The Arrow schema (``pyarrow.Schema``), descriptions in the field metadata."""
        return pa.schema([column.field for column in self.columns])

    @property
    def holds_files(self) -> bool:
        """Whether a few rows may fill the memory, as those with the bytes of files."""
        return any(pa.types.is_binary(column.type) for column in self.columns)

    def empty(self) -> Any:
        """A ``pyarrow.Table`` of this schema with no rows."""
        return self.schema.empty_table()

    def check(self, table: Any, place: str) -> None:
        """Raise ``DataError`` unless a ``pyarrow.Table`` has these columns, types and nulls.

        ``string``, ``large_string`` and ``string_view`` are taken for one another, as Parquet
        keeps no difference between them.
        """
        found = {field.name: field.type for field in table.schema}
        for column in self.columns:
            if column.name not in found:
                raise DataError(
                    f"table {self.name!r} lacks the column {column.name!r}",
                    place=place,
                    found=", ".join(found),
                    expected=", ".join(c.name for c in self.columns),
                )
            if logical_type(found[column.name]) != logical_type(column.type):
                raise DataError(
                    f"column {column.name!r} of table {self.name!r} has the wrong type",
                    place=place,
                    found=found[column.name],
                    expected=column.type,
                )
            if not column.nullable and table.column(column.name).null_count:
                raise DataError(
                    f"column {column.name!r} of table {self.name!r} holds nulls",
                    place=place,
                    found=f"{table.column(column.name).null_count} null(s)",
                    expected="no null",
                )
        extra = [name for name in found if name not in {c.name for c in self.columns}]
        if extra:
            raise DataError(
                f"table {self.name!r} has columns that its schema does not know",
                place=place,
                found=", ".join(extra),
                expected=", ".join(c.name for c in self.columns),
            )


def logical_type(kind: Any) -> str:
    """The type's name with the physical variants of strings, binaries and lists folded."""
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "string"
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return "binary"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list<{logical_type(kind.value_type)}>"
    if pa.types.is_dictionary(kind):
        return logical_type(kind.value_type)
    if pa.types.is_struct(kind):
        inner = ", ".join(f"{f.name}: {logical_type(f.type)}" for f in kind)
        return f"struct<{inner}>"
    return str(kind)
