"""Cutting XML files: the same records from any pieces, and the bound on a record's size."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources import xml_records
from domainbench.builders.sources.xml_records import root_name, split_documents, split_elements


class Trickle(io.BytesIO):
    """A stream that gives only a few bytes a time."""

    def __init__(self, content: bytes, step: int) -> None:
        super().__init__(content)
        self.step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)


BODIES = st.lists(st.text(alphabet="<?xmldoc> \n", max_size=30), min_size=1, max_size=6)


@given(BODIES, st.integers(1, 50))
def test_documents_are_cut_alike_from_any_pieces(bodies: list[str], step: int) -> None:
    content = b"".join(b"<?xml " + body.encode() for body in bodies)
    records = list(split_documents(Trickle(content, step)))
    assert records == list(split_documents(io.BytesIO(content)))
    assert b"".join(record.content for record in records) == content
    for record in records:
        assert content[record.offset :].startswith(record.content)
        assert record.content.startswith(b"<?xml ")


@given(st.lists(st.text(alphabet="ab<>/ \n", max_size=20), max_size=5), st.integers(1, 30))
def test_elements_are_cut_alike_from_any_pieces(bodies: list[str], step: int) -> None:
    content = b"<list>" + b"".join(b"<x:doc>" + body.encode() for body in bodies)
    records = list(split_elements(Trickle(content, step), ("doc",)))
    assert b"".join(record.content for record in records) == content
    assert [record.content[:7] for record in records[1:]] == [b"<x:doc>"] * len(bodies)


def test_a_file_that_begins_with_an_element() -> None:
    found = list(split_elements(io.BytesIO(b"<doc a='1'></doc><documents/>"), ("doc",)))
    assert [record.content for record in found] == [b"", b"<doc a='1'></doc><documents/>"]


def test_a_record_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "MAX_RECORD", 1000)
    parts = [b"<?xml ?><a>1</a>", b"<?xml ?><b>" + b"x" * 5000 + b"</b>", b"<?xml ?><c/>"]
    found = list(split_documents(Trickle(b"".join(parts), 300)))
    assert [record.content for record in found] == [parts[0], b"", parts[2]]
    assert root_name(found[1].head) == "b"
    assert found[2].offset == len(parts[0]) + len(parts[1])


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<?xml version='1.0'?><!-- <x> --><!DOCTYPE y [ ]>\n<ops:world a='1'>", "world"),
        (b"<?xml version='1.0'?><?style <x> ?><ops:world a='1'>", "world"),
        (b"<!DOCTYPE y [ ]>\n<ops:world a='1'>", "world"),
        (b"<a/>", "a"),
        (b"plain", None),
    ],
)
def test_the_name_of_the_root(head: bytes, name: str | None) -> None:
    assert root_name(head) == name
