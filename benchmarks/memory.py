"""Peak memory of a stretch of work in this process."""

from __future__ import annotations

from pathlib import Path

_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


class PeakMemory:
    """The largest resident set since this object was made, where the platform tells it (Linux)."""

    def __init__(self) -> None:
        try:
            _CLEAR.write_text("5")  # resets the high-water mark of the resident set
            self._known = True
        except OSError:
            self._known = False

    def mib(self) -> float | None:
        """Peak in MiB; None where it is not known."""
        if not self._known:
            return None
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        return None
