"""Differences of releases: by hand, and against dictionaries of rows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domainbench.schemas import diff_tables
from domainbench.schemas.diff import diff
from domainbench.schemas.diff_tables import LabelDiff, diff_table
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.manifest import EnvironmentEntry, ParentEntry, SourceEntry
from domainbench.schemas.release import Release, TableData, write_release
from domainbench.schemas.retrieval_family import RETRIEVAL
from domainbench.schemas.tables import Column, Table

from .conftest import CORPUS, QRELS, QUERIES, family, info, pair, table, tables


def made(folder, *, facts=None, **rows):
    return write_release(folder, tables(**rows), info(**(facts or {})))


def test_a_release_and_itself_are_the_same(release):
    found = diff(release, release)
    assert all(part.same for part in found.tables.values())
    assert found.facts == []
    assert found.comparable
    assert found.verdict == (
        "Scores stay comparable: queries, relevant documents and the texts of the corpus are the "
        "same."
    )


def test_rows_are_told_apart_by_key(release, tmp_path):
    corpus = [family("d0", "new", ["A01B1/00"]), CORPUS[0] | {"text": "a tap"}, CORPUS[1]]
    found = diff(release, made(tmp_path / "new", corpus=corpus, qrels=QRELS[:2]))
    part = found.tables["corpus"]
    assert (part.old_rows, part.new_rows) == (3, 3)
    assert (part.added, part.removed, part.changed) == (1, 1, 1)
    assert part.examples == {"added": ["d0"], "removed": ["d3"], "changed": ["d1"]}
    assert part.columns == {"text": 1}
    assert found.tables["qrels"].examples == {"removed": ["q2 d3"]}
    assert not found.comparable
    assert found.verdict == (
        "Scores are not comparable: 1 document added, 1 document removed, the texts of 1 document "
        "changed, 1 relevant pair differs."
    )


def test_changed_labels_are_counted_and_scores_stay_comparable(release, tmp_path):
    qrels = [QRELS[0] | {"partition": "OUT"}, QRELS[1], QRELS[2]]
    queries = [QUERIES[0], QUERIES[1] | {"section_domains": ["F", "G"], "year": 1999}]
    found = diff(release, made(tmp_path / "new", qrels=qrels, queries=queries))
    assert found.tables["qrels"].labels == {"partition": LabelDiff(1, [("IN", "OUT", 1)])}
    assert found.tables["queries"].labels == {"section_domains": LabelDiff(1, [("F", "F, G", 1)])}
    assert found.tables["queries"].columns == {"section_domains": 1, "year": 1}
    assert found.comparable
    assert "that read queries.section_domains, queries.year, qrels.partition are" in found.verdict


def test_only_relevant_pairs_count_for_scores(release, tmp_path):
    negative = pair("q1", "d3", "UNKNOWN", score=0)
    found = diff(release, made(tmp_path / "a", qrels=[*QRELS[:2], negative, QRELS[2]]))
    assert found.tables["qrels"].added == 1
    assert found.comparable
    found = diff(release, made(tmp_path / "b", qrels=[QRELS[0] | {"score": 2}, *QRELS[1:]]))
    assert found.tables["qrels"].labels == {"score": LabelDiff(1, [("1", "2", 1)])}
    assert not found.comparable
    assert "1 relevant pair differs" in found.verdict


def test_what_the_manifests_say(release, tmp_path):
    source = SourceEntry(path="x", bytes=1, sha256="0" * 64, format="f", records=1)
    facts = {
        "version": "2026.12",
        "parameters": {"label_rule": "overlap", "ipc_depth": "ipc3", "since": "2025-01-01"},
        "parent": ParentEntry(
            name="valves", version="2026.11", fingerprint=release.manifest.fingerprint
        ),
        "sources": [source],
        "environments": {"a@1": EnvironmentEntry(python="3.11", requirements=["b==1"])},
    }
    found = diff(release, made(tmp_path / "new", facts=facts))
    assert found.is_parent
    assert [(fact.what, fact.old, fact.new) for fact in found.facts] == [
        ("version", "2026.11", "2026.12"),
        ("parameter since", None, "2025-01-01"),
        ("sources", "0, 0 of them not in the other", "1, 1 of them not in the other"),
        ("environments", "0, 0 of them not in the other", "1, 1 of them not in the other"),
    ]
    assert json.loads(json.dumps(found.to_dict()))["facts"][0]["new"] == "2026.12"


def test_rows_that_moved_to_another_split(tmp_path):
    def in_splits(folder, **splits):
        data = tables()
        queries = {name: table(data[1].table.schema, rows) for name, rows in splits.items()}
        pairs = {
            name: table(
                data[2].table.schema,
                [p for p in QRELS if p["query-id"] in {row["_id"] for row in rows}],
            )
            for name, rows in splits.items()
        }
        data[1:] = [TableData(data[1].table, queries), TableData(data[2].table, pairs)]
        return write_release(folder, data, info())

    old = in_splits(tmp_path / "old", test=QUERIES)
    new = in_splits(tmp_path / "new", test=QUERIES[:1], train=QUERIES[1:])
    found = diff(old, new)
    assert found.tables["queries"].labels == {"split": LabelDiff(1, [("test", "train", 1)])}
    assert found.tables["qrels"].columns == {"split": 1}
    assert "1 query moved to another split" in found.verdict


def test_families_are_not_mixed(release, tmp_path):
    rows = {"corpus": [], "queries": [], "qrels": []}
    data = [TableData(one, {"test": table(one.schema, rows[one.name])}) for one in RETRIEVAL.tables]
    other = write_release(
        tmp_path / "other", data, info(family="retrieval", slice_columns=RETRIEVAL.slice_columns)
    )
    with pytest.raises(UsageError, match="different families"):
        diff(release, other)


def test_damage_is_named(release, tmp_path):
    new = made(tmp_path / "new", corpus=CORPUS[:2], qrels=QRELS[:2])
    path = new.files("corpus")[0]
    path.write_bytes(b"nothing")
    with pytest.raises(DataError, match="Parquet"):
        diff(release, Release.open(new.path))
    path.unlink()
    with pytest.raises(DataError, match="missing"):
        diff(release, Release.open(new.path))


def test_tables_that_the_family_does_not_know(release):
    entries = {**release.manifest.tables, "extra": release.manifest.tables["corpus"]}
    strange = replace(release, manifest=release.manifest.model_copy(update={"tables": entries}))
    with pytest.raises(DataError, match="does not know"):
        diff(release, strange)


BLOBS = Table(
    "blobs",
    (
        Column("_id", pa.string(), "Key.", nullable=False),
        Column("day", pa.date32(), "A date."),
        Column("content", pa.binary(), "Bytes."),
        Column("parts", pa.list_(pa.string()), "Strings."),
        Column("domain", pa.list_(pa.string()), "Labels."),
    ),
    ("_id",),
)
"""A table of no family, with the kinds of columns that families have."""


def blobs(folder, rows, schema=BLOBS.schema):
    listed = pa.Table.from_pylist(rows, schema=schema)
    shown = Table("blobs", tuple(c for c in BLOBS.columns if c.name in schema.names), ("_id",))
    data = [*tables(), TableData(shown, {"test": listed})]
    return write_release(folder, data, info(slice_columns=()))


def blob(key, **more):
    row = {"_id": key, "day": date(2025, 1, 1), "content": b"x", "parts": [], "domain": ["A"]}
    return row | more


def test_nulls_empty_lists_and_bytes_are_kept_apart(tmp_path):
    old = [blob("a", content=None), blob("b", parts=None), blob("c"), blob("d", content=b"\x00y")]
    new = [
        blob("a", content=b""),
        blob("b"),
        blob("c", day=None),
        blob("d", content=b"\x00z", domain=[]),
    ]
    found = diff_table(blobs(tmp_path / "a", old), blobs(tmp_path / "b", new), BLOBS)
    assert found.columns == {"day": 1, "content": 2, "parts": 1, "domain": 1}
    assert found.labels == {"domain": LabelDiff(1, [("A", "none", 1)])}


def test_columns_that_one_release_lacks(tmp_path):
    fewer = pa.schema([field for field in BLOBS.schema if field.name != "parts"])
    one = [{k: v for k, v in blob(key).items() if k != "parts"} for key in ("a", "b")]
    old = blobs(tmp_path / "a", one, fewer)
    new = blobs(tmp_path / "b", [blob("a"), blob("b", content=b"other")])
    found = diff_table(old, new, BLOBS)
    assert (found.new_columns, found.lost_columns) == (("parts",), ())
    assert (found.changed, found.columns) == (1, {"content": 1})
    assert diff_table(new, old, BLOBS).lost_columns == ("parts",)


def test_a_table_that_one_release_lacks(tmp_path, release):
    new = blobs(tmp_path / "b", [blob("a"), blob("b")])
    found = diff_table(release, new, BLOBS)
    assert (found.old_rows, found.new_rows, found.added) == (0, 2, 2)
    assert found.new_columns == ()
    assert diff_table(new, release, BLOBS).removed == 2
    assert diff_table(release, release, BLOBS).same


ROWS = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.tuples(st.sampled_from([None, b"", b"1"]), st.sampled_from([["A"], ["B"], ["A", "B"]])),
)


@settings(max_examples=30)
@given(ROWS, ROWS)
def test_as_dictionaries_tell(tmp_path_factory, old, new):
    folder = tmp_path_factory.mktemp("diff")
    sides = [
        blobs(
            folder / name,
            [blob(key, content=rows[key][0], domain=rows[key][1]) for key in sorted(rows)],
        )
        for name, rows in (("old", old), ("new", new))
    ]
    # Batches of one row each, so that rows are found over the borders of batches.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff_tables, "_MOST_ROWS", 1)
        found = diff_table(*sides, BLOBS)
    both = sorted(old.keys() & new.keys())
    wanted = {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": [key for key in both if old[key] != new[key]],
    }
    assert (found.added, found.removed, found.changed) == tuple(map(len, wanted.values()))
    assert found.examples == {name: keys[:5] for name, keys in wanted.items() if keys}
    content = sum(old[key][0] != new[key][0] for key in both)
    domain = sum(old[key][1] != new[key][1] for key in both)
    assert found.columns == {
        name: rows for name, rows in (("content", content), ("domain", domain)) if rows
    }
    assert sum(rows for *_, rows in found.labels["domain"].changes) == domain if domain else True


def test_row_groups_do_not_matter(tmp_path):
    rows = [blob(f"{number:03}", content=bytes(number)) for number in range(40)]
    old = blobs(tmp_path / "a", rows)
    new = blobs(tmp_path / "b", [*rows[:39], blob("039", content=b"other")])
    whole = diff_table(old, new, BLOBS)
    path = new.files("blobs")[0]
    pq.write_table(pq.read_table(path), path, row_group_size=7)
    assert diff_table(old, Release.open(new.path), BLOBS) == whole
    assert whole.columns == {"content": 1}
