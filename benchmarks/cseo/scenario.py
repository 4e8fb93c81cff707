"""A conversational SEO release as engines see it: queries, their contexts, who rewrites what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ...schemas.cseo import shown_text
from ...schemas.cseo_family import place_of, rewrites
from ...schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...schemas.release import Release

BASELINE = "baseline"
"""Name of an episode that nobody rewrites in."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query and the documents that it is answered from."""

    id: str
    text: str
    domain: str
    task: str
    context: tuple[int, ...]
    """Rows of the documents, in the context's order."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One answering of a query: some documents of its context are rewritten, or move."""

    id: str
    query: int
    """Row of the query."""
    method: str
    """``baseline`` where nobody adopts."""
    adopters: tuple[int, ...] = ()
    """Places in the context, from 0."""
    variants: tuple[int, ...] = ()
    """The text that each adopter shows, a row of ``variants``; -1 for its own."""

    @property
    def moves(self) -> bool:
        """Whether adopters move instead of being rewritten."""
        return not rewrites(self.method)

    def order(self, places: Sequence[int]) -> list[int]:
        """The context's places in the order in which they are shown.

        ``position:P`` puts the one adopter at place P, from 1; ``top`` puts all of them to the
        front, in the order that they had.

        Args:
            places: the order before anyone moves.
        """
        if not self.moves:
            return list(places)
        moved = [place for place in places if place in self.adopters]
        others = [place for place in places if place not in self.adopters]
        front = (place_of(self.method) or 1) - 1
        return [*others[:front], *moved, *others[front:]]


@dataclass(frozen=True)
class Variant:
    """A document as a method rewrote it."""

    document: int
    text: str


@dataclass(frozen=True)
class Scenario:
    """Everything that engines answer."""

    queries: tuple[Query, ...]
    document_ids: tuple[str, ...]
    documents: tuple[str, ...]
    """Texts as engines see them, by row; those outside all contexts too."""
    domains: tuple[str, ...]
    """Domain of each document."""
    variants: tuple[Variant, ...]
    episodes: tuple[Episode, ...]
    """The baseline of every query first, by query; then those with adopters, by id."""

    @property
    def baselines(self) -> int:
        """Number of episodes without adopters: one a query, in their order."""
        return len(self.queries)

    def without_moves(self) -> Scenario:
        """The scenario without episodes in which adopters only move.

        Raises:
            DataError: there are no others.
        """
        kept = tuple(episode for episode in self.episodes if not episode.moves)
        if len(kept) == self.baselines:
            raise DataError(
                "the engine reads documents in no order, and adopters do nothing but move",
                expected="episodes in which documents are rewritten",
            )
        return replace(self, episodes=kept)

    def texts(self, episode: Episode) -> list[str]:
        """What each document of the context shows, by place."""
        query = self.queries[episode.query]
        shown = [self.documents[row] for row in query.context]
        for place, variant in zip(episode.adopters, episode.variants, strict=True):
            if variant >= 0:
                shown[place] = self.variants[variant].text
        return shown


@dataclass(frozen=True)
class Selection:
    """Which part of a release is answered; None takes all there is."""

    split: str = "test"
    domains: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    adoption: tuple[int, ...] | None = None
    """Numbers of adopters."""
    limit: int | None = None
    """Queries of a domain at most, drawn by the seed."""
    seed: int = 0


def read_scenario(release: Release, selection: Selection) -> Scenario:
    """Read what a selection takes of a release.

    Raises:
        UsageError: the release is of another family, or has no such split, domain, method or
            number of adopters.
        DataError: a context, variant or adopter that the release refers to is not there.
    """
    if release.manifest.family != "cseo":
        raise UsageError(
            "the release is of another family",
            place=release.path,
            found=release.manifest.family,
            expected="cseo",
        )
    documents = release.table("corpus").to_pylist()
    rows = {row["_id"]: number for number, row in enumerate(documents)}
    queries = _queries(release, selection, rows)
    listed = release.table("episodes", selection.split).to_pylist()
    chosen = {query.id: number for number, query in enumerate(queries)}
    wanted = _wanted(listed, selection)
    told = [row for row in listed if row["query_id"] in chosen and wanted(row)]
    if not told:
        raise DataError("no episode is left of the release", place=release.path)
    used = {
        (document, method, query)
        for row in told
        for document, method in zip(row["adopters"], row["methods"], strict=True)
        for query in ("", row["query_id"])
    }
    variants: list[Variant] = []
    places: dict[tuple[str, str, str], int] = {}
    for row in release.table("variants", selection.split).to_pylist():
        key = row["corpus_id"], row["method"], row["query_id"]
        if key in used and row["corpus_id"] in rows:
            places[key] = len(variants)
            variants.append(Variant(rows[row["corpus_id"]], shown_text(row["title"], row["text"])))
    baselines = [Episode(f"{q.id}/{BASELINE}", place, BASELINE) for place, q in enumerate(queries)]
    ids = [row["_id"] for row in documents]
    return Scenario(
        queries=tuple(queries),
        document_ids=tuple(ids),
        documents=tuple(shown_text(row["title"], row["text"]) for row in documents),
        domains=tuple(row["domain"][0] for row in documents),
        variants=tuple(variants),
        episodes=(
            *baselines,
            *(_episode(row, chosen, queries, rows, places) for row in told),
        ),
    )


