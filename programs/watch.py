"""Limits that the kernel does not keep for a whole tree of processes: they are watched.

Runs in the supervisor, which starts without site packages: the standard library only.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from contextlib import suppress

from . import processes

TYPE_CHECKING = False  # typing itself would take a good part of the supervisor's start
if TYPE_CHECKING:
    from typing import Any

_MIB = 2**20
_ADDRESS_SPACE_FACTOR = 8  # reserved is not used: many libraries map far more than they touch
_NET_FACTOR = 16  # the watch is exact; the kernel's own limit on processes only slows a fork bomb
_LEAST_GROWTH = 16 * _MIB  # of what is written between two walks through the folders


class Watch:
    """What the processes below this one use, against what they may."""

    def __init__(self, limits: dict[str, Any], folders: list[str], own: int) -> None:
        """Start the clock.

        Args:
            limits: Fields of ``Limits``.
            folders: Folders that the program can write to on disk.
            own: Processes of the sandbox itself, which come first among the descendants.
        """
        self._limits = limits
        self._folders = folders
        self._own = own
        self._started = time.monotonic()
        self._written_since = time.time()
        self._devices = {os.stat(folder).st_dev for folder in folders}  # noqa: PTH116
        self._free = self._free_bytes()
        self._growth = limits["disk_mib"] * _MIB
        self.peak = 0

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def exceeded(self) -> str | None:
        """Which limit is passed: timeout, processes, memory, cpu or disk."""
        if self.seconds() > self._limits["seconds"]:
            return "timeout"
        all_pids = processes.descendants(os.getpid())
        pids = all_pids[self._own :]
        if len(pids) > self._limits["processes"]:
            return "processes"
        in_memory, on_disk = processes.hidden_bytes(pids, self._devices)
        if self._memory(pids, in_memory) > self._limits["memory_mib"] * _MIB:
            return "memory"
        if self._cpu(all_pids) > self._limits["cpu_seconds"]:
            return "cpu"
        return "disk" if self._disk_is_full(on_disk) else None

    def _memory(self, pids: list[int], hidden: int) -> int:
        """Memory in use; shared pages are told apart only where it matters, for that is slow."""
        used = processes.resident_bytes(pids) + hidden
        if used > self._limits["memory_mib"] * _MIB:
            used = processes.proportional_bytes(pids) + hidden
        self.peak = max(self.peak, used)
        return used

    def _cpu(self, pids: list[int]) -> float:
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        return processes.cpu_seconds(pids) + reaped.ru_utime + reaped.ru_stime

    def _disk_is_full(self, hidden: int) -> bool:
        """Whether too much was written; the folders are walked only when free space has shrunk."""
        free = self._free_bytes()
        if self._free - free <= self._growth:
            return False
        left = self._limits["disk_mib"] * _MIB - hidden
        left -= processes.written_bytes(self._folders, self._written_since)
        self._free = free
        self._growth = max(left // 2, _LEAST_GROWTH)
        return left < 0

    def _free_bytes(self) -> int:
        """Free space where the folders lie."""
        total = 0
        for folder in self._folders:
            with suppress(OSError):
                found = os.statvfs(folder)
                total += found.f_bfree * found.f_frsize
        return total


def limit_this_process(limits: dict[str, Any]) -> None:
    """Set the limits that the kernel keeps for each process, before the program starts."""
    memory = limits["memory_mib"] * _MIB
    _lower(resource.RLIMIT_CORE, 0)
    _lower(resource.RLIMIT_FSIZE, limits["file_mib"] * _MIB)
    _lower(resource.RLIMIT_NOFILE, limits["open_files"])
    _lower(resource.RLIMIT_CPU, limits["cpu_seconds"], grace=2)  # first a signal that tells why
    _lower(resource.RLIMIT_DATA, memory)
    _lower(resource.RLIMIT_AS, memory * _ADDRESS_SPACE_FACTOR)
    if os.getuid() != 0:  # it does not bind root; for others it counts all that the user runs
        allowed = processes.threads_of_user() + _NET_FACTOR * limits["processes"]
        _lower(resource.RLIMIT_NPROC, allowed)
    with suppress(OSError):  # if the machine itself runs out of memory, this is what goes first
        processes.write("/proc/self/oom_score_adj", "1000")


def come_first() -> None:
    """Let this process run before the watched ones, where the user may ask for that.

    Root may, and needs it: no limit of the kernel slows a fork bomb of root's.
    """
    with suppress(OSError, AttributeError):
        policy = os.SCHED_RR | os.SCHED_RESET_ON_FORK
        os.sched_setscheduler(0, policy, os.sched_param(1))


def restore_signals() -> None:
    """Give a program the signals that Python ignores for itself."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def _lower(which: int, value: int, grace: int = 0) -> None:
    _, hard = resource.getrlimit(which)
    highest = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(which, (min(value, highest), highest))
