"""Candidates to samples: known ones dropped, described, labelled, tested, analysed, chosen."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...programs.dependencies import DependencyRequest, find_dependencies
from ...programs.functions import decode_source, source_lines
from ...retrieval.cache import cache_folder
from ...schemas.code import docstring_id, document_id, snapshot_id
from . import selection
from .confirm import find_tests
from .describe import describe
from .documents import Corpus, normal
from .labels import Labeller
from .leakage import LeakOptions, Material, drop_known, find_leaks, leak_report
from .sample import Sample, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...programs.dependencies import Dependency
    from ...schemas.manifest import EnvironmentEntry
    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from .confirm import Tested
    from .gather import Gathered
    from .harvest import Candidate, Harvest
    from .leakage import LeakReport, Leaks
    from .options import CodeOptions

_SPARE = 4
"""Times the functions asked for that are analysed where a distribution is to be matched."""
_AT_ONCE = 256
"""Functions whose dependencies are asked for together; progress is shown between."""
UNRESOLVED = "function whose dependencies cannot be told"


@dataclass(frozen=True)
class Assembled:
    """What the tables are made of."""

    samples: list[Sample]
    """By id."""
    snapshots: list[dict[str, Any]]
    corpus: Corpus
    leaks: LeakReport
    selection: dict[str, Any]
    environments: Mapping[str, EnvironmentEntry]
    tests: dict[str, Any] | None
    """How tests were run, and where they could not be; None where none were."""


def assemble(
    gathered: Gathered,
    earlier: Sequence[Release],
    options: CodeOptions,
    dropped: Counter[str],
    work_dir: Path,
    progress: Progress,
) -> Assembled:
    """Make samples of candidates.

    What costs time is done for few: the draw of the selection is made before dependencies are
    looked for and tests are confirmed, with candidates to spare where it depends on these.

    Args:
        gathered: the sources' functions.
        earlier: releases whose functions are not taken again.
        options: what to do with them.
        dropped: counts of what is left out, by reason, are added here.
        work_dir: where private copies are made.
        progress: shown while it works.
    """
    by_id = {item.id: item for item in gathered.candidates}
    described = describe(gathered.candidates, options, dropped, progress)
    pool = [by_id[key] for key in described]
    with progress.step("looking for known functions"):
        leaks = _leaks(pool, earlier, options)
        kept = drop_known(leaks)
    dropped.update(kept.dropped)
    labeller = Labeller(gathered.harvests, options)
    labeller.check(gathered.candidates)
    left = [pool[place] for place in kept.places]
    left = _drawn(left, labeller, options, dropped)
    most = _times(options.max_per_repository, _spare(options))
    tested = find_tests(left, options, dropped, work_dir, progress, most=most)
    left = _drawn(left, labeller, options, dropped, tested)
    found = _dependencies(left, progress)
    dropped.update(+Counter({UNRESOLVED: sum(value is None for value in found.values())}))
    left = [item for item in left if found[item.id] is not None]
    chosen = selection.run_selection(
        [_choice(item, labeller, tested, found) for item in left], _selection(options)
    )
    dropped.update(chosen.report.dropped)
    samples = [
        _sample(left[place], described, labeller, tested, found, options) for place in chosen.places
    ]
    places = {item.id: place for place, item in enumerate(pool)}
    corpus, snapshots = _corpus(gathered.harvests, samples, labeller)
    used = {sample.snapshot for sample in samples if sample.executable}
    return Assembled(
        samples=samples,
        snapshots=snapshots,
        corpus=corpus,
        leaks=leak_report(leaks, [places[sample.id] for sample in samples]),
        selection=chosen.report.to_dict(),
        environments={key: tested.environments[key] for key in sorted(used)},
        tests=tested.report(),
    )


def _leaks(pool: Sequence[Candidate], earlier: Sequence[Release], options: CodeOptions) -> Leaks:
    material = [Material(item.id, item.function.digest, item.text) for item in pool]
    return find_leaks(
        material,
        earlier,
        LeakOptions(
            near_duplicates=options.near_duplicates,
            threshold=options.near_threshold,
            seed=options.seed,
        ),
    )


def _drawn(
    left: Sequence[Candidate],
    labeller: Labeller,
    options: CodeOptions,
    dropped: Counter[str],
    tested: Tested | None = None,
) -> list[Candidate]:
    """The candidates that are worth the time of what follows.

    Tests come first in the draw, so nothing is drawn before they are known where they are asked
    for.
    """
    if tested is None and options.tests != "none":
        return list(left)
    spare = _spare(options)
    asked = selection.SelectionOptions(
        max_per_repository=_times(options.max_per_repository, spare),
        limit=_times(options.limit, spare),
        seed=options.seed,
    )
    items = [_choice(item, labeller, tested, {}) for item in left]
    drawn = selection.run_selection(items, asked)
    dropped.update(drawn.report.dropped)
    return [left[place] for place in drawn.places]


def _spare(options: CodeOptions) -> int:
    return 1 if options.select == selection.ALL else _SPARE


def _times(number: int | None, times: int) -> int | None:
    return None if number is None else number * times


def _selection(options: CodeOptions) -> selection.SelectionOptions:
    return selection.SelectionOptions(
        mode=options.select,
        standalone_ratio=options.standalone_ratio,
        mean_dependencies=options.mean_dependencies,
        max_per_repository=options.max_per_repository,
        limit=options.limit,
        seed=options.seed,
    )


def _choice(
    item: Candidate,
    labeller: Labeller,
    tested: Tested | None,
    found: Mapping[str, tuple[Dependency, ...] | None],
) -> selection.Candidate:
    domains = labeller.of(item).domains
    return selection.Candidate(
        id=item.id,
        repository=item.harvest.snapshot.repository,
        domain=domains[0] if domains else None,
        dependencies=len(found.get(item.id) or ()),
        executable=tested is not None and item.id in tested.confirmed,
    )


def _dependencies(
    items: Sequence[Candidate], progress: Progress
) -> dict[str, tuple[Dependency, ...] | None]:
    """What each candidate uses of its repository, snapshot by snapshot."""
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for item in items:
        groups[item.harvest.snapshot.id].append(item)
    found: dict[str, tuple[Dependency, ...] | None] = {}
    with progress.step("finding dependencies", len(items)) as advance:
        for name in sorted(groups):
            mine = groups[name]
            root = mine[0].harvest.snapshot.materialise()
            for first in range(0, len(mine), _AT_ONCE):
                part = mine[first : first + _AT_ONCE]
                answers = find_dependencies(
                    root,
                    [_request(item) for item in part],
                    cache=cache_folder() / "dependencies",
                    roots=part[0].harvest.roots,
                )
                found.update(zip((item.id for item in part), answers, strict=True))
                advance(len(part))
    return found


def _request(item: Candidate) -> DependencyRequest:
    function = item.function
    return DependencyRequest(item.module.path, function.qualname, line=function.signature_start)


def _sample(
    item: Candidate,
    described: Mapping[str, Any],
    labeller: Labeller,
    tested: Tested,
    found: Mapping[str, tuple[Dependency, ...] | None],
    options: CodeOptions,
) -> Sample:
    snapshot, function = item.harvest.snapshot, item.function
    lines = source_lines(decode_source((snapshot.materialise() / item.module.path).read_bytes()))
    requirement = described[item.id]
    label = labeller.of(item)
    document = document_id(snapshot.repository, item.namespace, normal(item.text))
    docstring = normal(function.docstring or "").strip()
    named = document_id(snapshot.repository, item.namespace, docstring)
    return Sample(
        candidate=item,
        window=f"{options.since or '..'}/{options.until or '..'}",
        code="".join(lines[function.start - 1 : function.body_end]),
        signature=one_line(lines[function.signature_start - 1 : function.signature_end]),
        functionality=requirement and normal(requirement.functionality),
        arguments=requirement and requirement.arguments and normal(requirement.arguments),
        requirement_from=requirement and requirement.source,
        dependencies=found[item.id] or (),
        domain=label.domains,
        domain_evidence=label.evidence,
        document=document,
        docstring_document=docstring_id(named) if docstring else None,
        tests=tested.tests.get(item.id, ()),
        tests_from=options.tests if tested.tests.get(item.id) else None,
        executable=item.id in tested.confirmed,
    )


def _corpus(
    harvests: Sequence[Harvest], samples: Sequence[Sample], labeller: Labeller
) -> tuple[Corpus, list[dict[str, Any]]]:
    """Definitions and rows of the snapshots that have samples."""
    counts = Counter(sample.snapshot for sample in samples)
    corpus = Corpus()
    rows: list[dict[str, Any]] = []
    for harvest in sorted(harvests, key=lambda item: item.snapshot.id):
        snapshot = harvest.snapshot
        if not counts[snapshot.id]:
            continue
        label = labeller.of_repository(snapshot.repository)
        corpus.add(harvest, label.domains)
        rows.append(
            {
                "_id": snapshot_id(snapshot.repository, snapshot.version),
                "repository": snapshot.repository,
                "version": snapshot.version,
                "kind": snapshot.kind,
                "date": snapshot.date,
                "license": snapshot.license,
                "license_from": snapshot.license_from,
                "classifiers": list(snapshot.classifiers),
                "requires_python": snapshot.requires_python,
                "dependencies": list(snapshot.dependencies),
                "domain": list(label.domains),
                "domain_evidence": list(label.evidence),
                "files": harvest.files,
                "functions": sum(len(module.source.functions) for module in harvest.modules),
                "samples": counts[snapshot.id],
            }
        )
    return corpus, rows
