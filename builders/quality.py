"""The quality report of any family's release: duplicates, leakage, lengths, languages, labels.

Every check takes time linear in the rows, or looks at bounded samples and says so. The same release
gives the same report, so that a release can be held to the report it was made with.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from ..schemas.data_quality import (
    QUALITY_NAME,
    Check,
    DataQuality,
    LabelCount,
    LabelEntry,
    Note,
    Quantiles,
    TextEntry,
    read_data_quality,
)
from ..schemas.errors import DomainbenchError
from ..schemas.families import find_family
from ..schemas.findings import Finding, first
from ..schemas.release import Release
from ..schemas.verify import check_relations
from .near_pairs import MOST_CANDIDATES, THRESHOLD, near_pairs
from .qa.language import identify
from .text_scan import COMPARED, OPENING, SAMPLED, scan_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from .near_pairs import NearPairs
    from .text_scan import TextScan

SHORT = 3
"""Words below which a text is very short."""
LONG = 5_000
"""Words above which a text is very long."""
_PROGRAMS = "code"
"""Family whose texts are programs and their comments, in no language that could be told."""
_UNTOLD = "und"
_EMPTY = bytes(16)


def quality_documents(release: Release) -> dict[str, str]:
    """The report as a document of the release: its name and text."""
    return {QUALITY_NAME: quality_report(release).to_json()}


def quality_report(release: Release) -> DataQuality:
    """Look at the texts, labels and relations of a release whose files are whole."""
    seed = release.manifest.builder.seed
    queries = scan_texts(release, "queries", seed=seed)
    wanted = {queries.digest(place) for place in range(len(queries))} - {_EMPTY}
    corpus = scan_texts(release, "corpus", seed=seed, wanted=wanted)
    parts = {"corpus": corpus, "queries": queries}
    near = {name: near_pairs(scan, seed=seed) for name, scan in parts.items()}
    checks = [
        *_text_checks("corpus", corpus, near["corpus"]),
        *_text_checks("queries", queries, near["queries"]),
        *_asked_checks(queries, corpus.hits),
        *_split_checks(queries, near["queries"]),
        *_parent_checks(release, queries),
    ]
    texts: dict[str, TextEntry] = {}
    for name, scan in parts.items():
        languages, other = _languages(release, scan)
        texts[name] = _entry(scan, near[name].compared, languages)
        if languages is not None and release.manifest.languages:
            checks.append(
                _check(
                    "other languages", name, other, len(scan.sample),
                    "sampled text(s) look like a language that the release does not name",
                )
            )  # fmt: skip
    return DataQuality(
        parameters={
            "seed": seed,
            "short_words": SHORT,
            "long_words": LONG,
            "near_threshold": THRESHOLD,
            "near_characters": OPENING,
            "near_rows": COMPARED,
            "near_candidates": MOST_CANDIDATES,
            "sampled_texts": SAMPLED,
        },
        texts=texts,
        labels=_labels(release),
        checks=checks,
        notes=[_note(finding) for finding in check_relations(release) if finding.level == "note"],
    )


def unrecorded(release: Release, findings: Sequence[Finding]) -> list[Finding]:
    """Findings of a release held to its own report: what that does not say becomes a fault.

    Args:
        release: the release, without faults.
        findings: the notes of ``verify`` about it.

    Returns:
        The notes, those that the report lacks as faults, and a fault for each finding of the report
        made anew that is not in the recorded one as it is.

    Raises:
        DataError: the recorded report cannot be read.
    """
    recorded = read_data_quality(release)
    if recorded is None:
        message = "there is no quality report that the release could be held to"
        return [*findings, Finding("fault", "quality", QUALITY_NAME, message)]
    notes = [note.finding() for note in recorded.notes]
    known = recorded.findings()
    anew = quality_report(release).findings()
    return [
        *(note if _stands(note, notes) else _fault(note, notes) for note in findings),
        *(_fault(item, known) for item in anew if not _stands(item, known)),
    ]


def _stands(finding: Finding, known: Sequence[Finding]) -> bool:
    """Whether the same was known; messages may be worded otherwise in another version."""
    said = (finding.check, finding.place, finding.count, finding.examples)
    return any((k.check, k.place, k.count, k.examples) == said for k in known)


def _fault(finding: Finding, known: Sequence[Finding]) -> Finding:
    counts = [k.count for k in known if (k.check, k.place) == (finding.check, finding.place)]
    if not counts:
        said = "does not say so"
    else:
        said = "names others" if finding.count in counts else f"says {counts[0]}"
    message = f"{finding.message}; the quality report {said}"
    return Finding("fault", finding.check, finding.place, message, finding.count, finding.examples)


def _note(finding: Finding) -> Note:
    return Note(
        check=finding.check,
        place=finding.place,
        message=finding.message,
        count=finding.count,
        examples=finding.examples,
    )


def _check(
    name: str, place: str, found: Sequence[str], of: int, message: str, count: int | None = None
) -> Check:
    """A check by the ids of what was found; ``count`` where these are not one each."""
    counted = len(found) if count is None else count
    return Check(
        check=name, place=place, message=message, count=counted, of=of, examples=first(found)
    )


def _text_checks(table: str, scan: TextScan, near: NearPairs) -> Iterator[Check]:
    """Lengths and duplicates of the texts of one table."""
    lengths = (
        ("empty texts", scan.words == 0, "row(s) have no text"),
        (
            "very short texts", (scan.words > 0) & (scan.words < SHORT),
            f"row(s) have fewer than {SHORT} words",
        ),
        ("very long texts", scan.words > LONG, f"row(s) have more than {LONG:,} words"),
    )  # fmt: skip
    for name, chosen, message in lengths:
        places = np.flatnonzero(chosen)
        ids = [scan.id(place) for place in places[:5]]
        yield _check(name, table, ids, len(scan), message, len(places))
    groups = _equal(scan, scan.task)
    yield _check(
        "exact duplicates", table, ["=".join(map(scan.id, group[:5])) for group in groups[:5]],
        len(scan), "row(s) repeat the text of another", sum(len(group) - 1 for group in groups),
    )  # fmt: skip
    same = scan.task[near.left] == scan.task[near.right]
    left, right = near.left[same], near.right[same]
    yield _check(
        "near duplicates", table, _pairs(scan, left, right), near.compared,
        f"row(s) are nearly the same as another in their first {OPENING:,} characters",
        len(np.union1d(left, right)),
    )  # fmt: skip


def _pairs(scan: TextScan, left: NDArray[np.int64], right: NDArray[np.int64]) -> list[str]:
    pairs = zip(left[:5], right[:5], strict=True)
    return [f"{scan.id(one)}={scan.id(other)}" for one, other in pairs]


def _equal(scan: TextScan, label: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Places of rows with one text and label, two and more, by the first of them."""
    order = np.lexsort((label, scan.digests[:, 1], scan.digests[:, 0]))
    order = order[scan.digests[order].any(axis=1)]
    keys = np.column_stack([scan.digests[order], label[order].astype(np.uint64)])
    edges = np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1
    # The sort is stable, so that places ascend within a group.
    groups = [group for group in np.split(order, edges) if len(group) > 1]
    return sorted(groups, key=lambda group: int(group[0]))


