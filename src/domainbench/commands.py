"""What each command prints; the work is done by the functions of ``api`` and ``exporting``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from domainbench import api, exporting
from domainbench.schemas.errors import UsageError
from domainbench.terminal import progress_for

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from domainbench.benchmarks.code.scores import CodeScores
    from domainbench.benchmarks.cseo.scores import CseoScores
    from domainbench.benchmarks.qa.scores import QaScores
    from domainbench.benchmarks.rag.scores import RagScores
    from domainbench.schemas.release import Release


def build(args: Namespace) -> int:
    """``domainbench build``."""
    options: dict[str, Any] = dict(args.settings)
    for name in ("preset", "since", "until", "allow_licenses"):
        if getattr(args, name) is not None:
            options[name] = getattr(args, name)
    release = api.build(
        args.family,
        args.sources,
        args.output,
        options=options,
        config=args.config,
        name=args.name,
        version=args.version,
        license=args.license,
        seed=args.seed,
        engine=args.engine,
        overwrite=args.overwrite,
        progress=progress_for(quiet=args.json),
    )
    return _show_release(release, as_json=args.json)


def sample(args: Namespace) -> int:
    """``domainbench sample``."""
    release = api.sample(
        args.family,
        args.output,
        seed=args.seed,
        size=args.size,
        overwrite=args.overwrite,
        progress=progress_for(quiet=args.json),
    )
    return _show_release(release, as_json=args.json)


def inspect(args: Namespace) -> int:
    """``domainbench inspect``."""
    found = api.inspect(args.folder)
    if args.json:
        _print_json(found)
    else:
        from domainbench.summary import print_inspection

        print_inspection(found)
    return 0


def verify(args: Namespace) -> int:
    """``domainbench verify``."""
    findings = api.verify(args.folder, strict=args.strict)
    faults = sum(finding.level == "fault" for finding in findings)
    if args.json:
        listed = [finding.to_dict() for finding in findings]
        _print_json({"path": args.folder, "faults": faults, "findings": listed})
    else:
        for finding in findings:
            print(finding)
        verdict = "sound" if not faults else f"{faults} fault(s)"
        print(f"{args.folder}: {verdict}, {len(findings) - faults} note(s)")
    return 1 if faults else 0


def diff(args: Namespace) -> int:
    """``domainbench diff``."""
    if args.json and (args.markdown or args.output):
        raise UsageError("one form at a time", expected="--json, or --markdown with -o FILE")
    found = api.diff(args.old, args.new, progress=progress_for(quiet=args.json))
    if args.json:
        _print_json(found.to_dict())
    elif args.markdown or args.output:
        from domainbench.cards.ecosystem.diff_markdown import diff_markdown

        _show_text(diff_markdown(found), args.output)
    else:
        from domainbench.summary import print_diff

        print_diff(found)
    return 0


def changelog(args: Namespace) -> int:
    """``domainbench changelog``."""
    progress = progress_for(quiet=args.json)
    text = api.changelog(args.folder, args.parents, progress=progress)
    if args.json:
        _print_json({"path": args.output, "changelog": text})
    if args.output or not args.json:
        _show_text(text, args.output, quiet=args.json)
    return 0


def card(args: Namespace) -> int:
    """``domainbench card``."""
    path = api.card(args.folder, results=args.results, plots=not args.no_plots)
    plots = sorted(str(plot) for plot in (path.parent / "plots").glob("*.svg"))
    if args.json:
        _print_json({"path": str(path), "plots": plots})
    else:
        print("\n".join([str(path), *plots]))
    return 0


def evaluate(args: Namespace) -> int:
    """``domainbench evaluate``."""
    results = api.evaluate(
        args.folder,
        args.systems,
        output=args.output,
        task=args.task,
        by=args.by,
        k=args.k,
        measures=args.measures,
        query_view=args.query_view,
        corpus_view=args.corpus_view,
        split=args.split,
        seed=args.seed,
        recompute=args.recompute,
        trec=Path(args.trec) if args.trec else None,
        progress=progress_for(quiet=args.json),
    )
    if args.json:
        _print_json(results.model_dump(mode="json"))
    else:
        from domainbench.cards.result_table import print_results

        print_results(results)
    return 0


def grid(args: Namespace) -> int:
    """``domainbench grid``."""
    results = api.grid(
        args.folder,
        args.config,
        args.output,
        define=dict(args.define),
        seed=args.seed,
        recompute=args.recompute,
        progress=progress_for(quiet=args.json),
    )
    if args.json:
        _print_json(results.summary.model_dump(mode="json"))
    else:
        from domainbench.cards.grid_table import print_grid

        print_grid(results)
    ranked = any(outcome.status == "done" for outcome in results.summary.outcomes)
    return 0 if ranked else 1


def score_qa(args: Namespace) -> int:
    """``domainbench score qa``."""
    scores = api.score(
        args.folder,
        answers=args.answers,
        model=args.model,
        protocol=args.protocol,
        output=args.output,
        split=args.split,
        limit=args.limit,
        interval=args.interval,
        seed=args.seed,
        recompute=args.recompute,
        progress=progress_for(quiet=args.json),
        **({"by": args.by} if args.by else {}),
    )
    if args.json:
        _print_json(scores.model_dump(mode="json"))
    else:
        from domainbench.cards.qa_table import print_scores

        print_scores(cast("QaScores", scores))
    return 0


def score_code(args: Namespace) -> int:
    """``domainbench score code``."""
    from domainbench import scoring

    figures = {"ks": args.ks, "by": args.by, "interval": args.interval, "seed": args.seed}
    given = {"threshold": args.threshold, "undefined": args.undefined}
    dsi = {name: value for name, value in given.items() if value is not None}
    if args.rates is not None:
        scores = scoring.score_rates(
            args.rates, published=args.published, output=args.output, **dsi
        )
    elif args.outcomes is not None:
        tasks = args.tasks or args.folder
        if tasks is None:
            raise UsageError("outcomes need tasks", expected="a release folder, or --tasks FILE")
        scores = scoring.score_outcomes(
            args.outcomes, tasks=tasks, output=args.output, **figures, **dsi
        )
    else:
        if args.folder is None:
            raise UsageError("there are no functions to complete", expected="a release folder")
        if dsi:
            raise UsageError(
                "options of DSI go with --outcomes and --rates", found=", ".join(sorted(dsi))
            )
        names = (
            "setting", "format", "system", "definitions", "max_context", "fim", "samples",
            "temperature", "top_p", "greedy", "seconds", "memory", "isolation", "environment",
            "recall",
        )  # fmt: skip
        scores = api.score(
            args.folder,
            completions=args.completions,
            model=args.model,
            check=args.check,
            output=args.output,
            recompute=args.recompute,
            progress=progress_for(quiet=args.json),
            **figures,
            **{name: getattr(args, name) for name in names},
        )
    if args.json:
        _print_json(scores.model_dump(mode="json"))
    else:
        from domainbench.cards.code_table import print_scores

        print_scores(cast("CodeScores", scores))
    return 0


def score_cseo(args: Namespace) -> int:
    """``domainbench score cseo``."""
    from domainbench import visibility

    if args.responses is not None:
        _refuse_beside("--responses", args, ("folder", "first_stage", "model", "variants", "limit"))
        scores = visibility.score_responses(args.responses, output=args.output)
    else:
        if args.folder is None:
            raise UsageError("there is nothing to answer", expected="a release folder")
        _check_family(args.folder, "cseo")
        names = (
            "engine", "first_stage", "tried", "variants", "split", "domains", "methods", "adoption",
            "limit", "depth", "runs", "shuffle", "relevance", "weight", "spread", "temperature",
            "longest", "price_prompt", "price_completion", "cutoff", "payoff", "seed",
        )  # fmt: skip
        scores = api.score(
            args.folder,
            model=args.model,
            output=args.output,
            recompute=args.recompute,
            progress=progress_for(quiet=args.json),
            **{name: getattr(args, name) for name in names},
        )
    found = cast("CseoScores", scores)
    if args.plots is not None:
        from domainbench.cards.cseo_plots import write_plots

        write_plots(found, Path(args.plots))
    if args.json:
        _print_json(found.model_dump(mode="json"))
    else:
        from domainbench.cards.cseo_table import print_scores

        print_scores(found)
    return 0


def score_rag(args: Namespace) -> int:
    """``domainbench score rag``."""
    from domainbench.cards import rag_table

    if args.logs is not None:
        from domainbench.rag_scoring import score_rag_logs

        others = (
            "folder",
            "system",
            "context",
            "scope",
            "k",
            "longest",
            "split",
            "domains",
            "limit",
        )
        _refuse_beside("--logs", args, others)
        logs = score_rag_logs(args.logs, model=args.log_model, output=args.output)
        if args.json:
            _print_json(logs.model_dump(mode="json"))
        else:
            rag_table.print_logs(logs)
        return 0
    if args.folder is None:
        raise UsageError("there is nothing to answer", expected="a release folder")
    if args.log_model is not None:
        raise UsageError("--log-model goes with --logs", found=args.log_model)
    _check_family(args.folder, "rag")
    names = (
        "answers", "system", "context", "scope", "k", "longest", "split", "domains", "limit",
        "seed",
    )  # fmt: skip
    scores = api.score(
        args.folder,
        model=args.model,
        output=args.output,
        recompute=args.recompute,
        progress=progress_for(quiet=args.json),
        **{name: getattr(args, name) for name in names},
    )
    found = cast("RagScores", scores)
    if args.json:
        _print_json(found.model_dump(mode="json"))
    else:
        rag_table.print_scores(found)
    return 0


def report(args: Namespace) -> int:
    """``domainbench report``."""
    path = api.report(args.results, args.output, releases=args.releases)
    if args.json:
        _print_json({"path": str(path), "bytes": path.stat().st_size})
    else:
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
    return 0


def _refuse_beside(option: str, args: Namespace, names: Sequence[str]) -> None:
    """Raise ``UsageError`` where an option leaves others without a meaning."""
    given = [name for name in names if getattr(args, name) is not None]
    if given:
        raise UsageError(f"{option} goes with none of these", found=", ".join(given))


def _check_family(folder: str, family: str) -> None:
    """Raise ``UsageError`` where a release is of another family than the command."""
    found = api.load(folder).manifest.family
    if found != family:
        raise UsageError(
            f"the release is of another family than `score {family}`",
            place=folder,
            found=found,
            hint=f"`domainbench score {found}`",
        )


def import_dataset(args: Namespace) -> int:
    """``domainbench import``."""
    given = {"name": args.name, "version": args.version, "license": args.license}
    options: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    release = api.import_dataset(
        args.layout,
        args.folder,
        args.output,
        overwrite=args.overwrite,
        progress=progress_for(quiet=args.json),
        **options,
    )
    return _show_release(release, as_json=args.json)


def export_dataset(args: Namespace) -> int:
    """``domainbench export``."""
    named = {
        "query_view": args.query_view,
        "corpus_view": args.corpus_view,
        "partition": args.partition,
        "splits": args.splits,
    }
    options = dict(args.settings)
    if args.layout in exporting.RESULT_LAYOUTS:
        # What is not given is no option, and what is given is refused like any other.
        options |= {name: value for name, value in named.items() if value is not None}
        folder = exporting.export_results(args.folder, args.layout, args.output, **options)
    else:
        folder = exporting.export_dataset(args.folder, args.layout, args.output, **named, **options)
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    if args.json:
        _print_json({"path": str(folder), "files": files})
    else:
        print(f"{folder}: {', '.join(files)}")
    return 0


def _show_release(release: Release, *, as_json: bool) -> int:
    if as_json:
        manifest = release.manifest.model_dump(mode="json")
        _print_json({"path": str(release.path), "manifest": manifest})
    else:
        from domainbench.summary import print_release

        print_release(release)
    return 0


def _show_text(text: str, output: str | None, *, quiet: bool = False) -> None:
    """Print a document, or write it into a file and say so."""
    if output is None:
        print(text, end="")
        return
    Path(output).write_text(text, encoding="utf-8")
    if not quiet:
        print(output)


def _print_json(payload: object) -> None:
    print(json.dumps(payload, indent=2, sort_keys=True, ensure_ascii=False))
