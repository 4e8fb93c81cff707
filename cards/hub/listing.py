"""Releases there are: below a folder, or in a repository of the Hub."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import DataError, DomainbenchError, UsageError
from ...schemas.manifest import MANIFEST_NAME, read_manifest
from ...schemas.origin import read_origin
from .client import KIND, Hub, bars_off, is_repository
from .failures import HubUnreachableError
from .versions import order, version_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...schemas.manifest import Manifest


@dataclass(frozen=True)
class ListedRelease:
    """A release in short."""

    place: str
    """Its folder, or ``OWNER/NAME@TAG``."""
    version: str | None
    """None of a tag that names no version, where the manifest cannot be read either."""
    name: str | None
    """None, as family and fingerprint, where the manifest cannot be read."""
    family: str | None
    fingerprint: str | None
    date: str | None
    """UTC: when it was built, or of a tag when it was committed."""
    repository: str | None
    """Where it is or was pulled from."""
    revision: str | None
    """SHA of the commit there."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def list_releases(
    where: str | Path = ".", *, token: str | None = None, endpoint: str | None = None
) -> list[ListedRelease]:
    """Releases below a folder, by path, or those that a repository has tags for, latest first.

    Args:
        where: a folder, or ``OWNER/NAME`` of a repository.
        token: the one in the environment or of the login where None.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.

    Raises:
        UsageError: it is neither, or the token is wrong.
        HubUnreachableError: the Hub does not answer.
    """
    if Path(where).is_dir():
        return list(_local(Path(where)))
    if not is_repository(str(where)):
        raise UsageError(
            "this is neither a folder nor a repository", found=where, expected="DIR or OWNER/NAME"
        )
    with bars_off():
        return _remote(Hub(str(where), token=token, endpoint=endpoint))


def _local(folder: Path) -> Iterator[ListedRelease]:
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if MANIFEST_NAME not in files:
            continue
        try:
            manifest, origin = read_manifest(Path(path)), read_origin(Path(path))
        except DataError:
            continue  # a file of that name of something else, or no release that can be used
        folders.clear()  # what a release holds are no releases
        yield ListedRelease(
            place=path,
            version=manifest.version,
            name=manifest.name,
            family=manifest.family,
            fingerprint=manifest.fingerprint,
            date=manifest.created,
            repository=None if origin is None else origin.repository,
            revision=None if origin is None else origin.revision,
        )


def _remote(hub: Hub) -> list[ListedRelease]:
    tags, _ = hub.references()
    dates = _dates(hub, "main") if tags else {}
    return [_tagged(hub, tag, dates) for tag in sorted(tags, key=order, reverse=True)]


def _tagged(hub: Hub, tag: str, dates: dict[str, str]) -> ListedRelease:
    sha = hub.sha(tag)
    if sha is not None and sha not in dates:
        dates |= _dates(hub, sha)
    manifest = None if sha is None else _manifest(hub, sha)
    return ListedRelease(
        place=f"{hub.repository}@{tag}",
        version=version_of(tag) or (manifest and manifest.version),
        name=manifest and manifest.name,
        family=manifest and manifest.family,
        fingerprint=manifest and manifest.fingerprint,
        date=dates.get(sha or ""),
        repository=hub.repository,
        revision=sha,
    )


def _manifest(hub: Hub, sha: str) -> Manifest | None:
    """The commit's manifest; None where there is none, or none that this account may read."""
    try:
        return hub.manifest(sha)
    except HubUnreachableError:
        raise
    except DomainbenchError:
        return None


def _dates(hub: Hub, revision: str) -> dict[str, str]:
    """SHA → moment of every commit up to a revision."""
    commits = hub.call(
        "listing commits",
        lambda: hub.api.list_repo_commits(hub.repository, repo_type=KIND, revision=revision),
    )
    return {c.commit_id: c.created_at.strftime("%Y-%m-%dT%H:%M:%SZ") for c in commits}
