"""Sets that keep the order they were filled in, for a library whose results hang on it.

jedi goes through sets of what it infers, which Python orders by where objects lie in memory; as it
remembers what it has inferred and gives up at bounds, the order can show in the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class InOrder(dict[Any, None]):
    """A set, of the operations that jedi uses."""

    def __init__(self, items: Iterable[Any] = ()) -> None:
        super().__init__(dict.fromkeys(items))

    def add(self, item: Any) -> None:
        """Add an item, at the end if it is new."""
        self[item] = None

    def __or__(self, other: Iterable[Any]) -> Self:  # pyright: ignore[reportIncompatibleMethodOverride]
        return type(self)([*self, *other])

    def __ior__(self, other: Iterable[Any]) -> Self:  # pyright: ignore[reportIncompatibleMethodOverride]
        self.update(dict.fromkeys(other))
        return self

    def __and__(self, other: Any) -> Self:
        return type(self)(item for item in self if item in other)

    def __hash__(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        return hash(frozenset(self))


def put_sets_in_order() -> None:
    """Give jedi such sets where it makes sets of what it infers."""
    from jedi import api
    from jedi.inference import base_value, imports, utils
    from jedi.inference.value import dynamic_arrays

    for module in (api, base_value, dynamic_arrays, imports, utils):
        vars(module).update(set=InOrder, frozenset=InOrder)
    vars(base_value.NO_VALUES)["_set"] = InOrder()
