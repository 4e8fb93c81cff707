"""Sources to a release, as a user builds it; tables are worked out by hand."""

import hashlib
import json
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import domainbench
from domainbench.builders.draws import draw
from domainbench.schemas.cseo import document_id, query_id
from domainbench.schemas.errors import DataError, UsageError

LAMPS = [
    "Lumo, a lamp of brass.",
    "Ray, a lamp of wood.",
    "Glim, a lamp of glass.",
    "Nox, a torch.",
]
FANS = ["Aura, a fan.", "Brisk, a fan."]
NONE = {"methods": "none"}

SHOUTING = """
from domainbench.rewriting.method import Rewriting, RuleMethod
from domainbench.schemas.errors import DataError

class Shouting(RuleMethod):
    name = "shouting"
    about = "capital letters"

    def rewrite_one(self, subject):
        if "Ray" in subject.text:
            raise DataError("it will not shout", found=subject.text)
        return Rewriting(subject.title, subject.text.upper())

class Asking(RuleMethod):
    name = "asking"
    about = "says the query"
    sees_query = True
    may_invent = True

    def rewrite_one(self, subject):
        return Rewriting(subject.title, f"{subject.query}? {subject.text}")
"""


@pytest.fixture
def methods(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(SHOUTING, encoding="utf-8")
    return path


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def pairs(queries):
    return [
        {"query_id": number, "query": query, "document": document}
        for number, (query, documents) in enumerate(queries, 50)
        for document in documents
    ]


def hub(folder, queries=(("lamp", LAMPS), ("fan", FANS)), domain="retail"):
    path = folder / "data" / f"{domain}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(pairs(queries)), path)
    return path.parent


def build(folder, sources, **options):
    config = options.pop("config", None)
    name = options.pop("name", "out")
    seed = options.pop("seed", None)
    sources = sources if isinstance(sources, list) else [sources]
    return domainbench.build(
        "cseo", sources, folder / name, options={**NONE, **options}, config=config, seed=seed
    )


def faults_in(release):
    return [str(f) for f in domainbench.verify(release.path) if f.level == "fault"]


def rejects_of(release):
    path = release.path.with_name(release.path.name + ".rejects.jsonl")
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def rows(release, table):
    return release.table(table).to_pylist()


def doc(text, domain="retail", title=""):
    return document_id(domain, title, text)


def asked(text, domain="retail"):
    return query_id(domain, text)


def selected(folder, payload, domain="retail", name="selected_docs.json"):
    path = folder / "data" / domain / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(payload), encoding="utf-8")
    return path


