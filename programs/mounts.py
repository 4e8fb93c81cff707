"""What a sandboxed program sees of the file system: a few folders, and only its own to write.

The view is a list of mounts on an empty root, in order. Bubblewrap gets it as arguments; the
supervisor mounts it itself where there is no bubblewrap.
"""

from __future__ import annotations

import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

READ = "read"
WRITE = "write"
TMPFS = "tmpfs"
DEV = "dev"
PROC = "proc"
LINK = "link"
FOLDER = "folder"
SEAL = "seal"

HOME = "/tmp/home"  # noqa: S108 - in the sandbox's own /tmp
_SYSTEM = (
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
    "/usr", "/etc", "/opt", "/nix", "/gnu", "/sys/devices/system/cpu",
)  # fmt: skip
_SECRETS = (
    *("/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-", "/etc/sudoers"),
    *("/etc/ssh", "/etc/ssl/private", "/etc/pki/tls/private", "/etc/krb5.keytab"),
)
"""What only root may read: a program in the sandbox of root's would."""
_COVERED = ("acpi", "bus", "fs", "irq", "mtrr", "scsi", "sys", "sysrq-trigger")
_SHARED_MEMORY_MIB = 64
_EMPTY_BYTES = 4096
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Mount:
    """One step of putting the view together."""

    kind: str
    target: str
    source: str = ""
    size: int = 0

    def as_json(self) -> dict[str, Any]:
        """Its fields, for the supervisor."""
        return asdict(self)


def view(
    readable: Iterable[Path], writable: Iterable[Path], *, disk_mib: int, private_proc: bool
) -> list[Mount]:
    """The mounts that make up what a program sees.

    Homes, other projects, keys of the machine, sockets of services and what lies in its /tmp are
    not there at all: what can't be seen can't be read, and a socket could be used even on a
    read-only mount.

    Args:
        readable: Files and folders to show besides those of the system.
        writable: Folders that it may change, at their own paths.
        disk_mib: Size of its /tmp, which is in memory.
        private_proc: Whether a /proc of its own can be mounted.

    Returns:
        The steps, in order.
    """
    mounts = [_system(Path(path)) for path in _SYSTEM if Path(path).exists()]
    mounts += [step for path in _SECRETS for step in _hidden(Path(path))]
    mounts += [
        Mount(DEV, "/dev"),
        Mount(TMPFS, "/dev/shm", size=_SHARED_MEMORY_MIB * _MIB),  # noqa: S108
        *_proc(private=private_proc),
        Mount(TMPFS, "/tmp", size=disk_mib * _MIB),  # noqa: S108
        Mount(LINK, "/var/tmp", "../tmp"),  # noqa: S108
        Mount(FOLDER, HOME),
    ]
    shown = _places(readable)
    covered = {target for target, _ in shown}
    mounts += [
        Mount(READ, target, source)
        for target, source in shown
        if covered.isdisjoint(map(str, Path(target).parents))
    ]
    mounts += [Mount(WRITE, target, source) for target, source in _places(writable)]
    return [*mounts, Mount(SEAL, "/dev"), Mount(SEAL, "/")]


def bubblewrap_arguments(mounts: Sequence[Mount]) -> list[str]:
    """The same steps as arguments of bwrap."""
    arguments: list[str] = []
    for mount in mounts:
        match mount.kind:
            case "read":
                arguments += ["--ro-bind", mount.source, mount.target]
            case "write":
                arguments += ["--bind", mount.source, mount.target]
            case "tmpfs":
                arguments += ["--size", str(mount.size), "--tmpfs", mount.target]
            case "link":
                arguments += ["--symlink", mount.source, mount.target]
            case "folder":
                arguments += ["--dir", mount.target]
            case "seal":
                arguments += ["--remount-ro", mount.target]
            case kind:
                arguments += [f"--{kind}", mount.target]
    return arguments


def _system(path: Path) -> Mount:
    """A folder of the system, or the link that it is on merged systems."""
    if path.is_symlink():
        return Mount(LINK, str(path), str(path.readlink()))
    return Mount(READ, str(path), str(path))


def _hidden(path: Path) -> list[Mount]:
    """Nothing in place of a file or a folder."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return []
    if stat.S_ISDIR(mode):
        return [Mount(TMPFS, str(path), size=_EMPTY_BYTES), Mount(SEAL, str(path))]
    return [Mount(READ, str(path), "/dev/null")] if stat.S_ISREG(mode) else []


def _proc(*, private: bool) -> list[Mount]:
    """/proc: where it is mounted by root, the kernel's settings in it are writable by root."""
    if not private:
        return [Mount(READ, "/proc", "/proc")]
    covered = [f"/proc/{name}" for name in _COVERED if Path(f"/proc/{name}").exists()]
    return [Mount(PROC, "/proc"), *(Mount(READ, path, path) for path in covered)]


def _places(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Target and source of each path, outer folders first; also where its links lead."""
    places: dict[str, str] = {}
    for path in paths:
        source = path.resolve()
        places[str(source)] = str(source)
        places[str(path.absolute())] = str(source)
    return sorted(places.items(), key=lambda place: (place[0].count("/"), place[0]))
