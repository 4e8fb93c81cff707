"""Tables of the RAG family: a knowledge base in pieces, and questions that follow from facts.

The family is in the manner of OmniBench-RAG (arXiv 2508.05650): questions are derived from triples
(subject, predicate, object) by rules, and are answered with and without retrieved context.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import pyarrow as pa

from .retrieval import CORPUS, QRELS, QUERIES, STRING, STRINGS, extend
from .tables import Column, Table

DOMAINS = (
    "culture", "geography", "health", "history", "mathematics", "nature", "people", "society",
    "technology",
)  # fmt: skip
"""The knowledge domains of OmniBench-RAG; a release may have others."""
REASONINGS = ("composite", "inverse", "negation", "transitive")
"""Rules that questions come from."""
YES, NO = "yes", "no"
PARAGRAPH = "paragraph"
CHUNK = "chunk"
KINDS = (PARAGRAPH, CHUNK)
"""Documents: paragraphs on what questions are about, and pieces of the knowledge base."""

_INT32 = pa.int32()
_TRIPLES = pa.list_(pa.field("item", pa.list_(pa.field("item", STRING, nullable=False))))
_SPACE = re.compile(r"\s+")

RAG_CORPUS = extend(
    CORPUS,
    Column("kind", STRING, "paragraph or chunk.", nullable=False),
    Column("domain", STRINGS, "Domains of the document; empty if unknown.", nullable=False),
    Column("pool", STRING, "The first domain; unknown without one.", nullable=False),
    Column("entities", STRINGS, "What a paragraph describes, by name.", nullable=False),
    Column("source_file", STRING, "File that it is from, below the folder given.", nullable=False),
    Column("source_page", _INT32, "Page of a PDF, from 1, that it begins on."),
    Column("piece", _INT32, "Number of the chunk in its file, from 0."),
    Column("start", pa.int64(), "First character in the file's extracted text, from 0."),
    Column("end", pa.int64(), "Character behind the last one."),
    Column("tokens", _INT32, "Tokens that chunks are measured in.", nullable=False),
)
RAG_QUESTIONS = Table(
    "questions",
    (
        Column("_id", STRING, "Identifier of the question; its query's too.", nullable=False),
        Column("question", STRING, "The question.", nullable=False),
        Column("answer", STRING, "yes or no.", nullable=False),
        Column("domain", STRINGS, "Domains; the first one counts.", nullable=False),
        Column("pool", STRING, "The first domain.", nullable=False),
        Column("reasoning", STRING, "composite, inverse, negation, transitive.", nullable=False),
        Column("template", STRING, "Name of the template; null if the source wrote it."),
        Column("subject", STRING, "Subject of the fact that is asked for.", nullable=False),
        Column("predicate", STRING, "Its predicate.", nullable=False),
        Column("object", STRING, "Its object.", nullable=False),
        Column("evidence", _TRIPLES, "Triples that the answer follows from.", nullable=False),
        Column("gold", STRINGS, "Paragraphs on its entities, by id.", nullable=False),
        Column("copies", _INT32, "Records of the source that are this question.", nullable=False),
        Column("source_file", STRING, "File that it is from, below the folder given."),
        Column("source_line", pa.int64(), "Record in it, from 1."),
    ),
    ("_id",),
    "Every question with its answer, and the facts that prove it.",
)
RAG_QUERIES = extend(
    QUERIES,
    Column("domain", STRINGS, "Domains; the first one counts.", nullable=False),
    Column("pool", STRING, "The first domain.", nullable=False),
    Column("reasoning", STRING, "Rule that the question comes from.", nullable=False),
    Column("answer", STRING, "yes or no.", nullable=False),
)
RAG_QRELS = extend(QRELS, Column("partition", STRING, "Reasoning of the question.", nullable=False))


def question_id(domain: str, question: str) -> str:
    """Identifier of a question: its domain, and a digest of its words."""
    return f"{domain}-{_digest(question.casefold())}"


def document_id(kind: str, domain: str, text: str, place: str = "") -> str:
    """Identifier of a document: kind, domain, and a digest of its text, and of its place if any."""
    return f"{kind}-{domain}-{_digest(f'{place} {text}')}"


def _digest(text: str) -> str:
    folded = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:16]
