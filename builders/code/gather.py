"""Sources to candidates: opened, filtered by licence, harvested, freed of what is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..sources.code import open_sources
from ..sources.code.license_names import PERMISSIVE as PERMISSIVE_LICENSES
from ..sources.code.licenses import satisfies
from .harvest import Harvester, candidates
from .options import ANY, PERMISSIVE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from ...schemas.progress import Progress
    from ..sources.code import Snapshot, SourceReport
    from .harvest import Candidate, Harvest
    from .options import CodeOptions

LICENSE = "snapshot whose licence is not allowed: "
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Gathered:
    """What the sources hold."""

    harvests: list[Harvest]
    candidates: list[Candidate]
    """By id."""
    reports: list[SourceReport]
    earlier: int
    """Releases from before the window, which tell what is old."""


def gather(
    sources: Sequence[Path],
    options: CodeOptions,
    dropped: Counter[str],
    work_dir: Path,
    progress: Progress,
) -> Gathered:
    """Read all sources.

    Args:
        sources: as a build is given them.
        options: the window, the licences, and what is material.
        dropped: counts of what is left out, by reason, are added here.
        work_dir: where archives and commits are written out.
        progress: shown while it works.

    Raises:
        UsageError: a source or an option is wrong.
    """
    opened = open_sources(
        [str(source) for source in sources],
        since=options.since,
        until=options.until,
        dates=Path(options.dates) if options.dates else None,
        stated_date=options.date,
        index_url=options.index,
        work_dir=work_dir,
        progress=progress,
    )
    chosen = [item for item in opened.snapshots if _is_allowed(item, options, dropped)]
    harvester = Harvester()
    with progress.step("reading functions", len(chosen) + len(opened.earlier)) as advance:
        earlier = []
        for snapshot in opened.earlier:
            earlier.append(harvester.harvest(snapshot))
            snapshot.discard()
            advance(1)
        harvests = []
        for snapshot in sorted(chosen, key=lambda item: (item.date, item.id)):
            harvests.append(harvester.harvest(snapshot))
            advance(1)
    return Gathered(
        harvests, candidates(harvests, earlier, options, dropped), opened.reports, len(earlier)
    )


def _is_allowed(snapshot: Snapshot, options: CodeOptions, dropped: Counter[str]) -> bool:
    allowed = set(options.allow_licenses)
    if PERMISSIVE in allowed:
        allowed |= PERMISSIVE_LICENSES
    if ANY in allowed or satisfies(snapshot.license, allowed):
        return True
    dropped[LICENSE + (snapshot.license or UNKNOWN)] += 1
    return False
