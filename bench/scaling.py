"""BM25 as the corpus grows: time, memory and index size at 1, 3 and 10 times the corpus.

    python bench/scaling.py --data DIR [--times 1 3 10] [--bm25s-to 3] [--rounds N]
                            [--svg FILE] [--json FILE]

DIR/ir holds docs_short.parquet and q150.parquet. A corpus of c times the size is c copies of the
documents under new ids. What that is and is not:

- Real vocabularies grow with a corpus, by Heaps' law about as its square root. So the words that
  stand in one document only get a suffix of their own in each copy; the table shows how many terms
  came of it. All other words keep their share of the documents, and thus their idf.
- Copies of a document tie but for those words. Every engine here scores all documents a query
  shares a term with, so ties change no cost; an engine that skips documents would profit or suffer.
- Documents keep their length, and queries are the same at every size.

Every figure is from a fresh process, which compiles on a few documents before it is timed. The
corpus is memory-mapped; bm25s gets a list of strings made before. Peak memory is the most
*anonymous* memory (what the system cannot drop and read again) above what was held before indexing.
"on disk" counts, spills and writes shard by shard, then searches the memory-mapped index.
bm25s at 10 times takes minutes and is left out unless ``--bm25s-to 10`` asks for it.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from bm25 import index_bm25s, read, read_documents, search_bm25s
from harness import machine, save, table
from svg import Panel, charts

from domainbench.retrieval.bm25.build import build_index
from domainbench.retrieval.bm25.counts import Utf8
from domainbench.retrieval.bm25.index import thread_count
from domainbench.retrieval.bm25.methods import Formula
from domainbench.retrieval.bm25.search import search
from domainbench.retrieval.bm25.tokenizer import Tokenizer
from domainbench.retrieval.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENGINES = ("domainbench", "domainbench, on disk", "bm25s (numba)")
DEPTH = 100
SAMPLE = 0.005
_MARK = "\x00"
_WORD = re.compile(r"\w\w+")


def grow(documents: Texts, times: int, folder: Path) -> Texts:
    """Write a corpus of some times the size, and map it; see the module."""
    held = Counter[str]()
    for text in documents.texts.to_pylist():
        held.update(set(_WORD.findall(text.lower())))

    def mark(match: re.Match[str]) -> str:
        word = match[0]
        return word + _MARK if held[word.lower()] == 1 else word

    marked = pa.array(
        [_WORD.sub(mark, text) for text in documents.texts.to_pylist()], pa.large_string()
    )

    def copies() -> Iterator[tuple[Any, Any]]:
        for copy in range(times):
            prefix = pa.scalar(f"{copy:02d}-", pa.large_string())
            empty = pa.scalar("", pa.large_string())
            ids = pc.call_function("binary_join_element_wise", [prefix, documents.ids, empty])
            suffix = f"x{copy}" if copy else ""
            options = pc.ReplaceSubstringOptions(_MARK, suffix)
            yield ids, pc.call_function("replace_substring", [marked], options)

    return Texts.spool(folder, copies())


def anonymous_mib() -> float:
    """Anonymous memory of this process, in MiB."""
    with open("/proc/self/status", encoding="ascii") as handle:
        return next(int(line.split()[1]) for line in handle if line.startswith("RssAnon")) / 1024


def watched(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """What a call gives, its seconds, and by how many MiB anonymous memory rose at most."""
    before = anonymous_mib()
    peak, done = [before], threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE):
            peak[0] = max(peak[0], anonymous_mib())

    thread = threading.Thread(target=watch)
    thread.start()
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    done.set()
    thread.join()
    return result, seconds, max(peak[0], anonymous_mib()) - before


def timed(call: Callable[[], Any], rounds: int) -> float:
    """Median seconds of some rounds."""
    seconds: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


def measure_ours(corpus: Texts, queries: Texts, rounds: int, folder: Path | None) -> dict[str, Any]:
    """Figures of domainbench; on disk where a folder is given."""
    tokenizer, formula, threads = Tokenizer(), Formula(), thread_count()
    spoken = Utf8.from_arrow(queries.texts)

    def build(texts: Texts, workspace: Path | None) -> Any:
        source = Utf8.from_arrow(texts.texts)
        return build_index(source, tokenizer, formula, threads, workspace=workspace)

    small = None if folder is None else folder / "small"
    whole = None if folder is None else folder / "whole"
    for path in (small, whole):
        if path is not None:
            path.mkdir()
    search(build(queries, small), spoken, tokenizer, DEPTH, threads)
    index, seconds, peak = watched(lambda: build(corpus, whole))
    found = timed(lambda: search(index, spoken, tokenizer, DEPTH, threads), rounds)
    return {
        "documents": len(corpus),
        "terms": len(index.hashes),
        "postings": len(index.texts),
        "shards": len(index.shards) - 1,
        "index": seconds,
        "search": found,
        "peak": peak,
        "size": index.nbytes / 2**20,
    }


def measure_bm25s(corpus: Texts, queries: Texts, rounds: int) -> dict[str, Any]:
    """Figures of bm25s."""
    texts, spoken = corpus.texts.to_pylist(), queries.texts.to_pylist()
    search_bm25s(index_bm25s(spoken), spoken, DEPTH)
    model, seconds, peak = watched(lambda: index_bm25s(texts))
    found = timed(lambda: search_bm25s(model, spoken, DEPTH), rounds)
    arrays = [value for value in model.scores.values() if hasattr(value, "nbytes")]
    return {
        "documents": len(corpus),
        "terms": len(model.vocab_dict),
        "index": seconds,
        "search": found,
        "peak": peak,
        "size": sum(array.nbytes for array in arrays) / 2**20,
    }


def child(engine: str, corpus: Path, queries: Path, rounds: int, folder: Path, out: Any) -> None:
    """Measure one engine in this process."""
    texts, asked = Texts.open(corpus), Texts.open(queries)
    if engine == ENGINES[2]:
        out.send(measure_bm25s(texts, asked, rounds))
    else:
        on_disk = folder if engine == ENGINES[1] else None
        out.send(measure_ours(texts, asked, rounds, on_disk))


def measure(engine: str, corpus: Path, queries: Path, rounds: int) -> dict[str, Any]:
    """Figures of one engine, from a fresh process."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    with TemporaryDirectory(dir=corpus.parent) as folder:
        arguments = (engine, corpus, queries, rounds, Path(folder), send)
        process = context.Process(target=child, args=arguments)
        process.start()
        send.close()
        figures = receive.recv()
        process.join()
    return figures


