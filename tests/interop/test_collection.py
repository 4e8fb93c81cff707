from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from domainbench.retrieval.interop.collection import Collection, Document, Judgement, Query
from domainbench.schemas import table_files
from domainbench.schemas.errors import UsageError
from domainbench.schemas.release import Release, write_release
from domainbench.schemas.views import View
from tests.schemas.conftest import family, info, tables


def test_a_release_is_iterated(release: Release) -> None:
    collection = Collection(release)
    documents = list(collection.docs_iter())
    corpus = release.table("corpus").to_pylist()
    assert documents == [Document(row["_id"], row["title"], row["text"]) for row in corpus]
    assert documents[0].default_text() == f"{corpus[0]['title']}\n{corpus[0]['text']}"
    assert collection.docs_count() == len(corpus)
    queries = release.table("queries").to_pylist()
    assert list(collection.queries_iter()) == [Query(row["_id"], row["text"]) for row in queries]
    assert next(collection.queries_iter()).default_text() == queries[0]["text"]
    assert collection.queries_count() == len(queries)
    pairs = release.table("qrels").to_pylist()
    assert list(collection.qrels_iter()) == [
        Judgement(row["query-id"], row["corpus-id"], row["score"], "0") for row in pairs
    ]
    assert collection.docs_lang() == "en"
    kinds = (collection.docs_cls(), collection.queries_cls(), collection.qrels_cls())
    assert kinds == (Document, Query, Judgement)
    assert sorted(collection.qrels_defs()) == [0, 1]


def test_fields_are_those_of_ir_datasets() -> None:
    base = pytest.importorskip("ir_datasets.formats.base", reason="ir_datasets is not installed")
    for ours, theirs in (
        (Document, base.GenericDoc), (Query, base.GenericQuery), (Judgement, base.GenericQrel),
    ):  # fmt: skip
        assert set(theirs._fields) <= set(ours._fields)


def test_documents_are_found_by_reading_their_row_group_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_files, "ROW_GROUP_BYTES", 4_096)
    corpus = [family(f"d{at:04d}", "word " * 40 + str(at), []) for at in range(100)]
    release = write_release(tmp_path / "many", tables(corpus, [], []), info())
    assert pq.read_metadata(release.files("corpus")[0]).num_row_groups > 5
    store = Collection(release).docs_store()
    read: list[int] = []
    real = pq.ParquetFile.read_row_group

    def counted(self: pq.ParquetFile, number: int, **options: object) -> object:
        read.append(number)
        return real(self, number, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    for at in (0, 50, 99):
        assert store.get(f"d{at:04d}").text.endswith(f" {at}")
    assert len(read) == 3
    found = store.get_many(["d0099", "d0000", "d0001", "d9999", "a"])
    assert list(found) == ["d0000", "d0001", "d0099"]
    with pytest.raises(KeyError):
        store.get("d0000x")


def test_views_choose_texts_and_partitions(release: Release) -> None:
    view = View(("title", "abstract", "claims"), ("claims",), "OUT")
    collection = Collection(release, view=view)
    first = release.table("corpus").to_pylist()[0]
    document = collection.docs_store().get(first["_id"])
    assert document == Document(first["_id"], "", first["claims"] or "")
    assert document == next(collection.docs_iter())
    assert document.default_text() == (first["claims"] or "")
    row = release.table("queries").to_pylist()[0]
    texts = [row["title"], row["abstract"], row["claims"]]
    assert next(collection.queries_iter()).text == "\n".join(text for text in texts if text)
    wanted = [r for r in release.table("qrels").to_pylist() if r["partition"] == "OUT"]
    assert [pair.doc_id for pair in collection.qrels_iter()] == [r["corpus-id"] for r in wanted]
    with pytest.raises(UsageError, match="column of corpus"):
        list(Collection(release, view=View(corpus_columns=("body",))).docs_iter())
    with pytest.raises(UsageError, match="split"):
        list(Collection(release, "dev").qrels_iter())
