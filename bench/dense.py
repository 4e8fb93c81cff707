"""Dense search: exact, of passages, and approximate, against FAISS, torch and the bare product.

python bench/dense.py [--documents N] [--queries N] [--passages N] [--gpu-documents N] [--rounds N]
                      [--only-gpu] [--json FILE]

Vectors are drawn with a seed and have length 1. Ours takes the scores of its candidates again in a
fixed order, which the others do not. The bare matrix product, written into memory that is there
already, is what no exact search can undercut. Approximate and quantised indexes are asked for the
neighbours of noisy copies of stored vectors: neighbours of random vectors are no better than chance
and would make any index look bad. Where there is a GPU, last tables have its backends beside the
matrix product on the CPU, which must give the same ranking.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from harness import alternate, machine, save, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CASES = ((384, 100), (768, 1_000))
RULES = ("maxP", "avg_top3", "avgP", "sumP")
CLUSTERS = 2_000


def main() -> None:
    """Print a table for each part."""
    import torch

    arguments = parse()
    packages = ("domainbench", "faiss-cpu", "faiss-gpu", "faiss-gpu-cuvs", "torch", "numpy")
    print(machine(*packages))
    figures: dict[str, Any] = {}
    if not arguments.only_gpu:
        for dimensions, depth in CASES:
            figures[f"exact, {dimensions}, {depth}"] = exact(arguments, dimensions, depth)
        figures["passages"] = passages(arguments)
        figures["approximate"] = approximate(arguments)
    if torch.cuda.is_available():
        print(f"\n{torch.cuda.get_device_name()}")
        for count in (arguments.documents, arguments.gpu_documents):
            for dimensions, depth in CASES:
                name = f"gpu, {count}, {dimensions}, {depth}"
                figures[name] = on_gpu(arguments, count, dimensions, depth)
    else:
        print("\nno CUDA device: no table of GPU searches")
    save(arguments.json, figures)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=45_336)
    parser.add_argument("--queries", type=int, default=1_247)
    parser.add_argument("--passages", type=int, default=8, help="of a document, on average")
    parser.add_argument("--gpu-documents", type=int, default=1_000_000)
    parser.add_argument("--only-gpu", action="store_true", help="leave the CPU's tables out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def draw(seed: int, n: int, dimensions: int) -> Any:
    """Vectors of length 1, in any direction."""
    vectors = np.random.default_rng(seed).standard_normal((n, dimensions), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def exact(arguments: argparse.Namespace, dimensions: int, depth: int) -> dict[str, Any]:
    """All vectors compared."""
    import faiss
    import torch

    from domainbench.retrieval.dense.search import SearchOptions, build_index

    vectors = draw(0, arguments.documents, dimensions)
    asked = draw(1, arguments.queries, dimensions)
    ours = build_index(vectors, SearchOptions(backend="matmul"), device="cpu")
    flat = faiss.IndexFlatIP(dimensions)
    flat.add(vectors)
    stored, given = torch.from_numpy(vectors), torch.from_numpy(asked)
    products = np.zeros((len(asked), len(vectors)), np.float32)
    as_tensor = torch.from_numpy(products)

    def by_torch() -> None:
        for first in range(0, len(asked), 256):
            (given[first : first + 256] @ stored.T).topk(depth)

    print(f"\n{len(vectors)} vectors, {len(asked)} queries, {dimensions} dimensions, top {depth}\n")
    return report(
        {
            "domainbench": lambda: ours.search(asked, depth),
            "faiss IndexFlatIP": lambda: flat.search(asked, depth),
            "torch matmul + topk": by_torch,
            "bare product, torch": lambda: torch.mm(given, stored.T, out=as_tensor),
            "bare product, numpy": lambda: np.matmul(asked, vectors.T, out=products),
        },
        arguments.rounds,
        base="bare product, torch",
    )


def passages(arguments: argparse.Namespace) -> dict[str, Any]:
    """Documents ranked by all their passages, against torch's product and segment reduction."""
    import torch

    from domainbench.retrieval.aggregation import Aggregation
    from domainbench.retrieval.dense.search import SearchOptions, build_index

    dimensions, depth = CASES[0]
    counts = np.random.default_rng(2).integers(1, 2 * arguments.passages, arguments.documents)
    starts = np.concatenate([[0], np.cumsum(counts)])
    vectors = draw(3, int(starts[-1]), dimensions)
    asked = draw(1, arguments.queries, dimensions)
    ours = build_index(vectors, SearchOptions(), device="cpu", starts=starts)
    stored, given = torch.from_numpy(vectors), torch.from_numpy(asked)
    lengths = torch.from_numpy(counts)

    def by_torch(reduction: str) -> None:
        for first in range(0, len(asked), 64):
            scores = stored @ given[first : first + 64].T
            torch.segment_reduce(scores, reduction, lengths=lengths, axis=0).T.topk(depth)

    cases: dict[str, Callable[[], object]] = {
        f"domainbench, {rule}": lambda rule=rule: ours.search(asked, depth, Aggregation.parse(rule))
        for rule in RULES
    }
    for rule, reduction in (("maxP", "max"), ("avgP", "mean"), ("sumP", "sum")):
        cases[f"torch, {rule}"] = lambda reduction=reduction: by_torch(reduction)
    print(
        f"\n{len(counts)} documents of {len(vectors)} passages, {len(asked)} queries, "
        f"{dimensions} dimensions, top {depth}\n"
    )
    return report(cases, arguments.rounds, base="torch, maxP")


