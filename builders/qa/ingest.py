"""Source files to checked questions: reading, answer keys by file, rejections counted."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...schemas.fingerprint import file_sha256
from ...schemas.manifest import SourceEntry
from ..rejects import reject_line
from ..sources import UnknownFormatError, expand
from ..sources.qa import open_questions
from ..sources.qa.answers import infer_base
from .faults import UNKNOWN_LANGUAGE
from .prepare import choices, prepare
from .record import RawQuestion, RawReject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ...schemas.progress import Progress
    from .options import QaOptions
    from .question import Question

_UNKNOWN_FORMAT = "unknown"
_NEARLY_ALL = 0.9
_MANY = 20_000
"""Questions of a file from which starting processes is worth its time."""
_CHUNK = 2_000


@dataclass
class SourceFile:
    """A file and what became of its records."""

    path: Path
    name: str
    """The path below the folder named, with that folder: the same wherever the folder lies. Where
    two sources are called the same, as much of the path as tells them apart."""
    format: str
    columns: dict[str, str] = field(default_factory=dict[str, str])
    """Field → column that it was read from."""
    answer_base: int | None = None
    used: int = 0
    rejects: list[RawReject] = field(default_factory=list[RawReject])
    skipped: dict[str, int] = field(default_factory=dict[str, int])

    def reject(self, question: Question, reason: str, detail: str) -> None:
        """Reject a question that was used so far."""
        self.used -= 1
        self.rejects.append(RawReject(reason, detail, question.line, question.source_id))

    def entry(self) -> SourceEntry:
        """The file as the manifest lists it."""
        return SourceEntry(
            path=str(self.path),
            bytes=self.path.stat().st_size,
            sha256=file_sha256(self.path),
            format=self.format,
            records=self.used,
            rejected=dict(sorted(Counter(item.reason for item in self.rejects).items())),
            skipped=self.skipped,
        )


def ingest(
    sources: Sequence[Path],
    mapping: Mapping[str, Any] | None,
    options: QaOptions,
    progress: Progress,
) -> tuple[list[Question], list[SourceFile]]:
    """Read all sources, files of a folder in the order of their names.

    Raises:
        UsageError: a path does not exist, or the mapping is wrong.
        DataError: a file that was named is damaged or in no known format.
    """
    named = {path: given for given in sources for path in expand([given])}
    questions: list[Question] = []
    files: list[SourceFile] = []
    with progress.step("reading questions", len(named)) as advance:
        for path, given in named.items():
            name = _name(path, given, {file.name for file in files})
            file = _open(path, given, name, mapping, options, len(files), questions)
            files.append(file)
            advance(1)
    return questions, files


def _name(path: Path, given: Path, taken: set[str]) -> str:
    named = given.resolve()
    whole = named if path == given else named / path.relative_to(given)
    parts = len(whole.parts) - len(named.parts) + 1
    while (name := "/".join(whole.parts[-parts:])) in taken and parts < len(whole.parts):
        parts += 1
    return name


def _open(
    path: Path,
    given: Path,
    name: str,
    mapping: Mapping[str, Any] | None,
    options: QaOptions,
    ordinal: int,
    questions: list[Question],
) -> SourceFile:
    root = given if given != path else None
    try:
        reader = open_questions(path, root=root, mapping=mapping)
    except UnknownFormatError:
        if root is None:
            raise
        return SourceFile(path, name, _UNKNOWN_FORMAT, skipped={"file in no known format": 1})
    file = SourceFile(path, name, reader.format)
    raws: list[RawQuestion] = []
    for item in reader:
        if isinstance(item, RawReject):
            file.rejects.append(item)
        else:
            raws.append(item)
    file.columns = dict(reader.columns)
    file.answer_base = _base(raws)
    for found in _prepared(raws, ordinal, file.answer_base, options):
        if isinstance(found, RawReject):
            file.rejects.append(found)
        else:
            file.used += 1
            questions.append(found)
    return file


def _prepared(
    raws: Sequence[RawQuestion], ordinal: int, base: int | None, options: QaOptions
) -> list[Question | RawReject]:
    """The questions of a file in order.

    One whose language is neither claimed nor told by its few words has that of the file, if the
    others agree in one.
    """
    found = list(_prepared_apart(raws, ordinal, base, options))
    unknown = [place for place, item in enumerate(found) if _lacks_language(item)]
    language = _agreed([item.language for item in found if not isinstance(item, RawReject)])
    if unknown and language is not None:
        told = options.model_copy(update={"language": language})
        for place in unknown:
            found[place] = prepare(raws[place], ordinal, base, told)
    return found


def _lacks_language(item: Question | RawReject) -> bool:
    return isinstance(item, RawReject) and item.reason == UNKNOWN_LANGUAGE


def _agreed(languages: Sequence[str]) -> str | None:
    """The language of nearly all of some questions, None if there is none."""
    counts = Counter(languages)
    best = min(counts, key=lambda code: (-counts[code], code), default=None)
    return best if best and counts[best] >= _NEARLY_ALL * counts.total() else None


def _prepared_apart(
    raws: Sequence[RawQuestion], ordinal: int, base: int | None, options: QaOptions
) -> Iterator[Question | RawReject]:
    """Each question for itself, in several processes where they are many."""
    if len(raws) < _MANY:
        yield from _prepare_chunk(raws, ordinal, base, options)
        return
    # Processes of joblib, as those of the standard library would run the caller's script again.
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    chunks = (raws[start : start + _CHUNK] for start in range(0, len(raws), _CHUNK))
    jobs = (delayed(_prepare_chunk)(chunk, ordinal, base, options) for chunk in chunks)
    try:
        pool: Any = Parallel(n_jobs=min(8, os.cpu_count() or 1), return_as="generator")
        for found in pool(jobs):
            yield from found
    finally:
        # They would stay for minutes, with their memory.
        get_reusable_executor().shutdown(wait=True)


def _prepare_chunk(
    raws: Sequence[RawQuestion], ordinal: int, base: int | None, options: QaOptions
) -> list[Question | RawReject]:
    return [prepare(raw, ordinal, base, options) for raw in raws]


def _base(raws: Sequence[RawQuestion]) -> int | None:
    """The number of the first option in numeric answers, as all answers of a file tell it."""
    counted = [raw for raw in raws if not raw.spans]
    return infer_base([raw.answer for raw in counted], [len(choices(raw)[1]) for raw in counted])


def write_rejects(files: Sequence[SourceFile], path: Path) -> Path | None:
    """Write every rejected record as a JSON line; None if there is none."""
    with path.open("w", encoding="utf-8") as out:
        for file in files:
            for item in sorted(file.rejects, key=lambda reject: reject.line or 0):
                out.write(
                    reject_line(
                        str(file.path),
                        reason=item.reason,
                        detail=item.detail or "",
                        line=item.line,
                        offset=None,
                        record_id=item.source_id,
                    )
                )
    return path if path.stat().st_size else None
