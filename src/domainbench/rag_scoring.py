"""``score`` of the rag family: from plain arguments to its modules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from domainbench.schemas.errors import UsageError
from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from domainbench.benchmarks.rag.logs import LogScores
    from domainbench.benchmarks.rag.scores import RagScores
    from domainbench.schemas.progress import Progress
    from domainbench.schemas.release import Release

_CONTEXT = {
    "system": "system", "context": "source", "scope": "scope", "k": "k", "longest": "longest",
}  # fmt: skip
_SELECTING = ("split", "domains", "limit", "seed")


def score_rag(
    release: Release,
    *,
    answers: str | Path | None = None,
    model: str | None = None,
    output: str | Path | None = None,
    recompute: bool = False,
    progress: Progress = SILENT,
    **options: Any,
) -> RagScores:
    """Score answers to a release's questions, without context and with it.

    Args:
        release: of the family ``rag``.
        answers: file of answers under both conditions; or
        model: ``local:PATH_OR_NAME`` or ``endpoint:NAME@URL``, asked now.
        output: folder for ``scores.json``, ``answers.parquet``, rankings and recorded responses.
        recompute: rank and ask again what is kept there.
        progress: shown while it works.
        options: of a model's context ``system``, ``context`` (``all``, ``chunks`` or ``gold``),
            ``scope`` (``corpus`` or ``domain``), ``k`` and ``longest``, see ``ContextOptions``; and
            ``split``, ``domains``, ``limit`` and ``seed``. One that is None was not given.

    Raises:
        UsageError: an unknown option, or as ``domainbench.benchmarks.rag.score.score``.
        DataError: as that function.
    """
    from domainbench.benchmarks.rag.context import ContextOptions
    from domainbench.benchmarks.rag.score import score

    known = [*_CONTEXT, *_SELECTING]
    for name in options:
        if name not in known:
            raise UsageError.from_unknown_name("option of score", name, known)
    given = {name: value for name, value in options.items() if value is not None}
    context = {_CONTEXT[name]: given[name] for name in _CONTEXT if name in given}
    return score(
        release,
        answers=None if answers is None else Path(answers),
        model=model,
        context=ContextOptions(**context) if context else None,
        output=None if output is None else Path(output),
        recompute=recompute,
        progress=progress,
        **{name: given[name] for name in _SELECTING if name in given},
    )


def score_rag_logs(
    path: str | Path, *, model: str | None = None, output: str | Path | None = None
) -> LogScores:
    """Work out the figures of a summary of OmniBench-RAG's logs again.

    Args:
        path: the summary, as ``rag_logs_summary.json``.
        model: only the runs of this one.
        output: folder for ``log_scores.json``.

    Raises:
        UsageError: as ``domainbench.benchmarks.rag.logs.score_rag_logs``.
        DataError: as that function.
    """
    from domainbench.benchmarks.rag.logs import score_rag_logs as run

    scores = run(path, model=model)
    if output is not None:
        folder = Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        scores.write(folder)
    return scores