def test_the_bench_layout_with_selected_documents(tmp_path):
    source = hub(tmp_path)
    texts = {
        "doc": LAMPS[2],
        "Quotes(doc)": "Glim, said to glow.",
        "LLMstxt(doc)": "# Glim\n> glass",
    }
    other = {"doc": FANS[0], "Quotes(doc)": "Aura, 'a fan'."}
    selected(tmp_path, {"0": {"2": texts}, "1": {"0": other}})
    release = build(tmp_path, source, variants_model="a-model", adoption="1,2,all")
    assert domainbench.verify(release.path) == []
    lamp, fan = asked("lamp"), asked("fan")
    assert rows(release, "corpus") == sorted(
        (
            {"_id": doc(text), "title": "", "text": text, "domain": ["retail"], "pool": "retail",
             "source_id": None}
            for text in LAMPS + FANS
        ),
        key=lambda row: row["_id"],
    )  # fmt: skip
    assert {row["_id"]: row for row in rows(release, "queries")} == {
        lamp: {"_id": lamp, "text": "lamp", "domain": ["retail"], "pool": "retail",
               "task": "product_recommendation", "source_id": "50", "targets": [doc(LAMPS[2])]},
        fan: {"_id": fan, "text": "fan", "domain": ["retail"], "pool": "retail",
              "task": "product_recommendation", "source_id": "51", "targets": [doc(FANS[0])]},
    }  # fmt: skip
    places = {
        (row["query_id"], row["position"]): row["corpus_id"] for row in rows(release, "contexts")
    }
    assert places == {
        **{(lamp, place): doc(text) for place, text in enumerate(LAMPS, 1)},
        **{(fan, place): doc(text) for place, text in enumerate(FANS, 1)},
    }
    assert {(row["query-id"], row["corpus-id"], row["score"], row["partition"])
            for row in rows(release, "qrels")} == {
        (query, key, 1, "retail") for (query, _), key in places.items()
    }  # fmt: skip
    variants = {(row["corpus_id"], row["method"]): row for row in rows(release, "variants")}
    assert set(variants) == {
        (doc(LAMPS[2]), "quotes"), (doc(LAMPS[2]), "llms_txt"), (doc(FANS[0]), "quotes"),
    }  # fmt: skip
    quotes = variants[doc(LAMPS[2]), "quotes"]
    # "Glim, a lamp of glass." → "Glim, said to glow.": of five words, three are exchanged and one
    # is taken out.
    assert quotes == {
        "corpus_id": doc(LAMPS[2]), "method": "quotes", "query_id": "", "title": "",
        "text": "Glim, said to glow.", "parameters": '{"recorded": true}', "model": "a-model",
        "may_invent": True, "edit_distance": 4, "edit_share": 4 / 5,
    }  # fmt: skip
    assert variants[doc(LAMPS[2]), "llms_txt"]["may_invent"] is False
    # Only the target has been rewritten, so methods have one adopter, and only SEO has more.
    episodes = rows(release, "episodes")
    assert {(row["query_id"], row["method"], row["adoption"]) for row in episodes} == {
        (lamp, "quotes", 1), (lamp, "llms_txt", 1), (fan, "quotes", 1),
        (lamp, "position:1", 1), (fan, "position:1", 1),
        (lamp, "top", 1), (lamp, "top", 2), (lamp, "top", 4), (fan, "top", 1), (fan, "top", 2),
    }  # fmt: skip
    first = next(row for row in episodes if row["_id"] == f"{lamp}/top/001")
    assert first["adopters"] == [doc(LAMPS[2])]
    assert (first["rate"], first["methods"], first["seed"]) == (0.25, ["top"], 0)
    assert release.manifest.slices == {
        "corpus.domain=retail": 6, "queries.domain=retail": 2,
        "queries.task=product_recommendation": 2, "variants.method=quotes": 2,
        "variants.method=llms_txt": 1, "episodes.method=quotes": 2, "episodes.method=llms_txt": 1,
        "episodes.method=position:1": 2, "episodes.method=top": 5, "qrels.partition=retail": 6,
    }  # fmt: skip
    assert [(s.format, s.records) for s in release.manifest.sources] == [
        ("rewritten_documents", 2), ("query_documents", 6),
    ]  # fmt: skip


def test_all_documents_rewritten_select_none_and_give_way_to_selected_ones(tmp_path):
    source = hub(tmp_path)
    every = {str(n): {"doc": text, "Fluency(doc)": f"all {n}"} for n, text in enumerate(LAMPS)}
    selected(tmp_path, {"0": every}, name="all_docs.json")
    release = build(tmp_path, source, adoption="all")
    [lamp] = [row for row in rows(release, "queries") if row["text"] == "lamp"]
    assert lamp["targets"] == []
    full = [row for row in rows(release, "episodes") if row["method"] == "fluency"]
    assert [(row["adoption"], row["rate"]) for row in full] == [(4, 1.0)]
    assert full[0]["adopters"] == [doc(text) for text in LAMPS]

    selected(tmp_path, {"0": {"1": {"doc": LAMPS[1], "Fluency(doc)": "chosen"}}})
    release = build(tmp_path, source, adoption="all", name="both")
    texts = {row["corpus_id"]: row["text"] for row in rows(release, "variants")}
    assert texts[doc(LAMPS[1])] == "chosen"
    assert texts[doc(LAMPS[0])] == "all 0"
    assert release.manifest.dropped == {"further rewriting of a document by the same method": 1}
    assert faults_in(release) == []


