"""Impressions of documents in an answer: GEO's shares of its words and sentences.

Aggarwal et al., KDD 2024, as their code has it rather than their paper, with our sentences and
words in place of NLTK's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .citations import parse_citations
from .sentences import sentences, words

_SHORT_WORD = 2


@dataclass(frozen=True, slots=True)
class Impressions:
    """Share of each document, in the order of the context; those of a measure add up to 1."""

    word: tuple[float, ...]
    """By words of the sentences that cite it."""
    position: tuple[float, ...]
    """By sentences that cite it, early ones first."""
    word_position: tuple[float, ...]
    """By words of early sentences: the position-adjusted word count."""


def impressions(text: str, documents: int) -> Impressions:
    """Work out the impressions of every document.

    With sentences j = 0 to S-1, w_j the words of j longer than two characters, C_j the citations
    in j and d_j = exp(-j / (S-1)), or 1 if S = 1, a citation in j adds ``w_j / |C_j|`` to the
    word count of its document, ``d_j / |C_j|`` to its position count, and ``w_j d_j / |C_j|`` to
    both together. Each is divided by its sum over the documents; all get 1 / documents if that
    is 0. Citations count as often as they are made; those of no document count in ``|C_j|`` only.

    Args:
        text: the answer.
        documents: how many documents it was given.
    """
    word, position, both = ([0.0] * documents for _ in range(3))
    spoken = sentences(text)
    for j, sentence in enumerate(spoken):
        cited = parse_citations(sentence, documents)
        count = len(cited.sequence) + len(cited.hallucinated)
        if not cited.sequence:
            continue
        length = sum(len(one) > _SHORT_WORD for one in words(sentence))
        decay = math.exp(-j / (len(spoken) - 1)) if len(spoken) > 1 else 1.0
        for document in cited.sequence:
            word[document] += length / count
            position[document] += decay / count
            both[document] += length * decay / count
    return Impressions(_shares(word), _shares(position), _shares(both))


def _shares(counts: list[float]) -> tuple[float, ...]:
    total = math.fsum(counts)
    if total == 0:
        return tuple(1 / len(counts) for _ in counts)
    return tuple(count / total for count in counts)
