"""Retrieval on code: functions for requirements, their context, docstrings for functions."""

from __future__ import annotations

from dataclasses import replace

from ...schemas.code import CONTEXT, DEPENDENCY_KINDS, DESCRIPTION, REQUIREMENT, RETRIEVAL_TASKS
from ..task import Pools, Task

_QUERY_VIEWS = {"TEXT": ("text",), "TEXT_SIGNATURE": ("text", "signature")}
# A title is the dotted name of what is looked for, which a requirement does not know.
_CORPUS_VIEWS = {"TEXT": ("text",), "TT": ("title", "text")}
_IN_REPOSITORY = Pools("repository")

REQUIREMENT_RETRIEVAL = Task(
    name=REQUIREMENT,
    description="For a requirement, rank the functions of all repositories.",
    query_views=_QUERY_VIEWS,
    corpus_views=_CORPUS_VIEWS,
    query_view="TEXT",
    corpus_view="TEXT",
    partition_column="partition",
    partitions=(),
    measures=("nDCG@10", "Recall@10", "RR", "Success@1"),
    primary="nDCG@10",
    drop_self=False,
    documents={"kind": RETRIEVAL_TASKS[REQUIREMENT]},
    pairs={"task": (REQUIREMENT,)},
)
"""Code search as in CodeSearchNet (Husain et al. 2019), on functions that a model cannot know yet.

Functions stand in the corpus without their docstrings, of which requirements are made.
"""

REQUIREMENT_IN_REPOSITORY = replace(
    REQUIREMENT_RETRIEVAL,
    name="requirement_in_repository",
    description="For a requirement, rank the functions of its repository.",
    pools=_IN_REPOSITORY,
)

CONTEXT_RETRIEVAL = Task(
    name=CONTEXT,
    description="For a requirement and a signature, rank what the function uses of its repository.",
    query_views=_QUERY_VIEWS,
    corpus_views=_CORPUS_VIEWS,
    query_view="TEXT_SIGNATURE",
    corpus_view="TEXT",
    partition_column="partition",
    partitions=DEPENDENCY_KINDS,
    measures=("nDCG@10", "Recall@10", "Recall@100", "RR", "Success@1"),
    primary="nDCG@10",
    # A query has the id of its own function, which the corpus holds as it was written.
    drop_self=True,
    documents={"kind": RETRIEVAL_TASKS[CONTEXT]},
    pairs={"task": (CONTEXT,)},
    pools=_IN_REPOSITORY,
)
"""What a model should be shown before it writes the function; partitions are where it is."""

DESCRIPTION_RETRIEVAL = replace(
    REQUIREMENT_RETRIEVAL,
    name=DESCRIPTION,
    description="For a function, rank the docstrings of all repositories.",
    documents={"kind": RETRIEVAL_TASKS[DESCRIPTION]},
    pairs={"task": (DESCRIPTION,)},
)

DESCRIPTION_IN_REPOSITORY = replace(
    DESCRIPTION_RETRIEVAL,
    name="description_in_repository",
    description="For a function, rank the docstrings of its repository.",
    pools=_IN_REPOSITORY,
)

TASKS = (
    REQUIREMENT_RETRIEVAL,
    REQUIREMENT_IN_REPOSITORY,
    CONTEXT_RETRIEVAL,
    DESCRIPTION_RETRIEVAL,
    DESCRIPTION_IN_REPOSITORY,
)
