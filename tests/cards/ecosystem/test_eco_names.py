"""What MTEB calls our tasks, subsets, measures, systems and languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.benchmarks.registry import TASKS
from domainbench.benchmarks.results import SystemEntry
from domainbench.cards.ecosystem.languages import mteb_languages
from domainbench.cards.ecosystem.mteb_names import (
    find_counterpart,
    measure_name,
    model_names,
    subset_languages,
    task_name,
)
from domainbench.schemas.errors import UsageError


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("nDCG@10", "ndcg_at_10"),
        ("Recall@100", "recall_at_100"),
        ("P@5", "precision_at_5"),
        ("AP@100", "map_at_100"),
        ("RR@10", "mrr_at_10"),
        ("Success@1", "hit_rate_at_1"),
        # Of a whole ranking, they are those of its first 100 documents.
        ("AP", "map_at_100"),
        ("RR", "mrr_at_100"),
        ("Recall", "recall_at_100"),
        # The ideal ranking of nDCG is cut too, so that this is no nDCG@100.
        ("nDCG", None),
        ("Rprec", None),
        ("P(rel=2)@5", None),
        ("Accuracy", None),
    ],
)
def test_measures_have_mtebs_names(measure, name):
    assert measure_name(measure, 100) == name


@pytest.mark.parametrize(
    ("family", "task", "figure", "subset"),
    [
        ("patents", "retrieval", ("ALL", None, None), "ALL"),
        ("patents", "retrieval", ("OUT", None, None), "OUT"),
        ("patents", "retrieval", ("ALL", "year", "2001"), None),
        ("qa", "answers", ("ALL", None, None), None),
        ("qa", "answers", ("ALL", "pool", "law/en"), "answers-law-en"),
        ("qa", "answers", ("en-en", "pool", "law/en"), None),
        ("qa", "passages", ("ALL", None, None), None),
        ("qa", "passages", ("en-hi", None, None), "passages-en-hi"),
        ("qa", "sentences", ("ALL", None, None), "sentences"),
        ("qa", "sentences", ("hi-hi", None, None), "sentences-hi-hi"),
        ("code", "requirement", ("ALL", None, None), "requirement"),
        ("code", "requirement", ("ALL", "repository", "ledger"), None),
        ("code", "requirement_in_repository", ("ALL", None, None), None),
        (
            "code",
            "requirement_in_repository",
            ("ALL", "repository", "ledger"),
            "requirement-ledger",
        ),
        ("code", "context", ("cross_file", None, None), None),
        ("cseo", "context", ("ALL", None, None), None),
        ("cseo", "context", ("retail", None, None), "retail"),
        ("rag", "paragraphs", ("ALL", None, None), "ALL"),
    ],
)
def test_figures_belong_to_subsets(family, task, figure, subset):
    assert find_counterpart(family, task).subset(*figure) == subset


def test_only_tasks_that_subsets_are_ranked_by_have_a_counterpart():
    for family, tasks in TASKS.items():
        for task in tasks:
            if task.chooses:
                with pytest.raises(UsageError, match=task.name):
                    find_counterpart(family, task.name)
    with pytest.raises(UsageError, match="paragraphs"):
        find_counterpart("rag", "paragraphs_in_domain")


@pytest.mark.parametrize(
    ("release", "task", "name"),
    [
        ("patents-sample", "retrieval", "PatentsSampleRetrieval"),
        ("garden-1.0", "answers", "Garden10Answers"),
        ("3gpp", "retrieval_with_self", "Task3gppRetrievalWithSelf"),
    ],
)
def test_tasks_have_names_of_classes(release, task, name):
    assert task_name(release, task) == name


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True))
def test_any_release_can_name_a_class(release):
    assert task_name(release, "retrieval").isidentifier()


def system(spec, **parameters):
    return SystemEntry(spec=spec, parameters=parameters)


def test_a_model_of_the_hub_keeps_its_name_where_it_is_used_as_it_is():
    names = model_names(
        [
            system("bm25", k1=1.2),
            system("dense:org/model", model="org/model", revision="abc"),
            system("dense:org/model,max_length=64", model="org/model", revision="abc"),
            system("dense:/models/mine", model="/models/mine", revision=None),
            system("dense:org/other", model="org/other", revision=None),
        ]
    )
    assert list(names.values()) == [
        ("domainbench/bm25", "1"),
        ("org/model", "abc"),
        ("domainbench/dense_org_model_max_length=64", "1"),
        ("domainbench/dense__models_mine", "1"),
        ("org/other", "no_revision_available"),
    ]


def test_no_two_systems_share_a_folder():
    specs = ["rrf:bm25+dense", "rrf:bm25:dense", "dense:" + "x" * 300, "dense:" + "x" * 301]
    names = model_names([system(spec) for spec in specs])
    assert names["rrf:bm25+dense"] == ("domainbench/rrf_bm25_dense", "1")
    assert len(set(names.values())) == 4
    assert max(len(name) for name, _ in names.values()) < 120


def test_languages_have_mtebs_names():
    assert mteb_languages(["en", "hi", "en"]) == ["eng-Latn", "hin-Deva"]
    assert mteb_languages(["und", "zz", "", "nob-Latn"]) == ["nob-Latn"]


@pytest.mark.parametrize(
    ("family", "subset", "languages"),
    [
        ("patents", "IN", ["eng-Latn", "hin-Deva"]),
        ("qa", "passages-hi-en", ["hin-Deva", "eng-Latn"]),
        ("qa", "passages-en-en", ["eng-Latn"]),
        ("qa", "answers-law-hi", ["hin-Deva"]),
        ("qa", "sentences", ["eng-Latn", "hin-Deva"]),
        ("code", "requirement-ledger", ["eng-Latn", "hin-Deva", "python-Code"]),
    ],
)
def test_a_subset_has_the_languages_that_its_name_says(family, subset, languages):
    assert subset_languages(family, subset, ["en", "hi"]) == languages
