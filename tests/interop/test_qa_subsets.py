"""The configs by which other tools load each ranking of a QA release."""

from __future__ import annotations

from pathlib import Path

import pytest
from datasets import get_dataset_config_names, load_dataset

from domainbench.schemas.release import Release
from tests.benchmarks.qa.conftest import choice_rows, document, pair, query, span_rows, write

SUBSETS = [
    "answers-agriculture-en",
    "answers-agriculture-hi",
    "answers-law-en",
    "passages-en-en",
    "passages-en-hi",
    "passages-hi-en",
    "passages-hi-hi",
    "sentences",
    "sentences-en-en",
    "sentences-en-hi",
    "sentences-hi-en",
    "sentences-hi-hi",
]


@pytest.fixture
def bilingual(tmp_path: Path) -> Release:
    return write(tmp_path / "bilingual", choice_rows(), span_rows())


def loaded(release: Release, tmp_path: Path, name: str) -> dict[str, list[str]]:
    """Ids of a subset's rows; those of a pair are joined."""
    ids = {"corpus": ["_id"], "queries": ["_id"], "qrels": ["query-id", "corpus-id"]}
    found: dict[str, list[str]] = {}
    for table, columns in ids.items():
        cache = str(tmp_path / "cache")
        rows = load_dataset(str(release.path), f"{name}-{table}", split="test", cache_dir=cache)
        found[table] = [" ".join(row[c] for c in columns) for row in rows]
    return found


def test_every_ranking_is_a_subset(bilingual: Release) -> None:
    names = get_dataset_config_names(str(bilingual.path))
    assert names[:4] == ["corpus", "qrels", "queries", "questions"]
    tables = ("corpus", "queries", "qrels")
    assert names[4:] == [f"{name}-{table}" for name in SUBSETS for table in tables]


def test_titles_are_left_out(bilingual: Release, tmp_path: Path) -> None:
    name, cache = "passages-en-hi-corpus", str(tmp_path / "cache")
    rows = load_dataset(str(bilingual.path), name, split="test", cache_dir=cache)
    assert rows.column_names == ["_id", "text"]


def test_answers_of_a_pool(bilingual: Release, tmp_path: Path) -> None:
    found = loaded(bilingual, tmp_path, "answers-law-en")
    assert found["corpus"] == ["o-law-en-land-court", "o-law-en-paddy-rice"]
    assert found["queries"] == ["l1"]
    # The pairs are those of all pools: a loader keeps what its queries have.
    assert "l1 o-law-en-land-court" in found["qrels"]
    assert not any("pe1" in pair for pair in found["qrels"])


def test_passages_of_a_pair_of_languages(bilingual: Release, tmp_path: Path) -> None:
    found = loaded(bilingual, tmp_path, "passages-en-hi")
    assert found["corpus"] == ["ph1", "ph2"]
    assert {"e1", "e2"} <= set(found["queries"])
    assert found["qrels"] == ["e1 ph1", "e2 ph1"]


@pytest.mark.parametrize(
    ("name", "pairs"),
    [
        ("sentences", ["e1 se1", "e1 sh1", "e2 se2", "e2 sh2"]),
        ("sentences-en-hi", ["e1 sh1", "e2 sh2"]),
    ],
)
def test_sentences_are_one_ranking(
    bilingual: Release, tmp_path: Path, name: str, pairs: list[str]
) -> None:
    found = loaded(bilingual, tmp_path, name)
    assert found["corpus"] == ["se1", "se2", "se3", "sh1", "sh2", "sh3"]
    assert found["qrels"][: len(pairs)] == pairs


def test_a_pool_that_cannot_name_a_config_has_none(tmp_path: Path) -> None:
    rows = {
        "questions": [],
        "corpus": [document("o", "option", "text", "en", ["rock & roll"])],
        "queries": [query("q", "text", "en", ["rock & roll"], "single_choice")],
        "qrels": [pair("q", "o", "answers", "en-en")],
    }
    names = get_dataset_config_names(str(write(tmp_path / "odd", rows).path))
    assert not any(name.startswith("answers") for name in names)
