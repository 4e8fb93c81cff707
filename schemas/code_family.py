"""The code family's releases: their tables, slices, and what follows from other rows recomputed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from .code import (
    CODE_CORPUS,
    CODE_QRELS,
    CODE_QUERIES,
    CONTEXT,
    DEPENDENCY_KINDS,
    DOCSTRING,
    DOMAINS,
    FILES,
    KINDS,
    REQUIREMENT,
    RETRIEVAL_TASKS,
    SAMPLES,
    SNAPSHOTS,
    docstring_id,
    document_id,
    query_id,
    sample_id,
    snapshot_id,
)
from .code_files import check_files
from .code_subsets import code_subsets
from .family import Family
from .findings import Finding, first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .release import Release

    Row = dict[str, Any]
    Rule = Callable[[Row], bool]

TYPES = ("function", "method")
TESTS_FROM = ("run", "static")
OPEN = ".."
"""A bound that a window does not have, as in ISO 8601-2."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_BOUND = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?|\.\.")
_LOCATION = re.compile(r".+:[1-9]\d*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BATCH = 4_096
_LABELS = ("repository", "domain", "standalone", "dependency_kinds", "window")
"""What a query says of its sample."""
_LONG = {"code_original", "docstring_original", "functionality", "arguments", "domain_evidence"}
_SAMPLE_COLUMNS = [name for name in SAMPLES.schema.names if name not in _LONG]


def _check(release: Release) -> Iterator[Finding]:
    snapshots = {row["_id"]: row for row in release.table("snapshots").to_pylist()}
    samples = {
        row["_id"]: row for row in release.table("samples", columns=_SAMPLE_COLUMNS).to_pylist()
    }
    yield from _check_snapshots(snapshots, samples)
    yield from _check_samples(samples, snapshots)
    yield from _check_repeats(samples)
    yield from check_files(release, snapshots)
    documents = yield from _check_corpus(release, snapshots)
    queries = {
        row["_id"]: row for row in release.table("queries").drop_columns(["text"]).to_pylist()
    }
    yield from _check_queries(queries, samples, documents)
    yield from _check_pairs(release, queries, samples, documents)


def _faults(check: str, table: str, rows: Mapping[str, Row], rules: Mapping[str, Rule]) -> Any:
    """A fault for each rule that some rows break."""
    for message, is_wrong in rules.items():
        wrong = [key for key, row in rows.items() if is_wrong(row)]
        if wrong:
            text = f"{message}, in {len(wrong)} row(s)"
            yield Finding("fault", check, table, text, len(wrong), first(wrong))


def _unknown_domain(row: Row) -> bool:
    return not set(row["domain"]) <= set(DOMAINS)


def _check_snapshots(snapshots: Mapping[str, Row], samples: Mapping[str, Row]) -> Iterator[Finding]:
    counts = Counter(row["snapshot"] for row in samples.values())
    rules: dict[str, Rule] = {
        "the id is not that of repository and version": lambda row: (
            row["_id"] != snapshot_id(row["repository"], row["version"])
        ),
        "the date is not in UTC, as 2025-01-31T12:00:00Z": lambda row: (
            not _MOMENT.fullmatch(row["date"])
        ),
        "a domain is of no known name": _unknown_domain,
        "the number of samples is not theirs": lambda row: row["samples"] != counts[row["_id"]],
    }
    yield from _faults("snapshots", "snapshots", snapshots, rules)


def _check_samples(samples: Mapping[str, Row], snapshots: Mapping[str, Row]) -> Iterator[Finding]:
    def wrong_snapshot(row: Row) -> bool:
        mine = snapshots.get(row["snapshot"])
        return mine is None or any(mine[name] != row[name] for name in ("repository", "license"))

    rules: dict[str, Rule] = {
        "the id is not that of repository and namespace": lambda row: (
            row["_id"] != sample_id(row["repository"], row["namespace"])
        ),
        "the type is of no known name": lambda row: row["type"] not in TYPES,
        "the snapshot is not there, or of another repository or licence": wrong_snapshot,
        "the date does not lie in the window": _outside_window,
        "a domain is of no known name": _unknown_domain,
        "standalone does not follow from the dependencies": lambda row: (
            row["standalone"] != (not _dependencies(row))
        ),
        "dependency_kinds do not follow from the dependencies": lambda row: (
            row["dependency_kinds"] != [kind for kind in DEPENDENCY_KINDS if row[kind]]
        ),
        "locations are not path:line of each dependency": lambda row: (
            len(row["locations"]) != len(_dependencies(row))
            or not all(map(_LOCATION.fullmatch, row["locations"]))
        ),
        "tests and where they are from do not go together": _wrong_tests,
        "it is said to be executable without tests that were run": lambda row: (
            row["executable"] and row["tests_from"] != "run"
        ),
        "the digest is no SHA-256": lambda row: not _DIGEST.fullmatch(row["digest"]),
    }
    yield from _faults("samples", "samples", samples, rules)


def _dependencies(row: Row) -> list[str]:
    return [name for kind in DEPENDENCY_KINDS for name in row[kind]]


def _outside_window(row: Row) -> bool:
    since, slash, until = row["window"].partition("/")
    if not slash or not all(map(_BOUND.fullmatch, (since, until))):
        return True
    # A day comes before all moments of that day, as text too.
    date = row["date"]
    started = since == OPEN or date >= since
    return not (_MOMENT.fullmatch(date) and started and (until == OPEN or date < until))


def _wrong_tests(row: Row) -> bool:
    if not row["tests"]:
        return row["tests_from"] is not None
    return row["tests_from"] not in TESTS_FROM or len(set(row["tests"])) < len(row["tests"])


def _check_repeats(samples: Mapping[str, Row]) -> Iterator[Finding]:
    """The same function must not be two samples."""
    groups: dict[str, list[str]] = {}
    for key, row in samples.items():
        groups.setdefault(row["digest"], []).append(key)
    shared = [keys for keys in groups.values() if len(keys) > 1]
    if shared:
        message = f"{len(shared)} function(s) are several samples each"
        examples = first("=".join(keys) for keys in shared)
        yield Finding("fault", "duplicates", "samples", message, len(shared), examples)


def _check_corpus(release: Release, snapshots: Mapping[str, Row]) -> Any:
    """Findings; returns id → kind, repository and snapshots of every document."""
    documents: dict[str, Row] = {}
    columns = ["_id", "text", "kind", "repository", "snapshots", "domain"]
    for path in release.files("corpus"):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                for row in batch.to_pylist():
                    row["named"] = row["_id"] == _document_name(row)
                    del row["text"]
                    documents[row["_id"]] = row

    def wrong_snapshots(row: Row) -> bool:
        owners = {snapshots[s]["repository"] for s in row["snapshots"] if s in snapshots}
        missing = not row["snapshots"] or any(s not in snapshots for s in row["snapshots"])
        return missing or owners != {row["repository"]}

    rules: dict[str, Rule] = {
        "the kind is of no known name": lambda row: row["kind"] not in KINDS,
        "the id does not follow from repository and text": lambda row: not row["named"],
        "a snapshot is not there, or of another repository": wrong_snapshots,
        "a domain is of no known name": _unknown_domain,
    }
    yield from _faults("documents", "corpus", documents, rules)
    return documents


def _document_name(row: Row) -> str:
    """The id that a document of the same name must have, by its text."""
    named = row["_id"].removeprefix(f"{row['repository']}/").rpartition("@")[0]
    found = document_id(row["repository"], named, row["text"])
    return docstring_id(found) if row["kind"] == DOCSTRING else found


def _check_queries(
    queries: Mapping[str, Row], samples: Mapping[str, Row], documents: Mapping[str, Row]
) -> Iterator[Finding]:
    def wrong_id(row: Row) -> bool:
        if row["task"] != CONTEXT:
            return row["_id"] != query_id(row["task"], row["sample"], "")
        own = documents.get(row["_id"])
        named = own is not None and own["kind"] in RETRIEVAL_TASKS[REQUIREMENT]
        return not named or row["_id"].rpartition("@")[0] != row["sample"]

    def wrong_labels(row: Row) -> bool:
        sample = samples.get(row["sample"])
        return sample is None or any(row[name] != sample[name] for name in _LABELS)

    rules: dict[str, Rule] = {
        "the task is of no known name": lambda row: row["task"] not in RETRIEVAL_TASKS,
        "the id is not that of task and sample": wrong_id,
        "its sample is not there, or has other labels": wrong_labels,
    }
    yield from _faults("labels", "queries", queries, rules)


def _check_pairs(
    release: Release,
    queries: Mapping[str, Row],
    samples: Mapping[str, Row],
    documents: Mapping[str, Row],
) -> Iterator[Finding]:
    pairs = {
        f"{row['query-id']} {row['corpus-id']}": row for row in release.table("qrels").to_pylist()
    }

    def wrong_task(row: Row) -> bool:
        kind = documents[row["corpus-id"]]["kind"]
        asked = queries[row["query-id"]]["task"]
        return row["task"] != asked or kind not in RETRIEVAL_TASKS.get(asked, ())

    def wrong_partition(row: Row) -> bool:
        sample = samples.get(queries[row["query-id"]]["sample"])
        kinds = sample["dependency_kinds"] if sample and row["task"] == CONTEXT else [None]
        return row["partition"] not in kinds

    def outside_snapshot(row: Row) -> bool:
        sample = samples.get(queries[row["query-id"]]["sample"])
        held = documents[row["corpus-id"]]["snapshots"]
        return row["task"] == CONTEXT and sample is not None and sample["snapshot"] not in held

    rules: dict[str, Rule] = {
        "the task is not that of query and document": wrong_task,
        "the partition is not a kind of the sample's dependencies": wrong_partition,
        "the context is not of the sample's snapshot": outside_snapshot,
    }
    yield from _faults("labels", "qrels", pairs, rules)
    own = {
        row["query-id"]
        for row in pairs.values()
        if row["corpus-id"].rpartition("@")[0] == queries[row["query-id"]]["sample"]
    }
    lost = [key for key, row in queries.items() if row["task"] != CONTEXT and key not in own]
    if lost:
        message = f"{len(lost)} quer(ies) whose own function or docstring is not relevant"
        yield Finding("fault", "labels", "qrels", message, len(lost), first(lost))


CODE = Family(
    "code",
    (SNAPSHOTS, FILES, SAMPLES, CODE_CORPUS, CODE_QUERIES, CODE_QRELS),
    (
        ("snapshots", "kind"),
        ("snapshots", "domain"),
        ("snapshots", "license"),
        ("samples", "domain"),
        ("samples", "type"),
        ("samples", "repository"),
        ("samples", "window"),
        ("samples", "standalone"),
        ("samples", "dependency_kinds"),
        ("samples", "executable"),
        ("corpus", "kind"),
        ("qrels", "task"),
        ("qrels", "partition"),
    ),
    _check,
    code_subsets,
)
