"""Fetching: every way to name a version, the cache, and what must never become a release."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from domainbench.api import evaluate
from domainbench.benchmarks.results import Results
from domainbench.cards.hub import push as push_module
from domainbench.cards.hub.failures import HubUnreachableError
from domainbench.cards.hub.pull import pull
from domainbench.cards.hub.push import push
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.origin import origin_path
from domainbench.schemas.release import Release, write_release
from domainbench.schemas.verify import verify
from tests.cards.hub.conftest import (
    REPOSITORY,
    STRANGER,
    TOKEN,
    UPLOADS_WARN,
    contents,
    refused,
)
from tests.cards.hub.mini_hub import Account, File, MiniHub
from tests.schemas.conftest import info, tables

pytestmark = UPLOADS_WARN


@pytest.fixture(autouse=True)
def without_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_module, "load_back", lambda _release: None)


@pytest.fixture
def first(hub: MiniHub, release: Release) -> str:
    """SHA of the first version, pushed."""
    return str(push(release.path, REPOSITORY, token=TOKEN, endpoint=hub.url).revision)


@pytest.fixture
def fetch(hub: MiniHub, tmp_path: Path) -> Callable[..., Release]:
    """Pulls into the folder ``got``."""

    def pulled(version: str | None = None, **more: Any) -> Release:
        known: dict[str, Any] = {"token": TOKEN, "endpoint": hub.url}
        source = REPOSITORY if version is None else f"{REPOSITORY}@{version}"
        return pull(source, tmp_path / "got", **(known | more))

    return pulled


def nothing_left(folder: Path) -> None:
    """No release, no record of one and no stage."""
    assert not [path for path in folder.iterdir() if "got" in path.name]


def tampered(hub: MiniHub, path: str, data: bytes | None) -> str:
    """A commit in which one file has other contents, or is missing; its SHA."""
    repository = hub.repositories[REPOSITORY]
    files = dict(repository.head.files)
    old = files.pop(path)
    if data is not None:
        files[path] = File(data, large=old.large)
    return repository.commit(files, "tampered").oid


def in_cache(name: str) -> list[Path]:
    return list(Path(constants.HF_HUB_CACHE).rglob(f"snapshots/*/{name}"))


@pytest.mark.parametrize("version", [None, "2026.11", "v2026.11", "main", "sha", "short"])
def test_a_pulled_release_is_the_pushed_one_byte_for_byte(
    version: str | None, first: str, release: Release, fetch: Callable[..., Release]
) -> None:
    asked = {"sha": first, "short": first[:9]}.get(str(version), version)
    got = fetch(asked)
    assert contents(got.path) == contents(release.path)
    assert got.manifest.fingerprint == release.manifest.fingerprint
    assert not [finding for finding in verify(got.path) if finding.level == "fault"]
    assert got.origin is not None
    assert (got.origin.repository, got.origin.revision) == (REPOSITORY, first)
    assert (got.origin.asked, got.origin.checked) == (asked, True)


def test_without_a_version_the_latest_one_is_pulled(
    hub: MiniHub, first: str, later: Release, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    push(later.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    newer = write_release(tmp_path / "newer", tables(), info(version="2027.01"))
    push(newer.path, REPOSITORY, token=TOKEN, endpoint=hub.url, create_tag=False)
    assert fetch().manifest.version == "2026.12"
    assert fetch("main", overwrite=True).manifest.version == "2027.01"


def test_results_name_repository_and_commit(hub: MiniHub, patents: Release, tmp_path: Path) -> None:
    sha = push(patents.path, "owner/patents", token=TOKEN, endpoint=hub.url).revision
    got = pull("owner/patents", tmp_path / "got", token=TOKEN, endpoint=hub.url)
    theirs = evaluate(got, ["bm25"], output=tmp_path / "out")
    assert (theirs.release.repository, theirs.release.revision) == ("owner/patents", sha)
    assert Results.read(tmp_path / "out").release == theirs.release
    ours = evaluate(patents, ["bm25"])
    assert ours.release.repository is None
    assert ours.figures == theirs.figures
    path = tmp_path / "out" / "results.json"
    text = json.loads(path.read_text())
    del text["release"]["repository"], text["release"]["revision"]
    path.write_text(json.dumps(text))
    assert Results.read(tmp_path / "out").release == ours.release


def test_a_folder_that_was_built_again_was_not_pulled(
    first: str, fetch: Callable[..., Release]
) -> None:
    got = fetch()
    record = origin_path(got.path).read_bytes()
    again = write_release(got.path, tables(), info(version="2027.01"), overwrite=True)
    assert again.origin is None
    assert not origin_path(got.path).exists()
    origin_path(got.path).write_bytes(record)
    assert Release.open(got.path).origin is None
    origin_path(got.path).write_text("{}")
    with pytest.raises(DataError, match=r"got\.origin\.json"):
        _ = Release.open(got.path).origin


def test_an_existing_folder_is_refused_or_replaced(
    hub: MiniHub, first: str, fetch: Callable[..., Release], release: Release, tmp_path: Path
) -> None:
    fetch()
    refused(UsageError, "exists already", call=fetch)
    (tmp_path / "got" / "README.md").write_text("changed")
    assert contents(fetch(overwrite=True).path) == contents(release.path)
    shutil.rmtree(tmp_path / "got")
    (tmp_path / "got").mkdir()
    (tmp_path / "got" / "thesis.txt").write_text("mine")
    refused(UsageError, "no release", call=partial(fetch, overwrite=True))


def test_a_failed_pull_leaves_the_release_that_stands_there(
    hub: MiniHub, first: str, fetch: Callable[..., Release], release: Release
) -> None:
    got = fetch()
    repository = hub.repositories[REPOSITORY]
    more = {"more.txt": File(b"more", large=False)}
    newer = repository.commit(repository.head.files | more, "newer").oid
    hub.fail("GET", "/resolve/.*more.txt", times=99)
    refused(HubUnreachableError, "more.txt", call=partial(fetch, newer, overwrite=True))
    assert contents(got.path) == contents(release.path)
    assert got.origin is not None
    assert got.origin.revision == first


def test_versions_that_are_not_there_are_named(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    refused(UsageError, "2026.12", "did you mean 2026.11", call=partial(fetch, "2026.12"))
    refused(DataError, "not there", call=partial(fetch, "0" * 40))
    refused(UsageError, "OWNER/NAME", call=partial(pull, "valves@2026.11", tmp_path / "got"))
    nothing_left(tmp_path)


def test_repositories_that_are_not_to_be_seen(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    for token in (None, STRANGER):
        refused(UsageError, "no such repository", "hf auth", call=partial(fetch, token=token))
    refused(UsageError, "does not accept the token", call=partial(fetch, token=TOKEN[::-1]))
    hub.repositories[REPOSITORY].private = False
    assert fetch(token=None).manifest.version == "2026.11"


def test_a_gated_repository_says_where_to_ask(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    repository = hub.repositories[REPOSITORY]
    repository.private, repository.gated = False, True
    refused(
        UsageError, "gated", f"ask for access at {hub.url}/datasets/{REPOSITORY}",
        call=partial(fetch, token=STRANGER),
    )  # fmt: skip
    nothing_left(tmp_path)
    assert fetch().manifest.version == "2026.11"


def test_what_is_no_release_is_not_pulled(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    refused(
        DataError, "no release", "manifest.json",
        call=partial(fetch, tampered(hub, "manifest.json", None)),
    )  # fmt: skip
    hub.repositories[REPOSITORY].branches["main"] = first
    refused(DataError, "not JSON", call=partial(fetch, tampered(hub, "manifest.json", b"{")))
    nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("corpus/test-00000-of-00001.parquet", "another size"),
        ("quality.json", "not the manifest's"),
    ],
)
def test_files_that_are_not_the_manifests_are_not_pulled(
    hub: MiniHub,
    first: str,
    fetch: Callable[..., Release],
    tmp_path: Path,
    path: str,
    problem: str,
) -> None:
    refused(DataError, problem, path, call=partial(fetch, tampered(hub, path, b"x")))
    hub.repositories[REPOSITORY].branches["main"] = first
    refused(DataError, "lacks a file", path, call=partial(fetch, tampered(hub, path, None)))
    nothing_left(tmp_path)


def test_the_same_size_with_other_bytes_is_noticed(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    path = "qrels/test-00000-of-00001.parquet"
    data = hub.repositories[REPOSITORY].head.files[path].data
    bad = tampered(hub, path, bytes(len(data)))
    refused(DataError, "not the manifest's", path, call=partial(fetch, bad))
    nothing_left(tmp_path)


def test_a_manifest_whose_fingerprint_is_not_its_tables(
    hub: MiniHub, first: str, fetch: Callable[..., Release]
) -> None:
    text = hub.repositories[REPOSITORY].head.files["manifest.json"].data.decode()
    payload = json.loads(text) | {"fingerprint": "0" * 64}
    bad = tampered(hub, "manifest.json", json.dumps(payload).encode())
    refused(DataError, "fingerprint", call=partial(fetch, bad))


def test_a_tag_that_names_another_version_is_noticed(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    hub.repositories[REPOSITORY].tags["v2030.01"] = first
    refused(DataError, "v2030.01 names another version", call=partial(fetch, "2030.01"))
    nothing_left(tmp_path)


def test_a_path_that_leads_out_of_the_folder(
    hub: MiniHub, first: str, fetch: Callable[..., Release], release: Release, tmp_path: Path
) -> None:
    repository = hub.repositories[REPOSITORY]
    hidden = {"a/../../evil.txt": File(b"x", large=False)}
    ignored = repository.commit(repository.head.files | hidden, "ignored").oid
    assert contents(fetch(ignored).path) == contents(release.path)
    shutil.rmtree(tmp_path / "got")
    origin_path(tmp_path / "got").unlink()
    odd = {"a\\..\\..\\evil.txt": File(b"x", large=False)}
    bad = repository.commit(repository.head.files | odd, "odd").oid
    refused(DataError, "evil.txt", call=partial(fetch, bad))
    nothing_left(tmp_path)
    assert not list(tmp_path.rglob("*evil.txt"))


def test_connections_that_are_cut_now_and_then(
    hub: MiniHub, first: str, fetch: Callable[..., Release], release: Release
) -> None:
    hub.fail("GET", "/refs")
    hub.fail("GET", "/resolve/.*parquet")
    hub.fail("GET", "/resolve/.*parquet", half=True)
    hub.fail("GET", "/resolve/.*manifest", half=True)
    hub.fail("GET", "/tree/", 503)
    assert contents(fetch().path) == contents(release.path)


def test_a_download_that_never_ends_leaves_nothing(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    for half in (False, True):
        fault = hub.fail("GET", "/resolve/.*parquet", half=half, times=99)
        refused(HubUnreachableError, "cannot be reached", ".parquet", call=fetch)
        nothing_left(tmp_path)
        fault.times = 0
    assert fetch().manifest.version == "2026.11"


def test_a_copy_in_the_cache_that_is_damaged_is_fetched_again(
    hub: MiniHub, first: str, fetch: Callable[..., Release], release: Release, tmp_path: Path
) -> None:
    fetch()
    shutil.rmtree(tmp_path / "got")
    (cached,) = in_cache("corpus/*.parquet")
    cached.resolve().write_bytes(b"damaged")
    assert contents(fetch().path) == contents(release.path)


def test_a_server_that_sends_other_bytes_than_it_lists(
    hub: MiniHub, first: str, fetch: Callable[..., Release], tmp_path: Path
) -> None:
    class Lying(File):
        @property
        def blob(self) -> str:
            return "0" * 40

    files = hub.repositories[REPOSITORY].head.files
    files["README.md"] = Lying(b"other", large=False)
    refused(DataError, "README.md", "5 bytes", call=fetch)
    nothing_left(tmp_path)


@pytest.mark.parametrize("offline", [True, False])
def test_what_was_pulled_once_needs_no_hub(
    release: Release,
    tmp_path: Path,
    offline: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub = MiniHub()
    hub.accounts = {TOKEN: Account("owner")}
    with hub.serving():
        sha = push(release.path, REPOSITORY, token=TOKEN, endpoint=hub.url).revision
        pull(f"{REPOSITORY}@2026.11", tmp_path / "one", token=TOKEN, endpoint=hub.url)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", offline)

    def again(version: str, name: str) -> Release:
        return pull(f"{REPOSITORY}{version}", tmp_path / name, token=TOKEN, endpoint=hub.url)

    for number, version in enumerate(("@2026.11", "@v2026.11", f"@{sha}")):
        got = again(version, f"got-{number}")
        assert contents(got.path) == contents(release.path)
        assert got.origin is not None
        assert got.origin.revision == sha
        assert got.origin.checked is (version == f"@{sha}")
    # A branch or the latest version may be another by now.
    for version in ("@main", "", "@2026.12"):
        refused(HubUnreachableError, "cache holds v2026.11", call=partial(again, version, "no"))
    (cached,) = in_cache("queries/*.parquet")
    cached.unlink()
    refused(HubUnreachableError, "queries", call=partial(again, "@2026.11", "no"))
    assert not (tmp_path / "no").exists()


def test_records_that_are_damaged_are_made_again(
    hub: MiniHub, first: str, fetch: Callable[..., Release]
) -> None:
    fetch()
    records = list(Path(constants.HF_ASSETS_CACHE).rglob("*.json"))
    assert {path.stem for path in records} == {"tags", first}
    for path in records:
        path.write_text("{")
    fetch(overwrite=True)
    assert all(json.loads(path.read_text()) for path in records)
