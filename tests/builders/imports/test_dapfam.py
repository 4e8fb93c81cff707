"""A small folder in the Hub's DAPFAM layout becomes a patent release."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from domainbench.benchmarks.evaluate import evaluate
from domainbench.builders.imports.dapfam import import_dapfam
from domainbench.builders.imports.dapfam_rows import BadRow, corpus_row, day_of, ipc_symbols, listed
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from domainbench.schemas.verify import verify

CLASSES = "classifications_ipcr_list_first_three_chars_list"


def family(key: str, word: str, classes: list[str], **more) -> dict:
    row = {
        "relevant_id": key,
        "earliest_claim_jusrisdiction": "JP",
        "jurisdiction": "US",
        "ipcr_codes_str": "; ".join(f"{code}B13/10" for code in classes),
        "earliest_claim_date": "2001-02-03",
        "earliest_claim_year": 2001,
        CLASSES: classes,
        "title_en": f"title {word}",
        "abstract_en": f"abstract {word}",
        "claims_text": f"1. claim {word}",
        "description_en": f"description {word}",
    }
    return row | more


CORPUS = [
    family("004-3", "pump", ["F04"]),
    family("004-1", "valve", ["F16", "H01"]),
    family("004-2", "wheel", ["B60"], claims_text=None, description_en=None),
    family("004-4", "nothing", []),
]
QUERIES = [
    {"query_id": row.pop("relevant_id"), **row, "abstract_keywords": ["pump", "seal"]}
    for row in (family("q-2", "pump", ["F04"]), family("q-1", "valve", ["F16"]))
]
RELATIONS = [
    ("q-2", "004-3", 1.0, "IN"),
    ("q-2", "004-1", 1.0, "OUT"),
    ("q-2", "004-2", 0.0, "NC"),
    ("q-1", "004-1", 1.0, "IN"),
    ("q-1", "004-3", 1.0, "IN"),  # the classes say OUT
    ("q-1", "004-4", 0.0, "NC"),
]


def dapfam(folder: Path, corpus=CORPUS, queries=QUERIES, relations=RELATIONS) -> Path:
    folder.mkdir()
    pl.DataFrame(corpus).write_parquet(folder / "corpus.parquet")
    pl.DataFrame(queries).write_parquet(folder / "queries.parquet")
    names = ["query_id", "relevant_id", "relevance_score", "domain_rel"]
    pl.DataFrame(relations, schema=names, orient="row").write_parquet(folder / "qrels_all.parquet")
    return folder


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return import_dapfam(dapfam(tmp_path / "hub"), tmp_path / "release")


def rows(release: Release, table: str, *columns: str) -> list[tuple]:
    return [tuple(row[c] for c in columns) for row in release.table(table).to_pylist()]


def test_families_and_pairs(release: Release) -> None:
    assert rows(release, "corpus", "_id", "text", "claims", "ipc", "ipc3_domains") == [
        ("004-1", "abstract valve", "1. claim valve", ["F16B13/10", "H01B13/10"], ["F16", "H01"]),
        ("004-2", "abstract wheel", None, ["B60B13/10"], ["B60"]),
        ("004-3", "abstract pump", "1. claim pump", ["F04B13/10"], ["F04"]),
        ("004-4", "abstract nothing", "1. claim nothing", [], []),
    ]
    first = release.table("queries").to_pylist()[0]
    assert first["text"] == "title valve\nabstract valve"
    assert (first["keywords"], first["jurisdiction"]) == (["pump", "seal"], "JP")
    assert (first["earliest_date"], first["year"]) == (date(2001, 2, 3), 2001)
    assert (first["publication_ids"], first["member_ids"]) == ([], [])
    found = rows(release, "qrels", "query-id", "corpus-id", "score", "partition", "relation")
    assert found == [
        ("q-1", "004-1", 1, "IN", "citation"),
        ("q-1", "004-3", 1, "IN", "citation"),
        ("q-1", "004-4", 0, "UNKNOWN", "random_negative"),
        ("q-2", "004-1", 1, "OUT", "citation"),
        ("q-2", "004-2", 0, "OUT", "random_negative"),
        ("q-2", "004-3", 1, "IN", "citation"),
    ]
    assert release.manifest.license == "CC-BY-NC-SA-4.0"
    assert [source.records for source in release.manifest.sources] == [4, 2, 6]


def test_published_labels_that_the_classes_do_not_give_are_a_note(release: Release) -> None:
    findings = verify(release.path)
    assert [f for f in findings if f.level == "fault"] == []
    (note,) = [f for f in findings if f.check == "labels"]
    assert (note.count, note.examples) == (1, ["q-1 004-3 IN"])


@pytest.mark.parametrize("target", ["TA", "TAC", "TACD"])
@pytest.mark.parametrize("query", ["TA", "TAC", "K"])
def test_every_view_can_be_evaluated(release: Release, query: str, target: str) -> None:
    results = evaluate(release, ["bm25"], query_view=query, corpus_view=target, k=100)
    n = {p: results.figure("bm25", "nDCG@100", p).n for p in ("ALL", "IN", "OUT")}
    assert n == {"ALL": 2, "IN": 2, "OUT": 1}
    assert results.figure("bm25", "nDCG@100", "IN").value > 0


def test_what_cannot_be_used_is_counted(tmp_path: Path) -> None:
    corpus = [
        *CORPUS,
        family("004-1", "again", []),
        family("", "no id", []),
        family("004-9", "x", [], title_en=None, abstract_en=" "),
        family("004-8", "x", ["F99", "nonsense"], earliest_claim_date="30 May"),
    ]
    relations = [
        *RELATIONS,
        ("q-2", "004-9", 1.0, "IN"),
        ("q-9", "004-1", 1.0, "IN"),
        ("q-2", "004-3", 0.0, "NC"),
        ("q-2", "004-8", float("nan"), "IN"),
        (None, "004-8", 1.0, "IN"),
    ]
    folder = dapfam(tmp_path / "hub", corpus, QUERIES, relations)
    release = import_dapfam(folder, tmp_path / "release")
    assert [f for f in verify(release.path) if f.level == "fault"] == []
    families, _, pairs = release.manifest.sources
    assert families.rejected == {"no id": 1, "no text": 1, "repeated id": 1}
    assert pairs.rejected == {
        "no id": 1,
        "relevance is no number": 1,
        "repeated pair": 1,
        "unknown document id": 1,
        "unknown query id": 1,
    }
    assert release.manifest.dropped == {
        "IPC symbol that cannot be read": 2,
        "date that cannot be read": 1,
    }
    listed_rows = (tmp_path / "release.rejects.jsonl").read_text().splitlines()
    details = [json.loads(line)["detail"] for line in listed_rows]
    assert "row 5: row 2 has the id '004-1' too, and is kept" in details
    assert "row 7: no document has the id '004-9'" in details
    assert len(details) == 8


def test_what_is_no_such_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        import_dapfam(tmp_path / "nothing", tmp_path / "r")
    folder = dapfam(tmp_path / "hub")
    pl.DataFrame({"query_id": ["q-1"], "relevant_id": ["004-1"]}).write_parquet(
        folder / "qrels_all.parquet"
    )
    with pytest.raises(DataError, match="lacks the column 'relevance_score'"):
        import_dapfam(folder, tmp_path / "r")
    (folder / "corpus.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match="no readable Parquet"):
        import_dapfam(folder, tmp_path / "r")
    (folder / "qrels_all.parquet").unlink()
    with pytest.raises(DataError, match=r"lacks qrels_all\.parquet"):
        import_dapfam(folder, tmp_path / "r")
    assert [path.name for path in tmp_path.iterdir()] == ["hub"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (date(2001, 2, 3), date(2001, 2, 3)),
        (datetime(2001, 2, 3, 4, 5), date(2001, 2, 3)),  # noqa: DTZ001
        ("2001-02-03", date(2001, 2, 3)),
        ("2001-02-03T00:00:00Z", date(2001, 2, 3)),
        ("2001-02-30", None),
        ("", None),
        (None, None),
        (20010203, None),
    ],
)
def test_days(value: object, wanted: date | None) -> None:
    assert day_of(value, Counter()) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (["a", None, " b "], ["a", "b"]),
        ("a, b;;c|d", ["a", "b", "c", "d"]),
        ("['a', 'b c']", ["a", "b c"]),
        ("[a, b", ["a", "b"]),
        (None, []),
        (3.5, []),
    ],
)
def test_lists(value: object, wanted: list[str]) -> None:
    assert listed(value) == wanted


def test_classes_follow_the_published_set() -> None:
    lost: Counter[str] = Counter()
    symbols = ipc_symbols("H04L 29/06;;G06F17/30;;?", ["H04", "G06", "A61"], lost)
    assert symbols == ["A61", "G06F17/30", "H04L29/06"]
    assert lost.total() == 1


def test_texts_that_are_none_are_refused() -> None:
    with pytest.raises(BadRow, match="text is no text"):
        corpus_row(family("x", "y", [], claims_text=[1]), Counter())
