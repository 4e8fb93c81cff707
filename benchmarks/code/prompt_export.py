"""Prompts for the samples of a release, as objects and as JSON lines."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, UsageError
from ...schemas.progress import SILENT, Progress
from .excerpts import cut_out
from .prompts import CHAT, LOCAL, NO_CONTEXT, RETRIEVED, Form, make_prompt, prompt_row
from .retrieved import Asking, Shelf, rank, read_ranked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...schemas.release import Release
    from .excerpts import Excerpt
    from .prompts import Count, Definition, Prompt

_COLUMNS = [
    "_id", "namespace", "snapshot", "completion_path", "start", "signature_start", "signature_end",
    "body_start", "body_end", "indent", "code_original", "functionality", "arguments", "executable",
]  # fmt: skip


@dataclass(frozen=True)
class PromptOptions:
    """Which samples are asked for, and how.

    Raises:
        UsageError: values that are unknown or do not go together.
    """

    setting: str = NO_CONTEXT
    format: str = CHAT
    max_context: int | None = None
    """Size of what is shown around the function, in characters or tokens; None sets no limit."""
    tokenizer: str | None = None
    """Folder or name of a model whose tokens are counted, line by line."""
    fim: str | None = None
    """Template that joins ``{prefix}`` and ``{suffix}``, for raw infilling."""
    executable_only: bool = False
    """Only samples whose tests tell right from wrong."""
    split: str = "test"
    system: str | None = None
    """System that ranks definitions, as ``bm25``; for the setting ``retrieved``."""
    run: Path | None = None
    """Run of the task ``context`` that ranks them instead."""
    definitions: int = 5
    """Definitions that are shown at most."""

    def __post_init__(self) -> None:
        _ = self.form
        given = [name for name in ("system", "run") if getattr(self, name) is not None]
        wanted = 1 if self.setting == RETRIEVED else 0
        if len(given) != wanted:
            raise UsageError(
                f"definitions of the setting {self.setting!r} come from "
                + ("a system or from a run" if wanted else "nowhere"),
                found=" and ".join(given) or "neither",
                expected="one of them" if wanted else "no system and no run",
            )
        if self.definitions < 1:
            raise UsageError(
                "definitions is too small", found=self.definitions, expected="1 or more"
            )
        if self.tokenizer is not None and self.max_context is None:
            raise UsageError("a tokenizer needs a limit to count for", expected="max_context too")

    @property
    def form(self) -> Form:
        """How prompts are made."""
        return Form(self.setting, self.format, self.max_context, self.fim)


@dataclass(frozen=True)
class PromptSet:
    """The prompts of a release, by id of their samples."""

    samples: Sequence[Mapping[str, Any]]
    prompts: Sequence[Prompt]
    """One for each sample."""
    without_requirement: int
    """Samples that cannot be asked for."""
    not_executable: int
    """Further samples that were left out because their tests tell nothing; 0 unless asked."""

    @property
    def cut(self) -> int:
        """Prompts that lack some context, as it was too long."""
        return sum(prompt.cut > 0 for prompt in self.prompts)


def make_prompts(
    release: Release,
    options: PromptOptions,
    *,
    folder: Path | None = None,
    progress: Progress = SILENT,
) -> PromptSet:
    """Make the prompts of a release.

    Args:
        release: of the family ``code``.
        options: which, and how.
        folder: rankings are kept in its ``runs/`` and used again; None keeps none.
        progress: shown while it works.

    Raises:
        UsageError: the release is of another family, or a split, tokenizer or system is unknown.
        DataError: no sample can be asked for, a file is missing, or a run does not fit.
    """
    if release.manifest.family != "code":
        raise UsageError(
            "only releases of the family code have functions to be written",
            place=release.path,
            found=release.manifest.family,
        )
    rows = release.table("samples", options.split, _COLUMNS).to_pylist()
    described = [row for row in rows if row["functionality"]]
    samples = [row for row in described if row["executable"] or not options.executable_only]
    if not samples:
        raise DataError(
            "the release has no sample to ask for",
            place=release.path,
            found=f"{len(rows)} samples, {len(described)} of them with a requirement",
        )
    samples.sort(key=lambda row: row["_id"])
    contents = _contents(release, samples) if options.setting in LOCAL else {}
    excerpts = [
        cut_out(sample, contents.get((sample["snapshot"], sample["completion_path"])))
        for sample in samples
    ]
    found = _definitions(release, samples, excerpts, options, folder, progress)
    count = _counter(options.tokenizer)
    with progress.step("writing prompts", len(samples)) as done:
        prompts: list[Prompt] = []
        for sample, excerpt in zip(samples, excerpts, strict=True):
            shown = found.get(sample["_id"], ())
            prompts.append(make_prompt(excerpt, options.form, definitions=shown, count=count))
            done(1)
    return PromptSet(samples, prompts, len(rows) - len(described), len(described) - len(samples))


def write_prompts(
    release: Release,
    path: Path,
    options: PromptOptions,
    *,
    folder: Path | None = None,
    progress: Progress = SILENT,
) -> PromptSet:
    """Write the prompts of a release as JSON lines, by id of their samples.

    A row holds ``task``, ``namespace``, ``setting``, ``format``, ``prompt``, ``indent``,
    ``completion_path`` and ``cut``; raw prompts have ``stop``, those for infilling ``prefix`` and
    ``suffix``, those with definitions ``documents``.

    Args:
        release: of the family ``code``.
        path: the file; it appears whole or not at all.
        options: which, and how.
        folder: rankings are kept in its ``runs/`` and used again; None keeps none.
        progress: shown while it works.

    Raises:
        UsageError: as ``make_prompts``; or the file cannot be written.
        DataError: as ``make_prompts``.
    """
    made = make_prompts(release, options, folder=folder, progress=progress)
    stage = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with stage.open("w", encoding="ascii", newline="\n") as out:
            for sample, prompt in zip(made.samples, made.prompts, strict=True):
                out.write(json.dumps(prompt_row(sample, options.form, prompt)) + "\n")
        stage.replace(path)
    except OSError as error:
        raise UsageError(
            "the prompts cannot be written", place=path, found=error.strerror
        ) from None
    return made


def _contents(
    release: Release, samples: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], bytes]:
    """Snapshot and path → bytes of the samples' files."""
    import polars as pl

    wanted = pl.DataFrame(
        sorted({(sample["snapshot"], sample["completion_path"]) for sample in samples}),
        schema=["snapshot", "path"],
        orient="row",
    )
    found: dict[tuple[str, str], bytes] = {}
    for path in release.files("files"):
        rows = pl.scan_parquet(path).join(wanted.lazy(), ["snapshot", "path"], "semi").collect()
        for snapshot, name, content in rows.select("snapshot", "path", "content").iter_rows():
            found[snapshot, name] = content
    missing = [key for key in wanted.iter_rows() if key not in found]
    if missing:
        raise DataError(
            "the release lacks the files of its samples",
            place=release.path,
            found=f"{len(missing)} missing, as {missing[0][1]} of {missing[0][0]}",
            hint="build it with its files, or use the setting no_context or retrieved",
        )
    return found


def _definitions(
    release: Release,
    samples: Sequence[Mapping[str, Any]],
    excerpts: Sequence[Excerpt],
    options: PromptOptions,
    folder: Path | None,
    progress: Progress,
) -> dict[str, tuple[Definition, ...]]:
    """Sample → definitions that it may be shown."""
    if options.setting != RETRIEVED:
        return {}
    asking = Asking(release, samples, options.split, Shelf(release))
    n = options.definitions
    if options.run is not None:
        ranked = read_ranked(asking, options.run)
    else:
        ranked = rank(asking, str(options.system), n=n, folder=folder, progress=progress)
    return {
        sample["_id"]: asking.shelf.choose(ranked.get(sample["_id"], ()), sample, excerpt, n)
        for sample, excerpt in zip(samples, excerpts, strict=True)
    }


def _counter(tokenizer: str | None) -> Count:
    """Sizes of texts: characters, or tokens of a model."""
    if tokenizer is None:
        return lambda texts: [len(text) for text in texts]
    from ...retrieval.language_models.local import load_tokenizer

    loaded = load_tokenizer(tokenizer)

    def count(texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        read = loaded(list(texts), add_special_tokens=False, verbose=False)
        return [len(tokens) for tokens in read["input_ids"]]

    return count
