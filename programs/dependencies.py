"""What a function uses of its repository: intra-class, intra-file and cross-file dependencies.

A dependency is a method, a function, a class, a variable of a module or an attribute that a name in
the body of the function stands for, as jedi resolves it. Parameters, local names, modules as such,
whatever is defined outside the repository, the function itself and what only its body defines are
none; nor are attributes that ``__init__`` assigns, to ``__init__``. Decorators, defaults and
annotations of the function are no part of the body.

Of several definitions that a name may stand for, the first by path and line counts.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from ..schemas.code import DEPENDENCY_KINDS
from ..schemas.errors import UsageError
from .dependency_processes import Answer, answer_all
from .dependency_store import Store
from .layout import import_roots, module_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NO_FILE = "no such file"
_CHUNK: Final = 8
_MOST_JOBS: Final = 8
_WORTH_A_PROCESS: Final = 8


@dataclass(frozen=True, slots=True)
class Dependency:
    """A definition that a function uses."""

    name: str
    """Dotted: module, class, name."""
    kind: str
    """intra_class: a member of the class of the function. intra_file: in its file otherwise, what
    its class inherits from another in the file included. cross_file: in another file."""
    path: str
    """Its file below the root."""
    line: int


@dataclass(frozen=True, slots=True)
class DependencyRequest:
    """A function whose dependencies are asked for."""

    path: str
    """Its file below the root."""
    qualname: str
    """Its name below the module, as ``Class.method``."""
    source: str | None = None
    """Text to read in place of the file, such as one with a generated body; None for the file."""
    line: int | None = None
    """A line of the function where several have its name; None for the first, overloads last."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found for a function, or why nothing was."""

    dependencies: tuple[Dependency, ...] | None
    """By kind and name; None if they cannot be told."""
    problem: str | None
    """Why they cannot be told: no file, no syntax, no function of that name, time, breakdown."""
    names: int
    """Names of the body that were left to inference."""
    failed: int
    """Names of these that inference broke off at, by an error of its own or its bound of steps:
    they count as no dependency."""


def find_dependencies(
    root: Path,
    requests: Sequence[DependencyRequest],
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    roots: Sequence[str] | None = None,
) -> list[tuple[Dependency, ...] | None]:
    """Find what functions use of their repository.

    Args:
        root: Folder of the repository. Nothing outside of it bears on the result.
        requests: Functions.
        jobs: Processes at a time; None for one for each core, at most eight.
        cache: Folder that answers are kept in; None to keep none.
        roots: Folders below root that imports start from; None to tell them by its files.

    Returns:
        For each request, dependencies by kind and name; None where they cannot be told.

    Raises:
        UsageError: The root is no folder, a path leads out of it, or there are no jobs.
    """
    found = study_dependencies(root, requests, jobs=jobs, cache=cache, roots=roots)
    return [item.dependencies for item in found]


def study_dependencies(
    root: Path,
    requests: Sequence[DependencyRequest],
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    roots: Sequence[str] | None = None,
    prune: bool = True,
) -> list[Findings]:
    """Find dependencies as ``find_dependencies`` does, with what there is to say about it.

    Args:
        root: Folder of the repository.
        requests: Functions.
        jobs: Processes at a time.
        cache: Folder that answers are kept in.
        roots: Folders below root that imports start from.
        prune: Leave names to inference only if scopes do not tell what they are. Without, it takes
            longer, for the same result.
    """
    if jobs is not None and jobs < 1:
        raise UsageError("there must be a process", found=jobs, expected="jobs of 1 or more")
    if not root.is_dir():
        raise UsageError("the repository is no folder", place=root)
    root = root.resolve()
    paths = list(_python_files(root))
    starts = import_roots(paths) if roots is None else tuple(roots)
    answers: dict[DependencyRequest, Answer] = {}
    for request in dict.fromkeys(requests):
        if not _is_file(root, request.path):
            answers[request] = Answer(None, NO_FILE)
    store = None if cache is None else Store(cache, root, paths, (*starts, prune))
    pending = [request for request in dict.fromkeys(requests) if request not in answers]
    if store is not None:
        answers.update(store.load(pending))
    pending = sorted(
        (request for request in pending if request not in answers),
        key=lambda item: (item.path, item.qualname, item.line or 0, item.source or ""),
    )
    if pending:
        setup = {"root": str(root), "roots": starts, "paths": paths, "prune": prune}
        arguments = [asdict(request) for request in pending]
        given = answer_all(setup, arguments, _chunks(pending), _jobs(jobs, len(pending)))
        answers.update(zip(pending, given, strict=True))
        if store is not None:
            store.save(dict(zip(pending, given, strict=True)))
    return [_findings(answers[request], starts) for request in requests]


def _python_files(root: Path) -> Iterator[str]:
    """Paths of the Python files below a folder, by name; links that lead out of it left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in {".git", "__pycache__"})
        for name in sorted(files):
            path = Path(folder, name)
            if name.endswith(".py") and path.is_file() and path.resolve().is_relative_to(root):
                yield path.relative_to(root).as_posix()


def _is_file(root: Path, path: str) -> bool:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        raise UsageError("a path leads out of the repository", place=root, found=path)
    file = root / path
    return file.is_file() and file.resolve().is_relative_to(root)


def _jobs(wanted: int | None, requests: int) -> int:
    """Processes to start: before a process answers anything, it reads stubs for some seconds."""
    most = min(_MOST_JOBS, len(os.sched_getaffinity(0))) if wanted is None else wanted
    return max(1, min(most, requests // _WORTH_A_PROCESS))


def _chunks(requests: Sequence[DependencyRequest]) -> list[list[int]]:
    """Places of a few requests each, all about one file: a process reads it once for them."""
    by_path: defaultdict[str, list[int]] = defaultdict(list)
    for place, request in enumerate(requests):
        by_path[request.path].append(place)
    return [
        places[start : start + _CHUNK]
        for places in by_path.values()
        for start in range(0, len(places), _CHUNK)
    ]


def _findings(answer: Answer, roots: Sequence[str]) -> Findings:
    if answer.found is None:
        return Findings(None, answer.problem, answer.names, answer.failed)
    found = {
        (kind, f"{module_name(path, roots)}.{name}"): (path, line)
        for path, name, kind, line in reversed(answer.found)
    }
    dependencies = [Dependency(name, kind, *place) for (kind, name), place in found.items()]
    dependencies.sort(key=lambda item: (DEPENDENCY_KINDS.index(item.kind), item.name))
    return Findings(tuple(dependencies), answer.problem, answer.names, answer.failed)
