"""Questions with answers and evidence, in the layout of OmniBench-RAG's JSON arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....schemas.rag import NO, REASONINGS, YES
from ..fields import WRONG_TYPE, RecordError, text_in
from ..record import Reject
from ..rows import read_rows
from ..texts import fold
from .records import Asked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..shapes import Job

FORMAT = "omnibench"
COLUMNS = frozenset({"question", "answer", "reasoning", "evidence"})
NO_FIELD = "field that is missing"
UNKNOWN_REASONING = "unknown reasoning"
UNKNOWN_ANSWER = "answer that is neither yes nor no"
NO_EVIDENCE = "no evidence"
WRONG_EVIDENCE = "evidence that is no list of triples"


def is_asked(names: Collection[str]) -> bool:
    """Whether the keys of a file's records are those of this layout."""
    return set(names) >= COLUMNS


def read_asked(job: Job) -> Iterator[Asked | Reject]:
    """Every record as a question; one that cannot be used as a reject that tells its number."""
    for number, row in enumerate(read_rows(job), 1):
        if isinstance(row, Reject):
            row.detail = f"record {number}: {row.detail}"
            yield row
            continue
        try:
            if row.fault is not None:
                raise row.fault
            yield _asked(row.values, number)
        except RecordError as error:
            detail = f"record {number}: {error.detail}"
            yield Reject(error.reason, detail, row.line, row.offset)


def _asked(values: dict[str, Any], number: int) -> Asked:
    text = {name: fold(text_in(values, name)) for name in (*_NEEDED, "category")}
    missing = [name for name in _NEEDED if text[name] is None]
    if missing:
        raise RecordError(NO_FIELD, ", ".join(missing))
    known = {name: found for name, found in text.items() if found is not None}
    description = text_in(values, "description") or ""
    paragraphs = (fold(line) for line in description.splitlines())
    return Asked(
        known["question"],
        _answer(known["answer"]),
        _reasoning(known["reasoning"]),
        known["subject"],
        known["predicate"],
        known["object"],
        _evidence(values.get("evidence")),
        tuple(dict.fromkeys(line for line in paragraphs if line is not None)),
        text["category"],
        number,
    )


_NEEDED = ("question", "answer", "reasoning", "subject", "predicate", "object")


def _answer(text: str) -> str:
    word = text.casefold().rstrip(".! ")
    if word not in {YES, NO}:
        raise RecordError(UNKNOWN_ANSWER, f"found {text[:60]!r}, expected Yes. or No.")
    return word


def _reasoning(text: str) -> str:
    """``Inverse Function Inference`` is inverse."""
    word = text.split(maxsplit=1)[0].casefold()
    if word not in REASONINGS:
        expected = ", ".join(REASONINGS)
        raise RecordError(UNKNOWN_REASONING, f"found {text[:60]!r}, expected one of {expected}")
    return word


def _evidence(value: Any) -> tuple[tuple[str, str, str], ...]:
    if not isinstance(value, list):
        raise RecordError(WRONG_TYPE, "evidence is no list")
    triples = [_triple(item) for item in value]
    if not triples:
        raise RecordError(NO_EVIDENCE, "nothing says what the answer follows from")
    return tuple(dict.fromkeys(triples))


def _triple(item: Any) -> tuple[str, str, str]:
    parts = [fold(part) for part in item if isinstance(part, str)] if _is_triple(item) else []
    found = [part for part in parts if part is not None]
    if len(found) != 3:
        raise RecordError(WRONG_EVIDENCE, f"found {str(item)[:100]}, expected three texts")
    return found[0], found[1], found[2]


def _is_triple(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 3
