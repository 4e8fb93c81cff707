"""The command line: parsing, dispatch, exit codes.

Exit code 0: done. 1: the data is at fault. 2: the call is at fault.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from domainbench import commands
from domainbench.cli_hub import add_hub
from domainbench.cli_score import add_score
from domainbench.schemas.errors import DomainbenchError

if TYPE_CHECKING:
    from argparse import _SubParsersAction  # pyright: ignore[reportPrivateUsage]
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    _Verbs: TypeAlias = _SubParsersAction[argparse.ArgumentParser]
    _Command: TypeAlias = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except DomainbenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output went away (`… | head`): no fault of the user's.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(
            f"error: {error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        print("interrupted; finished stages are kept for the next run", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="domainbench",
        description="Build versioned, domain-labelled benchmarks and measure retrieval on them.",
    )
    parser.add_argument("--version", action=_Version, help="print the version and exit")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_build(verbs)
    _add_sample(verbs)
    _add_inspect(verbs)
    _add_verify(verbs)
    _add_diff(verbs)
    _add_card(verbs)
    _add_changelog(verbs)
    _add_evaluate(verbs)
    _add_grid(verbs)
    add_score(verbs, _add_common)
    _add_report(verbs)
    _add_import(verbs)
    _add_export(verbs)
    add_hub(verbs, _add_common)
    return parser


class _Version(argparse.Action):
    """Looks the version up only when asked: reading package metadata takes time."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"domainbench {version('domainbench')}")
        parser.exit()


def _add_build(verbs: _Verbs) -> None:
    verb = verbs.add_parser("build", help="build a release from raw files")
    verb.add_argument("family", metavar="FAMILY", help="code, cseo, patents, qa or rag")
    verb.add_argument(
        "sources", metavar="SOURCE", nargs="+",
        help="files or folders of raw data; code also takes pypi:NAME==VERSION",
    )  # fmt: skip
    verb.add_argument("-o", "--output", metavar="DIR", required=True, help="release folder to make")
    verb.add_argument("--version", metavar="V", help="YYYY.MM or YYYY.MM.N (default: this month)")
    verb.add_argument("--name", metavar="NAME", help="name of the release (default: the family)")
    verb.add_argument("--license", metavar="TEXT", help="licence of the data (SPDX identifier)")
    verb.add_argument(
        "--config", metavar="FILE", help="TOML file with options and a column mapping"
    )
    verb.add_argument("--preset", metavar="NAME", help="named set of options, such as dapfam")
    verb.add_argument(
        "--set", dest="settings", metavar="KEY=VALUE", action="append", default=[],
        type=_setting, help="set one option; may be repeated",
    )  # fmt: skip
    verb.add_argument("--seed", metavar="N", type=int, help="seed of every sampling step (0)")
    verb.add_argument("--since", metavar="DATE", help="code: first moment of the window")
    verb.add_argument("--until", metavar="DATE", help="code: first moment behind the window")
    verb.add_argument(
        "--allow-licenses", metavar="L,L", help="code: permissive (default), any, or SPDX names"
    )
    verb.add_argument("--engine", default="polars", help="polars (default) or duckdb")
    _add_common(verb, commands.build, overwrite=True)


def _add_sample(verbs: _Verbs) -> None:
    verb = verbs.add_parser("sample", help="build a small release that needs no download")
    verb.add_argument("family", metavar="FAMILY", help="code, cseo, patents, qa or rag")
    verb.add_argument("-o", "--output", metavar="DIR", required=True, help="release folder to make")
    verb.add_argument(
        "--seed", metavar="N", type=int, default=0, help="another seed, another sample"
    )
    verb.add_argument("--size", metavar="N", type=int, help="how many items to take or generate")
    _add_common(verb, commands.sample, overwrite=True)


def _add_inspect(verbs: _Verbs) -> None:
    verb = verbs.add_parser("inspect", help="show what a release holds")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    _add_common(verb, commands.inspect)


def _add_verify(verbs: _Verbs) -> None:
    verb = verbs.add_parser("verify", help="check a release; exit code 1 on any fault")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    verb.add_argument(
        "--strict", action="store_true",
        help="make the quality report anew; what the recorded one does not say is a fault",
    )  # fmt: skip
    _add_common(verb, commands.verify)


def _add_diff(verbs: _Verbs) -> None:
    verb = verbs.add_parser("diff", help="show what parts two releases")
    verb.add_argument("old", metavar="OLD", help="release folder")
    verb.add_argument("new", metavar="NEW", help="release folder of the same family")
    verb.add_argument("--markdown", action="store_true", help="print Markdown")
    verb.add_argument("-o", "--output", metavar="FILE", help="write the Markdown into this file")
    _add_common(verb, commands.diff)


def _add_changelog(verbs: _Verbs) -> None:
    verb = verbs.add_parser("changelog", help="write what changed from release to release")
    verb.add_argument("folder", metavar="DIR", help="folder of the newest release")
    verb.add_argument(
        "--parents", metavar="DIR", nargs="+", default=[],
        help="releases before it, or folders that hold some; those beside it are known",
    )  # fmt: skip
    verb.add_argument("-o", "--output", metavar="FILE", help="write it into this file")
    _add_common(verb, commands.changelog)


def _add_card(verbs: _Verbs) -> None:
    verb = verbs.add_parser("card", help="write a release's README.md, its data set card")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    verb.add_argument(
        "--results", metavar="FILE", nargs="+", action="extend", default=[],
        help="results.json of evaluations on it, or their folders; may be repeated",
    )  # fmt: skip
    verb.add_argument("--no-plots", action="store_true", help="write the text alone")
    _add_common(verb, commands.card)