def _asked_checks(queries: TextScan, hits: Mapping[bytes, Sequence[str]]) -> Iterator[Check]:
    """Queries whose text is that of a document: of another, or of the one with its id."""
    other: list[str] = []
    own: list[str] = []
    for place in range(len(queries)):
        found = hits.get(queries.digest(place))
        if found:
            key = queries.id(place)
            (own if found == [key] else other).append(key)
    of = len(queries)
    yield _check(
        "query text in corpus", "queries", other, of, "quer(ies) have the text of a document"
    )
    yield _check(
        "own text in corpus", "queries", own, of,
        "quer(ies) have the text of the document with their own id",
    )  # fmt: skip


def _split_checks(queries: TextScan, near: NearPairs) -> Iterator[Check]:
    """Texts of queries that stand in two splits, or nearly so."""
    if len(queries.splits) < 2:
        return
    nothing = np.zeros(len(queries), np.int64)
    shared: list[str] = []
    for group in _equal(queries, nothing):
        base = queries.split[group[0]]
        shared += [
            f"{queries.id(group[0])}={queries.id(place)}"
            for place in group[1:]
            if queries.split[place] != base
        ]
    yield _check(
        "leakage between splits", "queries", shared, len(queries),
        "quer(ies) have the text of one of another split",
    )  # fmt: skip
    apart = queries.split[near.left] != queries.split[near.right]
    left, right = near.left[apart], near.right[apart]
    yield _check(
        "near leakage between splits", "queries", _pairs(queries, left, right), near.compared,
        "quer(ies) are nearly the same as one of another split", len(np.union1d(left, right)),
    )  # fmt: skip


