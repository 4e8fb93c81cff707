"""Folders that other tools' own loaders read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.retrieval.interop.dictionaries import qrels_to_dict
from domainbench.retrieval.interop.trec_folder import write_trec
from domainbench.retrieval.qrels import Qrels
from domainbench.retrieval.trec import read_qrels
from domainbench.schemas.beir import write_beir
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release, write_release
from domainbench.schemas.views import View
from tests.schemas.conftest import CORPUS, family, info, tables


@pytest.mark.filterwarnings("default")  # of packages that the loader imports
def test_beir_s_own_loader_reads_what_is_written(release: Release, tmp_path: Path) -> None:
    loaders = pytest.importorskip("beir.datasets.data_loader", reason="beir is not installed")
    folder = write_beir(release, tmp_path / "beir")
    corpus, queries, qrels = loaders.GenericDataLoader(str(folder)).load(split="test")
    rows = release.table("corpus").to_pylist()
    assert corpus == {row["_id"]: {"title": row["title"], "text": row["text"]} for row in rows}
    assert qrels == qrels_to_dict(Qrels.from_table(release.table("qrels")))
    texts = {row["_id"]: row["text"] for row in release.table("queries").to_pylist()}
    assert queries == {query: texts[query] for query in qrels}


def test_trec_files_of_a_release(release: Release, tmp_path: Path) -> None:
    folder = write_trec(release, tmp_path / "trec")
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "corpus.jsonl",
        "test.IN.qrels",
        "test.OUT.qrels",
        "test.UNKNOWN.qrels",
        "test.qrels",
        "test.topics.tsv",
    ]
    pairs = release.table("qrels")
    assert read_qrels(folder / "test.qrels").to_table() == Qrels.from_table(pairs).to_table()
    outside = [row for row in pairs.to_pylist() if row["partition"] == "OUT"]
    assert len(read_qrels(folder / "test.OUT.qrels").docs) == len(outside)
    topics = [line.split("\t") for line in (folder / "test.topics.tsv").read_text().splitlines()]
    wanted = release.table("queries").to_pylist()
    assert topics == [[row["_id"], " ".join(row["text"].split())] for row in wanted]
    first = json.loads((folder / "corpus.jsonl").read_text().splitlines()[0])
    row = release.table("corpus").to_pylist()[0]
    assert first == {"id": row["_id"], "contents": f"{row['title']}\n{row['text']}"}
    one = write_trec(release, tmp_path / "one", view=View(partition="OUT"), splits=["test"])
    assert (one / "test.qrels").read_bytes() == (folder / "test.OUT.qrels").read_bytes()


def test_what_trec_files_cannot_express_is_said(release: Release, tmp_path: Path) -> None:
    spaced = write_release(
        tmp_path / "spaced", tables(CORPUS, [family("a b", "x", [], abstract="x")], []), info()
    )
    with pytest.raises(DataError, match=r"test\.topics\.tsv[\s\S]*'a b'"):
        write_trec(spaced, tmp_path / "out")
    with pytest.raises(UsageError, match="split"):
        write_trec(release, tmp_path / "out", splits=["dev"])
    assert [path.name for path in tmp_path.iterdir()] == ["spaced"]
