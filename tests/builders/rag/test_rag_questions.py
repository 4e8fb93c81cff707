"""Questions made of triples: worked out by hand, and proved anew by a small prover."""

import csv
import json
import tomllib
from collections import Counter
from importlib.resources import files
from itertools import product

import pytest

import domainbench
from domainbench.builders.rag.wording import with_article
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.rag import NO, YES

FAMILY = [
    ("Ann", "parent of", "Bo"),
    ("Bo", "parent of", "Cy"),
    ("Cellar", "part of", "House"),
    ("House", "part of", "Farm"),
    ("Ann", "father", "Ed"),
    ("Bo", "father", "Gus"),
    ("Ann", "occupation", "baker"),
    ("Cy", "occupation", "baker"),
]
LETTERS = {"inverse": "I", "composite": "C", "negation": "N", "transitive": "T"}
PLAIN = "".join(
    f'[[templates]]\nname = "{rule}"\nreasoning = "{rule}"\n'
    f'text = "{letter}: {{subject}} {{predicate}} {{object}}"\n'
    for rule, letter in LETTERS.items()
)
HEAD = "[[templates]]\nname = 'a'\nreasoning = 'inverse'\n"
OWN = files("domainbench.builders.rag")


def write_table(path, triples, domain="people", **texts):
    names = ["subject", "predicate", "object", "domain"]
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*names, *texts])
        writer.writerows([*triple, domain, *texts.values()] for triple in triples)
    return path


def plain_options(tmp_path, **more):
    path = tmp_path / "plain.toml"
    path.write_text(PLAIN, encoding="utf-8")
    return {"templates": str(path), "balance": False, **more}


def build(tmp_path, triples, name="out", **options):
    table = write_table(tmp_path / f"{name}.csv", triples)
    text = tmp_path / "people.txt"
    text.write_text("Some words on people.\n", encoding="utf-8")
    return domainbench.build("rag", [table, text], tmp_path / name, options=options)


def answers(release):
    rows = release.table("questions").to_pylist()
    return {row["question"]: row["answer"] for row in rows}


def quality(release):
    return json.loads((release.path / "quality.json").read_text("utf-8"))


