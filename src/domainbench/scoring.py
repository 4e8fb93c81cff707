"""``score`` and ``export prompts`` of the code family: from plain arguments to its modules."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domainbench.schemas.errors import UsageError
from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domainbench.benchmarks.code.scores import CodeScores
    from domainbench.benchmarks.code.task_metadata import CodeTask
    from domainbench.schemas.progress import Progress
    from domainbench.schemas.release import Release

_PROMPTS = ("setting", "format", "system", "definitions", "max_context", "fim")
_DRAWING = ("samples", "temperature", "top_p", "seed", "greedy")
_LIMITS = ("seconds", "memory")
_RUNNING = ("isolation", "environment", "recall")
_SCORING = ("ks", "by", "interval", "seed")


def score_completions(
    release: Release,
    *,
    completions: str | Path | None = None,
    model: str | None = None,
    check: bool = False,
    output: str | Path | None = None,
    recompute: bool = False,
    progress: Progress = SILENT,
    **options: Any,
) -> CodeScores:
    """Run completions of a release's functions; see ``domainbench.score``.

    Raises:
        UsageError: an unknown option, or as ``domainbench.benchmarks.code.score.score``.
        DataError: as that function.
    """
    from domainbench.benchmarks.code.generate import Drawing
    from domainbench.benchmarks.code.prompt_export import PromptOptions
    from domainbench.benchmarks.code.score import Running, Scoring, score
    from domainbench.programs.limits import Limits

    known = [*_PROMPTS, *_DRAWING, *_LIMITS, *_RUNNING, *_SCORING]
    _check_known(options, known)
    usual, given = Limits(), _among(options, _LIMITS)
    limits = Limits.within(
        given.get("seconds", usual.seconds), given.get("memory", usual.memory_mib)
    )
    return score(
        release,
        completions=None if completions is None else Path(completions),
        model=model,
        check=check,
        prompts=PromptOptions(executable_only=True, **_among(options, _PROMPTS)),
        drawing=Drawing(**_among(options, _DRAWING)),
        running=Running(limits=limits, **_among(options, _RUNNING)),
        scoring=Scoring(**_among(options, _SCORING)),
        output=None if output is None else Path(output),
        recompute=recompute,
        progress=progress,
    )


def score_outcomes(
    outcomes: Sequence[str],
    *,
    tasks: str | Path | Release,
    output: str | Path | None = None,
    threshold: float = 10.0,
    undefined: float | None = None,
    **options: Any,
) -> CodeScores:
    """Score recorded outcomes, each ``FILE`` or ``NAME=FILE``.

    Args:
        outcomes: files, one a model; without a name the model is called as its file.
        tasks: a release of the family ``code``, or a file of EvoCodeBench's metadata.
        output: folder for ``scores.json``.
        threshold: DSI beyond which a domain is a comfort or a strange one.
        undefined: what stands for DSI where a model has no success.
        options: ``ks``, ``by``, ``interval``, ``seed``.

    Raises:
        UsageError: an unknown option, two models of one name, or as ``score_recorded``.
        DataError: as ``score_recorded``.
    """
    from domainbench.benchmarks.code.score_outcomes import score_recorded

    _check_known(options, _SCORING)
    files: dict[str, Path] = {}
    for text in outcomes:
        name, equals, path = text.rpartition("=")
        named = name if equals else Path(path).stem
        if named in files:
            raise UsageError("two files of outcomes have one name", found=named)
        files[named] = Path(path)
    scores = score_recorded(
        files, _tasks(tasks), threshold=threshold, undefined=undefined, **_among(options, _SCORING)
    )
    return _written(scores, output)


def score_rates(
    rates: str,
    *,
    published: str | None = None,
    output: str | Path | None = None,
    threshold: float = 10.0,
    undefined: float | None = None,
) -> CodeScores:
    """DSI of a table of rates, ``FILE`` or ``FILE#KEY``, and how a published one differs.

    Raises:
        UsageError: as ``domainbench.benchmarks.code.rates.score_rates``.
        DataError: as that function.
    """
    from domainbench.benchmarks.code.rates import score_rates as run

    scores = run(rates, published=published, threshold=threshold, undefined=undefined)
    return _written(scores, output)


def export_prompts(
    release: Release, folder: Path, *, splits: Sequence[str] | None = None, **options: Any
) -> Path:
    """Write ``SPLIT.jsonl`` with the prompts of each split; values may be texts.

    Raises:
        UsageError: an unknown option or a wrong value, a folder that holds something, or as
            ``write_prompts``.
        DataError: as ``write_prompts``.
    """
    from domainbench.benchmarks.code.prompt_export import PromptOptions, write_prompts

    kinds = {field.name: str(field.type) for field in fields(PromptOptions)}
    del kinds["split"]
    for name in options:
        if name not in kinds:
            raise UsageError.from_unknown_name("option of prompts", name, kinds)
    values = {name: _value(name, options[name], kinds[name]) for name in options}
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise UsageError("the output holds something already", place=folder)
    for split in splits if splits is not None else release.splits("samples"):
        path = folder / f"{split}.jsonl"
        write_prompts(release, path, PromptOptions(split=split, **values))
    return folder


def _value(name: str, value: Any, kind: str) -> Any:
    """A value of the kind that an option has, from its text."""
    if not isinstance(value, str) or kind.startswith("str"):
        return value
    if kind.startswith("Path"):
        return Path(value)
    if kind == "bool":
        known = {"true": True, "false": False}
        if value.lower() not in known:
            raise UsageError(
                f"option {name!r} has a wrong value", found=value, expected="true or false"
            )
        return known[value.lower()]
    try:
        return int(value)
    except ValueError:
        raise UsageError(
            f"option {name!r} has a wrong value", found=value, expected="a whole number"
        ) from None


def _tasks(tasks: str | Path | Release) -> list[CodeTask]:
    from domainbench.benchmarks.code.task_metadata import read_tasks, tasks_of
    from domainbench.schemas.release import Release

    if isinstance(tasks, Release):
        return tasks_of(tasks.table("samples"))
    path = Path(tasks)
    return tasks_of(Release.open(path).table("samples")) if path.is_dir() else read_tasks(path)


def _check_known(options: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in options:
        if name not in known:
            raise UsageError.from_unknown_name("option of score", name, known)


def _among(options: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Those that are given; None stands for what was not."""
    return {name: options[name] for name in names if options.get(name) is not None}


def _written(scores: CodeScores, output: str | Path | None) -> CodeScores:
    if output is not None:
        folder = Path(output)
        folder.mkdir(parents=True, exist_ok=True)
        scores.write(folder)
    return scores
