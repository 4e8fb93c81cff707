"""Source files of every layout as records."""

import json
from contextlib import suppress

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.sources import UnknownFormatError
from domainbench.builders.sources.cseo import open_cseo
from domainbench.builders.sources.cseo.hints import known_domain, path_domain
from domainbench.builders.sources.cseo.records import Asked, Document, Lone, Pair, Rewritten
from domainbench.builders.sources.cseo.values import identifiers_of, mark_of, number_of, text_of
from domainbench.builders.sources.fields import RecordError
from domainbench.builders.sources.record import Reject
from domainbench.schemas.cseo import DOMAIN_TASKS
from domainbench.schemas.errors import DataError, UsageError

HUB_ROWS = [
    {"query_id": 7, "query": "table lamp", "document": "Name: Lumo"},
    {"query_id": 7, "query": "table lamp", "document": "Name: Ray"},
]


def read(path, **options):
    return list(open_cseo(path, **options))


def write(path, content):
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


def seen(records):
    return [(r.query_key, r.query, r.document.text) for r in records]


def test_the_hub_layout_is_read_from_parquet_csv_and_json_lines(tmp_path):
    pq.write_table(pa.Table.from_pylist(HUB_ROWS), tmp_path / "a.parquet")
    write(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in HUB_ROWS))
    write(
        tmp_path / "a.csv",
        "query_id,query,document\n7,table lamp,Name: Lumo\n7,table lamp,Name: Ray\n",
    )
    write(tmp_path / "a.json", HUB_ROWS)
    wanted = [("7", "table lamp", "Name: Lumo"), ("7", "table lamp", "Name: Ray")]
    for name in ("a.parquet", "a.jsonl", "a.csv", "a.json"):
        reader = open_cseo(tmp_path / name)
        assert reader.format == "query_documents"
        assert seen(reader) == wanted
        assert seen(reader) == wanted  # each iteration reads anew


def test_a_mapping_names_the_columns(tmp_path):
    row = {"q": "lamp", "body": "Lumo", "where": "books", "head": "T", "place": "2", "boost": "yes"}
    mapping = {
        "query": "q", "document": "body", "domain": "where", "title": "head", "position": "place",
        "target": "boost",
    }  # fmt: skip
    [pair] = read(write(tmp_path / "a.json", row), mapping=mapping)
    assert pair.document == Document("T", "Lumo")
    assert (pair.domain, pair.query, pair.position, pair.target) == ("books", "lamp", 2, True)


@pytest.mark.parametrize("mapping", [{"topic": "x"}, {"query": 3}])
def test_a_wrong_mapping_is_refused(tmp_path, mapping):
    with pytest.raises(UsageError):
        read(write(tmp_path / "a.json", HUB_ROWS), mapping=mapping)


def test_a_broken_line_is_rejected_with_its_line(tmp_path):
    lines = [json.dumps(HUB_ROWS[0]), '{"query": ', "[1]", json.dumps(HUB_ROWS[1])]
    found = read(write(tmp_path / "a.jsonl", "\n".join(lines) + "\n"))
    assert [type(item) for item in found] == [Pair, Reject, Reject, Pair]
    assert [item.line for item in found[1:3]] == [2, 3]
    assert [item.reason for item in found[1:3]] == ["not valid JSON", "not a JSON object"]


def test_a_document_of_the_wrong_type_keeps_its_row(tmp_path):
    rows = [{**HUB_ROWS[0], "document": {"a": 1}}, {**HUB_ROWS[1], "position": "first"}]
    found = read(write(tmp_path / "a.json", rows))
    assert [type(item) for item in found] == [Pair, Pair]
    assert all(item.fault is not None for item in found)
    assert "position" in found[1].fault.detail


def test_a_query_of_the_wrong_type_is_rejected(tmp_path):
    [found] = read(write(tmp_path / "a.json", [{**HUB_ROWS[0], "query": ["x"]}]))
    assert (found.reason, found.record_id) == ("field of the wrong type", "7")


@pytest.mark.parametrize("key", ["documents", "list_docs", "text_list", "sources"])
@pytest.mark.parametrize("targets", ["targets", "boosted_indices", "target_idx", "rand_idx"])
def test_a_record_with_a_list_of_documents_is_a_context(tmp_path, key, targets):
    record = {"query": "lamp", key: ["a", {"title": "B", "text": "b", "id": 5}], targets: 1}
    found = read(write(tmp_path / "a.json", record))
    assert [pair.document for pair in found] == [Document("", "a"), Document("B", "b", "5")]
    assert [pair.target for pair in found] == [False, True]
    assert {pair.group for pair in found} == {0}


