"""One of a QA release's retrieval tasks in the layouts of other tools."""

import csv
import json

import pytest

import domainbench
from domainbench.schemas.errors import UsageError


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return domainbench.sample("qa", tmp_path_factory.mktemp("qa") / "release", size=4)


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_subset_is_written_with_its_documents_queries_and_pairs(release, tmp_path):
    folder = domainbench.export_dataset(
        release, "beir", tmp_path / "beir", partition="passages-en-hi"
    )
    corpus = {row["_id"]: row for row in lines(folder / "corpus.jsonl")}
    queries = {row["_id"]: row for row in lines(folder / "queries.jsonl")}
    assert {row["metadata"]["kind"] for row in corpus.values()} == {"passage"}
    assert {row["metadata"]["language"] for row in corpus.values()} == {"hi"}
    assert {row["metadata"]["language"] for row in queries.values()} == {"en"}
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as file:
        pairs = list(csv.DictReader(file, delimiter="\t"))
    assert pairs
    assert {pair["partition"] for pair in pairs} == {"en-hi"}
    assert all(p["query-id"] in queries and p["corpus-id"] in corpus for p in pairs)


def test_pairs_of_other_pools_are_not_written(release, tmp_path):
    folder = domainbench.export_dataset(
        release, "trec", tmp_path / "trec", partition="answers-law-hi"
    )
    asked = {row.split("\t")[0] for row in (folder / "test.topics.tsv").read_text().splitlines()}
    judged = [row.split() for row in (folder / "test.qrels").read_text().splitlines()]
    documents = {row["id"] for row in lines(folder / "corpus.jsonl")}
    assert len(judged) == 4
    assert all(row[0] in asked and row[2] in documents for row in judged)


@pytest.mark.parametrize("name", [None, "passages-en-fr"], ids=["none", "unknown"])
def test_a_subset_must_be_named(release, tmp_path, name):
    with pytest.raises(UsageError) as raised:
        domainbench.export_dataset(release, "beir", tmp_path / "out", partition=name)
    assert "passages-en-hi" in str(raised.value)
