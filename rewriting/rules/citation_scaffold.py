"""Places for citations that the author has to fill in."""

from __future__ import annotations

from dataclasses import dataclass

from ..slots import SlotMethod


@dataclass(frozen=True)
class CitationScaffold(SlotMethod):
    """Marks where citations would support the text, and invents none."""

    name = "citation_scaffold"
    about = "places for citations, to be filled in by the author"
    placeholder = "[CITATION: a source that supports this]"
