"""Tables that every retrieval benchmark shares, in the names MTEB and BEIR read.

A family adds its own columns behind these; the names and types here never change.
"""

from __future__ import annotations

import pyarrow as pa

from .tables import Column, Table

STRING = pa.string()
STRINGS = pa.list_(pa.field("item", pa.string(), nullable=False))

CORPUS = Table(
    "corpus",
    (
        Column("_id", STRING, "Identifier of the document, stable over versions.", nullable=False),
        Column("title", STRING, "Title of the document; empty if it has none.", nullable=False),
        Column("text", STRING, "Text of the document; empty if it has none.", nullable=False),
    ),
    ("_id",),
    "The documents that are ranked.",
)
QUERIES = Table(
    "queries",
    (
        Column("_id", STRING, "Identifier of the query, stable over versions.", nullable=False),
        Column("text", STRING, "Text of the query.", nullable=False),
    ),
    ("_id",),
    "The queries that the documents are ranked for.",
)
QRELS = Table(
    "qrels",
    (
        Column("query-id", STRING, "Identifier of the query.", nullable=False),
        Column("corpus-id", STRING, "Identifier of the document.", nullable=False),
        Column("score", pa.int32(), "Grade of relevance; above 0 is relevant.", nullable=False),
    ),
    ("query-id", "corpus-id"),
    "Judged pairs of query and document.",
)


def extend(base: Table, *columns: Column) -> Table:
    """The base table with a family's own columns behind it."""
    return Table(base.name, base.columns + columns, base.key, base.description)
