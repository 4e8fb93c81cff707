"""Git's own commands on a repository that nobody vouches for.

Only plumbing that reads is called. Nothing of the user's or the machine's configuration is heard,
no hook, filter, pager or file monitor of the repository's can start, and nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Self, cast

from ....schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SETTINGS = (
    "safe.directory=*",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=off",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "protocol.allow=never",
    "gc.auto=0",
    "log.showSignature=false",
)
_ENVIRONMENT = {
    "LC_ALL": "C",
    "TZ": "UTC",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # A partial clone would fetch what it lacks; a protocol that there is not forbids all others.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
}


class GitError(DataError):
    """Git cannot read a repository."""


def find_git_folder(path: Path) -> Path | None:
    """The folder (or the file that names it) where git keeps the repository; None if it is none."""
    inner = path / ".git"
    if inner.is_file() or _is_git_folder(inner):
        return inner
    return path if _is_git_folder(path) else None


def _is_git_folder(path: Path) -> bool:
    parts = (path / "objects").is_dir(), (path / "refs").is_dir()
    return all(parts) and os.path.lexists(path / "HEAD")


class Git:
    """Commands on one repository."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def text(self, *arguments: str, given: str = "") -> str:
        """What a command prints, as text."""
        return self.bytes(*arguments, given=given.encode()).decode("utf-8", "replace")

    def bytes(self, *arguments: str, given: bytes = b"") -> bytes:
        """What a command prints.

        Raises:
            GitError: the command fails.
            UsageError: git is not installed.
        """
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            self.command(*arguments),
            input=given,
            capture_output=True,
            env=scrubbed_environment(),
            check=False,
        )
        if done.returncode:
            raise GitError(
                "git cannot read the repository",
                place=self._folder,
                found=first_line(done.stderr) or f"exit code {done.returncode}",
                hint="`git fsck` says more",
            )
        return done.stdout

    def command(self, *arguments: str) -> list[str]:
        """The command line of git with these arguments."""
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        options = ["--no-pager", "--no-replace-objects"]
        return [find_git(), *settings, *options, f"--git-dir={self._folder}", *arguments]


def find_git() -> str:
    """Path of the command; ``UsageError`` where it is not installed."""
    found = shutil.which("git")
    if found is None:
        raise UsageError("repositories are read by the command git, which is not installed")
    return found


def scrubbed_environment() -> dict[str, str]:
    """The environment without what changes git's ways."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | _ENVIRONMENT


def first_line(output: bytes) -> str:
    """The first line of what a command printed."""
    return next(iter(output.decode("utf-8", "replace").splitlines()), "")


class Objects:
    """Objects of a repository, read one by one through a single process."""

    def __init__(self, git: Git) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - fixed command, no shell
            git.command("cat-file", "--batch"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=scrubbed_environment(),
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._answers.close()
        with suppress(BrokenPipeError):  # it may have ended before
            self._requests.close()
        self._process.wait()

    def read(self, oid: str, limit: int | None = None) -> bytes | None:
        """An object's bytes; None if there are more than ``limit``.

        Raises:
            GitError: the repository lacks the object.
        """
        size = self._ask(oid)
        if limit is None or size <= limit:
            return b"".join(self._body(size))
        for _ in self._body(size):
            pass
        return None

    def copy(self, oid: str, out: IO[bytes], limit: int) -> bool:
        """Write an object's bytes out; nothing of it, and False, if there are more than ``limit``.

        Raises:
            GitError: the repository lacks the object.
        """
        size = self._ask(oid)
        for piece in self._body(size):
            if size <= limit:
                out.write(piece)
        return size <= limit

    def _ask(self, oid: str) -> int:
        try:
            self._requests.write(oid.encode() + b"\n")
            self._requests.flush()
            header = self._answers.readline().split()
        except BrokenPipeError:
            header = []
        if len(header) != 3:
            raise GitError(
                "the repository lacks an object",
                found=f"{oid} {b' '.join(header[1:]).decode() or 'cannot be read'}",
                expected="a clone with the contents of all files",
            )
        return int(header[2])

    def _body(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._answers.read(min(size, 1 << 20))
            if not piece:
                raise GitError("git broke off within an object")
            size -= len(piece)
            yield piece
        self._answers.read(1)