def test_rewritten_documents_that_do_not_fit_are_rejected(tmp_path):
    source = hub(tmp_path, (("lamp", [*LAMPS, ""]), ("fan", FANS)))
    payload = {
        "0": {
            "0": {"doc": LAMPS[1], "Quotes(doc)": "x"},
            "1": {"doc": LAMPS[1], "Quotes(doc)": " ", "top(doc)": "x", "SomeNewThing(doc)": "new"},
            "4": {"doc": "", "Quotes(doc)": "x"},
            "5": {"doc": "?", "Quotes(doc)": "x"},
        },
        "2": {"0": {"doc": LAMPS[0], "Quotes(doc)": "x"}},
    }
    selected(tmp_path, payload)
    release = build(tmp_path, source)
    found = [(row["id"], row["reason"]) for row in rejects_of(release)]
    assert found == [
        ("query 0, document 5", "rewritten document that no table has"),
        ("query 2, document 0", "rewritten document that no table has"),
        ("query 0, document 0", "rewritten document that is not the table's"),
        ("query 0, document 1", "empty rewriting"),
        ("query 0, document 1", "method without a name"),
        ("query 0, document 4", "rewritten document that no table has"),
        (None, "empty document"),
    ]
    mismatch = rejects_of(release)[2]["detail"]
    assert LAMPS[1] in mismatch
    assert LAMPS[0] in mismatch
    assert [(row["corpus_id"], row["method"]) for row in rows(release, "variants")] == [
        (doc(LAMPS[1]), "some_new_thing")
    ]
    [lamp] = [row for row in rows(release, "queries") if row["text"] == "lamp"]
    assert lamp["targets"] == [doc(LAMPS[1])]
    assert faults_in(release) == []


def test_rules_rewrite_every_document_of_every_context(tmp_path):
    release = build(tmp_path, hub(tmp_path), methods="outline,simplification", adoption="1")
    assert domainbench.verify(release.path) == []
    made = {(row["corpus_id"], row["method"]) for row in rows(release, "variants")}
    assert made == {(doc(t), m) for t in LAMPS + FANS for m in ("outline", "simplification")}
    assert {row["model"] for row in rows(release, "variants")} == {None}


def test_only_adopters_are_rewritten_where_that_is_asked_for(tmp_path):
    release = build(
        tmp_path, hub(tmp_path), methods="outline", adoption="1", variants_for="adopters"
    )
    adopters = {
        row["adopters"][0] for row in rows(release, "episodes") if row["method"] == "outline"
    }
    assert {row["corpus_id"] for row in rows(release, "variants")} == adopters
    assert len(adopters) == 2


def test_a_document_that_a_method_fails_on_has_no_variant_and_does_not_adopt(tmp_path, methods):
    release = build(tmp_path, hub(tmp_path), methods=f"{methods}:Shouting", adoption="1,2,3,all")
    assert release.manifest.dropped == {
        "document that shouting did not rewrite: it will not shout": 1
    }
    shouted = [row for row in rows(release, "episodes") if row["method"] == "shouting"]
    assert doc(LAMPS[1]) not in {key for row in shouted for key in row["adopters"]}
    assert sorted((row["query_id"], row["adoption"]) for row in shouted) == sorted(
        [(asked("lamp"), 1), (asked("lamp"), 2), (asked("lamp"), 3), (asked("fan"), 1),
         (asked("fan"), 2)]
    )  # fmt: skip
    assert faults_in(release) == []