def _add_evaluate(verbs: _Verbs) -> None:
    verb = verbs.add_parser("evaluate", help="rank with each system, score per partition and slice")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    verb.add_argument(
        "-s", "--system", dest="systems", metavar="SYSTEM", action="append", required=True,
        help="bm25, dense, dense:MODEL, rrf:bm25+dense,k=60 …; may be repeated",
    )  # fmt: skip
    verb.add_argument(
        "-o", "--output", metavar="DIR", help="folder for results, runs, per-query values"
    )
    verb.add_argument("--task", metavar="T", help="task of the benchmark (default: its main one)")
    verb.add_argument(
        "--by", metavar="COLUMN", action="append", default=[], help="slice queries by a column"
    )
    verb.add_argument("-k", type=int, metavar="N", help="documents ranked for each query")
    verb.add_argument(
        "-m", "--measure", dest="measures", metavar="M", action="append",
        help="nDCG@10, Recall@100, AP@100, RR …; may be repeated",
    )  # fmt: skip
    verb.add_argument("--query-view", metavar="VIEW", help="text of a query, such as TA or TAC")
    verb.add_argument("--corpus-view", metavar="VIEW", help="text of a document, such as TACD")
    verb.add_argument("--split", default="test", help="split of the queries (default: test)")
    verb.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the intervals (0)")
    verb.add_argument("--recompute", action="store_true", help="do not use finished results")
    verb.add_argument(
        "--trec", metavar="DIR", help="also write TREC runs and qrels into this folder"
    )
    _add_common(verb, commands.evaluate)


def _add_grid(verbs: _Verbs) -> None:
    verb = verbs.add_parser("grid", help="run a grid of experiments, each ranking once")
    verb.add_argument("config", metavar="CONFIG", help="TOML file, or a shipped grid: dapfam")
    verb.add_argument("folder", metavar="DIR", help="release folder")
    verb.add_argument(
        "-o", "--output", metavar="DIR", required=True,
        help="folder for grid.json, cells.parquet and finished rankings, which are used again",
    )  # fmt: skip
    verb.add_argument(
        "--define", metavar="NAME=VALUE", action="append", default=[], type=_setting,
        help="give a variable of the grid another value, as encoder=dense; may be repeated",
    )  # fmt: skip
    verb.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the intervals (0)")
    verb.add_argument("--recompute", action="store_true", help="do not use finished rankings")
    _add_common(verb, commands.grid)


def _add_report(verbs: _Verbs) -> None:
    verb = verbs.add_parser("report", help="show results as one HTML file that works offline")
    verb.add_argument(
        "results", metavar="RESULTS", nargs="+", help="folder of `evaluate`, or its results.json"
    )
    verb.add_argument("-o", "--output", metavar="FILE.html", required=True, help="file to write")
    verb.add_argument(
        "--release", dest="releases", metavar="DIR", action="append", default=[],
        help="release that was measured: its texts are shown; may be repeated",
    )  # fmt: skip
    _add_common(verb, commands.report)


def _add_import(verbs: _Verbs) -> None:
    verb = verbs.add_parser("import", help="make a release of a data set that has judgements")
    verb.add_argument("layout", metavar="LAYOUT", help="beir or dapfam")
    verb.add_argument("folder", metavar="SOURCE", help="folder with the data set's files")
    verb.add_argument("-o", "--output", metavar="DIR", required=True, help="release folder to make")
    verb.add_argument("--version", metavar="V", help="YYYY.MM or YYYY.MM.N (default: this month)")
    verb.add_argument("--name", metavar="NAME", help="name of the release")
    verb.add_argument("--license", metavar="TEXT", help="licence of the data (SPDX identifier)")
    _add_common(verb, commands.import_dataset, overwrite=True)


def _add_export(verbs: _Verbs) -> None:
    verb = verbs.add_parser(
        "export", help="write a release or results in the layout of other tools"
    )
    verb.add_argument(
        "layout", metavar="LAYOUT",
        help="of a release: beir, trec, mteb-task, lm-eval, prompts; "
        "of results: mteb-results, eval-results",
    )  # fmt: skip
    verb.add_argument("folder", metavar="DIR", help="release folder, or folder of results")
    verb.add_argument("-o", "--output", metavar="FOLDER", required=True, help="folder to make")
    verb.add_argument("--query-view", metavar="VIEW", help="text of a query, such as TA or TAC")
    verb.add_argument("--corpus-view", metavar="VIEW", help="text of a document, such as TACD")
    verb.add_argument(
        "--partition",
        metavar="P",
        help="pairs of this label, or a subset, only",
    )
    verb.add_argument(
        "--split", dest="splits", metavar="S", action="append", help="split to write (all)"
    )
    verb.add_argument(
        "--set", dest="settings", metavar="KEY=VALUE", action="append", default=[],
        type=_setting,
        help="repository and revision on the Hub, languages; prompts: setting, format …",
    )  # fmt: skip
    _add_common(verb, commands.export_dataset)


def _add_common(verb: argparse.ArgumentParser, run: _Command, *, overwrite: bool = False) -> None:
    if overwrite:
        verb.add_argument("--overwrite", action="store_true", help="replace an existing release")
    verb.add_argument("--json", action="store_true", help="print JSON for machines")
    verb.set_defaults(run=run)


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, found {text!r}")
    return key.strip(), value.strip()
