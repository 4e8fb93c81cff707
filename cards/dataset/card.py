"""The card of a release: README.md made of its schema, manifest, quality report and results."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.families import find_family
from ...schemas.readme import README_NAME, find_subsets
from ...schemas.release import Release
from .facts import (
    column_rows,
    quality_facts,
    result_sections,
    slice_rows,
    source_rows,
    subset_names,
    table_rows,
)
from .front_matter import card_data
from .plots import draw_plots, write_plots
from .recipe import CONFIG_NAME, recipe
from .region import BEGIN, END, hand_written
from .text import cell, code, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

    from .plots import Plot

_FUNCTIONS: dict[str, Any] = {
    "cell": cell,
    "code": code,
    "column_rows": column_rows,
    "slice_rows": slice_rows,
    "source_rows": source_rows,
    "subset_names": subset_names,
    "table": table,
    "table_rows": table_rows,
}
"""What templates call."""


def write_card(
    release: Release | Path | str, results: Sequence[Path] = (), *, plots: bool = True
) -> Path:
    """Write ``README.md`` of a release, and plots beside it, from what the release says of itself.

    The same release and results give the same bytes. What stands between the markers of an earlier
    card is kept.

    Args:
        release: the release, or its folder.
        results: files of results of evaluations on it, or folders that hold them.
        plots: whether to draw them; without, those of an earlier card go.

    Returns:
        The card.

    Raises:
        UsageError: the results are of another release.
        DataError: results, the quality report or the markers of an earlier card are damaged.
    """
    opened = release if isinstance(release, Release) else Release.open(Path(release))
    path = opened.path / README_NAME
    kept = hand_written(path)
    drawn = draw_plots(opened) if plots else []
    text = render_card(opened, results, kept=kept, plots=drawn)
    write_plots(opened, drawn)
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    stage.write_text(text, encoding="utf-8", newline="\n")
    stage.replace(path)
    return path


def render_card(
    release: Release,
    results: Sequence[Path] = (),
    *,
    kept: str = "\n",
    plots: Sequence[Plot] = (),
) -> str:
    """The text of a card; see ``write_card``.

    Args:
        release: the release.
        results: files of results, or folders that hold them.
        kept: what stands between the markers.
        plots: the plots beside it.
    """
    manifest = release.manifest
    family = find_family(manifest.family)
    subsets = find_subsets(release.path, manifest, family.subsets)
    template = _environment().get_template(f"{manifest.family}.md.jinja")
    body = template.render(
        **_FUNCTIONS,
        manifest=manifest,
        parameters=manifest.builder.parameters,
        tables=family.tables,
        recipe=recipe(manifest),
        config_name=CONFIG_NAME,
        subsets=[subset.name for subset in subsets],
        loaded=_loaded(release),
        quality=quality_facts(release),
        results=result_sections(release, results),
        plots={Path(plot.path).stem: plot for plot in plots},
        begin=BEGIN,
        end=END,
        kept=kept,
    )
    return f"---\n{card_data(release, subsets).to_yaml()}\n---\n\n{body}"


def _loaded(release: Release) -> dict[str, Any]:
    """Config and split of the example: the corpus, or the first table with rows."""
    filled = {
        name: [s for s, files in sorted(entry.splits.items()) if sum(f.rows for f in files)]
        for name, entry in sorted(release.manifest.tables.items())
    }
    names = [name for name in ("corpus", *filled) if filled.get(name)]
    return {"config": names[0], "split": filled[names[0]][0]} if names else {}


def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files(__package__ or "")
    # What is made is Markdown, whose own signs `cell` and `code` take care of.
    environment = Environment(  # noqa: S701
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = code
    return environment
