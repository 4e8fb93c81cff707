from __future__ import annotations

import pytest

from domainbench.retrieval.fused import FusedSystem
from domainbench.retrieval.fusion import rrf
from domainbench.retrieval.passages.system import PassageSystem
from domainbench.retrieval.system import CombinedSystem, System
from domainbench.retrieval.systems import parse_system
from domainbench.retrieval.texts import Texts
from domainbench.schemas.errors import DataError, UsageError


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("bm25", "bm25"),
        (" bm25:b=0.4, k1=0.9 ", "bm25:k1=0.9,b=0.4"),
        ("bm25(k1=1.2)", "bm25"),
        ("dense", "dense"),
        ("dense:org/model,max_length=64", "dense:org/model,max_length=64"),
        ("rrf:bm25+dense:org/model,k=60", "rrf:bm25+dense(org/model),k=60"),
        ("rrf:bm25(k1=0.9,b=0.4)+dense,k=30", "rrf:bm25(k1=0.9,b=0.4)+dense,k=30"),
        ("rrf:bm25+dense,weights=1;2,depth=50", "rrf:bm25+dense,k=60,weights=1;2,depth=50"),
        (
            "rrf:bm25+rrf(bm25(b=0)+dense(a+b,normalize=off),k=10)",
            "rrf:bm25+rrf(bm25(b=0)+dense(a+b,normalize=false),k=10),k=60",
        ),
        ("passages:bm25,window=512", "passages:bm25,window=512,agg=maxP"),
        ("passages:bm25, window=8, stride=8, agg=MAXP", "passages:bm25,window=8,agg=maxP"),
        (
            "passages:dense(org/model,device=cpu),window=256,stride=128,agg=avg_top3",
            "passages:dense(org/model,device=cpu),window=256,stride=128,agg=avg_top3",
        ),
        (
            "rrf:passages(bm25(k1=0.9),window=512)+dense,k=60",
            "rrf:passages(bm25(k1=0.9),window=512,agg=maxP)+dense,k=60",
        ),
        ("passages:rrf(bm25+dense),window=9", "passages:rrf(bm25+dense,k=60),window=9,agg=maxP"),
        ("rerank:org/model", "rerank:org/model,n=100"),
        ("rerank:org/model,n=5,over=bm25:b=0", "rerank:org/model,n=5,over=bm25(b=0)"),
        (
            "rerank(org/model,over=rrf(bm25+passages(dense,window=4,agg=sumP),k=60))",
            "rerank:org/model,n=100,over=rrf(bm25+passages(dense,window=4,agg=sumP),k=60)",
        ),
        (
            r"dense:org/model,query_prompt=Given (a) question\u002c find:\s",
            r"dense:org/model,query_prompt=Given \u0028a\u0029 question\u002c find:\s",
        ),
    ],
)
def test_specifications_have_one_form(text: str, canonical: str) -> None:
    assert parse_system(text).spec == canonical
    assert parse_system(canonical).spec == canonical


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "names no system"),
        ("bm52", "did you mean bm25"),
        ("bm25:fast", "options only"),
        ("bm25:k1=1,k1=2", "twice"),
        ("bm25:k1=1,fast", "no KEY=VALUE"),
        ("bm25(k1=1", "not closed"),
        ("rrf:bm25(k1=1+dense", "not balanced"),
        ("rrf:bm25)+dense", "not balanced"),
        ("rrf", "names no systems"),
        ("rrf:bm25", "two systems"),
        ("rrf:bm25+dense,kk=1", "option of rrf"),
        ("rrf:bm25+dense,k=x", "no number"),
        ("rrf:bm25+dense,k=-1", "out of range"),
        ("rrf:bm25+dense,weights=1", "weights"),
        ("rrf:bm25+dense,depth=0", "out of range"),
        ("passages", "passages:bm25,window=512"),
        ("passages:bm25,window=\u00b2", "window=512"),
        ("passages:bm26,window=2", "did you mean bm25"),
        ("rerank", "rerank:MODEL,n=100,over=bm25"),
        ("rerank:m,top=3", "option of rerank"),
        ("rerank:m,over=bm52", "did you mean bm25"),
        ("rerank:m,over=rrf(bm25+dense", "not balanced"),
        ("dense:m,query_prompt=one, two", "no KEY=VALUE"),
    ],
)
def test_what_is_malformed_is_said(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        parse_system(text)


def test_members_are_shared() -> None:
    known: dict[str, System] = {}
    single = parse_system("bm25:k1=1.2", known)
    fused = parse_system("rrf:bm25+dense", known)
    assert isinstance(fused, FusedSystem)
    assert fused.members[0] is single


def test_what_a_re_ranking_stands_on_is_shared_and_what_passages_hold_is_not() -> None:
    known: dict[str, System] = {}
    single = parse_system("bm25", known)
    reranked = parse_system("rerank:m,over=bm25", known)
    passages = parse_system("passages:bm25,window=2", known)
    assert isinstance(reranked, CombinedSystem)
    assert reranked.members == [single]
    assert isinstance(passages, PassageSystem)
    assert passages.inner is not single
    fused = parse_system("rrf:bm25+passages(bm25,window=2)", known)
    assert isinstance(fused, CombinedSystem)
    assert fused.members == [single, passages]


def test_a_combination_is_told_from_other_systems() -> None:
    assert isinstance(parse_system("rrf:bm25+dense"), CombinedSystem)
    assert not isinstance(parse_system("passages:bm25,window=2"), CombinedSystem)
    assert not isinstance(parse_system("bm25"), CombinedSystem)


def test_a_fusion_of_passages_is_that_of_its_members() -> None:
    corpus = Texts.from_arrays(["a", "b", "c"], ["pump valve pump", "valve pump", "pipe valve"])
    queries = Texts.from_arrays(["q", "r"], ["pump", "valve pipe"])
    specs = "passages:bm25,window=1,agg=sumP", "bm25"
    runs = [indexed(spec, corpus).search(queries, 3) for spec in specs]
    fused = indexed("rrf:passages(bm25,window=1,agg=sumP)+bm25,k=60", corpus).search(queries, 3)
    assert fused.to_table().equals(rrf(runs, k=60, depth=3).to_table())


def indexed(spec: str, corpus: Texts) -> System:
    system = parse_system(spec)
    system.index(corpus)
    return system


def test_a_fusion_searches_by_itself() -> None:
    corpus = Texts.from_arrays(["a", "b", "c"], ["pump", "pump pump", "valve"])
    system = parse_system("rrf:bm25+bm25(b=0),k=1")
    system.index(corpus)
    run = system.search(Texts.from_arrays(["q"], ["pump"]), 5)
    assert run.to_table().column("doc_id").to_pylist() == ["b", "a"]
    assert [m["spec"] for m in system.parameters["members"]] == ["bm25", "bm25:b=0"]


def test_texts_are_sorted_and_checked() -> None:
    texts = Texts.from_arrays(["b", "é", "Z"], ["1", None, "3"])
    assert texts.ids.to_pylist() == ["Z", "b", "é"]
    assert texts.texts.to_pylist() == ["3", "1", ""]
    for ids, values, problem in (
        (["a", "a"], ["1", "2"], "more than once"),
        (["a", None], ["1", "2"], "null"),
        (["a"], ["1", "2"], "differ in number"),
    ):
        with pytest.raises(DataError, match=problem):
            Texts.from_arrays(ids, values)
