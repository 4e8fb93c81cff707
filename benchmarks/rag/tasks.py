"""Retrieval on questions from facts: the paragraphs on what a question is about."""

from __future__ import annotations

from dataclasses import replace

from ...schemas.rag import PARAGRAPH, REASONINGS
from ..task import Pools, Task

PARAGRAPHS = Task(
    name="paragraphs",
    description="For a question, rank all documents; the paragraphs on its entities are relevant.",
    query_views={"QUESTION": ("text",)},
    corpus_views={"TEXT": ("text",), "TT": ("title", "text")},
    query_view="QUESTION",
    corpus_view="TEXT",
    partition_column="partition",
    partitions=REASONINGS,
    measures=("nDCG@10", "Recall@10", "RR", "Success@1"),
    primary="nDCG@10",
    drop_self=False,
    same_column=("pool", 10),
)
"""Pieces of the knowledge base are ranked too, and none of them is known to be relevant.

The share of the first ten documents that are of the question's domain is reported beside.
"""

PARAGRAPHS_IN_DOMAIN = replace(
    PARAGRAPHS,
    name="paragraphs_in_domain",
    description="For a question, rank the documents of its domain.",
    pools=Pools("pool"),
    same_column=None,
)
"""OmniBench-RAG (arXiv 2508.05650) has a knowledge base for each domain, and searches that."""

PARAGRAPHS_ONLY = replace(
    PARAGRAPHS,
    name="paragraphs_only",
    description="For a question, rank the paragraphs of all domains, and no piece of other texts.",
    documents={"kind": (PARAGRAPH,)},
)

TASKS = (PARAGRAPHS, PARAGRAPHS_IN_DOMAIN, PARAGRAPHS_ONLY)
