"""The hand-written sample: truly parallel, balanced, its spans exact, and built without loss."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter
from importlib.resources import files

import pytest

import domainbench
from domainbench.builders.qa.sample.files import write_sources

DOMAINS = ("agriculture", "law", "finance", "ayurveda")
FILES = ("questions.jsonl", "passages.jsonl", "knowledge.jsonl")
SAMPLE = files("domainbench.builders.qa.sample")


def rows_of(name):
    return [json.loads(line) for line in SAMPLE.joinpath(name).read_text("utf-8").splitlines()]


def devanagari_share(text):
    letters = [c for c in text if unicodedata.category(c)[0] in "LM"]
    return sum("\u0900" <= c <= "\u097f" for c in letters) / max(1, len(letters))


@pytest.mark.parametrize("name", FILES)
def test_files_are_small_and_in_normal_form(name):
    text = SAMPLE.joinpath(name).read_text("utf-8")
    assert len(text.encode()) < 60_000
    assert unicodedata.is_normalized("NFC", text)
    assert "\u200b" not in text
    assert "\ufffd" not in text


def test_choice_questions_are_parallel():
    rows = rows_of("questions.jsonl")
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        english, hindi = row["en"], row["hi"]
        assert len(english["options"]) == len(hindi["options"]) == 4, row["id"]
        assert len(set(english["options"])) == len(set(hindi["options"])) == 4, row["id"]
        assert ("context" in english) == ("context" in hindi), row["id"]
        assert devanagari_share(english["question"]) == 0, row["id"]
        assert devanagari_share(hindi["question"]) > 0.4, row["id"]
        for left, right in zip(english["options"], hindi["options"], strict=True):
            # Where an English option is a figure or a code, the Hindi one is the same.
            if not any(c.isalpha() for c in left) or left.startswith("P-"):
                assert left == right, row["id"]


def test_every_domain_holds_every_type_and_level_and_no_favourite_answer():
    rows = rows_of("questions.jsonl")
    for domain in DOMAINS:
        own = [row for row in rows if row["domain"] == domain]
        assert len(own) >= 15
        assert len({row["type"] for row in own}) == 5
        assert {row["level"] for row in own} == {"Easy", "Medium", "Hard"}
        assert set(Counter(row["answer"] for row in own)) == set("ABCD")
    counts = Counter(row["answer"] for row in rows)
    assert max(counts.values()) - min(counts.values()) <= 1


def test_spans_stand_once_in_their_passages():
    rows = rows_of("passages.jsonl")
    assert len(rows) >= 12
    assert sum(len(row["en"]["questions"]) for row in rows) >= 24
    for row in rows:
        assert len(row["en"]["questions"]) == len(row["hi"]["questions"])
        for code in ("en", "hi"):
            for item in row[code]["questions"]:
                found = row[code]["context"].count(item["answer"])
                assert found == 1, (row[code]["title"], item["answer"])


def test_the_collection_is_parallel_and_over_all_domains():
    rows = rows_of("knowledge.jsonl")
    assert len(rows) >= 40
    assert {row["domain"] for row in rows} == set(DOMAINS)
    by_language = {
        code: [(row["id"][:3], row["domain"]) for row in rows if row["language"] == code]
        for code in ("en", "hi")
    }
    assert by_language["en"] == by_language["hi"]


def test_written_files_are_the_same_each_time_and_follow_the_size(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_sources(tmp_path / name, seed=3, size=4)
    written = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert len(written) == 17
    for path in written:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes()
    for code in ("en", "hi"):
        with (tmp_path / "one/questions/law" / f"choices_{code}.csv").open(encoding="utf-8") as f:
            rows = list(csv.DictReader(f))
        assert len(rows) == 4
        assert {row["id"][-2:] for row in rows} == {code}


def test_another_seed_takes_other_questions(tmp_path):
    taken = []
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        write_sources(folder, seed=seed, size=4)
        taken.append((folder / "questions/law/choices_en.csv").read_bytes())
    assert len(set(taken)) > 1


def test_spans_written_as_squad_start_where_they_say(tmp_path):
    write_sources(tmp_path)
    read = sorted(tmp_path.rglob("reading_*.json"))
    assert len(read) == 8
    for path in read:
        for article in json.loads(path.read_text("utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                for item in paragraph["qas"]:
                    for answer in item["answers"]:
                        start = answer["answer_start"]
                        end = start + len(answer["text"])
                        assert paragraph["context"][start:end] == answer["text"]


def test_the_sample_builds_without_loss(tmp_path):
    release = domainbench.sample("qa", tmp_path / "sample")
    rows = release.table("questions").to_pylist()
    choices = rows_of("questions.jsonl")
    spans = sum(len(row["en"]["questions"]) for row in rows_of("passages.jsonl"))
    assert len(rows) == 2 * (len(choices) + spans)
    assert not any(row["flags"] for row in rows)
    assert {row["domain_from"] for row in rows} == {"folder"}
    assert {row["language_class"] for row in rows} == {"en", "hi"}
    pairs = Counter(row["parallel_id"] for row in rows)
    assert set(pairs.values()) == {2}
    right = {
        (row["source_id"].rsplit("-", 1)[0]): "ABCD"[row["answer"]]
        for row in rows
        if row["options"]
    }
    assert right == {row["id"]: row["answer"] for row in choices}
    names = {
        "MCQ": "single_choice",
        "Assertion and Reasoning": "assertion_reason",
        "Match the columns": "match_columns",
        "Fill in the blanks": "fill_blank",
        "Reading Comprehension": "comprehension",
    }
    types = {row["source_id"].rsplit("-", 1)[0]: row["type"] for row in rows if row["options"]}
    assert types == {row["id"]: names[row["type"]] for row in choices}
