"""One repository of data on the Hub: what is in it, asked with patience and bounded waits."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version as package_version
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from huggingface_hub import HfApi, constants, get_token, utils
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile

from ...schemas.errors import UsageError
from ...schemas.manifest import MANIFEST_NAME, parse_manifest
from .failures import (
    CONFLICTS,
    EXPECTED,
    LONGEST_WAIT,
    explain,
    is_broken,
    is_transient,
    root_of,
    status_of,
    wait_asked,
)
from .files import RemoteFile, belongs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ...schemas.manifest import Manifest

    T = TypeVar("T")

KIND = "dataset"
ATTEMPTS = 5
BROKEN_ATTEMPTS = 3
"""Where there is no answer at all, which mostly means that there is no network."""
FIRST_WAIT = 1.0
"""Seconds before the second attempt; twice as long before each later one."""

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class State:
    """What a repository is now."""

    head: str | None
    """SHA of the newest commit of its main branch; None if it has no commit."""
    private: bool


def is_repository(text: str) -> bool:
    """Whether a text has the form of a repository's name, ``OWNER/NAME``."""
    return _REPOSITORY.fullmatch(text) is not None


class Hub:
    """A repository of data, and who asks for it.

    Args:
        repository: ``OWNER/NAME``.
        token: the one in the environment or of the login where None.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.

    Raises:
        UsageError: the repository's name has another form.
    """

    def __init__(
        self, repository: str, *, token: str | None = None, endpoint: str | None = None
    ) -> None:
        if not is_repository(repository):
            raise UsageError(
                "this is no name of a repository", found=repr(repository), expected="OWNER/NAME"
            )
        self.repository = repository
        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        self.url = f"{self.endpoint}/datasets/{repository}"
        self._token = token
        self.api = HfApi(
            endpoint=self.endpoint,
            token=token,
            library_name="domainbench",
            library_version=package_version("domainbench"),
        )

    @property
    def token(self) -> str | None:
        """The token that is sent; None if there is none."""
        return self._token or get_token()

    def call(
        self,
        doing: str,
        request: Callable[[], T],
        *,
        attempts: int = ATTEMPTS,
        settled: Callable[[], T | None] | None = None,
    ) -> T:
        """Ask the Hub, and again after faults that pass.

        Args:
            doing: what the request is for, as in "committing".
            request: one request; it must be safe to repeat, unless ``settled`` tells.
            attempts: how often it is made at most; once where the client repeats it itself.
            settled: asked after a fault that leaves open whether the request was carried out;
                a value other than None is taken as its answer.

        Raises:
            HubUnreachableError: the Hub does not answer, or asks for too long a wait.
            UsageError: the token or the repository is at fault.
            DataError: the Hub refuses.
        """
        made = 0
        while True:
            made += 1
            try:
                return request()
            except EXPECTED as error:
                root = root_of(error)
                if settled and (is_transient(root) or status_of(root) in CONFLICTS):
                    found = settled()
                    if found is not None:
                        return found
                wait = wait_asked(root)
                wait = FIRST_WAIT * 2 ** (made - 1) if wait is None else wait
                most = min(attempts, BROKEN_ATTEMPTS) if is_broken(root) else attempts
                if made >= most or not is_transient(root) or wait > LONGEST_WAIT:
                    raise explain(error, doing, self.url, self.token) from None
            sleep(wait)

    def state(self) -> State | None:
        """What the repository is now; None if there is none, or none that this account sees."""

        def ask() -> State | None:
            try:
                info = self.api.dataset_info(self.repository)
            except GatedRepoError:
                raise
            except RepositoryNotFoundError:
                return None
            return State(head=info.sha, private=bool(info.private))

        return self.call("looking at the repository", ask)

    def sha(self, revision: str) -> str | None:
        """SHA of the commit that a tag, branch or beginning of a SHA names; None if none does."""

        def ask() -> str | None:
            try:
                return self.api.dataset_info(self.repository, revision=revision).sha
            except RevisionNotFoundError:
                return None

        return self.call(f"looking for {revision}", ask)

    def references(self) -> tuple[list[str], list[str]]:
        """Names of the tags, and of the branches."""
        refs = self.call(
            "listing versions", lambda: self.api.list_repo_refs(self.repository, repo_type=KIND)
        )
        return [ref.name for ref in refs.tags], [ref.name for ref in refs.branches]

    def tree(self, sha: str) -> dict[str, RemoteFile]:
        """Path → file of a release at a commit; what the Hub keeps for itself is left out."""

        def ask() -> dict[str, RemoteFile]:
            entries = self.api.list_repo_tree(
                self.repository, recursive=True, revision=sha, repo_type=KIND
            )
            return {
                entry.path: RemoteFile(
                    path=entry.path,
                    bytes=entry.size,
                    blob=entry.blob_id,
                    sha256=None if entry.lfs is None else entry.lfs.sha256,
                )
                for entry in entries
                if isinstance(entry, RepoFile) and belongs(entry.path)
            }

        return self.call("listing files", ask)

    def download(self, path: str, sha: str, *, again: bool = False) -> Path:
        """A file of a commit, in the client's cache; ``again`` replaces the one that is there."""

        def ask() -> str:
            return self.api.hf_hub_download(
                self.repository, path, revision=sha, repo_type=KIND, force_download=again
            )

        return Path(self.call(f"downloading {path}", ask, attempts=1))

    def manifest(self, sha: str) -> Manifest | None:
        """The manifest of a commit; None if it has none.

        Raises:
            DataError: it cannot be read.
        """

        def ask() -> str | None:
            try:
                return self.api.hf_hub_download(
                    self.repository, MANIFEST_NAME, revision=sha, repo_type=KIND
                )
            except LocalEntryNotFoundError:
                raise
            except EntryNotFoundError:
                return None

        found = self.call("reading the manifest", ask, attempts=1)
        if found is None:
            return None
        text = Path(found).read_text(encoding="utf-8", errors="replace")
        return parse_manifest(text, Path(f"{self.repository}@{sha}", MANIFEST_NAME))


@contextmanager
def bars_off() -> Generator[None]:
    """Without the client's own progress bars, as steps of work are shown instead."""
    # A choice in the environment is final, and a call against it warns.
    free = constants.HF_HUB_DISABLE_PROGRESS_BARS is None
    shown = free and not utils.are_progress_bars_disabled()
    if shown:
        utils.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            utils.enable_progress_bars()
