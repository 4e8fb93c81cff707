"""A release whose splits are several files each, from the build to results from the Hub."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import datasets
import pytest

from domainbench.api import diff, evaluate, load, sample, verify
from domainbench.cards.hub.pull import pull
from domainbench.cards.hub.push import load_back, push
from domainbench.retrieval.interop.collection import Collection
from domainbench.schemas import table_files
from domainbench.schemas.release import Release
from tests.cards.hub.conftest import TOKEN, UPLOADS_WARN, contents, run_python
from tests.cards.hub.mini_hub import MiniHub

pytestmark = UPLOADS_WARN


@pytest.fixture(scope="module")
def sharded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    """The same sample in files of a few rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_files, "SHARD_BYTES", 40_000)
        patch.setattr(table_files, "ROW_GROUP_BYTES", 20_000)
        yield sample("patents", tmp_path_factory.mktemp("shards") / "patents", size=60)


def test_every_reader_takes_several_files(sharded: Release, patents: Release) -> None:
    assert all(len(sharded.files(name)) > 1 for name in ("corpus", "queries"))
    assert sharded.manifest.fingerprint == patents.manifest.fingerprint
    assert not [finding for finding in verify(sharded.path) if finding.level == "fault"]
    opened = load(sharded.path)
    for name in opened.tables:
        assert opened.table(name).equals(patents.table(name))
        assert opened.head(name, 25).equals(patents.head(name, 25))
        assert opened.dataset(name)[:] == patents.dataset(name)[:]
    assert diff(patents, sharded).to_dict()["tables"] == diff(patents, patents).to_dict()["tables"]
    one, many = Collection(patents), Collection(sharded)
    assert list(many.docs_iter()) == list(one.docs_iter())
    assert many.queries_count() == one.queries_count()
    last = list(one.docs_iter())[-1]
    assert many.docs_store().get(last.doc_id) == last


def test_evaluations_are_the_same(sharded: Release, patents: Release) -> None:
    many, one = (evaluate(release, ["bm25"]) for release in (sharded, patents))
    assert many.reproducible() == one.reproducible()


def test_datasets_reads_the_files_in_their_order(sharded: Release) -> None:
    load_back(sharded)
    data = datasets.load_dataset(str(sharded.path), "corpus", split="test")
    assert data["_id"][:] == sharded.table("corpus").column("_id").to_pylist()


def test_over_the_hub_and_back(hub: MiniHub, sharded: Release, tmp_path: Path) -> None:
    push(sharded.path, "owner/patents", token=TOKEN, endpoint=hub.url)
    got = pull("owner/patents", tmp_path / "got", token=TOKEN, endpoint=hub.url)
    assert contents(got.path) == contents(sharded.path)
    code = f"""
from datasets import load_dataset
data = load_dataset("owner/patents", "corpus", split="test", revision="v{got.manifest.version}")
print(*data["_id"][:], sep="\\n")
"""
    printed = run_python(code, hub, tmp_path, HF_TOKEN=TOKEN)
    assert printed.split() == sharded.table("corpus").column("_id").to_pylist()
