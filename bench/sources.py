"""Reading patents: every reader against the least that any reader of its container must do.

The floor of JSON files is unpacking and ``json.loads`` of each line, of XML files one lxml pass
that builds each document's tree, of CSV files ``csv.reader``. The quotient is what recognising,
checking, normalising numbers, dates, symbols and texts costs on top.

    python bench/sources.py --data DIR --rounds 5
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from functools import partial
from pathlib import Path

from harness import alternate, machine, peak_mib, save, table
from lxml import etree

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Publication

FILES = (
    "bigquery_abstract_citations/bq-results-20210716-122855.jsonl.gz",
    "lens_covid/Coronavirus-limited-keywords-based-patents.jsonl",
    "lens_csv/drone_drones_fulltext_families_5884.csv",
    "uspto_grant_xml/ipg110104.small.xml",
)
_DOCUMENT = re.compile(rb"(?=<\?xml\s)")


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
        return sum(json.loads(line) is not None for line in lines)


def main() -> None:
    """Print one row a file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="folder with patents/ in it")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json")
    options = arguments.parse_args()
    rows: list[list[object]] = []
    for name in FILES:
        path = options.data / "patents" / name
        records = read(path)
        timed = alternate(
            {"read": partial(read, path), "floor": partial(floor, path)}, rounds=options.rounds
        )
        quotient = timed["read"].median / timed["floor"].median
        rate = records / timed["read"].median
        peak = peak_mib(partial(read, path))
        shown = (path.name, records, timed["read"], timed["floor"])
        rows.append([*shown, f"{quotient:.1f}", f"{rate:,.0f}", f"{peak:.0f}"])
    header = ["file", "records", "read, s", "floor, s", "quotient", "records/s", "peak, MiB"]
    print(table(header, rows))
    print("\n" + machine("lxml", "pyarrow"))
    save(options.json, {"header": header, "rows": [[str(cell) for cell in row] for row in rows]})


if __name__ == "__main__":
    main()