def _queries(release: Release, selection: Selection, rows: Mapping[str, int]) -> list[Query]:
    contexts: dict[str, list[tuple[int, int]]] = {}
    for row in release.table("contexts", selection.split).to_pylist():
        if row["corpus_id"] not in rows:
            raise DataError(
                "a context holds a document that is not in the corpus",
                place=f"{release.path}/contexts",
                found=f"query {row['query_id']}, document {row['corpus_id']}",
                hint="run `domainbench verify`",
            )
        place = row["position"], rows[row["corpus_id"]]
        contexts.setdefault(row["query_id"], []).append(place)
    found = [
        Query(
            row["_id"],
            row["text"],
            row["domain"][0],
            row["task"],
            tuple(document for _, document in sorted(contexts.get(row["_id"], []))),
        )
        for row in release.table("queries", selection.split).to_pylist()
    ]
    found = [query for query in found if query.context]
    known = sorted({query.domain for query in found})
    for domain in selection.domains or ():
        if domain not in known:
            raise UsageError.from_unknown_name("domain", domain, known)
    kept = [q for q in found if selection.domains is None or q.domain in selection.domains]
    return _limited(kept, selection)


def _limited(queries: Sequence[Query], selection: Selection) -> list[Query]:
    if selection.limit is None:
        return list(queries)
    if selection.limit < 1:
        raise UsageError("the limit is below 1", found=selection.limit, expected="1 or more")
    by_domain: dict[str, list[Query]] = {}
    for query in sorted(queries, key=lambda q: hashed(selection.seed, q.id)):
        by_domain.setdefault(query.domain, []).append(query)
    kept = {query.id for some in by_domain.values() for query in some[: selection.limit]}
    return [query for query in queries if query.id in kept]


def _wanted(
    listed: Iterable[Mapping[str, Any]], selection: Selection
) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a row of ``episodes`` is taken, of the methods and numbers that there are."""
    methods = sorted({row["method"] for row in listed})
    numbers = sorted({row["adoption"] for row in listed})
    for method in selection.methods or ():
        if method not in methods:
            raise UsageError.from_unknown_name("method of the release:", method, methods)
    for number in selection.adoption or ():
        if number not in numbers:
            raise UsageError(
                "no episode has that many adopters",
                found=number,
                expected=", ".join(map(str, numbers)),
            )
    return lambda row: (
        (selection.methods is None or row["method"] in selection.methods)
        and (selection.adoption is None or row["adoption"] in selection.adoption)
    )


def _episode(
    row: Mapping[str, Any],
    chosen: Mapping[str, int],
    queries: Sequence[Query],
    rows: Mapping[str, int],
    places: Mapping[tuple[str, str, str], int],
) -> Episode:
    query = chosen[row["query_id"]]
    context = {document: place for place, document in enumerate(queries[query].context)}
    episode = Episode(row["_id"], query, row["method"])
    adopters: list[int] = []
    variants: list[int] = []
    for document, method in zip(row["adopters"], row["methods"], strict=True):
        place = context.get(rows.get(document, -1))
        if place is None:
            raise DataError(
                "an adopter is not in the context of its query",
                place=f"episode {row['_id']}",
                found=document,
                hint="run `domainbench verify`",
            )
        seen, blind = (document, method, row["query_id"]), (document, method, "")
        variant = places.get(seen, places.get(blind, -1))
        if variant < 0 and not episode.moves:
            raise DataError(
                "a document has no variant of the method that its author adopts",
                place=f"episode {row['_id']}",
                found=f"{document}, {method}",
                hint="run `domainbench verify`",
            )
        adopters.append(place)
        variants.append(variant)
    return replace(episode, adopters=tuple(adopters), variants=tuple(variants))


def hashed(*parts: object) -> int:
    """A number below 2^64 that depends on the parts alone: on any machine, in any order."""
    text = "\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
