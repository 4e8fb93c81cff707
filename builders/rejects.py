"""Rejected records as lines of rejects.jsonl."""

from __future__ import annotations

import json


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
