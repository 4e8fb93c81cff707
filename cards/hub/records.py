"""What was learnt of a repository, so that a pull can be repeated without the Hub."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from huggingface_hub import cached_assets_path, constants
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .files import RemoteFile

if TYPE_CHECKING:
    from collections.abc import Mapping

M = TypeVar("M", bound=BaseModel)


class _Tree(BaseModel):
    model_config = ConfigDict(extra="forbid")

    files: list[RemoteFile]


class _Tags(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tags: dict[str, str] = Field(default_factory=dict[str, str])


class Records:
    """Commits and tags of one repository, in the client's cache folder."""

    def __init__(self, endpoint: str, repository: str) -> None:
        host = re.sub(r"[^A-Za-z0-9.-]", "-", urlsplit(endpoint).netloc)
        owner, name = repository.split("/")
        self._folder = Path(
            cached_assets_path(
                "domainbench",
                namespace=host,
                subfolder=f"{owner}--{name}",
                assets_dir=constants.HF_ASSETS_CACHE,
            )
        )

    def tags(self) -> dict[str, str]:
        """Tag → SHA of the commit that it named when it was last asked for."""
        found = self._read(_Tags, "tags")
        return {} if found is None else found.tags

    def keep_tag(self, tag: str, sha: str) -> None:
        """Remember which commit a tag names."""
        self._write("tags", _Tags(tags=dict(sorted({**self.tags(), tag: sha}.items()))))

    def tree(self, sha: str) -> dict[str, RemoteFile] | None:
        """Path → file of a commit; None if it was never listed."""
        found = self._read(_Tree, sha)
        return None if found is None else {file.path: file for file in found.files}

    def keep_tree(self, sha: str, tree: Mapping[str, RemoteFile]) -> None:
        """Remember the files of a commit."""
        self._write(sha, _Tree(files=[tree[path] for path in sorted(tree)]))

    def _read(self, kind: type[M], name: str) -> M | None:
        try:
            return kind.model_validate_json((self._folder / f"{name}.json").read_bytes())
        except (OSError, ValidationError):
            return None  # as if it was never learnt: the Hub is asked again

    def _write(self, name: str, record: BaseModel) -> None:
        stage = self._folder / f".{name}.{os.getpid()}"
        # A cache that cannot be written to is one that others filled; nothing depends on it.
        with suppress(OSError):
            stage.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
            stage.replace(self._folder / f"{name}.json")
