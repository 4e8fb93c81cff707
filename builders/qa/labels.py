"""Labels of questions: from the source, from words that tell them, from labelled neighbours."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from ...retrieval.bm25.system import BM25System
from ...retrieval.texts import Texts
from .normalise import match_key
from .taxonomy import slug

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .taxonomy import Taxonomy

_CLEAR = 0.6
"""Share of the hits, or of the neighbours' scores, that a label must have to be given."""
NEIGHBOURS = 5


@dataclass(frozen=True)
class GivenLabels:
    """What the source, the folder or the call says about a question."""

    domain: str | None
    domain_from: str
    subdomain: str | None
    topic: str | None


@dataclass(frozen=True)
class Label:
    """A label, where it comes from (``schemas.qa.LABEL_SOURCES``), and how sure it is (0 to 1)."""

    value: str | None = None
    source: str | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class Labels:
    """The labels of one question."""

    domain: Label
    subdomain: Label
    topic: Label


def label_all(
    texts: Sequence[str],
    languages: Sequence[str],
    given: Sequence[GivenLabels],
    taxonomy: Taxonomy,
    *,
    methods: Sequence[str] = ("source", "rule", "neighbours"),
    neighbours: int = NEIGHBOURS,
    min_confidence: float = _CLEAR,
) -> list[Labels]:
    """Label every question; each level by the first method that gives one.

    - ``source``: the given label, by its name in the taxonomy, or as it is where the taxonomy does
      not know it. Confidence 1.
    - ``rule``: the label with most keyword hits, each keyword once. Confidence: its share of
      the hits of all labels.
    - ``neighbours``: the label of the questions most similar by BM25 among those of the same
      language that the source has labelled. Confidence: its share of the neighbours' scores.

    Args:
        texts: n texts, question and options.
        languages: code of each; neighbours are looked for in the same language.
        given: what is known of each.
        taxonomy: names, aliases and keywords.
        methods: in the order they are tried.
        neighbours: labelled questions that vote.
        min_confidence: least confidence of ``rule`` and ``neighbours``.
    """
    labels = [Labels(Label(), Label(), Label())] * len(texts)
    for method in methods:
        if method == "source":
            labels = [_by_source(item, taxonomy) for item in given]
        elif method == "rule":
            rules = _Rules(taxonomy, min_confidence)
            labels = [rules.fill(text, label) for text, label in zip(texts, labels, strict=True)]
        else:
            labels = _by_neighbours(texts, languages, labels, neighbours, min_confidence)
    return labels


def _by_source(given: GivenLabels, taxonomy: Taxonomy) -> Labels:
    domain = subdomain = topic = None
    if given.domain:
        domain = taxonomy.resolve_domain(given.domain) or slug(given.domain)
    if given.subdomain:
        subdomain = taxonomy.resolve_subdomain(domain, given.subdomain) or slug(given.subdomain)
    if given.topic:
        topic = taxonomy.resolve_topic(domain, subdomain, given.topic) or slug(given.topic)
    return Labels(
        Label(domain, given.domain_from, 1.0) if domain else Label(),
        Label(subdomain, "source", 1.0) if subdomain else Label(),
        Label(topic, "source", 1.0) if topic else Label(),
    )


