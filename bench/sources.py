"""Reading patents: every reader against the least that any reader of its container must do.

The real files are repeated up to a size. The floor of JSON files is unpacking and ``json.loads`` of
each line, of XML files one lxml pass that builds each document's tree, of CSV files ``csv.reader``.
The quotient is what recognising, checking, normalising numbers, dates, symbols and texts costs on
top. Peak memory must not grow with the size.

    python bench/sources.py --data DIR --megabytes 50 --rounds 5
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import tempfile
from functools import partial
from pathlib import Path

from harness import alternate, machine, peak_mib, save, table
from lxml import etree

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Publication

FILES = (
    "uspto_grant_xml/ipg110104.small.xml",
    "epo_ops_xml/ep1000000_full_cycle_result.xml",
    "lens_jsonl/biopoly_broken1.jsonl",
    "lens_covid/Coronavirus-limited-keywords-based-patents.jsonl",
    "lens_csv/drone_drones_fulltext_families_5884.csv",
    "bigquery_abstract_citations/bq-results-20210716-122855.jsonl.gz",
)
_DOCUMENT = re.compile(rb"(?=<\?xml\s)")
_ELEMENT = re.compile(rb"<exchange-document .*</exchange-document>", re.DOTALL)


def repeat(source: Path, target: Path, size: int) -> None:
    """Write a file's records again and again, up to a number of unpacked bytes."""
    packed = source.suffix == ".gz"
    content = gzip.decompress(source.read_bytes()) if packed else source.read_bytes()
    content = content.removeprefix(b"\xef\xbb\xbf").rstrip() + b"\n"
    before, body, after = b"", content, b""
    if source.suffix == ".csv":
        before, _, body = content.partition(b"\n")
        before += b"\n"
    elif elements := _ELEMENT.search(content):
        before, body, after = content[: elements.start()], elements[0], content[elements.end() :]
    with gzip.open(target, "wb", 6) if packed else target.open("wb") as out:
        out.write(before)
        for _ in range(max(size // len(body), 1)):
            out.write(body)
        out.write(after)


def read(path: Path) -> int:
    """Read a file; return its publications."""
    return sum(isinstance(record, Publication) for record in open_patents(path))


def floor(path: Path) -> int:
    """Parse a file and make nothing of it; return its records."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as handle:
            return sum(1 for _ in csv.reader(handle)) - 1
    if path.suffix == ".xml":
        documents = [part for part in _DOCUMENT.split(path.read_bytes()) if part.strip()]
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return sum(etree.fromstring(part, parser) is not None for part in documents)
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        return sum(json.loads(line) is not None for line in lines if not line.startswith(b"{["))


def measure(path: Path, rounds: int) -> list[object]:
    """One row of the table."""
    records = read(path)
    packed = path.suffix == ".gz"
    size = len(gzip.decompress(path.read_bytes())) if packed else path.stat().st_size
    timed = alternate({"read": partial(read, path), "floor": partial(floor, path)}, rounds=rounds)
    seconds = timed["read"].median
    return [
        open_patents(path).format,
        path.name,
        f"{size / 1e6:.0f}",
        records,
        timed["read"],
        timed["floor"],
        f"{seconds / timed['floor'].median:.1f}",
        f"{size / 1e6 / seconds:.1f}",
        f"{records / seconds:,.0f}",
        f"{peak_mib(partial(read, path)):.0f}",
    ]


def main() -> None:
    """Print one row a file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with patents/ in it")
    arguments.add_argument("--megabytes", type=int, default=50, help="size to repeat files up to")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json")
    options = arguments.parse_args()
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            source = options.data / "patents" / name
            target = Path(folder) / source.name
            repeat(source, target, options.megabytes * 1_000_000)
            rows.append(measure(target, options.rounds))
            target.unlink()
    header = ["format", "file", "MB", "records", "read, s", "floor, s", "quotient"]
    header += ["MB/s", "records/s", "peak, MiB"]
    print(table(header, rows))
    print("\n" + machine("lxml", "pyarrow"))
    save(options.json, {"header": header, "rows": [[str(cell) for cell in row] for row in rows]})


if __name__ == "__main__":
    main()