def approximate(arguments: argparse.Namespace) -> dict[str, Any]:
    """Indexes that can miss vectors: seconds, bytes, and the share of the exact ranking found."""
    from domainbench.retrieval.dense.search import SearchOptions, build_index

    dimensions, depth = CASES[0]
    generator = np.random.default_rng(4)
    centres = draw(5, CLUSTERS, dimensions)
    vectors = centres[generator.integers(0, CLUSTERS, arguments.documents)]
    vectors = vectors + np.float32(0.7) * draw(6, arguments.documents, dimensions)
    asked = vectors[generator.integers(0, len(vectors), arguments.queries)]
    asked = asked + np.float32(0.5) * draw(7, arguments.queries, dimensions)
    chosen = {
        "flat": SearchOptions(),
        "ivf": SearchOptions(index="ivf"),
        "ivf, nprobe=256": SearchOptions(index="ivf", nprobe=256),
        "hnsw": SearchOptions(index="hnsw"),
        "hnsw, ef_search=512": SearchOptions(index="hnsw", ef_search=512),
        "int8": SearchOptions(quantize="int8"),
        "int8, rescore=0": SearchOptions(quantize="int8", rescore=0),
        "binary": SearchOptions(quantize="binary"),
        "binary, rescore=16": SearchOptions(quantize="binary", rescore=16),
        "binary, rescore=0": SearchOptions(quantize="binary", rescore=0),
    }
    print(
        f"\n{len(vectors)} vectors in {CLUSTERS} clusters, {len(asked)} queries, "
        f"{dimensions} dimensions, top {depth}; search without the comparison\n"
    )
    figures = measure_loss(chosen, vectors, asked, depth, "cpu", build_index)
    if has_cagra():
        beams = {f"cagra, ef_search={size}": size for size in (128, 512)}
        graphs = {n: SearchOptions(index="cagra", ef_search=size) for n, size in beams.items()}
        print()
        figures |= measure_loss(graphs, vectors, asked, depth, "cuda", build_index)
    return figures


def has_cagra() -> bool:
    """Whether there is a GPU, and a FAISS that is built with cuVS."""
    from domainbench.retrieval.dense.search_faiss import has_faiss_gpu, load_faiss

    return has_faiss_gpu() and hasattr(load_faiss(), "GpuIndexCagra")


