"""Question files to a release, as a user builds it."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

import domainbench
from domainbench.schemas.errors import DataError, UsageError

COLUMNS = (
    "id", "question", "option_a", "option_b", "option_c", "option_d", "correct_answer", "language",
    "question_type", "question_level", "topic", "subject_domain",
)  # fmt: skip


def krishi(number, question, options, answer, language="English", **labels):
    """A row of BhashaBench's layout."""
    row = {
        "id": str(number),
        "question": question,
        **dict(zip(COLUMNS[2:6], options, strict=True)),
        "correct_answer": answer,
        "language": language,
        "question_type": "MCQ",
        "question_level": "Easy",
        "topic": "",
        "subject_domain": "Agronomy",
    }
    return {**row, **labels}


ENGLISH = [
    krishi(1, "Which crop is sown in the rabi season?", ["Wheat", "Paddy", "Cotton", "Jute"], "A"),
    krishi(2, "Which nutrient makes leaves dark green?",
           ["Boron", "Nitrogen", "Calcium", "Sulphur"], "B", question_level="Medium"),
    krishi(3, "Paddy is mostly sown in the season", ["Rabi", "Zaid", "Kharif", "Autumn"], "C",
           question_level="Hard"),
    krishi(4, "Which of these soils is rich in humus?",
           ["Desert soil", "Laterite soil", "Saline soil", "Forest soil"], "D", topic="Soils"),
]  # fmt: skip
HINDI = [
    krishi(1, "रबी के मौसम में कौन सी फसल बोई जाती है?", ["गेहूँ", "धान", "कपास", "जूट"], "A", "Hindi"),
    krishi(9, "किस पोषक तत्व से पत्तियाँ गहरी हरी होती हैं?",
           ["बोरॉन", "नाइट्रोजन", "कैल्शियम", "गंधक"], "B", "Hindi"),
]  # fmt: skip


def write_layout(root: Path) -> Path:
    for name, rows in (("English", ENGLISH), ("Hindi", HINDI)):
        folder = root / "BhashaBench-Krishi" / name
        folder.mkdir(parents=True)
        table = pa.Table.from_pylist(rows)
        pq.write_table(table, folder / "test-00000-of-00001.parquet")
    return root / "BhashaBench-Krishi"


