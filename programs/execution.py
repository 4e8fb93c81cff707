"""Running one command within limits and cut off from the machine, and what came of it."""

from __future__ import annotations

import ast
import marshal
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..schemas.errors import UsageError
from .copies import remove_tree
from .limits import BUBBLEWRAP, RLIMITS, UNSHARE, Isolation, Limits
from .mounts import HOME, bubblewrap_arguments, view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OUTPUT_BYTES = 2**16
_GRACE_SECONDS = 30
_SANDBOX_PROCESSES = 2
_RUN = "DOMAINBENCH_RUN"
_PATH = "/usr/local/bin:/usr/bin:/bin"
_ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS",
)  # fmt: skip
# The supervisor is a module of this package, but importing the package itself would take longer
# than most programs that it runs: it gets an empty package around its own folder.
_BOOT = """
import sys, types
for name, path in (("domainbench", []), ("domainbench.programs", [sys.argv[1]])):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = path
from domainbench.programs.supervisor import main
main()
"""


@dataclass(frozen=True, slots=True)
class Completed:
    """What came of a run."""

    returncode: int
    """Exit code; the negative number of the signal that ended it."""
    stdout: str
    """The last 64 KiB of it."""
    stderr: str
    """Likewise."""
    seconds: float
    """Wall time."""
    peak_mib: float
    """Largest resident memory seen, all processes together."""
    killed_by: str | None
    """Limit it was ended for: timeout, memory, cpu, processes or disk."""
    report: bytes = b""
    """What it wrote to the pipe for its report."""
    report_cut: bool = False
    """Whether it wrote more than was kept."""


class SandboxError(UsageError):
    """The sandbox could not be set up."""


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    writable: Sequence[Path],
    isolation: Isolation,
    limits: Limits | None = None,
    env: Mapping[str, str] | None = None,
    readable: Sequence[Path] = (),
    feed: str = "",
    report_mib: int = 16,
) -> Completed:
    """Run a command so that it can hurt nothing.

    Nothing of the caller's environment is passed on. When the command ends, or passes a limit, all
    processes that it left are ended too; so are they when the calling process goes.

    Args:
        command: The program, by its path or a name below the usual folders, and its arguments.
        cwd: Folder to run in.
        writable: Folders that it may change.
        isolation: How it is cut off.
        limits: What it may use.
        env: Variables besides the usual ones.
        readable: Files and folders that it may see besides those of the system.
        feed: Text that it finds on its standard input, which is empty otherwise.
        report_mib: How much is kept of what it writes to its file descriptor 3.

    Returns:
        Its end, its output and what it used.

    Raises:
        UsageError: A folder does not exist, or the sandbox cannot be set up.
    """
    for path in (cwd, *writable, *readable):
        if not path.exists():
            raise UsageError("a folder of the sandbox does not exist", place=path)
    name = secrets.token_hex(8)
    scratch = Path(tempfile.mkdtemp(prefix="domainbench-run-"))
    try:
        job = _job(command, cwd, writable, readable, isolation, limits or Limits(), scratch)
        job["env"] = _environment(scratch, isolation, {**(env or {}), _RUN: name})
        job["feed"] = feed
        job["report_bytes"] = report_mib * 2**20
        head, parts = _supervise(job, name)
    finally:
        remove_tree(scratch)
    if head["setup_error"]:
        raise SandboxError(
            f"the sandbox ({isolation.method}) could not be set up",
            found=head["setup_error"],
            hint="take a weaker isolation, or allow user namespaces",
        )
    return Completed(
        _signal_or_code(head["returncode"], isolation),
        parts[0].decode("utf-8", "replace"),
        parts[1].decode("utf-8", "replace"),
        head["seconds"],
        head["peak_bytes"] / 2**20,
        _reason(head, isolation),
        parts[2],
        head["report_cut"],
    )


