"""Answers that C-SEO Bench recorded, paired with those without rewriting, and its own scores.

A folder of results has ``{domain}/{method}/{model}[/AdoptionMode.X]/responses.parquet``, a row a
query: ``Response``; ``Search Query``; ``Boost Product Index``, the adopters by their indices in
the context before any move, a list or one number; ``Citation Order``; and, not needed here,
``Citation Order w. Duplicates``. ``Prompt`` tells how many documents there were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.cseo import POSITION, RECORDED_METHODS, TOP
from ...schemas.errors import DataError
from ...schemas.fingerprint import file_sha256
from ..row_files import PARQUET, read_rows
from .citations import cited_positions, unique_in_order
from .gain_summaries import GainSummary, summarise_gains
from .gains import citation_rank_gain

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

ORIGINAL = "original"
"""The method that changes nothing."""
METHOD_NAMES = {
    "baseline": ORIGINAL,
    "Original": ORIGINAL,
    **RECORDED_METHODS,
    "seo_baseline_game_theory": TOP,
}
"""Recorded name → ours, where it is not the same in small letters with underscores."""
_MOVED = "seo_baseline-"
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FILE = "responses.parquet"
_NEEDED = ("Response", "Search Query", "Boost Product Index", "Citation Order")
_DOCUMENT_END = "\n\n##########################\n\n"
_QUERY_ENDINGS = {"videogames": " videogame"}
"""What some files of a domain append to every query."""
_UNADOPTED = (None, "none")


@dataclass(frozen=True, slots=True)
class RecordedResponse:
    """One recorded answer."""

    query: str
    text: str
    """Empty where there is none."""
    missing: bool
    """Whether the record has no answer; one that says nothing is an answer."""
    targets: tuple[int, ...]
    """Adopters by their indices from 0 before any move, in their order."""
    order: tuple[int, ...]
    """Citation order as recorded: indices from 0 after all moves."""
    parsed: tuple[int, ...]
    """Citation order that the original parser reads in the text."""
    documents: int | None
    """Documents in the prompt; None where it is not recorded."""


@dataclass(frozen=True, slots=True)
class ResponsePair:
    """The answers to a query without and with rewriting."""

    query: str
    before: RecordedResponse
    after: RecordedResponse
    targets_after: tuple[int, ...]
    """Indices of ``after.targets`` in the order of documents that the second answer saw."""


@dataclass(frozen=True, slots=True)
class ResponsePairs:
    """The answers of a model under one method of one domain, each with its baseline."""

    domain: str
    method: str
    """Our name of it."""
    model: str
    """Empty where the folders name none."""
    adoption: str | None
    """Who adopted: ``unilateral``, ``full`` or another folder's name; None where there is none."""
    pairs: tuple[ResponsePair, ...]
    unpaired_before: int
    """Queries of the baseline that the method did not answer; they are left out."""
    unpaired_after: int
    """Queries of the method that the baseline did not answer; they are left out."""
    missing: int
    """Pairs in which an answer is missing."""
    disagreements: int
    """Answers in pairs whose recorded order is not what the original parser reads in the text."""


@dataclass(frozen=True, slots=True)
class OriginalScore:
    """What C-SEO Bench's evaluation makes of recorded answers, and what it was made from."""

    model: str
    adoption: str | None
    summary: GainSummary
    pairs: int
    unpaired_before: int
    unpaired_after: int
    missing: int
    disagreements: int


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    domain: str
    method: str
    model: str
    adoption: str | None


def method_name(recorded: str) -> str:
    """Our name of a method: ``LLMGuidance`` is llms_txt, ``seo_baseline-3`` is position:3."""
    if recorded in METHOD_NAMES:
        return METHOD_NAMES[recorded]
    if recorded.startswith(_MOVED) and recorded.removeprefix(_MOVED).isdecimal():
        return f"{POSITION}:{int(recorded.removeprefix(_MOVED))}"
    return _CAPITAL.sub("_", recorded).lower()


def index_after(method: str, targets: Sequence[int], document: int) -> int:
    """Index of a document after a method has moved documents; the same if it moves none.

    Args:
        method: our name; ``position:P`` moves the first target to place P from 1, ``top`` all of
            them to the front in the order of their indices.
        targets: indices of the adopters before.
        document: index of the document before.
    """
    if not targets:
        return document
    if method == TOP:
        front = sorted(targets)
        if document in front:
            return front.index(document)
        return document + sum(target > document for target in front)
    if not method.startswith(f"{POSITION}:"):
        return document
    moved, place = min(targets), int(method.partition(":")[2]) - 1
    if document == moved:
        return place
    return document - (document > moved) + (document - (document > moved) >= place)


