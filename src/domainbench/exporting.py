"""Releases and results in the layouts of other tools, each with its own options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from domainbench.schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from domainbench.benchmarks.results import Results
    from domainbench.schemas.release import Release

_LM_EVAL = "lm-eval"
_MTEB_TASK = "mteb-task"
_PROMPTS = "prompts"
_VIEWED = ("beir", "trec")
RELEASE_LAYOUTS = (*_VIEWED, _LM_EVAL, _MTEB_TASK, _PROMPTS)
"""Layouts of a release."""

_MTEB_RESULTS = "mteb-results"
_EVAL_RESULTS = "eval-results"
RESULT_LAYOUTS = (_MTEB_RESULTS, _EVAL_RESULTS)
"""Layouts of what an evaluation found."""

_OPTIONS = {
    _LM_EVAL: ("repository", "revision"),
    _MTEB_TASK: ("repository", "revision", "task", "languages"),
    _MTEB_RESULTS: ("revision", "languages"),
    _EVAL_RESULTS: ("repository", "revision"),
}


def export_dataset(
    release: Release | str | Path,
    layout: str,
    output: str | Path,
    *,
    query_view: str | None = None,
    corpus_view: str | None = None,
    partition: str | None = None,
    splits: Sequence[str] | None = None,
    **options: Any,
) -> Path:
    """Write a release in the layout of other tools, or prompts for language models.

    Args:
        release: the release or its folder.
        layout: ``beir`` (corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv), ``trec`` (topics and
            qrels), ``mteb-task`` (a module with MTEB's tasks on the release), ``lm-eval`` (tasks of
            lm-evaluation-harness; for the family ``qa``) or ``prompts`` (requests to write
            functions; for the family ``code``).
        output: folder; it must not exist or be empty.
        query_view: text of a query; the main task's by default.
        corpus_view: text of a document; the main task's by default.
        partition: only the pairs with this label, all by default; of a release with several
            rankings the name of a subset, as ``passages-en-hi``.
        splits: splits of the queries; all by default, of ``mteb-task`` ``test``.
        options: of ``lm-eval`` and ``mteb-task``: ``repository`` and ``revision`` of the release on
            the Hub; of ``mteb-task`` also ``task`` and ``languages``, see
            ``domainbench.cards.ecosystem.mteb_task``. Of prompts: ``setting``, ``format``,
            ``max_context``, ``system`` …, see
            ``domainbench.benchmarks.code.prompt_export.PromptOptions``.

    Raises:
        UsageError: there is no such layout, view, partition, split or option, or the output holds
            something.
    """
    from domainbench.schemas.release import Release

    _check_layout(layout, RELEASE_LAYOUTS, RESULT_LAYOUTS, "a release")
    opened = Release.open(Path(release)) if isinstance(release, str | Path) else release
    if (query_view or corpus_view or partition) and layout not in _VIEWED:
        raise UsageError(f"the layout {layout} has no views and no partitions")
    if layout in _VIEWED:
        _check_options(layout, options)
        views = (query_view, corpus_view, partition)
        return _export_view(opened, layout, Path(output), views, splits)
    if layout == _PROMPTS:
        from domainbench.scoring import export_prompts

        return export_prompts(opened, Path(output), splits=splits, **options)
    _check_options(layout, options)
    if layout == _LM_EVAL:
        from domainbench.benchmarks.qa.lm_eval_export import write_lm_eval as write
    else:
        from domainbench.cards.ecosystem.mteb_task import write_mteb_task as write
    return write(opened, Path(output), splits=splits, **_with_languages(options))


def export_results(
    results: Results | str | Path, layout: str, output: str | Path, **options: Any
) -> Path:
    """Write what ``evaluate`` found in the form of other tools.

    Args:
        results: the results, or the folder that holds them.
        layout: ``mteb-results`` (files that MTEB loads as its own) or ``eval-results``
            (``eval.yaml`` of the data set and ``.eval_results`` of the models, for the Hub).
        output: folder; it must not exist or be empty.
        options: of both: ``revision``; of ``mteb-results`` ``languages``; of ``eval-results``
            ``repository``. See ``domainbench.cards.ecosystem``.

    Raises:
        UsageError: there is no such layout or option, one is missing, these figures are not those
            of a task of MTEB, or the output holds something.
        DataError: the folder has no results, or they are damaged.
    """
    from domainbench.benchmarks.results import Results

    _check_layout(layout, RESULT_LAYOUTS, RELEASE_LAYOUTS, "results")
    _check_options(layout, options)
    found = Results.read(Path(results)) if isinstance(results, str | Path) else results
    if layout == _MTEB_RESULTS:
        from domainbench.cards.ecosystem.mteb_results import write_mteb_results

        return write_mteb_results(found, Path(output), **_with_languages(options))
    from domainbench.cards.ecosystem.eval_results import write_eval_results

    if missing := [name for name in _OPTIONS[layout] if name not in options]:
        raise UsageError(
            f"the layout {layout} names the release on the Hub",
            expected=" and ".join(missing),
            hint="--set repository=ORG/NAME --set revision=COMMIT",
        )
    return write_eval_results(found, Path(output), **options)


def _export_view(
    release: Release,
    layout: str,
    output: Path,
    views: tuple[str | None, str | None, str | None],
    splits: Sequence[str] | None,
) -> Path:
    from domainbench.benchmarks.registry import find_task
    from domainbench.benchmarks.task import columns_of
    from domainbench.retrieval.interop.trec_folder import write_trec
    from domainbench.schemas.beir import write_beir
    from domainbench.schemas.views import View, find_subset

    query_view, corpus_view, partition = views
    chosen = list(splits) if splits is not None else release.splits("queries")
    subset = find_subset(release, partition, chosen[0])
    task = find_task(release.manifest.family, None)
    view = View(
        query_columns=columns_of(task.query_views, query_view or task.query_view),
        corpus_columns=columns_of(task.corpus_views, corpus_view or task.corpus_view),
        partition=None if subset else partition,
        subset=subset,
    )
    write: Callable[..., Path] = write_beir if layout == "beir" else write_trec
    return write(release, output, view=view, splits=splits)


def _check_layout(layout: str, known: Iterable[str], others: Iterable[str], of: str) -> None:
    if layout in others:
        raise UsageError(f"the layout {layout} is none of {of}", expected=", ".join(known))
    if layout not in known:
        raise UsageError.from_unknown_name("layout to export", layout, [*known, *others])


def _check_options(layout: str, options: Mapping[str, Any]) -> None:
    known = _OPTIONS.get(layout, ())
    for name in options:
        if not known:
            raise UsageError(f"the layout {layout} has no options", found=name)
        if name not in known:
            raise UsageError.from_unknown_name(f"option of {layout}:", name, known)


def _with_languages(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, languages that one text names taken apart."""
    named = options.get("languages")
    if isinstance(named, str):
        return {
            **options,
            "languages": [code for code in named.replace(" ", "").split(",") if code],
        }
    return dict(options)
