"""The taxonomy that ships, and those of users."""

import unicodedata
from collections import Counter

import pytest

from domainbench.builders.qa.normalise import match_key
from domainbench.builders.qa.sample.files import _rows
from domainbench.builders.qa.taxonomy import load_taxonomy
from domainbench.schemas.errors import DataError, UsageError


@pytest.fixture(scope="module")
def shipped():
    return load_taxonomy()


def test_what_ships_covers_four_domains(shipped):
    assert [domain.name for domain in shipped.domains] == [
        "agriculture",
        "law",
        "finance",
        "ayurveda",
    ]
    subdomains = [sub for domain in shipped.domains for sub in domain.subdomains]
    assert len(subdomains) >= 90
    assert sum(len(sub.topics) for sub in subdomains) >= 500


def test_no_keyword_tells_two_subdomains_of_a_domain(shipped):
    for domain in shipped.domains:
        counts = Counter(word for sub in domain.subdomains for word in sub.keywords)
        assert [word for word, count in counts.items() if count > 1] == []


def test_keywords_are_match_keys_in_normal_form(shipped):
    for domain in shipped.domains:
        for sub in domain.subdomains:
            for word in sub.keywords:
                assert word == match_key(word) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize(
    ("label", "name"),
    [("Krishi", "agriculture"), ("BBL", "law"), ("कृषि", "agriculture"), ("AYUR", "ayurveda")],
    ids=["krishi", "bbl", "hindi", "case"],
)
def test_labels_of_sources_are_resolved(shipped, label, name):
    assert shipped.resolve_domain(label) == name


def test_labels_of_subdomains_and_topics_are_resolved(shipped):
    name = shipped.resolve_subdomain("law", "Constitutional & Administrative Law")
    assert name == "constitutional_administrative_law"
    assert shipped.resolve_subdomain("finance", "Constitutional & Administrative Law") is None
    assert shipped.resolve_topic("law", name, "Fundamental Rights") == "fundamental_rights"
    assert shipped.resolve_domain("Astronomy") is None


def test_labels_of_the_sample_are_all_known(shipped):
    for row in _rows("questions.jsonl"):
        subdomain = shipped.resolve_subdomain(row["domain"], row["subdomain"])
        assert subdomain is not None, row["subdomain"]


def test_a_taxonomy_of_the_users(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        '[[domain]]\nname = "music"\naliases = ["Sangeet"]\n[[domain.subdomain]]\nname = "raga"\n'
        'keywords = ["Raga", "राग"]\n[domain.subdomain.topics]\nmorning_raga = ["Bhairav"]\n',
        encoding="utf-8",
    )
    taxonomy = load_taxonomy(path)
    assert taxonomy.resolve_domain("sangeet") == "music"
    assert taxonomy.domains[0].subdomains[0].keywords == ("raga", "राग")
    assert taxonomy.domains[0].subdomains[0].topics[0].keywords == ("bhairav",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("domain = [", "not TOML"),
        ("[other]\nx = 1", "another form"),
        ('[[domain]]\nname = "Has Blanks"', "a name is wrong"),
        ('[[domain]]\nname = "a"\ncolour = "red"', "unknown key"),
        ('[[domain]]\nname = "a"\n[[domain]]\nname = "a"', "stands twice"),
        ('[[domain]]\nname = "a"\naliases = "b"', "list of texts"),
    ],
    ids=["toml", "form", "name", "key", "twice", "list"],
)
def test_a_wrong_taxonomy_is_told_with_its_place(tmp_path, text, told):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=told) as raised:
        load_taxonomy(path)
    assert "own.toml" in str(raised.value)


def test_a_missing_taxonomy_is_the_calls_fault(tmp_path):
    with pytest.raises(UsageError, match="no such taxonomy"):
        load_taxonomy(tmp_path / "none.toml")