def test_a_method_that_sees_the_query_has_a_variant_for_each(tmp_path, methods):
    source = hub(tmp_path, (("lamp", LAMPS), ("light", [*LAMPS[:1], *FANS])))
    release = build(tmp_path, source, methods=f"{methods}:Asking", adoption="all")
    shared = [row for row in rows(release, "variants") if row["corpus_id"] == doc(LAMPS[0])]
    assert {(row["query_id"], row["text"]) for row in shared} == {
        (asked("lamp"), f"lamp? {LAMPS[0]}"),
        (asked("light"), f"light? {LAMPS[0]}"),
    }
    assert all(row["may_invent"] for row in shared)
    assert faults_in(release) == []


def test_fewer_adopters_are_among_more_and_targets_come_first(tmp_path):
    documents = [f"Lamp number {n}." for n in range(9)]
    rows_ = [
        {"query": f"lamp {q}", "document": text, "target": place in (3, 6)}
        for q in range(5)
        for place, text in enumerate(documents)
    ]
    source = lines(tmp_path / "x" / "retail.jsonl", rows_)
    release = build(tmp_path, source, methods="outline", adoption="1,2,3,5,all,12")
    targets = {doc(documents[3]), doc(documents[6])}
    firsts = set()
    for q in range(5):
        own = [
            row
            for row in rows(release, "episodes")
            if row["method"] == "outline" and row["query_id"] == asked(f"lamp {q}")
        ]
        assert [row["adoption"] for row in own] == [1, 2, 3, 5, 9]
        groups = [set(row["adopters"]) for row in own]
        assert all(few < many for few, many in pairwise(groups))
        assert groups[0] < targets
        assert groups[1] == targets
        firsts.add((*groups[0],))
    assert len(firsts) == 2  # drawn for each query


def test_a_draw_is_the_digest_of_seed_and_names():
    digest = hashlib.sha256(b"3\0query\0document").digest()
    assert draw(3, "query", "document") == int.from_bytes(digest[:8], "big")


def test_positions_that_a_context_does_not_have_are_left_out(tmp_path):
    release = build(tmp_path, hub(tmp_path), positions="1,3", adoption="1")
    found = {(row["query_id"], row["method"]) for row in rows(release, "episodes")}
    assert (asked("lamp"), "position:3") in found
    assert (asked("fan"), "position:3") not in found
    assert faults_in(release) == []


def test_mixed_episodes_give_each_adopter_a_method(tmp_path):
    release = build(
        tmp_path, hub(tmp_path), methods="outline,simplification,title_boost", mixed="true"
    )
    mixed = [row for row in rows(release, "episodes") if row["method"] == "mixed"]
    assert {(row["query_id"], row["adoption"]) for row in mixed} == {
        (asked("lamp"), 2), (asked("lamp"), 3), (asked("lamp"), 4), (asked("fan"), 2),
    }  # fmt: skip
    chosen = {(row["query_id"], key, method) for row in mixed
              for key, method in zip(row["adopters"], row["methods"], strict=True)}  # fmt: skip
    assert len(chosen) == len(LAMPS) + len(FANS)  # the same method at every adoption
    assert len({method for _, _, method in chosen}) > 1
    assert faults_in(release) == []


def test_contexts_are_cut_and_hold_no_document_twice(tmp_path):
    numbered = [f"Lamp {n}." for n in range(12)]
    source = hub(tmp_path, (("lamp", [numbered[0], *numbered]), ("fan", FANS)))
    release = build(tmp_path, source)
    context = [row for row in rows(release, "contexts") if row["query_id"] == asked("lamp")]
    assert {row["position"]: row["corpus_id"] for row in context} == {
        place: doc(text) for place, text in enumerate(numbered[:10], 1)
    }
    assert release.manifest.dropped == {
        "document repeated in its context": 1,
        "document behind the last place of its context": 2,
    }
    relevant = [row for row in rows(release, "qrels") if row["query-id"] == asked("lamp")]
    assert len(relevant) == 12
    quality = json.loads((release.path / "quality.json").read_text("utf-8"))
    assert quality["contexts_of_unequal_length"] == ["retail"]
    assert quality["domains"]["retail"]["contexts_by_length"] == {"10": 1, "2": 1}
    assert quality["domains"]["retail"]["duplicates"]["exact"] == 1
    assert quality["domains"]["retail"]["documents_in_no_context"] == 2