def on_gpu(
    arguments: argparse.Namespace, count: int, dimensions: int, depth: int
) -> dict[str, Any]:
    """Backends of a GPU beside the CPU, and whether they rank as it does."""
    from time import perf_counter

    from domainbench.retrieval.dense.search import SearchOptions, build_index
    from domainbench.retrieval.dense.search_faiss import has_faiss_gpu

    vectors = draw(0, count, dimensions)
    asked = draw(1, arguments.queries, dimensions)
    chosen = {
        f"torch, {dtype}": SearchOptions(backend="torch", dtype=dtype)
        for dtype in ("float32", "float16", "bfloat16")
    }
    if has_faiss_gpu():
        chosen["faiss"] = SearchOptions(backend="faiss")
    print(f"\n{len(vectors)} vectors, {len(asked)} queries, {dimensions} dimensions, top {depth}\n")
    on_cpu = build_index(vectors, SearchOptions(), device="cpu")
    wanted = on_cpu.search(asked, depth)[0]
    indexes, built = {"CPU, matmul": on_cpu}, {"CPU, matmul": 0.0}
    for name, options in chosen.items():
        start = perf_counter()
        indexes[name] = build_index(vectors, options, device="cuda")
        built[name] = perf_counter() - start
    times = alternate(
        {name: partial(index.search, asked, depth) for name, index in indexes.items()},
        rounds=arguments.rounds,
    )
    base = times["CPU, matmul"].median
    rows, figures = [], {}
    for name, timing in times.items():
        same = float((indexes[name].search(asked, depth)[0] == wanted).mean())
        stats = indexes[name].stats()
        row = [name, f"{built[name]:.3g}", timing, f"{base / timing.median:.2f}"]
        rows.append([*row, f"{same:.4f}", stats.get("settled_on_cpu", "")])
        figures[name] = {"build": built[name], "seconds": timing.seconds, "same": same, **stats}
    header = ["search", "build s", "seconds (min-max)", "speed-up", "same ranks", "settled on CPU"]
    print(table(header, rows))
    return figures


def measure_loss(
    chosen: Mapping[str, Any],
    vectors: Any,
    asked: Any,
    depth: int,
    device: str,
    build_index: Callable[..., Any],
) -> dict[str, Any]:
    """Build and search each index once; a comparison with the exact ranking is left out."""
    from time import perf_counter

    exact_rows = build_index(vectors, type(next(iter(chosen.values())))(), device="cpu").search(
        asked, depth
    )[0]
    rows, figures = [], {}
    for name, options in chosen.items():
        start = perf_counter()
        index = build_index(vectors, options, device=device)
        built = perf_counter()
        index.search(asked, depth)  # compiles what so many queries need, and wakes the device
        begin = perf_counter()
        found, _ = index.search(asked, depth)
        stats = index.stats()
        seconds = perf_counter() - begin - stats.get("comparison_seconds", 0.0)
        overlap = stats.get("overlap_with_exact")
        if overlap is None:
            overlap = float((found == exact_rows).mean())
        figures[name] = {"build": built - start, "search": seconds, "overlap": overlap, **stats}
        rows.append(
            [name, f"{built - start:.3g}", f"{seconds:.3g}", stats["index_bytes"], f"{overlap:.4f}"]
        )
    print(table(["index", "build s", "search s", "bytes", "overlap with exact"], rows))
    return figures


def report(cases: dict[str, Callable[[], object]], rounds: int, *, base: str) -> dict[str, Any]:
    """Time the cases in turn and print them as multiples of one."""
    times = alternate(cases, rounds=rounds)
    rows = [[name, str(t), f"{t.median / times[base].median:.2f}"] for name, t in times.items()]
    print(table(["search", "seconds (min-max)", f"times {base}"], rows))
    return {name: t.seconds for name, t in times.items()}


if __name__ == "__main__":
    main()
