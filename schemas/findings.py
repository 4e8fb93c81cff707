"""What a check of a release found."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


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


def fault_findings(
    check: str,
    place: str,
    rows: Sequence[dict[str, Any]],
    faults: Mapping[str, Callable[[dict[str, Any]], bool]],
    key: str = "_id",
) -> list[Finding]:
    """One finding for each fault that rows have.

    Args:
        check: name of the check.
        place: table.
        rows: its rows.
        faults: message → whether a row has the fault.
        key: column that examples are named by.
    """
    findings: list[Finding] = []
    for message, is_wrong in faults.items():
        wrong = [row[key] for row in rows if is_wrong(row)]
        if wrong:
            text = f"{message}, in {len(wrong)} row(s)"
            findings.append(Finding("fault", check, place, text, len(wrong), first(wrong)))
    return findings


def first(values: Any) -> list[str]:
    """The first five of some values, as text."""
    return [str(value) for value in list(values)[:5]]
