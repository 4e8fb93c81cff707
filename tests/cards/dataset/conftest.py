"""One small release of each family, each with its card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.api import import_dataset, sample
from domainbench.cards.dataset.card import write_card
from domainbench.schemas.release import Release

from ...benchmarks.code.releases import write_code_release
from ...benchmarks.rag.releases import write as write_rag_release

FAMILIES = ("code", "cseo", "patents", "qa", "rag", "retrieval")


def beir_folder(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": "d1", "title": "Pumps", "text": "pump seal"}, {"_id": "d2", "text": "ox"}]
    lines = "".join(json.dumps({"title": "", **row}) + "\n" for row in documents)
    (folder / "corpus.jsonl").write_text(lines)
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "pump"}\n')
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    return folder


def make(family: str, folder: Path) -> Release:
    if family == "code":
        return write_code_release(folder / "code")
    if family == "rag":
        return write_rag_release(folder / "rag")
    if family == "retrieval":
        source = beir_folder(folder / "pumps")
        return import_dataset("beir", source, folder / "retrieval", name="pumps", version="2026.11")
    return sample(family, folder / family, size=40 if family == "patents" else 2)


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """Family → release; the README that each was written with is kept as ``short.md`` beside it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1790000000")
        folder = tmp_path_factory.mktemp("cards")
        releases = {family: make(family, folder) for family in FAMILIES}
    for family, release in releases.items():
        (folder / f"{family}.short.md").write_bytes((release.path / "README.md").read_bytes())
        write_card(release)
    return releases


@pytest.fixture(params=FAMILIES)
def release(request: pytest.FixtureRequest, made: dict[str, Release]) -> Release:
    return made[request.param]


@pytest.fixture
def patents(made: dict[str, Release], tmp_path: Path) -> Release:
    """A copy that may be changed."""
    import shutil

    shutil.copytree(made["patents"].path, tmp_path / "patents")
    return Release.open(tmp_path / "patents")
