from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domainbench.builders.patents.assembly import assemble
from domainbench.builders.patents.ingest import SourceFile
from domainbench.builders.sources.record import Citation, Publication, Reject
from domainbench.schemas.errors import DataError
from domainbench.schemas.patents import PATENT_CORPUS, PATENT_QRELS, PATENT_QUERIES


def day(year, month=1):
    return date(year, month, 1)


# Family docdb-1: an application in German and a grant in English, IPC H04; family docdb-2: G06 and
# H04, cited by 1 and citing it; US-30-B2 alone, without IPC; US-40-A without any text.
GRANT = Publication(
    "US",
    "10",
    "B2",
    day(2005),
    day(2002),
    day(2001),
    family_id="docdb:1",
    language="en",
    title="Radio link",
    abstract="A radio link.",
    claims="1. A link.",
    ipc=["H04L1/00"],
    citations=[Citation("US-20-A1", category="X", phase="SEA"), Citation("US-30-B2")],
    line=1,
)
APPLICATION = Publication(
    "DE",
    "11",
    "A1",
    day(2002, 6),
    day(2001),
    None,
    family_id="docdb:1",
    cpc=["H04L1/0001"],
    line=2,
)
FIRST = Publication(
    "US",
    "20",
    "A1",
    day(1999),
    day(1997),
    None,
    family_id="docdb:2",
    language="en",
    title="Old title",
    abstract="Old abstract.",
    ipc=["G06F3/01"],
    line=3,
)
SECOND = Publication(
    "US",
    "21",
    "B1",
    day(2006),
    day(1997, 2),
    None,
    family_id="docdb:2",
    language="en",
    title="New title",
    ipc=["H04W4/00"],
    citations=[Citation("US-10", phase="EXA")],
    line=4,
)
ALONE = Publication("US", "30", "B2", language="en", abstract="Nothing is known of it.", line=5)
TEXTLESS = Publication("US", "40", "A", day(2000), citations=[Citation("US-10-B2")], line=6)
ALL = [GRANT, APPLICATION, FIRST, SECOND, ALONE, TEXTLESS]


@pytest.fixture
def built(source, build, engine_name):
    return build([source("all", ALL)], engine_name)


def test_tables_have_the_releases_schemas_and_order(built):
    for name, table in (
        ("corpus", PATENT_CORPUS),
        ("queries", PATENT_QUERIES),
        ("qrels", PATENT_QRELS),
    ):
        found = pq.read_table(built.result.tables[name]["test"])
        assert found.schema.remove_metadata() == table.schema.remove_metadata()
        keys = list(zip(*(found[key].to_pylist() for key in table.key), strict=True))
        assert keys == sorted(set(keys))


def test_family_takes_each_text_from_its_newest_member(built):
    corpus = built.by_id("corpus")
    assert sorted(corpus) == ["US-30-B2", "docdb-1", "docdb-2"]
    two = corpus["docdb-2"]
    assert (two["title"], two["text"], two["claims"]) == ("New title", "Old abstract.", None)
    assert (two["representative_id"], two["abstract_language"]) == ("US-20-A1", "en")
    one = corpus["docdb-1"]
    assert (one["title"], one["text"], one["claims"]) == (
        "Radio link",
        "A radio link.",
        "1. A link.",
    )


def test_keywords_of_a_query_are_its_rarest_words(built):
    queries = built.by_id("queries")
    # "radio" and "link" stand in one of three documents; "A" is too short to count.
    assert queries["docdb-1"]["keywords"] == ["radio", "link"]
    assert queries["docdb-2"]["keywords"] == ["old", "abstract"]


def test_family_gathers_facts_of_all_members(built):
    one = built.by_id("corpus")["docdb-1"]
    assert (one["earliest_date"], one["year"], one["jurisdiction"]) == (day(2001), 2001, "DE")
    assert one["earliest_publication_date"] == day(2002, 6)
    assert one["publication_ids"] == one["member_ids"] == ["DE-11-A1", "US-10-B2"]
    assert (one["ipc"], one["cpc"], one["family_rule"]) == (["H04L1/00"], ["H04L1/0001"], "source")
    two = built.by_id("corpus")["docdb-2"]
    assert two["section_domains"] == ["G", "H"]
    assert two["ipc3_domains"] == ["G06", "H04"]
    assert two["ipc4_domains"] == ["G06F", "H04W"]
    alone = built.by_id("corpus")["US-30-B2"]
    assert (alone["ipc3_domains"], alone["earliest_date"], alone["jurisdiction"]) == (
        [],
        None,
        None,
    )
    assert (alone["title"], alone["family_rule"]) == ("", "single")


def test_queries_are_title_and_abstract(built):
    queries = built.by_id("queries")
    assert queries["docdb-2"]["text"] == "New title\nOld abstract."
    assert queries["US-30-B2"]["text"] == "Nothing is known of it."


