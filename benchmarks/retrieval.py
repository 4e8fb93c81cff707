"""Retrieval over documents with a title and a text, in the terms of BEIR."""

from __future__ import annotations

from dataclasses import replace

from .task import Task

RETRIEVAL = Task(
    name="retrieval",
    description="For a query, rank the documents; a document with the query's id is left out.",
    query_views={"TEXT": ("text",)},
    corpus_views={"TITLE": ("title",), "TEXT": ("text",), "TT": ("title", "text")},
    query_view="TEXT",
    corpus_view="TT",
    partition_column="partition",
    partitions=(),
    measures=("nDCG@10", "nDCG@100", "Recall@100", "AP@100", "RR"),
    primary="nDCG@10",
    drop_self=True,
)
RETRIEVAL_WITH_SELF = replace(
    RETRIEVAL,
    name="retrieval_with_self",
    description="The same where ids of queries and documents have nothing to do with each other.",
    drop_self=False,
)
