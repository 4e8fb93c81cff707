from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.benchmarks.qa.answer_files import read_answers
from domainbench.schemas.errors import DataError

KNOWN = ["q1", "q2", "q3"]
COUNTS = [4, 4, 2]


def read(path: Path) -> Any:
    return read_answers(path, KNOWN, COUNTS)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_every_format_gives_the_same(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"answers.{ending}"
    rows = [
        {"_id": "q1", "response": "because,\nAnswer: B", "probabilities": None},
        {"_id": "q3", "response": "", "probabilities": [0.25, 0.75]},
    ]
    if ending == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n\n" for row in rows))
    elif ending == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        mark = "," if ending == "csv" else "\t"
        path.write_text(
            f"_id{mark}response{mark}probabilities\n"
            f'q1{mark}"because,\nAnswer: B"{mark}\n'
            f'q3{mark}{mark}"[0.25, 0.75]"\n',
            encoding="utf-8-sig",
        )
    found = read(path)
    assert found.answers["q1"] == "because,\nAnswer: B"
    assert not found.answers["q3"]
    assert found.probabilities == {"q3": [0.25, 0.75]}
    assert found.columns == {
        "question_id": "_id",
        "answer": "response",
        "probabilities": "probabilities",
    }
    assert found.base == 1


@pytest.mark.parametrize(
    ("values", "base"), [([0, 1, 3], 0), ([1, 2, 3], 1), (["0", "B", "1"], 1), ([0.0, 2.0, 1.0], 0)]
)
def test_the_base_of_numbers(tmp_path: Path, values: list[Any], base: int) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": k, "answer": v}) for k, v in zip(KNOWN, values, strict=True))
    )
    assert read(path).base == base


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "id,answer\nq1,A\nq9,B\n", "line 3: the answers name a question"),
        ("a.csv", "id,answer\nq1,A\nq1,B\n", "line 3: a question is answered twice"),
        ("a.csv", "id,answer\nq1,A,B\n", "line 2: a row has more or fewer fields"),
        ("a.csv", 'id,answer\nq1,"A"B\n', "the table is damaged"),
        ("a.csv", "name,answer\nq1,A\n", "no column holds the question's id"),
        ("a.csv", "id,label\nq1,A\n", "no column holds the answer"),
        ("a.csv", "id,answer\n", "the file has no answers"),
        ("a.csv", "", "the file has no answers"),
        ("a.csv", b"id,answer\nq1,\xff\n", "the answers are not UTF-8"),
        ("a.jsonl", '{"id": "q1", "answer": "A"}\n{"id"', "line 2: a line is not JSON"),
        ("a.jsonl", "[1]\n", "line 1: a line is no JSON object"),
        ("a.jsonl", '{"id": "q1", "probabilities": [0.5, 0.5]}', "probabilities of a question"),
        ("a.jsonl", '{"id": "q3", "probabilities": [0.5, 0.9]}', "probabilities of a question"),
        ("a.jsonl", '{"id": "q3", "probabilities": [NaN, 0.9]}', "probabilities of a question"),
        ("a.jsonl", '{"id": "q3", "probabilities": 3}', "probabilities of a question"),
        ("a.parquet", "id,answer\n", "no readable Parquet"),
        ("a.txt", "q1 A", "files of other formats"),
    ],
)
def test_faults(tmp_path: Path, name: str, text: str | bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=message):
        read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file of answers"):
        read(tmp_path / "answers.csv")


def test_a_generation_longer_than_a_field_of_the_csv_module(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "x" * 200_000
    path.write_text(f'id,answer\nq1,"{text}"\n')
    assert read(path).answers == {"q1": text}