def test_pairs_have_label_direction_manner_and_validity(built):
    columns = ("score", "partition", "relation", "direction", "categories", "phases", "date_valid")
    assert built.pairs(*columns) == [
        ("US-30-B2", "docdb-1", 1, "UNKNOWN", "citation", "forward", [], [], None),
        ("docdb-1", "US-30-B2", 1, "UNKNOWN", "citation", "backward", [], [], None),
        ("docdb-1", "docdb-2", 1, "IN", "citation", "both", ["X"], ["EXA", "SEA"], True),
        ("docdb-2", "docdb-1", 1, "IN", "citation", "both", ["X"], ["EXA", "SEA"], False),
    ]


def test_textless_families_are_counted(built):
    assert built.result.dropped == {"family without title and abstract": 1}


def test_parameters_and_sources_are_recorded(built):
    assert built.result.parameters["ipc_depth"] == "ipc3"
    (entry,) = built.result.sources
    assert (entry.records, entry.rejected, entry.format) == (6, {}, "memory")
    assert built.result.languages == ["en"]
    assert built.result.rejects is None


def test_options_reach_the_stages(source, build, engine_name):
    strict = build([source("all", ALL)], engine_name, label_rule="strict")
    assert strict.pairs("partition")[2] == ("docdb-1", "docdb-2", "MIXED")
    only = build([source("all", ALL)], engine_name, work="b", date_valid_only="true")
    assert only.pairs() == [("docdb-1", "docdb-2")]
    assert sorted(only.by_id("queries")) == ["docdb-1"]
    chosen = build([source("all", ALL)], engine_name, work="c", categories="X", corpus="selected")
    assert chosen.pairs("direction") == [
        ("docdb-1", "docdb-2", "backward"),
        ("docdb-2", "docdb-1", "forward"),
    ]
    assert sorted(chosen.by_id("corpus")) == ["docdb-1", "docdb-2"]


def test_duplicates_in_one_source_are_rejected_with_the_place_of_the_first(source, build):
    again = Publication("US", "10", "B2", title="Repeated", line=9, family_id="docdb:99")
    first = source("one", [Reject("invalid JSON", "x", line=7), *ALL, again])
    other = source("two", [Publication("US", "30", "B2", title="Another", offset=0)])
    built = build([first, other])
    assert [entry.records for entry in built.result.sources] == [6, 1]
    assert built.result.sources[0].rejected == {"duplicate publication id": 1, "invalid JSON": 1}
    lines = [json.loads(line) for line in built.result.rejects.read_text().splitlines()]
    assert lines[1] == {
        "file": str(first.path),
        "line": 9,
        "offset": None,
        "id": "US-10-B2",
        "reason": "duplicate publication id",
        "detail": "US-10-B2 stands before, in line 1",
    }
    assert "docdb-99" not in built.by_id("corpus")
    assert built.by_id("corpus")["US-30-B2"]["title"] == "Another"


def test_two_sources_of_one_publication_make_one_family(source, build, engine_name):
    # The second file knows the family and the IPC of US-30-B2, and calls its abstract otherwise.
    also = Publication(
        "US",
        "30",
        "B2",
        family_id="docdb:3",
        ipc=["A01B1/00"],
        language="en",
        abstract="Later source.",
        title="Known after all",
    )
    named = Publication("JP", "31", "A", members=["JP-31-A", "US-30-B2"])
    built = build([source("a", ALL), source("b", [also, named])], engine_name)
    family = built.by_id("corpus")["docdb-3"]
    assert (family["text"], family["title"]) == ("Nothing is known of it.", "Known after all")
    assert (family["ipc3_domains"], family["family_rule"]) == (["A01"], "source")
    assert family["publication_ids"] == ["JP-31-A", "US-30-B2"]
    assert ("docdb-1", "docdb-3", "OUT") in built.pairs("partition")
    assert "US-30-B2" not in built.by_id("corpus")


def test_no_citation_inside_the_collection_is_legal(source, build, engine_name):
    built = build([source("a", [FIRST, ALONE])], engine_name, random_negatives=3)
    assert len(built.rows("corpus")) == 2
    assert built.rows("queries") == []
    assert built.rows("qrels") == []
    assert pq.read_schema(built.result.tables["qrels"]["test"]).names == PATENT_QRELS.schema.names


def test_sources_without_any_text_are_refused(source, build):
    with pytest.raises(DataError, match="nothing to build from"):
        build([source("a", [TEXTLESS])])


OFFICES = ("US", "EP", "JP")


def collection(size, seed=0):
    """Publications with families, classes, dates and citations at random."""
    rng = random.Random(seed)  # noqa: S311 - a test's data
    ids = [f"{OFFICES[at % 3]}-{1000 + at}-A" for at in range(size)]
    for at, name in enumerate(ids):
        country, number, kind = name.split("-")
        yield Publication(
            country,
            number,
            kind,
            publication_date=None if at % 11 == 0 else date(1990 + rng.randrange(30), 1, 1),
            family_id=f"docdb:{at // 2}" if at % 5 else None,
            priorities=[f"US-P{at // 2}"] if at % 2 else [],
            language="en",
            title=f"Title {at}" if at % 4 else None,
            abstract=f"Words {rng.randrange(50)} and {rng.randrange(50)}" if at % 7 else None,
            ipc=[
                f"{rng.choice('ABH')}0{rng.randrange(1, 4)}{rng.choice('BL')}1/00"
                for _ in range(rng.randrange(3))
            ],
            citations=[
                Citation(rng.choice(ids), forward=rng.random() < 0.3, category=rng.choice("XYA"))
                for _ in range(3)
            ],
            line=at + 1,
        )