def read_responses(path: Path) -> list[RecordedResponse]:
    """Read one file of recorded answers, in its order.

    Raises:
        DataError: the file is missing or damaged, lacks a column or rows, or has a field of a
            wrong type.
    """
    found = [
        _response(row, path, line)
        for line, row in read_rows(path, what="responses", formats=(PARQUET,))
    ]
    if not found:
        raise DataError("the file has no responses", place=path)
    return found


def pair_responses(folder: Path) -> list[ResponsePairs]:
    """Pair every recorded answer under a method with the model's answer without it.

    Baselines are files of the method ``Original`` or ``baseline`` without adoption; those with
    one are left out, and so is a second copy of a file under another name of its method. A query
    that is there several times is paired by its turn.

    Args:
        folder: the results, domains at its top.

    Returns:
        By domain, model, adoption and method.

    Raises:
        DataError: there are no results, a method has no baseline or shares no query with it, two
            files differ that should be one, or a file is damaged.
    """
    files = _files(folder)
    baselines: dict[tuple[str, str], list[_File]] = {}
    for one in files:
        if one.method == ORIGINAL and one.adoption in _UNADOPTED:
            baselines.setdefault((one.domain, one.model), []).append(one)
    before = {key: _read(_only(found)) for key, found in baselines.items()}
    methods: dict[tuple[str, str, str, str], list[_File]] = {}
    for one in files:
        if one.method != ORIGINAL:
            key = (one.domain, one.model, one.adoption or "", one.method)
            methods.setdefault(key, []).append(one)
    if not methods:
        raise DataError("the results have no method beside the baseline", place=folder)
    return [
        _paired(one, before.get((one.domain, one.model)))
        for one in _without_moves_twice({key: _only(methods[key]) for key in sorted(methods)})
    ]


def original_scores(folder: Path, *, seed: int = 0) -> list[OriginalScore]:
    """Score recorded answers as C-SEO Bench's evaluation does.

    Its gain, from the recorded orders, of every target; mean, deviation and test of them; Holm's
    method over the methods of a domain, model and adoption. A missing answer has, as there, an
    order without citations. The bounds of the mean are ours.

    Args:
        folder: as ``pair_responses``.
        seed: seed of the resamples.

    Returns:
        As ``pair_responses``; methods without a target are absent.

    Raises:
        DataError: as ``pair_responses``.
    """
    groups: dict[tuple[str, str, str | None], list[ResponsePairs]] = {}
    for one in pair_responses(folder):
        groups.setdefault((one.domain, one.model, one.adoption), []).append(one)
    return [score for group in groups.values() for score in _scores(group, seed)]


def _scores(group: Sequence[ResponsePairs], seed: int) -> list[OriginalScore]:
    rows = [
        (one.domain, one.method, pair.query, _gain(pair, target, target_after))
        for one in group
        for pair in one.pairs
        for target, target_after in zip(pair.after.targets, pair.targets_after, strict=True)
    ]
    found = summarise_gains(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        seed=seed,
    )
    summaries = {one.method: one for one in found}
    return [
        OriginalScore(
            model=one.model,
            adoption=one.adoption,
            summary=summaries[one.method],
            pairs=len(one.pairs),
            unpaired_before=one.unpaired_before,
            unpaired_after=one.unpaired_after,
            missing=one.missing,
            disagreements=one.disagreements,
        )
        for one in group
        if one.method in summaries
    ]


def _gain(pair: ResponsePair, target: int, target_after: int) -> int:
    return citation_rank_gain(pair.before.order, pair.after.order, target, target_after)


def _files(folder: Path) -> list[_File]:
    found: list[_File] = []
    for path in sorted(folder.rglob(_FILE)):
        parts = path.relative_to(folder).parts[:-1]
        if len(parts) < 2:
            raise DataError(
                "a file of responses is in no folder of a method",
                place=path,
                expected=f"{{domain}}/{{method}}/{{model}}[/AdoptionMode.X]/{_FILE}",
                hint="give the folder that holds those of the domains",
            )
        domain, method, model = (*parts[:2], parts[2] if len(parts) > 2 else "")
        adoption = "/".join(parts[3:]).removeprefix("AdoptionMode.").lower() or None
        found.append(_File(path, domain, method_name(method), model, adoption))
    if not found:
        raise DataError("there are no results here", place=folder, expected=f"files {_FILE}")
    return found