def test_a_target_behind_the_last_place_is_none(tmp_path):
    rows_ = [{"query": "lamp", "document": text, "target": n == 3} for n, text in enumerate(LAMPS)]
    release = build(tmp_path, lines(tmp_path / "x" / "retail.jsonl", rows_), context="3")
    assert rows(release, "queries")[0]["targets"] == []
    assert release.manifest.dropped["target behind the last place of its context"] == 1


def test_a_stated_position_orders_the_context(tmp_path):
    rows_ = [
        {"query": "lamp", "document": text, "position": place}
        for text, place in zip(LAMPS, (3, None, 1, 2), strict=True)
    ]
    release = build(tmp_path, lines(tmp_path / "x" / "retail.jsonl", rows_))
    order = sorted((row["position"], row["corpus_id"]) for row in rows(release, "contexts"))
    assert [key for _, key in order] == [doc(LAMPS[n]) for n in (2, 3, 0, 1)]


def test_a_query_given_twice_keeps_its_first_context(tmp_path):
    source = hub(tmp_path, (("lamp", LAMPS[:2]), ("lamp", LAMPS[2:])))
    release = build(tmp_path, source)
    assert {row["corpus_id"] for row in rows(release, "contexts")} == {doc(t) for t in LAMPS[:2]}
    assert {row["corpus-id"] for row in rows(release, "qrels")} == {doc(t) for t in LAMPS}
    assert release.manifest.dropped == {"query that its domain has already": 1}


def test_bad_records_are_rejected_with_file_line_and_reason(tmp_path):
    source = lines(
        tmp_path / "x" / "mixed.jsonl",
        [
            {"query": "lamp", "document": LAMPS[0], "domain": "Retail"},
            {"query": "lamp", "document": "  ", "domain": "retail"},
            {"query": " ", "document": LAMPS[1], "domain": "retail"},
            {"query": "lamp", "document": LAMPS[1], "domain": "garden"},
            {"query": "lamp", "document": LAMPS[1]},
            {"query": "lamp", "document": ["x"], "domain": "retail"},
        ],
    )
    with source.open("a") as out:
        out.write('{"query": "lamp"')
    release = build(tmp_path, source)
    found = rejects_of(release)
    assert [(row["line"], row["reason"]) for row in found] == [
        (2, "empty document"), (3, "empty query"), (4, "unknown domain"), (5, "no domain"),
        (6, "field of the wrong type"), (7, "not valid JSON"),
    ]  # fmt: skip
    assert {row["file"] for row in found} == {str(source)}
    assert "retail, videogames, books, web, news, debate" in found[2]["detail"]
    assert release.manifest.sources[0].rejected["unknown domain"] == 1
    assert faults_in(release) == []


def test_a_domain_of_ones_own_has_its_task(tmp_path):
    source = lines(tmp_path / "x" / "tools.jsonl", pairs([("hammer", ["A hammer.", "A saw."])]))
    release = build(tmp_path, source, tasks="tools=question_answering")
    assert {row["task"] for row in rows(release, "queries")} == {"question_answering"}
    assert rows(release, "corpus")[0]["pool"] == "tools"
    assert faults_in(release) == []


def test_the_same_text_in_two_domains_is_two_documents(tmp_path):
    source = hub(tmp_path)
    hub(tmp_path, domain="books")
    release = build(tmp_path, source)
    assert len(rows(release, "corpus")) == 2 * len(LAMPS + FANS)
    assert faults_in(release) == []


