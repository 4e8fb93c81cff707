from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.benchmarks import data
from domainbench.benchmarks.data import Documents, Queries
from domainbench.benchmarks.patents import RETRIEVAL
from domainbench.schemas.errors import UsageError
from domainbench.schemas.release import Release


@pytest.mark.parametrize("view", ["T", "TA", "D", "TACD"])
def test_large_texts_come_from_a_file(
    library: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    documents = Documents(library, RETRIEVAL)
    held = documents.texts(view)
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(data, "SPOOL_BYTES", 0)
    mapped = documents.texts(view)
    assert mapped.ids.equals(held.ids)
    assert mapped.texts.equals(held.texts)
    assert list((tmp_path / "cache" / "spool").iterdir()) == []


def test_columns_without_a_text_do_not_count(pumps: Release) -> None:
    documents = Documents(pumps, RETRIEVAL)
    assert documents.columns("TACD") == ("title", "text")
    assert documents.columns("D") == ()
    queries = Queries(pumps, RETRIEVAL, "test")
    assert queries.columns("K") == ()
    assert queries.columns("TA") == ("title", "abstract")
    with pytest.raises(UsageError, match="view"):
        documents.columns("K")


def test_lists_of_words_count_as_text(library: Release) -> None:
    queries = Queries(library, RETRIEVAL, "dev")
    assert queries.columns("K") == ("keywords",)
    assert queries.texts("K").texts.to_pylist() == ["piston", "seat"]


def test_own_documents_and_lost_pairs(pumps: Release) -> None:
    documents, queries = Documents(pumps, RETRIEVAL), Queries(pumps, RETRIEVAL, "test")
    assert queries.own(documents) == {"q1": ["q1"]}
    assert queries.lost(documents) == 0
