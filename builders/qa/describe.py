"""What shows only over all questions: translations, labels, contamination, clusters, splits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import faults
from .contamination import contaminated
from .described import Described
from .duplicates import Groups
from .labels import GivenLabels, label_all
from .splits import assign_splits, permutation
from .translations import QuestionKeys, link

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .duplicates import Kept
    from .ingest import SourceFile
    from .options import QaOptions
    from .question import Question
    from .taxonomy import Taxonomy
    from .translations import Links


def describe(
    kept: Kept, files: Sequence[SourceFile], taxonomy: Taxonomy, options: QaOptions
) -> list[Described]:
    """Link, label, cluster and split the questions."""
    questions = kept.questions
    links = link(_keys(questions, [file.name for file in files]), encoder=options.parallel_encoder)
    given = [GivenLabels(q.domain, q.domain_from, q.subdomain, q.topic) for q in questions]
    texts = ["\n".join((question.text, *question.options)) for question in questions]
    languages = [question.language for question in questions]
    labels = label_all(texts, languages, given, taxonomy, methods=options.labels)
    clusters = _clusters(questions, kept.related, links)
    splits = assign_splits(clusters, options.dev_fraction, options.seed)
    return [
        Described(*parts)
        for parts in zip(
            questions, labels, links.parallel_id, links.parallel_from, clusters, splits, strict=True
        )
    ]


def _keys(questions: Sequence[Question], names: Sequence[str]) -> QuestionKeys:
    return QuestionKeys(
        source_id=[question.source_id for question in questions],
        parallel_id=[question.parallel_id for question in questions],
        file=[names[question.file] for question in questions],
        language=[question.language for question in questions],
        answer=[question.answer for question in questions],
        option_count=[len(question.options) for question in questions],
        text=["\n".join((question.text, *question.options)) for question in questions],
    )


def _clusters(
    questions: Sequence[Question], related: Iterable[tuple[int, int]], links: Links
) -> list[str]:
    """Names of the sets that must not be split: similar, parallel, or about one passage."""
    groups = Groups(len(questions))
    for left, right in related:
        groups.join(left, right)
    groups.join_equal(links.parallel_id)
    groups.join_equal(question.context for question in questions)
    # A set is named by the least identifier in it, which does not depend on the order of sources.
    names: dict[int, str] = {}
    for place, question in enumerate(questions):
        root = groups.find(place)
        names[root] = min(names.get(root, question.id), question.id)
    return [names[groups.find(place)] for place in range(len(questions))]


def check_contamination(
    questions: Sequence[Question],
    collection: Iterable[str],
    files: Sequence[SourceFile],
    options: QaOptions,
) -> list[Question]:
    """Reject or flag questions of which 13 words in a row stand in the collection.

    Returns:
        The questions that are left.
    """
    found = contaminated([question.text for question in questions], collection)
    left: list[Question] = []
    for question, count, words in zip(questions, found.count, found.first, strict=True):
        if not count:
            left.append(question)
        elif faults.CONTAMINATED in options.reject:
            files[question.file].reject(question, faults.CONTAMINATED, str(words))
        else:
            question.flags.append(faults.CONTAMINATED)
            left.append(question)
    return left


def shuffle(questions: Iterable[Question], seed: int) -> None:
    """Order the options of each question by seed, where none of them refers to others."""
    for question in questions:
        if faults.REFERS_TO_OPTIONS in question.flags or question.answer is None:
            continue
        order = permutation(seed, question.id, len(question.options))
        question.answer = order.index(question.answer)
        question.options = [question.options[place] for place in order]
        question.options_original = [question.options_original[place] for place in order]
        question.option_keys = [question.option_keys[place] for place in order]
        question.standing = [question.standing[place] for place in order]
