"""From a request to a release: the family's builder, then the release writer."""

from __future__ import annotations

import fcntl
import shutil
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

from ..schemas.errors import UsageError
from ..schemas.families import find_family
from ..schemas.release import ReleaseInfo, TableData, write_release
from .quality import quality_documents
from .request import UNKNOWN_LICENSE

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from ..schemas.progress import Progress
    from ..schemas.release import Release
    from .request import BuildRequest, BuiltTables

_BUILDERS = {
    "code": ("code.builder", "build_code"),
    "cseo": ("cseo.builder", "build_cseo"),
    "patents": ("patents.builder", "build_patents"),
    "qa": ("qa.builder", "build_qa"),
    "rag": ("rag.builder", "build_rag"),
}
"""Family → module and function that build it, imported when they are needed."""


def run_build(request: BuildRequest, progress: Progress) -> Release:
    """Build a release; interrupted work is taken up again by the same call.

    Raises:
        UsageError: an option is wrong.
        DataError: no source can be read.
    """
    family = find_family(request.family)
    if request.family not in _BUILDERS:
        raise UsageError(
            f"releases of the family {request.family!r} are not built from raw files",
            expected="one of " + ", ".join(_BUILDERS),
            hint="`domainbench import` brings data sets into its form",
        )
    with _workshop(request.target) as work:
        built = _builder(request.family)(request, work, progress)
        info = ReleaseInfo(
            name=request.name,
            family=request.family,
            version=request.version,
            builder=request.family,
            parameters=built.parameters,
            seed=request.seed,
            sources=built.sources,
            dropped=built.dropped,
            slice_columns=family.slice_columns,
            subsets=family.subsets,
            license=_license(request, built),
            languages=built.languages,
            parent=built.parent,
            environments=built.environments,
        )
        data = [TableData(table, built.tables[table.name]) for table in family.tables]
        with progress.step("writing the release"):
            return write_release(
                request.target,
                data,
                info,
                rejects=built.rejects,
                documents=built.documents,
                report=quality_documents,
                overwrite=request.overwrite,
            )


def _license(request: BuildRequest, built: BuiltTables) -> str:
    stated = request.license != UNKNOWN_LICENSE
    return request.license if stated else built.license or UNKNOWN_LICENSE


def _builder(family: str) -> Callable[[BuildRequest, Path, Progress], BuiltTables]:
    module, function = _BUILDERS[family]
    return getattr(import_module(f".{module}", __package__), function)


@contextmanager
def _workshop(target: Path) -> Generator[Path]:
    """The folder beside ``target`` that stages are kept in until the release stands.

    It outlives a failure or a kill, so that the next build resumes; a lock keeps two builds of
    one target apart and goes with the process that holds it.
    """
    work = target.with_name(f".{target.name}.build")
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(
                "another build of this release is running", place=target, hint="wait for its end"
            ) from None
        yield work
    shutil.rmtree(work)
