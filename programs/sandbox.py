"""Running code that nobody has read: limits, isolation, and what came of it.

>>> isolation = available_isolation()                                          # doctest: +SKIP
>>> run(["python3", "x.py"], cwd=copy, writable=[copy], isolation=isolation)   # doctest: +SKIP

What protects the machine, from the outside in:

- a view of the file system in which only the program's own folders can be written, and homes, other
  projects and sockets of services are not there;
- namespaces of its own for users, network, processes, IPC and host name, and no capabilities;
- limits of the kernel on each process, and a watch on what all of them use together;
- a supervisor that ends every process left when the program ends, however it detached itself.

Without namespaces only the last two are left, which stops accidents and no ill will.
"""

from __future__ import annotations

from .execution import Completed, SandboxError, run
from .isolation import WANTED, available_isolation, demand, probe
from .limits import BUBBLEWRAP, METHODS, RLIMITS, UNSHARE, Isolation, Limits

__all__ = [
    "BUBBLEWRAP",
    "METHODS",
    "RLIMITS",
    "UNSHARE",
    "WANTED",
    "Completed",
    "Isolation",
    "Limits",
    "SandboxError",
    "available_isolation",
    "demand",
    "probe",
    "run",
]
