"""Near-duplicate search beside datasketch, in turn in one run, with recall against exact Jaccard.

    python bench/near_duplicates.py --texts 100000

Both make 128 permutations of character 5-grams for a threshold of 0.8. datasketch gives candidates
only, so its time here includes no exact comparison; ours includes it.
"""

from __future__ import annotations

import argparse
import random
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from harness import alternate, machine, peak_mib, save, table

from domainbench.builders.near_duplicates import near_duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence

THRESHOLD = 0.8
SHINGLE = 5
PERMUTATIONS = 128
PLANTED = 0.05
"""Share of the texts that are another with a few words exchanged."""


def make_texts(count: int, seed: int) -> tuple[list[str], list[tuple[int, int]]]:
    """Texts of 12 to 40 words and the pairs that were planted, most of them above the threshold."""
    draw = random.Random(seed)  # noqa: S311
    letters = "abcdefghijklmnoprstuvw"
    words = ["".join(draw.choices(letters, k=draw.randint(2, 10))) for _ in range(20_000)]
    planted = round(count * PLANTED)
    texts = [" ".join(draw.choices(words, k=draw.randint(12, 40))) for _ in range(count - planted)]
    pairs: list[tuple[int, int]] = []
    for number in range(planted):
        source = draw.randrange(count - planted)
        parts = texts[source].split()
        for _ in range(draw.randint(0, 3)):
            parts[draw.randrange(len(parts))] = draw.choice(words)
        pairs.append((source, count - planted + number))
        texts.append(" ".join(parts))
    return texts, pairs


def shingles(text: str) -> set[str]:
    """Runs of SHINGLE characters."""
    return {text[i : i + SHINGLE] for i in range(max(1, len(text) - SHINGLE + 1))}


def jaccard(left: str, right: str) -> float:
    """Similarity of two texts' sets of shingles."""
    one, two = shingles(left), shingles(right)
    return len(one & two) / len(one | two)


def ours(texts: Sequence[str]) -> set[tuple[int, int]]:
    """Pairs by this package."""
    found = near_duplicates(texts, threshold=THRESHOLD, shingle=SHINGLE, permutations=PERMUTATIONS)
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def datasketch(texts: Sequence[str]) -> set[tuple[int, int]]:
    """Candidate pairs by datasketch's MinHash and LSH."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    found: set[tuple[int, int]] = set()
    bytes_of = ([piece.encode() for piece in shingles(text)] for text in texts)
    hashes = MinHash.generator(bytes_of, num_perm=PERMUTATIONS, seed=1)
    for number, signature in enumerate(hashes):
        found.update((other, number) for other in index.query(signature))
        index.insert(number, signature)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json")
    args = parser.parse_args()
    texts, planted = make_texts(args.texts, seed=0)
    near = {pair for pair in planted if jaccard(*(texts[i] for i in pair)) >= THRESHOLD}
    ours(texts[:10_000])  # compiled before anything is measured
    cases = {"domainbench": partial(ours, texts), "datasketch": partial(datasketch, texts)}
    times = alternate(cases, rounds=args.rounds, warmup=0)
    rows: list[list[object]] = []
    for name, call in cases.items():
        found = call()
        true = sum(jaccard(*(texts[i] for i in pair)) >= THRESHOLD for pair in found)
        ratio = times["datasketch"].median / times[name].median
        recall = np.round(len(near & found) / len(near), 4)
        precision = round(true / len(found), 4)
        peak = f"{peak_mib(call):,.0f}"
        rows.append([name, str(times[name]), f"{ratio:.1f}", recall, precision, peak])
    header = ["", "seconds", "times as fast", "recall", "precision", "MiB"]
    print(f"{args.texts:,} texts, {len(near):,} planted pairs at {THRESHOLD} or more\n")
    print(table(header, rows))
    print(machine("numba", "datasketch"))
    save(args.json, {"texts": args.texts, "rows": rows})


if __name__ == "__main__":
    main()