class _Rules:
    """Keywords of a taxonomy, looked up by their words."""

    def __init__(self, taxonomy: Taxonomy, least: float) -> None:
        self._least = least
        self._starts: dict[str, int] = {}
        """First word of a keyword → words of the longest keyword that begins with it."""
        self._domains: dict[str, list[str]] = defaultdict(list)
        self._subdomains: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._topics: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for domain in taxonomy.domains:
            for keyword in domain.keywords:
                self._add(self._domains, keyword, domain.name)
            for sub in domain.subdomains:
                for keyword in sub.keywords:
                    self._add(self._subdomains, keyword, (domain.name, sub.name))
                for topic in sub.topics:
                    for keyword in topic.keywords:
                        self._add(self._topics, keyword, (domain.name, sub.name, topic.name))

    def _add(self, table: dict[str, list], keyword: str, label: object) -> None:  # pyright: ignore[reportMissingTypeArgument]
        if label not in table[keyword]:
            table[keyword].append(label)
        words = keyword.split()
        self._starts[words[0]] = max(self._starts.get(words[0], 1), len(words))

    def fill(self, text: str, labels: Labels) -> Labels:
        """Give the labels that are missing, where keywords tell them clearly."""
        if labels.topic.value is not None:
            return labels
        phrases = self._phrases(match_key(text).split())
        domain, subdomain, topic = labels.domain, labels.subdomain, labels.topic
        if domain.value is None:
            domain = self._vote(self._domain_hits(phrases))
        if domain.value is not None and subdomain.value is None:
            subdomain = self._vote(self._subdomain_hits(phrases, domain.value))
        if domain.value is not None and subdomain.value is not None:
            topic = self._vote(self._topic_hits(phrases, domain.value, subdomain.value))
        return Labels(domain, subdomain, topic)

    def _phrases(self, words: Sequence[str]) -> set[str]:
        """Runs of words that may be keywords."""
        return {
            " ".join(words[start : start + length])
            for start, word in enumerate(words)
            for length in range(1, self._starts.get(word, 0) + 1)
        }

    def _domain_hits(self, phrases: set[str]) -> Counter[str]:
        hits: Counter[str] = Counter()
        for phrase in phrases:
            hits.update(set(self._domains.get(phrase, ())))
            hits.update({domain for domain, _ in self._subdomains.get(phrase, ())})
            hits.update({domain for domain, _, _ in self._topics.get(phrase, ())})
        return hits

    def _subdomain_hits(self, phrases: set[str], domain: str) -> Counter[str]:
        hits: Counter[str] = Counter()
        for phrase in phrases:
            found = {s for d, s in self._subdomains.get(phrase, ()) if d == domain}
            found |= {s for d, s, _ in self._topics.get(phrase, ()) if d == domain}
            hits.update(found)
        return hits

    def _topic_hits(self, phrases: set[str], domain: str, subdomain: str) -> Counter[str]:
        hits: Counter[str] = Counter()
        for phrase in phrases:
            hits.update(
                {t for d, s, t in self._topics.get(phrase, ()) if (d, s) == (domain, subdomain)}
            )
        return hits

    def _vote(self, hits: Counter[str]) -> Label:
        if not hits:
            return Label()
        best = min(hits, key=lambda name: (-hits[name], name))
        share = hits[best] / hits.total()
        return Label(best, "rule", share) if share >= self._least else Label()


def _by_neighbours(
    texts: Sequence[str],
    languages: Sequence[str],
    labels: Sequence[Labels],
    neighbours: int,
    least: float,
) -> list[Labels]:
    done = list(labels)
    for language in sorted(set(languages)):
        places = [place for place, found in enumerate(languages) if found == language]
        known = [p for p in places if labels[p].domain.source in {"source", "folder", "option"}]
        asked = [p for p in places if _wanting(labels[p])]
        if known and asked:
            _vote_of_neighbours(texts, labels, known, asked, done, neighbours, least)
    return done


def _wanting(labels: Labels) -> bool:
    return None in (labels.domain.value, labels.subdomain.value)


def _vote_of_neighbours(
    texts: Sequence[str],
    labels: Sequence[Labels],
    known: Sequence[int],
    asked: Sequence[int],
    done: list[Labels],
    neighbours: int,
    least: float,
) -> None:
    system = BM25System()
    system.index(_texts(texts, known))
    run = system.search(_texts(texts, asked), neighbours + 1)
    votes: dict[int, list[tuple[int, float]]] = defaultdict(list)
    table = run.to_table()
    for query, document, score in zip(
        table.column("query_id").to_pylist(),
        table.column("doc_id").to_pylist(),
        table.column("score").to_pylist(),
        strict=True,
    ):
        if query != document and len(votes[int(query)]) < neighbours:
            votes[int(query)].append((int(document), score))
    for place in asked:
        done[place] = _filled(labels[place], votes[place], labels, least)


def _filled(
    mine: Labels, votes: Sequence[tuple[int, float]], labels: Sequence[Labels], least: float
) -> Labels:
    if mine.domain.value is None:
        found = _winner(votes, lambda place: labels[place].domain, least)
        mine = replace(mine, domain=found)
    if mine.domain.value is not None and mine.subdomain.value is None:
        same = [vote for vote in votes if labels[vote[0]].domain.value == mine.domain.value]
        given = [vote for vote in same if labels[vote[0]].subdomain.source == "source"]
        mine = replace(mine, subdomain=_winner(given, lambda p: labels[p].subdomain, least))
    return mine


def _winner(
    votes: Sequence[tuple[int, float]], label: Callable[[int], Label], least: float
) -> Label:
    weights: dict[str, float] = defaultdict(float)
    for place, score in votes:
        value = label(place).value
        if value is not None:
            weights[value] += score
    total = sum(weights[name] for name in sorted(weights))
    if not total:
        return Label()
    best = min(weights, key=lambda name: (-weights[name], name))
    share = weights[best] / total
    return Label(best, "neighbours", share) if share >= least else Label()


def _texts(texts: Sequence[str], places: Sequence[int]) -> Texts:
    ids = pa.array([f"{place:010d}" for place in places], pa.large_string())
    return Texts.from_arrays(ids, pa.array([texts[place] for place in places], pa.large_string()))
