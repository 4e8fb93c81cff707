r"""A grid of experiments as a TOML file.

::

    name = "small"
    k = 100                                # documents ranked for each query
    measures = ["nDCG@100", "Recall@100"]  # the first one sorts the table and tunes
    split = "test"                         # the queries whose figures are reported

    [define]                               # variables; `--define encoder=dense` replaces one
    encoder = "dense:some/model,query_prompt=query:\\s"

    [[cells]]                              # the product of its lists, one system for each cell
    label = "passages"                     # the group that the cells belong to
    query_view = ["TA", "TAC"]
    corpus_view = "TACD"
    system = "passages:{encoder},window={window},agg={aggregation}"
    window = [256, 512]                    # any other key is an axis that `system` names
    aggregation = ["maxP", "avgP"]

    [tune]                                 # the best cell of each label on `dev`, then on `test`
    split = "dev"

Cells that come out equal (same views, same system) are one cell: the first.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from ...retrieval.measures import Measure
from ...retrieval.systems import parse_system
from ...schemas.errors import DataError, UsageError
from ..ranking import ranking_depth
from ..results import ALL
from .results import COLUMNS
from .variables import Value, Variables

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from pathlib import Path

_TOP: dict[str, type] = {
    "name": str,
    "task": str,
    "split": str,
    "k": int,
    "measures": list,
    "define": dict,
    "cells": list,
    "tune": dict,
}
_KINDS = {str: "a string", int: "a whole number", list: "a list", dict: "a table"}
_TUNE = {"split": str, "measure": str, "partition": str, "by": list}
_FIXED = ("label", "query_view", "corpus_view", "system")
"""Keys of a block that are no axis."""
_MEASURES = ["nDCG@100", "Recall@100"]


@dataclass(frozen=True)
class Cell:
    """One experiment: a system, the text of the queries and the text of the documents."""

    label: str
    """The group that it belongs to: the block's label, or the system as the block writes it."""
    query_view: str
    corpus_view: str
    system: str
    """Canonical specification."""
    axes: Mapping[str, Value]
    """Values of the block's axes that the system depends on."""
    labelled: bool
    """Whether its block has a label."""
    several: bool
    """Whether its block lists several systems, so that the label does not name one."""

    @property
    def name(self) -> str:
        """Label, views and axes in one line, as tables show it; without a label, the system."""
        views = f"{self.query_view}>{self.corpus_view}"
        if not self.labelled:
            return f"{self.system} {views}"
        if self.several:
            return f"{self.label} {self.system} {views}"
        axes = [v if isinstance(v, str) else f"{n}={v}" for n, v in self.axes.items()]
        return " ".join([self.label, views, *axes])

    def column(self, name: str) -> Value | None:
        """The label, a view, the system or an axis by its name; None for another block's axis."""
        return getattr(self, name) if name in _FIXED else self.axes.get(name)


@dataclass(frozen=True)
class Tune:
    """How the best cells are chosen."""

    split: str
    """The queries that the choice is made on."""
    measure: str
    partition: str
    by: tuple[str, ...]
    """One cell is chosen for each combination of these: label, a view or an axis."""


@dataclass(frozen=True)
class GridConfig:
    """A grid, read and checked; ``cells`` are distinct and in the file's order."""

    path: Path
    name: str
    task: str | None
    split: str
    depth: int
    """Documents ranked for each query."""
    measures: tuple[str, ...]
    define: Mapping[str, str]
    cells: tuple[Cell, ...]
    merged: int
    """Cells of the products that equal an earlier one."""
    tune: Tune | None

    @property
    def axes(self) -> list[str]:
        """Axes of all cells, in the order in which they first stand."""
        return list(dict.fromkeys(axis for cell in self.cells for axis in cell.axes))


def read_config(path: Path, define: Mapping[str, str] | None = None) -> GridConfig:
    """Read a grid.

    Args:
        path: the TOML file.
        define: variables that replace those of ``[define]``.

    Raises:
        UsageError: there is no such file, or a key, a value, a variable or a specification in it
            is wrong.
        DataError: the file is no TOML.
    """
    text, table = _load(path)
    with _placed(path, None, "the grid"):
        _check(table, _TOP, ("name", "cells"))
    with _placed(path, None, "measures"):
        named = map(Measure.parse, _names(table.get("measures", _MEASURES)))
        measures = list(dict.fromkeys(named))
    with _placed(path, None, "k"):
        depth = ranking_depth(table.get("k"), measures)
    with _placed(path, None, "[define]"):
        variables = Variables.merge(table.get("define", {}), define or {})
    cells, merged = _distinct(_cells(table["cells"], variables, path, _block_lines(text)))
    config = GridConfig(
        path=path,
        name=table["name"],
        task=table.get("task"),
        split=table.get("split", "test"),
        depth=depth,
        measures=tuple(str(measure) for measure in measures),
        define=variables.values,
        cells=cells,
        merged=merged,
        tune=None,
    )
    if "tune" not in table:
        return config
    with _placed(path, None, "[tune]"):
        return replace(config, tune=_tune(table["tune"], config))


