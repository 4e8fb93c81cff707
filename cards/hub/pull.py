"""Fetching a release: the files of one commit, each checked, in place whole or not at all."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.code_files import is_inside
from ...schemas.errors import DataError, UsageError
from ...schemas.fingerprint import combined_fingerprint, file_sha256
from ...schemas.manifest import MANIFEST_NAME, read_manifest
from ...schemas.origin import Origin, write_origin
from ...schemas.progress import SILENT
from ...schemas.release import Release, check_target, put_in_place, staged
from .client import Hub, bars_off
from .failures import HubUnreachableError
from .files import listed_digests, table_files
from .records import Records
from .versions import newest, tag_of, version_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...schemas.manifest import Manifest
    from ...schemas.progress import Progress
    from .files import RemoteFile

_SHA = re.compile(r"[0-9a-f]{40}")
_MAIN = "main"


@dataclass(frozen=True)
class _Commit:
    """The commit that was asked for."""

    sha: str
    tag: str | None = None
    checked: bool = True
    """Whether the Hub was asked which one it is."""


def pull(
    source: str,
    output: str | Path,
    *,
    overwrite: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
    progress: Progress = SILENT,
) -> Release:
    """Fetch a release from a repository of the Hub.

    The version is resolved to a commit first, and every file is that commit's: its size and digest
    are checked against the listing of the commit and against the manifest. Where the Hub cannot be
    reached, a commit or tag that was fetched before is taken from the client's cache. The commit is
    recorded beside the folder (``Release.origin``).

    Args:
        source: ``OWNER/NAME``, or ``OWNER/NAME@VERSION`` with a release's version, a tag, a branch
            or a commit's SHA; without one, the newest version that has a tag, or the main branch.
        output: folder of the release.
        overwrite: replace a release that stands at ``output``.
        token: the one in the environment or of the login where None.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.
        progress: shown while it works.

    Raises:
        UsageError: the repository, the version or the token is wrong, or the output exists.
        DataError: the commit holds no release, or a file is not what the manifest says.
        HubUnreachableError: the Hub does not answer, and the cache does not hold the commit.
    """
    repository, _, version = source.partition("@")
    hub = Hub(repository, token=token, endpoint=endpoint)
    target = Path(output)
    check_target(target, overwrite=overwrite)
    records = Records(hub.endpoint, repository)
    asked = version or None
    with bars_off():
        commit = _resolve(hub, records, asked)
        tree = _tree(hub, records, commit.sha)
        target.parent.mkdir(parents=True, exist_ok=True)
        with staged(target) as stage:
            _fill(stage, hub, commit, tree, progress)
            digest = file_sha256(stage / MANIFEST_NAME)
            put_in_place(stage, target)
    origin = Origin(
        repository=repository,
        revision=commit.sha,
        asked=asked,
        checked=commit.checked,
        endpoint=hub.endpoint,
        manifest_sha256=digest,
    )
    write_origin(target, origin)
    return Release.open(target)


def _resolve(hub: Hub, records: Records, asked: str | None) -> _Commit:
    """The commit that a version, tag, branch or SHA names."""
    if asked is not None and _SHA.fullmatch(asked):
        return _Commit(asked)
    try:
        return _ask(hub, records, asked)
    except HubUnreachableError as error:
        known = records.tags()
        for name in [] if asked is None else [tag_of(asked), asked]:
            if name in known:
                return _Commit(known[name], name, checked=False)
        error.hint = f"{error.hint}; the cache holds {', '.join(sorted(known)) or 'no version'}"
        raise


def _ask(hub: Hub, records: Records, asked: str | None) -> _Commit:
    tags, branches = hub.references()
    if asked is None:
        asked = newest(tags) or _MAIN
    named = next((tag for tag in (tag_of(asked), asked) if tag in tags), None)
    sha = hub.sha(named or asked)
    if sha is None:
        versions = [version_of(tag) or tag for tag in tags]
        raise UsageError.from_unknown_name(
            f"version of {hub.repository}:", asked, [*versions, *branches]
        )
    if named is not None:
        records.keep_tag(named, sha)
    return _Commit(sha, named)


def _tree(hub: Hub, records: Records, sha: str) -> dict[str, RemoteFile]:
    """Path → file of the commit, from the records where they know it: a commit never changes."""
    tree = records.tree(sha)
    if tree is None:
        tree = hub.tree(sha)
        records.keep_tree(sha, tree)
    if odd := [path for path in tree if not is_inside(path)]:
        raise DataError("a file's path leads out of the folder", place=hub.url, found=odd[0])
    if MANIFEST_NAME not in tree:
        raise DataError(
            "the repository holds no release there: it has no manifest.json",
            place=hub.url, found=f"commit {sha}",
            hint="`domainbench list REPO_ID` names its versions",
        )  # fmt: skip
    return tree


def _fill(
    stage: Path, hub: Hub, commit: _Commit, tree: Mapping[str, RemoteFile], progress: Progress
) -> None:
    """Put the commit's files into a folder; the manifest first, as it judges the others."""
    _fetch(stage, hub, commit.sha, tree[MANIFEST_NAME])
    manifest = read_manifest(stage)
    _check_manifest(manifest, hub, commit, tree)
    rest = [tree[path] for path in sorted(tree) if path != MANIFEST_NAME]
    with progress.step("downloading", sum(file.bytes for file in rest)) as advance:
        for file in rest:
            _fetch(stage, hub, commit.sha, file)
            advance(file.bytes)
    for path, digest in listed_digests(manifest).items():
        # Of others the listing's digest was compared with it, and the file with the listing.
        if tree[path].sha256 is None:
            _check_digest(hub, path, file_sha256(stage / path), digest)


