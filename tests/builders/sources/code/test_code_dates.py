"""Moments, windows and files of dates."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources.code.dates import (
    Window,
    format_moment,
    parse_moment,
    read_sidecar,
    stated_moment,
)
from domainbench.schemas.errors import DataError, UsageError

DAY = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-01", "2025-03-01T00:00:00Z"),
        ("2025-03-01T12:30:15Z", "2025-03-01T12:30:15Z"),
        ("2025-03-01t12:30:15z", "2025-03-01T12:30:15Z"),
        ("2025-03-01 12:30:15.123456789+05:30", "2025-03-01T07:00:15Z"),
        ("2025-03-01T00:30:00+01:00", "2025-02-28T23:30:00Z"),
        (" 2024-02-29 ", "2024-02-29T00:00:00Z"),
    ],
)
def test_days_and_times_are_taken_to_utc(text: str, expected: str) -> None:
    assert format_moment(parse_moment(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "yesterday",
            "2025",
            "2025-3-1",
            "20250301",
            "2025-W09-6",
            "2025-02-30",
            "2025-13-01",
        ),
        *(
            "2025-03-01T12:30:15",
            "2025-03-01T12:30Z",
            "2025-03-01T25:00:00Z",
            "0001-01-01T00:00:00+10:00",
        ),
        "\u0662025-03-01",
    ],
)
def test_what_is_no_date_or_could_only_be_guessed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no date"):
        parse_moment(text)


@given(
    st.datetimes(DAY.replace(1000, tzinfo=None), DAY.replace(9999, tzinfo=None)),
    st.integers(-1439, 1439),
)
def test_times_read_back_what_they_say(moment: datetime, minutes: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)), fold=0)
    assert parse_moment(zoned.isoformat()) == zoned


def test_a_window_holds_its_first_moment_and_not_its_last() -> None:
    window = Window.parse("2025-01-01", "2025-07-01T00:00:00Z")
    inside = ["2025-01-01", "2025-06-30T23:59:59.999Z", "2025-07-01T01:59:59+02:00"]
    assert all(parse_moment(text) in window for text in inside)
    assert window.is_before(parse_moment("2024-12-31T23:59:59Z"))
    assert window.is_after(parse_moment("2025-07-01"))
    assert parse_moment("2025-07-01") not in window
    assert DAY in Window()
    assert DAY in Window.parse(None, DAY + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2025-07-01", "2025-07-01", "the window is empty"),
        ("2025-07-02", "2025-07-01", "since 2025-07-02T00:00:00Z, until 2025-07-01T00:00:00Z"),
        ("July", None, "since is no date"),
        (None, "2025-07-01T00:00", "until is no date"),
    ],
)
def test_a_window_that_is_none_is_the_calls_fault(
    since: str | None, until: str | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        Window.parse(since, until)


def test_a_stated_date_that_is_none_is_the_calls_fault() -> None:
    assert stated_moment("2025-03-01") == DAY
    with pytest.raises(UsageError, match="2025-31-01"):
        stated_moment("2025-31-01")


ROWS = {
    "dates.csv": "Filename,Date\nattrs-25.3.0.tar.gz,2025-03-01\nx/y-1.zip,2025-03-01T00:00:00Z\n",
    "by_version.csv": "name,version,upload_time\nAttrs,25.3.0,2025-03-01\ny,1,2025-03-01\n",
    "dates.json": '{"attrs-25.3.0.tar.gz": "2025-03-01", "y-1.zip": "2025-03-01"}',
    "list.json": '[{"filename": "attrs-25.3.0.tar.gz", "upload-time": "2025-03-01T00:00:00Z"},'
    ' {"name": "y", "version": "1", "date": "2025-03-01"}]',
    "dates.jsonl": '{"filename": "attrs-25.3.0.tar.gz", "date": "2025-03-01"}\n\n'
    '{"name": "Y", "version": "1", "date": "2025-03-01"}\n',
    "one.jsonl": '{"name": "attrs", "version": "25.3.0", "date": "2025-03-01"}\n',
}


@pytest.mark.parametrize("name", ROWS)
def test_every_form_of_a_file_of_dates_dates_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("\ufeff" + ROWS[name], encoding="utf-8")
    sidecar = read_sidecar(path)
    assert sidecar.find("attrs-25.3.0.tar.gz", "attrs", "25.3.0") == DAY
    assert sidecar.find("attrs-25.2.0.tar.gz", "attrs", "25.2.0") is None
    assert sidecar.find("unknown.zip", None, None) is None
    if name != "one.jsonl":
        assert sidecar.find("y-1.zip", "y", "1") == DAY


def test_a_file_name_counts_more_than_a_version(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("filename,name,version,date\na-1.zip,,,2025-03-01\n,A,1,2024-01-01\n")
    sidecar = read_sidecar(path)
    assert sidecar.find("a-1.zip", "a", "1") == DAY
    assert sidecar.find("a-1.tar.gz", "a", "1") == datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("filename,date\na.zip,2025-03-01\nb.zip,soon\n", 3, "'soon' is no date"),
        ("filename,date\na.zip,\n", 2, "it has no date"),
        ("name,date\na,2025-03-01\n", 2, "it names no archive"),
        ("filename,date\na.zip,2025-03-01\na.zip,2025-03-02\n", 3, "2025-03-01T00:00:00Z before"),
        ('{"a.zip": "2025-03-01", "b.zip": 7}', None, "'7' is no date"),
        (
            '{"filename": "a.zip", "date": "2025-03-01"}\n{broken\n',
            2,
            "neither JSON nor JSON lines",
        ),
        ('{"filename": "a.zip", "date": "2025-03-01"}\n[1]\n', 2, "a line is no object"),
        ("[1, 2]", None, "item 1 of the dates is no object"),
        ('[{"date": ', 1, "not JSON"),
    ],
)
def test_a_wrong_file_of_dates_names_the_line(
    tmp_path: Path, text: str, line: int | None, said: str
) -> None:
    path = tmp_path / "dates"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        read_sidecar(path)
    assert caught.value.line == line
    assert said in str(caught.value)


def test_a_file_of_dates_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file of dates"):
        read_sidecar(tmp_path / "none.csv")
    path = tmp_path / "dates.csv"
    path.write_bytes(b"filename,date\n\xff\xfe\n")
    with pytest.raises(DataError, match="not UTF-8"):
        read_sidecar(path)


def test_a_field_that_no_table_holds_is_the_datas_fault(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("filename,date\n" + "a" * 2_000 + ",2024-01-01\n", encoding="utf-8")
    limit = csv.field_size_limit(1_000)  # the module's, which other readers raise
    try:
        with pytest.raises(DataError, match="not CSV"):
            read_sidecar(path)
    finally:
        csv.field_size_limit(limit)


def test_an_empty_file_of_dates_dates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("")
    assert read_sidecar(path).find("a.zip", "a", "1") is None
