"""Retrieval on conversational SEO: a query and the documents that it came with."""

from __future__ import annotations

from ..task import Pools, Task

_VIEWS = {"TT": ("title", "text"), "TEXT": ("text",), "TITLE": ("title",)}

CONTEXT_RETRIEVAL = Task(
    name="context",
    description="For a query, rank the documents of its domain; those of its context are relevant.",
    query_views={"TEXT": ("text",)},
    corpus_views=_VIEWS,
    query_view="TEXT",
    corpus_view="TT",
    partition_column="partition",
    partitions=(),
    measures=("nDCG@10", "Recall@10", "Recall@100", "RR"),
    primary="nDCG@10",
    drop_self=False,
    pools=Pools("pool"),
)
"""The first stage that C-SEO Bench leaves out: its contexts are given, and here they are found."""
TASKS = (CONTEXT_RETRIEVAL,)
