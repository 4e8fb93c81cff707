"""Rejected records as lines of rejects.jsonl."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def reject_line(
    file: str,
    *,
    reason: str,
    detail: str,
    line: int | None,
    offset: int | None,
    record_id: str | None,
) -> str:
    """One line of rejects.jsonl."""
    row = {
        "file": file,
        "line": line,
        "offset": offset,
        "id": record_id,
        "reason": reason,
        "detail": detail,
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


class WithRejects(Protocol):
    """A file of a source, and the records of it that were rejected."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def rejects(self) -> Sequence[Any]:
        """Rejected records, with ``reason``, ``detail``, ``line``, ``offset`` and ``record_id``."""
        ...


def reject_lines(files: Sequence[WithRejects]) -> Iterator[str]:
    """Every rejected record as a line of rejects.jsonl, by file and line."""
    for file in files:
        for item in sorted(file.rejects, key=lambda reject: reject.line or 0):
            yield reject_line(
                str(file.path),
                reason=item.reason,
                detail=item.detail,
                line=item.line,
                offset=item.offset,
                record_id=item.record_id,
            )
