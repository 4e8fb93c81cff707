from __future__ import annotations

from domainbench.schemas.inspect import CELL, inspect
from domainbench.schemas.release import Release, write_release

from .conftest import CORPUS, info, tables


def test_shows_rows_columns_and_slices(release: Release) -> None:
    found = inspect(release.path)
    assert found["tables"]["corpus"]["rows"] == {"test": 3}
    assert [row["_id"] for row in found["tables"]["corpus"]["head"]] == ["d1", "d2", "d3"]
    assert found["tables"]["qrels"]["columns"]["score"] == "int32"
    assert found["slices"]["qrels.partition=OUT"] == 1


def test_long_texts_are_cut_and_dates_are_text(tmp_path) -> None:
    corpus = [CORPUS[0] | {"text": "x" * 1000}, *CORPUS[1:]]
    made = write_release(tmp_path / "long", tables(corpus=corpus), info())
    row = inspect(made.path)["tables"]["corpus"]["head"][0]
    assert len(row["text"]) == CELL
    assert row["text"].endswith("…")
    assert row["earliest_date"] == "2001-02-03"


def test_empty_tables_have_no_rows_to_show(tmp_path) -> None:
    made = write_release(tmp_path / "bare", tables(queries=[], qrels=[]), info())
    assert inspect(made.path)["tables"]["queries"]["head"] == []
