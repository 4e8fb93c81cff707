from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@given(st.dictionaries(st.text(max_size=6), st.none() | st.text(max_size=20)), st.data())
def test_spooled_texts_are_the_texts(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, str | None], data: st.DataObject
) -> None:
    ids = sorted(rows, key=str.encode)
    cut = data.draw(st.integers(0, len(ids)))
    batches = [(part, [rows[i] for i in part]) for part in (ids[:cut], ids[cut:])]
    folder = tmp_path_factory.mktemp("spool") / "texts"
    spooled = Texts.spool(folder, batches)
    expected = Texts.from_arrays(ids, [rows[i] for i in ids])
    for texts in (spooled, Texts.open(folder)):
        assert texts.ids.equals(expected.ids)
        assert texts.texts.equals(expected.texts)
    spooled.texts.validate(full=True)


def test_arrow_batches_may_be_slices_and_chunks(tmp_path: Path) -> None:
    ids = pa.array(["x", "a", "b", "c"]).slice(1, 2)
    batches = [
        (ids, pa.chunked_array([["one"], [None]], pa.string())),
        (["d"], pa.array(["", "", "é"]).slice(2)),
        ([], []),
    ]
    texts = Texts.spool(tmp_path / "spool", batches)
    assert texts.ids.to_pylist() == ["a", "b", "d"]
    assert texts.texts.to_pylist() == ["one", "", "é"]


def test_a_system_ranks_spooled_texts_as_it_does_others(tmp_path: Path) -> None:
    ids = [f"{i:03d}" for i in range(300)]
    rows = [f"word{i % 7} word{i % 11}" for i in range(300)]
    spooled = Texts.spool(tmp_path / "spool", [(ids[:100], rows[:100]), (ids[100:], rows[100:])])
    queries = Texts.from_arrays(["q"], ["word3 word5"])
    runs = []
    for corpus in (spooled, Texts.from_arrays(ids, rows)):
        system = BM25System()
        system.index(corpus)
        runs.append(system.search(queries, 50).to_table())
    assert runs[0].equals(runs[1])


@pytest.mark.parametrize(
    ("batches", "message"),
    [
        ([(["a", "b"], ["x"])], "differ in number"),
        ([(["b", "a"], ["x", "y"])], "not unique and ascending"),
        ([(["a"], ["x"]), (["a"], ["y"])], "not unique and ascending"),
        ([(["b"], ["x"]), ([], []), (["a"], ["y"])], "not unique and ascending"),
        ([([None], ["x"])], "an id is null"),
    ],
    ids=["lengths", "order", "repeated", "order over batches", "null"],
)
def test_bad_batches_leave_nothing_behind(
    tmp_path: Path, batches: list[tuple[list[str], list[str]]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        Texts.spool(tmp_path / "spool", batches)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the folder is there"):
        Texts.spool(tmp_path, [])


@pytest.mark.parametrize("name", ["ids.offsets", "ids.bytes", "texts.offsets", "texts.bytes"])
@pytest.mark.parametrize("damage", ["gone", "cut", "longer"])
def test_damaged_texts_are_refused(tmp_path: Path, name: str, damage: str) -> None:
    Texts.spool(tmp_path / "spool", [(["a", "b"], ["one", "two"])])
    path = tmp_path / "spool" / name
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes(content[:-1] if damage == "cut" else content + b"x")
    with pytest.raises(DataError):
        Texts.open(tmp_path / "spool")


def test_ids_and_texts_must_be_as_many(tmp_path: Path) -> None:
    for name, count in (("one", 1), ("two", 2)):
        Texts.spool(tmp_path / name, [(["a", "b"][:count], ["x", "y"][:count])])
    for end in (".offsets", ".bytes"):
        (tmp_path / "one" / f"ids{end}").replace(tmp_path / "two" / f"ids{end}")
    with pytest.raises(DataError, match="1 and 2"):
        Texts.open(tmp_path / "two")