def test_texts_are_brought_into_unicode_form_nfc(tmp_path):
    source = hub(tmp_path, (("cafe\u0301", ["A cafe\u0301.", "A cafe\u0301 with a view."]),))
    release = build(tmp_path, source, methods="keyword_insertion")
    assert rows(release, "queries")[0]["text"] == "caf\u00e9"
    assert faults_in(release) == []


def test_queries_alone_get_contexts_by_a_first_stage(tmp_path):
    catalogue = [
        {"id": "p1", "name": "Lumo", "description": "A brass lamp for the desk", "price": "$9"},
        {"id": "p2", "name": "Ray", "description": "A wooden lamp", "price": "$8"},
        {"id": "p3", "name": "Brisk", "description": "A fan", "price": "$7"},
    ]
    lines(tmp_path / "x" / "retail_products.jsonl", catalogue)
    (tmp_path / "x" / "queries.csv").write_text(
        'query_id,query,domain,relevant\n1,brass lamp,retail,"p1,p9"\n2,zither,retail,\n'
        "3,fan,retail,\n4,novel,books,\n"
    )
    release = build(tmp_path, tmp_path / "x")
    lamp, ray, fan = (
        doc(f"{text}\nprice: {price}", title=title)
        for title, text, price in [
            ("Lumo", "A brass lamp for the desk", "$9"), ("Ray", "A wooden lamp", "$8"),
            ("Brisk", "A fan", "$7"),
        ]
    )  # fmt: skip
    assert {row["_id"]: row["source_id"] for row in rows(release, "corpus")} == {
        lamp: "p1", ray: "p2", fan: "p3",
    }  # fmt: skip
    places = {
        (row["query_id"], row["position"]): row["corpus_id"] for row in rows(release, "contexts")
    }
    assert places == {
        (asked("brass lamp"), 1): lamp,
        (asked("brass lamp"), 2): ray,
        (asked("fan"), 1): fan,
    }
    assert [(row["query-id"], row["corpus-id"]) for row in rows(release, "qrels")] == [
        (asked("brass lamp"), lamp)
    ]
    assert release.manifest.dropped == {
        "query for which the first stage finds no document": 2,
        "relevant document that no source holds": 1,
    }
    assert faults_in(release) == []
    shorter = build(tmp_path, tmp_path / "x", context=1, first_stage="bm25:k1=0.9", name="one")
    assert len(rows(shorter, "contexts")) == 2


def test_queries_are_drawn_by_seed(tmp_path):
    source = hub(tmp_path, [(f"lamp {n}", LAMPS) for n in range(20)])
    few = build(tmp_path, source, max_queries=3, seed=1, name="few")
    more = build(tmp_path, source, max_queries="6", seed=1, name="more")
    other = build(tmp_path, source, max_queries=6, seed=2, name="other")
    ids = [{row["_id"] for row in rows(release, "queries")} for release in (few, more, other)]
    assert [len(found) for found in ids] == [3, 6, 6]
    assert ids[0] < ids[1]
    assert ids[1] != ids[2]
    assert few.manifest.dropped == {"query not drawn by max_queries": 17}


def test_the_same_build_has_the_same_fingerprint(tmp_path):
    source = hub(tmp_path)
    selected(tmp_path, {"0": {"2": {"doc": LAMPS[2], "Quotes(doc)": "q"}}})
    options = {"methods": "keyword_insertion,outline", "mixed": True}
    made = [build(tmp_path, source, name=f"out{n}", seed=5, **options) for n in range(2)]
    assert made[0].manifest.fingerprint == made[1].manifest.fingerprint
    other = build(tmp_path, source, name="other", seed=6, **options)
    assert other.manifest.fingerprint != made[0].manifest.fingerprint


def test_long_and_similar_documents_are_reported(tmp_path):
    near = "A lamp of brass with a long cord and a shade of linen, made in one small workshop"
    source = hub(tmp_path, (("lamp", [near + ".", near + "!", "word " * 5001]),))
    release = build(tmp_path, source)
    facts = json.loads((release.path / "quality.json").read_text("utf-8"))["domains"]["retail"]
    assert facts["overlong"]["documents"] == 1
    assert facts["duplicates"]["near_pairs"] == 1
    assert facts["duplicates"]["near_documents"] == 2


