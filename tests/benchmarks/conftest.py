"""A release of six documents and four queries whose figures can be worked out by hand.

BM25 ranks a document that shares the query's one word; documents that repeat it more often rank
higher, and ties go to the higher id.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.schemas.release import Release, write_release
from tests.schemas.conftest import family, info, pair, tables

CORPUS = [
    family("d1", "pump pump pump", ["F04B1/00"], title=""),
    family("d2", "pump pump filler", ["F04B1/00"], title=""),
    family("d3", "pump filler filler", ["A01B1/00"], title=""),
    family("d4", "valve valve filler", ["F16K1/00"], title=""),
    family("d5", "valve filler filler", ["A01B1/00"], title=""),
    family("q1", "pump pump pump", ["F04C2/00"], title="pump"),
]
QUERIES = [
    family("q1", "pump", ["F04C2/00"], title="pump", abstract=""),
    family("q2", "valve", ["F16K3/00"], title="valve", abstract="", year=2005),
    family("q3", "nothing known", ["F16K3/00"], title="", abstract="nothing known"),
    family("q4", "unjudged", ["A01B1/00"], title="unjudged", abstract=""),
]
QRELS = [
    pair("q1", "d2", "IN"),
    pair("q1", "d3", "OUT"),
    pair("q2", "d5", "OUT"),
    pair("q3", "d1", "OUT"),
]


@pytest.fixture
def pumps(tmp_path: Path) -> Release:
    return write_release(tmp_path / "pumps", tables(CORPUS, QUERIES, QRELS), info(name="pumps"))
