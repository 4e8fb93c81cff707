"""Fusion: time for reciprocal rank fusion of two and of three runs, against ranx.

    python bench/fusion.py [--queries N] [--depth N] [--rounds N] [--json FILE]

Runs are drawn with a seed: each ranks ``depth`` of 3,000 documents near a query, out of 45,336, so
that two runs share about a third. Every engine fuses runs already in its own form and keeps all
documents. The scores are compared: they must be the same up to float32.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import Any

import numpy as np
import ranx
from harness import alternate, machine, save, table

from domainbench.retrieval.fusion import rrf
from domainbench.retrieval.run import Run

DOCUMENTS = 45_336
NEAR = 3_000
K = 60


def draw(queries: int, depth: int, seed: int) -> Run:
    """A run without ties."""
    random = np.random.default_rng(seed)
    docs = np.argsort(random.random((queries, max(depth, NEAR))), axis=1)[:, :depth]
    docs += np.arange(queries)[:, None] * 31 % (DOCUMENTS - max(depth, NEAR))
    scores = np.broadcast_to(np.arange(depth, 0, -1), docs.shape)
    query_ids = [f"q{i:06d}" for i in range(queries)]
    document_ids = [f"d{i:06d}" for i in range(DOCUMENTS)]
    return Run.from_topk(query_ids, document_ids, docs, scores, f"run {seed}")


def as_ranx(run: Run) -> Any:
    """The run as ranx has it."""
    found: dict[str, dict[str, float]] = {}
    columns = run.to_table().select(["query_id", "doc_id", "score"]).columns
    for query, document, score in zip(*(c.to_pylist() for c in columns), strict=True):
        found.setdefault(query, {})[document] = score
    return ranx.Run(found, name=run.name)


def fuse_ranx(runs: list[Any]) -> Any:
    """Fuse with ranx."""
    return ranx.fuse(runs=runs, method="rrf", params={"k": K})


def largest_difference(ours: Run, theirs: Any, queries: int = 20) -> float:
    """Largest relative difference of the scores of the first queries' documents."""
    fused = theirs.to_dict()
    rows = ours.to_table().slice(0, queries * ours.depth).to_pylist()
    pairs = [(row["score"], fused[row["query_id"]][row["doc_id"]]) for row in rows]
    return max(abs(own - other) / other for own, other in pairs)


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=1_247)
    parser.add_argument("--depth", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", help="also write the figures here")
    arguments = parser.parse_args()

    runs = [draw(arguments.queries, arguments.depth, seed) for seed in range(3)]
    start = time.perf_counter()
    objects = [as_ranx(run) for run in runs]
    built = time.perf_counter() - start
    start = time.perf_counter()
    rrf(runs[:2], k=K)
    first = time.perf_counter() - start
    rows: list[list[object]] = []
    figures: dict[str, Any] = {"take": built, "first_call": first}
    for count in (2, 3):
        cases = {
            "domainbench": partial(rrf, runs[:count], k=K, depth=count * arguments.depth),
            "ranx": partial(fuse_ranx, objects[:count]),
        }
        timings = alternate(cases, rounds=arguments.rounds)
        figures[f"{count} runs"] = {name: timing.seconds for name, timing in timings.items()}
        ratio = timings["ranx"].median / timings["domainbench"].median
        difference = largest_difference(rrf(runs[:count], k=K), fuse_ranx(objects[:count]))
        assert difference < 1e-6, f"scores differ from those of ranx by {difference:.2g}"
        rows.append(
            [
                f"{count} runs",
                str(timings["domainbench"]),
                f"{timings['ranx']} ({ratio:.1f}x)",
                f"{difference:.2g}",
            ]
        )

    print(machine("numba", "ranx"))
    print(f"{arguments.queries} queries, {arguments.depth} documents each")
    header = ["", "domainbench, s", "ranx, s", "largest relative difference"]
    print(table(header, rows))
    print(f"\nFirst call of domainbench, compiled or loaded from the cache: {first:.2f} s")
    print(f"Making the runs of ranx from tables, once: {built:.2f} s")
    save(arguments.json, figures)


if __name__ == "__main__":
    main()
