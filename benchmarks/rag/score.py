"""Scoring answers to the questions of a release, without context and with it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from ...retrieval.language_models.spec import ModelSpec, parse_model
from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.progress import SILENT, Progress
from ..environment import environment
from ..qa.scores import AnswerSource
from ..results import ReleaseEntry
from ..statistics import LEVEL
from . import figures
from .answer_files import read_answers
from .answers import RETRIEVED, Answer, Condition, Judged, write_answers
from .ask import ask
from .context import GOLD, ContextOptions, Contexts, find_contexts
from .scores import ANSWERS_NAME, RagScores, Retrieval
from .yes_no import ABSENT, YesNo, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...schemas.release import Release

    Rows = Sequence[Mapping[str, Any]]

_COLUMNS = ("_id", "question", "answer", "pool", "reasoning", "gold")


def score(
    release: Release,
    *,
    answers: Path | None = None,
    model: ModelSpec | str | None = None,
    context: ContextOptions | None = None,
    split: str = "test",
    domains: Sequence[str] = (),
    limit: int | None = None,
    seed: int = 0,
    output: Path | None = None,
    recompute: bool = False,
    progress: Progress = SILENT,
) -> RagScores:
    """Judge the answers of both conditions, and work out what context adds and costs.

    Args:
        release: of the family ``rag``.
        answers: file of answers, see ``answer_files``; or
        model: the model that answers, or its specification, see ``models.spec``.
        context: documents that a model is given; by default the three that BM25 ranks first.
        split: split of the questions.
        domains: only the questions of these; all by default.
        limit: questions scored at most, drawn by the seed; a larger limit keeps those of a smaller
            one.
        seed: seed of the draw.
        output: folder for ``scores.json``, ``answers.parquet``, ``runs/`` and ``recordings/``;
            what is recorded in it is used again.
        recompute: rank, and ask the model, again even so.
        progress: shown while it works.

    Raises:
        UsageError: not one of answers and model, context for a file of answers, an unknown domain,
            split or system, a negative seed, a limit below 1; or the model cannot be used.
        DataError: the split has no question, the answers are damaged, or there is no context.
    """
    _check(answers, model, context, limit, seed)
    everything: Rows = release.table("questions", split, list(_COLUMNS)).to_pylist()
    if not everything:
        raise DataError("the split has no questions", place=release.path, found=f"split {split}")
    chosen = _drawn(_of_domains(everything, domains), limit, seed)
    if output is not None:
        _make_folder(output)
    found: Contexts | None = None
    if answers is not None:
        given, source = _from_file(answers, everything, chosen)
    else:
        options = context or ContextOptions()
        spec = model if isinstance(model, ModelSpec) else parse_model(str(model))
        found = find_contexts(
            release, chosen, options,
            split=split, output=output, recompute=recompute, progress=progress,
        )  # fmt: skip
        texts = {row["_id"]: found.texts(row["_id"], options.longest) for row in chosen}
        given, source = ask(
            spec, chosen, texts, folder=output, recompute=recompute, progress=progress
        )
    judged = _judged(chosen, given, found)
    conditions: list[Condition] = list(given)
    searched = None if found is None else found.search_seconds
    each = None if searched is None else searched / len(chosen)
    used = figures.usages(judged, conditions, each)
    gold = {row["_id"]: row["gold"] for row in chosen}
    scores = RagScores(
        release=ReleaseEntry.of(release),
        split=split,
        source=source,
        retrieval=None if found is None else _retrieval(context or ContextOptions(), found),
        conditions=conditions,
        level=LEVEL,
        questions=len(chosen),
        left_out=len(everything) - len(chosen),
        seed=seed,
        accuracies=figures.accuracies(judged, conditions),
        improvements=figures.improvements(judged) if len(conditions) > 1 else [],
        usages=used,
        transformations=figures.transformations(used),
        contexts=[] if found is None else figures.contexts(judged, found.rows, gold),
        environment=environment(),
    )
    if output is not None:
        write_answers(output / ANSWERS_NAME, judged)
        scores.write(output)
    return scores


def _check(
    answers: Path | None,
    model: object,
    context: ContextOptions | None,
    limit: int | None,
    seed: int,
) -> None:
    if (answers is None) == (model is None):
        raise UsageError(
            "answers come from a file or from a model",
            found="neither" if answers is None else "both",
            expected="one of them",
        )
    if answers is not None and context is not None:
        raise UsageError("answers from a file have their context already")
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    if limit is not None and limit < 1:
        raise UsageError("the limit is too small", found=limit, expected="1 or more")


def _of_domains(questions: Rows, domains: Sequence[str]) -> Rows:
    known = sorted({row["pool"] for row in questions})
    for domain in domains:
        if domain not in known:
            raise UsageError.from_unknown_name("domain", domain, known)
    return [row for row in questions if not domains or row["pool"] in domains]


def _drawn(questions: Rows, limit: int | None, seed: int) -> Rows:
    """The questions within the limit, in their order."""
    if limit is None or limit >= len(questions):
        return questions
    digests = [hashlib.sha256(f"{seed}:{row['_id']}".encode()).digest() for row in questions]
    order = sorted(range(len(questions)), key=digests.__getitem__)
    return [questions[place] for place in sorted(order[:limit])]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the output folder is a file", place=folder) from None


def _from_file(
    path: Path, everything: Rows, chosen: Rows
) -> tuple[dict[Condition, list[Answer]], AnswerSource]:
    """What a file says of the chosen questions; it may answer any question of the split."""
    given = read_answers(path, everything)
    nothing = Answer(YesNo(None, ABSENT), None)
    found: dict[Condition, list[Answer]] = {
        condition: [answers.get(row["_id"], nothing) for row in chosen]
        for condition, answers in given.items()
    }
    parameters: dict[str, Any] = {"sha256": file_sha256(path)}
    return found, AnswerSource(name=path.name, protocol="given", parameters=parameters)


def _judged(
    questions: Rows, given: Mapping[Condition, Sequence[Answer]], found: Contexts | None
) -> list[Judged]:
    return [
        Judged(
            question=row["_id"],
            domain=row["pool"],
            reasoning=row["reasoning"],
            condition=condition,
            right=row["answer"],
            outcome=judge(answer.said, row["answer"]),
            answer=answer,
            context=_shown(row["_id"], condition, found),
        )
        for condition, answers in given.items()
        for row, answer in zip(questions, answers, strict=True)
    ]


def _shown(question: str, condition: Condition, found: Contexts | None) -> tuple[str, ...] | None:
    if found is None:
        return None
    return tuple(found.documents[question]) if condition == RETRIEVED else ()


def _retrieval(options: ContextOptions, found: Contexts) -> Retrieval:
    ranked = options.source != GOLD
    return Retrieval(
        system=options.system if ranked else None,
        parameters=found.parameters,
        source=options.source,
        scope=options.scope,
        k=options.k,
        longest=options.longest,
        documents_cut=found.cut(options.longest),
        index_seconds=found.index_seconds,
        search_seconds=found.search_seconds,
    )
