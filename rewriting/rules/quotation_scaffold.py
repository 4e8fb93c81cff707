"""Places for quotations that the author has to fill in."""

from __future__ import annotations

from dataclasses import dataclass

from ..slots import SlotMethod


@dataclass(frozen=True)
class QuotationScaffold(SlotMethod):
    """Marks where quotations would support the text, and invents none."""

    name = "quotation_scaffold"
    about = "places for quotations, to be filled in by the author"
    placeholder = "[QUOTATION: a quotation that supports this, with its speaker]"
