"""What a check of a release found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """One thing a check found; a fault makes ``verify`` fail, a note does not."""

    level: Literal["fault", "note"]
    check: str
    """Short name of the check, such as ``digest`` or ``duplicate texts``."""
    place: str
    """File or table."""
    message: str
    count: int = 1
    examples: list[str] = field(default_factory=list[str])
    """Up to five ids or values."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def __str__(self) -> str:
        shown = f" ({', '.join(self.examples)})" if self.examples else ""
        return f"{self.level}: {self.place}: {self.check}: {self.message}{shown}"


def first(values: Any) -> list[str]:
    """The first five of some values, as text."""
    return [str(value) for value in list(values)[:5]]
