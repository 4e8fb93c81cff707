"""Lists of releases: below a folder, and of a repository's tags."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from domainbench.cards.hub import push as push_module
from domainbench.cards.hub.failures import HubUnreachableError
from domainbench.cards.hub.listing import list_releases
from domainbench.cards.hub.pull import pull
from domainbench.cards.hub.push import push
from domainbench.cards.hub.table import pull_lines, push_lines, size
from domainbench.schemas.errors import UsageError
from domainbench.schemas.release import Release, write_release
from tests.cards.hub.conftest import REPOSITORY, STRANGER, TOKEN, UPLOADS_WARN, refused
from tests.cards.hub.mini_hub import File, MiniHub
from tests.schemas.conftest import info, tables

pytestmark = UPLOADS_WARN


@pytest.fixture(autouse=True)
def without_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_module, "load_back", lambda _release: None)


def test_releases_below_a_folder(
    hub: MiniHub, release: Release, later: Release, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    write_release(home / "b" / "inner", tables(), info(name="inner"))
    sha = push(release.path, REPOSITORY, token=TOKEN, endpoint=hub.url).revision
    pull(REPOSITORY, home / "a", token=TOKEN, endpoint=hub.url)
    (home / "web").mkdir()
    (home / "web" / "manifest.json").write_text('{"name": "an app"}')
    write_release(home / ".old" / "hidden", tables(), info())
    found = list_releases(home)
    assert [entry.place for entry in found] == [str(home / "a"), str(home / "b" / "inner")]
    assert [entry.name for entry in found] == ["valves", "inner"]
    assert [entry.revision for entry in found] == [sha, None]
    assert found[0].fingerprint == release.manifest.fingerprint
    assert found[0].date == release.manifest.created
    assert list_releases(release.path)[0].version == "2026.11"
    assert list_releases(tmp_path / "home" / "web") == []


def test_versions_of_a_repository_latest_first(
    hub: MiniHub, release: Release, later: Release
) -> None:
    for version in (release, later):
        push(version.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    repository = hub.repositories[REPOSITORY]
    repository.tags["odd"] = repository.commit({"x": File(b"x", large=False)}, "odd", "side").oid
    repository.branches.pop("side")
    found = list_releases(REPOSITORY, token=TOKEN, endpoint=hub.url)
    assert [entry.version for entry in found] == ["2026.12", "2026.11", None]
    assert [entry.place for entry in found] == [
        f"{REPOSITORY}@{tag}" for tag in ("v2026.12", "v2026.11", "odd")
    ]
    assert [entry.fingerprint for entry in found] == [
        later.manifest.fingerprint, release.manifest.fingerprint, None
    ]  # fmt: skip
    assert [entry.date for entry in found] == [
        "2026-11-01T00:02:00Z", "2026-11-01T00:01:00Z", "2026-11-01T00:03:00Z"
    ]  # fmt: skip
    assert found[0].revision == repository.tags["v2026.12"]


def test_what_may_not_be_read_has_no_fingerprint(hub: MiniHub, release: Release) -> None:
    push(release.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    repository = hub.repositories[REPOSITORY]
    repository.private, repository.gated = False, True
    (found,) = list_releases(REPOSITORY, token=STRANGER, endpoint=hub.url)
    assert (found.version, found.fingerprint) == ("2026.11", None)
    hub.fail("HEAD", "/resolve/", 500, times=99)
    refused(
        HubUnreachableError, "HTTP 500",
        call=partial(list_releases, REPOSITORY, token=TOKEN, endpoint=hub.url),
    )  # fmt: skip


def test_neither_a_folder_nor_a_repository(hub: MiniHub) -> None:
    refused(UsageError, "neither", call=partial(list_releases, "nowhere", endpoint=hub.url))
    refused(
        UsageError, "no such repository",
        call=partial(list_releases, "no/where", token=TOKEN, endpoint=hub.url),
    )  # fmt: skip
    hub.make("owner/empty")
    assert list_releases("owner/empty", token=TOKEN, endpoint=hub.url) == []


def test_what_a_terminal_shows(hub: MiniHub, release: Release, tmp_path: Path) -> None:
    call = partial(push, release.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    planned = push_lines(call(dry_run=True))
    assert planned[0].startswith(f"would push version 2026.11 to {REPOSITORY} (private")
    assert f"  added    {size(3):>9}  quality.json" in planned
    assert push_lines(call(create_tag=False))[0].startswith("version 2026.11 is in owner/valves")
    assert "v2026.11 now names them" in push_lines(call())[0]
    assert "already" in push_lines(call())[0]
    (release.path / "README.md").write_text((release.path / "README.md").read_text() + "\n")
    assert "a version of their own" in push_lines(call())[1]
    got = pull(REPOSITORY, tmp_path / "got", token=TOKEN, endpoint=hub.url)
    assert (
        f"from {REPOSITORY}, revision {hub.repositories[REPOSITORY].head.oid}"
        in (pull_lines(got)[1])
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (1_234, "1.23 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (52_400_000, "52.4 MB"),
        (5 * 10**15, "5e+03 TB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text
