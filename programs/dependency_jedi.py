"""jedi cut off from the machine: it sees the sources of one repository and the stubs it ships.

Nothing is imported or run but ``builtins``, so that what is inferred depends on the repository, on
the version of jedi and on that of Python, and on nothing that happens to be installed. Trees are
kept by content: parso's own cache goes by the time of a file, which an older release that is
unpacked over a newer one defeats.
"""

# ruff: noqa: SLF001
# What jedi keeps to itself is used throughout: it has no other doors for this.

from __future__ import annotations

import hashlib
import os
import sys
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jedi
from jedi import settings
from jedi.api.environment import InterpreterEnvironment
from jedi.file_io import KnownContentFileIO
from jedi.inference import finder
from jedi.inference.compiled import access
from jedi.inference.compiled.subprocess import InferenceStateSameProcess
from jedi.inference.compiled.subprocess.functions import ImplicitNSInfo
from jedi.plugins import pytest as pytest_plugin
from parso.cache import _NodeCacheItem, parser_cache  # pyright: ignore[reportPrivateUsage]
from parso.grammar import load_grammar
from parso.utils import python_bytes_to_unicode, split_lines

from .dependency_order import put_sets_in_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_STEPS: Final = 20_000
"""Steps of inference that one name may take: seconds. Nearly all take less than a hundred."""
MAX_STEPS_TOGETHER: Final = 100_000
"""Steps that all names of a function may take."""
_STUB_VERSION: Final = "3.13"
"""Grammar that jedi reads stubs by."""
_MAX_TREES: Final = 40_000_000
"""Characters of source whose trees are kept."""
_ESSENTIAL: Final = frozenset({"_typeshed", "builtins", "types", "typing", "typing_extensions"})
"""Modules that jedi knows by their stubs only."""


class StepLimitError(Exception):
    """A name takes too many steps to infer, or the names of its function have taken them all."""


class Budget:
    """Steps that the names of a function may take."""

    def __init__(self, together: int = MAX_STEPS_TOGETHER, each: int = MAX_STEPS) -> None:
        self._together = together
        self._each = each
        self._left = 0

    def begin(self) -> None:
        """Begin with the next name."""
        self._left = self._each

    def take(self) -> None:
        """Take a step.

        Raises:
            StepLimitError: There is none left.
        """
        if self._left <= 0 or self._together <= 0:
            raise StepLimitError
        self._left -= 1
        self._together -= 1


class SourceTree:
    """The Python files of a repository, and one that stands in for the file of its name.

    Args:
        root: Absolute folder.
        roots: Folders that absolute imports start from, below root.
        paths: Paths of all files, below root.
    """

    def __init__(self, root: Path, roots: Sequence[str], paths: Iterable[str]) -> None:
        self.root = str(root)
        self.roots = [os.path.normpath(root / item) for item in roots]
        self.files = {os.path.normpath(root / path) for path in paths}
        self.folders = {str(parent) for file in self.files for parent in Path(file).parents}
        self.overlay: dict[str, str] = {}

    def read(self, file: str) -> bytes:
        """Content of a file as far as jedi is concerned."""
        if file in self.overlay:
            return self.overlay[file].encode("utf-8", "surrogatepass")
        return Path(file).read_bytes()

    def relative(self, file: Path) -> str | None:
        """Path below root of a file of the repository, None for another."""
        if os.path.normpath(file) not in self.files and str(file) not in self.overlay:
            return None
        return file.relative_to(self.root).as_posix()

    def find(self, name: str, folders: Iterable[str]) -> tuple[str, bool] | list[str]:
        """The module or package of a name in some folders.

        Returns:
            File, and whether it is a package; or the folders of a namespace package.
        """
        namespace: list[str] = []
        for folder in map(os.path.normpath, folders):
            for file in (f"{folder}/{name}/__init__.py", f"{folder}/{name}.py"):
                if file in self.files:
                    return file, file.endswith("/__init__.py")
            if f"{folder}/{name}" in self.folders:
                namespace.append(f"{folder}/{name}")
        return namespace

    def module_names(self) -> Iterable[tuple[str, ...]]:
        """Dotted names of all modules as tuples, below each folder that imports start from."""
        for file in self.files:
            for root in self.roots:
                if file.startswith(f"{root}/"):
                    parts = tuple(file[len(root) + 1 : -len(".py")].split("/"))
                    yield parts[:-1] if parts[-1] == "__init__" else parts


class _Grammar:
    """A grammar of parso that keeps trees by path and content."""

    def __init__(self, version: str, trees: Trees) -> None:
        self._grammar: Any = load_grammar(version=version)
        self._version = version
        self._trees = trees

    def __getattr__(self, name: str) -> Any:
        return getattr(self._grammar, name)

    def parse(
        self, code: Any = None, *, path: Any = None, file_io: Any = None, **options: Any
    ) -> Any:
        """The tree of a file; without a path, of an annotation in quotes."""
        if code is None:
            code = file_io.read()
        text = python_bytes_to_unicode(code, errors="replace")
        place = path if file_io is None else file_io.path
        if place is None:
            return self._grammar.parse(text, **options)
        item = self._trees.get(self._grammar, self._version, Path(place), text)
        parser_cache.setdefault(self._grammar._hashed, {})[Path(place)] = item
        return item.node


