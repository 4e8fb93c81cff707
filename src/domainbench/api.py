"""The package's verbs for Python; the command line is a thin layer over the same functions."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domainbench.carding import card as card  # noqa: PLC0414 - a verb, too
from domainbench.publishing import list_releases as list_releases  # noqa: PLC0414 - verbs, too
from domainbench.publishing import pull as pull  # noqa: PLC0414
from domainbench.publishing import push as push  # noqa: PLC0414
from domainbench.schemas.errors import UsageError
from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domainbench.benchmarks.code.scores import CodeScores
    from domainbench.benchmarks.cseo.scores import CseoScores
    from domainbench.benchmarks.grid.results import GridResults
    from domainbench.benchmarks.qa.scores import QaScores
    from domainbench.benchmarks.rag.scores import RagScores
    from domainbench.benchmarks.results import Results
    from domainbench.schemas.diff import ReleaseDiff
    from domainbench.schemas.findings import Finding
    from domainbench.schemas.progress import Progress
    from domainbench.schemas.release import Release


def build(
    family: str,
    sources: Sequence[str | Path],
    output: str | Path,
    *,
    options: Mapping[str, Any] | None = None,
    config: str | Path | None = None,
    name: str | None = None,
    version: str | None = None,
    license: str | None = None,  # noqa: A002 - the manifest's word
    seed: int | None = None,
    engine: str = "polars",
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Release:
    """Build a release of a family from raw files.

    Args:
        family: ``code``, ``cseo``, ``patents``, ``qa`` or ``rag``.
        sources: files, or folders that are searched for files; of code also repositories, and
            ``pypi:NAME==VERSION``.
        output: folder of the release; it must not exist unless ``overwrite``.
        options: the family's parameters; they win over those of ``config``.
        config: TOML file with ``name``, ``version``, ``license``, ``seed``, ``preset``,
            ``[options]`` and ``[mapping]``.
        name: name of the release; the family's name by default.
        version: ``YYYY.MM`` or ``YYYY.MM.N``; this month by default.
        license: licence of the data, as SPDX identifier or in the source's words.
        seed: seed of every sampling step; 0 by default.
        engine: ``polars`` or ``duckdb``, for relational work on patents; the release is the same.
        overwrite: replace a release that stands at ``output``.
        progress: shown while it works.

    Raises:
        UsageError: an argument is wrong, or the output exists.
        DataError: no source can be read.
    """
    from domainbench.builders.build import run_build
    from domainbench.builders.request import BuildRequest

    request = BuildRequest.assemble(
        family,
        sources,
        output,
        options=options or {},
        config=config,
        name=name,
        version=version,
        license=license,
        seed=seed,
        engine=engine,
        overwrite=overwrite,
    )
    return run_build(request, progress)


def sample(
    family: str,
    output: str | Path,
    *,
    seed: int = 0,
    size: int | None = None,
    overwrite: bool = False,
    progress: Progress = SILENT,
) -> Release:
    """Build a small release from material that needs no download.

    The raw files it was built from are kept beside the release.

    Args:
        family: ``code``, ``cseo``, ``patents``, ``qa`` or ``rag``.
        output: folder of the release.
        seed: another seed gives another sample.
        size: patent families to generate, or questions of a domain and language at most; the
            family's own default where None.
        overwrite: replace a release that stands at ``output``.
        progress: shown while it works.
    """
    from domainbench.builders.sample import run_sample

    return run_sample(
        family, Path(output), seed=seed, size=size, overwrite=overwrite, progress=progress
    )


def load(folder: str | Path) -> Release:
    """Open a release; ``.table``, ``.polars`` and ``.dataset`` give its rows."""
    from domainbench.schemas.release import Release

    return Release.open(Path(folder))


def verify(folder: str | Path, *, strict: bool = False) -> list[Finding]:
    """Check a release: files, schema, keys, references, texts, leakage, labels.

    Args:
        folder: the release's.
        strict: make its quality report anew, too; what the recorded one does not say is a fault.
    """
    from domainbench.schemas.verify import verify as run_verify

    findings = run_verify(Path(folder))
    if not strict or any(finding.level == "fault" for finding in findings):
        return findings
    from domainbench.builders.quality import unrecorded

    return unrecorded(load(folder), findings)


def inspect(folder: str | Path) -> dict[str, Any]:
    """What a release holds: its manifest in short, tables, slices and three rows of each."""
    from domainbench.schemas.inspect import inspect as run_inspect

    return run_inspect(Path(folder))


def diff(
    old: Release | str | Path, new: Release | str | Path, *, progress: Progress = SILENT
) -> ReleaseDiff:
    """What parts two releases of one family, and whether scores on them can be compared.

    Args:
        old: a release or its folder.
        new: another, mostly a later one.
        progress: shown while it works.

    Raises:
        UsageError: a folder does not exist, or the releases are of different families.
        DataError: a release is damaged.
    """
    from domainbench.schemas.diff import diff as run_diff

    ours, theirs = (side if not isinstance(side, str | Path) else load(side) for side in (old, new))
    return run_diff(ours, theirs, progress)


def changelog(
    release: Release | str | Path,
    parents: Sequence[str | Path] = (),
    *,
    progress: Progress = SILENT,
) -> str:
    """The changelog of a release, from its chain of parents, as Markdown.

    Args:
        release: the release or its folder.
        parents: releases, or folders that hold some; those beside the release are known.
        progress: shown while it works.

    Raises:
        UsageError: a folder does not exist, or a parent is of another family.
        DataError: a release of the chain is damaged.
    """
    from domainbench.cards.ecosystem.changelog import changelog as write_changelog

    opened = release if not isinstance(release, str | Path) else load(release)
    return write_changelog(opened, [Path(folder) for folder in parents], progress=progress)


def evaluate(
    release: Release | str | Path,
    systems: Sequence[str],
    *,
    output: str | Path | None = None,
    progress: Progress = SILENT,
    **options: Any,
) -> Results:
    """Rank with each system and score per partition and slice.

    Args:
        release: the release or its folder.
        systems: ``bm25``, ``dense``, ``dense:MODEL``, ``rrf:bm25+dense,k=60`` …
        output: folder for results.json, runs and per-query values; None writes nothing.
        progress: shown while it works.
        options: see ``domainbench.benchmarks.evaluate.evaluate``.
    """
    from domainbench.benchmarks.evaluate import evaluate as run_evaluate

    opened = release if not isinstance(release, str | Path) else load(release)
    where = None if output is None else Path(output)
    return run_evaluate(opened, systems, output=where, progress=progress, **options)


def grid(
    release: Release | str | Path,
    config: str | Path,
    output: str | Path,
    *,
    define: Mapping[str, str] | None = None,
    seed: int = 0,
    recompute: bool = False,
    progress: Progress = SILENT,
) -> GridResults:
    """Run a grid of experiments; indexes, encodings and rankings are shared by its cells.

    Args:
        release: the release or its folder.
        config: TOML file, or the name of a grid that comes with the package (``dapfam``).
        output: folder for ``grid.json``, ``cells.parquet`` and finished rankings, which a later
            call uses again.
        define: variables of the grid with other values, as ``{"encoder": "dense"}``.
        seed: seed of the intervals.
        recompute: rank again what is finished.
        progress: shown while it works.

    Raises:
        UsageError: the grid, a view or a system in it is wrong.
        DataError: the release has no document or no query.
    """
    from domainbench.benchmarks.grid.config import read_config
    from domainbench.benchmarks.grid.run import run_grid

    opened = release if not isinstance(release, str | Path) else load(release)
    return run_grid(
        opened,
        read_config(_grid_file(config), define),
        Path(output),
        seed=seed,
        recompute=recompute,
        progress=progress,
    )


def score(
    release: Release | str | Path,
    *,
    model: str | None = None,
    output: str | Path | None = None,
    progress: Progress = SILENT,
    **options: Any,
) -> QaScores | CodeScores | CseoScores | RagScores:
    """Score answers to a release: to questions, as code, or from documents that were rewritten.

    Of the family ``qa``, answers are read from a file (``answers=``) or asked for now. Of the
    family ``code``, completions come from a file (``completions=``), from a model, or are the
    functions themselves and mutants of them (``check=True``); they run in sandboxes. Of the family
    ``cseo``, an ``engine`` answers queries from documents: a retrieval system, a surrogate or a
    language model. Of the family ``rag``, a model answers without and with retrieved context.

    Args:
        release: the release or its folder.
        model: ``local:PATH_OR_NAME`` or ``endpoint:NAME@URL``, asked now; every response is kept in
            ``output``, so that a later call goes on where this one stopped.
        output: folder for ``scores.json``, what was judged one by one, and recorded responses.
        progress: shown while it works.
        options: see ``domainbench.benchmarks.qa.score.score``, and
            ``domainbench.scoring.score_completions`` and
            ``domainbench.visibility.score_visibility`` and ``domainbench.rag_scoring.score_rag``.

    Raises:
        UsageError: an argument is wrong, or the release is of another family.
        DataError: the file of answers or completions cannot be read, or the release has none that
            can be scored.
    """
    opened = release if not isinstance(release, str | Path) else load(release)
    if opened.manifest.family == "code":
        from domainbench.scoring import score_completions

        return score_completions(opened, model=model, output=output, progress=progress, **options)
    if opened.manifest.family == "cseo":
        from domainbench.visibility import score_visibility

        return score_visibility(opened, model=model, output=output, progress=progress, **options)
    if opened.manifest.family == "rag":
        from domainbench.rag_scoring import score_rag

        return score_rag(opened, model=model, output=output, progress=progress, **options)
    from domainbench.benchmarks.qa.score import score as run_score

    answers = options.pop("answers", None)
    return run_score(
        opened,
        answers=None if answers is None else Path(answers),
        model=model,
        output=None if output is None else Path(output),
        progress=progress,
        **options,
    )


def report(
    results: Sequence[str | Path], output: str | Path, *, releases: Sequence[str | Path] = ()
) -> Path:
    """Write one HTML file over evaluations: tables, plots and queries; it works offline.

    Args:
        results: folders that ``evaluate`` wrote, or their ``results.json``.
        output: the file; one that is there is replaced.
        releases: folders of releases that were measured, for the texts of queries and documents.

    Raises:
        UsageError: there are no such results, they are of another command, a release is none that
            was measured, or the output's name does not end in ``.html``.
        DataError: results, or a file beside them, are damaged.
    """
    from domainbench.cards.report.page import write_report

    return write_report(
        [Path(r) for r in results], Path(output), releases=[Path(r) for r in releases]
    )


def import_dataset(
    layout: str,
    folder: str | Path,
    output: str | Path,
    *,
    progress: Progress = SILENT,
    **options: Any,
) -> Release:
    """Make a release of a data set that already has judgements.

    Args:
        layout: ``beir``, or ``dapfam`` for the files that DAPFAM publishes on the Hub.
        folder: the data set's files.
        output: folder of the release.
        progress: shown while it works.
        options: ``name``, ``version``, ``license``, ``overwrite``; for BEIR also ``splits`` and
            ``languages``. See ``domainbench.builders.imports``.

    Raises:
        UsageError: there is no such layout or folder, or the output exists.
        DataError: a file is missing or holds nothing that can be used.
    """
    from domainbench.builders.imports.beir import import_beir
    from domainbench.builders.imports.dapfam import import_dapfam

    layouts: dict[str, Callable[..., Release]] = {"beir": import_beir, "dapfam": import_dapfam}
    if layout not in layouts:
        raise UsageError.from_unknown_name("layout to import", layout, layouts)
    return layouts[layout](Path(folder), Path(output), progress=progress, **options)


def _grid_file(config: str | Path) -> Path:
    """The file named, or the grid of that name in the package."""
    path = Path(config)
    shipped = Path(str(files("domainbench.grids")))
    named = shipped / f"{config}.toml"
    if path.exists() or not named.is_file():
        return path
    return named
