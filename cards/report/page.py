"""The report: one HTML file that needs nothing else, and lets nothing in or out."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from ...schemas.errors import UsageError
from ..side_tables import ALPHA
from .article import make_article
from .comparison import MOST_BYTES
from .inputs import read_evaluations
from .tables import Head, Row, Table, best_system, colors_of, figure_cell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ...benchmarks.results import Results
    from .article import Article
    from .inputs import Evaluation
    from .tables import Colors

_SHOWN = 9
"""Parts of a plot that are seen at once; the others open by a click."""
_SUFFIXES = {".html", ".htm"}


@dataclass(frozen=True)
class Notice:
    """Whether the scores of several evaluations can be compared."""

    comparable: bool
    text: str


def write_report(results: Sequence[Path], output: Path, *, releases: Sequence[Path] = ()) -> Path:
    """Write the report of some results; the file appears whole or not at all.

    Args:
        results: folders with ``results.json``, or such files.
        output: the HTML file; one that is there is replaced.
        releases: folders of releases that were measured, for texts.

    Raises:
        UsageError: the output is no name of an HTML file, or as ``read_evaluations``.
        DataError: as ``read_evaluations``, or a file beside the results is damaged.
    """
    if output.suffix.lower() not in _SUFFIXES:
        raise UsageError(
            "the output is no HTML file", place=output, expected="a name that ends in .html"
        )
    if output.is_dir():
        raise UsageError("the output is a folder", place=output, expected="a file")
    evaluations = read_evaluations(results, releases)
    text = render(evaluations)
    output.parent.mkdir(parents=True, exist_ok=True)
    stage = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        stage.write_text(text, encoding="utf-8", newline="\n")
        stage.replace(output)
    finally:
        stage.unlink(missing_ok=True)
    return output


def render(evaluations: Sequence[Evaluation]) -> str:
    """The text of the page; the same for the same evaluations."""
    several = len(evaluations) > 1
    every = [evaluation.results for evaluation in evaluations]
    colors = colors_of(every)
    articles = [
        make_article(
            evaluation,
            f"r{place}",
            _letter(place) if several else "",
            colors,
            most_bytes=MOST_BYTES // len(evaluations),
        )
        for place, evaluation in enumerate(evaluations, 1)
    ]
    # Both stand in the page unchanged, so that their digests are those of the policy.
    style, script = (Markup(_text(name)) for name in ("report.css", "report.js"))  # noqa: S704
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["breakable"] = breakable
    return environment.get_template("report.html.jinja").render(
        title=articles[0].name if not several else f"{len(articles)} evaluations",
        articles=articles,
        several=several,
        notice=compare_releases(every) if several else None,
        together=together_table(articles, every, colors) if several else None,
        level=3 if several else 2,
        shown=_SHOWN,
        alpha=ALPHA,
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def breakable(name: str) -> Markup:
    """A name that may go on in the next line behind its signs."""
    return Markup("<wbr>").join(re.findall(r"[^:+,/]*[:+,/]|[^:+,/]+", name, re.DOTALL))


def _text(name: str) -> str:
    return files("domainbench.cards.report").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Only this style and this script; nothing is loaded, sent or framed."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_digest(style)}'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _letter(place: int) -> str:
    """A to Z, then numbers."""
    return chr(ord("A") + place - 1) if place <= 26 else str(place)


def compare_releases(results: Sequence[Results]) -> Notice:
    """Whether scores can be compared, and what parts the evaluations."""
    if len({r.release.fingerprint for r in results}) > 1:
        return Notice(
            comparable=False,
            text="Scores are not comparable between evaluations of different releases: their "
            "queries, documents or judgements are not the same.",
        )
    same = {(r.task, r.split, r.self_match_rule) for r in results}
    if len(same) > 1:
        return Notice(
            comparable=False,
            text="Scores are not comparable: the release is the same, but task, split or rule of "
            "self matches differs.",
        )
    parted = [
        name
        for name, values in (
            ("query text", {r.query_view for r in results}),
            ("document text", {r.corpus_view for r in results}),
            ("depth of rankings", {r.depth for r in results}),
            ("primary measure", {r.primary for r in results}),
        )
        if len(values) > 1
    ]
    text = "The evaluations are of one release, task and split, so scores can be compared"
    if parted:
        text += f"; they differ in {', '.join(parted)}"
    return Notice(comparable=True, text=f"{text}.")


def together_table(
    articles: Sequence[Article], results: Sequence[Results], colors: Colors
) -> Table:
    """Systems down, evaluations across: the primary measure over the first partition."""
    best = [best_system(r) for r in results]
    figures = [
        {
            f.system: f
            for f in r.figures
            if f.column is None and f.measure == r.primary and f.partition == r.partitions[0]
        }
        for r in results
    ]
    rows = tuple(
        Row(
            (Head(spec, colors[spec]),),
            tuple(
                figure_cell(found.get(spec), top.value if top else None)
                for found, top in zip(figures, best, strict=True)
            ),
        )
        for spec in colors
    )
    columns = tuple(
        f"{article.letter} \N{MIDDLE DOT} {r.primary}, {r.partitions[0]}"
        for article, r in zip(articles, results, strict=True)
    )
    return Table("Every system in every evaluation", ("System",), columns, rows)
