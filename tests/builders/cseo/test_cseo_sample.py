"""The invented sample: its files, and the release built of them."""

import json

import pytest

import domainbench
from domainbench.builders.cseo.sample.files import write_sources
from domainbench.builders.cseo.sample.vocabulary import topics
from domainbench.retrieval.systems import parse_system
from domainbench.retrieval.texts import Texts
from domainbench.schemas.cseo import DOMAIN_TASKS
from domainbench.schemas.errors import UsageError


def files_of(folder):
    return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}


def written(folder, **options):
    folder.mkdir()
    write_sources(folder, **options)
    return files_of(folder)


def test_the_topics_are_whole():
    assert [topic.domain for topic in topics()] == list(DOMAIN_TASKS)
    for topic in topics():
        assert len(topic.subjects) * len(topic.angles) >= 100
        assert all(len(subject.names) == 2 for subject in topic.subjects)
        assert all(len(subject.facts) == 5 for subject in topic.subjects)
        assert all(len(angle) == 2 for angle in topic.angles)
        assert len(topic.sentences) >= 10


def test_the_files_follow_the_seed_and_grow_with_the_size(tmp_path):
    three = written(tmp_path / "a", size=3)
    assert written(tmp_path / "b", size=3) == three
    assert written(tmp_path / "c", size=3, seed=1) != three
    more = written(tmp_path / "d", size=4)
    assert set(three) == {f"{domain}.jsonl" for domain in DOMAIN_TASKS}
    assert all(more[name].startswith(text) for name, text in three.items())


def test_the_files_are_in_the_layout_of_the_bench(tmp_path):
    for text in written(tmp_path / "a", size=5).values():
        rows = [json.loads(line) for line in text.splitlines()]
        assert len(rows) == 50
        assert all(list(row) == ["query_id", "query", "document"] for row in rows)
        assert len({row["query"] for row in rows}) == 5
        assert all(60 <= len(row["document"].split()) <= 240 for row in rows)
        assert not any(mark in row["document"] + row["query"] for row in rows for mark in "{}|")


def test_more_queries_than_there_are_is_refused(tmp_path):
    with pytest.raises(UsageError, match="not so many queries"):
        write_sources(tmp_path, size=100_000)


def test_the_sample_builds_and_verifies(tmp_path):
    release = domainbench.sample("cseo", tmp_path / "out", size=4)
    assert domainbench.verify(release.path) == []
    assert release.manifest.dropped == {}
    assert release.manifest.license == "Apache-2.0"
    assert release.manifest.languages == ["en"]
    assert release.manifest.tables["contexts"].rows == 6 * 4 * 10
    assert release.manifest.tables["variants"].rows == 6 * 4 * 10 * 7
    # One place, and the ten adoptions of seven methods and of "top".
    assert release.manifest.tables["episodes"].rows == 6 * 4 * (1 + 10 * 8)
    again = domainbench.sample("cseo", tmp_path / "again", size=4)
    assert again.manifest.fingerprint == release.manifest.fingerprint


def test_the_documents_differ_in_how_well_they_match(tmp_path):
    folder = tmp_path / "a"
    for text in written(folder).values():
        rows = [json.loads(line) for line in text.splitlines()]
        ids = [f"{row['query_id']:03}-{place % 10}" for place, row in enumerate(rows)]
        queries = {f"{row['query_id']:03}": row["query"] for row in rows}
        system = parse_system("bm25")
        system.index(Texts.from_arrays(ids, [row["document"] for row in rows]))
        run = system.search(Texts.from_arrays(list(queries), list(queries.values())), 10)
        found = [row["doc_id"][:3] == row["query_id"] for row in run.to_table().to_pylist()]
        assert 0.3 < sum(found) / len(found) < 0.8
