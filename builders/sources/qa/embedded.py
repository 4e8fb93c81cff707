"""Options that stand in the text of the question: ``… (a) wheat (b) rice (c) …``."""

from __future__ import annotations

import re

_STYLES = tuple(
    tuple(marks)
    for marks in (
        "abcdefgh",
        "ABCDEFGH",
        "12345678",
        "१२३४५६७८",
        ("i", "ii", "iii", "iv", "v", "vi"),
        ("I", "II", "III", "IV", "V", "VI"),
        "कखगघङ",
        "अबसदइ",
    )
)
_SHAPES = (
    r"\({}\)",
    r"\[{}\]",
    r"(?<![^\s]){}\)",
    r"(?<![^\s]){}\.(?=\s)",
    r"(?<![^\s]){}\s*[:\-](?=\s)",
)
_LEAST = 2


def split_options(text: str) -> tuple[str, list[str]] | None:
    """Cut the options out of a question's text.

    The marks must count up from the first without a gap, in one style and shape, and the run that
    starts last is taken, so that statements numbered before the options stay in the question. Where
    only a gap would make it fit, as (a) (c) (d), nothing is cut.

    Returns:
        The text before the first option, and the options; None if there are fewer than two.
    """
    best: tuple[int, int, list[tuple[int, int]]] | None = None
    for marks in _STYLES:
        for shape in _SHAPES:
            run = _run(text, marks, shape)
            if run is None:
                continue
            rank = (run[0][0], len(run))
            if best is None or rank > best[:2]:
                best = (*rank, run)
    if best is None:
        return None
    spans = best[2]
    ends = [start for start, _ in spans[1:]] + [len(text)]
    options = [
        text[stop:end].strip().rstrip(",;").strip()
        for (_, stop), end in zip(spans, ends, strict=True)
    ]
    stem = text[: spans[0][0]].strip()
    return (stem, options) if stem and all(options) else None


def _run(text: str, marks: tuple[str, ...], shape: str) -> list[tuple[int, int]] | None:
    """Places of marks in order, from the last first mark that has a second behind it."""
    for start in reversed(_places(text, marks[0], shape)):
        spans = [start]
        for mark in marks[1:]:
            behind = [span for span in _places(text, mark, shape) if span[0] >= spans[-1][1]]
            if not behind:
                break
            spans.append(behind[0])
        if len(spans) >= _LEAST:
            return spans
    return None


def _places(text: str, mark: str, shape: str) -> list[tuple[int, int]]:
    if mark not in text:
        return []
    return [found.span() for found in re.finditer(shape.format(re.escape(mark)), text)]
