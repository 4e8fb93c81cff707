"""BM25: time and memory to index and search, against bm25s, tantivy and rank-bm25.

    python bench/bm25.py --data DIR [--documents N] [--rounds N] [--json FILE]

DIR/ir holds docs_short.parquet, q150.parquet and q1000.parquet. Every engine gets the texts as
Python or Arrow strings already in memory; tokenizing, also of the queries, counts. All words of
two characters or more are kept, none is stemmed. Compiling is not counted: a first round warms
every engine up. rank-bm25 is timed on a few queries, its time for all is extrapolated.

The floor is the time to read, on all cores, exactly the postings of each query's terms out of the
index as it lies in memory, 6 bytes each, doing nothing but add up their 64-bit words: what a search
that reads postings cannot go below. domainbench may, as it reads frequent terms in another form.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import argparse
import re
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from os import cpu_count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bm25s
import numpy as np
import polars as pl
import pyarrow as pa
import tantivy
from harness import Timing, alternate, machine, peak_mib, save, table
from numba import njit
from rank_bm25 import BM25Okapi

from domainbench.retrieval.bm25.build import build_index
from domainbench.retrieval.bm25.counts import Utf8
from domainbench.retrieval.bm25.methods import Formula
from domainbench.retrieval.bm25.search import query_terms
from domainbench.retrieval.bm25.system import BM25System
from domainbench.retrieval.bm25.tokenizer import Tokenizer
from domainbench.retrieval.texts import Texts

if TYPE_CHECKING:
    from domainbench.retrieval.bm25.index import Index

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


@njit(nogil=True)
def _stream(texts, impacts, places, terms):
    """Sum of the 64-bit words that hold the postings of some terms."""
    total = np.uint64(0)
    for term in terms:
        for p in range(places[term, 0] // 4, (places[term, 1] + 3) // 4):
            total += texts[p]
        for p in range(places[term, 0] // 2, (places[term, 1] + 1) // 2):
            total += impacts[p]
    return total


class Floor:
    """Reads the postings that queries touch.

    Args:
        index: the index.
        queries: the queries.
    """

    def __init__(self, index: Index, queries: Texts) -> None:
        bounds, terms, _ = query_terms(index, Utf8.from_arrow(queries.texts), Tokenizer(), THREADS)
        distinct, rows = np.unique(terms, return_inverse=True)
        cuts = [int(bounds[len(queries) * i // THREADS]) for i in range(THREADS + 1)]
        self._parts = [rows[a:b] for a, b in pairwise(cuts)]
        # Words, as wide as a reduction can take: the last, partial one of an array is left out.
        self._texts = index.texts[: len(index.texts) // 4 * 4].view(np.uint64)
        self._impacts = index.impacts[: len(index.impacts) // 2 * 2].view(np.uint64)
        last = len(index.texts) // 4 * 4
        shards = range(len(index.shards) - 1)
        self._places = [np.minimum(index.places(s, distinct), last) for s in shards]
        touched = sum(places[rows, 1] - places[rows, 0] for places in self._places)
        self.bytes = 6 * int(np.sum(touched))

    def read(self) -> None:
        """Read them all once."""

        def part(terms: Any) -> None:
            for places in self._places:
                _stream(self._texts, self._impacts, places, terms)

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(part, self._parts))


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


def floor_row(what: str, floor: Floor, search: Timing, read: Timing) -> list[object]:
    """A search against its floor."""
    return [
        what,
        f"{floor.bytes / 1e9:.2f}",
        str(read),
        f"{floor.bytes / read.median / 1e9:.0f}",
        str(search),
        f"{search.median / read.median:.2f}x",
    ]


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

    def compare(what: str, cases: dict[str, Any], floor: Floor | None = None) -> list[object]:
        extra = {} if floor is None else {"floor": floor.read}
        timings = alternate(cases | extra, rounds=arguments.rounds)
        figures[what] = {name: timing.seconds for name, timing in timings.items()}
        if floor is not None:
            floors.append(floor_row(what, floor, timings["domainbench"], timings.pop("floor")))
        ratios = [timings[name].median / timings["domainbench"].median for name in timings]
        return [what, *(f"{t} ({r:.1f}x)" for t, r in zip(timings.values(), ratios, strict=True))]

    figures: dict[str, Any] = {}
    floors: list[list[object]] = []
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
    index = build_index(Utf8.from_arrow(texts.texts), Tokenizer(), Formula(), THREADS)
    for name, k in QUERIES:
        cases = {
            "domainbench": partial(ours.search, queries[name], k),
            "bm25s": partial(search_bm25s, other, spoken[name], k),
            "tantivy": partial(search_tantivy, third, spoken[name], k),
        }
        floor = Floor(index, queries[name])
        rows.append(compare(f"search {name}, top {k}, s", cases, floor))
    rows.append(["read and index, peak MiB", *(f"{value:.0f}" for value in peaks.values())])
    difference = max(check_scores(ours, other, queries[name], k) for name, k in QUERIES)
    reference = time_reference(strings, spoken["q150"])

    print(machine("numba", "bm25s", "tantivy", "rank-bm25"))
    print(f"{len(strings)} documents, {len(queries['q150'])} queries")
    print(table(["", "domainbench", "bm25s (numba)", "tantivy"], rows))
    print()
    header = ["", "postings, GB", "floor, s", "GB/s", "domainbench, s", "of the floor"]
    print(table(header, floors))
    print(f"\nLargest relative difference from the scores of bm25s: {difference:.2g}")
    print(
        f"rank-bm25: index {reference[0]:.1f} s, search q150 {reference[1]:.0f} s "
        f"(extrapolated from {REFERENCE_QUERIES} queries)"
    )
    figures |= {"peak_mib": peaks, "rank-bm25": reference, "difference": difference}
    save(arguments.json, figures)


if __name__ == "__main__":
    main()
