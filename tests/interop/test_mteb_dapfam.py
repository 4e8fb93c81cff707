"""MTEB's own DAPFAM tasks on a folder in the Hub's layout, and the release imported from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from domainbench.benchmarks.evaluate import evaluate
from domainbench.builders.imports.dapfam import import_dapfam
from domainbench.retrieval.interop.mteb import MtebModel
from domainbench.retrieval.systems import parse_system
from domainbench.schemas.release import Release

from .conftest import MEASURES
from .mteb_tools import MARKS, ROUNDING, scores_by_subset

pytestmark = MARKS
FILES = {"corpus": "corpus", "queries": "queries", "relations": "qrels_all"}
PARTITIONS = {"All": "ALL", "In": "IN", "Out": "OUT"}
VIEWS = {"TitlAbs": "TA", "TitlAbsClm": "TAC", "FullText": "TACD"}


@pytest.fixture(scope="module")
def hub(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as DAPFAM is published, with negatives that are labelled NC."""
    folder = tmp_path_factory.mktemp("hub")
    pl.DataFrame(families(release, "corpus", "relevant_id")).write_parquet(
        folder / "corpus.parquet"
    )
    pl.DataFrame(families(release, "queries", "query_id")).write_parquet(folder / "queries.parquet")
    relations(release).write_parquet(folder / "qrels_all.parquet")
    configs = "".join(
        f"- config_name: {name}\n  data_files:\n  - split: train\n    path: {file}.parquet\n"
        for name, file in FILES.items()
    )
    (folder / "README.md").write_text(f"---\nconfigs:\n{configs}---\n")
    return folder


def families(release: Release, table: str, key: str) -> list[dict[str, Any]]:
    prefix = "q-" if table == "queries" else ""
    return [
        {
            key: prefix + row["_id"],
            "earliest_claim_jusrisdiction": row["jurisdiction"],
            "jurisdiction": row["jurisdiction"],
            "ipcr_codes_str": ";;".join(row["ipc"]),
            "earliest_claim_date": row["earliest_date"],
            "earliest_claim_year": row["year"],
            "classifications_ipcr_list_first_three_chars_list": row["ipc3_domains"],
            "title_en": row["title"],
            "abstract_en": row["abstract" if table == "queries" else "text"],
            "claims_text": row["claims"],
            "description_en": row["description"],
        }
        | ({"abstract_keywords": row["keywords"]} if table == "queries" else {})
        for row in release.table(table).to_pylist()
    ]


def relations(release: Release) -> pl.DataFrame:
    rows = [
        {
            "query_id": "q-" + row["query-id"],
            "relevant_id": row["corpus-id"],
            "relevance_score": 1.0,
            "domain_rel": row["partition"],
        }
        for row in release.table("qrels").to_pylist()
    ]
    documents = release.table("corpus").column("_id").to_pylist()
    judged = {(row["query_id"], row["relevant_id"]) for row in rows}
    negatives = [
        {"query_id": query, "relevant_id": document, "relevance_score": 0.0, "domain_rel": "NC"}
        for query in sorted({query for query, _ in judged})
        for document in documents[:3]
        if (query, document) not in judged
    ]
    return pl.DataFrame(rows + negatives)


@pytest.fixture(scope="module")
def imported(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return import_dapfam(hub, tmp_path_factory.mktemp("dapfam") / "release")


@pytest.mark.parametrize("target", ["TitlAbs", "TitlAbsClm", "FullText"])
@pytest.mark.parametrize("query", ["TitlAbs", "TitlAbsClm"])
def test_the_eighteen_tasks_have_our_figures(
    hub: Path, imported: Release, monkeypatch: pytest.MonkeyPatch, query: str, target: str
) -> None:
    from mteb.tasks.retrieval.eng import dapfam_patent_retrieval as tasks

    results = evaluate(
        imported, ["bm25"], measures=MEASURES, query_view=VIEWS[query], corpus_view=VIEWS[target]
    )
    for scope, partition in PARTITIONS.items():
        task = getattr(tasks, f"DAPFAM{scope}{query}To{target}Retrieval")()
        monkeypatch.setitem(task.metadata.dataset, "path", str(hub))
        (theirs,) = scores_by_subset(MtebModel(parse_system("bm25")), task).values()
        ours = {m: results.figure("bm25", m, partition).value for m in MEASURES}
        assert theirs == pytest.approx(ours, abs=ROUNDING)
        assert 0 < theirs["nDCG@100"] < 1
