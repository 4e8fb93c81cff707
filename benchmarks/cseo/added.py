"""Rewritings that a release does not have: of a method that is tried, or from a file.

They are adopted by the adopters of the release's own episodes, so that a new method is measured
beside those of the release.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ...rewriting.method import Rewriting, Subject
from ...rewriting.plugins import rewrite_all
from ...schemas.cseo import MIXED, episode_id, shown_text
from ...schemas.cseo_family import rewrites
from ...schemas.errors import DataError, UsageError
from ..row_files import read_rows
from .scenario import Episode, Variant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ...rewriting.method import Method
    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from .scenario import Scenario

_REQUIRED = ("corpus_id", "method", "text")

Pair = tuple[int, int]
"""Rows of a query and of a document of its context."""


def with_method(
    scenario: Scenario, release: Release, method: Method, progress: Progress
) -> tuple[Scenario, dict[str, int]]:
    """The scenario with the episodes of a method, and why documents were not rewritten.

    Raises:
        UsageError: the scenario has a method of that name, the method fails, or its model cannot
            be used.
        DataError: no document could be rewritten.
    """
    _check_new(scenario, method.name)
    pairs = sorted({pair for _, places in _adoptions(scenario) for pair in places})
    texts = {
        row["_id"]: (row["title"], row["text"])
        for row in release.table("corpus", columns=["_id", "title", "text"]).to_pylist()
    }
    subjects: dict[Subject, None] = {}
    of_pair: dict[Pair, Subject] = {}
    for query, document in pairs:
        asked = scenario.queries[query]
        title, text = texts[scenario.document_ids[document]]
        seen = asked.text if method.sees_query else ""
        subject = Subject(asked.domain, asked.task, title, text, seen)
        of_pair[query, document] = subject
        subjects[subject] = None
    found = dict(zip(subjects, rewrite_all(method, list(subjects), progress), strict=True))
    faults = Counter(reason for reason in found.values() if isinstance(reason, str))
    rewritten = {
        pair: rewriting
        for pair, subject in of_pair.items()
        if isinstance(rewriting := found[subject], Rewriting)
    }
    return _added(scenario, method.name, rewritten), dict(sorted(faults.items()))


def with_rewritings(scenario: Scenario, path: Path) -> Scenario:
    """The scenario with the methods of a file of rewritten documents.

    Args:
        scenario: what is added to.
        path: JSON lines, CSV, TSV or Parquet with ``corpus_id``, ``method`` and ``text``, and, as
            far as there are any, ``title`` and ``query_id`` (of rewritings for one query).

    Raises:
        UsageError: the scenario has a method of that name.
        DataError: the file is damaged, a field is missing or names nothing of the release, or no
            adopter's document is in it.
    """
    queries = {query.id: row for row, query in enumerate(scenario.queries)}
    documents = {name: row for row, name in enumerate(scenario.document_ids)}
    read: dict[str, dict[tuple[int | None, int], Rewriting]] = {}
    for line, row in read_rows(path, what="rewritings"):
        values = [row.get(name) for name in _REQUIRED]
        if not all(isinstance(value, str) and value.strip() for value in values):
            raise DataError(
                "a rewriting lacks a field", place=path, line=line, found=", ".join(row),
                expected=", ".join(_REQUIRED),
            )  # fmt: skip
        document, method, text = (str(value) for value in values)
        if method == MIXED or not rewrites(method):
            raise DataError(
                "the method is the name of none that rewrites", place=path, line=line, found=method
            )
        if document not in documents:
            raise DataError(
                "no document of the release has this id", place=path, line=line, found=document
            )
        asked = row.get("query_id") or None
        if asked is not None and asked not in queries:
            raise DataError(
                "no query that is answered has this id", place=path, line=line, found=asked
            )
        key = (None if asked is None else queries[asked]), documents[document]
        if key in read.setdefault(method, {}):
            raise DataError("a document is rewritten twice", place=path, line=line, found=document)
        read[method][key] = Rewriting(str(row.get("title") or ""), text)
    for method in sorted(read):
        _check_new(scenario, method)
        pairs = {pair for _, places in _adoptions(scenario) for pair in places}
        given = read[method]
        found = {
            (query, document): rewriting
            for query, document in sorted(pairs)
            if (rewriting := given.get((query, document), given.get((None, document))))
        }
        scenario = _added(scenario, method, found)
    return scenario


def _check_new(scenario: Scenario, name: str) -> None:
    if any(episode.method == name for episode in scenario.episodes):
        raise UsageError("the release has a method of that name already", found=name)


def _adoptions(scenario: Scenario) -> Iterable[tuple[Episode, tuple[Pair, ...]]]:
    """One episode for each query and set of adopters, and the documents of these."""
    seen: set[tuple[int, tuple[int, ...]]] = set()
    for episode in scenario.episodes[scenario.baselines :]:
        key = episode.query, episode.adopters
        if key not in seen:
            seen.add(key)
            context = scenario.queries[episode.query].context
            yield episode, tuple((episode.query, context[place]) for place in episode.adopters)


def _added(scenario: Scenario, method: str, rewritten: Mapping[Pair, Rewriting]) -> Scenario:
    """Episodes of a method for every set of adopters that it has rewritten all documents of."""
    variants = list(scenario.variants)
    row_of: dict[Pair, int] = {}
    for pair in sorted(rewritten):
        row_of[pair] = len(variants)
        text = shown_text(rewritten[pair].title, rewritten[pair].text)
        variants.append(Variant(pair[1], text))
    episodes: list[Episode] = []
    drawn: Counter[tuple[int, int]] = Counter()
    for like, pairs in _adoptions(scenario):
        if all(pair in row_of for pair in pairs):
            size = like.query, len(pairs)
            name = episode_id(scenario.queries[like.query].id, method, len(pairs), drawn[size])
            drawn[size] += 1
            variant = tuple(row_of[pair] for pair in pairs)
            episodes.append(replace(like, id=name, method=method, variants=variant))
    if not episodes:
        raise DataError(
            "the method has rewritten no set of adopters", found=method,
            expected="the documents of all adopters of an episode",
        )  # fmt: skip
    return replace(scenario, variants=tuple(variants), episodes=(*scenario.episodes, *episodes))
