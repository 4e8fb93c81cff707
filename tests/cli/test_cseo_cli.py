"""Conversational SEO by the commands that a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import domainbench, refused


@pytest.fixture(scope="module")
def release(home: Path) -> Path:
    done = domainbench("sample", "cseo", "-o", "cseo", "--size", "3", cwd=home)
    assert done.returncode == 0, done.stderr
    return home / "cseo"


def test_the_sample_is_sound_and_ranked_by_domain(release: Path, home: Path) -> None:
    assert domainbench("verify", "cseo", cwd=home).returncode == 0
    done = domainbench("evaluate", "cseo", "-s", "bm25", "--by", "domain", cwd=home)
    assert done.returncode == 0, done.stderr
    for domain in ("retail", "videogames", "books", "web", "news", "debate"):
        assert domain in done.stdout


def test_a_ranker_is_scored_with_tables_and_plots(release: Path, home: Path) -> None:
    done = domainbench(
        "score", "cseo", "cseo", "--engine", "bm25", "-o", "ranked", "--plots", "plots",
        "--method", "keyword_insertion", "--method", "outline", "--adoption", "1",
        "--adoption", "10", cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "keyword_insertion" in done.stdout
    assert "Equilibria of the adoption game" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    scores = json.loads((home / "ranked" / "scores.json").read_text("utf-8"))
    assert scores["queries"] == 18
    assert pq.read_metadata(home / "ranked" / "outcomes.parquet").num_rows > 0
    plots = sorted(path.name for path in (home / "plots").iterdir())
    assert plots[:3] == ["adoption.svg", "gains.svg", "game-books.svg"]
    assert (home / "plots" / "gains.svg").read_text("utf-8").startswith("<?xml")


def test_the_surrogate_is_scored_as_json(release: Path, home: Path) -> None:
    done = domainbench(
        "score", "cseo", "cseo", "--domain", "web", "--method", "top", "--adoption", "1", "--json",
        cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert scores["engine"]["name"] == "surrogate"
    assert {gain["method"] for gain in scores["gains"]} == {"top"}
    assert scores["selection"]["domains"] == ["web"]


def test_recorded_responses_are_scored(home: Path) -> None:
    for method, text in (("baseline", "First [2]. Then [1]."), ("Fluency", "First [1].")):
        folder = home / "responses" / "web" / method / "gpt"
        folder.mkdir(parents=True)
        order = [1, 0] if method == "baseline" else [0]
        row = {
            "Prompt": "", "Response": text, "Search Query": "why", "Boost Product Index": [0],
            "Citation Order": order, "Citation Order w. Duplicates": order,
        }  # fmt: skip
        pq.write_table(pa.Table.from_pylist([row]), folder / "responses.parquet")
    done = domainbench("score", "cseo", "--responses", "responses", "--json", cwd=home)
    assert done.returncode == 0, done.stderr
    (gain,) = json.loads(done.stdout)["gains"]
    assert (gain["method"], gain["mean"], gain["slice"]) == ("fluency", 1.0, "web")
    assert "fluency" in domainbench("score", "cseo", "--responses", "responses", cwd=home).stdout


def test_wrong_calls_are_told(release: Path, home: Path) -> None:
    refused(domainbench("score", "cseo", cwd=home), 2, "release folder")
    refused(domainbench("score", "cseo", "cseo", "--engine", "bm52", cwd=home), 2, "bm52")
    refused(domainbench("score", "cseo", "cseo", "--try", "none.py:X", cwd=home), 2, "none.py")
    refused(domainbench("score", "cseo", "cseo", "--domain", "tools", cwd=home), 2, "retail")
    refused(domainbench("score", "cseo", "--responses", "nowhere", cwd=home), 1, "nowhere")
