from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import datetime
from itertools import chain
from pathlib import Path

import pytest

from domainbench.builders.patents.sample.dice import Dice
from domainbench.builders.patents.sample.families import Numbers, make_families, outsider
from domainbench.builders.patents.sample.publications import generate
from domainbench.builders.patents.sample.vocabulary import PRINCIPLES, mechanisms, topics
from domainbench.builders.patents.sample.wording import article
from domainbench.schemas.errors import UsageError

LOCALIZED = ("title_localized", "abstract_localized", "claims_localized", "description_localized")
DAYS = ("publication_date", "filing_date", "priority_date")
KEYS = {
    "publication_number",
    "application_number",
    "country_code",
    "kind_code",
    "application_kind",
    "family_id",
    *LOCALIZED,
    *DAYS,
    "grant_date",
    "priority_claim",
    "ipc",
    "cpc",
    "citation",
    "inventor",
    "assignee",
}
CITATION_KEYS = {
    "publication_number",
    "application_number",
    "npl_text",
    "type",
    "category",
    "filing_date",
}


def read(path: Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> list[dict]:
    return read(generate(tmp_path_factory.mktemp("sample") / "patents.jsonl"))


@pytest.fixture(scope="module")
def large_sample(tmp_path_factory) -> list[dict]:
    path = tmp_path_factory.mktemp("large") / "patents.jsonl"
    return read(generate(path, seed=7, families=2_000))


def english(records: list[dict], field: str) -> list[str]:
    texts = chain.from_iterable(record[field] for record in records)
    return [text["text"] for text in texts if text["language"] == "en"]


def classes(records: list[dict]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for record in records:
        found[record["family_id"]] |= {code["code"][:3] for code in record["ipc"]}
    return found


def labels(records: list[dict]) -> Counter[str]:
    """Labels of the distinct ordered (citing family, cited family) pairs within the file."""
    ipc3 = classes(records)
    family = {record["publication_number"]: record["family_id"] for record in records}
    pairs = {
        (record["family_id"], family[citation["publication_number"]])
        for record in records
        for citation in record["citation"]
        if citation["publication_number"] in family
    }
    return Counter(
        ("IN" if ipc3[a] & ipc3[b] else "OUT") if ipc3[a] and ipc3[b] else "UNKNOWN"
        for a, b in pairs
    )


# ------------------------------------------------------------------------------------ determinism


def test_same_seed_gives_same_bytes_whatever_the_name_and_the_hash_seed(tmp_path):
    first = generate(tmp_path / "one.jsonl", seed=3, families=40).read_bytes()
    assert generate(tmp_path / "other.jsonl", seed=3, families=40).read_bytes() == first
    for hash_seed in ("1", "2"):
        target = tmp_path / f"hashed-{hash_seed}.jsonl"
        program = (
            "import sys; from pathlib import Path;"
            "from domainbench.builders.patents.sample.publications import generate;"
            "generate(Path(sys.argv[1]), seed=3, families=40)"
        )
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "LC_ALL": "C", "TZ": "Asia/Tokyo"}
        subprocess.run([sys.executable, "-c", program, str(target)], env=environment, check=True)
        assert target.read_bytes() == first


def test_unpacked_bytes_are_the_ones_every_machine_gives(tmp_path):
    path = generate(tmp_path / "patents.jsonl", seed=0, families=20)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == "01409ad78f903b7a4bae788bdbb5a8920fc4993148455b62989beb3aa5cd1280"


def test_another_seed_gives_other_texts(tmp_path, sample):
    other = read(generate(tmp_path / "other.jsonl", seed=1))
    assert not set(english(other, "abstract_localized")) & set(
        english(sample, "abstract_localized")
    )


# ------------------------------------------------------------------------------------ the records


def test_every_record_has_the_schema(sample):
    for record in sample:
        assert set(record) == KEYS
        assert re.fullmatch(r"[A-Z]{2}-H?\d+-[AB]\d?", record["publication_number"])
        assert record["publication_number"].startswith(record["country_code"] + "-")
        assert record["publication_number"].endswith("-" + record["kind_code"])
        assert re.fullmatch(r"[A-Z]{2}-\d+-A", record["application_number"])
        assert record["family_id"].isdigit()
        for field in LOCALIZED:
            assert all(set(text) == {"text", "language"} for text in record[field])
            languages = [text["language"] for text in record[field]]
            assert len(set(languages)) == len(languages)
        assert record["title_localized"]
        assert record["abstract_localized"]
        for code in (*record["ipc"], *record["cpc"]):
            assert set(code) == {"code", "inventive", "first", "tree"}
            assert re.fullmatch(r"[A-H]\d\d[A-Z]\d{1,4}/\d{2,6}", code["code"])
        for citation in record["citation"]:
            assert set(citation) == CITATION_KEYS
            assert bool(citation["publication_number"]) != bool(citation["npl_text"])
        assert record["inventor"]
        assert record["assignee"]
        (claim,) = record["priority_claim"]
        assert claim["filing_date"] == record["priority_date"]


def test_dates_are_days_in_their_natural_order(sample):
    for record in sample:
        for key in DAYS:
            datetime.strptime(str(record[key]), "%Y%m%d")  # noqa: DTZ007 -- only the day is read
        assert record["priority_date"] <= record["filing_date"] < record["publication_date"]
        assert record["priority_date"] >= 1998_01_01
        assert record["publication_date"] <= 2023_12_31
        assert record["grant_date"] in (0, record["publication_date"])


def test_publication_numbers_are_unique(large_sample):
    numbers = [record["publication_number"] for record in large_sample]
    assert len(set(numbers)) == len(numbers)


def test_codes_and_kinds_cover_what_a_reader_meets(large_sample):
    kinds = {(record["country_code"], record["kind_code"]) for record in large_sample}
    assert kinds >= {
        ("US", "A1"),
        ("US", "B1"),
        ("US", "B2"),
        ("US", "A"),
        ("EP", "A1"),
        ("EP", "B1"),
        ("WO", "A1"),
        ("JP", "A"),
        ("DE", "A1"),
        ("CN", "A"),
    }
    found = {citation["category"] for record in large_sample for citation in record["citation"]}
    assert found == {"SEA", "APP", "EXA", "ISR"}
    types = {citation["type"] for record in large_sample for citation in record["citation"]}
    assert types == {"", "X", "Y", "XY", "A", "D"}


def test_families_have_up_to_five_members_in_several_offices(sample):
    offices: dict[str, list[str]] = defaultdict(list)
    for record in sample:
        offices[record["family_id"]].append(record["country_code"])
    assert len(offices) == 300
    sizes = Counter(map(len, offices.values()))
    assert set(sizes) == {1, 2, 3, 4, 5}
    assert sum(len(set(members)) >= 2 for members in offices.values()) > 100


def test_european_application_and_patent_share_number_and_application(sample):
    by_number: dict[str, dict[str, str]] = defaultdict(dict)
    for record in sample:
        if record["country_code"] == "EP":
            number = record["publication_number"].rsplit("-", 1)[0]
            by_number[number][record["kind_code"]] = record["application_number"]
    both = [kinds for kinds in by_number.values() if len(kinds) == 2]
    assert both
    assert all(kinds["A1"] == kinds["B1"] for kinds in both)


def test_some_texts_exist_in_another_language_only(sample):
    languages = [{text["language"] for text in record["title_localized"]} for record in sample]
    assert {"de"} in languages
    assert {"ja"} in languages
    assert {"en", "de"} in languages
    assert set().union(*languages) == {"en", "de", "fr", "ja"}
    by_family: dict[str, set[str]] = defaultdict(set)
    for record, found in zip(sample, languages, strict=True):
        by_family[record["family_id"]] |= found
    without = sum("en" not in found for found in by_family.values())
    assert 0 < without < 45


# ------------------------------------------------------------------------------------ the domains


def test_classes_lie_in_all_sections_and_some_families_have_none(sample):
    ipc3 = classes(sample)
    known = set().union(*ipc3.values())
    assert len(known) >= 12
    assert {name[0] for name in known} == set("ABCDEFGH")
    assert 3 <= sum(not found for found in ipc3.values()) <= 30


@pytest.mark.parametrize("seed", range(4))
def test_a_fifth_to_a_quarter_of_the_citations_leave_the_domain(tmp_path, seed):
    found = labels(read(generate(tmp_path / "patents.jsonl", seed=seed)))
    assert 0.16 < found["OUT"] / (found["IN"] + found["OUT"]) < 0.28
    assert found["UNKNOWN"] > 0


def test_citations_resolve_mostly_but_not_always(sample):
    numbers = {record["publication_number"] for record in sample}
    cited = [citation["publication_number"] for record in sample for citation in record["citation"]]
    patents = [number for number in cited if number]
    resolved = sum(number in numbers for number in patents) / len(patents)
    assert 0.75 < resolved < 0.95
    assert len(patents) < len(cited)  # papers are cited too
    dangling = [number for number in patents if number not in numbers]
    assert all(re.fullmatch(r"[A-Z]{2}-H?\d+-[AB]\d?", number) for number in dangling)


def test_no_family_cites_itself_and_nothing_cites_the_future(sample):
    by_number = {record["publication_number"]: record for record in sample}
    younger = older = 0
    for record in sample:
        for citation in record["citation"]:
            cited = by_number.get(citation["publication_number"])
            if cited:
                assert cited["family_id"] != record["family_id"]
                assert cited["publication_date"] < record["publication_date"]
                younger += cited["priority_date"] > record["priority_date"]
                older += cited["priority_date"] < record["priority_date"]
    assert 0 < younger < older / 5


# ------------------------------------------------------------------------------------ the texts


def test_no_two_families_share_an_abstract(sample, large_sample):
    for records in (sample, large_sample):
        families: dict[str, set[str]] = defaultdict(set)
        for record in records:
            for text in english([record], "abstract_localized"):
                families[text].add(record["family_id"])
        assert len(families) > 0.85 * len({record["family_id"] for record in records})
        assert all(len(owners) == 1 for owners in families.values())


def test_abstracts_have_60_to_120_words(large_sample):
    lengths = [len(text.split()) for text in english(large_sample, "abstract_localized")]
    assert min(lengths) >= 60
    assert max(lengths) <= 120


def test_claims_are_numbered_and_depend_on_earlier_ones(large_sample):
    for text in english(large_sample, "claims_localized"):
        lines = text.split("\n")
        assert 8 <= len(lines) <= 15
        assert re.match(r"1\. An? [^,]+, comprising: ", lines[0])
        assert "of claim" not in lines[0]
        for number, line in enumerate(lines[1:], start=2):
            match = re.match(
                rf"{number}\. The .+ of claim (\d+), (wherein|further comprising) ", line
            )
            assert match
            assert int(match[1]) < number
        bodies = [line.split(", ", 1)[1] for line in lines]
        assert len(set(bodies)) == len(bodies)


def test_a_claim_speaks_only_of_what_it_or_its_parents_introduced(sample):
    names = {name for topic in topics() for part in topic.parts for name in part.names}
    for text in english(sample, "claims_localized"):
        lines = text.split("\n")
        for line in lines[1:]:
            parent = int(re.search(r"of claim (\d+),", line)[1])
            known = lines[0] + lines[parent - 1]
            body = line.split(", ", 1)[1]
            for noun in re.findall(
                r"wherein the ([a-z -]+?) (?:contains|is coupled|is conn)", body
            ):
                assert noun not in names or f" {article(noun)} " in known


def test_descriptions_have_several_paragraphs(sample):
    for text in english(sample, "description_localized"):
        paragraphs = text.split("\n\n")
        assert len(paragraphs) >= 15
        assert all(paragraph.strip() == paragraph for paragraph in paragraphs)
        assert 400 < len(text.split()) < 1_200


@pytest.mark.parametrize("field", LOCALIZED)
def test_english_is_well_formed(large_sample, field):
    for text in english(large_sample, field):
        assert not re.search(r"\b(\w+) \1\b", text, re.IGNORECASE), text
        assert not re.search(r"\b[Aa] (?!uni|use|uti|one)[aeiouAEIOU]", text), text
        assert not re.search(r"\b[Aa]n [^aeiouAEIOU]", text), text
        assert not re.search(r" {2}| [,.;:]|\.\.|[{}]", text), text
        assert not re.search(r"\b(?:the|a|an) (?:the|a|an)\b", text, re.IGNORECASE), text
        for line in text.split("\n"):
            assert not line or re.match(r"[A-Z]|\d+\. [A-Z]", line), line
        if field != "title_localized":
            assert text.endswith(".")
            assert all(
                part[0].isupper() or part[0] == "1" for part in re.split(r"(?<=[a-z]\.) ", text)
            ), text


# ------------------------------------------------------------------------------------ its material


def test_vocabulary_is_rich_and_consistent():
    assert len(topics()) == 24
    for topic in topics():
        parts = topic.parts
        words = [*chain.from_iterable((*part.names, *part.does) for part in parts)]
        words += [*topic.materials, *topic.gains, *topic.media, *topic.names]
        assert len(set(words)) >= 50
        nouns = [name for part in parts for name in part.names]
        aids = [
            name for key in topic.shares for part in mechanisms()[key].parts for name in part.names
        ]
        assert len(set(nouns)) == len(nouns)
        assert not set(nouns) & set(aids)
        assert len(topic.native) == 3
        for quantity in topic.quantities:
            assert quantity.low < quantity.high


def test_no_noun_needs_an_article_other_than_its_first_letter_says():
    nouns = [name for topic in topics() for name in topic.names]
    for parts in [topic.parts for topic in topics()] + [
        item.parts for item in mechanisms().values()
    ]:
        nouns += [name for part in parts for name in part.names]
    nouns += chain.from_iterable(PRINCIPLES)
    odd = re.compile(r"uni|use|uti|eu|one|hour|hon|heir|[A-Z]")
    assert not [noun for noun in nouns if odd.match(noun)]
    assert article("axle") == "an axle"
    assert article("wheel") == "a wheel"


def test_outsiders_never_have_a_number_of_the_file():
    dice, numbers = Dice(0), Numbers()
    taken = {
        f"{series[:2]}-{numbers.take(dice, series, 2005)}"
        for series in ("US B2", "EP", "WO", "JP")
        for _ in range(2_000)
    }
    outside = {outsider(dice, 2005).rsplit("-", 1)[0] for _ in range(2_000)}
    assert not taken & outside


def test_every_family_is_published():
    for count in (1, 2, 500):
        families = make_families(Dice(5), count)
        assert len(families) == count
        assert all(1 <= len(family.members) <= 5 for family in families)


def test_dice_draw_within_their_bounds():
    dice = Dice(1, "bounds")
    assert {dice.between(2, 4) for _ in range(100)} == {2, 3, 4}
    assert sorted(dice.some("abc", 5)) == ["a", "b", "c"]
    drawn = Counter(dice.weighted({"often": 9.0, "never": 0.0, "rarely": 1.0}) for _ in range(500))
    assert drawn["often"] > drawn["rarely"] > 0
    assert "never" not in drawn


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "the seed is negative"),
        ({"families": 0}, "number of families is out of range"),
        ({"families": 100_001}, "number of families is out of range"),
    ],
)
def test_impossible_arguments_are_refused(tmp_path, arguments, message):
    with pytest.raises(UsageError, match=message):
        generate(tmp_path / "patents.jsonl", **arguments)
    assert not list(tmp_path.iterdir())
