"""Answering by retrieval: the option that a system finds most for is the answer.

With a corpus this is the IR solver (Clark et al. 2016; a baseline of ARC, arXiv 1803.05457): the
query is the question with one of its options, and an option is worth the score of the best document
that is found for it. Without one, the options of a pool are the documents, and an option is worth
its score for the question alone.

Equal best options share the credit, 1/m for the right one among m, as ARC gives it. A question for
which nothing is found has no answer: an outcome of its own (``Answered``), which counts 0. Chance
level is the mean of 1 / number of options.

Scores are compared between queries as they are. A system that scores longer queries higher prefers
longer options, and a fused score tells at which ranks a document stood, hardly how well it fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...retrieval.identifiers import as_ids, locate
from ...retrieval.texts import Texts
from ...schemas.errors import DataError, UsageError
from ...schemas.qa import pool_name
from ..data import Documents, choice_identity, is_among
from ..experiment import Outcome
from ..pools import Making, Pool, rank_pools
from ..ranking import ranking_depth, runs_folder
from ..results import ALL
from ..scoring import per_query, query_labels
from ..task import columns_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ...retrieval.measures import PerQuery
    from ...retrieval.qrels import Qrels
    from ...retrieval.run import Run
    from ...retrieval.system import System
    from ...schemas.release import Release
    from ..experiment import Setting

MEASURES = ("Accuracy", "Answered", "Chance")
_BLOCK = 1 << 24
"""Ranks that are searched for a question's options at a time."""


class Questions:
    """The questions of a split that have options and an answer, by id.

    Raises:
        UsageError: the release has no such split.
        DataError: there is none.
    """

    def __init__(self, release: Release, split: str) -> None:
        columns = ["_id", "question", "options", "answer", "domain", "language"]
        rows = release.table("questions", split, columns)
        counts = pc.call_function("list_value_length", [rows.column("options")])
        known = pc.call_function("is_valid", [rows.column("answer")])
        chosen = pc.call_function("and", [pc.call_function("greater", [counts, 0]), known])
        rows = rows.filter(chosen)
        if not len(rows):
            raise DataError("the release has no question with options", place=release.path)
        self.ids = as_ids(rows.column("_id"))
        """``pyarrow.LargeStringArray`` (n), ascending."""
        self.texts: list[str] = rows.column("question").to_pylist()
        self.options: list[list[str]] = rows.column("options").to_pylist()
        self.answers = np.array(rows.column("answer").to_pylist(), np.int64)
        labels = zip(
            rows.column("domain").to_pylist(), rows.column("language").to_pylist(), strict=True
        )
        self.pools = [pool_name(domains, language) for domains, language in labels]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(n) numbers of options."""
        return np.array([len(options) for options in self.options], np.int64)

    @cached_property
    def bounds(self) -> NDArray[np.int64]:
        """(n + 1): ``bounds[i]:bounds[i + 1]`` are question i's among all options in order."""
        return np.concatenate([[0], np.cumsum(self.counts)])


@dataclass(frozen=True)
class _Part:
    """A ranking that options are looked for in."""

    pool: Pool
    options: NDArray[np.int64]
    """(m) options that it scores, as places among all options."""
    queries: NDArray[np.int64]
    """(m) places among the pool's queries."""
    documents: NDArray[np.int64] | None
    """(m) places among the pool's documents; None where the best document counts."""


class ChoiceExperiment:
    """Choosing one of each question's options.

    Raises:
        UsageError: a view, a measure or the split is unknown, or k is below 1.
        DataError: the release has no question with options, or no knowledge to look in.
    """

    lost = 0

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        for name in setting.measures:
            if name not in MEASURES:
                raise UsageError.from_unknown_name("measure of choices:", name, MEASURES)
        self.measures: list[Any] = list(dict.fromkeys(setting.measures))
        self.depth = ranking_depth(setting.k, (), setting.task.depth)
        columns_of(setting.task.query_views, setting.views[0])
        columns_of(setting.task.corpus_views, setting.views[1])
        self._questions = Questions(setting.release, setting.split)
        self.queries = len(self._questions.ids)
        self.parts: dict[str, Qrels | None] = {ALL: None}
        self._columns, self._searched = self._rankings()
        self.documents = sum(len(part.pool.doc_ids) for part in self._searched)

    def _rankings(self) -> tuple[tuple[str, ...], list[_Part]]:
        """Columns of the documents that are read, and the rankings."""
        if self._setting.task.pools is not None:
            return ("options",), _among_options(self._questions)
        documents = Documents(self._setting.release, self._setting.task)
        view = self._setting.views[1]
        part = _in_corpus(self._questions, documents, view)
        return documents.columns(view), [part]

    def labels(self, by: Sequence[str]) -> dict[str, dict[str, set[str]]]:
        """Column → label → ids of the questions that have it."""
        s = self._setting
        known = s.release.head("queries", 1).column_names
        for column in by:
            if column not in known:
                raise UsageError.from_unknown_name("column of queries", column, known)
        rows = s.release.table("queries", s.split, list(dict.fromkeys(["_id", *by])))
        return query_labels(rows.filter(is_among(rows.column("_id"), self._questions.ids)), by)

    def run(self, systems: Mapping[str, System]) -> dict[str, Outcome]:
        """Let each system choose."""
        s = self._setting
        folder = runs_folder(s.output)
        making = Making(
            identity=choice_identity(s.release, s.task, s.split, self._columns),
            own={},
            # What is ranked of every pool for every question would be too much to keep.
            folder=folder if s.task.pools is None else None,
            recompute=s.recompute,
            progress=s.progress,
        )

        def take(place: int, run: Run) -> NDArray[np.float64]:
            return _option_scores(self._searched[place], run)

        pools = [part.pool for part in self._searched]
        ranked = rank_pools(pools, systems, self.depth, making, take)
        return {spec: Outcome(self._score(taken), cost) for spec, (taken, cost) in ranked.items()}

    def _score(self, taken: Sequence[NDArray[np.float64]]) -> dict[str, PerQuery]:
        scores = np.full(int(self._questions.bounds[-1]), np.nan)
        for part, values in zip(self._searched, taken, strict=True):
            scores[part.options] = values
        figures = outcomes(scores, self._questions.bounds, self._questions.answers)
        return {
            ALL: per_query(self._questions.ids, {name: figures[name] for name in self.measures})
        }


