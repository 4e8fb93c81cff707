"""Publishing a release: one commit with all of it, read back, then its tag."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import pyarrow.parquet as pq
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfFileSystem

from ...schemas.errors import DataError, UsageError
from ...schemas.progress import SILENT
from ...schemas.release import Release
from ...schemas.verify import verify
from .client import KIND, Hub, bars_off
from .failures import HubUnreachableError
from .files import Change, find_changes, listed_digests, table_files

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...schemas.progress import Progress
    from .files import RemoteFile

Status = Literal["pushed", "tagged", "unchanged", "planned"]


@dataclass(frozen=True)
class PushResult:
    """What a push did, or would do."""

    status: Status
    """``tagged``: the files were there already. ``planned``: of a dry run, nothing was done."""
    repository: str
    url: str
    private: bool
    version: str
    fingerprint: str
    tag: str | None
    """The tag that names the version; None if none was to be made."""
    revision: str | None
    """SHA of the commit that holds the version; None if there is none yet."""
    changes: list[Change]
    """What changed in the repository. Of an unchanged version: in what else the folder differs."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


def push(
    release_folder: str | Path,
    repo_id: str,
    *,
    private: bool = True,
    token: str | None = None,
    dry_run: bool = False,
    create_tag: bool = True,
    endpoint: str | None = None,
    progress: Progress = SILENT,
) -> PushResult:
    """Publish a release in a repository of the Hub, as one commit and the tag ``v<version>``.

    The release is verified and loaded with ``datasets`` before, and the commit is read back before
    it gets its tag. A push that failed can be run again: it goes on from what is there.

    Args:
        release_folder: the release.
        repo_id: ``OWNER/NAME``; the repository is made if there is none.
        private: whether a repository that is made is private; one that exists stays as it is.
        token: the one in the environment or of the login where None.
        dry_run: only say what would change.
        create_tag: whether the version gets its tag.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.
        progress: shown while it works.

    Raises:
        UsageError: the folder, the repository's name or the token is wrong, or the repository
            holds another release under that version.
        DataError: the release is faulty, someone else pushed meanwhile, or the Hub refuses.
        HubUnreachableError: the Hub does not answer.
    """
    hub = Hub(repo_id, token=token, endpoint=endpoint)
    if hub.token is None:
        raise UsageError(
            "there is no token to push with",
            hint="log in with `hf auth login`, set HF_TOKEN, or pass token=",
        )
    release = checked_release(Path(release_folder), progress)
    with progress.step("loading it with datasets"):
        load_back(release)
    with bars_off():
        return _Push(hub, release, progress, private=private, tagging=create_tag).run(
            dry_run=dry_run
        )


def checked_release(folder: Path, progress: Progress) -> Release:
    """The release in a folder; ``DataError`` if it has a fault."""
    with progress.step("verifying"):
        faults = [finding for finding in verify(folder) if finding.level == "fault"]
    if faults:
        raise DataError(
            f"the release has {len(faults)} fault(s), so it is not published",
            place=folder,
            found=faults[0],
            hint="run `domainbench verify` to see them all",
        )
    return Release.open(folder)


def load_back(release: Release) -> None:
    """Load every config of a release as its users will.

    Raises:
        DataError: one cannot be loaded, or has other rows than the manifest says.
    """
    import datasets
    from datasets import config as settings

    home = Path(settings.HF_DATASETS_CACHE)
    home.mkdir(parents=True, exist_ok=True)
    shown = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        for config in _configs(release):
            # Each copy is dropped before the next is made: one at a time takes space.
            with TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as cache:
                _check_rows(release, config, _loaded_rows(release, config, cache))
    finally:
        if shown:
            datasets.enable_progress_bars()


def _configs(release: Release) -> list[str]:
    import datasets

    try:
        return datasets.get_dataset_config_names(str(release.path.resolve()))
    except Exception as error:
        raise DataError(
            "`datasets` cannot read the card", place=release.path, found=error
        ) from error


