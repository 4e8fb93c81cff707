from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.dense import cache, table
from domainbench.schemas.errors import UsageError


class Counter:
    """Rows that can be told from their keys: each key's first bytes, and what was computed."""

    def __init__(self, texts: list[str], group: int = 2, fail_at: int | None = None) -> None:
        self.keys = cache.text_keys(pa.array(texts, pa.large_string()))
        self.group = group
        self.fail_at = fail_at
        self.computed: list[int] = []

    def values(self, rows=slice(None)) -> np.ndarray:
        return self.keys[rows, :3].astype(np.float32)

    def __call__(self, rows):
        for first in range(0, len(rows), self.group):
            part = rows[first : first + self.group]
            if self.fail_at is not None and len(self.computed) >= self.fail_at:
                raise KeyboardInterrupt
            self.computed.extend(part.tolist())
            yield part, self.values(part)

    def fill(self, folder: Path | None) -> cache.Filled:
        return cache.fill(folder, self.keys, 3, self)


TEXTS = [f"text {i % 7}" for i in range(10)]


@pytest.mark.parametrize("cached", [True, False], ids=["disk", "memory"])
def test_each_distinct_text_is_computed_once(tmp_path: Path, cached) -> None:
    counter = Counter(TEXTS)
    filled = counter.fill(tmp_path if cached else None)
    assert np.array_equal(filled.values, counter.values())
    assert counter.computed == list(range(7))
    assert (filled.computed, filled.reused) == (7, 0)


def test_the_rows_are_a_plain_file_that_cannot_be_written(tmp_path: Path) -> None:
    filled = Counter(TEXTS).fill(tmp_path)
    assert isinstance(filled.values, np.memmap)
    assert not filled.values.flags.writeable
    (path,) = tmp_path.glob("*.npy")
    assert np.array_equal(np.load(path, mmap_mode="r"), filled.values)


def test_an_interruption_costs_the_group_at_work(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        Counter(TEXTS, fail_at=4).fill(tmp_path)
    again = Counter(TEXTS)
    filled = again.fill(tmp_path)
    assert again.computed == [4, 5, 6]
    assert (filled.computed, filled.reused) == (3, 4)
    assert np.array_equal(filled.values, again.values())


def test_a_record_cut_short_is_passed_over(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        Counter(TEXTS, fail_at=4).fill(tmp_path)
    (path,) = tmp_path.glob("*.done")
    path.write_bytes(path.read_bytes()[:-5])
    for computed in ([2, 3, 4, 5, 6], []):  # and what follows the damage is kept
        again = Counter(TEXTS)
        assert np.array_equal(again.fill(tmp_path).values, again.values())
        assert again.computed == computed


@pytest.mark.parametrize("suffix", ["npy", "keys", "done"])
@pytest.mark.parametrize("damage", ["gone", "empty", "short", "flipped", "other"])
def test_a_damaged_file_is_never_wrong(tmp_path: Path, suffix: str, damage: str) -> None:
    Counter(TEXTS).fill(tmp_path)
    (path,) = tmp_path.glob(f"*.{suffix}")
    whole = path.read_bytes()
    middle = len(whole) - 20
    contents = {
        "empty": b"",
        "short": whole[:-9],
        "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "other": b"\x93NUMPY" + bytes(200),
    }
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(contents[damage])
    for _ in range(2):
        again = Counter(TEXTS)
        assert np.array_equal(again.fill(tmp_path).values, again.values())
    assert again.computed == []


@pytest.mark.parametrize("suffix", ["npy", "keys", "done"])
def test_a_damaged_file_of_another_corpus_is_never_wrong(tmp_path: Path, suffix: str) -> None:
    Counter(TEXTS).fill(tmp_path)
    (path,) = tmp_path.glob(f"*.{suffix}")
    for place in range(0, path.stat().st_size, 7):
        whole = path.read_bytes()
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        other = Counter([*TEXTS, f"more {place}"])
        assert np.array_equal(other.fill(tmp_path).values, other.values())
        path.write_bytes(whole)


def test_another_corpus_takes_the_rows_it_shares(tmp_path: Path) -> None:
    Counter(TEXTS).fill(tmp_path)
    other = Counter(["new", "text 3", "newer", "text 0", "text 3"])
    filled = other.fill(tmp_path)
    assert other.computed == [0, 2]
    assert (filled.computed, filled.reused) == (2, 2)
    assert np.array_equal(filled.values, other.values())


def test_windows_bound_what_is_asked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "WINDOW", 3)
    asked: list[int] = []
    counter = Counter([f"{i}" for i in range(8)])

    def compute(rows):
        asked.append(len(rows))
        return counter(rows)

    values = cache.fill(tmp_path, counter.keys, 3, compute).values
    assert asked == [3, 3, 2]
    assert np.array_equal(values, counter.values())


def test_no_text_is_no_row(tmp_path: Path) -> None:
    assert Counter([]).fill(tmp_path).values.shape == (0, 3)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="DOMAINBENCH_CACHE"):
        Counter(TEXTS).fill(tmp_path / "file" / "cache")


def test_keys_are_of_the_text_wherever_it_lies() -> None:
    values = pa.array(["", "ab", "ह", "ab", "c"], pa.large_string())
    keys = cache.text_keys(values)
    assert np.array_equal(keys[1], keys[3])
    assert len({key.tobytes() for key in keys}) == 4
    assert np.array_equal(cache.text_keys(values[2:]), keys[2:])
    assert np.array_equal(cache.text_keys(values[1:], np.array([3, 0])), keys[[4, 1]])
    assert cache.text_keys(pa.array([], pa.large_string())).shape == (0, 16)


@given(st.lists(st.integers(0, 5)), st.lists(st.integers(0, 7)))
def test_keys_are_located_as_in_a_dictionary(stored: list[int], wanted: list[int]) -> None:
    def keys(numbers: list[int]) -> np.ndarray:
        # The second half differs where the first does not: a whole key must agree.
        return np.array([[n // 2] * 8 + [n] * 8 for n in numbers], np.uint8).reshape(-1, 16)

    places = {n: i for i, n in reversed(list(enumerate(stored)))}
    for number, place in zip(wanted, table.locate_keys(keys(stored), keys(wanted)), strict=True):
        assert place in (places.get(number, -1), -1)
    own = keys(stored)
    for row, first in enumerate(table.first_rows(own)):
        assert np.array_equal(own[first], own[row])
        assert first <= row
