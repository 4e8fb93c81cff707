"""How MTEB is run: offline, without its cache of results, its figures under our names."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

MARKS = [
    pytest.mark.mteb,
    pytest.mark.skipif(
        importlib.util.find_spec("mteb") is None, reason="the package mteb is not installed"
    ),
    # MTEB and what it imports warn about each other.
    pytest.mark.filterwarnings("default"),
    pytest.mark.usefixtures("own_datasets_cache"),
]
NAMES = {
    "nDCG@10": "ndcg_at_10",
    "nDCG@100": "ndcg_at_100",
    "AP@100": "map_at_100",
    "Recall@10": "recall_at_10",
    "Recall@100": "recall_at_100",
    "P@10": "precision_at_10",
    "RR@10": "mrr_at_10",
}
ROUNDING = 5.01e-6
"""MTEB rounds its means to five places."""


def scores_by_subset(model: Any, task: Any) -> dict[str, dict[str, float]]:
    """What MTEB gives for a model on each subset of a task's only split."""
    import mteb

    result = mteb.evaluate(model, task, cache=None, co2_tracker=False, show_progress_bar=False)
    ((_, found),) = result.task_results[0].scores.items()
    return {
        scores["hf_subset"]: {measure: scores[name] for measure, name in NAMES.items()}
        for scores in found
    }
