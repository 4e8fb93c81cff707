"""Grids, and data sets in the layouts of other tools, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from tests.cli.conftest import domainbench, refused

GRID = """
name = "small"
measures = ["nDCG@10"]
[define]
encoder = "dense:some/model"
[[cells]]
query_view = ["TA", "K"]
corpus_view = "TA"
system = ["bm25", "rrf:bm25+{encoder},k={rrf_k}"]
rrf_k = [10, 60]
"""


def test_a_grid_is_computed_once(sample: Path, home: Path) -> None:
    (home / "small.toml").write_text(GRID)
    call = ("grid", "small.toml", "sample", "-o", "cells", "--define", "encoder=dense:dims=16")
    done = domainbench(*call, cwd=home)
    assert done.returncode == 0, done.stderr
    assert "K>TA" in done.stdout
    cells = pl.read_parquet(home / "cells" / "cells.parquet")
    assert set(cells["query_view"]) == {"TA", "K"}
    again = json.loads(domainbench(*call, "--json", cwd=home).stdout)
    assert again["work"]["rankings_computed"] == 0
    assert len(again["cells"]) == 6


def test_a_grid_that_comes_with_the_package(sample: Path, home: Path) -> None:
    done = domainbench(
        "grid", "dapfam", "sample", "-o", "g", "--define", "encoder=nothing", cwd=home
    )
    refused(done, 2, "dapfam.toml", "unknown system 'nothing'")
    refused(domainbench("grid", "none.toml", "sample", "-o", "g", cwd=home), 2, "none.toml")
    done = domainbench("grid", "small.toml", "sample", "-o", "g", "--define", "oops", cwd=home)
    refused(done, 2, "KEY=VALUE")


def test_out_in_beirs_layout_and_back(sample: Path, home: Path) -> None:
    done = domainbench("export", "beir", "sample", "-o", "beir", "--corpus-view", "TAC", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "qrels/test.tsv" in done.stdout
    done = domainbench("import", "beir", "beir", "-o", "back", "--name", "back", cwd=home)
    assert done.returncode == 0, done.stderr
    assert domainbench("verify", "back", cwd=home).returncode == 0
    figures = []
    for folder, view in (("sample", "TAC"), ("back", "TT")):
        done = domainbench(
            *("evaluate", folder, "-s", "bm25", "-m", "nDCG@10", "--corpus-view", view, "--json"),
            cwd=home,
        )
        found = json.loads(done.stdout)
        figures.append([(f["partition"], f["n"], f["value"]) for f in found["figures"]])
    assert figures[0] == figures[1]


def test_trec_files_of_one_partition(sample: Path, home: Path) -> None:
    done = domainbench(
        "export", "trec", "sample", "-o", "trec", "--partition", "OUT", "--json", cwd=home
    )
    assert "test.OUT.qrels" in json.loads(done.stdout)["files"]


def test_what_is_wrong_with_a_layout_is_said(sample: Path, home: Path) -> None:
    refused(domainbench("import", "mteb", ".", "-o", "x", cwd=home), 2, "'mteb'", "beir, dapfam")
    refused(domainbench("import", "dapfam", "nowhere", "-o", "x", cwd=home), 2, "nowhere")
    (home / "empty").mkdir(exist_ok=True)
    refused(domainbench("import", "dapfam", "empty", "-o", "x", cwd=home), 1, "corpus.parquet")
    refused(domainbench("export", "beir", "sample", "-o", "sample", cwd=home), 2, "sample")
    done = domainbench("export", "beir", "sample", "-o", "x", "--query-view", "Z", cwd=home)
    refused(done, 2, "'Z'")


def test_a_grid_without_any_ranking_is_a_failure(sample: Path, home: Path) -> None:
    (home / "all.toml").write_text(
        'name = "all"\n[[cells]]\nlabel = "all"\nquery_view = "TA"\ncorpus_view = "TA"\n'
        'system = ["dense:./missing", "bm25:stemmer=none"]\n'
    )
    done = domainbench("grid", "all.toml", "sample", "-o", "some", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "all bm25" in done.stdout  # the label alone would not tell the two cells apart
    text = (home / "all.toml").read_text().replace(', "bm25:stemmer=none"', "")
    (home / "all.toml").write_text(text)
    done = domainbench("grid", "all.toml", "sample", "-o", "nothing", cwd=home)
    assert done.returncode == 1
    assert "no folder" in done.stdout
    (home / "all.toml").write_text(text.replace('label = "all"', "label = 5"))
    refused(domainbench("grid", "all.toml", "sample", "-o", "x", cwd=home), 2, "label")


def test_calls_that_cannot_be_carried_out_are_refused_at_once(sample: Path, home: Path) -> None:
    (home / "file").write_text("")
    call = ("evaluate", "sample", "-s", "bm25")
    refused(domainbench(*call, "--seed", "-1", cwd=home), 2, "seed is negative")
    refused(domainbench(*call, "--trec", "file", cwd=home), 2, "is a file")
