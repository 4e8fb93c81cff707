"""Labels by source, rule and neighbours, each with its confidence."""

import pytest

from domainbench.builders.qa.labels import GivenLabels, Label, label_all
from domainbench.builders.qa.taxonomy import load_taxonomy

NOTHING = GivenLabels(None, "option", None, None)


@pytest.fixture(scope="module")
def taxonomy(tmp_path_factory):
    path = tmp_path_factory.mktemp("taxonomy") / "own.toml"
    path.write_text(
        """
[[domain]]
name = "farming"
aliases = ["Krishi"]
keywords = ["farm"]
[[domain.subdomain]]
name = "soil"
title = "Soil Science"
keywords = ["soil", "humus", "मृदा"]
[domain.subdomain.topics]
clay_soils = ["clay"]
[[domain.subdomain]]
name = "cattle"
keywords = ["cow", "milk yield"]
[[domain]]
name = "law"
[[domain.subdomain]]
name = "contracts"
keywords = ["contract"]
""",
        encoding="utf-8",
    )
    return load_taxonomy(path)


def one(text, taxonomy, given=NOTHING, **options):
    (labels,) = label_all([text], ["en"], [given], taxonomy, **options)
    return labels


def test_the_source_wins_and_is_sure(taxonomy):
    labels = one("a contract", taxonomy, GivenLabels("Krishi", "folder", "Soil science", "Peat"))
    assert labels.domain == Label("farming", "folder", 1.0)
    assert labels.subdomain == Label("soil", "source", 1.0)
    assert labels.topic == Label("peat", "source", 1.0)  # unknown: kept as it is given


def test_rules_count_each_keyword_once(taxonomy):
    labels = one("Soil with humus, humus and clay on the farm", taxonomy)
    assert labels.domain == Label("farming", "rule", 1.0)
    assert labels.subdomain == Label("soil", "rule", 1.0)
    assert labels.topic == Label("clay_soils", "rule", 1.0)


def test_the_confidence_of_a_rule_is_its_share_of_the_hits(taxonomy):
    # farming is told by soil and humus, law by contract: 2 of 3 hits
    labels = one("soil, humus, contract", taxonomy)
    assert labels.domain.value == "farming"
    assert labels.domain.confidence == pytest.approx(2 / 3)


def test_what_is_not_clear_gets_no_label(taxonomy):
    assert one("soil under contract", taxonomy).domain == Label()
    assert one("nothing of the kind", taxonomy).domain == Label()


def test_keywords_are_whole_words_and_phrases_in_any_script(taxonomy):
    assert one("subsoils", taxonomy).domain == Label()
    assert one("the milk yield", taxonomy).subdomain.value == "cattle"
    assert one("yield of milk", taxonomy).subdomain == Label()
    assert one("मृदा क्या है?", taxonomy).subdomain.value == "soil"


def test_methods_that_are_not_asked_for_give_nothing(taxonomy):
    assert one("soil humus", taxonomy, methods=("source",)).domain == Label()


def test_neighbours_of_the_same_language_vote(taxonomy):
    texts = [
        "ploughing of wet fields in spring",
        "ploughing of dry fields in autumn",
        "appeal against that decree by counsel",
        "ploughing of stony fields in winter",
        "ploughing of wet fields in spring",
    ]
    given = [
        GivenLabels("Krishi", "source", "Tillage", None),
        GivenLabels("Krishi", "source", "Tillage", None),
        GivenLabels("law", "source", "Procedure", None),
        NOTHING,
        NOTHING,
    ]
    labels = label_all(texts, ["en", "en", "en", "en", "hi"], given, taxonomy)
    assert labels[3].domain == Label("farming", "neighbours", 1.0)
    assert labels[3].subdomain.value == "tillage"
    assert labels[4].domain == Label()  # the only question of its language
