"""Questions of a build: those that sources have written, and those made of statements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...schemas.rag import NO, YES, question_id
from ..draws import draw
from ..sources.texts import fold
from .corpus import pool_of
from .naming import named_in
from .templates import NEGATION
from .wording import with_article

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..sources.rag.records import Asked
    from .claims import Claim
    from .corpus import Corpus
    from .ingest import SourceFile
    from .options import RagOptions
    from .rules import Rules
    from .templates import Templates

CONTRADICTORY = "contradictory answers"
MADE_TWICE = "question made twice"
WRITTEN_TOO = "question that a source has written too"
UNBALANCED = "question left out for balance"
BEYOND = "question beyond max_questions"


@dataclass(slots=True)
class Stored:
    """A question with its answer and what proves it."""

    text: str
    answer: str
    domain: str | None
    reasoning: str
    template: str | None
    triple: tuple[str, str, str]
    evidence: list[tuple[str, str, str]]
    gold: list[str]
    """Ids of paragraphs, sorted."""
    source_file: str | None
    source_line: int | None
    copies: int = 1


@dataclass
class Questions:
    """Questions by id, and what was left out."""

    stored: dict[str, Stored] = field(default_factory=dict[str, Stored])
    dropped: Counter[str] = field(default_factory=Counter[str])
    repeated: int = 0
    """Records of sources that say a question once more."""


def store_written(
    read: Iterable[tuple[SourceFile, Asked, str | None]], corpus: Corpus, questions: Questions
) -> None:
    """Take in the questions of sources; equal ones of a domain are one.

    All records of a question that they answer both ways are rejected.

    Args:
        read: file, record and domain.
        corpus: takes the records' paragraphs, those of rejected ones too.
        questions: takes the questions.
    """
    groups: dict[str, list[tuple[SourceFile, Asked, str | None, list[str]]]] = {}
    for file, asked, domain in read:
        gold = _paragraphs(asked, domain, file.name, corpus)
        key = question_id(pool_of(domain), asked.question)
        groups.setdefault(key, []).append((file, asked, domain, gold))
    for key, group in groups.items():
        if len({asked.answer for _, asked, _, _ in group}) > 1:
            places = ", ".join(f"{f.name} record {asked.record}" for f, asked, _, _ in group[:5])
            for file, asked, _, _ in group:
                detail = f"record {asked.record}: {asked.answer}; answered both ways in {places}"
                file.reject(CONTRADICTORY, detail, None, key)
            continue
        file, asked, domain, _ = group[0]
        questions.repeated += len(group) - 1
        questions.stored[key] = Stored(
            asked.question,
            asked.answer,
            domain,
            asked.reasoning,
            None,
            (asked.subject, asked.predicate, asked.object),
            list(asked.evidence),
            sorted({paragraph for _, _, _, gold in group for paragraph in gold}),
            file.name,
            asked.record,
            len(group),
        )


def _paragraphs(asked: Asked, domain: str | None, name: str, corpus: Corpus) -> list[str]:
    ends = [end for subject, _, other in asked.evidence for end in (subject, other)]
    entities = list(dict.fromkeys((asked.subject, asked.object, *ends)))
    return [
        corpus.add_paragraph(text, domain, name, named_in(text, entities))
        for text in asked.paragraphs
    ]


def store_made(
    claims: Iterable[Claim],
    names: Sequence[str],
    corpus: Corpus,
    questions: Questions,
    wording: tuple[Rules, Templates],
    options: RagOptions,
) -> None:
    """Ask about statements, and keep as many yes as no of each domain and rule.

    Which template asks, whether for the statement or its negation, and which surplus goes: all that
    is drawn by seed and statement, so it hardly changes when other triples are added.

    Args:
        claims: the statements.
        names: names of the files that facts are from.
        corpus: has the paragraphs.
        questions: those of the sources, which are joined by those made.
        wording: what is known of predicates, and templates.
        options: the build's.
    """
    groups: dict[tuple[str, str], dict[str, Stored]] = {}
    for claim in claims:
        stored = _ask(claim, names, corpus, wording, options.seed)
        key = question_id(pool_of(claim.domain), stored.text)
        group = groups.setdefault((pool_of(claim.domain), claim.reasoning), {})
        if key in questions.stored:
            questions.dropped[WRITTEN_TOO] += 1
        elif key in group:
            questions.dropped[MADE_TWICE] += 1
        else:
            group[key] = stored
    for _, group in sorted(groups.items()):
        for key in _kept(group, questions.dropped, options):
            if questions.stored.setdefault(key, group[key]) is not group[key]:
                questions.dropped[MADE_TWICE] += 1


def _ask(
    claim: Claim,
    names: Sequence[str],
    corpus: Corpus,
    wording: tuple[Rules, Templates],
    seed: int,
) -> Stored:
    rules, templates = wording
    kind, place = (draw(seed, part, *claim.words) for part in ("kind", "template"))
    template = templates.choose(claim.reasoning, kind, place)
    text = template.text.format(
        subject=claim.subject,
        object=claim.object,
        phrase=rules.phrase(claim.predicate),
        noun=rules.noun(claim.predicate),
        a_noun=with_article(rules.noun(claim.predicate)),
        predicate=claim.predicate,
    )
    ends = [end for fact in claim.evidence for end in (fact.subject, fact.object)]
    gold = {key for end in ends for key in corpus.paragraphs_on(end, claim.domain)}
    first = claim.evidence[0]
    return Stored(
        fold(text) or text,
        YES if claim.holds != (template.asks == NEGATION) else NO,
        claim.domain,
        claim.reasoning,
        template.name,
        (claim.subject, claim.label, claim.object),
        [fact.triple for fact in claim.evidence],
        sorted(gold),
        names[first.file],
        first.line,
    )


def _kept(group: Mapping[str, Stored], dropped: Counter[str], options: RagOptions) -> list[str]:
    """Keys of the questions of a domain and rule that stay."""
    order = sorted(group, key=lambda key: (draw(options.seed, "keep", key), key))
    most = options.max_questions or len(order)
    if not options.balance:
        dropped[BEYOND] += len(order[most:])
        return order[:most]
    sides = [[key for key in order if group[key].answer == word] for word in (YES, NO)]
    least = min(map(len, sides))
    share = min(least, most // 2) if options.max_questions else least
    dropped[UNBALANCED] += sum(map(len, sides)) - 2 * least
    dropped[BEYOND] += 2 * (least - share)
    return [key for side in sides for key in side[:share]]