def _check_manifest(
    manifest: Manifest, hub: Hub, commit: _Commit, tree: Mapping[str, RemoteFile]
) -> None:
    place = f"{hub.url}, commit {commit.sha}"
    digests = listed_digests(manifest)
    for path in digests:
        if path not in tree:
            raise DataError("the repository lacks a file of the manifest", place=place, found=path)
    for entry in table_files(manifest):
        if tree[entry.path].bytes != entry.bytes:
            raise DataError(
                f"{entry.path} has another size than the manifest says", place=place,
                found=tree[entry.path].bytes, expected=entry.bytes,
            )  # fmt: skip
    for path, digest in digests.items():
        _check_digest(hub, path, tree[path].sha256 or digest, digest)
    parts = {name: entry.fingerprint for name, entry in manifest.tables.items()}
    if combined_fingerprint(parts) != manifest.fingerprint:
        raise DataError("the manifest's fingerprint is not that of its tables", place=place)
    version = version_of(commit.tag or "")
    if version not in (None, manifest.version):
        raise DataError(
            f"the tag {commit.tag} names another version", place=place,
            found=manifest.version, expected=version,
        )  # fmt: skip


def _check_digest(hub: Hub, path: str, found: str, expected: str) -> None:
    if found != expected:
        raise DataError(
            "a file of the repository is not the manifest's",
            place=f"{hub.url}, {path}", found=f"SHA-256 {found}", expected=expected,
        )  # fmt: skip


def _fetch(stage: Path, hub: Hub, sha: str, file: RemoteFile) -> None:
    """Copy a file out of the client's cache, which is filled again if its copy is damaged."""
    target = stage / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    for again in (False, True):
        shutil.copyfile(hub.download(file.path, sha, again=again), target)
        if file.is_copied_by(target):
            return
    raise DataError(
        "a file arrives other than the Hub lists it",
        place=f"{hub.url}, {file.path}",
        found=f"{target.stat().st_size} bytes, SHA-256 {file_sha256(target)}",
        expected=f"{file.bytes} bytes, {file.sha256 or file.blob}",
        hint="run the command again",
    )
