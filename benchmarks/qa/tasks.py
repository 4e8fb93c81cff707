"""Retrieval on questions: their answers, passages and sentences, and choosing by what is found."""

from __future__ import annotations

from ...schemas.qa import ANSWERS, KNOWLEDGE, OPTION, PASSAGE, PASSAGES, SENTENCE, SENTENCES
from ..task import Pools, Task

_QUESTION = {"QUESTION": ("text",)}
_TEXT = {"TEXT": ("text",), "TT": ("title", "text")}
SAME, OTHER = "same", "other"
"""Partitions of the pairs in one language, and of those in two."""


def is_same_language(label: str) -> bool:
    """Whether ``en-en`` or such names one language twice."""
    half = len(label) // 2
    return label == f"{label[:half]}-{label[:half]}"


def is_other_language(label: str) -> bool:
    """Whether ``en-hi`` or such names two languages."""
    return not is_same_language(label)


ANSWER_RETRIEVAL = Task(
    name=ANSWERS,
    description="For a question, rank all options of its domain and language.",
    query_views=_QUESTION,
    corpus_views={"TEXT": ("text",)},
    query_view="QUESTION",
    corpus_view="TEXT",
    partition_column="partition",
    partitions=(),
    measures=("nDCG@10", "Recall@10", "Recall@100", "Success@1", "RR"),
    primary="nDCG@10",
    drop_self=False,
    documents={"kind": (OPTION,)},
    pairs={"task": (ANSWERS,)},
    pools=Pools("pool"),
)
"""Answer retrieval as in ReQA (Ahmad et al. 2019), among the options of one main domain."""

PASSAGE_RETRIEVAL = Task(
    name=PASSAGES,
    description="For a question, rank the passages of one language; each pair of languages apart.",
    query_views=_QUESTION,
    corpus_views=_TEXT,
    query_view="QUESTION",
    # Titles stay out unless asked for: translated sets often keep the original's, by which a
    # question of the other language would find its passage.
    corpus_view="TEXT",
    partition_column="partition",
    partitions=(),
    measures=("nDCG@10", "Recall@10", "RR", "Success@1"),
    primary="nDCG@10",
    drop_self=False,
    documents={"kind": (PASSAGE,)},
    pairs={"task": (PASSAGES,)},
    pools=Pools("language", across=True),
)

SENTENCE_RETRIEVAL = Task(
    name=SENTENCES,
    description="For a question, rank the sentences of all languages together.",
    query_views=_QUESTION,
    corpus_views=_TEXT,
    query_view="QUESTION",
    corpus_view="TEXT",
    partition_column="partition",
    partitions=(),
    measures=("AP", "nDCG@10", "Recall@10", "Rprec"),
    primary="AP",
    drop_self=False,
    gap=(SAME, OTHER),
    documents={"kind": (SENTENCE,)},
    pairs={"task": (SENTENCES,)},
    unions={SAME: is_same_language, OTHER: is_other_language},
    same_column=("language", 10),
)
"""LAReQA (Roy et al. 2020, arXiv 2004.05484): an answer counts in whatever language it is written.

Mean average precision has no cutoff, so it sees as far as documents are ranked. A system that
prefers the question's language has a gap between the partitions ``same`` and ``other``, and fills
its first ten ranks with that language.
"""

CHOICES = Task(
    name="choices",
    description="Choose the option that, with the question, finds the best knowledge text.",
    query_views={"QUESTION_OPTION": ("question", "option")},
    corpus_views=_TEXT,
    query_view="QUESTION_OPTION",
    corpus_view="TT",
    partition_column="partition",
    partitions=(),
    measures=("Accuracy", "Answered", "Chance"),
    primary="Accuracy",
    drop_self=False,
    documents={"kind": (KNOWLEDGE, PASSAGE)},
    pairs={"task": (ANSWERS,)},
    chooses=True,
    depth=10,
)
"""The IR solver (Clark et al. 2016; a baseline of ARC, arXiv 1803.05457).

Only the first document of an option counts; fusing and re-ranking look at some more.
"""

CHOICES_WITHOUT_CORPUS = Task(
    name="choices_without_corpus",
    description="Choose the option that ranks first for the question among all of its pool.",
    query_views=_QUESTION,
    corpus_views={"OPTION": ("option",)},
    query_view="QUESTION",
    corpus_view="OPTION",
    partition_column="partition",
    partitions=(),
    measures=("Accuracy", "Answered", "Chance"),
    primary="Accuracy",
    drop_self=False,
    pairs={"task": (ANSWERS,)},
    pools=Pools("pool"),
    chooses=True,
    depth=1_000,
)
"""What a system knows of an option without any other text: a weak baseline.

An option that is not among the first of its pool for the question counts as not found.
"""

TASKS = (
    ANSWER_RETRIEVAL,
    PASSAGE_RETRIEVAL,
    SENTENCE_RETRIEVAL,
    CHOICES,
    CHOICES_WITHOUT_CORPUS,
)
