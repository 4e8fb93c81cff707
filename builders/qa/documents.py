"""The corpus of a release: options, passages, their sentences, and given knowledge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...schemas.qa import KNOWLEDGE, OPTION, PASSAGE, SENTENCE, pool_name
from .duplicates import Groups
from .language import identify
from .normalise import normalise
from .question import digest
from .sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .described import Described
    from .record import Collection


@dataclass
class Corpus:
    """Documents, and where each question's answer stands among them."""

    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    right_options: dict[str, str] = field(default_factory=dict[str, str])
    """Question → document of its right option."""
    passages: dict[str, str] = field(default_factory=dict[str, str])
    """Question → document of its passage."""
    sentences: dict[str, str] = field(default_factory=dict[str, str])
    """Extractive question → document of the sentence in which its answer starts."""
    extractive: set[str] = field(default_factory=set[str])


def build_corpus(described: Sequence[Described], knowledge: Iterable[Collection]) -> Corpus:
    """Make the documents of all kinds."""
    corpus = Corpus()
    _add_options(corpus, described)
    _add_passages(corpus, described)
    _add_knowledge(corpus, knowledge)
    return corpus


def _row(
    key: str,
    kind: str,
    text: str,
    language: str,
    domains: Sequence[str],
    *,
    title: str = "",
    passage_id: str | None = None,
) -> dict[str, Any]:
    return {
        "_id": key,
        "title": title,
        "text": text,
        "kind": kind,
        "language": language,
        "pool": pool_name(list(domains), language),
        "domain": list(domains),
        "passage_id": passage_id,
        "parallel_id": None,
    }


# ------------------------------------------------------------------------------------- options


def _add_options(corpus: Corpus, described: Sequence[Described]) -> None:
    """One document for each different option of a pool.

    Options that name others by their place ("all of the above") answer nothing by themselves.
    """
    spellings: dict[tuple[str, str], Counter[str]] = {}
    owners: dict[tuple[str, str], Described] = {}
    for item in described:
        question = item.question
        columns = zip(question.options, question.option_keys, question.standing, strict=True)
        for place, (option, option_key, stands) in enumerate(columns):
            if not stands:
                continue
            key = item.pool, option_key
            spellings.setdefault(key, Counter())[option] += 1
            owners.setdefault(key, item)
            if place == question.answer:
                corpus.right_options[question.id] = _option_id(*key)
    for key, counts in spellings.items():
        text = min(counts, key=lambda spelling: (-counts[spelling], spelling))
        owner = owners[key]
        corpus.rows.append(
            _row(_option_id(*key), OPTION, text, owner.question.language, owner.domains)
        )


def _option_id(pool: str, key: str) -> str:
    return "o-" + digest(f"{pool}\x1f{key}")


# ------------------------------------------------------------------------- passages, sentences


@dataclass
class _Text:
    """A passage or a sentence, with the questions that are asked about it."""

    row: dict[str, Any]
    asked: list[Described]


def _add_passages(corpus: Corpus, described: Sequence[Described]) -> None:
    asked: dict[tuple[str, str], list[Described]] = {}
    for item in described:
        if item.question.context:
            asked.setdefault((item.question.language, item.question.context), []).append(item)
    passages: list[_Text] = []
    sentences: list[_Text] = []
    for (language, text), items in asked.items():
        key = "p-" + digest(f"{language}\x1f{text}")
        domains = _majority(item.domains for item in items)
        title = items[0].question.context_title
        passages.append(_Text(_row(key, PASSAGE, text, language, domains, title=title), items))
        corpus.passages.update({item.question.id: key for item in items})
        extractive = [item for item in items if not item.question.options]
        if extractive:
            sentences += _sentences(corpus, passages[-1].row, extractive)
    for texts in (passages, sentences):
        _link(texts)
        corpus.rows += [text.row for text in texts]


def _majority(labels: Iterable[list[str]]) -> list[str]:
    counts = Counter(tuple(label) for label in labels if label)
    return list(min(counts, key=lambda label: (-counts[label], label), default=()))


def _sentences(corpus: Corpus, passage: dict[str, Any], asked: Sequence[Described]) -> list[_Text]:
    text, language = passage["text"], passage["language"]
    spans = split_sentences(text, language)
    found = [
        _Text(
            _row(
                f"{passage['_id']}-s{number:03}",
                SENTENCE,
                text[start:stop],
                language,
                passage["domain"],
                passage_id=passage["_id"],
            ),
            [],
        )
        for number, (start, stop) in enumerate(spans)
    ]
    for item in asked:
        start = item.question.answer_start or 0
        place = max((i for i, span in enumerate(spans) if span[0] <= start), default=0)
        found[place].asked.append(item)
        corpus.sentences[item.question.id] = found[place].row["_id"]
        corpus.extractive.add(item.question.id)
    return found


def _link(texts: Sequence[_Text]) -> None:
    """Give texts the same ``parallel_id`` that translations of one question are asked about."""
    groups = Groups(len(texts))
    first: dict[str, int] = {}
    for place, text in enumerate(texts):
        for item in text.asked:
            if item.parallel_id is not None:
                groups.join(first.setdefault(item.parallel_id, place), place)
    names: dict[int, str] = {}
    for name in sorted(first):
        names.setdefault(groups.find(first[name]), name)
    for place, text in enumerate(texts):
        text.row["parallel_id"] = names.get(groups.find(place))


# ----------------------------------------------------------------------------------- knowledge


def _add_knowledge(corpus: Corpus, knowledge: Iterable[Collection]) -> None:
    """Documents of the given texts, equal ones once."""
    seen: set[str] = set()
    for item in knowledge:
        text, title = normalise(item.text), normalise(item.title)
        language = item.language or identify(text).language
        key = "k-" + digest(f"{language}\x1f{title}\x1f{text}")
        if text and key not in seen:
            seen.add(key)
            domains = [item.domain] if item.domain else []
            corpus.rows.append(_row(key, KNOWLEDGE, text, language, domains, title=title))