def _job(
    command: Sequence[str],
    cwd: Path,
    writable: Sequence[Path],
    readable: Sequence[Path],
    isolation: Isolation,
    limits: Limits,
    scratch: Path,
) -> dict[str, Any]:
    """What the supervisor is told."""
    words = [os.fspath(word) for word in command]
    mounts = view(readable, writable, disk_mib=limits.disk_mib, private_proc=isolation.private_proc)
    if isolation.method == BUBBLEWRAP:
        words = [
            *_bubblewrap(isolation),
            *bubblewrap_arguments(mounts),
            "--chdir",
            str(cwd),
            "--",
            *words,
        ]
    for name in ("root", "home", "tmp"):
        (scratch / name).mkdir()
    own_tmp = isolation.method == BUBBLEWRAP or isolation.filesystem
    return {
        "method": isolation.method,
        "command": words,
        "cwd": "/" if isolation.method == BUBBLEWRAP else str(cwd),
        "limits": asdict(limits),
        "mounts": [mount.as_json() for mount in mounts] if isolation.filesystem else None,
        "scratch": str(scratch / "root"),
        "folders": [str(path) for path in (*writable, *(() if own_tmp else (scratch,)))],
        "own_processes": 0 if isolation.method == RLIMITS else _SANDBOX_PROCESSES,
        "output_bytes": _OUTPUT_BYTES,
    }


def _bubblewrap(isolation: Isolation) -> list[str]:
    """Bwrap and the namespaces it makes; without capabilities, which it keeps for root."""
    options = [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
    ]
    return options if isolation.nested else [*options, "--disable-userns"]


def _environment(scratch: Path, isolation: Isolation, more: Mapping[str, str]) -> dict[str, str]:
    """The variables of the program: nothing that it could learn a secret or a habit from."""
    private = isolation.method == BUBBLEWRAP or (
        isolation.method == UNSHARE and isolation.filesystem
    )
    return {
        "PATH": _PATH,
        "HOME": HOME if private else str(scratch / "home"),
        "TMPDIR": "/tmp" if private else str(scratch / "tmp"),  # noqa: S108
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "USER": "user",
        "LOGNAME": "user",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        **dict.fromkeys(_ONE_THREAD, "1"),
        **more,
    }


def _supervise(job: dict[str, Any], name: str) -> tuple[dict[str, Any], list[bytes]]:
    """Have the supervisor do a job; its answer."""
    process = subprocess.Popen(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, "-I", "-S", "-c", _BOOT, str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": _PATH, "LC_ALL": "C.UTF-8"},
        start_new_session=True,  # an interrupt from the keyboard comes to us, and it follows
    )
    assert process.stdin is not None  # noqa: S101 - told to the type checker
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    started = time.monotonic()
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(marshal.dumps(job))
            process.stdin.flush()
        deadline = started + job["limits"]["seconds"] + _GRACE_SECONDS
        answer = _read(process.stdout.fileno(), deadline)
    finally:
        process.stdin.close()  # whatever happened here, it ends what it runs
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        trouble = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
    line, newline, rest = answer.partition(b"\n")
    if newline:
        head = ast.literal_eval(line.decode())
        first, second, third = head["lengths"]
        parts = [rest[:first], rest[first : first + second], rest[first + second :][:third]]
        if head["gone"]:
            return head, parts
        _sweep(name)
        return head, parts
    # Without namespaces a program of the same user can end its supervisor.
    _sweep(name)
    head = {
        "returncode": -signal.SIGKILL,
        "killed_by": None,
        "seconds": time.monotonic() - started,
        "peak_bytes": 0,
        "report_cut": False,
        "setup_error": "",
    }
    return head, [b"", b"the program ended its supervisor\n" + trouble[-_OUTPUT_BYTES:], b""]


def _read(descriptor: int, deadline: float) -> bytes:
    """All that comes before the end or the deadline."""
    answer = bytearray()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while (left := deadline - time.monotonic()) > 0:
        if poll.poll(left * 1000):
            data = os.read(descriptor, 2**20)
            if not data:
                break
            answer += data
    return bytes(answer)


def _sweep(name: str, rounds: int = 100) -> None:
    """End processes of a run that no supervisor looks after, found by their environment."""
    mark = f"{_RUN}={name}".encode()
    for _ in range(rounds):
        found = [pid for pid in _all_processes() if mark in _environment_of(pid).split(b"\0")]
        if not found:
            return
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _signal_or_code(code: int, isolation: Isolation) -> int:
    """The first process of a sandbox passes on a signal as shells do."""
    is_signal = 128 < code < 128 + signal.NSIG and isolation.method != RLIMITS
    return 128 - code if is_signal else code


def _reason(head: dict[str, Any], isolation: Isolation) -> str | None:
    if head["killed_by"] is None:
        code = _signal_or_code(head["returncode"], isolation)
        return "cpu" if code == -signal.SIGXCPU else None
    return head["killed_by"]