FULL_OPTIONS = {
    "dev_fraction": 0.3,
    "queries_per_class": 6,
    "max_positives": 3,
    "random_negatives": 4,
    "hard_negatives": 2,
    "corpus": "selected",
    "seed": 5,
}


@pytest.mark.parametrize("rule", ["same_ipc4", "bm25"])
def test_engines_give_the_same_bytes(source, build, rule):
    given = {**FULL_OPTIONS, "hard_negative_rule": rule}
    files = [source("a", list(collection(300)))]
    polars = build(files, "polars", work="p", **given)
    duckdb = build(files, "duckdb", work="d", **given)
    assert polars.bytes() == duckdb.bytes()
    relations = {row["relation"] for row in polars.rows("qrels")}
    assert relations == {"citation", "random_negative", "hard_negative"}


def test_splits_share_neither_queries_nor_positives_that_are_queries(source, build):
    built = build([source("a", list(collection(600)))], max_queries=40, dev_fraction=0.5)
    dev, test = set(built.by_id("queries", "dev")), set(built.by_id("queries"))
    assert dev
    assert test
    assert not dev & test
    for split, own, other in (("dev", dev, test), ("test", test, dev)):
        pairs = built.pairs(split=split)
        assert {query for query, _ in pairs} == own
        assert not {document for _, document in pairs} & other


def test_negatives_by_bm25_are_the_best_unlinked(source, build):
    def about(number, text, *cited):
        return Publication(
            "US", str(number), "A", title=text, citations=[Citation(f"US-{n}-A") for n in cited]
        )

    records = [
        about(1, "red apple tree", 2),
        about(2, "red apple tree"),
        about(3, "red apple"),
        about(4, "red"),
        about(5, "blue sea"),
    ]
    built = build([source("a", records)], hard_negatives=2, hard_negative_rule="bm25")
    negatives = [(q, d) for q, d, relation in built.pairs("relation") if relation != "citation"]
    assert ("US-1-A", "US-3-A") in negatives
    assert ("US-1-A", "US-4-A") in negatives
    assert not {("US-1-A", "US-2-A"), ("US-1-A", "US-5-A"), ("US-1-A", "US-1-A")} & set(negatives)


def test_buckets_do_not_show(source, build, tmp_path):
    build([source("a", list(collection(100)))])
    stages = {path.name.rsplit("-", 1)[0]: path for path in (tmp_path / "work/stages").iterdir()}
    publications = sorted((tmp_path / "work/ingest").glob("*/publications.parquet"))
    both = []
    for size in (1, 1 << 30):
        folder = tmp_path / str(size)
        corpus, queries = assemble(
            publications, stages.__getitem__, folder, lambda _n: None, bucket_bytes=size
        )
        both.append([pq.read_table(corpus), pq.read_table(queries)])
        assert not (folder / "buckets").exists()
    assert both[0] == both[1]
    assert both[0][0].num_rows > 10
    assert pa.types.is_list(both[0][0].schema.field("ipc").type)


def test_killed_build_resumes(source, build, monkeypatch):
    from domainbench.builders.patents import builder

    class KilledError(Exception):
        pass

    def kill(*_args, **_given):
        raise KilledError

    files = [source("a", list(collection(60)))]
    whole = build(files, work="whole").bytes()
    with monkeypatch.context() as patch:
        patch.setattr(builder, "run_labels", kill)
        with pytest.raises(KilledError):
            build(files, work="cut")

    def never():
        raise AssertionError("the source is read again")

    assert build([SourceFile(files[0].path, "memory", never)], work="cut").bytes() == whole


SCRIPT = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_builder import FULL_OPTIONS, collection
from domainbench.builders.patents.builder import build_tables
from domainbench.builders.patents.ingest import SourceFile
from domainbench.builders.patents.options import options_from
from domainbench.schemas.progress import SILENT
file = SourceFile(Path({file!r}), "memory", lambda: collection(200))
build_tables(options_from(FULL_OPTIONS), [file], Path({work!r}), "polars", SILENT)
"""


def test_threads_and_hash_seed_do_not_show(source, build, tmp_path):
    file = source("a", list(collection(200)))
    here = build([file], **FULL_OPTIONS).bytes()
    script = SCRIPT.format(
        tests=str(Path(__file__).parent), file=str(file.path), work=str(tmp_path / "sub")
    )
    env = {**os.environ, "POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", script], check=True, env=env)
    there = {
        (table, split): (tmp_path / "sub" / "tables" / path.name).read_bytes()
        for (table, split), path in (
            ((table, split), path)
            for table, splits in build([file], **FULL_OPTIONS).result.tables.items()
            for split, path in splits.items()
        )
    }
    assert here == there
