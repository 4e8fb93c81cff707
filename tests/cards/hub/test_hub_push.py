"""Publishing: what a push leaves in a repository, and that it is a whole version or none."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from domainbench.cards.hub import push as push_module
from domainbench.cards.hub.failures import HubUnreachableError
from domainbench.cards.hub.push import PushResult, push
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.release import Release, write_release
from tests.cards.hub.conftest import (
    READER,
    REPOSITORY,
    STRANGER,
    TOKEN,
    UPLOADS_WARN,
    contents,
    refused,
)
from tests.cards.hub.mini_hub import File, MiniHub
from tests.schemas.conftest import info, tables

pytestmark = UPLOADS_WARN

COMMIT = "/commit/main"


@pytest.fixture(autouse=True)
def without_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading every config takes seconds, and has tests of its own."""
    monkeypatch.setattr(push_module, "load_back", lambda _release: None)


def pushed(hub: MiniHub, release: Release, **more: Any) -> PushResult:
    known: dict[str, Any] = {"token": TOKEN, "endpoint": hub.url}
    return push(release.path, REPOSITORY, **(known | more))


def held(hub: MiniHub, revision: str = "main") -> dict[str, bytes]:
    """What a revision of the repository holds, but for what the Hub itself put there."""
    commit = hub.repositories[REPOSITORY].find(revision)
    assert commit is not None
    return {path: file.data for path, file in commit.files.items() if path != ".gitattributes"}


def whole(hub: MiniHub, release: Release) -> None:
    """The version is there with all its files, under its tag."""
    assert held(hub, f"v{release.manifest.version}") == contents(release.path)


def test_a_first_push_makes_a_private_repository_with_one_commit_and_a_tag(
    hub: MiniHub, release: Release
) -> None:
    result = pushed(hub, release)
    repository = hub.repositories[REPOSITORY]
    assert repository.private
    assert len(repository.commits) == 2  # the Hub's own, and ours
    assert hub.asked("POST", COMMIT) == 1
    assert repository.tags == {"v2026.11": result.revision}
    whole(hub, release)
    assert ".gitattributes" in repository.head.files
    assert (result.status, result.private, result.tag) == ("pushed", True, "v2026.11")
    assert {change.kind for change in result.changes} == {"added"}


def test_public_only_where_it_is_asked_for(hub: MiniHub, release: Release) -> None:
    assert not pushed(hub, release, private=False).private
    assert not hub.repositories[REPOSITORY].private


def test_a_repository_that_exists_stays_as_visible_as_it_is(hub: MiniHub, release: Release) -> None:
    hub.make(REPOSITORY)
    assert not pushed(hub, release).private


def test_a_second_version_replaces_the_first_in_one_commit(
    hub: MiniHub, release: Release, later: Release
) -> None:
    first = pushed(hub, release)
    result = pushed(hub, later)
    repository = hub.repositories[REPOSITORY]
    assert len(repository.commits) == 3
    assert repository.head.parent == first.revision
    assert held(hub) == contents(later.path)
    whole(hub, release)
    kinds = {change.path: change.kind for change in result.changes}
    assert kinds["quality.json"] == "removed"
    assert kinds["corpus/test-00000-of-00001.parquet"] == "changed"
    assert "queries/test-00000-of-00001.parquet" not in kinds


def test_the_same_version_again_changes_nothing(hub: MiniHub, release: Release) -> None:
    first = pushed(hub, release)
    hub.requests.clear()
    result = pushed(hub, release)
    assert (result.status, result.revision, result.changes) == ("unchanged", first.revision, [])
    assert {method for method, _ in hub.requests} <= {"GET", "HEAD"}


def test_another_text_beside_the_same_tables_is_told_and_not_pushed(
    hub: MiniHub, release: Release
) -> None:
    pushed(hub, release)
    before = held(hub)
    card = release.path / "README.md"
    card.write_text(card.read_text() + "\nMore.\n")
    result = pushed(hub, release)
    assert result.status == "unchanged"
    assert [change.path for change in result.changes] == ["README.md"]
    assert held(hub) == before


