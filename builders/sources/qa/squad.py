"""Extractive sets in the JSON form of SQuAD (1.1 and 2.0), XQuAD and MLQA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...qa.record import RawQuestion, RawReject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .hints import Hints

FORMAT = "squad"


def is_squad(payload: Any) -> bool:
    """Whether a JSON value has articles with paragraphs."""
    data = payload.get("data") if isinstance(payload, dict) else None
    return (
        isinstance(data, list)
        and bool(data)
        and isinstance(data[0], dict)
        and isinstance(data[0].get("paragraphs"), list)
    )


def read_squad(payload: Any, hints: Hints) -> Iterator[RawQuestion | RawReject]:
    """Questions of all paragraphs; their number in the file is their line."""
    number = 0
    for article in payload["data"]:
        title = article.get("title") if isinstance(article, dict) else None
        for paragraph in (article.get("paragraphs") if isinstance(article, dict) else None) or []:
            for item in paragraph.get("qas") or []:
                number += 1
                yield _question(item, paragraph, title, number, hints)


def _question(
    item: Any, paragraph: dict[str, Any], title: Any, number: int, hints: Hints
) -> RawQuestion | RawReject:
    key = str(item.get("id")) if isinstance(item, dict) and item.get("id") is not None else None
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        return RawReject("no_question", str(item)[:200], number, key)
    if item.get("is_impossible"):
        return RawReject("no_answer", "the question is marked as having no answer", number, key)
    context = paragraph.get("context")
    spans = [
        (answer["text"], answer["answer_start"])
        for answer in item.get("answers") or []
        if isinstance(answer, dict)
        and isinstance(answer.get("text"), str)
        and isinstance(answer.get("answer_start"), int)
        and answer["text"].strip()
    ]
    if not isinstance(context, str) or not context.strip() or not spans:
        return RawReject(
            "no_answer", f"no answer with its place: {item['question']}"[:200], number, key
        )
    return RawQuestion(
        question=item["question"],
        source_id=key,
        language=hints.language,
        domain=hints.domain,
        domain_from="folder",
        parallel_id=key,
        context=context,
        context_title=str(title).replace("_", " ") if title else None,
        spans=spans,
        line=number,
    )
