"""The patent family's releases: their tables, slices, and the labels recomputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .family import Family
from .findings import Finding, first
from .patents import PARTITIONS, PATENT_CORPUS, PATENT_QRELS, PATENT_QUERIES, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .release import Release

_DEPTH_COLUMNS = {"section": "section_domains", "ipc3": "ipc3_domains", "ipc4": "ipc4_domains"}
PUBLISHED = "published"
"""Rule of labels that were taken over from a publisher: where they do not follow from the classes
(by ``overlap``), that is a note."""
_PREFIX = {"section_domains": 1, "ipc3_domains": 3, "ipc4_domains": 4}


def pair_label(query: frozenset[str], document: frozenset[str], rule: str) -> str:
    """Label of a pair of families by their sets of IPC classes.

    ``overlap`` is DAPFAM's rule (IN if the sets meet, else OUT); ``strict`` is PatenTEB's (IN if
    they are identical, MIXED if they only meet, else OUT). A family without a class makes the
    pair UNKNOWN.
    """
    if not query or not document:
        return UNKNOWN
    if not query & document:
        return "OUT"
    return "MIXED" if rule == "strict" and query != document else "IN"


def _check(release: Release) -> Iterator[Finding]:
    yield from _check_domains(release, "corpus")
    yield from _check_domains(release, "queries")
    yield from _check_partitions(release)


def _check_domains(release: Release, name: str) -> Iterator[Finding]:
    table = release.table(name, columns=["_id", "ipc", *_PREFIX])
    ids = table.column("_id").to_pylist()
    symbols = table.column("ipc").to_pylist()
    for column, width in _PREFIX.items():
        wrong = [
            key
            for key, found, codes in zip(
                ids, table.column(column).to_pylist(), symbols, strict=True
            )
            if found != sorted({code[:width] for code in codes if len(code) >= width})
        ]
        if wrong:
            yield Finding(
                "fault",
                "labels",
                name,
                f"{column} does not follow from the IPC symbols in {len(wrong)} row(s)",
                len(wrong),
                first(wrong),
            )


def _check_partitions(release: Release) -> Iterator[Finding]:
    parameters = release.manifest.builder.parameters
    rule, depth = str(parameters.get("label_rule")), str(parameters.get("ipc_depth"))
    if rule not in {"overlap", "strict", PUBLISHED} or depth not in _DEPTH_COLUMNS:
        found = f"label_rule={rule}, ipc_depth={depth}"
        yield Finding("fault", "labels", "manifest.json", f"no known rule of labels: {found}")
        return
    classes = _classes(release, _DEPTH_COLUMNS[depth])
    qrels = release.table("qrels", columns=["query-id", "corpus-id", "partition"]).to_pylist()
    nobody: frozenset[str] = frozenset()
    unknown = [label for row in qrels if (label := row["partition"]) not in PARTITIONS]
    if unknown and rule == PUBLISHED:  # other rules find them wrong below
        message = f"{len(unknown)} pair(s) have a partition of no known name"
        yield Finding("fault", "labels", "qrels", message, len(unknown), first(unknown))
    wrong = [
        f"{row['query-id']} {row['corpus-id']} {row['partition']}"
        for row in qrels
        if row["partition"]
        != pair_label(
            classes.get(row["query-id"], nobody), classes.get(row["corpus-id"], nobody), rule
        )
    ]
    if wrong:
        message = f"{len(wrong)} pair(s) have another partition than their classes give"
        level = "note" if rule == PUBLISHED else "fault"
        yield Finding(level, "labels", "qrels", message, len(wrong), first(wrong))


def _classes(release: Release, column: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name in ("corpus", "queries"):
        table: Any = release.table(name, columns=["_id", column])
        for key, codes in zip(
            table.column("_id").to_pylist(), table.column(column).to_pylist(), strict=True
        ):
            found[key] = frozenset(codes)
    return found


PATENTS = Family(
    "patents",
    (PATENT_CORPUS, PATENT_QUERIES, PATENT_QRELS),
    (
        ("corpus", "section_domains"),
        ("queries", "section_domains"),
        ("queries", "ipc3_domains"),
        ("qrels", "partition"),
        ("qrels", "relation"),
    ),
    _check,
)
