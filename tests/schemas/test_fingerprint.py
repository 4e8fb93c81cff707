from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from domainbench.schemas.fingerprint import TableDigest, table_fingerprint

SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("grade", pa.int32()),
        ("day", pa.date32()),
        ("flag", pa.bool_()),
        ("pair", pa.struct([("a", pa.int64()), ("b", pa.string())])),
    ]
)

rows = st.lists(
    st.fixed_dictionaries(
        {
            "text": st.none() | st.text(max_size=8),
            "tags": st.none() | st.lists(st.none() | st.text(max_size=3), max_size=3),
            "grade": st.none() | st.integers(-5, 5),
            "day": st.none() | st.dates(),
            "flag": st.none() | st.booleans(),
            "pair": st.none()
            | st.fixed_dictionaries({"a": st.none() | st.integers(0, 9), "b": st.text(max_size=2)}),
        }
    ),
    max_size=12,
)


def fingerprint_in_chunks(table: Any, size: int) -> str:
    digest = TableDigest(table.schema)
    for batch in table.to_batches(max_chunksize=size):
        digest.update(batch)
    return digest.hexdigest()


@given(rows, st.integers(1, 5))
def test_chunks_do_not_matter(data: list[dict[str, Any]], size: int) -> None:
    table = pa.Table.from_pylist(data, schema=SCHEMA)
    assert fingerprint_in_chunks(table, size) == table_fingerprint(table)


@given(rows)
def test_physical_string_type_does_not_matter(data: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(data, schema=SCHEMA)
    large = table.set_column(0, "text", table.column("text").cast(pa.large_string()))
    view = table.set_column(0, "text", table.column("text").cast(pa.string_view()))
    assert table_fingerprint(large) == table_fingerprint(table) == table_fingerprint(view)


@given(rows, rows)
def test_other_rows_give_another_fingerprint(
    left: list[dict[str, Any]], right: list[dict[str, Any]]
) -> None:
    one = pa.Table.from_pylist(left, schema=SCHEMA)
    two = pa.Table.from_pylist(right, schema=SCHEMA)
    assert (table_fingerprint(one) == table_fingerprint(two)) == (
        one.to_pylist() == two.to_pylist()
    )


def test_values_do_not_run_into_each_other() -> None:
    one = pa.table({"a": ["ab", "c"]})
    two = pa.table({"a": ["a", "bc"]})
    assert table_fingerprint(one) != table_fingerprint(two)


def test_null_is_not_empty() -> None:
    null = pa.table({"a": pa.array([None], pa.string())})
    empty = pa.table({"a": [""]})
    assert table_fingerprint(null) != table_fingerprint(empty)


def test_column_names_count() -> None:
    assert table_fingerprint(pa.table({"a": [1]})) != table_fingerprint(pa.table({"b": [1]}))


def test_parquet_settings_do_not_matter(tmp_path: Any) -> None:
    table = pa.table({"a": [str(i) for i in range(1000)], "b": list(range(1000))})
    pq.write_table(table, tmp_path / "one.parquet", compression="zstd", row_group_size=7)
    pq.write_table(table, tmp_path / "two.parquet", compression="snappy", use_dictionary=False)
    one, two = (table_fingerprint(pq.read_table(tmp_path / f"{n}.parquet")) for n in ("one", "two"))
    assert one == two == table_fingerprint(table)
