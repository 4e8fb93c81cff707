"""Runs and judgements as nested dictionaries, as pytrec_eval, ir-measures, ranx and MTEB take them.

A run is query → document → score, judgements are query → document → grade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ...schemas.errors import DataError
from ..qrels import Qrels
from ..run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping


def run_to_dict(run: Run) -> dict[str, dict[str, float]]:
    """Query → document → score, documents in rank order.

    A query without a document has an empty dictionary, so that tools which average over the queries
    of the run count it as 0. Scores are the run's float32 values.
    """
    documents = run.doc_ids.to_pylist()
    found: dict[str, dict[str, float]] = {}
    for query, docs, scores in zip(run.query_ids.to_pylist(), run.docs, run.scores, strict=True):
        hit = docs >= 0
        named = [documents[at] for at in docs[hit].tolist()]
        found[query] = dict(zip(named, scores[hit].tolist(), strict=True))
    return found


def run_from_dict(ranked: Mapping[str, Mapping[str, float]], name: str = "run") -> Run:
    """Rank query → document → score; queries without a document stay.

    Scores become float32; ties go to the higher id, as in trec_eval.

    Raises:
        DataError: a score is no finite number.
    """
    queries = pa.array(sorted(ranked), pa.large_string())
    documents = pa.array(
        sorted({document for found in ranked.values() for document in found}), pa.large_string()
    )
    place = {document: at for at, document in enumerate(documents.to_pylist())}
    depth = max((len(found) for found in ranked.values()), default=0)
    docs = np.full((len(ranked), depth), -1, np.int32)
    scores = np.zeros((len(ranked), depth), np.float64)
    for row, query in enumerate(queries.to_pylist()):
        found = ranked[query]
        docs[row, : len(found)] = [place[document] for document in found]
        try:
            scores[row, : len(found)] = list(found.values())
        except (TypeError, ValueError) as error:
            raise DataError(
                f"run {name!r}: a score is no number", found=f"query {query}: {error}"
            ) from None
    return Run.from_topk(queries, documents, docs, scores, name)


def qrels_to_dict(qrels: Qrels) -> dict[str, dict[str, int]]:
    """Query → document → grade."""
    documents = qrels.doc_ids.to_pylist()
    found: dict[str, dict[str, int]] = {}
    for row, query in enumerate(qrels.query_ids.to_pylist()):
        mine = slice(int(qrels.starts[row]), int(qrels.starts[row + 1]))
        named = [documents[at] for at in qrels.docs[mine].tolist()]
        found[query] = dict(zip(named, qrels.grades[mine].tolist(), strict=True))
    return found


def qrels_from_dict(judged: Mapping[str, Mapping[str, int]]) -> Qrels:
    """Judgements from query → document → grade.

    Raises:
        DataError: a grade is no 32-bit integer.
    """
    return Qrels.from_dict(judged)