def test_other_tables_under_a_published_version_are_refused(
    hub: MiniHub, release: Release, tmp_path: Path
) -> None:
    pushed(hub, release)
    before = hub.repositories[REPOSITORY].head
    other = write_release(tmp_path / "other", tables(qrels=[]), info())
    for dry_run in (False, True):
        refused(
            UsageError, "v2026.11", "later --version", other.manifest.fingerprint,
            call=partial(pushed, hub, other, dry_run=dry_run),
        )  # fmt: skip
    assert hub.repositories[REPOSITORY].head is before


@pytest.mark.parametrize("text", [None, b"{}"])
def test_a_tag_that_names_no_release_is_refused(
    hub: MiniHub, release: Release, text: bytes | None
) -> None:
    repository = hub.make(REPOSITORY)
    files = {} if text is None else {"manifest.json": File(text, large=False)}
    repository.tags["v2026.11"] = repository.commit(files, "mine").oid
    refused(UsageError, "no release", call=partial(pushed, hub, release))


def test_a_dry_run_changes_nothing_and_says_what_would(
    hub: MiniHub, release: Release, later: Release
) -> None:
    result = pushed(hub, release, dry_run=True)
    assert hub.repositories == {}
    sizes = {path: len(data) for path, data in contents(release.path).items()}
    assert {change.path: change.bytes for change in result.changes} == sizes
    assert (result.status, result.revision) == ("planned", None)
    first = pushed(hub, release)
    hub.requests.clear()
    result = pushed(hub, later, dry_run=True)
    kinds = {change.path: change.kind for change in result.changes}
    assert kinds["quality.json"] == "removed"
    assert hub.repositories[REPOSITORY].head.oid == first.revision
    assert {method for method, _ in hub.requests} <= {"GET", "HEAD"}


def test_without_a_tag_the_next_push_only_makes_it(hub: MiniHub, release: Release) -> None:
    first = pushed(hub, release, create_tag=False)
    assert (first.status, first.tag) == ("pushed", None)
    assert hub.repositories[REPOSITORY].tags == {}
    again = pushed(hub, release, create_tag=False)
    assert (again.status, again.revision) == ("unchanged", first.revision)
    result = pushed(hub, release)
    assert (result.status, result.revision) == ("tagged", first.revision)
    whole(hub, release)


def test_hidden_files_are_no_part_of_a_release(hub: MiniHub, release: Release) -> None:
    (release.path / ".cache").mkdir()
    (release.path / ".cache" / "secret").write_text("mine")
    pushed(hub, release)
    assert not any("secret" in path for path in held(hub))


def test_a_faulty_release_never_leaves(hub: MiniHub, release: Release) -> None:
    (release.path / "quality.json").write_text("{ }\n")
    refused(DataError, "1 fault", "quality.json", call=partial(pushed, hub, release))
    assert hub.requests == []


def test_a_card_that_the_hub_does_not_accept(hub: MiniHub, release: Release) -> None:
    hub.fail("POST", "/validate-yaml", 400, text="license is unknown")
    refused(DataError, "license is unknown", call=partial(pushed, hub, release))
    assert hub.repositories[REPOSITORY].tags == {}


def test_a_push_by_someone_else_meanwhile_is_left_alone(hub: MiniHub, release: Release) -> None:
    repository = hub.make(REPOSITORY)
    theirs = {"theirs.txt": File(b"theirs", large=False)}
    hub.fail("POST", COMMIT, first=lambda: repository.commit(theirs, "theirs"))
    refused(
        DataError,
        "someone else pushed",
        "run the command again",
        call=partial(pushed, hub, release),
    )
    assert held(hub) == {"theirs.txt": b"theirs"}
    assert repository.tags == {}
    assert pushed(hub, release).status == "pushed"
    whole(hub, release)


