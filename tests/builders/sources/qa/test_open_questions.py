"""Every form of question file, and what is said of the bad ones."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from domainbench.builders.qa.record import RawQuestion, RawReject
from domainbench.builders.sources import UnknownFormatError
from domainbench.builders.sources.qa import open_questions
from domainbench.schemas.errors import DataError, UsageError

HEADER = "id,question,option_a,option_b,option_c,option_d,answer\n"
ROWS = "1,Which is a cereal?,Wheat,Gram,Jute,Tea,A\n2,Which is a pulse?,Wheat,Gram,Jute,Tea,B\n"


def read(path, **options):
    return list(open_questions(path, **options))


def questions(path, **options):
    found = read(path, **options)
    assert all(isinstance(item, RawQuestion) for item in found), found
    return found


def check_two(found):
    assert [item.question for item in found] == ["Which is a cereal?", "Which is a pulse?"]
    assert [item.options for item in found] == [["Wheat", "Gram", "Jute", "Tea"]] * 2
    assert [item.answer for item in found] == ["A", "B"]
    assert [item.source_id for item in found] == ["1", "2"]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"], ids=["comma", "tab", "semicolon", "bar"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_tables_in_any_delimiter_and_encoding(tmp_path, mark, encoding):
    path = tmp_path / "bank.csv"
    path.write_bytes((HEADER + ROWS).replace(",", mark).encode(encoding))
    check_two(questions(path))


def test_western_text_that_is_no_utf8_is_cp1252(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_bytes((HEADER + "1,Café “where”?,a,b,c,d,A\n").encode("cp1252"))
    (found,) = questions(path)
    assert found.question == "Café “where”?"


def test_text_in_no_known_encoding_names_what_was_tried(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_bytes(HEADER.encode() + b"1,bad \x81\x8d,a,b,c,d,A\n")
    with pytest.raises(DataError, match="no known encoding") as raised:
        read(path)
    assert "utf-8: byte 0x81" in str(raised.value)
    assert "iconv" in str(raised.value)


def test_a_table_of_one_column_asks_for_another_delimiter(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text((HEADER + ROWS).replace(",", "~"))
    with pytest.raises(UnknownFormatError, match="delimiter"):
        read(path)


def test_quoted_cells_hold_delimiters_and_lines(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(HEADER + '1,"Which, of\nthese?","a, b",c,d,e,A\n')
    (found,) = questions(path)
    assert (found.question, found.options[0], found.line) == ("Which, of\nthese?", "a, b", 2)


def test_rows_of_another_width_are_rejected_with_their_line(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(HEADER + "1,Which, unquoted, is it?,a,b,c,d,A\n2\n" + ROWS)
    found = read(path)
    rejects = [item for item in found if isinstance(item, RawReject)]
    assert [(item.reason, item.line) for item in rejects] == [
        ("wrong number of cells", 2),
        ("wrong number of cells", 3),
    ]
    assert len(found) == 4


def test_a_line_beyond_the_limit_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("domainbench.builders.sources.qa.delimited.MAX_RECORD", 1 << 16)
    path = tmp_path / "bank.csv"
    path.write_text(HEADER + "x," + "y" * 200_000 + ",a,b,c,d,A\n" + ROWS)
    found = read(path)
    assert isinstance(found[0], RawReject)
    assert (found[0].reason, found[0].line) == ("record too large", 2)
    check_two(found[1:])


def rows():
    for line in ROWS.splitlines():
        yield dict(zip(HEADER.strip().split(","), line.split(","), strict=True))


def test_json_lines_arrays_objects_and_parquet(tmp_path):
    listed = list(rows())
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in listed))
    (tmp_path / "b.json").write_text(json.dumps(listed))
    (tmp_path / "c.json").write_text(json.dumps({"data": listed}, indent=1))
    pq.write_table(pa.Table.from_pylist(listed), tmp_path / "d.parquet")
    with gzip.open(tmp_path / "e.jsonl.gz", "wt") as out:
        out.write("\n".join(json.dumps(row) for row in listed))
    for path in sorted(tmp_path.iterdir()):
        check_two(questions(path))


def test_a_broken_json_line_harms_no_other(tmp_path):
    path = tmp_path / "a.jsonl"
    first, second = (json.dumps(row) for row in rows())
    path.write_text(f"{first}\n{{broken\n{second}\n")
    found = read(path)
    check_two([item for item in found if isinstance(item, RawQuestion)])
    (reject,) = [item for item in found if isinstance(item, RawReject)]
    assert (reject.reason, reject.line) == ("not valid JSON", 2)


def save(path, cells, merges=()):
    book = Workbook()
    sheet = book.active
    for row in cells:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(path)


def test_workbooks_with_a_title_merged_cells_and_numbers(tmp_path):
    path = tmp_path / "bank.xlsx"
    header = ["No.", "Question", "Option 1", "Option 2", "Answer", "Topic"]
    save(
        path,
        [
            ["Question bank 2019"],
            header,
            [1, "Which is a cereal?", "Wheat", "Gram", 1, "Crops"],
            [2, "Which is a pulse?", "Wheat", "Gram", 2, None],
            [3, "How much is 2 + 2?", 4, 5.5, 1.0, "Sums"],
        ],
        merges=["A1:F1", "F3:F4"],
    )
    found = questions(path)
    assert [item.topic for item in found] == ["Crops", "Crops", "Sums"]
    assert found[2].options == ["4", "5.5"]
    assert [item.answer for item in found] == ["1", "2", "1"]
    assert [item.line for item in found] == [3, 4, 5]


def test_a_damaged_workbook_is_told(tmp_path):
    path = tmp_path / "bank.xlsx"
    save(path, [["question", "option_a", "option_b", "answer"], ["Q?", "a", "b", "A"]])
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(DataError):
        read(path)


@pytest.mark.parametrize(
    ("row", "options", "answer"),
    [
        ({"question": {"stem": "Q?", "choices": [{"text": "a", "label": "1"},
                                                  {"text": "b", "label": "2"}]},
          "answerKey": "2"}, ["a", "b"], "B"),
        ({"question": "Q?", "choices": {"text": ["a", "b"], "label": ["A", "B"]},
          "answerKey": "B"}, ["a", "b"], "B"),
        ({"question": "Q?", "choices": ["a", "b"], "answer": 1}, ["a", "b"], "1"),
        ({"question": "Q?", "opa": "a", "opb": "b", "opc": "c", "opd": "d", "cop": 0},
         ["a", "b", "c", "d"], "0"),
        ({"question": "Q?", "options": "a | b | c", "answer": "b"}, ["a", "b", "c"], "b"),
        ({"question": "Q?", "options": '["a", "b"]', "answer": "A"}, ["a", "b"], "A"),
        ({"question": "Q?", "options": {"A": "a", "B": "b"}, "answer": "B"}, ["a", "b"], "B"),
        ({"प्रश्न": "Q?", "विकल्प क": "a", "विकल्प ख": "b", "उत्तर": "ख"}, ["a", "b"], "ख"),
    ],
    ids=["arc", "arc-hub", "mmlu", "medmcqa", "bars", "json", "letters", "hindi"],
)  # fmt: skip
def test_layouts_of_known_sets(tmp_path, row, options, answer):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    (found,) = questions(path)
    assert (found.question, found.options, found.answer) == ("Q?", options, answer)


def test_options_in_an_unknown_form_are_rejected_and_quoted(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"question": "Q?", "options": "just text", "answer": "A"}))
    (found,) = read(path)
    assert isinstance(found, RawReject)
    assert found.reason == "options in an unknown form"
    assert "just text" in (found.detail or "")


def test_an_unknown_language_is_rejected_by_its_word(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"question": "Q?", "choices": ["a", "b"], "language": "Klingon"}))
    (found,) = read(path)
    assert isinstance(found, RawReject)
    assert (found.reason, found.detail) == (
        "unknown_language",
        "language 'Klingon' is no known name or code",
    )


def test_a_mapping_names_columns_constants_and_the_base(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("frage,x,y,z,key\nQ?,a,b,c,0\n")
    mapping = {
        "question": "frage",
        "options": ["x", "y", "z"],
        "answer": "key",
        "answer_base": 0,
        "domain": {"value": "law"},
        "language": {"value": "German"},
    }
    reader = open_questions(path, mapping=mapping)
    (found,) = list(reader)
    assert found.options == ["a", "b", "c"]
    assert (found.answer, found.answer_base, found.domain) == ("0", 0, "law")
    assert (found.domain_from, found.language) == ("source", "de")
    assert reader.columns == {"question": "frage", "options": "x, y, z", "answer": "key"}


@pytest.mark.parametrize(
    "mapping",
    [{"question": "nowhere"}, {"colour": "id"}, {"answer_base": 2}, {"domain": {"x": 1}}],
    ids=["column", "field", "base", "constant"],
)
def test_a_wrong_mapping_is_the_calls_fault(tmp_path, mapping):
    path = tmp_path / "a.csv"
    path.write_text(HEADER + ROWS)
    with pytest.raises(UsageError):
        read(path, mapping=mapping)


def test_names_of_folders_and_files_tell_language_and_domain(tmp_path):
    row = json.dumps({"question": "Q?", "choices": ["a", "b"], "answer": "A"})
    for name in (
        "BhashaBench-Legal/Hindi/test-00000-of-00001.jsonl",
        "marine_biology/en/part.jsonl",
        "law_en.jsonl",
        "plain.jsonl",
    ):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(row)
    found = {}
    for path in sorted((tmp_path / "root").rglob("*.jsonl")):
        (item,) = questions(path, root=tmp_path / "root")
        found[path.name] = (item.language, item.domain)
    assert found == {
        "test-00000-of-00001.jsonl": ("hi", "law"),
        "part.jsonl": ("en", "marine_biology"),
        "law_en.jsonl": ("en", "law"),
        "plain.jsonl": (None, None),
    }


def squad(**changes):
    item = {"id": "s1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]}
    paragraph = {"context": "Ann came.", "qas": [{**item, **changes}]}
    return {"version": "v2.0", "data": [{"title": "The_story", "paragraphs": [paragraph]}]}


def test_extractive_sets(tmp_path):
    path = tmp_path / "xquad.hi.json"
    path.write_text(json.dumps(squad()))
    reader = open_questions(path)
    (found,) = list(reader)
    assert reader.format == "squad"
    assert (found.spans, found.context, found.context_title) == (
        [("Ann", 0)],
        "Ann came.",
        "The story",
    )
    assert (found.parallel_id, found.language) == ("s1", "hi")


@pytest.mark.parametrize("changes", [{"is_impossible": True}, {"answers": []}], ids=["no", "none"])
def test_extractive_questions_without_answer_are_rejected(tmp_path, changes):
    path = tmp_path / "squad.json"
    path.write_text(json.dumps(squad(**changes)))
    (found,) = read(path)
    assert isinstance(found, RawReject)
    assert (found.reason, found.source_id) == ("no_answer", "s1")


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"\xff\xd8\xff\xe0\x10JFIF\x01\x02",
        b"%PDF-1.7\n%\xe2",
    ],
    ids=["png", "jpeg", "pdf"],
)
def test_what_is_no_text_is_of_no_known_form(tmp_path, content):
    path = tmp_path / "picture"
    path.write_bytes(content)
    with pytest.raises(UnknownFormatError):
        read(path)


@pytest.mark.parametrize("content", [b"", b"   \n"], ids=["empty", "blank"])
def test_an_empty_file_is_told(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match="empty"):
        read(path)


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["en", "hi"])
def test_xquad_is_read_whole(data_dir, code):
    found = questions(data_dir / "qa" / f"xquad.{code}.json")
    assert len(found) == 1190
    for item in found:
        (text, start) = item.spans[0]
        assert item.context[start : start + len(text)] == text
