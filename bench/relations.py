"""The relational half of the patent builder against the same job written by hand in DuckDB SQL.

Generated publications, two a family on average, three citations each, uniform; IPC classes follow a
Zipf law. The job: publications → families → classes → citations lifted to family pairs → pairs
labelled IN or OUT. Each run has a process of its own, so peak memory is that of the run alone.
The SQL joins on family names in temporary tables, as one writes it by hand; the stages number the
families first and write every step to Parquet.

    python bench/relations.py --publications 1000000 --rounds 3
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from harness import Timing, machine, save, table

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 500_000
COUNTRIES = np.array(["US", "EP", "CN", "JP", "WO"])
IPC4 = np.array([f"{a}{b:02d}{c}" for a in "ABCDEFGH" for b in range(1, 80, 3) for c in "BCGHKLN"])


def generate(folder: Path, publications: int, seed: int) -> None:
    """Write the staged tables, with the columns that the stages read, a file a chunk."""
    rng = np.random.default_rng(seed)
    for part, start in enumerate(range(0, publications, CHUNK)):
        size = min(CHUNK, publications - start)
        numbers = np.arange(start, start + size)
        ids = _ids(numbers)
        family = rng.integers(0, max(publications // 2, 1), size)
        keys = pa.array(np.char.add("0docdb-", family.astype(str)))
        _write(folder, "publications", part, _publications(rng, numbers, ids, family, keys))
        names = {"record": numbers, "publication_id": ids, "number_key": _numbers(numbers)}
        _write(folder, "names", part, {**names, "order_key": keys})
        _write(folder, "citations", part, _citations(rng, numbers, publications))


def _numbers(numbers: np.ndarray[Any, Any]) -> Any:
    return pa.array(np.char.add("US-", numbers.astype(str)))


def _ids(numbers: np.ndarray[Any, Any]) -> Any:
    return pa.array(np.char.add(np.char.add("US-", numbers.astype(str)), "-B2"))


def _publications(
    rng: np.random.Generator,
    numbers: np.ndarray[Any, Any],
    ids: Any,
    family: np.ndarray[Any, Any],
    keys: Any,
) -> dict[str, Any]:
    size = len(numbers)
    # A hash that depends on the family alone, as the builder's does.
    mixed = (family.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    classes = IPC4[rng.zipf(1.3, size) % len(IPC4)]
    symbols = np.char.add(classes, "1/00")
    days = rng.integers(10_000, 20_000, size).astype(np.int32)
    date = pa.array(days).cast(pa.date32())
    absent = pa.nulls(size, pa.int64())
    return {
        "publication_id": ids,
        "number_key": _numbers(numbers),
        "country": COUNTRIES[rng.integers(0, 5, size)],
        "publication_date": date,
        "filing_date": date,
        "priority_date": date,
        "ipc": pa.ListArray.from_arrays(np.arange(size + 1, dtype=np.int32), pa.array(symbols)),
        "source": np.zeros(size, np.int32),
        "record": numbers,
        "line": absent,
        "offset": absent,
        "order_key": keys,
        "ring": (mixed >> np.uint64(2)).astype(np.int64),
        "factor": (mixed & np.uint64(0x7FFFFFFF)).astype(np.int64),
        "has_text": np.ones(size, np.int64),
    }


def _citations(
    rng: np.random.Generator, numbers: np.ndarray[Any, Any], publications: int
) -> dict[str, Any]:
    citing = np.repeat(numbers, 3)
    cited = rng.integers(0, publications, len(citing))
    absent = pa.nulls(len(citing), pa.string())
    return {
        "citing_id": _ids(citing),
        "citing_number": _numbers(citing),
        "cited_id": _ids(cited),
        "cited_number": _numbers(cited),
        "category": absent,
        "phase": absent,
        "record": citing,
        "forward": np.zeros(len(citing), bool),
    }


def _write(folder: Path, name: str, part: int, columns: dict[str, Any]) -> None:
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), target / f"{part:04d}.parquet")


def run_stages(data: Path, work: Path, engine: str) -> Path:
    """The builder's own stages."""
    from domainbench.builders.patents.citations import run_citations
    from domainbench.builders.patents.families import run_families
    from domainbench.builders.patents.labels import run_labels
    from domainbench.builders.patents.options import PatentOptions
    from domainbench.builders.patents.selection import run_selection
    from domainbench.builders.stages import Runner, open_engine

    options = PatentOptions()
    opened = open_engine(engine, work)
    runner = Runner(opened, work / "stages")
    for name in ("publications", "names", "citations"):
        runner.add(name, sorted((data / name).iterdir()), name)
    run_families(runner)
    run_citations(runner, options)
    run_selection(runner, options)
    run_labels(runner, options, hard=None, rest=None)
    opened.close()
    return runner.paths("labelled")[0]


