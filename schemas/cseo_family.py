"""The conversational SEO family's releases: tables, slices, and who adopts what, recomputed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .cseo import (
    CONTEXTS,
    CSEO_CORPUS,
    CSEO_QRELS,
    CSEO_QUERIES,
    EPISODES,
    MIXED,
    POSITION,
    TASKS,
    TOP,
    VARIANTS,
    episode_id,
)
from .family import Family
from .findings import Finding, fault_findings, first
from .subsets import RELEVANT, Subset, can_name, relevant_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .release import Release
    from .subsets import Reader

    Rows = Sequence[dict[str, Any]]
    Faults = Mapping[str, Callable[[dict[str, Any]], bool]]

_PLACE = re.compile(rf"{POSITION}:([1-9][0-9]*)")
_VARIANT_COLUMNS = [
    "corpus_id", "method", "query_id", "title", "text", "parameters", "edit_distance", "edit_share",
]  # fmt: skip


def place_of(method: str) -> int | None:
    """The place that ``position:P`` moves its adopter to; None for any other method."""
    found = _PLACE.fullmatch(method)
    return int(found[1]) if found else None


def rewrites(method: str) -> bool:
    """Whether adopters of a method rewrite their documents, and do not only move them."""
    return method != TOP and place_of(method) is None


def domain_subsets(read: Reader) -> list[Subset]:
    """One subset for each domain with relevant pairs: its queries, ranked over its documents."""
    pairs = relevant_pairs(read)
    names = sorted(pairs.column("partition").unique().to_pylist())
    return [
        Subset(
            name,
            (("pool", "==", name),),
            (("pool", "==", name),),
            (RELEVANT, ("partition", "==", name)),
        )
        for name in names
        if can_name(name)
    ]


def _check(release: Release) -> Iterator[Finding]:
    columns = ["_id", "domain", "pool"]
    documents = release.table("corpus", columns=columns).to_pylist()
    queries = release.table("queries", columns=[*columns, "task", "targets"]).to_pylist()
    pools = {row["_id"]: row["pool"] for row in documents}
    asked = {row["_id"]: row["pool"] for row in queries}
    contexts, findings = _contexts(release, pools, asked)
    yield from _check_labels("corpus", documents)
    yield from _check_labels("queries", queries)
    yield from findings
    yield from _check_queries(queries, contexts)
    yield from _check_pairs(release, pools, asked)
    variants = release.table("variants", columns=_VARIANT_COLUMNS).to_pylist()
    yield from _check_variants(variants, pools, asked)
    written = {(row["corpus_id"], row["method"], row["query_id"]) for row in variants}
    yield from _check_episodes(release.table("episodes").to_pylist(), contexts, written)


def _check_labels(table: str, rows: Rows) -> list[Finding]:
    faults: Faults = {
        "there is not exactly one domain": lambda row: len(row["domain"]) != 1,
        "the pool is not the domain": lambda row: [row["pool"]] != row["domain"][:1],
    }
    return fault_findings("labels", table, rows, faults)


def _contexts(
    release: Release, pools: Mapping[str, str], asked: Mapping[str, str]
) -> tuple[dict[str, list[str]], list[Finding]]:
    """Query → documents of its context in order, and what is wrong with the contexts."""
    rows: Rows = release.table("contexts").to_pylist()
    placed: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        placed.setdefault(row["query_id"], []).append((row["position"], row["corpus_id"]))
    orders = {query: sorted(places) for query, places in placed.items()}
    faults: Faults = {
        "there is no query of that id": lambda row: row["query_id"] not in asked,
        "there is no document of that id": lambda row: row["corpus_id"] not in pools,
        "query and document are of two domains": lambda row: (
            row["query_id"] in asked
            and row["corpus_id"] in pools
            and asked[row["query_id"]] != pools[row["corpus_id"]]
        ),
    }
    findings = fault_findings("contexts", "contexts", rows, faults, "query_id")
    gaps = [q for q, order in orders.items() if [p for p, _ in order] != _up_to(len(order))]
    if gaps:
        message = f"{len(gaps)} context(s) whose positions are not 1, 2, … without a gap"
        findings.append(
            Finding("fault", "contexts", "contexts", message, len(gaps), first(gaps)),
        )
    return {query: [key for _, key in order] for query, order in orders.items()}, findings


def _up_to(count: int) -> list[int]:
    return list(range(1, count + 1))


def _check_queries(queries: Rows, contexts: Mapping[str, Sequence[str]]) -> list[Finding]:
    faults: Faults = {
        "the task is of no known name": lambda row: row["task"] not in TASKS,
        "there is no context": lambda row: row["_id"] not in contexts,
        "a target is not in the context": lambda row: (
            not set(row["targets"]) <= set(contexts.get(row["_id"], ()))
        ),
    }
    return fault_findings("queries", "queries", queries, faults)


def _check_pairs(
    release: Release, pools: Mapping[str, str], asked: Mapping[str, str]
) -> list[Finding]:
    faults: Faults = {
        "the partition is not the domain of query and document": lambda row: (
            {asked[row["query-id"]], pools[row["corpus-id"]]} != {row["partition"]}
        )
    }
    return fault_findings("labels", "qrels", release.table("qrels").to_pylist(), faults, "query-id")


def _check_variants(
    variants: Rows, pools: Mapping[str, str], asked: Mapping[str, str]
) -> list[Finding]:
    faults: Faults = {
        "there is no document of that id": lambda row: row["corpus_id"] not in pools,
        "there is no query of that id": lambda row: (
            bool(row["query_id"]) and row["query_id"] not in asked
        ),
        "the method is the name of none that rewrites": lambda row: (
            not row["method"] or row["method"] == MIXED or not rewrites(row["method"])
        ),
        "nothing is left of the document": lambda row: not (row["title"] + row["text"]).strip(),
        "the parameters are no JSON object": lambda row: not _is_object(row["parameters"]),
        "edit_distance and edit_share do not agree": lambda row: (
            row["edit_distance"] < 0 or not _is_share(row["edit_share"], row["edit_distance"])
        ),
    }
    return fault_findings("variants", "variants", variants, faults, "corpus_id")


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _is_share(share: float | None, distance: int) -> bool:
    if share is None:
        return distance == 0
    return 0 <= share <= 1 and (share > 0) == (distance > 0)


def _check_episodes(
    episodes: Rows, contexts: Mapping[str, Sequence[str]], written: set[tuple[str, str, str]]
) -> list[Finding]:
    faults: Faults = {
        "an adopter is not in the context, or they are not in its order": lambda row: (
            not _ordered(row["adopters"], contexts.get(row["query_id"], ()))
        ),
        "adoption is not the number of adopters": lambda row: (
            row["adoption"] != len(row["adopters"]) or not row["adopters"]
        ),
        "rate is not the share of adopters": lambda row: (
            row["rate"] != _rate(row, contexts.get(row["query_id"], ()))
        ),
        "the methods are not those of the adopters": lambda row: not _methods_fit(row),
        "the place is not in the context, or several move to it": lambda row: (
            (place := place_of(row["method"])) is not None
            and (place > len(contexts.get(row["query_id"], ())) or row["adoption"] != 1)
        ),
        "an adopter has no rewriting by its method": lambda row: not _all_written(row, written),
        "the id is not that of its query, method and adoption": lambda row: not _has_own_id(row),
    }
    return fault_findings("episodes", "episodes", episodes, faults)


def _ordered(adopters: Sequence[str], context: Sequence[str]) -> bool:
    return list(adopters) == [key for key in context if key in adopters]


def _rate(row: Mapping[str, Any], context: Sequence[str]) -> float | None:
    return len(row["adopters"]) / len(context) if context else None


def _methods_fit(row: Mapping[str, Any]) -> bool:
    if len(row["methods"]) != len(row["adopters"]):
        return False
    if row["method"] == MIXED:
        return all(method != MIXED and rewrites(method) for method in row["methods"])
    return all(method == row["method"] for method in row["methods"])


def _all_written(row: Mapping[str, Any], written: set[tuple[str, str, str]]) -> bool:
    return not rewrites(row["method"]) or all(
        (adopter, method, "") in written or (adopter, method, row["query_id"]) in written
        for adopter, method in zip(row["adopters"], row["methods"], strict=False)
    )


def _has_own_id(row: Mapping[str, Any]) -> bool:
    own = episode_id(row["query_id"], row["method"], row["adoption"])
    return row["_id"] == own or row["_id"].startswith(f"{own}/")


CSEO = Family(
    "cseo",
    (CSEO_CORPUS, CSEO_QUERIES, CSEO_QRELS, CONTEXTS, VARIANTS, EPISODES),
    (
        ("corpus", "domain"),
        ("queries", "domain"),
        ("queries", "task"),
        ("variants", "method"),
        ("episodes", "method"),
        ("qrels", "partition"),
    ),
    _check,
    domain_subsets,
)
