"""The quality report: what was planted is counted, and a release is held to its report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from domainbench.api import sample, verify
from domainbench.builders import near_pairs, text_scan
from domainbench.builders.quality import quality_documents, quality_report
from domainbench.builders.text_scan import scan_texts, text_digest
from domainbench.cli import main
from domainbench.schemas.data_quality import QUALITY_NAME, Check, read_data_quality
from domainbench.schemas.errors import DataError
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release
from domainbench.schemas.retrieval_family import (
    RETRIEVAL,
    RETRIEVAL_CORPUS,
    RETRIEVAL_QRELS,
    RETRIEVAL_QUERIES,
)

VALVE = "a valve that opens under the pressure of steam and closes again when it cools"
PUMP = "a pump whose seal is kept dry by a second chamber behind the first one"
Texts = Mapping[str, str]


def rows(table: Any, given: Sequence[Mapping[str, Any]]) -> Any:
    ordered = sorted(given, key=lambda row: tuple(row[name] for name in table.key))
    full = [{name: row.get(name) for name in table.schema.names} for row in ordered]
    return pa.Table.from_pylist(full, schema=table.schema)


def write(
    folder: Path,
    corpus: Texts,
    queries: Mapping[str, Texts],
    partitions: Sequence[str | None] = (),
    report: Any = quality_documents,
    **more: Any,
) -> Release:
    """Documents by id, queries by split and id; query i is judged with document i."""
    documents = [{"_id": key, "title": "", "text": text} for key, text in corpus.items()]
    asked = {
        split: [{"_id": key, "text": text} for key, text in texts.items()]
        for split, texts in queries.items()
    }
    pairs = [
        {"query-id": query, "corpus-id": key, "score": 1, "partition": label}
        for query, key, label in zip(next(iter(queries.values())), corpus, partitions, strict=False)
    ]
    qrels = {split: rows(RETRIEVAL_QRELS, []) for split in queries}
    qrels[next(iter(queries))] = rows(RETRIEVAL_QRELS, pairs)
    known: dict[str, Any] = {
        "name": "machines", "family": "retrieval", "version": "2026.11", "builder": "tests",
        "parameters": {}, "seed": 0, "slice_columns": RETRIEVAL.slice_columns, "languages": ["en"],
    }  # fmt: skip
    return write_release(
        folder,
        [
            TableData(RETRIEVAL_CORPUS, {"test": rows(RETRIEVAL_CORPUS, documents)}),
            TableData(RETRIEVAL_QUERIES, {s: rows(RETRIEVAL_QUERIES, r) for s, r in asked.items()}),
            TableData(RETRIEVAL_QRELS, qrels),
        ],
        ReleaseInfo(**(known | more)),
        report=report,
    )


def checks(release: Release) -> dict[tuple[str, str], Check]:
    return {(check.place, check.check): check for check in quality_report(release).checks}


def test_lengths_and_duplicates_are_counted(tmp_path: Path) -> None:
    corpus = {
        "d1": VALVE,
        "d2": PUMP,
        "d3": VALVE,
        "d4": VALVE + "!",
        "d5": "two words",
        "d6": "word " * 5_001,
        "d7": VALVE,
        "d8": " ",
    }
    found = checks(write(tmp_path / "r", corpus, {"test": {"q1": "what opens here"}}))
    expected = {
        "empty texts": (1, ["d8"]),
        "very short texts": (1, ["d5"]),
        "very long texts": (1, ["d6"]),
        "exact duplicates": (2, ["d1=d3=d7"]),
        "near duplicates": (2, ["d1=d4"]),
    }
    for name, (count, examples) in expected.items():
        check = found["corpus", name]
        assert (check.count, check.of, check.examples) == (count, 8, examples), name
        assert found["queries", name].count == 0


def test_examples_end_at_five(tmp_path: Path) -> None:
    corpus = {f"d{i}": f"w{i}" for i in range(7)}
    check = checks(write(tmp_path / "r", corpus, {"test": {}}))["corpus", "very short texts"]
    assert (check.count, check.examples) == (7, ["d0", "d1", "d2", "d3", "d4"])


def test_queries_that_are_documents_are_told_from_those_in_them(tmp_path: Path) -> None:
    queries = {"d1": VALVE, "q2": PUMP, "q3": "what pump is that"}
    found = checks(write(tmp_path / "r", {"d1": VALVE, "d2": PUMP}, {"test": queries}))
    assert found["queries", "query text in corpus"].examples == ["q2"]
    assert found["queries", "own text in corpus"].examples == ["d1"]


def test_texts_in_two_splits_are_leakage(tmp_path: Path) -> None:
    queries = {
        "dev": {"a": VALVE, "b": PUMP},
        "test": {"c": VALVE, "d": PUMP + "s", "e": "else is"},
    }
    found = checks(write(tmp_path / "r", {"d1": "steam is hot"}, queries))
    assert found["queries", "leakage between splits"].examples == ["a=c"]
    near = found["queries", "near leakage between splits"]
    assert (near.count, near.examples) == (2, ["b=d"])
    single = checks(write(tmp_path / "s", {"d1": "steam is hot"}, {"test": {"a": VALVE}}))
    assert ("queries", "leakage between splits") not in single


def test_the_parent_is_looked_at_where_it_lies(tmp_path: Path) -> None:
    old = write(tmp_path / "old", {"d1": PUMP}, {"test": {"a": VALVE}})
    manifest = old.manifest
    more: dict[str, Any] = {
        "parent": {
            "name": manifest.name, "version": "2026.10", "fingerprint": manifest.fingerprint,
        },
        "parameters": {"parent": str(old.path)},
    }  # fmt: skip
    queries = {"test": {"x": VALVE, "y": "new and other"}}
    new = write(tmp_path / "new", {"d1": PUMP}, queries, **more)
    assert checks(new)["queries", "leakage from the parent"].examples == ["x"]
    old.path.rename(tmp_path / "gone")
    assert ("queries", "leakage from the parent") not in checks(new)
    other = write(tmp_path / "old", {"d1": PUMP}, {"test": {"b": VALVE}})
    assert other.manifest.fingerprint != manifest.fingerprint
    assert ("queries", "leakage from the parent") not in checks(new)


def test_labels_are_weighed(tmp_path: Path) -> None:
    corpus = {f"d{i}": f"{PUMP} {i}" for i in range(4)}
    queries = {f"q{i}": f"{VALVE} {i}" for i in range(4)}
    made = write(tmp_path / "r", corpus, {"test": queries}, ["IN", "IN", "OUT", None])
    entry = quality_report(made).labels["qrels.partition"]
    assert (entry.rows, entry.unlabelled, entry.labels) == (4, 1, 2)
    assert entry.largest is not None
    assert entry.smallest is not None
    assert (entry.largest.label, entry.largest.count) == ("IN", 2)
    assert (entry.smallest.label, entry.smallest.count) == ("OUT", 1)
    # Entropy of 2/3 and 1/3 by that of two equal labels.
    assert entry.evenness == round(np.log2(3) - 2 / 3, 4)


def test_languages_of_a_sample(tmp_path: Path) -> None:
    hindi = "यह पंप भाप के दबाव से चलता है और ठंडा होने पर बंद हो जाता है"
    made = write(tmp_path / "r", {"d1": VALVE, "d2": hindi}, {"test": {"q": PUMP}})
    report = quality_report(made)
    assert report.texts["corpus"].languages == {"en": 1, "hi": 1}
    assert checks(made)["corpus", "other languages"].examples == ["d2"]
    untold = write(tmp_path / "s", {"d1": VALVE}, {"test": {}}, languages=[])
    assert ("corpus", "other languages") not in checks(untold)


def test_a_release_without_rows_has_a_report(tmp_path: Path) -> None:
    report = quality_report(write(tmp_path / "r", {}, {"test": {}}))
    assert report.texts["corpus"].words is None
    assert report.findings() == []
    assert report.labels["qrels.partition"].evenness is None


def test_samples_are_bounded_seeded_and_spread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_scan, "SAMPLED", 10)
    monkeypatch.setattr(text_scan, "COMPARED", 30)
    made = write(tmp_path / "r", {f"d{i:03}": f"number {i}" for i in range(200)}, {"test": {}})
    one, same, other = (scan_texts(made, "corpus", seed=seed) for seed in (1, 1, 2))
    assert one.sample == same.sample
    assert one.sample != other.sample
    assert len(one.sample) == 10
    assert len(one.openings) == 30
    assert one.digest(7) == text_digest("number 7")
    assert quality_report(made).texts["corpus"].compared == 30


def test_texts_from_one_template_bound_what_is_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_pairs, "_PILOT", 50)
    monkeypatch.setattr(near_pairs, "MOST_CANDIDATES", 4_900)
    corpus = {f"d{i:03}": f"{VALVE} {i}" for i in range(300)}
    scan = scan_texts(write(tmp_path / "r", corpus, {"test": {}}), "corpus", seed=0)
    found = near_pairs.near_pairs(scan, seed=0)
    # All 1,225 pairs of the pilot are alike: (n / 50)^2 * 1225 <= 4900 for n = 100.
    assert found.compared == 100
    assert len(found.left) == 100 * 99 // 2


def test_the_same_release_gives_the_same_report(tmp_path: Path) -> None:
    first = sample("rag", tmp_path / "a", size=2)
    second = sample("rag", tmp_path / "b", size=2)
    text = (first.path / QUALITY_NAME).read_text("utf-8")
    assert text == (second.path / QUALITY_NAME).read_text("utf-8")
    assert quality_documents(first)[QUALITY_NAME] == text
    assert read_data_quality(first) == quality_report(first)


def test_the_report_stands_in_the_manifest_and_strict_agrees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = write(tmp_path / "r", {"d1": VALVE, "d2": VALVE}, {"test": {"q": PUMP}}, ["IN"])
    assert list(made.manifest.documents) == [QUALITY_NAME]
    assert {f.level for f in verify(made.path, strict=True)} == {"note"}
    assert main(["verify", "--strict", str(made.path)]) == 0
    assert "sound" in capsys.readouterr().out


def clean_report(tmp_path: Path) -> Any:
    """What is reported of a release without the duplicate."""
    clean = write(tmp_path / "clean", {"d1": VALVE}, {"test": {"q": PUMP}}, ["IN"])
    text = (clean.path / QUALITY_NAME).read_text("utf-8")
    return lambda _: {QUALITY_NAME: text}


def test_strict_finds_a_planted_duplicate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = clean_report(tmp_path)
    planted = write(
        tmp_path / "r", {"d1": VALVE, "d2": VALVE}, {"test": {"q": PUMP}}, ["IN"], report
    )
    assert {f.level for f in verify(planted.path)} == {"note"}
    found = [(f.check, f.examples) for f in verify(planted.path, strict=True) if f.level == "fault"]
    assert found == [("duplicate texts", ["d1=d2"]), ("exact duplicates", ["d1=d2"])]
    assert main(["verify", str(planted.path)]) == 0
    assert main(["verify", "--strict", str(planted.path)]) == 1
    assert "the quality report does not say so" in capsys.readouterr().out


def test_strict_finds_another_duplicate_in_the_place_of_the_recorded(tmp_path: Path) -> None:
    known = write(tmp_path / "a", {"d1": VALVE, "d2": VALVE, "d3": PUMP}, {"test": {}})
    text = (known.path / QUALITY_NAME).read_text("utf-8")
    swapped = write(
        tmp_path / "b", {"d1": VALVE, "d2": PUMP, "d3": PUMP}, {"test": {}},
        report=lambda _: {QUALITY_NAME: text},
    )  # fmt: skip
    faults = [f for f in verify(swapped.path, strict=True) if f.level == "fault"]
    assert {f.check for f in faults} == {"duplicate texts", "exact duplicates"}
    assert all("names others" in f.message for f in faults)


def test_strict_wants_a_report(tmp_path: Path) -> None:
    bare = write(tmp_path / "r", {"d1": VALVE}, {"test": {"q": PUMP}}, ["IN"], None)
    assert verify(bare.path) == []
    (fault,) = verify(bare.path, strict=True)
    assert (fault.level, fault.place) == ("fault", QUALITY_NAME)
    assert read_data_quality(bare) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "another format"),
        ('{"format": 9}', "another format"),
        ('{"format": 1}', "parameters is wrong"),
    ],
)
def test_a_damaged_report_is_named(tmp_path: Path, text: str, message: str) -> None:
    made = write(tmp_path / "r", {"d1": VALVE}, {"test": {}}, report=lambda _: {QUALITY_NAME: text})
    with pytest.raises(DataError, match=message):
        verify(made.path, strict=True)


def test_a_fault_comes_before_the_report(tmp_path: Path) -> None:
    made = write(tmp_path / "r", {"d1": VALVE}, {"test": {}})
    payload = json.loads((made.path / "manifest.json").read_text("utf-8"))
    payload["fingerprint"] = "0" * 64
    (made.path / "manifest.json").write_text(json.dumps(payload))
    assert [f.check for f in verify(made.path, strict=True)] == ["fingerprint"]
