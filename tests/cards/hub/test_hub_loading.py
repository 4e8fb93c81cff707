"""What ``datasets`` makes of a release: before it is pushed, and from the repository."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import datasets

from domainbench.cards.hub.push import load_back, push
from domainbench.schemas.errors import DataError
from domainbench.schemas.release import Release
from tests.cards.hub.conftest import REPOSITORY, TOKEN, UPLOADS_WARN, refused, run_python
from tests.cards.hub.mini_hub import MiniHub

pytestmark = UPLOADS_WARN


def test_every_config_is_loaded_and_no_copy_is_kept(release: Release) -> None:
    load_back(release)
    assert list(Path(datasets.config.HF_DATASETS_CACHE).iterdir()) == []
    assert not datasets.are_progress_bars_disabled()


def test_a_card_that_datasets_cannot_use_never_leaves(hub: MiniHub, release: Release) -> None:
    call = partial(push, release.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    card = release.path / "README.md"
    text = card.read_text()
    card.write_text(text.replace("path: qrels/test-*.parquet", "path: missing/*.parquet"))
    refused(DataError, "qrels", call=call)
    card.write_text(text.replace("path: qrels/test-*.parquet", "path: queries/test-*.parquet", 1))
    refused(DataError, "'qrels' has other rows", call=call)
    assert hub.requests == []


def test_an_unmodified_client_loads_each_version_by_its_tag(
    hub: MiniHub, release: Release, later: Release, tmp_path: Path
) -> None:
    first = push(release.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    push(later.path, REPOSITORY, token=TOKEN, endpoint=hub.url)
    code = f"""
import json
from datasets import load_dataset
def rows(config, revision):
    data = load_dataset({REPOSITORY!r}, config, revision=revision)
    return {{split: part.to_list() for split, part in data.items()}}
print(json.dumps({{
    "old": len(rows("corpus", "v2026.11")["test"]),
    "sha": len(rows("corpus", {first.revision!r})["test"]),
    "new": len(rows("corpus", "v2026.12")["test"]),
    "pairs": [row["corpus-id"] for row in rows("IN-qrels", "v2026.12")["test"]],
}}))
"""
    found = json.loads(run_python(code, hub, tmp_path, HF_TOKEN=TOKEN))
    assert found == {"old": 3, "sha": 3, "new": 2, "pairs": ["d1", "d2"]}
