"""Samples: a raw file made by a seeded generator, built as real data is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..schemas.errors import UsageError
from ..schemas.release import check_target
from .build import run_build
from .patents.sample.publications import generate as generate_patents
from .request import BuildRequest

if TYPE_CHECKING:
    from pathlib import Path

    from ..schemas.progress import Progress
    from ..schemas.release import Release

_SAMPLES = {"patents": (generate_patents, 300, ".source.jsonl")}
"""Family → its generator, how many items it makes unless told, the raw file's ending."""


def run_sample(
    family: str,
    target: Path,
    *,
    seed: int,
    size: int | None,
    overwrite: bool,
    progress: Progress,
) -> Release:
    """Generate the family's raw sample beside ``target`` and build the release from it.

    Raises:
        UsageError: no sample for this family, a size below 1, or an output that exists.
    """
    if family not in _SAMPLES:
        raise UsageError.from_unknown_name("family with a sample:", family, _SAMPLES)
    generate, usual, ending = _SAMPLES[family]
    if size is not None and size < 1:
        raise UsageError("the size of the sample is below 1", found=size, expected="1 or more")
    check_target(target, overwrite=overwrite)
    target.parent.mkdir(parents=True, exist_ok=True)
    raw = target.with_name(target.name + ending)
    with progress.step("generating the raw file"):
        generate(raw, seed=seed, families=size or usual)
    request = BuildRequest.assemble(
        family,
        [raw],
        target,
        options={},
        config=None,
        name=f"{family}-sample",
        version=None,
        license="Apache-2.0",
        seed=seed,
        engine="polars",
        overwrite=overwrite,
    )
    return run_build(request, progress)
