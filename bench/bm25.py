"""BM25: time and memory to index and search, against bm25s, tantivy and rank-bm25.

    python bench/bm25.py --data DIR [--documents N] [--rounds N] [--json FILE]

DIR/ir holds docs_short.parquet, q150.parquet and q1000.parquet. Every engine gets the texts as
Python or Arrow strings already in memory; tokenizing, also of the queries, counts. All words of
two characters or more are kept, none is stemmed. Compiling is not counted: a first round warms
every engine up. rank-bm25 is timed on a few queries, its time for all is extrapolated.
"""

from __future__ import annotations

import argparse
import re
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import polars as pl
import pyarrow as pa
import tantivy
from harness import alternate, machine, peak_mib, save, table
from rank_bm25 import BM25Okapi

from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.texts import Texts

THREADS = cpu_count() or 1
QUERIES = (("q150", 100), ("q150", 1000), ("q1000", 100))
REFERENCE_QUERIES = 3
words = re.compile(r"\w\w+").findall


def read(data: Path, name: str, id_column: str, rows: int | None = None) -> Texts:
    """The texts of one file."""
    frame = pl.read_parquet(data / "ir" / f"{name}.parquet", n_rows=rows)
    text = frame["text"].to_arrow().cast(pa.large_string())
    return Texts.from_arrays(frame[id_column].to_arrow(), text)


def read_documents(data: Path, rows: int | None) -> Texts:
    """The corpus."""
    return read(data, "docs_short", "doc_id", rows)


def index_ours(texts: Texts) -> BM25System:
    """Index with domainbench."""
    system = BM25System()
    system.index(texts)
    return system


def index_bm25s(texts: list[str]) -> Any:
    """Index with bm25s, its numba backend."""
    tokens = bm25s.tokenize(texts, stopwords=None, show_progress=False)
    model = bm25s.BM25(method="lucene", k1=1.2, b=0.75, backend="numba")
    model.index(tokens, show_progress=False)
    return model


def search_bm25s(model: Any, queries: list[str], k: int) -> Any:
    """Search with bm25s on all cores."""
    tokens = bm25s.tokenize(queries, stopwords=None, show_progress=False)
    return model.retrieve(tokens, k=k, show_progress=False, n_threads=THREADS)


def index_tantivy(texts: list[str]) -> Any:
    """Index with tantivy on all cores."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="default", index_option="freq")
    builder.add_integer_field("id", stored=True, fast=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(heap_size=1_000_000_000, num_threads=THREADS)
    for number, text in enumerate(texts):
        document = tantivy.Document()
        document.add_text("body", text)
        document.add_integer("id", number)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def search_tantivy(index: Any, queries: list[str], k: int) -> Any:
    """Search with tantivy, a disjunction of all words, queries spread over the cores."""
    searcher = index.searcher()

    def one(query: str) -> Any:
        terms = [
            tantivy.Query.term_query(index.schema, "body", word, "freq")
            for word in set(words(query.lower()))
        ]
        either = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        return searcher.search(either, k, count=False).hits

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, queries))


def peak(engine: str, data: Path, rows: int | None) -> None:
    """Read the corpus and index it: what the memory of an engine is taken of."""
    texts = read_documents(data, rows)
    if engine == "domainbench":
        index_ours(texts)
    else:
        {"bm25s": index_bm25s, "tantivy": index_tantivy}[engine](texts.texts.to_pylist())


def check_scores(ours: BM25System, theirs: Any, queries: Texts, k: int) -> float:
    """Largest relative difference from the scores of bm25s; it fails beyond float32 rounding."""
    scores = search_bm25s(theirs, queries.texts.to_pylist(), k)[1]
    difference = np.abs(ours.search(queries, k).scores - scores) / np.maximum(scores, 1e-6)
    assert difference.max() < 1e-5, f"scores differ from those of bm25s by {difference.max():.2g}"
    return float(difference.max())


def time_reference(documents: list[str], queries: list[str]) -> tuple[float, float]:
    """Seconds of rank-bm25 to index, and to score all queries (extrapolated)."""
    start = time.perf_counter()
    model = BM25Okapi([words(text.lower()) for text in documents])
    indexed = time.perf_counter()
    for query in queries[:REFERENCE_QUERIES]:
        model.get_scores(words(query.lower()))
    seconds = (time.perf_counter() - indexed) / REFERENCE_QUERIES * len(queries)
    return indexed - start, seconds


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--documents", type=int, help="index only the first N documents")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", help="also write the figures here")
    arguments = parser.parse_args()

    # First, while this process is small: the peak of a child counts from its parent's size.
    peaks = {
        engine: peak_mib(partial(peak, engine, arguments.data, arguments.documents))
        for engine in ("domainbench", "bm25s", "tantivy")
    }
    texts = read_documents(arguments.data, arguments.documents)
    strings = texts.texts.to_pylist()
    queries = {name: read(arguments.data, name, "query_id") for name in ("q150", "q1000")}
    spoken = {name: found.texts.to_pylist() for name, found in queries.items()}

    def compare(what: str, cases: dict[str, Any]) -> list[object]:
        timings = alternate(cases, rounds=arguments.rounds)
        figures[what] = {name: timing.seconds for name, timing in timings.items()}
        ratios = [timings[name].median / timings["domainbench"].median for name in timings]
        return [what, *(f"{t} ({r:.1f}x)" for t, r in zip(timings.values(), ratios, strict=True))]

    figures: dict[str, Any] = {}
    rows = [
        compare(
            "index, s",
            {
                "domainbench": partial(index_ours, texts),
                "bm25s": partial(index_bm25s, strings),
                "tantivy": partial(index_tantivy, strings),
            },
        )
    ]
    ours, other, third = index_ours(texts), index_bm25s(strings), index_tantivy(strings)
    for name, k in QUERIES:
        cases = {
            "domainbench": partial(ours.search, queries[name], k),
            "bm25s": partial(search_bm25s, other, spoken[name], k),
            "tantivy": partial(search_tantivy, third, spoken[name], k),
        }
        rows.append(compare(f"search {name}, top {k}, s", cases))
    rows.append(["read and index, peak MiB", *(f"{value:.0f}" for value in peaks.values())])
    difference = max(check_scores(ours, other, queries[name], k) for name, k in QUERIES)
    reference = time_reference(strings, spoken["q150"])

    print(machine("numba", "bm25s", "tantivy", "rank-bm25"))
    print(f"{len(strings)} documents, {len(queries['q150'])} queries")
    print(table(["", "domainbench", "bm25s (numba)", "tantivy"], rows))
    print(f"\nLargest relative difference from the scores of bm25s: {difference:.2g}")
    print(
        f"rank-bm25: index {reference[0]:.1f} s, search q150 {reference[1]:.0f} s "
        f"(extrapolated from {REFERENCE_QUERIES} queries)"
    )
    figures |= {"peak_mib": peaks, "rank-bm25": reference, "difference": difference}
    save(arguments.json, figures)


if __name__ == "__main__":
    main()
