"""Places for statistics that the author has to fill in."""

from __future__ import annotations

from dataclasses import dataclass

from ..slots import SlotMethod


@dataclass(frozen=True)
class StatisticsScaffold(SlotMethod):
    """Marks where statistics would support the text, and invents none."""

    name = "statistics_scaffold"
    about = "places for statistics, to be filled in by the author"
    placeholder = "[STATISTIC: a figure that supports this, with its source]"
