"""What every import shares: counting rejects, a work folder, and the release at the end."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, UsageError
from ...schemas.families import find_family
from ...schemas.fingerprint import file_sha256
from ...schemas.manifest import SourceEntry, check_name, check_version
from ...schemas.release import ReleaseInfo, TableData, check_target, created_now, write_release
from ..quality import quality_documents
from ..rejects import reject_line

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from ..sources.record import Reject
    from .sorting import Repeat

REPEATED_ID = "repeated id"
NO_TEXT = "no text"
UNKNOWN_QUERY = "unknown query id"
UNKNOWN_DOCUMENT = "unknown document id"
SELF = "pair of a query with itself"
REPEATED_PAIR = "repeated pair"


class Intake:
    """Counts what one source file gave, and writes down what it did not."""

    def __init__(self, path: Path, form: str, rejects: Path) -> None:
        self.path = path
        self.records = 0
        self._form = form
        self._rejects = rejects
        self._rejected: Counter[str] = Counter()

    def reject(self, reject: Reject) -> None:
        """Write down a record that cannot be used."""
        self._rejected[reject.reason] += 1
        line = reject_line(
            str(self.path),
            reason=reject.reason,
            detail=reject.detail,
            line=reject.line,
            offset=reject.offset,
            record_id=reject.record_id,
        )
        with self._rejects.open("a", encoding="utf-8") as out:
            out.write(line)

    def entry(self) -> SourceEntry:
        """The file's entry in the manifest."""
        return SourceEntry(
            path=str(self.path),
            bytes=self.path.stat().st_size,
            sha256=file_sha256(self.path),
            format=self._form,
            records=self.records,
            rejected=dict(sorted(self._rejected.items())),
        )


def describe_repeat(repeat: Repeat, unit: str) -> str:
    """The detail of a reject for a repeated id; ``unit`` is ``line`` or ``row``."""
    return f"{unit} {repeat.first} has the id {repeat.key!r} too, and is kept"


def default_name(folder: Path) -> str:
    """A release's name from the name of its source's folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("._-") or "import"


def clean(text: str | None) -> str:
    """The text in NFC without white space around it; empty where there is none."""
    return unicodedata.normalize("NFC", text.strip()) if text else ""


def find_file(folder: Path, *names: str) -> Path:
    """The first of some files that the folder has.

    Raises:
        UsageError: there is no such folder.
        DataError: it has none of them.
    """
    if not folder.is_dir():
        raise UsageError("there is no such folder", place=folder)
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(
        f"the folder lacks {names[0]}",
        place=folder,
        found=", ".join(sorted(path.name for path in folder.iterdir())[:20]) or "nothing",
        expected=" or ".join(names),
    )


@contextmanager
def work_folder(target: Path, version: str | None, *, overwrite: bool) -> Generator[Path]:
    """A folder beside the target that goes at the end.

    Raises:
        UsageError: the target exists and is not to be overwritten, or the version is no CalVer.
    """
    check_target(target, overwrite=overwrite)
    if version is not None:
        check_version(version)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_import(
    target: Path,
    family: str,
    tables: Mapping[str, Mapping[str, Any]],
    intakes: Sequence[Intake],
    rejects: Path,
    *,
    builder: str,
    parameters: Mapping[str, Any],
    dropped: Mapping[str, int],
    name: str,
    version: str | None,
    license: str,  # noqa: A002 - the manifest's word
    languages: Sequence[str],
    overwrite: bool,
    progress: Progress,
) -> Release:
    """Write the release of an import; see ``write_release`` for what can go wrong."""
    known = find_family(family)
    info = ReleaseInfo(
        name=check_name(name),
        family=family,
        version=version or created_now()[:7].replace("-", "."),
        builder=builder,
        parameters=parameters,
        seed=0,
        sources=[intake.entry() for intake in intakes],
        dropped={reason: count for reason, count in sorted(dropped.items()) if count},
        slice_columns=known.slice_columns,
        license=license,
        languages=languages,
    )
    data = [TableData(table, tables[table.name]) for table in known.tables]
    listed = rejects if rejects.is_file() else None
    with progress.step("writing the release"):
        return write_release(
            target, data, info, rejects=listed, report=quality_documents, overwrite=overwrite
        )
