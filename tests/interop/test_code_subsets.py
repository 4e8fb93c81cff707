"""The configs by which other tools load each ranking of a code release."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from datasets import get_dataset_config_names, load_dataset

import domainbench
from domainbench.schemas.release import Release
from tests.benchmarks.code.releases import code_rows, write_code_release

SUBSETS = [
    "requirement",
    "requirement-ledger",
    "requirement-textkit",
    "context-ledger",
    "context-textkit",
    "description",
    "description-ledger",
    "description-textkit",
]


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return write_code_release(tmp_path / "code")


def loaded(release: Release, tmp_path: Path, name: str) -> dict[str, list[dict[str, str]]]:
    return {
        table: list(
            load_dataset(
                str(release.path),
                f"{name}-{table}",
                split="test",
                cache_dir=str(tmp_path / "cache"),
            )
        )
        for table in ("corpus", "queries", "qrels")
    }


def test_every_ranking_is_a_subset(release: Release) -> None:
    names = get_dataset_config_names(str(release.path))
    assert names[:6] == ["corpus", "files", "qrels", "queries", "samples", "snapshots"]
    tables = ("corpus", "queries", "qrels")
    assert names[6:] == [f"{name}-{table}" for name in SUBSETS for table in tables]


def test_a_repository_is_ranked_by_itself(release: Release, tmp_path: Path) -> None:
    found = loaded(release, tmp_path, "context-ledger")
    rows = code_rows()
    mine = {r["_id"] for r in rows["corpus"] if r["repository"] == "ledger"}
    kinds = {r["_id"]: r["kind"] for r in rows["corpus"]}
    assert {r["_id"] for r in found["corpus"]} == {i for i in mine if kinds[i] != "docstring"}
    assert set(found["corpus"][0]) == {"_id", "text"}
    assert len(found["queries"]) == 2
    assert {r["query-id"] for r in found["qrels"]} == {r["_id"] for r in found["queries"]}
    assert {r["corpus-id"] for r in found["qrels"]} <= mine


def test_the_whole_has_all_repositories(release: Release, tmp_path: Path) -> None:
    found = loaded(release, tmp_path, "requirement")
    assert [len(found[table]) for table in ("corpus", "queries", "qrels")] == [8, 5, 5]
    found = loaded(release, tmp_path, "description-textkit")
    assert [len(found[table]) for table in ("corpus", "queries", "qrels")] == [3, 3, 3]


def test_a_name_that_begins_another_is_another_repository(tmp_path: Path) -> None:
    rows = code_rows()
    pair = next(r for r in rows["qrels"] if r["task"] == "requirement")
    assert pair["query-id"].startswith("textkit/")
    rows["qrels"] += [pair | {"corpus-id": f"textkit{end}/x@0"} for end in ("", "-more", "0", "s")]
    release = write_code_release(tmp_path / "names", rows)
    found = loaded(release, tmp_path, "requirement-textkit")
    mine = {r["corpus-id"] for r in found["qrels"] if r["query-id"] == pair["query-id"]}
    assert mine == {pair["corpus-id"], "textkit/x@0"}


def test_a_subset_is_exported(release: Release, tmp_path: Path) -> None:
    folder = domainbench.export_dataset(
        release, "beir", tmp_path / "beir", partition="requirement-textkit"
    )
    with (folder / "qrels" / "test.tsv").open(encoding="utf-8") as file:
        pairs = list(csv.DictReader(file, delimiter="\t"))
    assert len(pairs) == 3
    assert all(pair["corpus-id"].startswith("textkit/") for pair in pairs)
