"""Texts and written questions to a release, as a user builds it."""

import json
import zipfile

import pytest

import domainbench
from domainbench.builders.rag.naming import named_in
from domainbench.builders.sources import UnknownFormatError
from domainbench.builders.sources.rag import open_rag
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.rag import document_id, question_id


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def record(question, answer="Yes.", **more):
    row = {
        "category": "culture",
        "reasoning": "Negation Inference",
        "description": "Ann Lee bakes bread. She has a shop.\nBo sails.",
        "subject": "Ann Lee",
        "predicate": "not_parent_of",
        "object": "Bo",
        "evidence": [["Ann Lee", "parent of", "Cy"]],
        "question": question,
        "answer": answer,
    }
    return {**row, **more}


def asked(path, *rows):
    return put(path, json.dumps(list(rows), ensure_ascii=False))


def rejects(release):
    path = release.path.with_name(release.path.name + ".rejects.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def faults(release):
    return [f for f in domainbench.verify(release.path) if f.level == "fault"]


def chunks(release):
    rows = release.table("corpus").to_pylist()
    return sorted(
        (row for row in rows if row["kind"] == "chunk"),
        key=lambda row: (row["source_file"], row["piece"]),
    )


# --------------------------------------------------------------------------- knowledge base


def test_texts_of_every_kind_become_chunks_with_their_places(tmp_path):
    base = tmp_path / "base"
    words = " ".join(f"w{number}" for number in range(25))
    put(base / "culture" / "a.txt", f"  {words}\n")
    put(base / "history.md", f"# Head\n\n{words}\n")
    put(base / "health.html", f"<title>Page</title><p>{words}<script>x</script></p>")
    release = domainbench.build("rag", [base], tmp_path / "out", options={"chunk_tokens": 10})
    assert faults(release) == []
    rows = chunks(release)
    assert [(row["source_file"], row["piece"], row["tokens"]) for row in rows] == [
        ("base/culture/a.txt", 0, 10),
        ("base/culture/a.txt", 1, 10),
        ("base/culture/a.txt", 2, 5),
        ("base/health.html", 0, 10),
        ("base/health.html", 1, 10),
        ("base/health.html", 2, 5),
        ("base/history.md", 0, 10),
        ("base/history.md", 1, 10),
        ("base/history.md", 2, 6),
    ]
    for row in rows:
        [found] = open_rag(tmp_path / row["source_file"])
        assert row["text"] == found.text[row["start"] : row["end"]]
        assert row["_id"] == document_id("chunk", row["pool"], row["text"])
        assert row["domain"] == [row["pool"]]
    assert {row["title"] for row in rows} == {"", "Page", "Head"}
    formats = {entry.path.rsplit("/", 1)[1]: entry for entry in release.manifest.sources}
    assert formats["a.txt"].format == "text"
    assert formats["a.txt"].records == 3


def test_chunks_of_a_pdf_tell_the_page_they_begin_on(tmp_path):
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    for words in ("one two three", "four five six"):
        page = writer.add_blank_page(400, 200)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
        font = DictionaryObject({
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        })  # fmt: skip
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    path = tmp_path / "nature.pdf"
    writer.write(path)
    release = domainbench.build("rag", [path], tmp_path / "out", options={"chunk_tokens": 2})
    assert [(row["text"], row["source_page"]) for row in chunks(release)] == [
        ("one two", 1),
        ("three\nfour", 1),
        ("five six", 2),
    ]


def test_a_cleaned_file_has_a_chunk_a_line_unless_told_otherwise(tmp_path):
    path = put(tmp_path / "cleaned_culture.txt", "one two\n three \n\none two\n")
    plain = put(tmp_path / "culture.txt", "four\nfive\n")
    release = domainbench.build("rag", [path, plain], tmp_path / "out")
    assert [row["text"] for row in chunks(release)] == ["one two", "three", "four\nfive"]
    assert [row["piece"] for row in chunks(release)] == [0, 1, 0]
    assert release.manifest.dropped == {"chunk that its domain has already": 1}
    whole = domainbench.build("rag", [path], tmp_path / "whole", options={"lines": "false"})
    assert [row["text"] for row in chunks(whole)] == ["one two\n three \n\none two"]
    each = domainbench.build("rag", [plain], tmp_path / "each", options={"lines": True})
    assert [row["text"] for row in chunks(each)] == ["four", "five"]


def test_equal_chunks_of_two_domains_stay(tmp_path):
    for domain in ("law", "trade"):
        put(tmp_path / "base" / domain / "a.txt", "the same")
    release = domainbench.build("rag", [tmp_path / "base"], tmp_path / "out")
    assert [row["pool"] for row in chunks(release)] == ["law", "trade"]
    assert release.manifest.dropped == {}


def test_members_of_an_archive_have_domains_of_their_own(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("culture/a.txt", "paintings")
        out.writestr("nature/cleaned_nature.txt", "moss\nfern")
    release = domainbench.build("rag", [path], tmp_path / "out")
    assert [(row["pool"], row["source_file"], row["text"]) for row in chunks(release)] == [
        ("culture", "all.zip!culture/a.txt", "paintings"),
        ("nature", "all.zip!nature/cleaned_nature.txt", "moss"),
        ("nature", "all.zip!nature/cleaned_nature.txt", "fern"),
    ]


def test_what_no_name_tells_a_domain_for_has_that_of_the_option(tmp_path):
    path = put(tmp_path / "a.txt", "words")
    release = domainbench.build("rag", [path], tmp_path / "out", options={"domain": "Civil Law"})
    assert chunks(release)[0]["domain"] == ["civil_law"]
    bare = domainbench.build("rag", [path], tmp_path / "bare")
    assert (chunks(bare)[0]["domain"], chunks(bare)[0]["pool"]) == ([], "unknown")
    assert faults(bare) == []


def test_bad_files_are_rejects_and_strange_ones_are_skipped(tmp_path):
    base = tmp_path / "base"
    put(base / "good.txt", "words")
    put(base / "empty.txt", "")
    put(base / "blank.md", " \n")
    put(base / "LICENSE.txt", "You may")
    put(base / "table.csv", "a,b\n1,2\n")
    (base / "odd.txt").write_bytes(b"\xff\xfe\xfd")
    (base / "cut.txt.gz").write_bytes(b"\x1f\x8b\x08\0\0")
    (base / "scan.pdf").write_bytes(b"%PDF-1.7 nothing")
    release = domainbench.build("rag", [base], tmp_path / "out")
    assert len(chunks(release)) == 1
    told = {row["file"].rsplit("/", 1)[1]: row["reason"] for row in rejects(release)}
    assert told == {
        "empty.txt": "file that cannot be read",
        "blank.md": "empty document",
        "odd.txt": "not valid UTF-8",
        "cut.txt.gz": "file that cannot be read",
        "scan.pdf": "damaged PDF",
    }
    skipped = {e.path.rsplit("/", 1)[1]: e.skipped for e in release.manifest.sources if e.skipped}
    assert skipped == {
        "LICENSE.txt": {"licence": 1},
        "table.csv": {"file in no known format": 1},
    }
    with pytest.raises(UnknownFormatError):
        domainbench.build("rag", [base / "table.csv"], tmp_path / "none")


def test_nothing_to_build_from_is_an_error(tmp_path):
    path = put(tmp_path / "blank.txt", " ")
    with pytest.raises(DataError, match="neither a question nor a text") as caught:
        domainbench.build("rag", [path], tmp_path / "out")
    assert "empty document 1" in str(caught.value)
    with pytest.raises(UsageError, match="no such file"):
        domainbench.build("rag", [tmp_path / "gone"], tmp_path / "out")
    with pytest.raises(UsageError, match="engine"):
        domainbench.build("rag", [path], tmp_path / "out", engine="duckdb")


def test_a_mapping_of_a_column_that_no_table_has_is_told(tmp_path):
    config = put(tmp_path / "c.toml", '[mapping]\nsubject = "s"\n')
    table = put(tmp_path / "t.csv", "subject,predicate,object\na,b,c\n")
    with pytest.raises(UsageError, match="a column 's' that no table of triples has"):
        domainbench.build("rag", [table], tmp_path / "out", config=config)
    table = put(tmp_path / "u.csv", "s,predicate,object\na,b,c\n")
    text = put(tmp_path / "words.txt", "words")
    release = domainbench.build("rag", [table, text], tmp_path / "out", config=config)
    assert release.manifest.builder.parameters["mapping"] == {"subject": "s"}


def test_near_duplicates_are_counted(tmp_path):
    base = "the quick brown fox jumps over the lazy dog and runs into the dark wood at night"
    path = put(tmp_path / "cleaned_nature.txt", f"{base}\n{base}s\nother words\n")
    release = domainbench.build("rag", [path], tmp_path / "out")
    report = json.loads((release.path / "quality.json").read_text("utf-8"))
    assert report["near_duplicates"]["pairs"] == 1
    assert report["documents"] == {"nature": {"chunk": 3}}
    assert report["gold"]["mean"] is None


# --------------------------------------------------------------------------- written questions


def test_written_questions_are_kept_once_with_their_copies(tmp_path):
    rows = [
        record("Is Ann  a parent?"),
        record("is ann a PARENT?"),
        record("Is Ann a parent?", category="history"),
        record("Is Bo a parent?", "No."),
    ]
    release = domainbench.build("rag", [asked(tmp_path / "qa.json", *rows)], tmp_path / "out")
    assert faults(release) == []
    found = {row["_id"]: row for row in release.table("questions").to_pylist()}
    key = question_id("culture", "is ann a parent?")
    assert set(found) == {
        key,
        question_id("history", "Is Ann a parent?"),
        question_id("culture", "Is Bo a parent?"),
    }
    first = found[key]
    assert (first["question"], first["answer"], first["copies"]) == ("Is Ann a parent?", "yes", 2)
    assert (first["template"], first["reasoning"]) == (None, "negation")
    assert first["predicate"] == "not_parent_of"
    assert (first["source_file"], first["source_line"]) == ("qa.json", 1)
    assert release.manifest.dropped == {
        "paragraph that its domain has": 4,
        "question that its domain has already": 1,
    }


def test_lines_of_the_description_are_the_gold_paragraphs(tmp_path):
    path = asked(tmp_path / "qa.json", record("Is Ann a parent?"))
    release = domainbench.build("rag", [path], tmp_path / "out")
    [question] = release.table("questions").to_pylist()
    documents = {row["_id"]: row for row in release.table("corpus").to_pylist()}
    assert {documents[key]["text"]: documents[key]["entities"] for key in question["gold"]} == {
        "Ann Lee bakes bread. She has a shop.": ["Ann Lee"],
        "Bo sails.": ["Bo"],
    }
    pairs = release.table("qrels").to_pylist()
    assert [(p["corpus-id"], p["score"], p["partition"]) for p in pairs] == [
        (key, 1, "negation") for key in question["gold"]
    ]


def test_contradictory_answers_are_all_rejected(tmp_path):
    rows = [record("Is it so?"), record("is it so?", "No."), record("Is it so?"), record("Other?")]
    release = domainbench.build("rag", [asked(tmp_path / "qa.json", *rows)], tmp_path / "out")
    assert release.manifest.tables["questions"].rows == 1
    assert [row["reason"] for row in rejects(release)] == ["contradictory answers"] * 3
    assert [row["detail"][:13] for row in rejects(release)] == [
        "record 1: yes",
        "record 2: no;",
        "record 3: yes",
    ]
    [entry] = release.manifest.sources
    assert (entry.records, entry.rejected) == (1, {"contradictory answers": 3})


def test_a_record_without_a_category_has_the_domain_of_its_file(tmp_path):
    path = asked(tmp_path / "health_qa.json", record("Is it so?", category=None))
    release = domainbench.build("rag", [path], tmp_path / "out")
    assert release.table("questions").to_pylist()[0]["domain"] == ["health"]


def test_questions_without_gold_are_kept_and_reported(tmp_path):
    path = asked(tmp_path / "qa.json", record("Is it so?", description=""))
    release = domainbench.build("rag", [path], tmp_path / "out")
    report = json.loads((release.path / "quality.json").read_text("utf-8"))
    assert report["gold"]["questions_without"]["questions"] == 1
    assert report["domains_without_knowledge_base"] == ["culture"]
    assert report["questions"] == {"culture": {"negation": {"no": 0, "yes": 1}}}
    assert faults(release) == []


def test_a_question_that_a_source_has_written_is_not_made(tmp_path):
    templates = put(
        tmp_path / "t.toml",
        '[[templates]]\nname = "a"\nreasoning = "negation"\n'
        'text = "{subject} not {predicate} {object}?"\n',
    )
    written = asked(tmp_path / "qa.json", record("Ann Lee not occupation baker?", "No."))
    table = put(
        tmp_path / "culture.csv",
        "subject,predicate,object\nAnn Lee,occupation,baker\nBo,occupation,judge\n",
    )
    options = {"templates": str(templates), "reasonings": "negation", "balance": False}
    release = domainbench.build("rag", [written, table], tmp_path / "out", options=options)
    rows = {row["question"]: row for row in release.table("questions").to_pylist()}
    assert rows["Ann Lee not occupation baker?"]["template"] is None
    # Of the facts made into questions, gold are the paragraphs that written ones brought.
    made = rows["Bo not occupation judge?"]
    texts = {row["_id"]: row["text"] for row in release.table("corpus").to_pylist()}
    assert [texts[key] for key in made["gold"]] == ["Bo sails."]
    assert release.manifest.dropped == {"question that a source has written too": 1}


@pytest.mark.parametrize(
    ("paragraph", "found"),
    [
        ("Ann Lee bakes. Bo sails.", ["Ann Lee"]),
        ("In Ayton, Bo met ann lee. Then rain.", ["Ann Lee", "Bo"]),
        ("Anna Lee bakes with Bob.", []),
        ("Nobody. Ann Lee came.", []),
        ("Dr. A. Poe knew Bo well. More.", ["Bo", "Dr. A. Poe"]),
        ("Dr. A. Poe. Bo.", ["Dr. A. Poe"]),
    ],
)
def test_entities_are_those_that_the_first_sentence_names(paragraph, found):
    names = ["Ann Lee", "Bo", "Dr. A. Poe"]
    assert sorted(named_in(paragraph, names)) == sorted(found)


def test_the_order_of_files_does_not_change_the_tables(tmp_path):
    one = asked(tmp_path / "a" / "one.json", record("One?"), record("Two?", "No."))
    two = put(tmp_path / "a" / "culture.txt", "words on culture")
    first = domainbench.build("rag", [one, two], tmp_path / "first")
    second = domainbench.build("rag", [two, one], tmp_path / "second")
    assert first.manifest.fingerprint == second.manifest.fingerprint