def _load(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        return text, tomllib.loads(text)
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError("there is no such grid", place=path, expected="a TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("the grid is not TOML", place=path, found=error) from None


@contextmanager
def _placed(path: Path, line: int | None, key: str) -> Generator[None]:
    """Say of an error where in the file it is."""
    try:
        yield
    except UsageError as error:
        raise UsageError(
            f"{key}: {error.problem}",
            place=path,
            line=line,
            found=error.found,
            expected=error.expected,
            hint=error.hint,
        ) from None


def _check(table: Any, kinds: Mapping[str, type], required: Sequence[str]) -> None:
    """Raise ``UsageError`` unless a table has the required keys, known keys and right types."""
    for key, value in table.items():
        if key not in kinds:
            raise UsageError.from_unknown_name("key", key, kinds)
        if type(value) is not kinds[key]:  # no isinstance: true is no whole number here
            raise UsageError(f"{key} has the wrong type", found=value, expected=_KINDS[kinds[key]])
    for key in required:
        if not table.get(key):
            raise UsageError(f"{key} is missing", expected=", ".join(required))


def _names(values: Any) -> list[str]:
    """A list of strings from a list, or from a single string."""
    listed = values if isinstance(values, list) else [values]
    if not listed or not all(isinstance(value, str) and value for value in listed):
        raise UsageError("no list of names", found=values, expected="one or more strings")
    return listed


def _block_lines(text: str) -> list[int]:
    """Lines, from 1, on which the blocks of cells start."""
    lines = enumerate(text.splitlines(), 1)
    return [number for number, line in lines if line.strip().startswith("[[cells]]")]


def _cells(
    blocks: list[Any], variables: Variables, path: Path, lines: Sequence[int]
) -> Iterator[Cell]:
    for place, block in enumerate(blocks):
        line = lines[place] if place < len(lines) else None
        with _placed(path, line, f"[[cells]] {place + 1}"):
            yield from _block(block, variables)


def _block(block: Any, variables: Variables) -> Iterator[Cell]:
    """The cells of one block: the last axis changes fastest, the system slowest."""
    _check_block(block)
    systems = _names(block["system"])
    axes = {key: _axis(key, value) for key, value in block.items() if key not in _FIXED}
    for axis in axes:
        variables.check_axis(axis)
        if axis in COLUMNS:
            raise UsageError(f"an axis cannot be called {axis}: the table has such a column")
    used = {axis for system in systems for axis in variables.used(system, axes)}
    if idle := [axis for axis in axes if axis not in used]:
        raise UsageError.from_unknown_name("key or axis that system does not name", idle[0], _FIXED)
    for system in systems:
        own = {axis: axes[axis] for axis in axes if axis in variables.used(system, axes)}
        label = block.get("label", system)
        for query_view, corpus_view in product(
            _names(block["query_view"]), _names(block["corpus_view"])
        ):
            for values in product(*own.values()):
                chosen = dict(zip(own, values, strict=True))
                spec = parse_system(variables.fill(system, chosen)).spec
                yield Cell(
                    label=label,
                    query_view=query_view,
                    corpus_view=corpus_view,
                    system=spec,
                    axes=chosen,
                    labelled="label" in block,
                    several=len(systems) > 1,
                )


def _check_block(block: Any) -> None:
    if not isinstance(block, dict):
        raise UsageError("cells are no tables", found=block, expected="[[cells]] blocks")
    for key in _FIXED[1:]:
        if key not in block:
            raise UsageError(f"{key} is missing", expected=", ".join(_FIXED))
    if "label" in block and (not isinstance(block["label"], str) or not block["label"]):
        raise UsageError("label has the wrong type", found=block["label"], expected="a string")


def _axis(key: str, values: Any) -> list[Value]:
    listed = values if isinstance(values, list) else [values]
    if not listed:
        raise UsageError(f"{key} is empty, so the block has no cell", expected="a value or more")
    if not all(type(value) in (str, int, float) for value in listed):
        raise UsageError(f"{key} has the wrong type", found=values, expected="strings or numbers")
    return listed


def _distinct(found: Iterator[Cell]) -> tuple[tuple[Cell, ...], int]:
    """The cells without those that equal an earlier one, and how many those are."""
    distinct: dict[tuple[str, str, str], Cell] = {}
    total = 0
    for cell in found:
        distinct.setdefault((cell.query_view, cell.corpus_view, cell.system), cell)
        total += 1
    return tuple(distinct.values()), total - len(distinct)


def _tune(table: Any, config: GridConfig) -> Tune:
    _check(table, _TUNE, ("split",))
    tune = Tune(
        split=table["split"],
        measure=str(Measure.parse(table.get("measure", config.measures[0]))),
        partition=table.get("partition", ALL),
        by=tuple(_names(table.get("by", ["label"]))),
    )
    if tune.split == config.split:
        raise UsageError("the split to choose on is the one that is reported", found=tune.split)
    if tune.measure not in config.measures:
        raise UsageError.from_unknown_name("measure", tune.measure, config.measures)
    for column in tune.by:
        if column not in (known := ["label", "query_view", "corpus_view", *config.axes]):
            raise UsageError.from_unknown_name("column of cells", column, known)
    return tune