def test_a_mapping_reads_columns_of_other_names(tmp_path):
    source = lines(tmp_path / "x" / "a.jsonl", [{"ask": "lamp", "say": text} for text in LAMPS])
    config = tmp_path / "config.toml"
    config.write_text('[mapping]\nquery = "ask"\ndocument = "say"\n[options]\ndomain = "retail"\n')
    release = build(tmp_path, source, config=config)
    assert len(rows(release, "contexts")) == 4
    assert release.manifest.builder.parameters["mapping"] == {"query": "ask", "document": "say"}
    config.write_text('[mapping]\nquery = "asks"\ndocument = "say"\n')
    with pytest.raises(UsageError, match="'asks' that no file has"):
        build(tmp_path, hub(tmp_path), config=config, name="other")


def test_files_in_no_known_format_are_skipped_in_a_folder_only(tmp_path):
    source = hub(tmp_path)
    (source / "LICENSE").write_text("MIT")
    release = build(tmp_path, source)
    assert [entry.skipped for entry in release.manifest.sources] == [
        {"file in no known format": 1}, {},
    ]  # fmt: skip
    with pytest.raises(DataError, match="no format that can be read"):
        build(tmp_path, source / "LICENSE", name="other")


@pytest.mark.parametrize(
    ("rows_", "expected"),
    [
        ([{"query": "", "document": "x", "domain": "retail"}], "empty query 1"),
        ([{"query": "a", "document": "", "domain": "retail"}], "query without a document"),
        ([{"name": "a", "description": "b", "domain": "retail"}], "table with a column query"),
        ([{"query": "a", "document": "b"}], "no domain 1"),
    ],
)
def test_sources_without_a_query_that_can_be_used_are_refused(tmp_path, rows_, expected):
    with pytest.raises(DataError, match=expected):
        build(tmp_path, lines(tmp_path / "x" / "a.jsonl", rows_))


@pytest.mark.parametrize(
    "options",
    [
        {"methods": "nonsense"},
        {"methods": "fluency"},  # it needs a model
        {"methods": "outline,outline"},
        {"adoption": "0"},
        {"adoption": "many"},
        {"adoption": []},
        {"positions": "first"},
        {"context": 0},
        {"domain": "garden"},
        {"tasks": "garden=growing"},
        {"tasks": "Garden=question_answering"},
        {"tasks": "retail=question_answering"},
        {"first_stage": "nonsense"},
        {"max_queries": 0},
        {"variants_for": "all"},
        {"near_threshold": 0},
        {"colour": "red"},
    ],
)
def test_wrong_options_are_refused(tmp_path, options):
    with pytest.raises(UsageError):
        build(tmp_path, hub(tmp_path), **options)


def test_a_method_may_not_have_the_name_of_a_recorded_one(tmp_path):
    own = tmp_path / "own.py"
    own.write_text(SHOUTING)
    source = hub(tmp_path)
    selected(tmp_path, {"0": {"2": {"doc": LAMPS[2], "Shouting(doc)": "GLIM"}}})
    with pytest.raises(UsageError, match="two methods of rewriting have the name 'shouting'"):
        build(tmp_path, source, methods=f"{own}:Shouting")


def test_methods_with_options_are_told_apart_by_their_commas(tmp_path):
    release = build(
        tmp_path, hub(tmp_path), methods="keyword_insertion:count=1,where=end,outline", adoption=1
    )
    assert release.manifest.builder.parameters["methods"] == [
        "keyword_insertion:count=1,where=end",
        "outline",
    ]


def test_an_engine_is_refused(tmp_path):
    with pytest.raises(UsageError, match="without a relational engine"):
        domainbench.build("cseo", [hub(tmp_path)], tmp_path / "out", engine="duckdb")
