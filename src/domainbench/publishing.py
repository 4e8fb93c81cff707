"""The verbs for releases on the Hugging Face Hub: push, pull, list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from domainbench.cards.hub.listing import ListedRelease
    from domainbench.cards.hub.push import PushResult
    from domainbench.schemas.progress import Progress
    from domainbench.schemas.release import Release


def push(
    release: Release | str | Path,
    repo_id: str,
    *,
    private: bool = True,
    token: str | None = None,
    dry_run: bool = False,
    create_tag: bool = True,
    endpoint: str | None = None,
    progress: Progress = SILENT,
) -> PushResult:
    """Publish a release in a repository of the Hub: verified, whole or not at all, with its tag.

    Args:
        release: the release or its folder.
        repo_id: ``OWNER/NAME``; made if there is none.
        private: whether a repository that is made is private.
        token: the one in the environment or of the login where None.
        dry_run: only say what would change.
        create_tag: whether the version gets its tag, ``v<version>``.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.
        progress: shown while it works.

    Raises:
        UsageError: the name or the token is wrong, or the version is there with other contents.
        DataError: the release is faulty, someone else pushed meanwhile, or the Hub fails.
    """
    from domainbench.cards.hub.push import push as run_push

    return run_push(
        release if isinstance(release, str | Path) else release.path,
        repo_id,
        private=private,
        token=token,
        dry_run=dry_run,
        create_tag=create_tag,
        endpoint=endpoint,
        progress=progress,
    )


def pull(
    source: str,
    output: str | Path,
    *,
    overwrite: bool = False,
    token: str | None = None,
    endpoint: str | None = None,
    progress: Progress = SILENT,
) -> Release:
    """Fetch a release from a repository of the Hub, whole or not at all.

    Args:
        source: ``OWNER/NAME``, or ``OWNER/NAME@VERSION`` with a version, tag, branch or SHA.
        output: folder of the release.
        overwrite: replace a release that stands at ``output``.
        token: the one in the environment or of the login where None.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.
        progress: shown while it works.

    Raises:
        UsageError: the name, the version or the token is wrong, or the output exists.
        DataError: the commit holds no release, a file is damaged, or the Hub fails.
    """
    from domainbench.cards.hub.pull import pull as run_pull

    return run_pull(
        source, output, overwrite=overwrite, token=token, endpoint=endpoint, progress=progress
    )


def list_releases(
    where: str | Path = ".", *, token: str | None = None, endpoint: str | None = None
) -> list[ListedRelease]:
    """Releases below a folder, or those that a repository of the Hub has tags for.

    Args:
        where: a folder, or ``OWNER/NAME``.
        token: the one in the environment or of the login where None.
        endpoint: address of the Hub; ``HF_ENDPOINT`` or huggingface.co where None.

    Raises:
        UsageError: it is neither, or the token is wrong.
        DataError: the Hub fails.
    """
    from domainbench.cards.hub.listing import list_releases as run_list

    return run_list(where, token=token, endpoint=endpoint)
