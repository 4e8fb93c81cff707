"""The process that starts a sandboxed program, watches it and ends all that it left behind.

It is a process of its own because it takes up orphans, which a library must not do to the program
that uses it, and because it must outlive nothing: when the process that started it goes, so does
everything below. It starts without site packages, in a few milliseconds: the standard library only.

A job comes in marshal's format on its standard input, which then stays open for as long as the
starting process lives. The answer on its standard output is one line, a Python literal, and the
bytes that the program wrote.
"""

from __future__ import annotations

import marshal
import os
import select
import signal
import sys
import time

from . import namespaces, processes
from .watch import Watch, come_first, limit_this_process, restore_signals

TYPE_CHECKING = False  # typing itself would take a good part of the supervisor's start
if TYPE_CHECKING:
    from typing import Any

REPORT = 3
"""File descriptor on which a program finds the pipe for its report."""
_SETUP = 4
_TICK = 0.04
_CHUNK = 2**16
_CONTROL = 0


class _Stream:
    """Bytes from a pipe: the last ones, or the first ones, up to a bound."""

    def __init__(self, bound: int, *, keep_last: bool) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.kept = bytearray()
        self.cut = False
        self._bound = bound
        self._keep_last = keep_last

    def take(self) -> int | None:
        """Take what is there: the number of bytes, 0 at the end, None if there is nothing yet."""
        try:
            data = os.read(self.reader, _CHUNK)
        except BlockingIOError:
            return None
        self.kept += data
        if self._keep_last:
            if len(self.kept) > 2 * self._bound:  # not each time: that would move the bytes often
                self._cut_to_bound()
        elif len(self.kept) > self._bound:
            del self.kept[self._bound :]
            self.cut = True
        return len(data)

    def finish(self) -> None:
        """Take what is left when nobody writes any more."""
        while self.take():
            pass
        self._cut_to_bound()

    def _cut_to_bound(self) -> None:
        excess = len(self.kept) - self._bound
        if excess > 0:
            del self.kept[:excess]
            self.cut = True


class _Run:
    """One program, from start to end."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._output = _Stream(job["output_bytes"], keep_last=True)
        self._errors = _Stream(job["output_bytes"], keep_last=True)
        self._report = _Stream(job["report_bytes"], keep_last=False)
        self._setup = _Stream(_CHUNK, keep_last=False)
        self._watch = Watch(job["limits"], job["folders"], job["own_processes"])
        self._largest = 0

    def complete(self) -> None:
        """Start the program, wait for its end or a limit, end the rest, answer."""
        waker, wake = os.pipe()
        for end in (waker, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        program = self._start()
        status, killed_by = self._follow(program, waker)
        seconds = self._watch.seconds()
        gone = processes.end_all(os.getpid())
        for stream in (self._output, self._errors, self._report, self._setup):
            stream.finish()
        if killed_by == "abandoned":
            import shutil  # nobody else is left to clear up

            shutil.rmtree(os.path.dirname(self._job["scratch"]), ignore_errors=True)  # noqa: PTH120
            return
        self._answer(status, killed_by, seconds, gone=gone)

    def _start(self) -> int:
        streams = (self._output, self._errors, self._report, self._setup)
        program = os.fork()
        if program == 0:
            try:
                self._become_program()
            except BaseException as error:  # noqa: BLE001 - whatever it is, it goes to the parent
                os.write(_SETUP, str(error).encode())
            finally:
                os._exit(125)
        for stream in streams:
            os.close(stream.writer)
        return program

    def _become_program(self) -> None:
        job = self._job
        signal.set_wakeup_fd(-1)
        os.setsid()
        places = (
            _input(job["feed"]),
            self._output.writer,
            self._errors.writer,
            self._report.writer,
            self._setup.writer,
        )
        # First out of the way of each other, then to their places.
        moved = [_above(source) for source in places]
        for place, source in enumerate(moved):
            os.dup2(source, place, inheritable=place != _SETUP)
        os.closerange(_SETUP + 1, 256)
        restore_signals()
        limit_this_process(job["limits"])
        if job["method"] == "unshare":
            namespaces.enter(job["mounts"], job["scratch"])
        else:
            namespaces.die_with_parent()
        if job["method"] == "rlimits":
            namespaces.drop_capabilities()
        os.chdir(job["cwd"])
        command = job["command"]
        os.execvpe(command[0], command, job["env"])  # noqa: S606

    def _follow(self, program: int, waker: int) -> tuple[int, str | None]:
        """Wait status of the program, and the limit it was ended for."""
        streams = {
            stream.reader: stream
            for stream in (self._output, self._errors, self._report, self._setup)
        }
        poll = select.poll()
        for descriptor in (*streams, waker, _CONTROL):
            poll.register(descriptor, select.POLLIN)
        next_look = time.monotonic()
        while True:
            wait = max(0.0, next_look - time.monotonic())
            for descriptor, _ in poll.poll(wait * 1000):
                if descriptor == _CONTROL:
                    return 9, "abandoned"
                if descriptor == waker:
                    os.read(waker, _CHUNK)
                elif streams[descriptor].take() == 0:
                    poll.unregister(descriptor)
            ended = processes.reap()
            self._largest = max([self._largest, *(kib for _, kib in ended.values())])
            if program in ended:
                return ended[program][0], None
            if time.monotonic() >= next_look:
                if exceeded := self._watch.exceeded():
                    return 9, exceeded
                next_look = time.monotonic() + _TICK

    def _answer(self, status: int, killed_by: str | None, seconds: float, *, gone: bool) -> None:
        parts = [bytes(s.kept) for s in (self._output, self._errors, self._report)]
        head = {
            "returncode": os.waitstatus_to_exitcode(status),
            "killed_by": killed_by,
            "seconds": seconds,
            "peak_bytes": max(self._watch.peak, self._largest * 1024),
            "gone": gone,
            "report_cut": self._report.cut,
            "setup_error": self._setup.kept.decode(errors="replace"),
            "lengths": [len(part) for part in parts],
        }
        sys.stdout.buffer.write(repr(head).encode() + b"\n" + b"".join(parts))
        sys.stdout.buffer.flush()


def main() -> None:
    """Do the one job that stands on the standard input."""
    job = marshal.load(sys.stdin.buffer)  # noqa: S302 - from who started this process
    namespaces.become_subreaper()
    come_first()
    _Run(job).complete()


def _input(feed: str) -> int:
    """A file that holds what the program shall read, without a name that it could be found by."""
    if not feed:
        return os.open(os.devnull, os.O_RDONLY)
    file = os.memfd_create("feed")
    with os.fdopen(os.dup(file), "wb") as writer:
        writer.write(feed.encode())
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _above(descriptor: int) -> int:
    """The same file under a number that no place has."""
    import fcntl

    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 64)
