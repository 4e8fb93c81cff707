"""push, list, pull and evaluate as a user runs them: processes whose Hub is ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from domainbench.schemas.release import Release
from tests.cards.hub.conftest import READER, REPOSITORY, STRANGER, TOKEN, contents, environment
from tests.cards.hub.mini_hub import MiniHub

Done = subprocess.CompletedProcess[str]
SECRETS = (TOKEN, STRANGER, READER)


def run(
    hub: MiniHub, home: Path, *arguments: object, code: int = 0, token: str | None = TOKEN
) -> Done:
    """Run a command; no token is ever in what it prints."""
    login = {} if token is None else {"HF_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-m", "domainbench", *map(str, arguments)],
        cwd=home, env=environment(hub, home, **login), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
    return done


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_from_a_folder_to_results_that_name_the_commit(
    hub: MiniHub, patents: Release, home: Path
) -> None:
    planned = run(hub, home, "push", patents.path, REPOSITORY, "--dry-run")
    assert "would push version" in planned.stdout
    assert hub.repositories == {}
    done = json.loads(run(hub, home, "push", patents.path, REPOSITORY, "--json").stdout)
    repository = hub.repositories[REPOSITORY]
    assert (done["status"], done["private"]) == ("pushed", True)
    assert done["revision"] == repository.head.oid
    version = patents.manifest.version
    assert repository.tags == {f"v{version}": repository.head.oid}
    assert "already" in run(hub, home, "push", patents.path, REPOSITORY).stdout
    listed = json.loads(run(hub, home, "list", REPOSITORY, "--json").stdout)
    assert [entry["fingerprint"] for entry in listed] == [patents.manifest.fingerprint]
    pulled = run(hub, home, "pull", f"{REPOSITORY}@{version}", "-o", "got")
    assert repository.head.oid in pulled.stdout
    assert contents(home / "got") == contents(patents.path)
    results = json.loads(
        run(hub, home, "evaluate", "got", "-s", "bm25", "-m", "nDCG@10", "--json").stdout
    )
    assert results["release"]["repository"] == REPOSITORY
    assert results["release"]["revision"] == repository.head.oid
    table = run(hub, home, "list").stdout
    assert version in table
    assert repository.head.oid[:12] in table
    again = json.loads(
        run(hub, home, "pull", REPOSITORY, "-o", "got", "--overwrite", "--json").stdout
    )
    assert again["origin"]["revision"] == repository.head.oid


def test_public_and_no_release(hub: MiniHub, release: Release, home: Path) -> None:
    run(hub, home, "push", release.path, REPOSITORY, "--public")
    assert not hub.repositories[REPOSITORY].private
    got = run(hub, home, "pull", REPOSITORY, "-o", "got", token=None)
    assert "2026.11" in got.stdout
    (home / "empty").mkdir()
    assert "no release" in run(hub, home, "list", "empty").stdout


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (None, "no token"),
        (STRANGER, "no right"),
        (READER, "no right"),
        (TOKEN[::-1], "does not accept the token"),
    ],
)
def test_who_may_not_push_is_told_why(
    hub: MiniHub, release: Release, home: Path, token: str | None, words: str
) -> None:
    done = run(hub, home, "push", release.path, REPOSITORY, token=token, code=2)
    assert words in done.stderr
    assert hub.repositories == {}


def test_faults_of_the_call(hub: MiniHub, release: Release, home: Path) -> None:
    assert "OWNER/NAME" in run(hub, home, "push", release.path, "valves", code=2).stderr
    assert "no such release folder" in run(hub, home, "push", "no", REPOSITORY, code=2).stderr
    assert "no such repository" in run(hub, home, "pull", "no/such", "-o", "x", code=2).stderr
    assert "neither" in run(hub, home, "list", "nowhere", code=2).stderr
    hub.fail("GET", "/api/", 401, text=f"token {TOKEN} has expired")
    assert "token *** has expired" in run(hub, home, "list", REPOSITORY, code=2).stderr
