from __future__ import annotations

import json
from pathlib import Path

import pytest

import domainbench
from domainbench.benchmarks.cseo.scenario import Scenario, Selection, read_scenario
from domainbench.schemas.release import Release

WORDS = ("lamp", "desk", "oak", "brass", "reading", "garden", "steel", "linen", "cup", "shelf")
QUERIES = {
    "retail": ("brass reading lamp", "oak shelf", "linen garden cup"),
    "web": ("how to clean brass", "who made the first steel desk"),
}


def document(domain: str, query: str, number: int) -> str:
    """A text that has some words of the query, the more the lower its number."""
    own = query.split()[: max(0, 3 - number // 2)]
    other = [WORDS[(number * k + len(query)) % len(WORDS)] for k in range(2, 12)]
    return f"{domain} page {number}. " + " ".join([*other[:5], *own, *other[5:]]) + "."


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Two domains, five queries of six documents, three methods."""
    folder = tmp_path_factory.mktemp("cseo")
    source = folder / "source"
    source.mkdir()
    for domain, queries in QUERIES.items():
        rows = [
            {"query_id": str(place), "query": query, "document": document(domain, query, number)}
            for place, query in enumerate(queries)
            for number in range(6)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (source / f"{domain}.jsonl").write_text(text, encoding="utf-8")
    return domainbench.build(
        "cseo",
        [source],
        folder / "release",
        options={
            "methods": "keyword_insertion,statistics_scaffold,outline",
            "adoption": "1,2,3,all",
            "positions": "1,3",
        },
        version="2026.11",
    )


@pytest.fixture(scope="session")
def scenario(release: Release) -> Scenario:
    return read_scenario(release, Selection())


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path / "cache"))
