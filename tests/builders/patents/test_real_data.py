from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.builders.patents.ingest import SourceFile
from domainbench.builders.sources import expand, open_patents

pytestmark = pytest.mark.real_data


@pytest.fixture
def files(data_dir):
    def run(name: str) -> list[SourceFile]:
        found = []
        for path in expand([data_dir / "patents" / name]):
            reader = open_patents(path)
            found.append(SourceFile(path, reader.format, lambda reader=reader: reader))
        return found

    return run


def test_export_has_148_citations_inside_itself(files, build):
    name = "bigquery_abstract_citations/bq-results-20210716-122855.jsonl.gz"
    built = build(files(name))
    directions = [direction for _, _, direction in built.pairs("direction")]
    assert len(built.rows("corpus")) == 10_000
    assert directions.count("backward") == directions.count("forward") == 148
    assert {row["partition"] for row in built.rows("qrels")} == {"UNKNOWN"}


def test_families_are_the_different_sets_of_priorities(files, build):
    sources = files("lens_covid")
    sets = {
        frozenset(json.loads(line)["priorityFilingKeysActive"])
        for source in sources
        for line in Path(source.path).read_text(encoding="utf-8-sig").splitlines()
        if line.strip()
    }
    built = build(sources)
    assert frozenset() not in sets
    assert len(built.rows("corpus")) == len(sets)
    assert {row["family_rule"] for row in built.rows("corpus")} == {"priorities"}
    assert built.rows("qrels") == []


def test_few_grants_of_different_weeks_do_not_cite_each_other(files, build):
    built = build(files("uspto_grant_xml"))
    assert len(built.rows("corpus")) == 178
    assert built.rows("queries") == []
    assert all(row["ipc3_domains"] or row["ipc"] == [] for row in built.rows("corpus"))
