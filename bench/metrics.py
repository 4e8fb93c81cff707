"""Measures: time for nDCG@10, nDCG@100, Recall@100, AP@100 and RR, against pytrec_eval and ranx.

    python bench/metrics.py [--queries N] [--depth N] [--rounds N] [--json FILE]

Runs and judgements are drawn with a seed: each query ranks ``depth`` of 45,336 documents, three
quarters of them tied with a neighbour, and has 40 judged, graded 0 to 2. Each engine scores what it
takes (here Arrow and matrices, there dictionaries or its own objects); what it takes to get there
from a table of query, document and score is shown by itself. Figures are compared with those of
pytrec_eval, and must be equal to the last bit.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytrec_eval
import ranx
from harness import alternate, machine, save, table

from domainbench.retrieval.measures import Measure, evaluate
from domainbench.retrieval.qrels import Qrels
from domainbench.retrieval.run import Run

DOCUMENTS = 45_336
JUDGED = 40
MEASURES = ("nDCG@10", "nDCG@100", "Recall@100", "AP@100", "RR")
TREC = ("ndcg_cut_10", "ndcg_cut_100", "recall_100", "map_cut_100", "recip_rank")
RANX = ("ndcg@10", "ndcg@100", "recall@100", "map@100", "mrr")


def draw(queries: int, depth: int) -> tuple[Any, Any]:
    """Tables of a run and of judgements, rows in random order."""
    random = np.random.default_rng(0)
    spread = max(depth, 3_000)
    docs = np.argsort(random.random((queries, spread)), axis=1)[:, :depth]
    docs = (docs + random.integers(0, DOCUMENTS, (queries, 1))) % DOCUMENTS
    scores = random.integers(0, max(1, 2 * depth // 3), (queries, depth)) / 8
    judged = np.argsort(random.random((queries, depth)), axis=1)[:, :JUDGED]
    graded = np.take_along_axis(docs, judged, axis=1)
    grades = random.choice([0, 1, 2], graded.shape, p=[0.4, 0.4, 0.2])

    def long(ids: Any, names: tuple[str, str, str], values: Any) -> Any:
        rows = random.permutation(ids.size)
        owners = np.repeat(np.arange(queries), ids.shape[1])[rows]
        return pa.table(
            {
                names[0]: pa.array([f"q{i:06d}" for i in range(queries)]).take(pa.array(owners)),
                names[1]: pa.array([f"d{i:06d}" for i in range(DOCUMENTS)]).take(
                    pa.array(ids.ravel()[rows])
                ),
                names[2]: pa.array(values.ravel()[rows]),
            }
        )

    return (
        long(docs, ("query_id", "doc_id", "score"), scores),
        long(graded, ("query-id", "corpus-id", "score"), grades),
    )


def nested(rows: Any) -> dict[str, dict[str, Any]]:
    """Query → document → value, as pytrec_eval takes it."""
    found: dict[str, dict[str, Any]] = {}
    for query, document, value in zip(*(c.to_pylist() for c in rows.columns), strict=True):
        found.setdefault(query, {})[document] = value
    return found


def score_ours(run: Run, qrels: Qrels) -> Any:
    """Score with domainbench."""
    return evaluate(run, qrels, [Measure.parse(text) for text in MEASURES])


def score_pytrec_eval(run: Any, qrels: Any) -> Any:
    """Score with pytrec_eval."""
    names = {"ndcg_cut.10,100", "recall.100", "map_cut.100", "recip_rank"}
    return pytrec_eval.RelevanceEvaluator(qrels, names).evaluate(run)


def score_ranx(run: Any, qrels: Any) -> Any:
    """Score with ranx."""
    return ranx.evaluate(qrels, run, list(RANX), return_mean=False)


def timed(call: Any) -> tuple[Any, float]:
    """What a call returns, and its seconds."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def largest_differences(ours: Any, trec: Any, theirs: Any) -> tuple[float, float]:
    """Largest difference of any query's figure from pytrec_eval's: of ours, of ranx's."""
    queries = ours.query_ids.to_pylist()
    wanted = np.array([[trec[query][name] for name in TREC] for query in queries])
    found = np.array([theirs[name] for name in RANX]).T
    ranx_difference = np.abs(found - wanted).max() if found.shape == wanted.shape else np.nan
    return float(np.abs(ours.values - wanted).max()), float(ranx_difference)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=1_247)
    parser.add_argument("--depth", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", help="also write the figures here")
    arguments = parser.parse_args()

    ranked, judged = draw(arguments.queries, arguments.depth)
    (run, qrels), ours_built = timed(lambda: (Run.from_table(ranked), Qrels.from_table(judged)))
    dicts, dicts_built = timed(lambda: (nested(ranked), nested(judged)))
    objects, ranx_built = timed(lambda: (ranx.Run(dicts[0]), ranx.Qrels(dicts[1])))
    ours, first = timed(partial(score_ours, run, qrels))
    cases = {
        "domainbench": partial(score_ours, run, qrels),
        "pytrec_eval": partial(score_pytrec_eval, *dicts),
        "ranx": partial(score_ranx, *objects),
    }
    timings = alternate(cases, rounds=arguments.rounds)
    built = {
        "domainbench": ours_built,
        "pytrec_eval": dicts_built,
        "ranx": dicts_built + ranx_built,
    }
    trec, theirs = score_pytrec_eval(*dicts), score_ranx(*objects)
    own, other = largest_differences(ours, trec, theirs)
    assert own == 0, f"figures differ from those of pytrec_eval by {own:.2g}"
    differences = {"domainbench": own, "pytrec_eval": 0.0, "ranx": other}

    best = timings["domainbench"].median
    rows = [
        [
            name,
            f"{timing} ({timing.median / best:.1f}x)",
            f"{built[name]:.2f}",
            f"{differences[name]:.2g}",
        ]
        for name, timing in timings.items()
    ]
    print(machine("numba", "pytrec_eval-terrier", "ranx"))
    print(f"{arguments.queries} queries, {arguments.depth} documents each")
    header = ["", "score, s", "take the tables, s (once)", "largest difference from trec_eval"]
    print(table(header, rows))
    print(f"\nFirst call of domainbench, compiled or loaded from the cache: {first:.2f} s")
    figures = {name: timing.seconds for name, timing in timings.items()}
    save(
        arguments.json,
        {"score": figures, "take": built, "difference": differences, "first_call": first},
    )


if __name__ == "__main__":
    main()