def row(engine: str, times: int, figures: dict[str, Any]) -> list[object]:
    """A row of the table."""
    return [
        f"{times}x",
        engine,
        f"{figures['documents']:,}",
        f"{figures['terms']:,}",
        f"{figures['index']:.2f}",
        f"{figures['search']:.3f}",
        f"{figures['peak']:.0f}",
        f"{figures['size']:.0f}",
    ]


def draw(results: list[tuple[str, int, dict[str, Any]]]) -> str:
    """The figures as charts."""
    wanted = (
        ("index", "Index, seconds"),
        ("search", "Search of all queries, seconds"),
        ("peak", "Peak memory of indexing, MiB"),
    )
    return charts(
        [
            Panel(
                title,
                "documents",
                {
                    engine: [(f["documents"], f[key]) for name, _, f in results if name == engine]
                    for engine in ENGINES
                    if any(name == engine for name, _, _ in results)
                },
            )
            for key, title in wanted
        ]
    )


def main() -> None:
    """Run the benchmark, print its table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 3, 10])
    parser.add_argument("--bm25s-to", type=int, default=3, help="largest corpus bm25s gets")
    parser.add_argument("--rounds", type=int, default=3, help="searches the median is taken of")
    parser.add_argument("--work", type=Path, help="folder for the corpora and indexes on disk")
    parser.add_argument("--svg", type=Path, help="also draw the figures here")
    parser.add_argument("--json", help="also write the figures here")
    arguments = parser.parse_args()

    documents = read_documents(arguments.data, None)
    asked = read(arguments.data, "q150", "query_id")
    results: list[tuple[str, int, dict[str, Any]]] = []
    with TemporaryDirectory(dir=arguments.work) as work:
        queries = Path(work) / "queries"
        Texts.spool(queries, [(asked.ids, asked.texts)])
        for times in arguments.times:
            corpus = Path(work) / f"corpus-{times}"
            grow(documents, times, corpus)
            for engine in ENGINES:
                if engine != ENGINES[2] or times <= arguments.bm25s_to:
                    figures = measure(engine, corpus, queries, arguments.rounds)
                    results.append((engine, times, figures))

    print(machine("numba", "bm25s"))
    header = ["", "", "documents", "terms", "index, s", "search, s", "peak, MiB", "index, MiB"]
    print(table(header, [row(*result) for result in results]))
    if arguments.svg:
        arguments.svg.write_text(draw(results), encoding="utf-8")
    save(arguments.json, {"results": results})


if __name__ == "__main__":
    main()