def write_rows(path: Path, rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def rejects_of(release):
    path = release.path.with_name(release.path.name + ".rejects.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def faults_in(release):
    return [str(f) for f in domainbench.verify(release.path) if f.level == "fault"]


def test_a_folder_of_the_hub_builds_without_configuration(tmp_path):
    release = domainbench.build("qa", [write_layout(tmp_path)], tmp_path / "out")
    rows = release.table("questions").to_pylist()
    assert len(rows) == 6
    assert {row["language"] for row in rows} == {"en", "hi"}
    assert all(row["domain"] == ["agriculture"] for row in rows)
    by_text = {row["question"]: row for row in rows}
    soils = by_text["Which of these soils is rich in humus?"]
    assert soils["options"][soils["answer"]] == "Forest soil"
    assert soils["answers"] == ["Forest soil"]
    assert (soils["level"], soils["type"]) == ("easy", "single_choice")
    assert soils["subdomain_from"] == "source"
    assert faults_in(release) == []
    assert release.manifest.languages == ["en", "hi"]


def test_load_dataset_opens_every_table(tmp_path):
    release = domainbench.build("qa", [write_layout(tmp_path)], tmp_path / "out")
    cache = str(tmp_path / "cache")
    for name in ("questions", "corpus", "queries", "qrels"):
        rows = load_dataset(str(release.path), name, split="test", cache_dir=cache)
        assert len(rows) == release.manifest.tables[name].rows


def test_right_options_are_the_relevant_documents(tmp_path):
    release = domainbench.build("qa", [write_layout(tmp_path)], tmp_path / "out")
    texts = {row["_id"]: row for row in release.table("corpus").to_pylist()}
    queries = {row["_id"]: row for row in release.table("queries").to_pylist()}
    found = {
        queries[pair["query-id"]]["text"]: texts[pair["corpus-id"]]["text"]
        for pair in release.table("qrels").to_pylist()
    }
    assert found["Which nutrient makes leaves dark green?"] == "Nitrogen"
    assert found["रबी के मौसम में कौन सी फसल बोई जाती है?"] == "गेहूँ"
    assert {row["pool"] for row in texts.values()} == {"agriculture/en", "agriculture/hi"}
    # 16 options in English, of which none repeats, and 8 in Hindi
    assert len(texts) == 24


def test_faults_are_rejected_with_their_reason_and_nothing_else_is_lost(tmp_path):
    good = ["Wheat", "Paddy", "Cotton", "Jute"]
    rows = [
        *ENGLISH,
        krishi("dup", ENGLISH[0]["question"].upper(), good[::-1], "D"),
        krishi("out", "Which crop needs standing water?", good, "E"),
        krishi("none", "Which crop gives lint for cloth?", good, ""),
        krishi("two", "Which crops here give a fibre?", good, "C, D"),
        krishi(
            "same", "Which crop is a cereal of winter?", ["Wheat", "wheat.", "Gram", "Pea"], "A"
        ),
        krishi("lang", "गेहूँ की बुवाई किस महीने में की जाती है?", ["मई", "जून", "नवंबर", "अगस्त"], "C"),
        krishi("code", "What does the sign \ufffd\ufffd mean on the bag?", good, "A"),
        krishi("image", "Identify the insect in the figure given below.", good, "B"),
        krishi("cut", "The practice of growing two crops in (", good, "B"),
    ]
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out")
    reasons = {row["id"]: row["reason"] for row in rejects_of(release)}
    assert reasons == {
        "dup": "exact_duplicate",
        "out": "answer_outside",
        "none": "no_answer",
        "two": "several_answers",
        "same": "equal_options",
        "lang": "wrong_language",
        "code": "broken_unicode",
        "image": "image",
        "cut": "truncated",
    }
    assert release.manifest.tables["questions"].rows == 4
    (source,) = release.manifest.sources
    assert source.records + sum(source.rejected.values()) == len(rows)
    report = json.loads((release.path / "quality.json").read_text("utf-8"))
    assert report["records"] == len(rows)
    assert report["rejected"] == source.rejected


def test_a_question_of_few_words_has_the_language_of_its_file(tmp_path):
    rows = [{k: v for k, v in row.items() if k != "language"} for row in ENGLISH]
    short = {**rows[0], "id": "sum", "question": "2 + 2 = ?"}
    rows.append({**short, **dict(zip(COLUMNS[2:6], ["3", "4", "5", "6"], strict=True))})
    path = write_rows(tmp_path / "agriculture.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out")
    assert {row["language"] for row in release.table("questions").to_pylist()} == {"en"}
    assert release.manifest.tables["questions"].rows == 5


def test_what_is_not_rejected_is_flagged(tmp_path):
    rows = [
        *ENGLISH,
        krishi("image", "Name the insect in the figure given below.", list("wxyz"), "B"),
    ]
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out", options={"reject": "none"})
    flags = {row["source_id"]: row["flags"] for row in release.table("questions").to_pylist()}
    assert flags["image"] == ["image"]
    assert flags["1"] == []


NEAR = (
    "Which of the following practices conserves the moisture of a field under dry farming in summer"
)


YEAR = "In the year {} the area under wheat in the state was the largest in"


def test_near_duplicates_go_and_lookalikes_stay_in_one_split(tmp_path):
    options = ["Deep ploughing", "Mulching", "Flooding", "Burning of stubble"]
    rows = [
        *ENGLISH,
        krishi("first", NEAR + "?", options, "B"),
        krishi("again", NEAR + " ?", [options[1], options[0], options[2], options[3]], "A"),
        krishi("reworded", NEAR + "s?", options, "B"),
        krishi("not", NEAR.replace("conserves", "does not conserve") + "?", options, "D"),
        krishi("2019", YEAR.format(2019), options, "A"),
        krishi("2020", YEAR.format(2020), options, "C"),
    ]  # fmt: skip
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out", options={"dev_fraction": 0.4})
    assert {row["id"] for row in rejects_of(release)} == {"again", "reworded"}
    questions = {row["source_id"]: row for row in release.table("questions").to_pylist()}
    assert questions["2019"]["cluster"] == questions["2020"]["cluster"]
    assert questions["2019"]["cluster"] != questions["first"]["cluster"]
    assert set(release.splits("questions")) == {"dev", "test"}
    assert faults_in(release) == []


def test_questions_of_one_mould_are_all_kept(tmp_path):
    options = [
        "Both the assertion and the reason are true, and the reason is the right explanation of it",
        "Both the assertion and the reason are true, but the reason does not explain it at all",
        "The assertion is true, but the reason that is given for it is false",
        "The assertion is false, but the reason that is given for it is true",
    ]
    stem = "Assertion (A): {} is a {}. Reason (R): it grows in {}."
    told = [("Wheat", "cereal", "winter"), ("Gram", "pulse", "winter"), ("Jute", "fibre", "rain")]
    rows = [krishi(n, stem.format(*words), options, "A") for n, words in enumerate(told)]
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out")
    questions = release.table("questions").to_pylist()
    assert len(questions) == 3
    assert {row["type"] for row in questions} == {"assertion_reason"}
    assert len({row["cluster"] for row in questions}) < 3  # two are alike: never in two splits


def test_duplicates_with_another_answer_are_flagged(tmp_path):
    rows = [*ENGLISH, {**ENGLISH[0], "id": "other", "correct_answer": "D"}]
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out")
    flags = {row["source_id"]: row["flags"] for row in release.table("questions").to_pylist()}
    assert flags["1"] == ["conflicting_answers"]


def test_the_order_of_sources_and_rows_does_not_change_what_questions_are_called(tmp_path):
    one = write_rows(tmp_path / "one" / "agriculture_en.jsonl", ENGLISH)
    two = write_rows(tmp_path / "two" / "agriculture_en.jsonl", ENGLISH[::-1])
    built = [domainbench.build("qa", [path], path.parent / "out") for path in (one, two)]
    ids = [release.table("questions").column("_id").to_pylist() for release in built]
    assert ids[0] == ids[1]


def test_shuffled_options_keep_their_answer(tmp_path):
    path = write_rows(
        tmp_path / "agriculture_en.jsonl",
        [*ENGLISH, krishi(5, "Which of these is a fibre crop?",
                          ["Cotton", "Jute", "Both (a) and (b)", "None of these"], "C")],
    )  # fmt: skip
    built = [
        domainbench.build(
            "qa", [path], tmp_path / f"out{n}", options={"shuffle_options": "true"}, seed=7
        )
        for n in range(2)
    ]
    assert built[0].manifest.fingerprint == built[1].manifest.fingerprint
    rows = {row["source_id"]: row for row in built[0].table("questions").to_pylist()}
    assert all(row["options"][row["answer"]] == row["answers"][0] for row in rows.values())
    assert rows["5"]["options"] == ["Cotton", "Jute", "Both (a) and (b)", "None of these"]
    assert any(rows[row["id"]]["options"][0] != row["option_a"] for row in ENGLISH)


SQUAD = {
    "en": ("The Ganges rises in the Himalayas. It flows into the Bay of Bengal.", "the Himalayas",
           "Where does the Ganges rise?"),
    "hi": ("गंगा हिमालय से निकलती है। यह बंगाल की खाड़ी में गिरती है।", "हिमालय", "गंगा कहाँ से निकलती है?"),
}  # fmt: skip


def write_squad(folder: Path) -> list[Path]:
    paths = []
    for language, (context, answer, question) in SQUAD.items():
        spans = [{"text": answer, "answer_start": context.index(answer)}]
        article = {
            "title": "Ganges",
            "paragraphs": [
                {"context": context, "qas": [{"id": "g1", "question": question, "answers": spans}]}
            ],
        }
        path = folder / f"xquad.{language}.json"
        path.write_text(json.dumps({"version": "1.1", "data": [article]}), "utf-8")
        paths.append(path)
    return paths


def test_parallel_extractive_questions_are_judged_in_both_languages(tmp_path):
    release = domainbench.build("qa", write_squad(tmp_path), tmp_path / "out")
    assert faults_in(release) == []
    texts = {row["_id"]: row for row in release.table("corpus").to_pylist()}
    assert sorted(row["kind"] for row in texts.values()) == ["passage"] * 2 + ["sentence"] * 4
    pairs = {
        (pair["task"], pair["partition"]): texts[pair["corpus-id"]]["text"]
        for pair in release.table("qrels").to_pylist()
    }
    assert len(pairs) == 8
    assert pairs["sentences", "en-hi"] == "गंगा हिमालय से निकलती है।"
    assert pairs["sentences", "hi-en"] == "The Ganges rises in the Himalayas."
    assert pairs["passages", "en-en"].startswith("The Ganges")
    rows = release.table("questions").to_pylist()
    assert rows[0]["parallel_id"] == rows[1]["parallel_id"] is not None
    assert len({row["parallel_id"] for row in texts.values() if row["kind"] == "passage"}) == 1
    for row in rows:
        span = row["answers"][0]
        assert row["context"][row["answer_start"] :].startswith(span)


def test_texts_that_questions_were_taken_from_are_found(tmp_path):
    told = (
        "It is written that the practice of growing two or more crops in the same field in one "
        "season with rows of each is intercropping."
    )
    rows = [
        *ENGLISH,
        krishi("known", "The practice of growing two or more crops in the same field in one season "
               "with rows of each is", list("wxyz"), "A"),
    ]  # fmt: skip
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    (tmp_path / "book.txt").write_text(told, "utf-8")
    options = {"contamination": str(tmp_path / "book.txt")}
    release = domainbench.build("qa", [path], tmp_path / "out", options=options)
    flags = {row["source_id"]: row["flags"] for row in release.table("questions").to_pylist()}
    assert flags == {"1": [], "2": [], "3": [], "4": [], "known": ["contaminated"]}


def test_sources_without_a_usable_question_are_an_error_that_says_why(tmp_path):
    path = write_rows(
        tmp_path / "law_en.jsonl", [krishi("x", "Which act applies?", list("wxyz"), "")]
    )
    with pytest.raises(DataError, match="no_answer 1"):
        domainbench.build("qa", [path], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options",
    [
        {"reject": "typos"},
        {"near_threshold": 2},
        {"labels": "guess"},
        {"knowledge": "nowhere"},
        {"language": "Klingon"},
        {"x": 1},
    ],
    ids=lambda options: next(iter(options)),
)
def test_wrong_options_are_the_calls_fault(tmp_path, options):
    path = write_rows(tmp_path / "agriculture_en.jsonl", ENGLISH)
    with pytest.raises(UsageError):
        domainbench.build("qa", [path], tmp_path / "out", options=options)


def test_a_question_of_a_million_characters_is_rejected(tmp_path):
    rows = [*ENGLISH, krishi("long", "word " * 250_000, list("wxyz"), "A")]
    path = write_rows(tmp_path / "agriculture_en.jsonl", rows)
    release = domainbench.build("qa", [path], tmp_path / "out")
    (reject,) = rejects_of(release)
    assert (reject["id"], reject["reason"]) == ("long", "too_long")
    assert len(reject["detail"]) <= 200


def test_a_quality_report_that_was_changed_is_a_fault(tmp_path):
    path = write_rows(tmp_path / "agriculture_en.jsonl", ENGLISH)
    release = domainbench.build("qa", [path], tmp_path / "out")
    report = release.path / "quality.json"
    report.write_text(report.read_text("utf-8").replace("4", "5"), "utf-8")
    assert faults_in(release) == ["fault: quality.json: digest: SHA-256 is not the manifest's"]
    report.unlink()
    assert faults_in(release) == ["fault: quality.json: files: the file is missing"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    paths = [
        write_rows(tmp_path / name / "agriculture_en.jsonl", [row])
        for name, row in zip("ab", ENGLISH, strict=False)
    ]
    release = domainbench.build("qa", paths, tmp_path / "out")
    names = {row["source_file"] for row in release.table("questions").to_pylist()}
    assert names == {"agriculture_en.jsonl", "b/agriculture_en.jsonl"}


def test_an_engine_is_no_option_of_questions(tmp_path):
    path = write_rows(tmp_path / "agriculture_en.jsonl", ENGLISH)
    with pytest.raises(UsageError, match="engine"):
        domainbench.build("qa", [path], tmp_path / "out", engine="duckdb")


@pytest.mark.real_data
def test_xquad_builds_whole(data_dir, tmp_path):
    sources = sorted((data_dir / "qa").glob("xquad.*.json"))
    release = domainbench.build("qa", sources, tmp_path / "out", license="CC-BY-SA-4.0")
    report = json.loads((release.path / "quality.json").read_text("utf-8"))
    assert report["records"] == 2380
    assert report["translations"]["groups"] >= 1180
    assert faults_in(release) == []
