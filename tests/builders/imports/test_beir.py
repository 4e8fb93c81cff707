"""Data sets in BEIR's layout become releases, and releases become such data sets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import load_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.api import build
from domainbench.benchmarks.evaluate import evaluate
from domainbench.builders.imports.beir import import_beir
from domainbench.builders.imports.beir_files import Pair, read_beir
from domainbench.builders.sources.record import Reject
from domainbench.schemas.beir import write_beir
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release
from domainbench.schemas.verify import verify
from domainbench.schemas.views import View

DOCUMENTS = [
    {"_id": "d2", "title": "Pumps", "text": "pump seal", "metadata": {"year": 2001}},
    {"_id": "d1", "title": "", "text": "valve", "url": "x"},
    {"_id": 3, "title": "heat", "text": ""},
]
QUERIES = [{"_id": "q2", "text": "valve"}, {"_id": "q1", "text": "pump", "metadata": {"kind": "a"}}]


def beir(folder: Path, corpus=DOCUMENTS, queries=QUERIES, **qrels: str) -> Path:
    """A data set; lines that are no dictionaries are written as they are."""
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (folder / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines))
    for split, text in (qrels or {"test": "query-id\tcorpus-id\tscore\nq1\td2\t1\n"}).items():
        (folder / "qrels" / f"{split}.tsv").write_text(text)
    return folder


def faults(release: Release) -> list[str]:
    return [str(finding) for finding in verify(release.path) if finding.level == "fault"]


def rejected(release: Release) -> list[tuple[str, int | None, str]]:
    path = release.path.with_name(release.path.name + ".rejects.jsonl")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [(Path(row["file"]).name, row["line"], row["reason"]) for row in rows]


def test_a_data_set_becomes_a_sound_release(tmp_path: Path) -> None:
    folder = beir(
        tmp_path / "b", test="query-id\tcorpus-id\tscore\nq1\td2\t2\nq2\td1\t0\nq2\t3\t1\n"
    )
    release = import_beir(folder, tmp_path / "r", license="CC0-1.0", languages=["en"])
    assert faults(release) == []
    assert release.table("corpus").to_pylist() == [
        {"_id": "3", "title": "heat", "text": "", "metadata": None},
        {"_id": "d1", "title": "", "text": "valve", "metadata": '{"url": "x"}'},
        {"_id": "d2", "title": "Pumps", "text": "pump seal", "metadata": '{"year": 2001}'},
    ]
    assert [row["_id"] for row in release.table("queries").to_pylist()] == ["q1", "q2"]
    pairs = [tuple(row.values()) for row in release.table("qrels").to_pylist()]
    assert pairs == [("q1", "d2", 2, None), ("q2", "3", 1, None), ("q2", "d1", 0, None)]
    manifest = release.manifest
    assert [(Path(s.path).name, s.records, s.rejected) for s in manifest.sources] == [
        ("corpus.jsonl", 3, {}),
        ("queries.jsonl", 2, {}),
        ("test.tsv", 3, {}),
    ]
    assert (manifest.name, manifest.license, manifest.languages) == ("b", "CC0-1.0", ["en"])
    assert not release.path.with_name("r.rejects.jsonl").exists()
    loaded = load_dataset(str(release.path), "corpus", split="test", cache_dir=str(tmp_path / "c"))
    assert loaded["_id"] == ["3", "d1", "d2"]
    results = evaluate(release, ["bm25"])
    assert results.figure("bm25", "nDCG@10", "ALL").value == pytest.approx(0.5)
    assert results.partitions == ["ALL"]


def test_what_cannot_be_used_is_counted_with_its_place(tmp_path: Path) -> None:
    corpus = [
        *DOCUMENTS,
        "{broken",
        "[1]",
        {"title": "no id", "text": "x"},
        {"_id": "d2", "text": "again"},
        {"_id": "d9", "title": " ", "text": ""},
        {"_id": "d8", "text": ["a", "list"]},
        '{"_id": "d7", "text": "\\ud800"}',
    ]
    judged = (
        "q1\td2\t1\nq1\td2\t0\nq1\td99\t1\nq9\td1\t1\nq1\td1\t0.5\nq1\td1\nq2\tq2\t1\nq2\td1\t1\n"
    )
    queries = [*QUERIES, {"_id": "q3", "text": "never judged"}]
    release = import_beir(beir(tmp_path / "b", corpus, queries, test=judged), tmp_path / "r")
    assert faults(release) == []
    found, _, qrels = release.manifest.sources
    assert found.records == 3
    assert found.rejected == {
        "no _id": 1,
        "no text": 1,
        "not a JSON object": 1,
        "not valid JSON": 1,
        "not valid UTF-8": 1,
        "repeated id": 1,
        "text is no text": 1,
    }
    assert qrels.records == 2
    assert qrels.rejected == {
        "grade is no integer": 1,
        "pair of a query with itself": 1,
        "repeated pair": 1,
        "unknown document id": 1,
        "unknown query id": 1,
        "wrong number of fields": 1,
    }
    assert release.manifest.dropped == {"query without judgement": 1}
    listed = rejected(release)
    assert ("corpus.jsonl", 4, "not valid JSON") in listed
    assert ("corpus.jsonl", 7, "repeated id") in listed
    assert ("test.tsv", 5, "grade is no integer") in listed
    assert ("test.tsv", 3, "unknown document id") in listed
    assert len(listed) == 13


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("query-id\tcorpus-id\tscore\na\tb\t1\n", [("a", "b", 1, None)]),
        ("a\tb\t1\n", [("a", "b", 1, None)]),
        ("\ufeffa\tb\t-1\r\n\r\n", [("a", "b", -1, None)]),
        ("qid\tdocid\trel\na\tb\t1\n", [("a", "b", 1, None)]),
        ("score\tcorpus-id\tquery-id\n1\tb\ta\n", [("a", "b", 1, None)]),
        ("query-id\tcorpus-id\tscore\tpartition\na\tb\t1\tIN\na\tc\t1\t\n",
         [("a", "b", 1, "IN"), ("a", "c", 1, None)]),
        ('q\td\ts\n"a""b\tc"\td\t1\n', [('a"b\tc', "d", 1, None)]),
    ],
    ids=["header", "no header", "bom and crlf", "other names", "other order", "labels", "quotes"],
)  # fmt: skip
def test_forms_of_judgements(tmp_path: Path, text: str, wanted: list) -> None:
    found = read_beir(beir(tmp_path / "b", test=text))
    pairs = [item for item in found.pairs("test") if isinstance(item, Pair)]
    assert [tuple(pair)[:4] for pair in pairs] == wanted


def test_splits_keep_their_queries_and_a_query_stands_in_one(tmp_path: Path) -> None:
    folder = beir(tmp_path / "b", train="q1\td1\t1\nq2\td1\t1\n", test="q1\td2\t1\n")
    release = import_beir(folder, tmp_path / "r")
    assert faults(release) == []
    assert release.splits("queries") == ["test", "train"]
    assert release.table("qrels", "test").column("query-id").to_pylist() == ["q1"]
    assert release.table("qrels", "train").column("query-id").to_pylist() == ["q2"]
    assert release.manifest.dropped == {"query of two splits": 1}
    alone = import_beir(folder, tmp_path / "train", splits=["train"])
    assert len(alone.table("qrels", "train")) == 2


def test_the_layout_is_bitwise_the_same_and_read_back_as_the_same(
    tmp_path: Path, pumps: Release
) -> None:
    view = View(("title", "abstract"), ("title", "text"))
    first = write_beir(pumps, tmp_path / "one", view=view)
    again = import_beir(first, tmp_path / "release")
    assert faults(again) == []
    second = write_beir(again, tmp_path / "two")
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        ours, theirs = (first / name).read_text(), (second / name).read_text()
        if name == "queries.jsonl":  # q4 has no judgement, so it is not in the release
            ours = "".join(line for line in ours.splitlines(keepends=True) if '"q4"' not in line)
        assert ours == theirs
    assert first.stat().st_mode & 0o777 == 0o755


def test_figures_survive_the_round_trip(tmp_path: Path, pumps: Release) -> None:
    options = {"measures": ["nDCG@10", "AP@100", "Recall@10", "RR"]}
    ours = evaluate(pumps, ["bm25"], **options)
    view = View(("title", "abstract"), ("title", "text"))
    folder = write_beir(pumps, tmp_path / "b", view=view, metadata=False)
    theirs = evaluate(import_beir(folder, tmp_path / "r"), ["bm25"], **options)
    for partition in ("ALL", "IN", "OUT"):
        for measure in options["measures"]:
            mine = ours.figure("bm25", measure, partition)
            other = theirs.figure("bm25", measure, partition)
            assert (mine.value, mine.n) == (other.value, other.n)


def test_one_partition_alone(tmp_path: Path, pumps: Release) -> None:
    folder = write_beir(pumps, tmp_path / "b", view=View(partition="IN"))
    text = (folder / "qrels" / "test.tsv").read_text()
    assert text == "query-id\tcorpus-id\tscore\tpartition\nq1\td2\t1\tIN\n"
    with pytest.raises(UsageError, match=r"partition 'INN'[\s\S]*IN"):
        write_beir(pumps, tmp_path / "c", view=View(partition="INN"))
    with pytest.raises(UsageError, match="column of corpus"):
        write_beir(pumps, tmp_path / "c", view=View(corpus_columns=("titel",)))
    with pytest.raises(UsageError, match="exists"):
        write_beir(pumps, folder)
    assert not (tmp_path / "c").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_order_of_the_files_decides_nothing(tmp_path: Path) -> None:
    judged = ["q1\td2\t1\n", "q2\td1\t1\n", "q2\t3\t0\n"]
    one = import_beir(beir(tmp_path / "a", test="".join(judged)), tmp_path / "r")
    other = beir(tmp_path / "b", DOCUMENTS[::-1], QUERIES[::-1], test="".join(judged[::-1]))
    again = import_beir(other, tmp_path / "s")
    assert one.manifest.fingerprint == again.manifest.fingerprint


def test_what_is_no_such_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        import_beir(tmp_path / "nothing", tmp_path / "r")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"lacks corpus\.jsonl"):
        import_beir(tmp_path / "empty", tmp_path / "r")
    folder = beir(tmp_path / "b")
    with pytest.raises(UsageError, match="split 'tset'"):
        import_beir(folder, tmp_path / "r", splits=["tset"])
    (folder / "qrels" / "test.tsv").write_text("qid docid\n")
    with pytest.raises(DataError, match=r"line 1[\s\S]*no table of judgements"):
        import_beir(folder, tmp_path / "r")
    (folder / "qrels" / "test.tsv").write_text("q7\td1\t1\n")
    with pytest.raises(DataError, match="no judgement names"):
        import_beir(folder, tmp_path / "r")
    (folder / "corpus.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match=r"corpus.jsonl[\s\S]*no record"):
        import_beir(folder, tmp_path / "r")
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "my test.tsv")
    with pytest.raises(DataError, match="cannot name a split"):
        import_beir(folder, tmp_path / "r")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "empty"]


def test_the_family_has_no_builder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="domainbench import"):
        build("retrieval", [beir(tmp_path / "b")], tmp_path / "r")


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@settings(max_examples=40)
@given(st.binary(max_size=200) | texts.map(str.encode))
def test_no_judgements_break_the_reader(tmp_path_factory, content: bytes) -> None:
    folder = beir(tmp_path_factory.mktemp("beir") / "b")
    path = folder / "qrels" / "test.tsv"
    path.write_bytes(b"q1\td2\t1\n" + content)
    items = list(read_beir(folder).pairs("test"))
    assert all(isinstance(item, Pair | Reject) for item in items)
    assert items[0] == Pair("q1", "d2", 1, None, 1)


rows = st.fixed_dictionaries({}, optional={
    "_id": st.text(max_size=3) | st.integers() | st.none(),
    "title": texts | st.none() | st.integers(),
    "text": texts | st.none() | st.lists(texts),
    "metadata": st.dictionaries(texts, texts | st.integers(), max_size=2) | texts,
})  # fmt: skip


@settings(max_examples=40)
@given(st.lists(rows, max_size=6))
def test_any_record_is_taken_or_rejected(tmp_path_factory, given_rows: list[dict]) -> None:
    work = tmp_path_factory.mktemp("beir")
    corpus = [*DOCUMENTS, *given_rows]
    release = import_beir(beir(work / "b", corpus), work / "r")
    assert faults(release) == []
    source = release.manifest.sources[0]
    assert source.records + sum(source.rejected.values()) == len(corpus)