def test_a_conflict_on_the_hub_is_explained(hub: MiniHub, release: Release) -> None:
    hub.fail("POST", COMMIT, 409, text="another operation is in progress")
    refused(DataError, "someone else pushed", call=partial(pushed, hub, release))
    assert held(hub) == {}


def test_waits_as_long_as_the_server_asks(
    hub: MiniHub, release: Release, waits: list[float]
) -> None:
    hub.fail("POST", COMMIT, 429, headers={"Retry-After": "7"})
    hub.fail("POST", COMMIT, 429, headers={"RateLimit": '"api";r=0;t=55'})
    hub.fail("POST", COMMIT, 503)
    pushed(hub, release)
    assert waits == [7.0, 55.0, 4.0]
    whole(hub, release)


def test_does_not_wait_without_end(hub: MiniHub, release: Release, waits: list[float]) -> None:
    hub.fail("POST", COMMIT, 429, headers={"Retry-After": "3600"}, times=9)
    refused(HubUnreachableError, "3600 seconds", call=partial(pushed, hub, release))
    assert waits == []
    hub.faults.clear()
    hub.fail("POST", COMMIT, 500, times=99)
    refused(HubUnreachableError, "HTTP 500", call=partial(pushed, hub, release))
    assert waits == [1.0, 2.0, 4.0, 8.0]
    assert held(hub) == {}
    assert hub.repositories[REPOSITORY].tags == {}


@pytest.mark.parametrize("status", [500, None])
def test_a_commit_whose_answer_is_lost_is_not_made_twice(
    hub: MiniHub, release: Release, status: int | None
) -> None:
    hub.fail("POST", COMMIT, status, applied=True)
    assert pushed(hub, release).status == "pushed"
    assert len(hub.repositories[REPOSITORY].commits) == 2
    whole(hub, release)


def test_a_hub_that_fails_behind_the_commit_leaves_what_the_next_push_tags(
    hub: MiniHub, release: Release
) -> None:
    hub.make(REPOSITORY)

    def break_down() -> None:
        hub.fail("GET", "/api/", 500, times=99)

    hub.fail("GET", "/api/datasets/owner/valves$", first=break_down, times=0)
    hub.fail("POST", COMMIT, 500, applied=True)
    fault = hub.fail("GET", "/api/datasets/owner/valves$", 500, times=0)
    hub.fail("POST", "/validate-yaml", first=lambda: setattr(fault, "times", 99))
    refused(HubUnreachableError, "does not tell", call=partial(pushed, hub, release))
    repository = hub.repositories[REPOSITORY]
    assert held(hub) == contents(release.path)
    assert repository.tags == {}
    fault.times = 0
    result = pushed(hub, release)
    assert (result.status, result.changes) == ("tagged", [])
    assert len(repository.commits) == 2
    whole(hub, release)


def test_a_connection_cut_while_uploading(hub: MiniHub, release: Release) -> None:
    hub.fail("PUT", "/storage/")
    pushed(hub, release)
    whole(hub, release)


def test_an_upload_that_never_ends_well_leaves_no_version(hub: MiniHub, release: Release) -> None:
    fault = hub.fail("PUT", "/storage/", times=99)
    refused(HubUnreachableError, "cannot be reached", call=partial(pushed, hub, release))
    assert held(hub) == {}
    fault.times = 0
    assert pushed(hub, release).status == "pushed"
    whole(hub, release)


def test_a_connection_cut_while_committing(
    hub: MiniHub, release: Release, waits: list[float]
) -> None:
    fault = hub.fail("POST", COMMIT, times=99)
    refused(HubUnreachableError, "committing failed", call=partial(pushed, hub, release))
    assert waits == [1.0, 2.0]
    assert held(hub) == {}
    fault.times = 1
    assert pushed(hub, release).status == "pushed"
    whole(hub, release)


