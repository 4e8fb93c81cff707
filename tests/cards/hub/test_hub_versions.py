"""Versions, tags, files and errors: the small parts of exchange with the Hub."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import get_session
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.utils import hf_raise_for_status
from hypothesis import given
from hypothesis import strategies as st

from domainbench.cards.hub import failures
from domainbench.cards.hub.failures import explain, scrubbed, wait_asked
from domainbench.cards.hub.files import RemoteFile, belongs, find_changes, git_blob
from domainbench.cards.hub.versions import newest, order, tag_of, version_of
from domainbench.schemas.errors import DataError
from domainbench.schemas.fingerprint import file_sha256
from tests.cards.hub.mini_hub import MiniHub


@given(
    st.lists(
        st.tuples(st.integers(2000, 2099), st.integers(1, 12), st.none() | st.integers(0, 40)),
        min_size=1,
    )
)
def test_tags_sort_as_the_versions_they_name(parts: list[tuple[int, int, int | None]]) -> None:
    versions = [
        f"{year}.{month:02}" + ("" if number is None else f".{number}")
        for year, month, number in parts
    ]
    tags = [tag_of(version) for version in versions]
    assert [version_of(tag) for tag in tags] == versions
    keys = [tuple(-1 if part is None else part for part in row) for row in parts]
    expected = tag_of(versions[keys.index(max(keys))])
    assert newest(["zzz", "2026.11", *tags]) == expected
    assert min([*tags, "zzz"], key=order) == "zzz"


@pytest.mark.parametrize("tag", ["2026.11", "v2026.13", "v2026.1", "v1.2.0", "vv2026.11", "v", ""])
def test_other_tags_name_no_version(tag: str) -> None:
    assert version_of(tag) is None
    assert newest([tag]) is None


@given(data=st.binary(max_size=300))
def test_blobs_are_named_as_git_names_them(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "blob"
    path.write_bytes(data)
    call = ["git", "hash-object", "--no-filters", "--stdin"]
    named = subprocess.run(call, input=data, capture_output=True, check=True)
    assert git_blob(path) == named.stdout.decode().strip()


def test_changes_between_a_folder_and_a_repository(tmp_path: Path) -> None:
    for name in ("same.txt", "large.bin", "sized.txt", "turned.txt", "new.txt"):
        (tmp_path / name).write_text("text")
    blob, digest = git_blob(tmp_path / "same.txt"), file_sha256(tmp_path / "same.txt")

    def remote(path: str, size: int, blob: str, sha256: str | None = None) -> RemoteFile:
        return RemoteFile(path=path, bytes=size, blob=blob, sha256=sha256)

    files = [
        remote("same.txt", 4, blob),
        remote("large.bin", 4, "0" * 40, digest),
        remote("sized.txt", 5, blob),
        remote("turned.txt", 4, "1" * 40),
        remote("gone/old.txt", 7, blob),
    ]
    found = find_changes(tmp_path, {file.path: file for file in files}, {})
    assert [(c.path, c.kind, c.bytes) for c in found] == [
        ("gone/old.txt", "removed", 7),
        ("new.txt", "added", 4),
        ("sized.txt", "changed", 4),
        ("turned.txt", "changed", 4),
    ]
    known = {"large.bin": "0" * 64}  # a digest that is known is not computed again
    found = find_changes(tmp_path, {file.path: file for file in files}, known)
    assert ("large.bin", "changed") in {(c.path, c.kind) for c in found}


def test_hidden_files_belong_to_no_release() -> None:
    assert belongs("corpus/test.parquet")
    assert not belongs(".gitattributes")
    assert not belongs("a/.cache/b")


def answer(hub: MiniHub, status: int, **headers: str) -> HfHubHTTPError:
    """The error that the client makes of an answer."""
    hub.fail(
        "GET", "/here", status, headers={key.replace("_", "-"): v for key, v in headers.items()}
    )
    with pytest.raises(HfHubHTTPError) as caught:
        hf_raise_for_status(get_session().get(f"{hub.url}/here"))
    return caught.value


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "12"}, 12.0),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "-3"}, None),
        ({"RateLimit": '"api";r=0;t=55', "RateLimit_Policy": '"fixed";"api";q=500;w=300'}, 55.0),
        ({"RateLimit": '"api";r=17;t=55'}, None),
        ({"RateLimit": '"resolve" ; r = 0 ; t = 9', "Retry_After": "4"}, 9.0),
        ({"RateLimit": "nonsense"}, None),
    ],
)  # fmt: skip
def test_how_long_a_server_asks_to_wait(
    hub: MiniHub, headers: dict[str, str], seconds: float | None
) -> None:
    assert wait_asked(answer(hub, 429, **headers)) == seconds


def test_a_moment_to_wait_for_is_by_the_servers_clock(hub: MiniHub) -> None:
    error = answer(hub, 503, Retry_After="Sun, 01 Nov 2026 10:00:00 GMT")
    for date, seconds in (
        ("Sun, 01 Nov 2026 09:58:30 GMT", 90.0),
        ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0),
        ("today", None),
    ):
        error.response.headers["date"] = date
        assert wait_asked(error) == seconds


def test_what_is_said_of_answers(hub: MiniHub) -> None:
    refusal = explain(answer(hub, 418), "asking", "here", None)
    assert isinstance(refusal, DataError)
    assert "the Hub refuses asking" in str(refusal)
    assert "HTTP 418" in str(refusal)
    told = str(explain(answer(hub, 429, Retry_After="600"), "asking", "here", None))
    assert "in 600 seconds" in told


def test_faults_of_this_machine_are_not_the_hubs() -> None:
    with pytest.raises(OSError, match="No space left"):
        explain(OSError(28, "No space left on device"), "downloading", "here", None)
    bug = explain(RuntimeError("odd"), "uploading", "here", None)
    assert "uploading failed" in str(bug)
    page = explain(json.JSONDecodeError("no JSON", "<html>", 0), "asking", "here", None)
    assert isinstance(page, failures.HubUnreachableError)


@given(
    st.text(max_size=30), st.text(max_size=30), st.from_regex(r"hf_[A-Za-z]{10,30}", fullmatch=True)
)
def test_no_text_shows_a_token(before: str, behind: str, token: str) -> None:
    assert token not in scrubbed(f"{before}{token}{behind}", token)
    assert token not in scrubbed(f"{before} {token} {behind}", None)


def test_a_request_that_this_hub_does_not_know_is_noticed() -> None:
    made = MiniHub()
    with made.serving():
        found: Any = get_session().get(f"{made.url}/api/something/new")
    assert found.status_code == 501
    assert made.unknown == ["GET /api/something/new"]