def _in_corpus(questions: Questions, documents: Documents, view: str) -> _Part:
    """Every option with its question as a query."""
    texts = [
        f"{text}\n{option}"
        for text, options in zip(questions.texts, questions.options, strict=True)
        for option in options
    ]
    places = np.arange(len(texts))
    asked = Texts(_numbered(len(texts)), pa.array(texts, pa.large_string()))
    pool = Pool(None, documents.ids, asked, lambda: documents.texts(view))
    return _Part(pool, places, places, None)


def _among_options(questions: Questions) -> list[_Part]:
    """Every question as a query for the distinct options of its pool."""
    members: dict[str, list[int]] = {}
    for row, pool in enumerate(questions.pools):
        members.setdefault(pool, []).append(row)
    found: list[_Part] = []
    for name, rows in sorted(members.items()):
        distinct = sorted({option for row in rows for option in questions.options[row]})
        places = {text: place for place, text in enumerate(distinct)}
        documents = Texts(_numbered(len(distinct)), pa.array(distinct, pa.large_string()))
        texts = pa.array([questions.texts[row] for row in rows], pa.large_string())
        asked = Texts(questions.ids.take(pa.array(rows)), texts)

        def load(documents: Texts = documents) -> Texts:
            return documents

        bounds = questions.bounds
        found.append(
            _Part(
                pool=Pool(name, documents.ids, asked, load),
                options=np.concatenate([np.arange(bounds[r], bounds[r + 1]) for r in rows]),
                queries=np.repeat(np.arange(len(rows)), questions.counts[rows]),
                documents=np.array([places[o] for r in rows for o in questions.options[r]]),
            )
        )
    return found


def _numbered(count: int) -> Any:
    """Ids of things that have none, ascending."""
    return pa.array([f"{place:010d}" for place in range(count)], pa.large_string())


def _option_scores(part: _Part, run: Run) -> NDArray[np.float64]:
    """(m) scores of the options that a ranking is about; NaN where one is not found."""
    # A kept ranking leaves out queries for which nothing is found.
    rows = locate(run.query_ids, part.pool.queries.ids)[part.queries]
    scores = np.full(len(rows), np.nan)
    if not len(run):
        return scores
    step = max(1, _BLOCK // max(1, run.depth))
    for first in range(0, len(rows), step):
        block = slice(first, first + step)
        row = rows[block]
        if part.documents is None:
            hit = run.docs[row, :1] >= 0
        else:
            hit = run.docs[row] == part.documents[block][:, None]
        found = hit.any(axis=1) & (row >= 0)
        at = hit[found].argmax(axis=1)
        scores[first + np.flatnonzero(found)] = run.scores[row[found], at]
    return scores


def outcomes(
    scores: NDArray[np.float64], bounds: NDArray[np.int64], answers: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """What becomes of each question.

    Args:
        scores: (options of all questions) NaN for one that nothing is found for.
        bounds: (n + 1): ``scores[bounds[i]:bounds[i + 1]]`` are question i's, one or more.
        answers: (n) places of the right options among their question's.

    Returns:
        ``Accuracy``, ``Answered`` and ``Chance``, (n) each.
    """
    starts = bounds[:-1]
    counts = np.diff(bounds)
    values = np.where(np.isnan(scores), -np.inf, scores)
    best = np.maximum.reduceat(values, starts)
    answered = best > -np.inf
    equal = (values == np.repeat(best, counts)) & ~np.isnan(scores)
    tied = np.add.reduceat(equal.astype(np.int64), starts)
    right = equal[starts + answers]
    return {
        "Accuracy": np.where(answered & right, 1 / np.maximum(tied, 1), 0.0),
        "Answered": answered.astype(np.float64),
        "Chance": 1 / counts,
    }
