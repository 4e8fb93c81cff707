"""Archives that a package index gave, kept with what the index said of them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from packaging.utils import canonicalize_name, canonicalize_version

from ....retrieval.cache import cache_folder
from ....schemas.fingerprint import file_sha256
from .dates import parse_moment

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Archive:
    """A source distribution of an index."""

    path: Path
    name: str
    """Normalised."""
    version: str
    sha256: str
    uploaded: datetime | None


def without_secrets(address: str) -> str:
    """An address without the name and the password that may stand in it."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class IndexCache:
    """Archives and their records, a folder for each index and project."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or cache_folder() / "code" / "index"

    def place(self, address: str, name: str, filename: str) -> Path:
        """Where an archive is kept."""
        index = sha256(without_secrets(address).encode()).hexdigest()[:12]
        return self._root / index / canonicalize_name(name) / filename

    def store(self, path: Path, version: str, uploaded: str | None) -> Archive:
        """Record an archive that has just been put in its place."""
        record = {"version": version, "sha256": file_sha256(path), "uploaded": uploaded}
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_text(json.dumps(record, sort_keys=True) + "\n", encoding="utf-8")
        partial.replace(_record_path(path))
        return _archive(path, record)

    def find(self, path: Path) -> Archive | None:
        """The archive at a place, if it is there and still what it was."""
        record = _read_record(_record_path(path))
        if record is None or not path.is_file() or file_sha256(path) != record["sha256"]:
            return None
        return _archive(path, record)

    def find_version(self, address: str, name: str, version: str) -> Archive | None:
        """An archive of a version, whatever it is called."""
        folder = self.place(address, name, "any").parent
        wanted = canonicalize_version(version)
        for path in sorted(folder.glob("*.json")):
            record = _read_record(path)
            if record is not None and canonicalize_version(str(record["version"])) == wanted:
                found = self.find(path.with_suffix(""))
                if found is not None:
                    return found
        return None

    def upload_time(self, path: Path, name: str) -> datetime | None:
        """When an index took in an archive that lies elsewhere, if one of the cache is the same."""
        places = sorted(self._root.glob(f"*/{canonicalize_name(name)}/{path.name}.json"))
        records = [record for place in places if (record := _read_record(place)) is not None]
        if not records:
            return None
        digest = file_sha256(path)
        uploaded = (item["uploaded"] for item in records if item["sha256"] == digest)
        return next((parse_moment(moment) for moment in uploaded if moment), None)


def _record_path(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _read_record(path: Path) -> dict[str, str | None] | None:
    """A record; None if there is none, or it is not what was written."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    expected = {"version", "sha256", "uploaded"}
    return record if isinstance(record, dict) and record.keys() == expected else None


def _archive(path: Path, record: dict[str, str | None]) -> Archive:
    uploaded = record["uploaded"]
    return Archive(
        path=path,
        name=path.parent.name,
        version=str(record["version"]),
        sha256=str(record["sha256"]),
        uploaded=parse_moment(uploaded) if uploaded else None,
    )
