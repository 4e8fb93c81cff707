"""The configs that let other tools load partitions: columns and rows of the release's own files."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import get_dataset_config_names, get_dataset_split_names, load_dataset

from domainbench.schemas.release import Release, TableData, write_release
from domainbench.schemas.views import View, judgements
from tests.schemas.conftest import CORPUS, QRELS, QUERIES, info, pair, table, tables

OUTSIDE = pair("q2", "d1", "OUT")


@pytest.mark.parametrize("name", ["ALL", "IN", "OUT"])
def test_subsets_hold_the_relevant_pairs_of_a_partition(
    release: Release, tmp_path: Path, name: str
) -> None:
    folder = str(release.path)
    loaded = {
        table: load_dataset(folder, f"{name}-{table}", split="test", cache_dir=str(tmp_path))
        for table in ("corpus", "queries", "qrels")
    }
    wanted = [
        (row["query-id"], row["corpus-id"], row["score"])
        for row in release.table("qrels").to_pylist()
        if row["score"] > 0 and name in ("ALL", row["partition"])
    ]
    pairs = loaded["qrels"]
    assert list(zip(*(pairs[c] for c in pairs.column_names), strict=True)) == wanted
    assert pairs.column_names == ["query-id", "corpus-id", "score"]
    assert loaded["corpus"].column_names == ["_id", "title", "text"]
    assert loaded["corpus"]["_id"] == release.table("corpus").column("_id").to_pylist()
    assert loaded["queries"]["text"] == release.table("queries").column("text").to_pylist()


def test_the_tables_stay_the_first_configs(release: Release) -> None:
    names = get_dataset_config_names(str(release.path))
    assert names[:6] == ["corpus", "qrels", "queries", "ALL-corpus", "ALL-queries", "ALL-qrels"]


def test_only_what_has_relevant_pairs_is_a_subset(tmp_path: Path) -> None:
    rows = [pair("q1", "d1", "IN"), pair("q1", "d2", "OUT", score=0)]
    some = write_release(tmp_path / "some", tables(CORPUS, QUERIES, rows), info())
    assert "IN-qrels" in get_dataset_config_names(str(some.path))
    assert "OUT-qrels" not in get_dataset_config_names(str(some.path))
    rows = [pair(row["query-id"], row["corpus-id"], "IN", score=0) for row in QRELS]
    none = write_release(tmp_path / "none", tables(CORPUS, QUERIES, rows), info())
    assert get_dataset_config_names(str(none.path)) == ["corpus", "qrels", "queries"]


def test_each_split_is_a_split_of_its_subsets(tmp_path: Path) -> None:
    corpus, queries, qrels = tables(CORPUS, QUERIES, [pair("q1", "d1", "IN")])
    dev = table(queries.table.schema, QUERIES[1:]), table(qrels.table.schema, [OUTSIDE])
    test = table(queries.table.schema, QUERIES[:1]), qrels.splits["test"]
    parts = {"dev": dev, "test": test}
    split = write_release(
        tmp_path / "split",
        [
            corpus,
            TableData(queries.table, {name: part[0] for name, part in parts.items()}),
            TableData(qrels.table, {name: part[1] for name, part in parts.items()}),
        ],
        info(),
    )
    folder = str(split.path)
    assert get_dataset_split_names(folder, "ALL-qrels") == ["dev", "test"]
    assert get_dataset_split_names(folder, "IN-queries") == ["test"]
    assert get_dataset_split_names(folder, "OUT-qrels") == ["dev"]
    loaded = load_dataset(folder, "OUT-qrels", split="dev", cache_dir=str(tmp_path / "cache"))
    assert loaded["query-id"] == ["q2"]
    out = View(partition="OUT")
    assert list(judgements(split, "test", out)) == []
    assert [found.query for found in judgements(split, "dev", out)] == ["q2"]
