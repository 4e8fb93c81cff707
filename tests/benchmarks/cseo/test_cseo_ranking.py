"""Rankings of episodes against BM25 worked out in plain Python."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from domainbench.benchmarks.cseo.ranker import RankerEngine
from domainbench.benchmarks.cseo.ranking import rank_domain
from domainbench.benchmarks.cseo.scenario import Scenario
from domainbench.retrieval.systems import parse_system
from domainbench.schemas.errors import UsageError
from domainbench.schemas.progress import SILENT
from tests.retrieval.rerank.conftest import save_cross_encoder


def words(text: str) -> list[str]:
    return re.findall(r"\w{2,}", text.lower())


def scores(query: str, corpus: list[str], texts: list[str]) -> list[float]:
    """Lucene's BM25 of texts, with the numbers of documents and words of a corpus."""
    counted = [Counter(words(text)) for text in corpus]
    mean = sum(sum(one.values()) for one in counted) / len(corpus)
    found = []
    for text in texts:
        times = Counter(words(text))
        norm = 0.25 + 0.75 * sum(times.values()) / mean
        total = 0.0
        for word in words(query):
            df = max(1, sum(word in one for one in counted))
            idf = math.log(1 + (len(corpus) - df + 0.5) / (df + 0.5))
            total += idf * times[word] / (times[word] + 1.2 * norm)
        found.append(total)
    return found


def ranked(scenario: Scenario, row: int) -> list[str]:
    """The documents of an episode's domain by score, then id, both descending."""
    episode = scenario.episodes[row]
    query = scenario.queries[episode.query]
    rows = [place for place, domain in enumerate(scenario.domains) if domain == query.domain]
    shown = {row: scenario.documents[row] for row in rows}
    for place, variant in zip(episode.adopters, episode.variants, strict=True):
        if variant >= 0:
            shown[query.context[place]] = scenario.variants[variant].text
    found = scores(query.text, [scenario.documents[row] for row in rows], list(shown.values()))
    pairs = [
        (np.float32(score), scenario.document_ids[row])
        for score, row in zip(found, shown, strict=True)
        if score > 0
    ]
    return [name for _, name in sorted(pairs, reverse=True)]


def names(scenario: Scenario, rows: np.ndarray) -> list[str]:
    return [scenario.document_ids[row] for row in rows.tolist() if row >= 0]


@pytest.mark.parametrize("domain", ["retail", "web"])
def test_rankings_are_those_of_bm25_with_the_corpus_as_it_was(
    scenario: Scenario, domain: str
) -> None:
    rows = [
        row
        for row, episode in enumerate(scenario.episodes)
        if scenario.queries[episode.query].domain == domain
    ]
    found = rank_domain(scenario, rows, parse_system("bm25"), 12)
    assert len(rows) > 30
    for row, documents in zip(found.episodes, found.documents, strict=True):
        assert names(scenario, documents) == ranked(scenario, row)[:12], scenario.episodes[row]


def test_fused_rankings_take_the_members_rankings_of_the_same_episode(scenario: Scenario) -> None:
    rows = [row for row, e in enumerate(scenario.episodes) if e.method == "keyword_insertion"]
    rows = [r for r in rows if scenario.queries[scenario.episodes[r].query].domain == "retail"]
    system = parse_system("rrf:bm25+bm25:b=0.2,k=10")
    found = rank_domain(scenario, rows, system, 6)
    members = [rank_domain(scenario, rows, parse_system(s), 6) for s in ("bm25", "bm25:b=0.2")]
    for place in range(len(rows)):
        total: Counter[str] = Counter()
        for member in members:
            for rank, name in enumerate(names(scenario, member.documents[place]), 1):
                total[name] += 1 / (10 + rank)
        best = sorted(total, key=lambda name: (np.float32(total[name]), name), reverse=True)
        assert names(scenario, found.documents[place]) == best[:6]


def test_a_cross_encoder_reads_the_version_that_is_shown(
    scenario: Scenario, tmp_path: Path
) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    encoder = save_cross_encoder(tmp_path / "encoder")
    rows = [row for row, e in enumerate(scenario.episodes) if e.method == "statistics_scaffold"]
    rows = [r for r in rows if scenario.queries[scenario.episodes[r].query].domain == "web"][:6]
    system = parse_system(f"rerank:{encoder},n=5,over=bm25")
    found = rank_domain(scenario, rows, system, 5)
    model = CrossEncoder(str(encoder), device="cpu")
    for place, row in enumerate(rows):
        episode = scenario.episodes[row]
        query = scenario.queries[episode.query]
        texts = dict(zip(query.context, scenario.texts(episode), strict=True))
        first = ranked(scenario, row)[:5]
        by_name = {
            name: texts.get(r, scenario.documents[r])
            for r, name in enumerate(scenario.document_ids)
        }
        given = model.predict(
            [(query.text, by_name[name]) for name in first], activation_fn=torch.nn.Identity()
        )
        values = {name: float(value) for name, value in zip(first, given, strict=True)}
        order = names(scenario, found.documents[place])
        assert sorted(order) == sorted(first)
        assert [values[name] for name in order] == pytest.approx(
            sorted(values.values(), reverse=True), abs=1e-4
        )


def test_a_ranker_cites_every_document_that_it_ranks(scenario: Scenario) -> None:
    engine = RankerEngine("bm25", depth=4)
    (found,) = engine.answer(scenario.without_moves(), SILENT)
    still = scenario.without_moves()
    for row, episode in enumerate(still.episodes):
        order = ranked(still, row)[:4]
        context = [still.document_ids[r] for r in still.queries[episode.query].context]
        places = [order.index(name) if name in order else -1 for name in context]
        assert found.places[row].tolist() == places
        assert found.cited[row] == len(order)
    assert not found.failed.any()
    assert found.impressions == {}


def test_systems_that_cannot_rank_other_texts_are_told(scenario: Scenario) -> None:
    engine = RankerEngine("passages:bm25,window=8,stride=4,agg=maxP")
    with pytest.raises(UsageError, match="cannot rank documents that its corpus does not hold"):
        engine.answer(scenario.without_moves(), SILENT)