def rejects(release):
    path = release.path.with_name(release.path.name + ".rejects.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_questions_of_a_small_table_are_those_worked_out_by_hand(tmp_path):
    release = build(tmp_path, FAMILY, **plain_options(tmp_path))
    assert answers(release) == {
        "I: Bo child of Ann": YES,
        "I: Ann child of Bo": NO,
        "I: Cy child of Bo": YES,
        "I: Bo child of Cy": NO,
        "I: House has part Cellar": YES,
        "I: Cellar has part House": NO,
        "I: Farm has part House": YES,
        "I: House has part Farm": NO,
        "I: Ed father of Ann": YES,
        "I: Gus father of Ann": NO,
        "I: Gus father of Bo": YES,
        "I: Ed father of Bo": NO,
        "C: Ann occupation Cy": YES,
        "C: Ann father Bo": NO,
        "N: Ann parent of Bo": NO,
        "N: Bo parent of Ann": YES,
        "N: Bo parent of Cy": NO,
        "N: Cy parent of Bo": YES,
        "N: Cellar part of House": NO,
        "N: House part of Cellar": YES,
        "N: House part of Farm": NO,
        "N: Farm part of House": YES,
        "N: Ann father Ed": NO,
        "N: Ann father Gus": YES,
        "N: Bo father Gus": NO,
        "N: Bo father Ed": YES,
        "N: Ann occupation baker": NO,
        "N: Cy occupation baker": NO,
        "T: Cellar part of Farm": YES,
        "T: Farm part of Cellar": NO,
    }
    assert [f for f in domainbench.verify(release.path) if f.level == "fault"] == []


def test_a_question_tells_its_fact_and_the_triples_it_follows_from(tmp_path):
    release = build(tmp_path, FAMILY, **plain_options(tmp_path))
    rows = {row["question"]: row for row in release.table("questions").to_pylist()}
    chain = rows["T: Farm part of Cellar"]
    assert (chain["subject"], chain["predicate"], chain["object"]) == (
        "Farm",
        "trans_part_of",
        "Cellar",
    )
    assert chain["evidence"] == [["Cellar", "part of", "House"], ["House", "part of", "Farm"]]
    assert (chain["template"], chain["copies"], chain["domain"]) == ("transitive", 1, ["people"])
    assert (chain["source_file"], chain["source_line"]) == ("out.csv", 4)
    assert rows["C: Ann father Bo"]["predicate"] == "same_father"
    assert rows["N: Ann father Gus"]["predicate"] == "not_father"
    assert rows["N: Ann father Gus"]["evidence"] == [["Ann", "father", "Ed"]]
    assert rows["I: Bo child of Ann"]["predicate"] == "child of"


def test_gold_are_the_paragraphs_on_the_ends_of_the_evidence(tmp_path):
    path = tmp_path / "facts.jsonl"
    rows = [
        {"subject": "Ann", "predicate": "parent of", "object": "Bo", "domain": "people",
         "subject_text": "Ann bakes.", "object_text": " Bo  sails. "},
        {"subject": "Bo", "predicate": "parent of", "object": "Cy", "domain": "people",
         "subject_text": "Bo sails.", "object_text": None},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = plain_options(tmp_path, reasonings="negation")
    release = domainbench.build("rag", [path], tmp_path / "out", options=options)
    texts = {row["_id"]: row["text"] for row in release.table("corpus").to_pylist()}
    assert sorted(texts.values()) == ["Ann bakes.", "Bo sails."]
    gold = {
        row["question"]: [texts[key] for key in row["gold"]]
        for row in release.table("questions").to_pylist()
    }
    assert sorted(gold["N: Ann parent of Bo"]) == ["Ann bakes.", "Bo sails."]
    assert gold["N: Bo parent of Cy"] == ["Bo sails."]
    entities = {row["text"]: row["entities"] for row in release.table("corpus").to_pylist()}
    assert entities == {"Ann bakes.": ["Ann"], "Bo sails.": ["Bo"]}
    assert quality(release)["domains_without_knowledge_base"] == ["people"]
    assert release.manifest.dropped["paragraph that its domain has"] == 1


# --------------------------------------------------------------------------- the prover


class Prover:
    """All that follows from triples, by saturation; the declarations are read from the file."""

    def __init__(self, triples, declared):
        self.declared = declared
        inverse = {}
        for name, facts in declared.items():
            if "inverse" in facts:
                inverse[name] = facts["inverse"]
                inverse[facts["inverse"]] = name
        self.inverse = inverse
        known = set(triples)
        while True:
            more = {(o, inverse[p], s) for s, p, o in known if p in inverse}
            starts = {}
            for s, p, o in known:
                if self.is_("transitive", p):
                    starts.setdefault((p, s), set()).add(o)
            more |= {
                (s, p, end)
                for s, p, o in known
                if self.is_("transitive", p)
                for end in starts.get((p, o), ())
            }
            if more <= known:
                break
            known |= more
        self.known = known

    def is_(self, what, predicate):
        """Of transitive and asymmetric, what holds for the inverse holds too."""
        both = {predicate, self.inverse.get(predicate)} if what in SHARED else {predicate}
        return any(self.declared.get(name, {}).get(what, False) for name in both)

    def objects(self, subject, predicate):
        return {o for s, p, o in self.known if (s, p) == (subject, predicate)}

    def truth(self, subject, predicate, other):
        if (subject, predicate, other) in self.known:
            return True
        if self.is_("asymmetric", predicate) and (other, predicate, subject) in self.known:
            return False
        said = [(subject, predicate)]
        if predicate in self.inverse:
            said.append((other, self.inverse[predicate]))
        for name, relation in said:
            closed = self.is_("functional", relation) or self.is_("complete", relation)
            if closed and self.objects(name, relation):
                return False
        return None

    def share(self, first, second, predicate):
        left, right = (self.objects(name, predicate) for name in (first, second))
        if left & right:
            return True
        closed = self.is_("functional", predicate) or self.is_("complete", predicate)
        return False if closed and left and right else None


SHARED = {"transitive", "asymmetric"}
PREFIXES = {"composite": "same_", "negation": "not_", "transitive": "trans_", "inverse": ""}


def check_every_answer(rows, triples, declared):
    """Fail unless the prover finds each row's answer, from all triples and from its evidence."""
    templates = tomllib.loads(OWN.joinpath("templates.toml").read_text("utf-8"))["templates"]
    negated = {item["name"] for item in templates if item["asks"] == "negation"}
    names = {name.replace(" ", "_"): name for _, name, _ in triples}
    provers = {}
    for row in rows:
        label = row["predicate"].removeprefix(PREFIXES[row["reasoning"]])
        predicate = label if row["reasoning"] == "inverse" else names[label]
        evidence = tuple(map(tuple, row["evidence"]))
        assert set(evidence) <= set(triples)
        for facts in (evidence, tuple(triples)):
            prover = provers.setdefault(facts, Prover(facts, declared))
            if row["reasoning"] == "composite":
                truth = prover.share(row["subject"], row["object"], predicate)
            else:
                truth = prover.truth(row["subject"], predicate, row["object"])
            assert truth is not None, row
            turned = (row["reasoning"] == "negation") != (row["template"] in negated)
            assert row["answer"] == (YES if truth != turned else NO), row


def declared_in_the_package():
    return tomllib.loads(OWN.joinpath("rules.toml").read_text("utf-8"))["predicates"]


def test_every_answer_of_the_small_table_can_be_proved(tmp_path):
    release = build(tmp_path, FAMILY, balance=False)
    rows = release.table("questions").to_pylist()
    assert len(rows) == 30
    check_every_answer(rows, FAMILY, declared_in_the_package())


def test_every_answer_of_the_sample_can_be_proved(tmp_path):
    release = domainbench.sample("rag", tmp_path / "made", size=9)
    source = tmp_path / "made.sources" / "triples.jsonl"
    facts = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    rows = release.table("questions").to_pylist()
    assert len(rows) > 200
    for domain in {row["pool"] for row in rows}:
        triples = [
            (fact["subject"], fact["predicate"], fact["object"])
            for fact in facts
            if fact["domain"] == domain
        ]
        own = [row for row in rows if row["pool"] == domain]
        check_every_answer(own, triples, declared_in_the_package())


COMPLETE = """
[predicates."feeds on"]
complete = true
phrase = "feeds on"
noun = "food"

[predicates."inside"]
transitive = true
complete = true
"""


def test_complete_predicates_allow_no_by_what_is_not_listed(tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(COMPLETE, encoding="utf-8")
    triples = [
        ("newt", "feeds on", "fly"),
        ("newt", "feeds on", "worm"),
        ("crow", "feeds on", "worm"),
        ("crow", "feeds on", "corn"),
        ("deer", "feeds on", "corn"),
        ("bolt", "inside", "lock"),
        ("lock", "inside", "door"),
        ("coin", "inside", "purse"),
    ]
    options = plain_options(tmp_path, rules=str(path))
    release = build(tmp_path, triples, **options)
    found = answers(release)
    rows = {row["question"]: row for row in release.table("questions").to_pylist()}
    # A deer eats corn alone; of newt and deer, all food is listed and none is the same.
    assert found["N: deer feeds on corn"] == NO
    assert {"N: deer feeds on fly", "N: deer feeds on worm"} & set(found)
    assert found["C: deer feeds on newt"] == NO
    assert rows["C: deer feeds on newt"]["evidence"] == [
        ["deer", "feeds on", "corn"],
        ["newt", "feeds on", "fly"],
        ["newt", "feeds on", "worm"],
    ]
    assert found["C: crow feeds on newt"] == YES
    assert found["T: bolt inside door"] == YES
    assert found["T: bolt inside purse"] == NO
    assert rows["T: bolt inside purse"]["evidence"] == [
        ["bolt", "inside", "lock"],
        ["lock", "inside", "door"],
    ]
    declared = {**declared_in_the_package(), **tomllib.loads(COMPLETE)["predicates"]}
    check_every_answer(rows.values(), triples, declared)


def test_nothing_is_denied_without_a_ground(tmp_path):
    triples = [("Ann", "occupation", "baker"), ("Bo", "occupation", "judge")]
    release = build(tmp_path, triples, **plain_options(tmp_path))
    assert answers(release) == {"N: Ann occupation baker": NO, "N: Bo occupation judge": NO}


def test_names_that_differ_by_case_or_points_are_not_taken_for_two(tmp_path):
    triples = [("Ann", "father", "J. Poe"), ("Bo", "father", "J Poe")]
    release = build(tmp_path, triples, **plain_options(tmp_path, reasonings="negation,composite"))
    assert answers(release) == {
        "N: Ann father J. Poe": NO,
        "N: J. Poe father Ann": YES,
        "N: Bo father J Poe": NO,
        "N: J Poe father Bo": YES,
    }


def test_what_another_domain_says_is_not_denied(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(COMPLETE, encoding="utf-8")
    here = write_table(tmp_path / "here.csv", [("newt", "feeds on", "fly"),
                                               ("crow", "feeds on", "worm")], "nature")  # fmt: skip
    there = write_table(tmp_path / "there.csv", [("newt", "feeds on", "worm")], "health")
    options = plain_options(tmp_path, rules=str(rules), reasonings="negation")
    release = domainbench.build("rag", [here, there], tmp_path / "out", options=options)
    rows = release.table("questions").to_pylist()
    assert {(row["pool"], row["question"], row["answer"]) for row in rows} == {
        ("nature", "N: newt feeds on fly", NO),
        ("nature", "N: crow feeds on worm", NO),
        ("nature", "N: crow feeds on fly", YES),
        ("health", "N: newt feeds on worm", NO),
    }


# --------------------------------------------------------------------------- cycles and faults


def test_two_objects_of_a_functional_predicate_are_left_out_with_a_reason(tmp_path):
    triples = [("Ann", "father", "Ed"), ("Gus", "father of", "Ann"), ("Bo", "father", "Ed")]
    release = build(tmp_path, triples, **plain_options(tmp_path, reasonings="negation"))
    assert answers(release) == {"N: Bo father Ed": NO, "N: Ed father Bo": YES}
    assert [(row["reason"], row["line"]) for row in rejects(release)] == [
        ("contradicts another triple", 2),
        ("contradicts another triple", 3),
    ]
    assert "'Ann' has one 'father' at most: 'Ed', 'Gus'" in rejects(release)[0]["detail"]
    [entry] = [entry for entry in release.manifest.sources if entry.format == "triples"]
    assert (entry.records, entry.rejected) == (1, {"contradicts another triple": 2})


def test_a_contradiction_between_domains_is_one_too(tmp_path):
    here = write_table(tmp_path / "here.csv", [("Ann", "father", "Ed")], "people")
    there = write_table(tmp_path / "there.csv", [("Ann", "father", "Gus")], "history")
    text = tmp_path / "words.txt"
    text.write_text("words", encoding="utf-8")
    release = domainbench.build("rag", [here, there, text], tmp_path / "out")
    assert release.manifest.tables["questions"].rows == 0
    assert len(rejects(release)) == 2


def test_an_asymmetric_predicate_said_both_ways_is_left_out(tmp_path):
    triples = [("Ann", "parent of", "Bo"), ("Ann", "child of", "Bo"), ("Cy", "parent of", "Di")]
    release = build(tmp_path, triples, **plain_options(tmp_path, reasonings="inverse"))
    assert answers(release) == {"I: Di child of Cy": YES, "I: Cy child of Di": NO}
    assert {row["line"] for row in rejects(release)} == {2, 3}


def test_a_cycle_is_reported_and_no_chain_runs_through_it(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text('[predicates."leads to"]\ntransitive = true\n', encoding="utf-8")
    ring = [("a", "leads to", "b"), ("b", "leads to", "c"), ("c", "leads to", "a")]
    tail = [("c", "leads to", "d"), ("d", "leads to", "e")]
    options = plain_options(tmp_path, rules=str(rules))
    release = build(tmp_path, ring + tail, **options)
    found = answers(release)
    assert {text for text in found if text[0] == "T"} == {"T: c leads to e"}
    # Facts of the ring stay facts: other rules use them.
    assert found["N: a leads to b"] == NO
    told = quality(release)["triples"]["cycles"]
    assert told["cycles"] == 1
    assert told["examples"] == [
        {
            "predicate": "leads to",
            "entities": ["a", "b", "c"],
            "triples": 3,
            "left_out_of": "chains",
        }
    ]


def test_a_cycle_of_an_asymmetric_predicate_is_a_contradiction(tmp_path):
    triples = [
        ("a", "part of", "b"),
        ("c", "has part", "b"),
        ("c", "part of", "a"),
        ("d", "part of", "a"),
    ]
    release = build(tmp_path, triples, **plain_options(tmp_path))
    assert {row["line"] for row in rejects(release)} == {2, 3, 4}
    assert all("chains lead round: a, b, c" in row["detail"] for row in rejects(release))
    assert set(answers(release)) == {
        "I: a has part d",
        "I: d has part a",
        "N: d part of a",
        "N: a part of d",
    }
    assert quality(release)["triples"]["cycles"]["examples"][0]["left_out_of"] == "all"


def test_a_triple_of_an_entity_with_itself_is_rejected(tmp_path):
    release = build(tmp_path, [("a", "occupation", "a"), *FAMILY])
    assert [row["reason"] for row in rejects(release)] == ["triple of an entity with itself"]


def test_chains_are_as_long_as_allowed_and_the_shortest_counts(tmp_path):
    steps = [(f"n{place}", "part of", f"n{place + 1}") for place in range(5)]
    triples = [*steps, ("n0", "part of", "n2")]
    options = plain_options(tmp_path, reasonings="transitive", max_hops=3)
    release = build(tmp_path, triples, **options)
    rows = {row["question"]: row for row in release.table("questions").to_pylist()}
    yes = {text for text, row in rows.items() if row["answer"] == YES}
    assert yes == {
        f"T: {start} part of {end}"
        for start, end in [("n0", "n3"), ("n0", "n4"), ("n1", "n3"), ("n1", "n4"),
                           ("n2", "n4"), ("n2", "n5"), ("n3", "n5")]
    }  # fmt: skip
    assert rows["T: n0 part of n3"]["evidence"] == [
        ["n0", "part of", "n2"],
        ["n2", "part of", "n3"],
    ]


def test_answers_that_need_many_triples_are_left_out(tmp_path):
    steps = [(f"n{place}", "part of", f"n{place + 1}") for place in range(4)]
    options = plain_options(tmp_path, reasonings="transitive", max_hops=4, max_evidence=2)
    release = build(tmp_path, steps, **options)
    assert {len(row["evidence"]) for row in release.table("questions").to_pylist()} == {2}


# --------------------------------------------------------------------------- how many


def crowd(count):
    return [(f"P{place}", "occupation", "baker") for place in range(count)]


def test_each_domain_and_rule_has_as_many_yes_as_no(tmp_path):
    triples = [*FAMILY, *crowd(30)]
    release = build(tmp_path, triples)
    counts = Counter(
        (row["reasoning"], row["answer"]) for row in release.table("questions").to_pylist()
    )
    rules = {rule for rule, _ in counts}
    assert rules == {"composite", "inverse", "negation", "transitive"} - (
        {"transitive"} if ("transitive", YES) not in counts else set()
    )
    assert all(counts[rule, YES] == counts[rule, NO] > 0 for rule in rules)
    report = quality(release)
    assert report["yes_share"] == {"people": 0.5}
    everything = build(tmp_path, triples, "all", balance=False)
    kept = set(answers(release))
    assert kept < set(answers(everything))
    left_out = release.manifest.dropped["question left out for balance"]
    assert len(kept) + left_out == len(answers(everything))


def test_max_questions_holds_for_each_domain_and_rule(tmp_path):
    release = build(tmp_path, [*FAMILY, *crowd(30)], max_questions=6)
    rows = release.table("questions").to_pylist()
    counts = Counter((row["reasoning"], row["answer"]) for row in rows)
    assert max(counts.values()) == 3
    few = build(tmp_path, crowd(30), "few", max_questions=7, balance=False, reasonings="negation")
    assert few.manifest.tables["questions"].rows == 7
    assert few.manifest.dropped == {"question beyond max_questions": 23}


def test_pairs_of_a_large_group_are_few_and_of_a_small_one_all(tmp_path):
    options = plain_options(tmp_path, reasonings="composite", partners=2)
    small = build(tmp_path, crowd(5), "small", **options)
    assert small.manifest.tables["questions"].rows == 10
    large = build(tmp_path, crowd(40), "large", **options)
    assert large.manifest.tables["questions"].rows == 80


def test_no_question_is_there_twice_and_repeated_triples_count_once(tmp_path):
    release = build(tmp_path, FAMILY + FAMILY)
    texts = [row["question"].casefold() for row in release.table("questions").to_pylist()]
    assert len(set(texts)) == len(texts)
    assert quality(release)["duplicates_removed"]["triple"] == len(FAMILY)


def test_equal_builds_are_equal_and_another_seed_asks_otherwise(tmp_path):
    first = build(tmp_path, FAMILY, "first")
    again = build(tmp_path, FAMILY, "again")
    for name in ("questions", "queries", "qrels"):
        ours, theirs = (r.manifest.tables[name].fingerprint for r in (first, again))
        # The table's name is in the rows of questions.
        assert (ours == theirs) == (name != "questions")
    assert answers(first) == answers(again)
    table = tmp_path / "first.csv"
    other = domainbench.build("rag", [table], tmp_path / "other", seed=5)
    assert set(answers(other)) != set(answers(first))


def test_order_of_triples_does_not_matter(tmp_path):
    first = build(tmp_path, FAMILY, "first")
    turned = build(tmp_path, FAMILY[::-1], "turned")
    assert answers(first) == answers(turned)


def test_every_rule_has_several_templates_of_both_kinds():
    templates = tomllib.loads(OWN.joinpath("templates.toml").read_text("utf-8"))["templates"]
    counts = Counter((item["reasoning"], item["asks"]) for item in templates)
    assert set(counts) == set(product(LETTERS, ("statement", "negation")))
    assert min(counts.values()) >= 2


def test_the_build_uses_several_templates(tmp_path):
    release = build(tmp_path, [*FAMILY, *crowd(30)], balance=False)
    used = Counter(row["template"] for row in release.table("questions").to_pylist())
    assert len(used) >= 12


# --------------------------------------------------------------------------- files of the user


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Is it {phrase} {object}?", "{subject}"),
        ("Is {subject} {phrase}?", "{object}"),
        ("Is {subject} like {object}?", "{phrase} or {noun} or {a_noun} or {predicate}"),
    ],
)
def test_a_template_without_a_slot_is_named(tmp_path, text, missing):
    path = tmp_path / "mine.toml"
    path.write_text(
        f'[[templates]]\nname = "odd"\nreasoning = "inverse"\ntext = "{text}"\n', encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        build(tmp_path, FAMILY, templates=str(path))
    message = str(caught.value)
    assert str(path) in message
    assert "'odd'" in message
    assert f"lacks the slot {missing}" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name = ", "not TOML"),
        ("[[template]]\nname = 'a'", "has not the one table 'templates'"),
        ("templates = 3", "no list of tables"),
        ("[[templates]]\nname = 'a'\nreasoning = 'inverse'", "template 1 is wrong: text"),
        ("[[templates]]\nname = 'a'\nreasoning = 'magic'\ntext = 'x'", "unknown rule"),
        (
            f"{HEAD}text = '{{subject}} {{phrase}} {{object}} {{mood}}'",
            "unknown slot {mood}",
        ),
        (
            f"{HEAD}text = '{{subject!r}} {{phrase}} {{object}}'",
            "unknown slot",
        ),
        ("[[templates]]\nname = 'a'\nreasoning = 'inverse'\ntext = '{subject'", "cannot be read"),
        (
            "[[templates]]\nname = 'a'\nreasoning = 'inverse'\n"
            "text = '{subject} {phrase} {object}'\n" * 2,
            "two templates are called 'a'",
        ),
    ],
)
def test_faulty_templates_are_told(tmp_path, content, words):
    path = tmp_path / "mine.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words.replace("{", r"\{")):
        build(tmp_path, FAMILY, templates=str(path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[predicates."a"]\ninverse = "b"', "not declared"),
        ('[predicates."a"]\ninverse = "child of"', "its inverse is 'parent of'"),
        ('[predicates."a"]\ntransitive = true\nfunctional = true', "transitive and functional"),
        ('[predicates."a"]\ninverse = "a"\nasymmetric = true', "symmetric and asymmetric"),
        ('[predicates."a"]\ninverse = "a"\ntransitive = true', "symmetric and transitive"),
        ('[predicates."a"]\nreflexive = true', "declared wrongly: reflexive"),
        ('[predicates."a"]\naliases = ["father"]', "two predicates go by 'father'"),
        ("predicates = 3", "no table"),
        ("\xff", "not TOML"),
    ],
)
def test_faulty_rules_are_told(tmp_path, content, words):
    path = tmp_path / "mine.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        build(tmp_path, FAMILY, rules=str(path))


def test_rules_go_by_other_names_too(tmp_path):
    triples = [("Ann", "Has_Child", "Bo"), ("Ann", "P40", "Cy")]
    release = build(tmp_path, triples, **plain_options(tmp_path, reasonings="negation"))
    assert {"N: Ann parent of Bo", "N: Ann parent of Cy"} <= set(answers(release))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reasonings": "inverse,magic"}, "unknown rule 'magic'"),
        ({"chunk_tokens": 5, "overlap": 5}, "would not advance"),
        ({"max_hops": 1}, "'max_hops' has a wrong value"),
        ({"templates": "nowhere.toml"}, "no such file"),
        ({"domain": "?!"}, "'domain' has a wrong value"),
        ({"chunks": 3}, "unknown option 'chunks'"),
    ],
)
def test_wrong_options_are_told(tmp_path, options, words):
    with pytest.raises(UsageError, match=words):
        build(tmp_path, FAMILY, **options)


def test_words_with_braces_stay_as_they_are(tmp_path):
    triples = [("{subject}", "occupation", "{x}")]
    release = build(tmp_path, triples, **plain_options(tmp_path, reasonings="negation"))
    assert answers(release) == {"N: {subject} occupation {x}": NO}


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("founder", "a founder"),
        ("administrative territorial entity", "an administrative territorial entity"),
        ("employer", "an employer"),
        ("use", "a use"),
        ("university", "a university"),
        ("heir", "an heir"),
        ("house", "a house"),
    ],
)
def test_nouns_have_the_article_that_they_are_spoken_with(noun, said):
    assert with_article(noun) == said
