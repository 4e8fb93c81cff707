"""A family of benchmarks, as far as its releases go: tables, slices, checks of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .subsets import partition_subsets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .findings import Finding
    from .release import Release
    from .subsets import Reader, Subset
    from .tables import Table


@dataclass(frozen=True)
class Family:
    """What every release of one family holds."""

    name: str
    tables: tuple[Table, ...]
    slice_columns: tuple[tuple[str, str], ...]
    """(table, column) whose labels are counted in the manifest."""
    check: Callable[[Release], Iterable[Finding]]
    """Checks that only this family needs."""
    subsets: Callable[[Reader], Iterable[Subset]] = partition_subsets
    """Subsets that other tools load, of those tables that the reader reads."""

    def table(self, name: str) -> Table:
        """The table of that name; ``KeyError`` if the family has none."""
        return next(iter(t for t in self.tables if t.name == name))