def test_grouped_records_of_json_lines_are_groups_of_their_own(tmp_path):
    record = {"query": "lamp", "documents": ["a"], "targets": []}
    found = read(write(tmp_path / "a.jsonl", (json.dumps(record) + "\n") * 2))
    assert [(pair.group, pair.place.line, pair.target) for pair in found] == [
        (0, 1, False),
        (1, 2, False),
    ]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"documents": ["a"], "targets": [1]}, "target that is none of the documents"),
        ({"documents": ["a"], "targets": -1}, "target that is none of the documents"),
        ({"documents": ["a"], "targets": "first"}, "field of the wrong type"),
        ({"documents": "a"}, "field of the wrong type"),
    ],
)
def test_a_wrong_group_is_rejected_whole(tmp_path, record, reason):
    [found] = read(write(tmp_path / "a.json", [{"query": "lamp", **record}]))
    assert found.reason == reason


def test_a_catalogue_has_its_features_below_the_description(tmp_path):
    row = {
        "Name": "Lumo",
        "Description": "A lamp.",
        "Price": "$9",
        "Rating": 4.5,
        "Tags": ["warm", "small"],
        "Stock": None,
        "id": "p1",
    }
    [found] = read(write(tmp_path / "a.jsonl", json.dumps(row) + "\n"))
    assert isinstance(found, Lone)
    text = "A lamp.\nPrice: $9\nRating: 4.5\nTags: warm, small"
    assert found.document == Document("Lumo", text, "p1")


def test_a_table_of_queries_names_relevant_documents(tmp_path):
    path = write(tmp_path / "a.csv", 'query_id,query,relevant\n1,lamp,"p1, p2"\n2,fan,\n')
    first, second = read(path)
    assert isinstance(first, Asked)
    assert (first.source_id, first.query, first.relevant) == ("1", "lamp", ("p1", "p2"))
    assert second.relevant == ()


def test_rewritten_documents_are_found_by_query_and_row(tmp_path):
    payload = {"3": {"0": {"doc": "old", "Quotes(doc)": "new", "Odd": "odd"}}}
    for text in (json.dumps(payload), json.dumps(payload, indent=2)):
        reader = open_cseo(write(tmp_path / "a.json", text))
        assert reader.format == "rewritten_documents"
        assert list(reader) == [Rewritten(3, 0, "old", {"Quotes": "new", "Odd": "odd"})]


@pytest.mark.parametrize(
    ("query", "documents"),
    [
        ("x", {"0": {"doc": "a"}}),
        ("9" * 5000, {"0": {"doc": "a"}}),
        ("0", {"x": {"doc": "a"}}),
        ("0", {"0": {"Quotes(doc)": "a"}}),
        ("0", {"0": {"doc": "a", "Quotes(doc)": 3}}),
        ("0", {"0": {"doc": "a", "Quotes(doc)": "\ud800"}}),
        ("0", ["a"]),
    ],
)
def test_wrong_rewritten_documents_are_rejected(tmp_path, query, documents):
    payload = {"1": {"0": {"doc": "good"}}, query: documents}
    found = read(write(tmp_path / "a.json", payload))
    assert [type(item) for item in found] == [Rewritten, Reject]


def test_files_that_hold_something_else_are_told_apart(tmp_path):
    with pytest.raises(UnknownFormatError, match="no format that can be read"):
        open_cseo(write(tmp_path / "a.json", {"colour": "red"}))
    with pytest.raises(UnknownFormatError):
        open_cseo(write(tmp_path / "a.txt", "one column"))
    with pytest.raises(DataError, match="empty"):
        open_cseo(write(tmp_path / "empty.json", ""))


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("retail-00000-of-00001.parquet", "retail"),
        ("retail_selected_docs.json", "retail"),
        ("Video Games.jsonl", "videogames"),
        ("video_games/selected_docs.json", "videogames"),
        ("debate/retail.jsonl", "retail"),
        ("newsletter.jsonl", None),
    ],
)
def test_names_tell_the_domain(tmp_path, name, domain):
    path = tmp_path / "data" / name
    assert path_domain(path, tmp_path / "data", DOMAIN_TASKS) == domain


def test_only_the_folder_of_a_file_that_was_named_itself_tells(tmp_path):
    assert path_domain(tmp_path / "books" / "a.json", None, DOMAIN_TASKS) == "books"
    assert path_domain(tmp_path / "books" / "x" / "a.json", None, DOMAIN_TASKS) is None


def test_domains_are_known_however_they_are_written():
    assert known_domain("Video Games", DOMAIN_TASKS) == "videogames"
    assert known_domain("garden", DOMAIN_TASKS) is None


@given(
    st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text()))
)
def test_any_value_is_read_or_refused(value):
    for convert in (text_of, number_of, mark_of, identifiers_of):
        with suppress(RecordError):
            convert(value, "it")


@given(st.recursive(st.none() | st.text(), lambda x: st.dictionaries(st.text(), x), max_leaves=8))
def test_any_json_object_is_read_or_refused(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("any") / "a.json"
    write(path, {"x": {"0": {"doc": "a"}}, "y": value})
    assert all(isinstance(item, Rewritten | Reject) for item in open_cseo(path))
