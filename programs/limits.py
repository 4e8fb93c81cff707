"""What a run of untrusted code may use, and how it was cut off from the machine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from ..schemas.errors import UsageError

BUBBLEWRAP = "bubblewrap"
UNSHARE = "unshare"
RLIMITS = "rlimits"
METHODS = (BUBBLEWRAP, UNSHARE, RLIMITS)
"""Ways to cut a program off, the best first."""
LEAST_MEMORY_MIB = 64
"""Python itself takes some."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; all of its processes together, where nothing else is said."""

    seconds: float = 30
    """Wall time."""
    memory_mib: int = 2048
    """Resident memory; also what a single process may allocate."""
    cpu_seconds: int = 60
    """Processor time."""
    file_mib: int = 64
    """Size of a single file."""
    processes: int = 64
    """Processes alive at one moment."""
    open_files: int = 256
    """Open files of a single process."""
    disk_mib: int = 512
    """What it may write into its folders, and hold in its temporary folder."""

    @classmethod
    def within(cls, seconds: float, memory_mib: int) -> Self:
        """Limits of a run of that length: two cores may work all the time, the least apart.

        Raises:
            UsageError: no program runs in so little.
        """
        if not 0 < seconds < math.inf:
            raise UsageError("the wall time is wrong", found=seconds, expected="seconds above 0")
        if memory_mib < LEAST_MEMORY_MIB:
            raise UsageError(
                "the memory is too small",
                found=f"{memory_mib} MiB",
                expected=f"{LEAST_MEMORY_MIB} or more",
            )
        cpu_seconds = max(cls().cpu_seconds, 2 * math.ceil(seconds))
        return cls(seconds=seconds, memory_mib=memory_mib, cpu_seconds=cpu_seconds)


@dataclass(frozen=True, slots=True)
class Isolation:
    """How code is run, and what that keeps it from."""

    method: str
    """bubblewrap, unshare or rlimits."""
    network: bool
    """Whether it is cut off from every network, this machine's loopback included."""
    filesystem: bool
    """Whether writing outside its own folders is impossible."""
    processes: bool
    """Whether other processes are out of its reach."""
    private_proc: bool = False
    """Whether it has a /proc of its own; some containers forbid to mount one."""
    nested: bool = True
    """Whether it may make user namespaces of its own, which bubblewrap can forbid."""
