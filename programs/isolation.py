"""Which isolation this machine gives: found by trying to break out, once for each way."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from ..schemas.errors import UsageError
from .execution import SandboxError, run
from .interpreters import interpreter
from .limits import BUBBLEWRAP, METHODS, RLIMITS, UNSHARE, Isolation, Limits

WANTED = ("any", "network", "full")
"""What a user can demand: any way at all; no network; no network, no writing, no processes."""

_PROBE_LIMITS = Limits(seconds=20, cpu_seconds=10, disk_mib=16)
# Each line is an attempt; what it reports is believed only where the other side cannot be asked.
_PROBE = """
import json, os, socket, sys
port, outside, inside = int(sys.argv[1]), sys.argv[2], sys.argv[3]
open(os.path.join(inside, "mark"), "w").close()
try:
    open(os.path.join(outside, "mark"), "w").close()
except OSError:
    pass
try:
    socket.create_connection(("127.0.0.1", port), 2).close()
except OSError:
    pass
with open("/proc/net/dev") as file:
    devices = [line.split(":")[0].strip() for line in file if ":" in line]
places = ("/etc", "/usr", "/home", "/root", "/srv", "/var", "/proc/sys/kernel/panic")
print(json.dumps({
    "devices": devices,
    "writable": [path for path in places if os.access(path, os.W_OK)],
    "namespace": os.readlink("/proc/self/ns/pid"),
}))
"""


def available_isolation() -> Isolation:
    """The way that keeps most from a program on this machine; the order of methods breaks ties.

    Raises:
        UsageError: Not even a process with limits can be started.
    """
    found = [isolation for method in METHODS if (isolation := probe(method))]
    if not found:
        raise UsageError("no sandbox can be set up on this machine")
    return max(found, key=_strength)


@cache
def probe(method: str) -> Isolation | None:
    """What a method really gives here; None if it cannot be had.

    Args:
        method: bubblewrap, unshare or rlimits.

    Returns:
        The strongest form of it in which a program can be run at all.
    """
    if method not in METHODS:
        raise UsageError.from_unknown_name("way of isolation", method, METHODS)
    if method == BUBBLEWRAP and shutil.which("bwrap") is None:
        return None
    return next((found for form in _forms(method) if (found := _try(form))), None)


def demand(isolation: Isolation, wanted: str) -> None:
    """Refuse to go on with less isolation than asked for.

    Args:
        isolation: What is to be had.
        wanted: any, network or full.

    Raises:
        UsageError: It is less.
    """
    if wanted not in WANTED:
        raise UsageError.from_unknown_name("isolation", wanted, WANTED)
    needed = {"any": (), "network": ("network",), "full": ("network", "filesystem", "processes")}
    missing = [name for name in needed[wanted] if not getattr(isolation, name)]
    if missing:
        raise UsageError(
            f"the isolation asked for ({wanted}) cannot be had on this machine",
            found=f"{isolation.method}, which does not cut off: {', '.join(missing)}",
            expected="bubblewrap, or user namespaces",
            hint="install bubblewrap, allow unprivileged user namespaces, or pass isolation=any",
        )


def _forms(method: str) -> list[Isolation]:
    """Forms of a method, the strongest first."""
    if method == RLIMITS:
        return [Isolation(method, network=False, filesystem=False, processes=False)]
    forms = [
        Isolation(method, True, True, True, private_proc, nested)  # noqa: FBT003
        for private_proc in (True, False)
        for nested in ((False, True) if method == BUBBLEWRAP else (True,))
    ]
    if method == UNSHARE:
        forms.append(Isolation(method, network=True, filesystem=False, processes=True))
    return forms


def _try(form: Isolation) -> Isolation | None:
    """Run a program that tries to get out; what it did not manage, or None if it did not run."""
    with (
        tempfile.TemporaryDirectory(prefix="domainbench-probe-") as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        server.setblocking(False)  # noqa: FBT003
        inside, outside = Path(folder, "inside"), Path(folder, "outside")
        inside.mkdir()
        outside.mkdir()
        port = str(server.getsockname()[1])
        words = [sys.executable, "-I", "-S", "-c", _PROBE, port, str(outside), str(inside)]
        try:
            done = run(
                words,
                cwd=inside,
                writable=[inside],
                readable=interpreter(Path(sys.executable)).folders,
                limits=_PROBE_LIMITS,
                isolation=form,
            )
        except SandboxError:
            return None
        if done.returncode != 0 or not (inside / "mark").exists():
            return None
        told = json.loads(done.stdout)
        return Isolation(
            form.method,
            network=set(told["devices"]) <= {"lo"} and not _was_reached(server),
            filesystem=not told["writable"] and not (outside / "mark").exists(),
            processes=told["namespace"] != str(Path("/proc/self/ns/pid").readlink()),
            private_proc=form.private_proc,
            nested=form.nested,
        )


def _was_reached(server: socket.socket) -> bool:
    try:
        connection, _ = server.accept()
    except BlockingIOError:
        return False
    connection.close()
    return True


def _strength(isolation: Isolation) -> tuple[Any, ...]:
    cuts = (isolation.network, isolation.filesystem, isolation.processes)
    return sum(cuts), -METHODS.index(isolation.method)
