"""A release whose texts try to leave the page, and evaluations of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.results import Results
from domainbench.cards.report.page import write_report
from domainbench.schemas.release import Release, write_release
from tests.schemas.conftest import family, info, pair, tables

EVIL = (
    "</script><script>document.title='owned'</script><img src=x onerror=alert(1)> \"'&amp; \u2028"
)
WORDS = ("pump", "valve", "motor", "rotor", "brake", "lens", "coil", "disc")
SYSTEMS = ["bm25", "bm25:b=0", "rrf:bm25+bm25(b=0)"]


def release_of_words(folder: Path, name: str, extra: str = "") -> Release:
    """Eight queries of two words; whether long documents are held back decides who finds more.

    Of a long document that repeats the word and a short one that does not, the long one is
    relevant to every second query, the short one to the others.
    """
    corpus, queries, qrels = [], [], []
    for n, word in enumerate(WORDS):
        other = WORDS[(n + 1) % len(WORDS)]
        long, short = f"{word} {word} " + "filler " * (40 + n), f"{word} alone"
        found, missed = (long, short) if n % 2 else (short, long)
        corpus += [
            family(f"d{n}a", f"{word} {other} {EVIL}{extra}", ["F04B1/00"], title=word),
            family(f"d{n}b", found, ["A01B1/00"], title=""),
            family(f"d{n}c", missed, ["A01B1/00"], title=""),
        ]
        queries.append(
            family(f"q{n}", f"{word} {other}", ["F04C2/00"], title=f"{word} {EVIL}",
                   abstract=other, year=2000 + n % 2)
        )  # fmt: skip
        qrels += [pair(f"q{n}", f"d{n}a", "IN"), pair(f"q{n}", f"d{n}b", "OUT")]
    return write_release(folder / name, tables(corpus, queries, qrels), info(name=name))


@dataclass(frozen=True)
class Measured:
    release: Release
    folder: Path
    results: Results


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    home = tmp_path_factory.mktemp("report")
    release = release_of_words(home, "words")
    folder = home / "results"
    results = evaluate(release, SYSTEMS, by=["year", "section_domains"], output=folder)
    return Measured(release, folder, results)


@pytest.fixture(scope="session")
def page_file(measured: Measured, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    return write_report([measured.folder], path, releases=[measured.release.path])


@pytest.fixture(scope="session")
def page(page_file: Path) -> Any:
    return parsed(page_file)


def parsed(path: Path) -> Any:
    return html.document_fromstring(path.read_text(encoding="utf-8"))


def data_of(document: Any, key: str = "r1") -> dict[str, Any]:
    (element,) = document.xpath(f"//script[@id='{key}-data']")
    return json.loads(element.text)


def table_of(document: Any, key: str) -> Any:
    """The table whose caption has that id."""
    (element,) = document.xpath(f"//table[caption/@id='{key}']")
    return element


def texts(elements: list[Any]) -> list[str]:
    return [re.sub(r"\s+", " ", element.text_content()).strip() for element in elements]


def copied(results: Results, folder: Path, **changes: Any) -> Path:
    """A folder with changed results alone."""
    folder.mkdir()
    results.model_copy(update=changes).write(folder)
    return folder
