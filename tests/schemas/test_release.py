from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset

from domainbench.schemas import release as release_module
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.patents import PATENT_CORPUS
from domainbench.schemas.release import Release, TableData, rejects_path, write_release

from .conftest import CORPUS, family, info, pair, table, tables


def test_load_dataset_reads_the_folder_as_it_is(release: Release, tmp_path: Path) -> None:
    for name, rows in (("corpus", 3), ("queries", 2), ("qrels", 3)):
        data = load_dataset(
            str(release.path), name, split="test", cache_dir=str(tmp_path / "cache")
        )
        assert data.num_rows == rows
    corpus = load_dataset(str(release.path), split="test", cache_dir=str(tmp_path / "cache"))
    assert corpus[0]["ipc3_domains"] == ["F16"]


def test_tables_without_rows_are_no_configs(tmp_path: Path) -> None:
    made = write_release(tmp_path / "bare", tables(queries=[], qrels=[]), info())
    assert made.table("queries").num_rows == 0
    data = load_dataset(str(made.path), "corpus", cache_dir=str(tmp_path / "cache"))
    assert data["test"].num_rows == 3


def test_dataset_shares_the_arrow_buffers(release: Release) -> None:
    data = release.dataset("corpus")
    assert data["_id"][:] == ["d1", "d2", "d3"]
    again = release.dataset("corpus")
    assert data._fingerprint == again._fingerprint
    assert data._fingerprint != release.dataset("queries")._fingerprint


def test_polars_and_arrow_hold_the_same_rows(release: Release) -> None:
    assert release.polars("qrels").to_dicts() == release.table("qrels").to_pylist()


def test_manifest_counts_slices_and_rows(release: Release) -> None:
    assert release.manifest.slices["qrels.partition=IN"] == 1
    assert release.manifest.slices["queries.section_domains=F"] == 2
    assert release.manifest.tables["corpus"].rows == 3
    assert release.manifest.tables["corpus"].splits["test"][0].rows == 3


def test_fingerprint_does_not_depend_on_how_the_rows_come(tmp_path: Path, release: Release) -> None:
    staged = tmp_path / "staged.parquet"
    pq.write_table(
        table(PATENT_CORPUS.schema, CORPUS), staged, row_group_size=1, compression="none"
    )
    data = [TableData(PATENT_CORPUS, {"test": staged}), *tables()[1:]]
    other = write_release(tmp_path / "other", data, info())
    assert other.manifest.fingerprint == release.manifest.fingerprint


def test_same_input_gives_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one = write_release(tmp_path / "one", tables(), info())
    two = write_release(tmp_path / "two", tables(), info())
    assert one.manifest.created == "2023-11-14T22:13:20Z"
    for path in sorted(p for p in one.path.rglob("*") if p.is_file()):
        assert path.read_bytes() == (two.path / path.relative_to(one.path)).read_bytes()


def test_an_existing_folder_is_refused(release: Release) -> None:
    with pytest.raises(UsageError, match="exists already"):
        write_release(release.path, tables(), info())
    changed = write_release(release.path, tables(qrels=[]), info(), overwrite=True)
    assert changed.table("qrels").num_rows == 0


def test_a_folder_that_is_no_release_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("do not lose me")
    with pytest.raises(UsageError, match="no release"):
        write_release(tmp_path / "mine", tables(), info(), overwrite=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "do not lose me"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(release_module, "write_readme", fail)
    with pytest.raises(OSError, match="disk full"):
        write_release(tmp_path / "valves", tables(), info())
    assert list(tmp_path.iterdir()) == []


def test_unsorted_and_repeated_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not sorted"):
        write_release(tmp_path / "a", tables(corpus=CORPUS[::-1]), info())
    with pytest.raises(DataError, match="repeats"):
        write_release(tmp_path / "b", tables(corpus=[CORPUS[0], CORPUS[0]]), info())


def test_order_is_by_code_point(tmp_path: Path) -> None:
    rows = [family(key, "text", []) for key in ("Z", "a", "é", "𐐀")]
    pairs = [pair("q1", "Z", "UNKNOWN")]
    made = write_release(tmp_path / "a", tables(corpus=rows, qrels=pairs), info())
    assert made.table("corpus").column("_id").to_pylist() == ["Z", "a", "é", "𐐀"]


def test_columns_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    bad = pa.table({"_id": ["d1"]})
    with pytest.raises(DataError, match="lacks the column 'title'"):
        write_release(tmp_path / "a", [TableData(PATENT_CORPUS, {"test": bad})], info())


def test_rejects_stand_beside_the_release(tmp_path: Path) -> None:
    listing = tmp_path / "found.jsonl"
    listing.write_text('{"reason": "bad"}\n')
    made = write_release(tmp_path / "valves", tables(), info(), rejects=listing)
    assert rejects_path(made.path).read_text() == '{"reason": "bad"}\n'
    write_release(made.path, tables(), info(), overwrite=True)
    assert not rejects_path(made.path).exists()


@pytest.mark.parametrize("version", ["1.0", "2026.13", "2026.1", "2026.11.01", "v2026.11"])
def test_versions_are_calendar_versions(tmp_path: Path, version: str) -> None:
    with pytest.raises(UsageError, match="calendar version"):
        write_release(tmp_path / "a", tables(), info(version=version))


def test_opening_says_what_is_wrong(tmp_path: Path, release: Release) -> None:
    with pytest.raises(UsageError, match="no such release folder"):
        Release.open(tmp_path / "nowhere")
    with pytest.raises(DataError, match="no manifest"):
        Release.open(tmp_path)
    manifest = release.path / "manifest.json"
    payload: dict[str, Any] = json.loads(manifest.read_text())
    for change, problem in (
        ({"format": 99}, "format"),
        ({"colour": "blue"}, "colour"),
        ({"fingerprint": "short"}, "fingerprint"),
    ):
        manifest.write_text(json.dumps(payload | change))
        with pytest.raises(DataError, match=problem):
            Release.open(release.path)
    manifest.write_text("{")
    with pytest.raises(DataError, match="not JSON"):
        Release.open(release.path)


def test_unknown_tables_and_splits_are_named(release: Release) -> None:
    with pytest.raises(UsageError, match="did you mean corpus"):
        release.table("corpse")
    with pytest.raises(UsageError, match="dev"):
        release.table("corpus", "dev")
