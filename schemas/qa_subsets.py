"""Subsets of a domain QA release: one for each ranking that a retrieval task makes.

================================  ==============================================================
``answers-agriculture-en``        questions and options of one pool
``passages-en-hi``                English questions, the passages in Hindi
``sentences``                     all questions, the sentences of every language
``sentences-en-hi``               the same ranking for English questions, only the Hindi sentence
                                  that holds the answer is relevant
================================  ==============================================================

Titles are left out: those of a translated set are often the original's, by which a question of the
other language would find its passage.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from .qa import ANSWERS, PASSAGES, RETRIEVAL_TASKS, SENTENCES
from .subsets import RELEVANT, Subset, can_name, relevant_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .subsets import Filter, Reader


def qa_subsets(read: Reader) -> list[Subset]:
    """The subsets that have relevant pairs; pools whose name cannot name a config are left out.

    Args:
        read: reads the tables of one split.
    """
    pairs = relevant_pairs(read)
    by_task = {task: _only(pairs, "task", task) for task in RETRIEVAL_TASKS}
    found = [*_answers(by_task[ANSWERS], read), *_passages(by_task[PASSAGES])]
    if len(by_task[SENTENCES]):
        kind = _kind(SENTENCES)
        found.append(Subset(SENTENCES, corpus=kind, qrels=_pairs(SENTENCES)))
        found += [
            Subset(f"{SENTENCES}-{label}", kind, queries, _pairs(SENTENCES, label))
            for label, queries, _ in _directions(by_task[SENTENCES])
        ]
    return [replace(subset, titled=False) for subset in found if can_name(subset.name)]


def _answers(pairs: Any, read: Reader) -> Iterator[Subset]:
    queries = read("queries", ("_id", "pool"))
    asked = pc.call_function(
        "is_in", [queries.column("_id")], pc.SetLookupOptions(value_set=pairs.column("query-id"))
    )
    # The pairs need no filter of their own: `datasets` cannot see a query's pool in them, and a
    # pair whose query is not among the queries of the subset is not used.
    for pool in sorted(queries.column("pool").filter(asked).unique().to_pylist()):
        own: Filter = ("pool", "==", pool)
        name = f"{ANSWERS}-{pool.replace('/', '-')}"
        yield Subset(name, (*_kind(ANSWERS), own), (own,), _pairs(ANSWERS))


def _passages(pairs: Any) -> Iterator[Subset]:
    for label, queries, documents in _directions(pairs):
        corpus = (*_kind(PASSAGES), *documents)
        yield Subset(f"{PASSAGES}-{label}", corpus, queries, _pairs(PASSAGES, label))


def _directions(pairs: Any) -> Iterator[tuple[str, tuple[Filter, ...], tuple[Filter, ...]]]:
    """Label, filters of queries and filters of documents of each pair of languages."""
    for label in sorted(pairs.column("partition").unique().to_pylist()):
        asked, _, answered = label.partition("-")
        yield label, (("language", "==", asked),), (("language", "==", answered),)


def _kind(task: str) -> tuple[Filter, ...]:
    return (("kind", "==", RETRIEVAL_TASKS[task]),)


def _pairs(task: str, label: str | None = None) -> tuple[Filter, ...]:
    named: tuple[Filter, ...] = (RELEVANT, ("task", "==", task))
    return named if label is None else (*named, ("partition", "==", label))


def _only(table: Any, column: str, value: str) -> Any:
    return table.filter(pc.call_function("equal", [table.column(column), value]))
