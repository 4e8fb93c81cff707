"""Statistics: intervals and paired tests of many systems, against scipy.stats.

    python bench/significance.py [--queries N] [--systems N] [--rounds N] [--json FILE]

Figures of each system are drawn with a seed. Both sides make a 95 % percentile bootstrap interval
of each of five measures of each system (2,000 resamples), and a two-sided paired randomisation test
of each pair of systems (20,000 sign patterns). Draws differ, so intervals and p-values agree up to
the error of the draws; the largest differences are printed. scipy's time is taken on three systems
and the pairs among them, and multiplied up to the number asked for.
"""

from __future__ import annotations

import argparse
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from harness import alternate, machine, save, table
from scipy.stats import bootstrap, permutation_test

from domainbench.retrieval.significance import bootstrap_intervals, paired_randomisation

MEASURES = 5
RESAMPLES = 2_000
PATTERNS = 20_000
TIMED_SYSTEMS = 3


def draw(queries: int, systems: int) -> Any:
    """Figures (systems, queries, measures): each query has its own level, systems differ a bit."""
    random = np.random.default_rng(0)
    level = random.beta(2, 4, (queries, 1))
    noise = random.normal(0, 0.1, (systems, queries, MEASURES))
    return np.clip(level + noise + np.linspace(0, 0.02, systems)[:, None, None], 0, 1)


def ours_intervals(figures: Any) -> Any:
    """(systems, measures, 2) bounds by domainbench."""
    return np.array([bootstrap_intervals(system, resamples=RESAMPLES) for system in figures])


def scipy_intervals(figures: Any) -> Any:
    """The same by scipy, all measures of a system at once."""
    found = []
    for system in figures:
        bounds = bootstrap(
            (system,), np.mean, n_resamples=RESAMPLES, method="percentile", axis=0,
            rng=np.random.default_rng(0), batch=100,
        ).confidence_interval  # fmt: skip
        found.append(np.stack([bounds.low, bounds.high], axis=1))
    return np.array(found)


def ours_tests(figures: Any) -> Any:
    """P-values of all pairs by domainbench."""
    columns = [np.ascontiguousarray(system[:, 0]) for system in figures]
    pairs = combinations(columns, 2)
    return np.array([paired_randomisation(a, b, resamples=PATTERNS) for a, b in pairs])


def scipy_tests(figures: Any) -> Any:
    """The same by scipy."""
    return np.array(
        [
            permutation_test(
                (a, b), lambda x, y, axis: (x - y).mean(axis), permutation_type="samples",
                vectorized=True, n_resamples=PATTERNS, batch=1_000, rng=np.random.default_rng(0),
            ).pvalue
            for a, b in combinations(figures[:, :, 0], 2)
        ]
    )  # fmt: skip


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=1_247)
    parser.add_argument("--systems", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    figures = draw(arguments.queries, arguments.systems)
    few = figures[:TIMED_SYSTEMS]
    times = alternate(
        {
            "intervals": partial(ours_intervals, figures),
            "intervals, scipy": partial(scipy_intervals, few),
            "tests": partial(ours_tests, figures),
            "tests, scipy": partial(scipy_tests, few),
        },
        rounds=arguments.rounds,
    )
    pairs = arguments.systems * (arguments.systems - 1) // 2
    few_pairs = TIMED_SYSTEMS * (TIMED_SYSTEMS - 1) // 2
    differences = {
        "intervals": np.abs(ours_intervals(few) - scipy_intervals(few)).max(),
        "tests": np.abs(ours_tests(few) - scipy_tests(few)).max(),
    }
    scale = {"intervals": arguments.systems / TIMED_SYSTEMS, "tests": pairs / few_pairs}
    rows = []
    for name in ("intervals", "tests"):
        other = times[f"{name}, scipy"].median * scale[name]
        ratio = other / times[name].median
        rows.append([name, str(times[name]), f"{other:.3g}, {ratio:.1f}x", differences[name]])
    print(machine("numba", "scipy"))
    print(f"{arguments.queries} queries, {arguments.systems} systems: intervals of {MEASURES} "
          f"measures each, tests of {pairs} pairs")  # fmt: skip
    rows = [[*row[:3], f"{row[3]:.2g}"] for row in rows]
    print(table(["", "domainbench, s", "scipy, s", "largest difference"], rows))
    save(arguments.json, {name: timing.seconds for name, timing in times.items()})


if __name__ == "__main__":
    main()