def _parent_checks(release: Release, queries: TextScan) -> Iterator[Check]:
    """Texts of queries that the parent asks too, where its folder is at hand."""
    parent = _parent(release)
    if parent is None:
        return
    before = scan_texts(parent, "queries", seed=0)
    known = {before.digest(place) for place in range(len(before))} - {_EMPTY}
    places = [place for place in range(len(queries)) if queries.digest(place) in known]
    ids = [queries.id(place) for place in places]
    yield _check(
        "leakage from the parent", "queries", ids, len(queries),
        "quer(ies) have the text of one of the parent",
    )  # fmt: skip


def _parent(release: Release) -> Release | None:
    """The release that this one follows, if it lies where the build found it."""
    stated = release.manifest.parent
    place = release.manifest.builder.parameters.get("parent")
    if stated is None or not isinstance(place, str):
        return None
    try:
        parent = Release.open(Path(place))
    except DomainbenchError:
        return None
    return parent if parent.manifest.fingerprint == stated.fingerprint else None


def _languages(release: Release, scan: TextScan) -> tuple[dict[str, int] | None, list[str]]:
    """Languages of the sample, and the ids of its texts in one that the release does not name."""
    if release.manifest.family == _PROGRAMS:
        return None, []
    told = [(key, identify(text)) for key, text in scan.sample]
    counts = Counter(language.cls for _, language in told)
    named = {_UNTOLD, *release.manifest.languages}
    other = [key for key, language in told if language.language not in named]
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))), other


def _entry(scan: TextScan, compared: int, languages: dict[str, int] | None) -> TextEntry:
    return TextEntry(
        rows=len(scan),
        words=_quantiles(scan.words),
        compared=compared,
        languages=languages,
        sampled=len(scan.sample) if languages is not None else 0,
    )


def _quantiles(words: NDArray[np.int64]) -> Quantiles | None:
    if not len(words):
        return None
    marks = [int(x) for x in np.quantile(words, [0, 0.25, 0.5, 0.75, 1], method="lower")]
    least, lower, median, upper, largest = marks
    return Quantiles(
        least=least, lower_quartile=lower, median=median, upper_quartile=upper, largest=largest
    )


def _labels(release: Release) -> dict[str, LabelEntry]:
    """How evenly the labels of each slice column are given, by the manifest's counts."""
    entries: dict[str, LabelEntry] = {}
    for table, column in find_family(release.manifest.family).slice_columns:
        name = f"{table}.{column}"
        counts = {
            label.removeprefix(f"{name}="): count
            for label, count in release.manifest.slices.items()
            if label.startswith(f"{name}=")
        }
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        entries[name] = LabelEntry(
            rows=release.manifest.tables[table].rows,
            unlabelled=_unlabelled(release, table, column),
            labels=len(ranked),
            largest=_counted(ranked[0]) if ranked else None,
            smallest=_counted(ranked[-1]) if ranked else None,
            evenness=_evenness([count for _, count in ranked]),
        )
    return entries


def _counted(item: tuple[str, int]) -> LabelCount:
    return LabelCount(label=item[0], count=item[1])


def _unlabelled(release: Release, table: str, column: str) -> int:
    values: Any = release.table(table, columns=[column]).column(0)
    empty = 0
    if hasattr(values.type, "value_type"):
        lengths: Any = pc.call_function("list_value_length", [values])
        empty = pc.call_function("sum", [pc.call_function("equal", [lengths, 0])]).as_py() or 0
    return int(values.null_count) + int(empty)


def _evenness(counts: Sequence[int]) -> float | None:
    if len(counts) < 2:
        return None
    shares = np.array(counts, np.float64) / sum(counts)
    return round(float(-(shares * np.log(shares)).sum() / np.log(len(counts))), 4)
