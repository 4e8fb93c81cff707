"""Tables of the domain QA family: choice and extractive questions, and their retrieval tasks.

A *question* is one item in one language. Translations of one another share a ``parallel_id``. The
corpus holds documents of several kinds; a retrieval task ranks those of one kind.
"""

from __future__ import annotations

import pyarrow as pa

from .retrieval import CORPUS, QRELS, QUERIES, STRING, STRINGS, extend
from .tables import Column, Table

INT32 = pa.int32()
FLOAT64 = pa.float64()

OPTION = "option"
PASSAGE = "passage"
SENTENCE = "sentence"
KNOWLEDGE = "knowledge"
KINDS = (OPTION, PASSAGE, SENTENCE, KNOWLEDGE)
"""Kinds of documents: an answer option, a paragraph that questions are asked about, a sentence of
such a paragraph, a text of the knowledge collection."""

ANSWERS = "answers"
PASSAGES = "passages"
SENTENCES = "sentences"
RETRIEVAL_TASKS = {ANSWERS: OPTION, PASSAGES: PASSAGE, SENTENCES: SENTENCE}
"""Task that pairs are judged for → kind of document that it ranks."""

LABEL_SOURCES = ("source", "rule", "neighbours", "folder", "option")
"""Where a label comes from: the record, a keyword rule of the taxonomy, labelled questions that
resemble it, the name of the file or its folder, or the call."""

QUESTION_TYPES = (
    "single_choice",
    "assertion_reason",
    "match_columns",
    "fill_blank",
    "comprehension",
    "extractive",
)
LEVELS = ("easy", "medium", "hard")
SCRIPTS_UNKNOWN = "Zyyy"
UNKNOWN_LANGUAGE = "und"

_LABELS = (
    Column(
        "domain", STRINGS, "Knowledge domain, as agriculture; empty if unknown.", nullable=False
    ),
    Column("subdomain", STRINGS, "Part of the domain; empty if unknown.", nullable=False),
    Column("topic", STRING, "Topic within the subdomain."),
    Column("level", STRING, "easy, medium or hard, as the source says; null where it does not."),
    Column(
        "type", STRING, "single_choice, assertion_reason, …; see QUESTION_TYPES.", nullable=False
    ),
)

QUESTIONS = Table(
    "questions",
    (
        Column("_id", STRING, "Identifier of the question; that of its query too.", nullable=False),
        Column(
            "question", STRING, "Text in normal form, without embedded options.", nullable=False
        ),
        Column("question_original", STRING, "Text as the source has it.", nullable=False),
        Column("context", STRING, "Paragraph the question is about, in normal form."),
        Column("context_id", STRING, "Document of the corpus that holds the paragraph."),
        Column("options", STRINGS, "Choices in normal form; empty if extractive.", nullable=False),
        Column("options_original", STRINGS, "Choices as the source has them.", nullable=False),
        Column("answer", INT32, "Index of the right choice, from 0; null if extractive."),
        Column("answers", STRINGS, "Right answer's texts; spans if extractive.", nullable=False),
        Column("answer_start", INT32, "Code point of the context where the first span starts."),
        Column(
            "language", STRING, "ISO 639-1 code claimed, or found where none is.", nullable=False
        ),
        Column(
            "language_class", STRING, "What the text is: hi, en, mixed, hi-Latn, …", nullable=False
        ),
        Column("script", STRING, "ISO 15924 code of most letters, as Deva.", nullable=False),
        *_LABELS,
        Column("type_evidence", STRING, "What in the text shows the type."),
        Column("domain_from", STRING, "Where the domain comes from: see LABEL_SOURCES."),
        Column("domain_confidence", FLOAT64, "0 to 1; 1 where the source says it."),
        Column("subdomain_from", STRING, "Where the subdomain comes from."),
        Column("subdomain_confidence", FLOAT64, "0 to 1."),
        Column("topic_from", STRING, "Where the topic comes from."),
        Column("topic_confidence", FLOAT64, "0 to 1."),
        Column(
            "parallel_id", STRING, "What translations of one question share; null if it has none."
        ),
        Column("parallel_from", STRING, "How translations were linked: id, source or encoder."),
        Column(
            "cluster",
            STRING,
            "What near duplicates and translations share: the unit of splits.",
            nullable=False,
        ),
        Column("flags", STRINGS, "Checks that found something and did not reject.", nullable=False),
        Column("source_file", STRING, "File, below the folder given to the build.", nullable=False),
        Column("source_line", pa.int64(), "Line or row of the record in it, from 1."),
        Column("source_id", STRING, "Identifier that the source gives."),
        Column("license", STRING, "Licence of the source, where it is known by question."),
    ),
    ("_id",),
    "Every question with its choices, answer, labels and provenance.",
)

QA_CORPUS = extend(
    CORPUS,
    Column("kind", STRING, "option, passage, sentence or knowledge.", nullable=False),
    Column("language", STRING, "ISO 639-1 code.", nullable=False),
    Column("pool", STRING, "Main domain and language, as agriculture/hi.", nullable=False),
    Column("domain", STRINGS, "Knowledge domains; empty if unknown.", nullable=False),
    Column("passage_id", STRING, "The passage that a sentence stands in."),
    Column("parallel_id", STRING, "What translations of one passage or sentence share."),
)
QA_QUERIES = extend(
    QUERIES,
    Column("language", STRING, "ISO 639-1 code.", nullable=False),
    Column("pool", STRING, "Main domain and language, as agriculture/hi.", nullable=False),
    *_LABELS,
    Column("parallel_id", STRING, "What translations of one question share."),
)
QA_QRELS = extend(
    QRELS,
    Column("task", STRING, "answers, passages or sentences.", nullable=False),
    Column("partition", STRING, "Languages of query and document, as en-hi.", nullable=False),
)


def pool_name(domains: list[str], language: str) -> str:
    """The pool of a question or document: main domain and language, ``unknown/en`` without one."""
    return f"{domains[0] if domains else 'unknown'}/{language}"
