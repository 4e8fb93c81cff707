"""Private copies of a tree of files, and trees written from a release's rows.

A copy shares its blocks with the original where the file system can do that (XFS, btrfs), and
nothing else: no hard link, no link that leads out of it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

_FICLONE = 0x40049409
_CANNOT_CLONE = {
    errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.ENOSYS, errno.EPERM,
}  # fmt: skip
_BAD_NAME = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL}
BYTECODE = "__pycache__"


def private_copy(tree: Path, target: Path) -> tuple[str, ...]:
    """Copy a tree so that whatever happens to the copy, the original stays.

    Compiled modules are left behind: one that does not check its source would run in place of a
    source that was changed.

    Args:
        tree: Folder to copy.
        target: Folder of the copy; made here.

    Returns:
        Paths of what was left out: links that lead out of the tree, and what is neither a file nor
        a folder.

    Raises:
        UsageError: The target exists and is not empty, or lies in the tree.
    """
    source = tree.resolve()
    if not source.is_dir():
        raise UsageError("there is no folder to copy", place=tree)
    if target.resolve().is_relative_to(source):
        raise UsageError("a copy cannot lie in the folder that it copies", place=target)
    _make_empty(target)
    left_out: list[str] = []
    copy = _CopyFile()
    waiting = [(os.fspath(source), os.fspath(target))]
    while waiting:
        folder, into = waiting.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                path = f"{into}/{entry.name}"
                if entry.is_symlink():
                    if _stays_inside(source, Path(entry.path)):
                        Path(path).symlink_to(os.readlink(entry.path))  # noqa: PTH115
                    else:
                        left_out.append(str(Path(entry.path).relative_to(source)))
                elif entry.is_dir():
                    if entry.name != BYTECODE:
                        os.mkdir(path)  # noqa: PTH102
                        waiting.append((entry.path, path))
                elif entry.is_file():
                    copy(entry.path, path)
                else:
                    left_out.append(str(Path(entry.path).relative_to(source)))
    return tuple(sorted(left_out))


def write_tree(files: Iterable[tuple[str, bool, bytes]], target: Path) -> int:
    """Write files into a new folder.

    Args:
        files: Path below the folder, whether it is executable, and the bytes of each.
        target: Folder to make.

    Returns:
        Number of files.

    Raises:
        DataError: A path leaves the folder, occurs twice, or is a folder of another one.
        UsageError: The target exists and is not empty.
    """
    _make_empty(target)
    number = 0
    for path, executable, content in files:
        place = target / _inside(path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.write(content)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise DataError(
                "two files of a tree have the same path, or one is the folder of another",
                place=path,
            ) from error
        except (ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in _BAD_NAME:
                raise
            raise DataError("no file can have this path", found=repr(path)) from error
        if executable:
            place.chmod(0o755)
        number += 1
    return number


def remove_tree(folder: Path) -> None:
    """Remove a folder, whatever rights the program that wrote it left on it."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError:
        waiting = [folder]
        while waiting:
            with suppress(OSError):
                place = waiting.pop()
                place.chmod(0o700)
                waiting += [
                    path for path in place.iterdir() if path.is_dir() and not path.is_symlink()
                ]
        shutil.rmtree(folder, ignore_errors=True)


class _CopyFile:
    """Copies single files; finds out once whether the file system can share their blocks."""

    def __init__(self) -> None:
        self._can_clone = True

    def __call__(self, source: str, target: str) -> None:
        with open(source, "rb") as reader, open(target, "xb") as writer:  # noqa: PTH123
            mode = os.fstat(reader.fileno()).st_mode
            if not self._clone(reader.fileno(), writer.fileno()):
                shutil.copyfileobj(reader, writer, 2**20)
            if mode & stat.S_IXUSR:
                os.fchmod(writer.fileno(), 0o755)

    def _clone(self, source: int, target: int) -> bool:
        if self._can_clone:
            try:
                fcntl.ioctl(target, _FICLONE, source)
            except OSError as error:
                if error.errno not in _CANNOT_CLONE:
                    raise
                self._can_clone = False
        return self._can_clone


def _make_empty(target: Path) -> None:
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise UsageError(
            "the target exists",
            place=target,
            expected="a folder that is empty or not there",
        )
    target.mkdir(parents=True, exist_ok=True)


def _stays_inside(tree: Path, link: Path) -> bool:
    """Whether a link is relative and leads to something in the tree, whatever it passes by."""
    if link.readlink().is_absolute():
        return False
    try:
        return link.resolve(strict=True).is_relative_to(tree)
    except (OSError, RuntimeError):
        return False


def _inside(path: str) -> PurePosixPath:
    """A path below a folder, or an error: rows of a release come from anywhere."""
    parts = path.split("/")
    if not path or "\0" in path or any(part in {"", ".", ".."} for part in parts):
        raise DataError(
            "a file of a tree has a path that does not stay in it",
            found=repr(path),
            expected="a relative path without empty parts, . and ..",
        )
    return PurePosixPath(path)
