"""Dense retrieval: exact search and encoding, against FAISS and sentence-transformers as they come.

python bench/dense.py [--documents N] [--queries N] [--model FOLDER] [--rounds N] [--json FILE]

Vectors are drawn with a seed. Search keeps 100 documents; ours takes the scores of FAISS'
candidates again in a fixed order, which the others do not. Encoding is timed where a model is
given.
"""

from __future__ import annotations

import argparse

import numpy as np
from harness import alternate, machine, save, table

DIMENSIONS = 384
DEPTH = 100


def main() -> None:
    """Run both parts and print a table each."""
    arguments = parse()
    print(machine("domainbench", "faiss-cpu", "torch", "sentence-transformers"))
    print()
    figures = search(arguments.documents, arguments.queries, arguments.rounds)
    if arguments.model:
        print()
        figures |= encode(arguments.model, arguments.rounds)
    save(arguments.json, figures)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=45_336)
    parser.add_argument("--queries", type=int, default=1_247)
    parser.add_argument("--model", help="sentence-transformers folder to encode with")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def search(documents: int, queries: int, rounds: int) -> dict[str, object]:
    """Exact top 100 of ours, of bare FAISS and of torch."""
    import faiss
    import torch

    from domainbench.retrieval.dense.search import VectorIndex

    generator = np.random.default_rng(0)
    vectors, asked = (
        generator.standard_normal((n, DIMENSIONS)).astype(np.float32) for n in (documents, queries)
    )
    ours, bare = VectorIndex(vectors), faiss.IndexFlatIP(DIMENSIONS)
    bare.add(vectors)
    stored, given = torch.from_numpy(vectors), torch.from_numpy(asked)

    def by_torch() -> None:
        for first in range(0, queries, 256):
            (given[first : first + 256] @ stored.T).topk(DEPTH)

    times = alternate(
        {
            "domainbench": lambda: ours.search(asked, DEPTH),
            "faiss IndexFlatIP": lambda: bare.search(asked, DEPTH),
            "torch matmul + topk": by_torch,
            "torch matmul alone": lambda: given @ stored.T,
        },
        rounds=rounds,
    )
    base = times["domainbench"].median
    rows = [[name, str(t), f"{t.median / base:.2f}"] for name, t in times.items()]
    print(f"{documents} documents, {queries} queries, {DIMENSIONS} dimensions, top {DEPTH}")
    print(table(["search", "seconds (min-max)", "times ours"], rows))
    return {"search": {name: t.seconds for name, t in times.items()}}


def encode(folder: str, rounds: int) -> dict[str, object]:
    """Texts of mixed length, in our batches and in the model's own."""
    from domainbench.retrieval.dense.encode import Encoder
    from domainbench.retrieval.dense.models import load_model

    model = load_model(folder, device="cpu", truncate_dim=None, dtype="float32", max_length=None)
    generator = np.random.default_rng(0)
    words = ["valve", "pump", "sensor", "signal", "layer", "polymer", "wheel", "cell", "image"]
    texts = [" ".join(generator.choice(words, n)) for n in generator.integers(20, 250, 200)]
    encoder = Encoder(model, prompt=None, normalize=True, batch_tokens=4_096, cache=None)
    times = alternate(
        {
            "domainbench": lambda: encoder.encode(texts),
            "SentenceTransformer.encode": lambda: model.encode(
                texts, normalize_embeddings=True, show_progress_bar=False
            ),
        },
        rounds=rounds,
    )
    base = times["domainbench"].median
    rows = [
        [n, str(t), f"{len(texts) / t.median:.0f}", f"{t.median / base:.2f}"]
        for n, t in times.items()
    ]
    print(f"{len(texts)} texts of 20 to 250 words")
    print(table(["encoding", "seconds (min-max)", "texts/s", "times ours"], rows))
    same = np.abs(
        encoder.encode(texts)
        - model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    ).max()
    print(f"\nlargest difference of a component: {same:.1e}")
    return {"encoding": {name: t.seconds for name, t in times.items()}}


if __name__ == "__main__":
    main()
