"""Tables of conversational SEO: documents in contexts, their rewritings, who adopts these.

The protocol is that of C-SEO Bench (Puerto et al. 2025): a query is answered from a context of
documents, some of whose authors, the adopters, have rewritten theirs by a method.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import pyarrow as pa

from .retrieval import CORPUS, QRELS, QUERIES, STRING, STRINGS, extend
from .tables import Column, Table

RECOMMENDATION = "product_recommendation"
ANSWERING = "question_answering"
TASKS = (RECOMMENDATION, ANSWERING)
DOMAIN_TASKS = {
    "retail": RECOMMENDATION,
    "videogames": RECOMMENDATION,
    "books": RECOMMENDATION,
    "web": ANSWERING,
    "news": ANSWERING,
    "debate": ANSWERING,
}
"""The domains of C-SEO Bench and what is asked in them."""

POSITION = "position"
TOP = "top"
MIXED = "mixed"
"""Names that stand for no rewriting in ``episodes.method``: adopters move, or each has its own."""

RECORDED_METHODS = {
    "Authoritative": "authoritative",
    "Statistics": "statistics",
    "Citations": "citations",
    "Fluency": "fluency",
    "UniqueWords": "unique_words",
    "TechnicalTerms": "technical_terms",
    "SimpleLanguage": "simple_language",
    "Quotes": "quotes",
    "LLMstxt": "llms_txt",
    "LLMGuidance": "llms_txt",
    "ContentImprovement": "content_improvement",
}
"""The methods of C-SEO Bench, as its files and as our tables name them."""

_INT32 = pa.int32()
_SPACE = re.compile(r"\s+")

CSEO_CORPUS = extend(
    CORPUS,
    Column("domain", STRINGS, "The one domain of the document.", nullable=False),
    Column("pool", STRING, "The domain: documents of one are ranked together.", nullable=False),
    Column("source_id", STRING, "Identifier that the source gives."),
)
CSEO_QUERIES = extend(
    QUERIES,
    Column("domain", STRINGS, "The one domain of the query.", nullable=False),
    Column("pool", STRING, "The domain: whose documents the query is asked of.", nullable=False),
    Column("task", STRING, "product_recommendation or question_answering.", nullable=False),
    Column("source_id", STRING, "Identifier that the source gives."),
    Column("targets", STRINGS, "Documents that the source has rewritten, by id.", nullable=False),
)
CSEO_QRELS = extend(
    QRELS, Column("partition", STRING, "Domain of query and document.", nullable=False)
)
CONTEXTS = Table(
    "contexts",
    (
        Column("query_id", STRING, "Identifier of the query.", nullable=False),
        Column("corpus_id", STRING, "Identifier of the document.", nullable=False),
        Column("position", _INT32, "Place of the document in the context, from 1.", nullable=False),
    ),
    ("query_id", "corpus_id"),
    "What an engine is given to answer a query from, in its order.",
)
VARIANTS = Table(
    "variants",
    (
        Column("corpus_id", STRING, "Identifier of the document.", nullable=False),
        Column("method", STRING, "Name of the method that rewrote it.", nullable=False),
        Column(
            "query_id", STRING, "Query the method has seen; empty if it sees none.", nullable=False
        ),
        Column("title", STRING, "Title after rewriting; empty if it has none.", nullable=False),
        Column("text", STRING, "Text after rewriting.", nullable=False),
        Column("parameters", STRING, "Of the method, as a JSON object.", nullable=False),
        Column("model", STRING, "Language model that wrote it; null if a rule did, or unknown."),
        Column(
            "may_invent", pa.bool_(), "Whether the method may add what is not so.", nullable=False
        ),
        Column(
            "edit_distance",
            _INT32,
            "Words put in, taken out or exchanged (Levenshtein), title included.",
            nullable=False,
        ),
        Column(
            "edit_share",
            pa.float64(),
            "edit_distance by the words of the longer version; null if neither has one.",
        ),
    ),
    ("corpus_id", "method", "query_id"),
    "Documents as methods rewrote them.",
)
EPISODES = Table(
    "episodes",
    (
        Column("_id", STRING, "Identifier of the episode.", nullable=False),
        Column("query_id", STRING, "Identifier of the query.", nullable=False),
        Column(
            "method",
            STRING,
            "Of all adopters; mixed if each has its own; position:P or top if they only move.",
            nullable=False,
        ),
        Column("adopters", STRINGS, "Documents whose authors adopt, by context.", nullable=False),
        Column("methods", STRINGS, "Method of each adopter, in their order.", nullable=False),
        Column("adoption", _INT32, "Number of adopters.", nullable=False),
        Column("rate", pa.float64(), "Adopters by documents of the context.", nullable=False),
        Column("seed", pa.int64(), "Seed that the adopters were drawn with.", nullable=False),
    ),
    ("_id",),
    "Who rewrites in one answering of a query.",
)


def document_id(domain: str, title: str, text: str) -> str:
    """Identifier of a document: its domain, and a digest of what it says."""
    return f"{domain}-{_digest(shown_text(title, text))}"


def query_id(domain: str, text: str) -> str:
    """Identifier of a query: its domain, and a digest of what it asks."""
    return f"{domain}-q-{_digest(text)}"


def episode_id(query: str, method: str, adoption: int, draw: int = 0) -> str:
    """Identifier of an episode; those of one query and method sort by their number of adopters."""
    return f"{query}/{method}/{adoption:03}" + (f"/{draw}" if draw else "")


def shown_text(title: str, text: str) -> str:
    """A document as engines and methods see it: its title, if it has one, above its text."""
    return f"{title}\n{text}" if title else text


def _digest(text: str) -> str:
    folded = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:16]
