"""A release of six documents and four queries whose figures can be worked out by hand.

BM25 ranks a document that shares the query's one word; documents that repeat it more often rank
higher, and ties go to the higher id.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.schemas.patents import PATENT_CORPUS, PATENT_QRELS, PATENT_QUERIES
from domainbench.schemas.release import Release, TableData, write_release
from tests.schemas.conftest import family, info, pair, table, tables

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


FULL_CORPUS = [
    family(
        f"d{n}",
        f"{word} {word} {other}",
        ["F04B1/00"],
        title=word,
        claims=f"a {other} for a machine",
        description=" ".join([other, *["and so on"] * n, late, *["more of it"] * 5]),
    )
    for n, (word, other, late) in enumerate(
        [
            ("pump", "piston", "lens"),
            ("valve", "seat", "mirror"),
            ("motor", "coil", "prism"),
            ("rotor", "blade", "laser"),
            ("brake", "disc", "fibre"),
        ]
    )
]
FULL_QUERIES = {
    "dev": [
        family("e1", "pump", ["F04B1/00"], title="pump", abstract="piston", keywords=["piston"]),
        family("e2", "valve", ["F04B1/00"], title="valve", abstract="seat", keywords=["seat"]),
    ],
    "test": [
        family("t1", "prism", ["F04B1/00"], title="prism", abstract="motor", keywords=["coil"]),
        family("t2", "laser", ["F04B1/00"], title="laser", abstract="rotor", keywords=["blade"]),
    ],
}
FULL_QRELS = {
    "dev": [pair("e1", "d0", "IN"), pair("e2", "d1", "OUT")],
    "test": [pair("t1", "d2", "IN"), pair("t2", "d3", "OUT")],
}


@pytest.fixture
def library(tmp_path: Path) -> Release:
    """Five documents with claims and descriptions; dev queries name titles, test ones do not."""
    data = [
        TableData(PATENT_CORPUS, {"test": table(PATENT_CORPUS.schema, FULL_CORPUS)}),
        *(
            TableData(kind, {split: table(kind.schema, rows) for split, rows in splits.items()})
            for kind, splits in ((PATENT_QUERIES, FULL_QUERIES), (PATENT_QRELS, FULL_QRELS))
        ),
    ]
    return write_release(tmp_path / "library", data, info(name="library"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own."""
    monkeypatch.setenv("DOMAINBENCH_CACHE", str(tmp_path / "cache"))
