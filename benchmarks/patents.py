"""Prior-art search over patent families, scored in and out of domain, as DAPFAM measures it."""

from __future__ import annotations

from .task import Task

# A corpus row keeps the abstract as ``text``; a query's ``text`` is title and abstract already.
_CORPUS_VIEWS = {
    "T": ("title",),
    "A": ("text",),
    "C": ("claims",),
    "D": ("description",),
    "TA": ("title", "text"),
    "TAC": ("title", "text", "claims"),
    "TACD": ("title", "text", "claims", "description"),
}
_QUERY_VIEWS = {
    view: tuple("abstract" if column == "text" else column for column in columns)
    for view, columns in _CORPUS_VIEWS.items()
} | {"K": ("keywords",)}

RETRIEVAL = Task(
    name="retrieval",
    description="For a patent family, rank the families that cite it or that it cites.",
    query_views=_QUERY_VIEWS,
    corpus_views=_CORPUS_VIEWS,
    query_view="TA",
    corpus_view="TA",
    partition_column="partition",
    partitions=("IN", "OUT"),
    measures=("nDCG@10", "nDCG@100", "Recall@100", "AP@100", "RR"),
    primary="nDCG@100",
    drop_self=True,
    gap=("IN", "OUT"),
)
