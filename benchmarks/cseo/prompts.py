"""What a language model is asked: a query, numbered documents, and to cite what it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.cseo import RECOMMENDATION

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = {
    "retail": ("product", "Product"),
    "videogames": ("video game", "Game"),
    "books": ("book", "Book"),
    "news": ("news", "News article"),
}
_RECOMMEND = (
    "You recommend {kind}s in an online shop. A customer asks for something, and below are "
    "numbered descriptions of {kind}s that the shop found. Say briefly which of them suit the "
    "request, and why."
)
_ANSWER = (
    "Answer the question below from the numbered documents that a search found. Be accurate and "
    "brief."
)
_CITING = (
    "Use nothing but these documents. End every sentence with the number of each document that it "
    "rests on, in square brackets of its own, as [2] or [1][4]. Leave out documents that do not "
    "help. The documents stand in no particular order."
)
CUT = " …"
"""Ends a document that is longer than what is allowed."""


def citing_prompt(
    query: str, domain: str, task: str, texts: Sequence[str], longest: int | None = None
) -> str:
    """The request of one episode, of the shape of C-SEO Bench's in words of our own.

    Args:
        query: what is asked.
        domain: of the query; decides what documents are called.
        task: product_recommendation or question_answering.
        texts: the documents in the order that they are shown.
        longest: characters of a document; those behind are cut off. None keeps all.
    """
    kind, label = _KINDS.get(domain, ("product" if task == RECOMMENDATION else "", "Document"))
    opening = _RECOMMEND.format(kind=kind) if task == RECOMMENDATION else _ANSWER
    asked = "Request" if task == RECOMMENDATION else "Question"
    documents = [
        f"{label} {number}:\n{cut(text, longest)}\n----------"
        for number, text in enumerate(texts, 1)
    ]
    return "\n\n".join([f"{opening} {_CITING}", f"{asked}: {query}", *documents, "Your answer:"])


def cut(text: str, longest: int | None) -> str:
    """The text, or as much of it as is allowed, and a mark."""
    if longest is None or len(text) <= longest:
        return text
    return text[: max(0, longest - len(CUT))].rstrip() + CUT
