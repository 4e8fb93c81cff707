"""Snapshots to candidates: every Python file read once, and why a function is no material."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...programs.functions import decode_source, read_module, without_docstring
from ...programs.layout import import_roots, is_test_path, module_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...programs.functions import Function, ModuleSource
    from ..sources.code import Snapshot
    from .options import CodeOptions

_MANY = 400
"""Files from which starting processes is worth its time."""
_CHUNK = 50

UNREADABLE = "function in a file that this Python does not parse"
GENERATED = "function in a generated file"
ELSEWHERE = "function that an earlier version of its project has"
REPEATED_NAME = "function whose name its file defines several times"
FEW_STATEMENTS = "function of too few statements"
MANY_LINES = "function of too many lines"
TRIVIAL = "trivial function: "


@dataclass(frozen=True, slots=True)
class SourceModule:
    """A Python file of a snapshot that is no test."""

    path: str
    """Below the snapshot's root."""
    name: str
    """Dotted name of the module."""
    source: ModuleSource
    texts: tuple[str, ...]
    """Each function without its docstring."""


@dataclass(frozen=True)
class Harvest:
    """What a snapshot holds."""

    snapshot: Snapshot
    modules: tuple[SourceModule, ...]
    roots: tuple[str, ...]
    """Folders that imports start from."""
    files: int
    """Python files read, tests among them."""


@dataclass(frozen=True)
class Candidate:
    """A function that may become a sample."""

    harvest: Harvest
    module: SourceModule
    function: Function
    text: str
    """Its code without the docstring, dedented."""
    date: str
    author_date: str | None

    @property
    def namespace(self) -> str:
        """Dotted name, module first."""
        return f"{self.module.name}.{self.function.qualname}"

    @property
    def id(self) -> str:
        """Identifier of the sample."""
        return f"{self.harvest.snapshot.repository}/{self.namespace}"


@dataclass
class Harvester:
    """Reads snapshots; a file that several of them share is read once."""

    _known: dict[tuple[str, bytes], tuple[ModuleSource, tuple[str, ...]]] = field(
        default_factory=dict[tuple[str, bytes], "tuple[ModuleSource, tuple[str, ...]]"]
    )

    def harvest(self, snapshot: Snapshot) -> Harvest:
        """Read the Python files of a snapshot, which is written out if need be."""
        root = snapshot.materialise()
        everything = snapshot.paths()
        roots = import_roots(everything)
        paths = [path for path in everything if path.endswith(".py")]
        wanted = [path for path in paths if not is_test_path(path)]
        read = self._read(root, wanted)
        modules = tuple(
            SourceModule(path, module_name(path, roots), source, texts)
            for path, (source, texts) in zip(wanted, read, strict=True)
        )
        return Harvest(snapshot, modules, roots, len(paths))

    def _read(self, root: Path, paths: Sequence[str]) -> list[tuple[ModuleSource, tuple[str, ...]]]:
        keys = [(path, _digest(root / path)) for path in paths]
        missing = [path for path, key in zip(paths, keys, strict=True) if key not in self._known]
        found = iter(read_files(root, missing))
        for key in keys:
            if key not in self._known:
                self._known[key] = next(found)
        return [self._known[key] for key in keys]


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def read_files(root: Path, paths: Sequence[str]) -> list[tuple[ModuleSource, tuple[str, ...]]]:
    """Read files, in several processes where they are many; in the order of the paths."""
    if len(paths) < _MANY:
        return [_read_one(str(root), path) for path in paths]
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    chunks = [paths[first : first + _CHUNK] for first in range(0, len(paths), _CHUNK)]
    try:
        pool: Any = Parallel(n_jobs=min(8, os.cpu_count() or 1), return_as="generator")
        read = pool(delayed(_read_chunk)(str(root), chunk) for chunk in chunks)
        return [item for chunk in read for item in chunk]
    finally:
        # They would stay for minutes, with their memory.
        get_reusable_executor().shutdown(wait=True)


def _read_chunk(root: str, paths: Sequence[str]) -> list[tuple[ModuleSource, tuple[str, ...]]]:
    return [_read_one(root, path) for path in paths]


def _read_one(root: str, path: str) -> tuple[ModuleSource, tuple[str, ...]]:
    data = Path(root, path).read_bytes()
    source = read_module(data, path)
    if source.tolerant:
        return source, ()
    text = decode_source(data)
    return source, tuple(without_docstring(text, function) for function in source.functions)


def candidates(
    harvests: Sequence[Harvest],
    earlier: Sequence[Harvest],
    options: CodeOptions,
    dropped: Counter[str],
) -> list[Candidate]:
    """Functions that came in inside the window and are material, by id.

    Args:
        harvests: the snapshots of the window, by date.
        earlier: older versions of the same projects.
        options: what is material.
        dropped: counts of what is left out, by reason, are added here.
    """
    seen: dict[str, _Seen] = {}
    for harvest in earlier:
        seen.setdefault(harvest.snapshot.repository, _Seen()).add(harvest)
    found: dict[str, Candidate] = {}
    for harvest in harvests:
        old = seen.setdefault(harvest.snapshot.repository, _Seen())
        for module in harvest.modules:
            for item in _of_module(harvest, module, old, options, dropped):
                if item.id in found:
                    dropped[REPEATED_NAME] += 1
                else:
                    found[item.id] = item
        old.add(harvest)
    return [found[key] for key in sorted(found)]


class _Seen:
    """Functions of a project that some version before has."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._digests: set[str] = set()

    def add(self, harvest: Harvest) -> None:
        for module in harvest.modules:
            for function in module.source.functions:
                self._names.add(f"{module.name}.{function.qualname}")
                self._digests.add(function.digest)

    def knows(self, namespace: str, function: Function) -> bool:
        return namespace in self._names or function.digest in self._digests


def _of_module(
    harvest: Harvest,
    module: SourceModule,
    old: _Seen,
    options: CodeOptions,
    dropped: Counter[str],
) -> Iterable[Candidate]:
    names = Counter(function.qualname for function in module.source.functions)
    introduced = harvest.snapshot.introduced
    for place, function in enumerate(module.source.functions):
        entry = None if introduced is None else introduced.get((module.path, function.qualname))
        if introduced is not None and entry is None:
            continue  # another snapshot has it, or it is older: git tells
        reason = _unfit(module.source, function, names, options)
        if reason is None and introduced is None:
            known = old.knows(f"{module.name}.{function.qualname}", function)
            reason = ELSEWHERE if known else None
        if reason is not None:
            dropped[reason] += 1
            continue
        yield Candidate(
            harvest,
            module,
            function,
            module.texts[place],
            harvest.snapshot.date if entry is None else entry.date,
            None if entry is None else entry.author_date,
        )


def _unfit(
    source: ModuleSource, function: Function, names: Mapping[str, int], options: CodeOptions
) -> str | None:
    """Why a function is no material; None if it may be."""
    length = function.body_end - function.body_start + 1
    reasons = (
        (UNREADABLE, source.tolerant),
        (GENERATED, source.generated),
        (TRIVIAL + (function.trivial or ""), function.trivial is not None),
        (REPEATED_NAME, names[function.qualname] > 1),
        (FEW_STATEMENTS, function.statements < options.min_statements),
        (MANY_LINES, length > options.max_lines),
    )
    return next((reason for reason, applies in reasons if applies), None)
