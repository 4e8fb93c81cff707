from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.builders.imports.sorting import Repeat, SortedTable
from domainbench.schemas.retrieval import QUERIES

# Few different ids, so that many repeat; beyond U+FFFF, UTF-8 and UTF-16 order differently.
ids = st.text(st.sampled_from("aé\uffff\U0001f600"), max_size=3)


@settings(max_examples=30)
@given(st.lists(ids, max_size=40), st.sampled_from([1, 200, 1 << 20]))
def test_rows_are_sorted_and_the_first_of_an_id_is_kept(
    tmp_path_factory: pytest.TempPathFactory, keys: list[str], bucket_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("sorting")
    with SortedTable(QUERIES, folder, bucket_bytes=bucket_bytes) as out:
        for place, key in enumerate(keys, 1):
            out.add({"_id": key, "text": f"text {place}"}, place)
        path, repeats = out.finish()
    first: dict[str, int] = {}
    again = []
    for place, key in enumerate(keys, 1):
        if first.setdefault(key, place) != place:
            again.append(Repeat(key, place, first[key]))
    wanted = [{"_id": key, "text": f"text {first[key]}"} for key in sorted(first)]
    assert pq.read_table(path).to_pylist() == wanted
    assert repeats == again
    assert [entry.name for entry in folder.iterdir()] == ["queries.parquet"]


def test_the_number_of_files_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    with SortedTable(QUERIES, tmp_path, bucket_bytes=1) as out:
        for place in range(3_000):
            out.add({"_id": f"{place * 7 % 3_000:05d}", "text": "x" * 50}, place)
        path, repeats = out.finish()
    assert pq.read_table(path).column("_id").to_pylist() == [f"{at:05d}" for at in range(3_000)]
    assert repeats == []