class Trees:
    """Syntax trees of the files read last, by content."""

    def __init__(self) -> None:
        self._items: OrderedDict[tuple[str, str, bytes], Any] = OrderedDict()
        self._size = 0

    def get(self, grammar: Any, version: str, path: Path, text: str) -> Any:
        """The tree of a text that lies at a path, as the item that parso caches.

        Two files of the same text have two trees: what jedi knows of one hangs on its nodes.
        """
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        key = (version, str(path), digest)
        item = self._items.get(key)
        if item is None:
            lines = split_lines(text, keepends=True)
            item = self._items[key] = _NodeCacheItem(grammar.parse(text), lines, change_time=0)
            self._size += _length(item)
        self._items.move_to_end(key)
        while self._size > _MAX_TREES and len(self._items) > 1:
            self._size -= _length(self._items.popitem(last=False)[1])
        return item


def _length(item: Any) -> int:
    return sum(map(len, item.lines))


class _Subprocess(InferenceStateSameProcess):
    """What jedi asks of the interpreter, answered from the sources of the repository."""

    def __init__(self, state: Any, tree: SourceTree) -> None:
        super().__init__(state)
        self._tree = tree

    def get_module_info(
        self, string: str, path: Sequence[str] | None = None, **options: Any
    ) -> tuple[Any, bool | None]:
        """Find a module among the sources; of compiled ones there is only ``builtins``."""
        found = self._tree.find(string, options["sys_path"] if path is None else path)
        if isinstance(found, tuple):
            file, is_package = found
            return KnownContentFileIO(file, self._tree.read(file)), is_package
        if found:
            return ImplicitNSInfo(string if path is None else options["full_name"], found), True
        return None, False if path is None and string == "builtins" else None

    def load_module(self, dotted_name: str, **_: Any) -> Any:
        """Load ``builtins``, nothing else."""
        if dotted_name != "builtins":
            return None
        state = self._inference_state_weakref()
        return access.load_module(state, dotted_name=dotted_name, sys_path=[])

    def get_builtin_module_names(self) -> tuple[str, ...]:
        """Names of compiled modules."""
        return ("builtins",)


class _Environment(InterpreterEnvironment):
    """A Python of the running version without packages, not even its standard library."""

    def __init__(self, tree: SourceTree, grammar: _Grammar) -> None:
        super().__init__()
        self._tree = tree
        self._own_grammar = grammar

    def get_grammar(self) -> Any:
        return self._own_grammar

    def get_sys_path(self) -> list[str]:
        return []

    def get_inference_state_subprocess(self, inference_state: Any) -> InferenceStateSameProcess:
        return _Subprocess(inference_state, self._tree)


class _Steps(dict[Any, int]):
    """Counts how often each node is inferred, as jedi does to give up, and takes steps for it."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._budget = budget

    def __setitem__(self, node: Any, count: int) -> None:
        self._budget.take()
        super().__setitem__(node, count)


def _checked(node: Any) -> str:
    """The text that a check by ``isinstance`` must have as its object to be one of a name.

    jedi takes the whole of ``name.attribute``, and so finds no check of a name whose attributes are
    asked for.
    """
    return str(node.value if node.type == "name" else node.get_code(include_prefix=False))


class Sealed:
    """jedi over one repository.

    Settings of jedi are changed for the whole process, so this is for a process of its own.
    """

    def __init__(self, tree: SourceTree) -> None:
        put_sets_in_order()
        # The parameters of a function are what it says that they are, whoever calls it.
        settings.dynamic_params = False
        settings.fast_parser = False
        finder._get_call_string = _checked  # pyright: ignore[reportPrivateUsage]
        sys.modules["numpydoc"] = None  # pyright: ignore[reportArgumentType]
        pytest_plugin._find_pytest_plugin_modules = list  # pyright: ignore[reportPrivateUsage]
        self.tree = tree
        self._trees = Trees()
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        self._grammar = _Grammar(version, self._trees)
        self._stub_grammar = _Grammar(_STUB_VERSION, self._trees)
        self._environment = _Environment(tree, self._grammar)
        # With a slash, as jedi cuts the start off a path.
        roots = [f"{root.rstrip('/')}/" for root in tree.roots]
        self._project = jedi.Project(tree.root, sys_path=roots, smart_sys_path=False)
        names = set(tree.module_names())
        self._without_stubs = dict.fromkeys(item for item in names if item[0] not in _ESSENTIAL)

    def open(self, file: str, text: str) -> Opened:
        """A file with a text of its own: others see the same when they import it."""
        self.tree.overlay = {file: text}
        script = jedi.Script(text, path=file, project=self._project, environment=self._environment)
        state: Any = script._inference_state  # pyright: ignore[reportPrivateUsage]
        state.latest_grammar = self._stub_grammar
        state.stub_module_cache = dict(self._without_stubs)
        return Opened(script)

    def parse(self, file: str) -> Any:
        """The tree of a file of the repository."""
        return self._grammar.parse(self.tree.read(file), path=Path(file))


class Opened:
    """A file in which names are resolved, one after the other."""

    def __init__(self, script: Any) -> None:
        self._script = script

    @property
    def module(self) -> Any:
        """Its tree."""
        return self._script._module_node

    def resolve(self, line: int, column: int, budget: Budget) -> list[tuple[Path, int, int]]:
        """Where a name is defined: file, line and column of each definition that has them.

        Raises:
            StepLimitError: It takes too long. What was inferred until then is of no use any more.
        """
        budget.begin()
        self._script._inference_state.inferred_element_counts = _Steps(budget)
        return [
            (name.module_path, name.line, name.column)
            for name in self._script.goto(line, column, follow_imports=True)
            # A module is said to be where its text starts, which is some name's place, or none.
            if name.type != "module" and name.module_path is not None and name.line is not None
        ]