def _only(files: Sequence[_File]) -> _File:
    """The one of several names of the same file."""
    if len(files) > 1 and len({file_sha256(one.path) for one in files}) > 1:
        raise DataError(
            "two files hold different responses of the same model, domain, method and adoption",
            place=files[0].path,
            found=files[1].path,
            hint="keep one of them",
        )
    return files[0]


def _without_moves_twice(files: Mapping[tuple[str, str, str, str], _File]) -> Iterable[_File]:
    """All files but a move of a single target to the top that is recorded under both its names."""
    for (domain, model, adoption, method), one in files.items():
        same = files.get((domain, model, adoption, f"{POSITION}:1"))
        if method != TOP or same is None or file_sha256(same.path) != file_sha256(one.path):
            yield one


def _read(file: _File) -> dict[Hashable, RecordedResponse]:
    """Responses of a file by query and turn."""
    turns: dict[str, int] = {}
    found: dict[Hashable, RecordedResponse] = {}
    for one in read_responses(file.path):
        query = one.query.removesuffix(_QUERY_ENDINGS.get(file.domain, ""))
        turns[query] = turns.get(query, -1) + 1
        found[query, turns[query]] = one
    return found


def _paired(file: _File, before: Mapping[Hashable, RecordedResponse] | None) -> ResponsePairs:
    if before is None:
        raise DataError(
            "a method has no baseline to compare with",
            place=file.path,
            found=f"domain {file.domain}, model {file.model or 'not named'}",
            expected=f"{file.domain}/Original/{file.model}/AdoptionMode.NONE/{_FILE}",
        )
    after = _read(file)
    pairs = tuple(
        ResponsePair(
            query=before[key].query,
            before=before[key],
            after=one,
            targets_after=tuple(index_after(file.method, one.targets, t) for t in one.targets),
        )
        for key, one in after.items()
        if key in before
    )
    if not pairs:
        raise DataError("the method and its baseline share no query", place=file.path)
    answers = [one for pair in pairs for one in (pair.before, pair.after)]
    return ResponsePairs(
        domain=file.domain,
        method=file.method,
        model=file.model,
        adoption=file.adoption,
        pairs=pairs,
        unpaired_before=len(before) - len(pairs),
        unpaired_after=len(after) - len(pairs),
        missing=sum(pair.before.missing or pair.after.missing for pair in pairs),
        disagreements=sum(one.order != one.parsed for one in answers),
    )


def _response(row: Mapping[str, Any], path: Path, line: int) -> RecordedResponse:
    missing = [name for name in _NEEDED if name not in row]
    if missing:
        raise DataError(
            "the responses lack columns",
            place=path,
            found=", ".join(map(str, row)),
            expected=", ".join(_NEEDED),
        )
    text, query, prompt = row["Response"], row["Search Query"], row.get("Prompt")
    for name, value in (("Response", text), ("Search Query", query), ("Prompt", prompt)):
        if not isinstance(value, str) and (value is not None or name == "Search Query"):
            raise _wrong(name, value, "a text", path, line)
    return RecordedResponse(
        query=query,
        text=text or "",
        missing=text is None,
        targets=tuple(sorted(_indices(row, "Boost Product Index", path, line))),
        order=_indices(row, "Citation Order", path, line),
        parsed=tuple(unique_in_order(cited_positions(text or ""))),
        documents=None if prompt is None else prompt.count(_DOCUMENT_END),
    )


def _indices(row: Mapping[str, Any], name: str, path: Path, line: int) -> tuple[int, ...]:
    """A list of whole numbers, one number as a list of it, null as none."""
    value = row[name]
    given = value if isinstance(value, list) else [] if value is None else [value]
    found: list[int] = []
    for one in given:
        if isinstance(one, bool) or not isinstance(one, int | float) or one != one // 1:
            raise _wrong(name, value, "whole numbers", path, line)
        found.append(int(one))
    return tuple(found)


def _wrong(name: str, found: object, expected: str, path: Path, line: int) -> DataError:
    return DataError(
        "a response has a field of a wrong type",
        place=path,
        line=line,
        found=f"{name} = {found!r}",
        expected=expected,
    )
