"""Tables with planted faults: the same by seed, diverse, and the build finds what was planted."""

from __future__ import annotations

import csv
import json
from collections import Counter
from itertools import combinations, islice

import pytest

import domainbench
from domainbench.builders.qa import faults
from domainbench.builders.qa.sample.faulty import make_faulty

FILES = ("english.jsonl", "hindi.csv", "embedded.jsonl")


def rows_of(folder):
    rows = []
    for name in ("english.jsonl", "embedded.jsonl"):
        lines = (folder / name).read_text("utf-8").splitlines()
        rows += [json.loads(line) for line in lines]
    with (folder / "hindi.csv").open(encoding="utf-8", newline="") as f:
        rows += csv.DictReader(f)
    return {row["id"]: row for row in rows}


def shingles(row):
    options = sorted(row.get(f"option_{letter}", "") for letter in "abcd")
    text = " ".join((row["question"], *options))
    return {text[place : place + 5] for place in range(len(text) - 4)}


def jaccard(left, right):
    return len(left & right) / len(left | right)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    return folder, make_faulty(folder, questions=2000, seed=1)


def test_the_same_seed_writes_the_same_bytes(made, tmp_path):
    folder, planted = made
    assert make_faulty(tmp_path / "again", questions=2000, seed=1) == planted
    other = make_faulty(tmp_path / "other", questions=2000, seed=2)
    assert set(other.right.values()) != set(planted.right.values())
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


def test_every_row_is_on_record_once(made):
    folder, planted = made
    rows = rows_of(folder)
    assert len(rows) == 2000
    told = Counter(planted.sound)
    for names in planted.faults.values():
        told.update(names)
    assert set(told.values()) == {1}
    assert set(told) == set(rows)
    assert set(planted.right) == set(planted.sound)
    assert {len(names) for names in planted.faults.values()} == {10}


def test_duplicates_and_lookalikes_name_what_they_resemble(made):
    folder, planted = made
    rows = rows_of(folder)
    repeats = planted.faults[faults.EXACT_DUPLICATE] + planted.faults[faults.NEAR_DUPLICATE]
    assert sorted(planted.originals) == sorted(repeats)
    assert set(planted.originals.values()) <= set(planted.sound)
    for name in planted.faults[faults.NEAR_DUPLICATE]:
        original = planted.originals[name]
        assert rows[name]["question"] != rows[original]["question"]
        assert jaccard(shingles(rows[name]), shingles(rows[original])) >= 0.8
    assert len(planted.lookalikes) == 10
    for left, right in planted.lookalikes:
        assert rows[left]["question"] != rows[right]["question"]
        assert {left, right} <= set(planted.sound)


def test_no_two_plain_questions_are_near_duplicates(made):
    # By brute force over a sample; pairs in different languages share next to nothing.
    folder, planted = made
    rows = rows_of(folder)
    paired = {name for pair in planted.lookalikes for name in pair}
    plain = [name for name in planted.sound if name not in paired and "option_a" in rows[name]]
    assert len(plain) > 1500
    for language in ("English", "Hindi"):
        own = (name for name in plain if rows[name]["language"] == language)
        sets = [shingles(rows[name]) for name in islice(own, 250)]
        assert max(jaccard(one, two) for one, two in combinations(sets, 2)) < 0.6


def test_a_build_finds_what_was_planted_and_loses_nothing_else(made, tmp_path):
    folder, planted = made
    release = domainbench.build("qa", [folder], tmp_path / "release")
    kept = {row["source_id"]: row for row in release.table("questions").to_pylist()}
    log = (tmp_path / "release.rejects.jsonl").read_text("utf-8").splitlines()
    rejects = [json.loads(line) for line in log]
    by_reason = {}
    for row in rejects:
        by_reason.setdefault(row["reason"], []).append(row["id"])
    assert {reason: sorted(names) for reason, names in by_reason.items()} == {
        fault: sorted(names) for fault, names in planted.faults.items()
    }
    assert sorted(kept) == sorted(planted.sound)
    # Embedded options are split, and every answer still means the same option.
    assert {name: row["options"][row["answer"]] for name, row in kept.items()} == planted.right
    for left, right in planted.lookalikes:
        assert kept[left]["cluster"] == kept[right]["cluster"]
    details = {row["id"]: row["detail"] for row in rejects}
    for name, original in planted.originals.items():
        assert details[name].startswith(f"{original} in ")