def test_a_tag_whose_answer_is_lost_is_found(hub: MiniHub, release: Release) -> None:
    hub.fail("POST", "/tag/", 500, applied=True)
    pushed(hub, release)
    whole(hub, release)


def test_a_tag_that_someone_else_makes_meanwhile_is_told(hub: MiniHub, release: Release) -> None:
    repository = hub.make(REPOSITORY)
    first = repository.head.oid
    hub.fail("POST", "/tag/", first=lambda: repository.tags.update({"v2026.11": first}))
    refused(DataError, "someone else made the tag", call=partial(pushed, hub, release))
    assert repository.tags == {"v2026.11": first}


def test_a_commit_that_reads_back_otherwise_gets_no_tag(
    hub: MiniHub, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_a_file() -> None:
        hub.repositories[REPOSITORY].head.files.pop("quality.json")

    hub.fail("POST", COMMIT, 500, applied=True, times=0)
    hub.make(REPOSITORY)
    lost = hub.fail("GET", "/tree/", first=lose_a_file, times=0)
    hub.fail("POST", COMMIT, first=lambda: setattr(lost, "times", 1))
    refused(DataError, "quality.json added", call=partial(pushed, hub, release))
    assert hub.repositories[REPOSITORY].tags == {}
    monkeypatch.setattr(push_module, "_remote_rows", lambda *_: 0)
    refused(DataError, "other rows on the Hub", call=partial(pushed, hub, release))
    assert hub.repositories[REPOSITORY].tags == {}


def test_a_token_that_is_wrong(hub: MiniHub, release: Release) -> None:
    refused(
        UsageError, "does not accept the token", "hf auth login",
        call=partial(pushed, hub, release, token=TOKEN[::-1]),
    )  # fmt: skip
    assert hub.repositories == {}


def test_a_token_that_may_not_write(hub: MiniHub, release: Release) -> None:
    refused(UsageError, "no right", call=partial(pushed, hub, release, token=READER))
    assert hub.repositories == {}
    hub.make(REPOSITORY)
    refused(UsageError, "no right", call=partial(pushed, hub, release, token=READER))
    assert held(hub) == {}


def test_a_repository_of_someone_else(hub: MiniHub, release: Release) -> None:
    refused(UsageError, "no right", call=partial(pushed, hub, release, token=STRANGER))
    assert hub.repositories == {}


def test_no_token_at_all(hub: MiniHub, release: Release) -> None:
    refused(UsageError, "no token", call=partial(pushed, hub, release, token=None))
    assert hub.requests == []


@pytest.mark.parametrize("place", ["environment", "login"])
def test_the_token_of_the_environment_or_the_login(
    hub: MiniHub, release: Release, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "environment":
        monkeypatch.setenv("HF_TOKEN", TOKEN)
    else:
        path = Path(constants.HF_TOKEN_PATH)
        path.parent.mkdir(parents=True)
        path.write_text(TOKEN)
    pushed(hub, release, token=None)
    whole(hub, release)


def test_a_server_that_repeats_the_token_does_not_get_it_shown(
    hub: MiniHub, release: Release
) -> None:
    hub.fail("POST", COMMIT, 400, text=f"bad request of {TOKEN}")
    text = refused(DataError, "bad request of ***", call=partial(pushed, hub, release))
    assert TOKEN not in text


@pytest.mark.parametrize("name", ["valves", "owner/", "a/b/c", "owner/va lves", "../x"])
def test_names_of_repositories_are_checked(hub: MiniHub, release: Release, name: str) -> None:
    refused(
        UsageError, "OWNER/NAME",
        call=partial(push, release.path, name, token=TOKEN, endpoint=hub.url),
    )  # fmt: skip
    assert hub.requests == []


def test_without_network_access(
    hub: MiniHub, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    refused(HubUnreachableError, "HF_HUB_OFFLINE", call=partial(pushed, hub, release))
