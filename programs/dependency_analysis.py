"""What one function uses of its repository, name by name."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schemas.code import CROSS_FILE, INTRA_CLASS, INTRA_FILE
from .dependency_definitions import definition_name, module_variables
from .dependency_jedi import Budget, Sealed, SourceTree
from .dependency_names import list_candidates
from .dependency_processes import Answer
from .dependency_scopes import RELATIVE, find_function, module_scope
from .functions import decode_source
from .syntax import parse

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator, Sequence

    from .dependency_names import Candidate
    from .dependency_scopes import AnyFunction, Scope

NO_SYNTAX = "no valid syntax"
NO_FUNCTION = "no such function"
TOO_DEEP = "nested too deeply"
NOT_READ = "syntax unknown to parso"

_Place = tuple[str, int, int, str]
"""Path below root, line, column, name below the module."""


class Analyser:
    """Tells what functions of one repository use of it.

    Args:
        root: Absolute folder.
        roots: Folders below root that imports start from.
        paths: Python files below root.
        prune: Leave out names that scopes tell to be no definition of the repository.
    """

    def __init__(
        self, root: Path, roots: Sequence[str], paths: Sequence[str], *, prune: bool = True
    ) -> None:
        self._tree = SourceTree(root, roots, paths)
        self._sealed = Sealed(self._tree)
        self._prune = prune

    def answer(
        self, path: str, qualname: str, source: str | None = None, line: int | None = None
    ) -> Answer:
        """What one function depends on, from a state of its own.

        Args:
            path: Its file below root.
            qualname: Its name below the module.
            source: Text to read in the place of the file.
            line: A line of the function, where several are called the same.
        """
        file = os.path.normpath(Path(self._tree.root, path))
        self._tree.overlay = {}
        try:
            text = decode_source(self._tree.read(file)) if source is None else source
            text = text.removeprefix("\ufeff")
            parsed, scope = _read(text)
        except (SyntaxError, ValueError, RecursionError):
            return Answer(None, NO_SYNTAX)
        try:
            function = find_function(parsed, qualname, line)
            if function is None:
                return Answer(None, NO_FUNCTION)
            return self._analyse(file, text, qualname, function, scope)
        except RecursionError:
            return Answer(None, TOO_DEEP)

    def _analyse(
        self, file: str, text: str, qualname: str, function: AnyFunction, scope: Scope
    ) -> Answer:
        target = _Target(self._sealed, file, text, qualname)
        body = target.find(function)
        if body is None:
            return Answer(None, NOT_READ)
        candidates = list_candidates(function, body, scope, self._is_ours(text), prune=self._prune)
        found: dict[tuple[str, str], tuple[str, str, str, int]] = {}
        for place in sorted(filter(None, map(target.place, candidates))):
            below, start, _, name = place
            found.setdefault((below, name), (below, name, target.kind(below, name), start))
        return Answer(tuple(found.values()), None, len(candidates), target.failed)

    def _is_ours(self, text: str) -> Callable[[str], bool]:
        """Whether a top-level package can be the repository's own, for a file."""
        if "sys.path" in text:
            return lambda top: True  # noqa: ARG005
        known: dict[str, bool] = {RELATIVE: True}

        def is_ours(top: str) -> bool:
            if top not in known:
                known[top] = bool(self._tree.find(top, self._tree.roots))
            return known[top]

        return is_ours


@lru_cache(maxsize=2)
def _read(text: str) -> tuple[ast.Module, Scope]:
    parsed = parse(text)
    return parsed, module_scope(parsed)


class _Target:
    """The function whose names are resolved."""

    def __init__(self, sealed: Sealed, file: str, text: str, qualname: str) -> None:
        self._sealed = sealed
        self._file = file
        self._text = text
        self._qualname = qualname
        self._opened = sealed.open(file, text)
        self._budget = Budget()
        self._span = ((0, 0), (0, 0))
        self._path = Path(file).relative_to(sealed.tree.root).as_posix()
        self.failed = 0

    def find(self, function: AnyFunction) -> Any:
        """The body in parso's tree of a function that ``ast`` read; None if parso lost it."""
        for leaf in self._opened.module.get_used_names().get(function.name, ()):
            node = leaf.parent
            if node.type == "funcdef" and node.name is leaf and leaf.line == function.lineno:
                self._span = (node.start_pos, node.end_pos)
                return node.children[-1]
        return None

    def place(self, candidate: Candidate) -> _Place | None:
        """The first definition of the repository that a name stands for; None if there is none."""
        if candidate.is_global:
            places = _variables(self._path, self._opened.module, candidate.name)
        else:
            places = self._resolve(candidate)
        others = [item for item in places if not self._is_own(item)]
        if len(others) < len(places) and self._qualname.endswith(".__init__"):
            return None  # what a class starts with is defined there, whoever assigns it later
        return min(others, default=None)

    def _resolve(self, candidate: Candidate) -> list[_Place]:
        try:
            definitions = self._opened.resolve(candidate.line, candidate.column, self._budget)
            return [place for item in definitions for place in self._named(*item)]
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001
            # jedi breaks off in many ways. What it remembers of the attempt is half done.
            self.failed += 1
            self._opened = self._sealed.open(self._file, self._text)
            return []

    def _named(self, file: Path, line: int, column: int) -> Iterator[_Place]:
        """The definition at a place, if it is one of the repository that others see."""
        path = self._sealed.tree.relative(file)
        if path is None:
            return
        module = self._sealed.parse(str(file))
        # Between two leaves, a position is that of the first.
        leaf = module.get_leaf_for_position((line, column + 1))
        name = definition_name(leaf)
        if name is not None:
            yield path, line, column, name
        elif leaf is not None and leaf.parent.type == "global_stmt":
            yield from _variables(path, module, leaf.value)

    def _is_own(self, place: _Place) -> bool:
        path, line, column, name = place
        if path != self._path:
            return False
        return name == self._qualname or self._span[0] <= (line, column) < self._span[1]

    def kind(self, path: str, name: str) -> str:
        """Where a definition lies as seen from the function.

        What a class inherits is not in the class: it counts where it is defined.
        """
        if path != self._path:
            return CROSS_FILE
        owner = self._qualname.rpartition(".")[0]
        return INTRA_CLASS if owner and name.startswith(f"{owner}.") else INTRA_FILE


def _variables(path: str, module: Any, name: str) -> list[_Place]:
    return [(path, *leaf.start_pos, name) for leaf in module_variables(module, name)]
