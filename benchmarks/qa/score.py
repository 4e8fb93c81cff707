"""Scoring answers to the choice questions of a release: a file of them, or a model's."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pyarrow.compute as pc

from ...retrieval.language_models.spec import ModelSpec, parse_model
from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import file_sha256
from ...schemas.progress import SILENT, Progress
from ..environment import environment
from ..results import ReleaseEntry
from ..statistics import LEVEL
from .accuracy import LABELS, IntervalKind, accuracies, judged, language_gaps, positions
from .answer_files import read_answers
from .answers import ABSENT, Choice, judge, parse_answer
from .ask import ask
from .calibration import calibration
from .scores import ANSWERS_NAME, AnswerSource, QaScores
from .verdicts import Verdict, write_verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...schemas.release import Release

_COLUMNS = (
    "_id", "question", "context", "options", "answer", "language", "parallel_id", "cluster",
)  # fmt: skip


def score(
    release: Release,
    *,
    answers: Path | None = None,
    model: ModelSpec | str | None = None,
    protocol: Literal["loglikelihood", "generation"] = "loglikelihood",
    split: str = "test",
    by: Sequence[str] = LABELS,
    interval: IntervalKind = "wilson",
    output: Path | None = None,
    limit: int | None = None,
    seed: int = 0,
    recompute: bool = False,
    progress: Progress = SILENT,
) -> QaScores:
    """Judge every answer, and work out accuracies, gaps between languages, biases, calibration.

    Args:
        release: a release with a table ``questions``.
        answers: file of answers, see ``answer_files``; or
        model: the model that answers, or its specification, see ``models.spec``.
        protocol: how a model is asked: the likelihood of each choice's letter, or a free text.
        split: split of the questions.
        by: columns of ``questions`` that slice them.
        interval: of accuracies: Wilson's, or the bootstrap over clusters of near duplicates and
            translations.
        output: folder for ``scores.json``, ``answers.parquet`` and ``recordings/``; recorded
            responses in it are used again.
        limit: questions scored at most, drawn by the seed, translations together; a larger limit
            keeps those of a smaller one.
        seed: seed of draws.
        recompute: ask the model again even so.
        progress: shown while it works.

    Raises:
        UsageError: not one of answers and model, an unknown column, split, protocol or interval,
            a negative seed, a limit below 1; or the model cannot be used.
        DataError: the split has no choice question, or the answers are damaged.
    """
    _check(answers, model, interval, limit, seed)
    everything = release.table("questions", split)
    wanted = list(dict.fromkeys(by))
    for column in wanted:
        if column not in everything.column_names:
            raise UsageError.from_unknown_name(
                "column of questions", column, everything.column_names
            )
    columns = list(dict.fromkeys([*_COLUMNS, *wanted]))
    choice = _choice_questions(everything.select(columns))
    if not len(choice):
        raise DataError(
            "the split has no questions with choices", place=release.path, found=f"split {split}"
        )
    chosen = choice.take(_drawn(choice, limit, seed))
    if output is not None:
        _make_folder(output)
    if answers is not None:
        verdicts, source = _from_file(answers, choice, chosen)
    else:
        spec = model if isinstance(model, ModelSpec) else parse_model(str(model))
        verdicts, source = ask(
            spec, protocol, chosen, folder=output, recompute=recompute, progress=progress
        )
    rights = chosen.column("answer").to_pylist()
    outcomes = [judge(v.choice, right) for v, right in zip(verdicts, rights, strict=True)]
    found = judged(chosen, outcomes, [v.choice.index for v in verdicts])
    rated = [(v.probabilities, r) for v, r in zip(verdicts, rights, strict=True) if v.probabilities]
    with progress.step("scoring"):
        scores = QaScores(
            release=ReleaseEntry.of(release),
            split=split,
            source=source,
            seed=seed,
            interval=interval,
            level=LEVEL,
            questions=len(chosen),
            not_choice=len(everything) - len(choice),
            left_out=len(choice) - len(chosen),
            by=wanted,
            accuracies=accuracies(found, wanted, interval=interval, seed=seed),
            gaps=language_gaps(found, wanted),
            positions=positions(found),
            calibration=calibration([row for row, _ in rated], [right for _, right in rated]),
            environment=environment(),
        )
    if output is not None:
        write_verdicts(output / ANSWERS_NAME, verdicts, outcomes, found)
        scores.write(output)
    return scores


def _check(
    answers: Path | None, model: object, interval: str, limit: int | None, seed: int
) -> None:
    if (answers is None) == (model is None):
        raise UsageError(
            "answers come from a file or from a model",
            found="neither" if answers is None else "both",
            expected="one of them",
        )
    if interval not in get_args(IntervalKind):
        raise UsageError.from_unknown_name("interval", interval, get_args(IntervalKind))
    if seed < 0:
        raise UsageError("the seed is negative", found=seed, expected="0 or more")
    if limit is not None and limit < 1:
        raise UsageError("the limit is too small", found=limit, expected="1 or more")


def _choice_questions(questions: Any) -> Any:
    """Rows with choices and a right one."""
    lengths = pc.call_function("list_value_length", [questions.column("options")])
    several = pc.call_function("greater", [lengths, 0])
    known = pc.call_function("is_valid", [questions.column("answer")])
    return questions.filter(pc.call_function("and", [several, known]))


def _drawn(questions: Any, limit: int | None, seed: int) -> list[int]:
    """Places of the questions within the limit, in their order; translations are drawn together."""
    ids = questions.column("_id").to_pylist()
    if limit is None or limit >= len(ids):
        return list(range(len(ids)))
    groups = [
        name if group is None else group
        for name, group in zip(ids, questions.column("parallel_id").to_pylist(), strict=True)
    ]
    digests = [hashlib.sha256(f"{seed}:{group}".encode()).digest() for group in groups]
    order = sorted(range(len(ids)), key=digests.__getitem__)
    return sorted(order[:limit])


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the output folder is a file", place=folder) from None


def _from_file(path: Path, choice: Any, chosen: Any) -> tuple[list[Verdict], AnswerSource]:
    """What a file says of the chosen questions; it may answer any choice question."""
    sizes = [len(options) for options in choice.column("options").to_pylist()]
    given = read_answers(path, choice.column("_id").to_pylist(), sizes)
    verdicts: list[Verdict] = []
    for row in chosen.select(["_id", "options"]).to_pylist():
        name, options = row["_id"], row["options"]
        text, shares = given.answers.get(name), given.probabilities.get(name)
        if name not in given.answers:
            found = Choice(None, ABSENT)
        elif shares is not None and (text is None or not text.strip()):
            found = Choice(int(np.argmax(shares)), None)
        else:
            found = parse_answer(text, options, base=given.base)
        verdicts.append(Verdict(choice=found, answer=text, probabilities=shares))
    source = AnswerSource(
        name=path.name,
        protocol="given",
        parameters={
            "columns": dict(given.columns),
            "numbers_from": given.base,
            "sha256": file_sha256(path),
        },
    )
    return verdicts, source
