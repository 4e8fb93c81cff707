"""Namespaces entered by system calls: the sandbox where there is no bubblewrap.

Runs in the supervisor, which starts without site packages: the standard library only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import struct
from contextlib import suppress

from . import processes

TYPE_CHECKING = False  # typing itself would take a good part of the supervisor's start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_NEWNS, _NEWUTS, _NEWIPC = 0x20000, 0x4000000, 0x8000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC = 1, 2, 4, 8
_REMOUNT, _BIND, _REC, _PRIVATE = 32, 4096, 16384, 1 << 18
_DETACH = 2
_MOUNT_SETATTR = 442  # the same number on every architecture that Python runs on
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_SET_PDEATHSIG, _CAPBSET_DROP, _SET_SUBREAPER, _SET_NO_NEW_PRIVS = 1, 24, 36, 38
_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x41
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_DEVICE_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}

_libc = ctypes.CDLL(None, use_errno=True)


def become_subreaper() -> None:
    """Have orphans among the descendants come back to this process instead of init."""
    _check(_libc.prctl(_SET_SUBREAPER, 1, 0, 0, 0), "prctl")


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _check(_libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Give up, for good, what root may do beyond its own files, and the way to become root.

    The first process of a user namespace starts with all capabilities in it, and could undo what
    was mounted read-only.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        _libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)  # fails for numbers that the kernel lacks
    _check(_libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, struct.pack("6I", *[0] * 6)), "capset")


def enter(mounts: Sequence[dict[str, Any]] | None, scratch: str) -> None:
    """Go on as a process in namespaces of its own, with no capability.

    Three processes come of it: one waits outside, one is the first inside and takes up orphans
    (when it ends, the kernel ends all others inside), and one returns from here.

    Args:
        mounts: Steps that make up the file system; None leaves it as it is.
        scratch: An empty folder to mount them on.

    Raises:
        OSError: The kernel or the container does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    flags = _NEWUSER | _NEWNET | _NEWPID | _NEWNS | _NEWIPC | _NEWUTS
    _check(_libc.unshare(flags), "unshare")
    processes.write("/proc/self/setgroups", "deny")
    processes.write("/proc/self/uid_map", f"{user} {user} 1")
    processes.write("/proc/self/gid_map", f"{group} {group} 1")
    die_with_parent()
    _raise_loopback()
    if (first := os.fork()) != 0:
        _stand_by(first)
    die_with_parent()
    _mount("none", "/", None, _REC | _PRIVATE)
    if mounts is None:
        with suppress(OSError):  # the old /proc stays: more to see, no more to reach
            _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    else:
        _enter_root(mounts, scratch)
    drop_capabilities()
    if (program := os.fork()) != 0:
        _stand_by(program)
    os.setsid()


def _stand_by(program: int) -> None:
    """Wait for a child as init does, and end as it ended."""
    os.closerange(0, 256)
    while True:
        pid, status = os.wait()
        if pid == program:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _enter_root(mounts: Sequence[dict[str, Any]], scratch: str) -> None:
    _mount("tmpfs", scratch, "tmpfs", _NOSUID | _NODEV, "mode=755")
    for mount in mounts:
        _make(scratch, mount["kind"], mount["target"], mount["source"], mount["size"])
    os.chdir(scratch)
    _check(_libc.pivot_root(b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _DETACH), "umount")
    os.chdir("/")


def _make(root: str, kind: str, target: str, source: str, size: int) -> None:
    """Put one step of the view below a root."""
    place = root + target.rstrip("/")
    if kind == "seal":
        _mount("none", place, None, _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)
        return
    os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
    if kind == "link":
        os.symlink(source, place)  # noqa: PTH211
    elif kind in {"read", "write"}:
        _bind(source, place, read_only=kind == "read")
    else:
        os.makedirs(place, exist_ok=True)  # noqa: PTH103
        if kind == "tmpfs":
            _mount("tmpfs", place, "tmpfs", _NOSUID | _NODEV, f"mode=755,size={size}")
        elif kind == "proc":
            _mount("proc", place, "proc", _NOSUID | _NODEV | _NOEXEC)
        elif kind == "dev":
            _make_devices(place)


def _make_devices(place: str) -> None:
    _mount("tmpfs", place, "tmpfs", _NOSUID, "mode=755,size=65536")
    for name in _DEVICES:
        device = f"{place}/{name}"
        processes.write(device, "")
        _mount(f"/dev/{name}", device, None, _BIND)
    os.mkdir(f"{place}/pts")  # noqa: PTH102
    _mount("devpts", f"{place}/pts", "devpts", _NOSUID | _NOEXEC, "newinstance,ptmxmode=0666")
    for name, target in _DEVICE_LINKS.items():
        os.symlink(target, f"{place}/{name}")  # noqa: PTH211


def _bind(source: str, place: str, *, read_only: bool) -> None:
    """Show a file or folder at another place; read-only holds for all that is mounted in it."""
    if os.path.isdir(source):  # noqa: PTH112
        os.makedirs(place, exist_ok=True)  # noqa: PTH103
    elif not os.path.exists(place):  # noqa: PTH110
        processes.write(place, "")
    _mount(source, place, None, _BIND | _REC)
    attributes = _NOSUID | _NODEV | (_RDONLY if read_only else 0)
    wanted = struct.pack("4Q", attributes, 0, 0, 0)
    done = _libc.syscall(
        _MOUNT_SETATTR, _AT_FDCWD, os.fsencode(place), _AT_RECURSIVE, wanted, len(wanted)
    )
    _check(done, f"mount_setattr {place}")


def _mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    done = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        None if kind is None else kind.encode(),
        ctypes.c_ulong(flags),
        data.encode() or None,
    )
    _check(done, f"mount {target}")


def _raise_loopback() -> None:
    """Bring up the network of one's own, for servers that a test talks to itself."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH22x", b"lo", _IFF_UP_RUNNING)
        fcntl.ioctl(control.fileno(), _SIOCSIFFLAGS, request)


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
