"""The sample: made by seed, built offline, sound."""

from collections import Counter

import domainbench
from domainbench.builders.rag.rules import load_rules
from domainbench.builders.rag.sample.entities import invent
from domainbench.builders.rag.sample.topics import TOPICS
from domainbench.schemas.rag import DOMAINS, REASONINGS


def test_the_sample_builds_and_is_sound(tmp_path):
    release = domainbench.sample("rag", tmp_path / "made", size=12)
    assert domainbench.verify(release.path) == []
    rows = release.table("questions").to_pylist()
    assert {row["pool"] for row in rows} == set(DOMAINS)
    counts = Counter((row["pool"], row["reasoning"], row["answer"]) for row in rows)
    assert set(Counter(row["reasoning"] for row in rows)) == set(REASONINGS)
    assert all(
        counts[domain, rule, "yes"] == counts[domain, rule, "no"] <= 10
        for domain in DOMAINS
        for rule in REASONINGS
    )
    assert all(row["gold"] for row in rows)
    kinds = Counter((row["pool"], row["kind"]) for row in release.table("corpus").to_pylist())
    assert {kinds[domain, "paragraph"] for domain in DOMAINS} == {12}
    assert all(kinds[domain, "chunk"] for domain in DOMAINS)
    assert release.manifest.license == "Apache-2.0"


def test_one_seed_gives_one_sample(tmp_path):
    first, again, other = (
        domainbench.sample("rag", tmp_path / name / "made", size=6, seed=seed)
        for name, seed in (("first", 3), ("again", 3), ("other", 4))
    )
    assert first.manifest.fingerprint == again.manifest.fingerprint
    assert first.manifest.fingerprint != other.manifest.fingerprint


def test_a_sample_of_one_entity_builds(tmp_path):
    release = domainbench.sample("rag", tmp_path / "made", size=1)
    assert [f for f in domainbench.verify(release.path) if f.level == "fault"] == []


def test_names_are_of_one_entity_and_predicates_are_declared():
    names = [entity.name for entity in invent(0, 60)]
    assert len({name.split()[0] for name in names}) == len(names) == 60 * len(DOMAINS)
    rules = load_rules()
    assert [topic.domain for topic in TOPICS] == list(DOMAINS)
    for topic in TOPICS:
        assert rules.get(topic.chain).transitive
        assert rules.get(topic.made).inverse
        assert rules.get(topic.year).functional
        for predicate in (topic.chain, topic.made, topic.trait, topic.year):
            assert rules.get(predicate).phrase
            assert rules.canonical(predicate) == predicate
