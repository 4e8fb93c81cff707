from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.grid.config import read_config
from domainbench.benchmarks.grid.results import GridResults
from domainbench.benchmarks.grid.run import run_grid
from domainbench.benchmarks.grid.variables import Variables
from domainbench.retrieval import systems
from domainbench.schemas.release import Release
from tests.retrieval.dense.conftest import tiny_model  # noqa: F401 - a fixture
from tests.retrieval.rerank.conftest import cross_encoder  # noqa: F401 - a fixture

WINDOWS = """
name = "windows"
k = 10
measures = ["nDCG@10"]

[define]
encoder = "dense"

[[cells]]
query_view = "TA"
corpus_view = "D"
system = ["passages:{encoder},window={window}", "rrf:bm25+passages({encoder},window={window})"]
window = [8, 512]
"""
RERANKED = """
name = "reranked"
k = 10
measures = ["nDCG@10"]

[define]
model = "none"

[[cells]]
query_view = ["T", "TA"]
corpus_view = "TA"
system = ["bm25", "rerank:{model},n=3", "rerank:{model},n=20"]
"""


def run(release: Release, folder: Path, text: str, **define) -> GridResults:
    path = folder / "grid.toml"
    path.write_text(text)
    return run_grid(release, read_config(path, define), folder / "out")


def test_a_window_that_the_model_cannot_take_fails_its_cells(
    library: Release,
    tmp_path: Path,
    tiny_model: Path,  # noqa: F811
) -> None:
    results = run(library, tmp_path, WINDOWS, encoder=f"dense:{tiny_model},device=cpu")
    found = results.summary.outcomes
    assert [outcome.status for outcome in found] == ["done", "failed", "done", "failed"]
    assert str(found[1].reason).startswith("a window is longer than what the model")
    assert str(found[3].reason).endswith(str(found[1].reason))
    assert found[0].cost.encode_seconds is not None
    again = run(library, tmp_path, WINDOWS, encoder=f"dense:{tiny_model},device=cpu")
    assert again.summary.work.rankings_computed == 0
    assert again.figures == results.figures


def test_reranking_takes_the_ranking_that_is_there(
    library: Release,
    tmp_path: Path,
    cross_encoder: Path,  # noqa: F811
) -> None:
    results = run(library, tmp_path, RERANKED, model=str(cross_encoder))
    work = results.summary.work
    # For each text of the queries: bm25 to 10 and to 20 documents, and two re-rankings.
    assert (work.indexes_built, work.rankings_computed) == (1, 8)
    cell = results.summary.cells[-1]
    alone = evaluate(
        library, [cell.system], k=10, measures=["nDCG@10"], query_view="TA", corpus_view="TA"
    )
    found = results.figure(cell.number, "nDCG@10", "ALL")
    assert found is not None
    assert found.value == alone.figure(cell.system, "nDCG@10").value
    assert run(library, tmp_path, RERANKED, model=str(cross_encoder)).figures == results.figures


@pytest.mark.parametrize("name", sorted(systems._SYSTEMS))
def test_every_system_can_stand_for_a_variable(name: str) -> None:
    variables = Variables({"x": f"{name}:a=1,b=2"})
    assert variables.fill("rrf:{x}+{x},k=3", {}) == f"rrf:{name}(a=1,b=2)+{name}(a=1,b=2),k=3"


def test_what_is_no_system_stays_as_it_is() -> None:
    variables = Variables({"prompt": "query:\\s"})
    assert variables.fill("dense:m,query_prompt={prompt}", {}) == "dense:m,query_prompt=query:\\s"