SQL = """
CREATE TEMP TABLE dup AS
  SELECT record FROM (
    SELECT record, min(record) OVER (PARTITION BY source, publication_id) AS first FROM pubs
  ) WHERE record <> first;
CREATE TEMP TABLE kept AS SELECT * FROM names ANTI JOIN dup USING (record);
CREATE TEMP TABLE edges AS
  SELECT min(order_key) AS a, max(order_key) AS b FROM kept
  GROUP BY publication_id HAVING min(order_key) <> max(order_key);
CREATE TEMP TABLE members AS
  SELECT record, country, order_key[2:] AS family, publication_date AS public, has_text,
         coalesce(priority_date, filing_date, publication_date) AS date
  FROM pubs ANTI JOIN dup USING (record);
CREATE TEMP TABLE documents AS
  SELECT family, min(date) AS date, min(public) AS public,
         arg_min(country, (date, country)) AS jurisdiction
  FROM members GROUP BY family HAVING max(has_text) > 0;
CREATE TEMP TABLE classes AS
  SELECT DISTINCT family, class FROM (
    SELECT record, unnest(ipc)[:3] AS class FROM pubs
  ) JOIN members USING (record) SEMI JOIN documents USING (family);
CREATE TEMP TABLE lookup AS
  SELECT DISTINCT publication_id, number_key, order_key[2:] AS family
  FROM kept SEMI JOIN documents ON order_key[2:] = documents.family;
CREATE TEMP TABLE lifted AS
  SELECT DISTINCT m.family AS citing, l.family AS cited,
         coalesce(category, '') AS category, coalesce(phase, '') AS phase
  FROM (SELECT * FROM cites ANTI JOIN dup USING (record)) c
  JOIN members m USING (record) JOIN lookup l ON c.cited_id = l.publication_id
  WHERE m.family <> l.family;
CREATE TEMP TABLE links AS
  SELECT query, document, max(backward) AS backward, max(forward) AS forward FROM (
    SELECT citing AS query, cited AS document, 1 AS backward, 0 AS forward FROM lifted
    UNION ALL SELECT cited, citing, 0, 1 FROM lifted
  ) GROUP BY query, document;
CREATE TEMP TABLE sizes AS SELECT family, count(*) AS size FROM classes GROUP BY family;
CREATE TEMP TABLE shared AS
  SELECT query, document, count(*) AS shared
  FROM (SELECT query, document, class FROM links JOIN classes ON query = family) wide
  JOIN classes ON wide.document = classes.family AND wide.class = classes.class
  GROUP BY query, document;
COPY (
  SELECT l.query, l.document, 1 AS score, 'citation' AS relation, backward, forward,
         d.public < q.date AS date_valid,
         CASE WHEN qs.size IS NULL OR ds.size IS NULL THEN 'UNKNOWN'
              WHEN shared IS NULL THEN 'OUT' ELSE 'IN' END AS partition
  FROM links l
  JOIN documents q ON l.query = q.family JOIN documents d ON l.document = d.family
  LEFT JOIN sizes qs ON l.query = qs.family LEFT JOIN sizes ds ON l.document = ds.family
  LEFT JOIN shared s ON l.query = s.query AND l.document = s.document
) TO '{out}' (FORMAT parquet, COMPRESSION lz4);
"""


def run_sql(data: Path, work: Path) -> Path:
    """The same by hand, for data in which no two family keys are one family."""
    import duckdb

    out = work / "labelled.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"SET temp_directory = '{work / 'spill'}'")
        for view, name in (("pubs", "publications"), ("names", "names"), ("cites", "citations")):
            files = data / name / "*.parquet"
            connection.execute(f"CREATE TEMP VIEW {view} AS FROM '{files}'")
        connection.execute(SQL.format(out=out))
    return out


def _child(data: Path, work: Path, case: str, out: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    path = run_sql(data, work) if case == "SQL by hand" else run_stages(data, work, case)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    column = pq.read_table(path, columns=["partition"]).column(0)
    counts = {row["values"]: row["counts"] for row in column.value_counts().to_pylist()}
    out.send((seconds, (after - before) / 1024, counts))


def measure(data: Path, case: str) -> tuple[float, float, dict[str, int]]:
    """Seconds, MiB of peak growth and pairs by label of one run in a fresh process."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    work = Path(tempfile.mkdtemp(dir=data.parent))
    try:
        process = context.Process(target=_child, args=(data, work, case, send))
        process.start()
        send.close()
        result = receive.recv()
        process.join()
    finally:
        shutil.rmtree(work)
    return result


CASES = ("polars", "duckdb", "SQL by hand")


def _rounds(data: Path, rounds: int) -> Iterator[tuple[str, tuple[float, float, dict[str, int]]]]:
    for _ in range(rounds):
        for case in CASES:
            yield case, measure(data, case)


def main() -> None:
    """Generate, run in turn, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--publications", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for data and work; a temporary one if absent")
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        data = Path(folder) / "data"
        generate(data, args.publications, args.seed)
        results: dict[str, list[tuple[float, float, dict[str, int]]]] = {c: [] for c in CASES}
        for case, result in _rounds(data, args.rounds):
            results[case].append(result)
    counts = [result[2] for runs in results.values() for result in runs]
    assert all(found == counts[0] for found in counts), counts
    timings = {case: Timing(tuple(r[0] for r in runs)) for case, runs in results.items()}
    peaks = {case: max(r[1] for r in runs) for case, runs in results.items()}
    base = timings["SQL by hand"].median
    rows = [
        [case, timings[case], f"{timings[case].median / base:.2f}", f"{peaks[case]:.0f}"]
        for case in CASES
    ]
    print(machine("polars", "duckdb", "narwhals"))
    print(f"{args.publications} publications; pairs by label: {counts[0]}")
    print(table(["", "seconds", "times the SQL", "peak MiB"], rows))
    save(
        args.json,
        {
            "publications": args.publications,
            "pairs": counts[0],
            "seconds": {case: timing.seconds for case, timing in timings.items()},
            "peak_mib": peaks,
        },
    )


if __name__ == "__main__":
    main()
