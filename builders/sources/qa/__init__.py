"""Question sources: every format that can be read, behind one function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...qa.record import RawReject
from .. import UnknownFormatError
from ..streams import Meter
from . import choices, squad
from .columns import Columns, columns_for
from .contents import find_contents
from .hints import path_hints

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ...qa.record import RawQuestion
    from .contents import Content
    from .hints import Hints

_BHASHABENCH = "bhashabench"
_BHASHABENCH_COLUMNS = {
    "option_a",
    "option_d",
    "correct_answer",
    "question_level",
    "subject_domain",
}


class QuestionReader:
    """Questions of one file; every iteration reads it anew from its start."""

    def __init__(
        self, path: Path, parts: Sequence[tuple[Content, Columns | None]], hints: Hints
    ) -> None:
        self.path = path
        self.bytes_total = path.stat().st_size
        """Size of the file on disk."""
        self.columns: dict[str, str] = {}
        """Field → column that it is read from."""
        self._parts = parts
        self._hints = hints
        for _, columns in reversed(parts):
            self.columns.update(columns.stated() if columns else {})
        first = parts[0][0]
        self.format = squad.FORMAT if first.payload is not None else choices.FORMAT
        """Name of the format."""
        if {name.casefold() for name in first.names} >= _BHASHABENCH_COLUMNS:
            self.format = _BHASHABENCH

    def __iter__(self) -> Iterator[RawQuestion | RawReject]:
        """Read the file.

        Raises:
            DataError: the compressed file is damaged or cut short.
        """
        meter = Meter(self.bytes_total)
        for content, columns in self._parts:
            if columns is None:
                yield from squad.read_squad(content.payload, self._hints)
                continue
            for item in content.rows(meter):
                if isinstance(item, RawReject):
                    yield item
                else:
                    line, row = item
                    yield choices.read_row(row, line, columns, self._hints)


def open_questions(
    path: Path,
    *,
    root: Path | None = None,
    mapping: Mapping[str, Any] | None = None,
    format: str | None = None,  # noqa: A002 - the manifest's word
) -> QuestionReader:
    """Open a file of questions, plain, gzipped or in a zip archive.

    Args:
        path: the file; its format is recognised by its content.
        root: folder that it was found in: names of folders below it, and its own, tell language
            and domain.
        mapping: field → column; ``options`` may be a list of columns, ``{"value": …}`` gives every
            question the same value, ``answer_base`` is 0 or 1.
        format: ``squad`` or ``mcq_table``, where the content must be of that format.

    Raises:
        UsageError: the mapping is wrong.
        UnknownFormatError: the content is in no known format.
        DataError: the file is empty or damaged.
    """
    contents = find_contents(path)
    parts: list[tuple[Content, Columns | None]] = []
    seen: list[str] = []
    for content in contents:
        if content.payload is not None and format != choices.FORMAT:
            parts.append((content, None))
        elif content.payload is None and format != squad.FORMAT:
            columns = columns_for(content.names, mapping, content.place)
            seen += content.names
            if columns is not None:
                parts.append((content, columns))
    if not parts:
        raise UnknownFormatError(
            "no questions are found in the file",
            place=path,
            found=f"columns {', '.join(map(str, seen[:12]))}" if seen else "no table, no JSON",
            expected="a table with a column of questions, or SQuAD's JSON",
            hint='name the column in [mapping] of a --config file: question = "…"; a file with one '
            "column may have another delimiter than , ; | or a tab",
        )
    return QuestionReader(path, parts, path_hints(path, root))
