"""A Hub of our own, releases to push to it, and clients that do not wait."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import datasets
import pytest
from huggingface_hub import constants, file_download
from huggingface_hub.utils import _http

from domainbench.api import sample
from domainbench.cards.hub import client
from domainbench.schemas.errors import DomainbenchError
from domainbench.schemas.manifest import ParentEntry
from domainbench.schemas.release import Release, write_release
from tests.cards.hub.mini_hub import Account, MiniHub
from tests.schemas.conftest import CORPUS, info, pair, tables

TOKEN, STRANGER, READER = "hf_ownersSecretToken", "hf_strangersToken", "hf_readOnlyToken"
REPOSITORY = "owner/valves"
UPLOADS_WARN = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
"""Of the client's own uploads, which its HTTP library wants called otherwise."""


@pytest.fixture(autouse=True)
def own_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's login or caches is read, nothing is left in them."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))
    monkeypatch.setattr(constants, "HF_ASSETS_CACHE", str(tmp_path / "hf" / "assets"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "hf" / "token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "hf" / "datasets")
    monkeypatch.delenv("HF_TOKEN", raising=False)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that we would have waited; the client's own waits are not kept."""
    found: list[float] = []
    monkeypatch.setattr(client, "sleep", found.append)
    clock = SimpleNamespace(**(vars(time) | {"sleep": lambda _seconds: None}))
    for module in (_http, file_download):
        monkeypatch.setattr(module, "time", clock)
    return found


@pytest.fixture
def hub() -> Iterator[MiniHub]:
    """A Hub with an owner, one who may only read, and a stranger."""
    made = MiniHub()
    made.accounts = {
        TOKEN: Account("owner"),
        READER: Account("owner", may_write=False),
        STRANGER: Account("stranger"),
    }
    with made.serving():
        yield made
    assert made.unknown == []


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """A version with a document that the next one lacks."""
    documents = {"quality.json": "{}\n"}
    return write_release(tmp_path / "valves", tables(), info(), documents=documents)


@pytest.fixture
def later(tmp_path: Path, release: Release) -> Release:
    """The next version: a table changed, and the first version named as its parent."""
    parent = ParentEntry(name="valves", version="2026.11", fingerprint=release.manifest.fingerprint)
    pairs = [pair("q1", "d1", "IN"), pair("q2", "d2", "IN")]
    data = tables(corpus=CORPUS[:2], qrels=pairs)
    return write_release(tmp_path / "later", data, info(version="2026.12", parent=parent))


@pytest.fixture(scope="session")
def patents(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release that systems can be evaluated on."""
    return sample("patents", tmp_path_factory.mktemp("sample") / "patents", size=60)


def refused(kind: type[DomainbenchError], *words: str, call: Callable[[], object]) -> str:
    """The message of the error a call ends with; neither it nor what led to it shows a token."""
    with pytest.raises(kind) as caught:
        call()
    assert type(caught.value) is kind
    text = str(caught.value)
    for word in words:
        assert word in text
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not any(token in told for token in (TOKEN, STRANGER, READER))
    return text


def contents(folder: Path) -> dict[str, bytes]:
    """Path → bytes of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def environment(hub: MiniHub, home: Path, **more: str) -> dict[str, str]:
    """Variables of a process whose Hub is ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return kept | {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(home / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DOMAINBENCH_CACHE": str(home / "cache"),
    } | more  # fmt: skip


def run_python(code: str, hub: MiniHub, home: Path, **more: str) -> str:
    """What a process prints that runs the code."""
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:domainbench", "-c", code],
        env=environment(hub, home, **more), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
