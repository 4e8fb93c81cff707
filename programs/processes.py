"""The processes below this one, as /proc shows them: what they use, and how to end them all.

Runs in the supervisor, which starts without site packages: the standard library only.
"""

from __future__ import annotations

import os
import signal
import stat
import time
from contextlib import suppress

TYPE_CHECKING = False  # typing itself would take a good part of the supervisor's start
if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICK = os.sysconf("SC_CLK_TCK")
_IN_MEMORY = ("/memfd:", "/dev/shm/")  # noqa: S108
_KERNEL_LISTS_CHILDREN = os.path.exists(  # noqa: PTH110
    f"/proc/{os.getpid()}/task/{os.getpid()}/children"
)


def descendants(root: int) -> list[int]:
    """Process ids below a process, parents before children."""
    children = _children_of if _KERNEL_LISTS_CHILDREN else _children_by_parent()
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = children(waiting.pop())
        found += below
        waiting += below
    return found


def _children_by_parent() -> Callable[[int], list[int]]:
    """Children of any process, from one walk through all processes."""
    below: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - called every few ms
        if name.isdigit():
            with suppress(OSError):
                text = read(f"/proc/{name}/stat")
                parent = int(text[text.rindex(b")") + 2 :].split()[1])
                below.setdefault(parent, []).append(int(name))
    return lambda pid: below.get(pid, [])


def _children_of(pid: int) -> list[int]:
    """Children that any thread of a process started."""
    found: list[int] = []
    with suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - called every few ms
            found += [int(child) for child in read(f"/proc/{pid}/task/{thread}/children").split()]
    return found


def resident_bytes(pids: list[int]) -> int:
    """Sum of the resident sets; pages that processes share count for each of them."""
    statm = (read(f"/proc/{pid}/statm").split() for pid in pids)
    return sum(int(fields[1]) * _PAGE for fields in statm if fields)


def proportional_bytes(pids: list[int]) -> int:
    """Sum of the resident sets, each shared page counted once; the resident set where untold."""
    total = 0
    for pid in pids:
        lines = read(f"/proc/{pid}/smaps_rollup").splitlines()
        told = [int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:")]
        total += told[0] if told else resident_bytes([pid])
    return total


def cpu_seconds(pids: list[int]) -> float:
    """Processor time of processes, with that of their children that ended."""
    ticks = 0
    for pid in pids:
        text = read(f"/proc/{pid}/stat")
        fields = text[text.rfind(b")") + 2 :].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICK


def hidden_bytes(pids: list[int], devices: set[int]) -> tuple[int, int]:
    """Bytes of open files that have no name any more: in memory, on some disks.

    A file that is deleted or was never linked (``memfd_create``) takes room which neither the
    resident set nor a walk through folders shows.
    """
    memory: dict[tuple[int, int], int] = {}
    disk: dict[tuple[int, int], int] = {}
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        with suppress(OSError):
            for name in os.listdir(folder):  # noqa: PTH208 - called every few ms
                with suppress(OSError):
                    found = os.stat(f"{folder}/{name}")  # noqa: PTH116
                    if found.st_nlink or not stat.S_ISREG(found.st_mode):
                        continue
                    key = found.st_dev, found.st_ino
                    if os.readlink(f"{folder}/{name}").startswith(_IN_MEMORY):  # noqa: PTH115
                        memory[key] = found.st_blocks * 512
                    elif found.st_dev in devices:
                        disk[key] = found.st_blocks * 512
    return sum(memory.values()), sum(disk.values())


def written_bytes(folders: list[str], since: float) -> int:
    """Disk space of the files below folders that changed since a moment; no link is followed."""
    total = 0
    waiting = list(folders)
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(found.st_mode):
                        waiting.append(entry.path)
                    elif found.st_ctime >= since:
                        total += found.st_blocks * 512
    return total


def threads_of_user() -> int:
    """Threads that run under this user, which is what the limit on processes counts."""
    user = os.getuid()
    total = 0
    for name in os.listdir("/proc"):  # noqa: PTH208
        if name.isdigit():
            with suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == user:  # noqa: PTH116
                    total += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208
    return total


def end_all(root: int, seconds: float = 10.0) -> bool:
    """Kill everything below a process and reap it.

    They are stopped first, again and again until no new one shows up: a program that forks faster
    than it can be killed would outrun a plain kill.

    Args:
        root: This process, to which orphans come back.
        seconds: How long to try.

    Returns:
        Whether none is left.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        stopped: set[int] = set()
        while time.monotonic() < deadline and (fresh := set(descendants(root)) - stopped):
            _signal(fresh, signal.SIGSTOP)
            stopped |= fresh
        _signal(stopped, signal.SIGKILL)
        reap()
        if not descendants(root):
            return True
        time.sleep(0.002)
    return False


def reap() -> dict[int, tuple[int, int]]:
    """Take up the children that ended: process id → wait status, largest resident set in KiB."""
    ended: dict[int, tuple[int, int]] = {}
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if pid == 0:
            return ended
        ended[pid] = status, usage.ru_maxrss


def _signal(pids: set[int], number: int) -> None:
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, number)


def read(path: str) -> bytes:
    """A small file of the kernel's; nothing if it is not there any more."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""


def write(path: str, text: str) -> None:
    """Write a small file, in one call as the kernel's own need it."""
    with open(path, "w") as file:  # noqa: PTH123
        file.write(text)