def _loaded_rows(release: Release, config: str, cache: str) -> dict[str, int]:
    import datasets

    folder = str(release.path.resolve())
    try:
        loaded: Any = datasets.load_dataset(folder, config, cache_dir=cache)
    except Exception as error:  # whatever it is, it would meet the users too
        raise DataError(
            f"`datasets` cannot load the config {config!r}", place=release.path,
            found=error.__cause__ or error, hint="build the release or its card again",
        ) from error  # fmt: skip
    return {str(split): len(rows) for split, rows in loaded.items()}


def _check_rows(release: Release, config: str, rows: dict[str, int]) -> None:
    entry = release.manifest.tables.get(config)
    if entry is None:
        return  # a subset: part of the rows of several tables
    counted = {split: sum(file.rows for file in files) for split, files in entry.splits.items()}
    expected = {split: count for split, count in counted.items() if count}
    if rows != expected:
        raise DataError(
            f"the config {config!r} has other rows than the table",
            place=release.path, found=rows, expected=expected,
        )  # fmt: skip


class _Push:
    """One release on its way to one repository."""

    def __init__(
        self, hub: Hub, release: Release, progress: Progress, *, private: bool, tagging: bool
    ) -> None:
        self._hub = hub
        self._release = release
        self._progress = progress
        self._private = private
        self._tagging = tagging
        self._manifest = release.manifest
        self._tag = f"v{release.manifest.version}"
        self._digests = listed_digests(release.manifest)

    def run(self, *, dry_run: bool) -> PushResult:
        state = self._hub.state()
        if state is not None:
            self._private = state.private
            tagged = self._hub.sha(self._tag)
            if tagged is not None:
                self._check_tagged(tagged)
                return self._result("unchanged", tagged, self._changes(tagged))
        if dry_run:
            head = None if state is None else state.head
            return self._result("planned", head, self._changes(head))
        head = self._made() if state is None else state.head
        changes = self._changes(head)
        sha = self._commit(changes, head) if changes or head is None else head
        with self._progress.step("reading it back"):
            self._check_published(sha)
        done: Status = "pushed" if changes else "unchanged"
        if self._tagging:
            self._create_tag(sha)
            done = "pushed" if changes else "tagged"
        return self._result(done, sha, changes)

    def _result(self, status: Status, sha: str | None, changes: list[Change]) -> PushResult:
        return PushResult(
            status=status,
            repository=self._hub.repository,
            url=self._hub.url,
            private=self._private,
            version=self._manifest.version,
            fingerprint=self._manifest.fingerprint,
            tag=self._tag if self._tagging or status == "unchanged" else None,
            revision=sha,
            changes=changes,
        )

    def _check_tagged(self, sha: str) -> None:
        try:
            there = self._hub.manifest(sha)
        except HubUnreachableError:
            raise
        except DataError:
            there = None  # what cannot be read is no release
        if there is None or there.fingerprint != self._manifest.fingerprint:
            raise UsageError(
                f"the repository holds something else under the tag {self._tag}",
                place=self._hub.url,
                found="no release" if there is None else f"fingerprint {there.fingerprint}",
                expected=f"fingerprint {self._manifest.fingerprint}",
                hint="a published version stays as it is: build yours with a later --version",
            )

    def _changes(self, sha: str | None) -> list[Change]:
        remote: dict[str, RemoteFile] = {} if sha is None else self._hub.tree(sha)
        return find_changes(self._release.path, remote, self._digests)

    def _made(self) -> str | None:
        """Make the repository; returns its first commit."""
        hub = self._hub

        def ask() -> None:
            hub.api.create_repo(
                hub.repository, private=self._private, repo_type=KIND, exist_ok=True
            )

        hub.call("making the repository", ask)
        state = hub.state()
        if state is None:
            raise DataError("the repository was made and is not there", place=hub.url)
        self._private = state.private
        return state.head

    def _commit(self, changes: Sequence[Change], head: str | None) -> str:
        """Upload and commit all changes at once; returns the commit's SHA."""
        operations: list[CommitOperationAdd | CommitOperationDelete] = []
        uploads = [change for change in changes if change.kind != "removed"]
        with self._progress.step("uploading", sum(change.bytes for change in uploads)) as advance:
            for change in uploads:
                addition = CommitOperationAdd(change.path, self._release.path / change.path)
                self._upload(addition)
                operations.append(addition)
                advance(change.bytes)
        removed = [change.path for change in changes if change.kind == "removed"]
        operations += [CommitOperationDelete(path, is_folder=False) for path in removed]
        hub, manifest = self._hub, self._manifest

        def ask() -> str:
            return hub.api.create_commit(
                hub.repository,
                operations,
                commit_message=f"{manifest.name} {manifest.version}",
                commit_description=f"Fingerprint: {manifest.fingerprint}",
                repo_type=KIND,
                parent_commit=head,
            ).oid

        with self._progress.step("committing"):
            return hub.call("committing", ask, settled=lambda: self._applied(head))

    def _upload(self, addition: CommitOperationAdd) -> None:
        hub = self._hub

        def ask() -> None:
            hub.api.preupload_lfs_files(hub.repository, [addition], repo_type=KIND)

        hub.call(f"uploading {addition.path_in_repo}", ask, attempts=1)

    def _applied(self, parent: str | None) -> str | None:
        """The commit that a failed request made after all; None if there is none.

        Raises:
            DataError: someone else committed meanwhile.
            HubUnreachableError: the Hub does not tell.
        """
        try:
            state = self._hub.state()
            head = None if state is None else state.head
            if head is None or head == parent:
                return None
            changes = self._changes(head)
        except HubUnreachableError as error:
            raise HubUnreachableError(
                "the Hub failed while committing, and does not tell whether the commit was made",
                place=self._hub.url,
                found=error.found,
                hint="run the command again: it goes on from what is there",
            ) from None
        if changes:
            raise DataError(
                "someone else pushed to the repository meanwhile",
                place=self._hub.url,
                found=f"commit {head}",
                expected=f"commit {parent}",
                hint="run the command again: it starts from what is there now",
            )
        return head

    def _check_published(self, sha: str) -> None:
        """Compare a commit with the release: every file's digest, every table's rows.

        Raises:
            DataError: they differ; the commit then gets no tag.
        """
        hint = "the version got no tag; run the command again"
        if wrong := self._changes(sha):
            raise DataError(
                "the commit does not hold the release's files",
                place=self._hub.url, found=f"commit {sha}: {wrong[0].path} {wrong[0].kind}",
                hint=hint,
            )  # fmt: skip
        store: Any = HfFileSystem(endpoint=self._hub.endpoint, token=self._hub.token)
        for entry in table_files(self._manifest):
            rows = self._hub.call(
                f"reading {entry.path}",
                lambda path=entry.path: _remote_rows(store, self._hub.repository, sha, path),
                attempts=2,
            )
            if rows != entry.rows:
                raise DataError(
                    f"{entry.path} has other rows on the Hub", place=self._hub.url,
                    found=rows, expected=entry.rows, hint=hint,
                )  # fmt: skip

    def _create_tag(self, sha: str) -> None:
        hub = self._hub

        def ask() -> None:
            hub.api.create_tag(
                hub.repository,
                tag=self._tag,
                tag_message=f"{self._manifest.name} {self._manifest.version}",
                revision=sha,
                repo_type=KIND,
            )

        def there() -> Any:
            # Made by a request whose answer was lost, or by someone else.
            found = hub.sha(self._tag)
            if found not in (None, sha):
                raise DataError(
                    f"someone else made the tag {self._tag} meanwhile", place=hub.url,
                    found=f"commit {found}", expected=f"commit {sha}",
                    hint="run the command again: it compares with what is there now",
                )  # fmt: skip
            return found

        hub.call(f"making the tag {self._tag}", ask, settled=there)


def _remote_rows(store: Any, repository: str, sha: str, path: str) -> int:
    """Rows of a Parquet file on the Hub, by its footer."""
    with store.open(f"datasets/{repository}@{sha}/{path}", "rb") as file:
        return int(pq.read_metadata(file).num_rows)
