"""The families this package knows; a new one is a module here and a line below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .code_family import CODE
from .cseo_family import CSEO
from .errors import UsageError
from .patents_family import PATENTS
from .qa_family import QA
from .rag_family import RAG
from .retrieval_family import RETRIEVAL

if TYPE_CHECKING:
    from .family import Family

FAMILIES = {family.name: family for family in (CODE, CSEO, PATENTS, QA, RAG, RETRIEVAL)}


def find_family(name: str) -> Family:
    """The ``Family`` of that name; ``UsageError`` names the known ones."""
    try:
        return FAMILIES[name]
    except KeyError:
        raise UsageError.from_unknown_name("family", name, FAMILIES) from None
