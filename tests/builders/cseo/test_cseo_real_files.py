"""Real files: a query of C-SEO Bench, passages with targets, product catalogues."""

import pytest

import domainbench
from domainbench.builders.sources.cseo import open_cseo
from domainbench.builders.sources.cseo.records import Lone, Pair

pytestmark = pytest.mark.real_data


@pytest.fixture
def folder(data_dir):
    found = data_dir / "cseo"
    if not found.is_dir():
        pytest.skip(f"{data_dir} has no folder cseo")
    return found


def test_a_query_of_the_bench_with_its_ten_products(folder, tmp_path):
    release = domainbench.build("cseo", [folder / "retail_query0_datapoint.json"], tmp_path / "out")
    assert domainbench.verify(release.path) == []
    [query] = release.table("queries").to_pylist()
    assert (query["text"], query["domain"], query["targets"]) == (
        "holidaytraditions",
        ["retail"],
        [],
    )
    first = next(row for row in release.table("contexts").to_pylist() if row["position"] == 1)
    texts = {row["_id"]: row["text"] for row in release.table("corpus").to_pylist()}
    assert len(texts) == 10
    assert texts[first["corpus_id"]].startswith("Name: Graduation Ornament 2021 Guy")
    assert release.manifest.tables["variants"].rows == 70


def test_passages_with_a_target_each(folder, tmp_path):
    source = folder / "msmarco_1000x5.json"
    assert sum(isinstance(item, Pair) and item.target for item in open_cseo(source)) == 1000
    options = {"domain": "web", "methods": "none", "adoption": "1,all"}
    release = domainbench.build("cseo", [source], tmp_path / "out", options=options)
    assert domainbench.verify(release.path) == []
    queries = release.table("queries").to_pylist()
    assert [len(row["targets"]) for row in queries] == [1] * 1000
    assert release.manifest.dropped == {"document repeated in its context": 8}
    firsts = {
        row["query_id"]: row["adopters"]
        for row in release.table("episodes").to_pylist()
        if row["method"] == "top" and row["adoption"] == 1
    }
    assert firsts == {row["_id"]: row["targets"] for row in queries}


def test_catalogues_become_documents(folder):
    for name in ("books", "cameras", "coffee_machines"):
        found = list(open_cseo(folder / "llm_rank_optimizer" / "data" / f"{name}.jsonl"))
        assert len(found) == 10
        assert all(isinstance(item, Lone) and item.document.title for item in found)
        assert all("\nPrice: $" in item.document.text for item in found)


def test_catalogues_and_queries_make_contexts(folder, tmp_path):
    queries = tmp_path / "queries.csv"
    queries.write_text("query,domain\na mystery with a key,books\ncompact zoom camera,retail\n")
    sources = [folder / "llm_rank_optimizer" / "data", queries]
    options = {"domain": "retail", "context": 5}
    release = domainbench.build("cseo", sources, tmp_path / "out", options=options)
    assert [f for f in domainbench.verify(release.path) if f.level == "fault"] == []
    assert release.manifest.tables["corpus"].rows == 30
    titles = {row["_id"]: row["title"] for row in release.table("corpus").to_pylist()}
    first = {
        row["query_id"].split("-")[0]: titles[row["corpus_id"]]
        for row in release.table("contexts").to_pylist()
        if row["position"] == 1
    }
    assert first["books"] == "Mystery of the Lost Key"
