"""``score`` of the cseo family: from plain arguments to its modules."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domainbench.schemas.errors import UsageError
from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domainbench.benchmarks.cseo.answers import Engine
    from domainbench.benchmarks.cseo.scenario import Scenario
    from domainbench.benchmarks.cseo.scores import CseoScores
    from domainbench.schemas.progress import Progress
    from domainbench.schemas.release import Release

SURROGATE = "surrogate"
_MODELS = ("local:", "endpoint:")
_RANKER = ("depth",)
_SELECTING = ("split", "domains", "methods", "adoption", "limit")
_MEASURING = ("cutoff", "payoff")
_EVERYWHERE = ("seed",)


def score_visibility(
    release: Release,
    *,
    engine: str = SURROGATE,
    first_stage: str | None = None,
    tried: Sequence[str] = (),
    variants: str | Path | None = None,
    model: str | None = None,
    output: str | Path | None = None,
    recompute: bool = False,
    progress: Progress = SILENT,
    **options: Any,
) -> CseoScores:
    """Let an engine answer a release's episodes, and measure who gained.

    Args:
        release: of the family ``cseo``.
        engine: ``surrogate``; a language model, ``local:…`` or ``endpoint:…``; or a retrieval
            system, as ``bm25``, which then is the engine.
        first_stage: a system whose best documents a surrogate or a model is given.
        tried: specifications of methods that the release does not have, see
            ``domainbench.rewriting.registry``.
        variants: file of rewritten documents, see ``with_rewritings``.
        model: language model that writes for methods that are tried.
        output: folder for ``scores.json``, ``outcomes.parquet`` and recorded responses.
        recompute: ask a model again what is recorded.
        progress: shown while it works.
        options: ``split``, ``domains``, ``methods``, ``adoption``, ``limit``, ``cutoff``,
            ``payoff``, ``seed``; of rankers ``depth``; of the surrogate those of
            ``SurrogateOptions``; of language models those of ``ModelOptions``.

    Raises:
        UsageError: an option is unknown or wrong, or one of the engine's, or as ``score``.
        DataError: as ``score``.
    """
    from domainbench.benchmarks.cseo.scenario import Selection, read_scenario
    from domainbench.benchmarks.cseo.score import Measuring, score_scenario

    if model is not None and not tried:
        raise UsageError(
            "a model writes for methods that are tried, and there is none",
            found=model,
            expected="a method to try, or the model as the engine",
        )
    given = {name: value for name, value in options.items() if value is not None}
    folder = None if output is None else Path(output)
    made, used = _engine(engine, first_stage, given, folder, recompute=recompute)
    known = tuple(dict.fromkeys((*_SELECTING, *_MEASURING, *used, *_EVERYWHERE)))
    for name in given:
        if name not in known:
            raise UsageError.from_unknown_name(f"option of score with {engine}:", name, known)
    seed = _among(given, _EVERYWHERE)
    measuring = Measuring(**_among(given, _MEASURING), **seed)
    lists = {n: tuple(v) if isinstance(v, list) else v for n, v in given.items()}
    selection = Selection(**_among(lists, _SELECTING), **seed)
    with progress.step("reading the release"):
        scenario = read_scenario(release, selection)
    scenario, left_out = _extended(scenario, release, tried, variants, model, folder, progress)
    return score_scenario(
        scenario, made, release, selection, measuring,
        left_out=left_out, output=folder, progress=progress,
    )  # fmt: skip


def score_responses(folder: str | Path, *, output: str | Path | None = None) -> CseoScores:
    """Score the responses that C-SEO Bench has recorded, by its own protocol.

    Args:
        folder: ``{domain}/{method}/{model}/responses.parquet`` below it.
        output: folder for ``scores.json``.

    Raises:
        UsageError: there is no such folder.
        DataError: it holds no responses, or damaged ones.
    """
    from domainbench.benchmarks.cseo.recorded_scores import score_recorded

    scores = score_recorded(Path(folder))
    if output is not None:
        Path(output).mkdir(parents=True, exist_ok=True)
        scores.write(Path(output))
    return scores


def _engine(
    spec: str,
    first_stage: str | None,
    given: Mapping[str, Any],
    folder: Path | None,
    *,
    recompute: bool,
) -> tuple[Engine, Sequence[str]]:
    """The engine, and the names of its options."""
    if spec == SURROGATE:
        from domainbench.benchmarks.cseo.surrogate import SurrogateEngine, SurrogateOptions

        names = [field.name for field in fields(SurrogateOptions)]
        return SurrogateEngine(SurrogateOptions(**_among(given, names)), first_stage), names
    if spec.startswith(_MODELS):
        from domainbench.benchmarks.cseo.model import ModelEngine, ModelOptions

        names = [field.name for field in fields(ModelOptions)]
        engine = ModelEngine(
            spec,
            ModelOptions(**_among(given, names)),
            folder=folder,
            first_stage=first_stage,
            recompute=recompute,
        )
        return engine, names
    if first_stage is not None:
        raise UsageError(
            "a ranker has no first stage", found=spec, expected="surrogate, local:… or endpoint:…"
        )
    from domainbench.benchmarks.cseo.ranker import RankerEngine

    return RankerEngine(spec, **_among(given, _RANKER)), _RANKER


def _extended(
    scenario: Scenario,
    release: Release,
    tried: Sequence[str],
    variants: str | Path | None,
    model: str | None,
    folder: Path | None,
    progress: Progress,
) -> tuple[Scenario, dict[str, dict[str, int]]]:
    """The scenario with what the release does not have; by method, why documents are left out."""
    from domainbench.benchmarks.cseo.added import with_method, with_rewritings
    from domainbench.rewriting.registry import open_method

    left_out: dict[str, dict[str, int]] = {}
    if variants is not None:
        scenario = with_rewritings(scenario, Path(variants))
    recordings = None if folder is None else folder / "recordings"
    for spec in tried:
        method = open_method(spec, model=model, recordings=recordings)
        scenario, faults = with_method(scenario, release, method, progress)
        if faults:
            left_out[method.name] = faults
    return scenario, left_out


def _among(options: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}
