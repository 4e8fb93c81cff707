from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.benchmarks.evaluate import evaluate
from domainbench.benchmarks.rag.tasks import TASKS
from domainbench.benchmarks.registry import find_task
from domainbench.benchmarks.task import Task
from domainbench.schemas.rag import REASONINGS
from domainbench.schemas.release import Release

from .releases import DOCUMENTS, write


def test_the_main_task_ranks_all_documents() -> None:
    assert find_task("rag", None) is TASKS[0]
    names = [task.name for task in TASKS]
    assert names == ["paragraphs", "paragraphs_in_domain", "paragraphs_only"]


def test_paragraphs_are_found_by_reasoning(release: Release) -> None:
    found = evaluate(release, ["bm25"], by=["pool"])
    assert found.task == "paragraphs"
    assert found.documents == len(DOCUMENTS)
    assert found.partitions == ["ALL", *REASONINGS]
    assert found.measures == ["nDCG@10", "Recall@10", "RR", "Success@1", "Same pool@10"]
    # Each question names the subject of its first paragraph, and no other text does.
    assert found.figure("bm25", "RR", "composite").value == 1
    assert found.figure("bm25", "Recall@10").value == 1
    assert found.figure("bm25", "RR", "transitive").n == 0
    assert found.figure("bm25", "RR", "transitive").value is None
    share = found.figure("bm25", "Same pool@10", column="pool", label="history")
    assert share.n == 2
    # h1 finds p5 and k4, h2 the same two.
    assert share.value == 1


def test_a_domain_is_ranked_by_itself(release: Release) -> None:
    found = evaluate(release, ["bm25"], task="paragraphs_in_domain")
    assert "Same pool@10" not in found.measures
    assert found.figure("bm25", "Recall@10").value == 1


def test_paragraphs_alone_are_fewer_documents(release: Release) -> None:
    found = evaluate(release, ["bm25"], task="paragraphs_only")
    assert found.documents == 5
    assert found.relevant_outside_corpus == 0


def test_without_paragraphs_nothing_is_relevant(tmp_path: Path) -> None:
    chunks = [row for row in DOCUMENTS if row[1] == "chunk"]
    found = evaluate(write(tmp_path / "chunks", documents=chunks), ["bm25"])
    assert found.figure("bm25", "nDCG@10").n == 0
    assert found.figure("bm25", "nDCG@10").value is None


@pytest.mark.parametrize("task", TASKS)
def test_no_document_is_taken_out_for_its_id(task: Task) -> None:
    assert not task.drop_self
