"""Linking the translations of one question: by an id, by equal ids in two files, by an encoder."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .normalise import match_key
from .question import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_FEWEST = 10
"""Pairs of two files from which their agreement says something."""
_AGREEMENT = 0.9
"""Share of the pairs of two files that must agree before equal ids are believed."""
_MARGIN = 0.02
"""By how much the cosine of a pair must exceed that of either's second-best partner."""
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class QuestionKeys:
    """Columns of questions that translations are told by, one value each."""

    source_id: Sequence[str | None]
    parallel_id: Sequence[str | None]
    """Identifier that the source says is shared by translations."""
    file: Sequence[str]
    language: Sequence[str]
    answer: Sequence[int | None]
    option_count: Sequence[int]
    text: Sequence[str]


@dataclass(frozen=True)
class Links:
    """What translations share, and how they were found; None where a question has none."""

    parallel_id: list[str | None]
    parallel_from: list[str | None]
    """``id``, ``source`` or ``encoder``."""


def link(questions: QuestionKeys, *, encoder: str | None = None, threshold: float = 0.8) -> Links:
    """Link questions in different languages that are translations of one another.

    Ids that translations share by the source's own word come first, unless two files of one
    language have them. Equal ids in two files of different languages are believed only where ten
    or more pairs have them and 9 in 10 of these agree in the right option's place, the number of
    options and the numbers in their text: ids are often mere row numbers. With an encoder,
    questions left are paired that are each other's nearest neighbour across two languages, at a
    cosine of ``threshold`` or more and by a margin to the second.

    Args:
        questions: n questions.
        encoder: multilingual sentence-transformers model, or None.
        threshold: least cosine of such a pair.
    """
    found: list[str | None] = [None] * len(questions.language)
    how: list[str | None] = [None] * len(questions.language)
    _by_id(questions, found, how)
    _by_source(questions, found, how)
    if encoder is not None:
        _by_encoder(questions, found, how, encoder, threshold)
    return Links(found, how)


def _mark(
    places: Sequence[int], name: str, source: str, found: list[str | None], how: list[str | None]
) -> None:
    for place in places:
        found[place], how[place] = name, source


def _by_id(q: QuestionKeys, found: list[str | None], how: list[str | None]) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(q.parallel_id):
        if name is not None:
            groups[name].append(place)
    for name, places in groups.items():
        files: dict[str, set[str]] = defaultdict(set)
        for place in places:
            files[q.language[place]].add(q.file[place])
        # In two files of one language an id is that of two sets, which count for themselves.
        if len(files) > 1 and all(len(names) == 1 for names in files.values()):
            _mark(places, name, "id", found, how)


def _by_source(q: QuestionKeys, found: list[str | None], how: list[str | None]) -> None:
    files: dict[str, dict[str, int]] = defaultdict(dict)
    for place, (file, name) in enumerate(zip(q.file, q.source_id, strict=True)):
        if name is not None and found[place] is None:
            files[file].setdefault(name, place)
    names = sorted(files)
    for number, one in enumerate(names):
        for two in names[number + 1 :]:
            shared = [name for name in files[one] if name in files[two]]
            pairs = [(files[one][name], files[two][name]) for name in shared]
            if len(pairs) >= _FEWEST and _believed(q, pairs):
                for name, pair in zip(shared, pairs, strict=True):
                    group = found[pair[0]] or found[pair[1]] or f"{one}#{name}"
                    _mark(pair, group, "source", found, how)


def _believed(q: QuestionKeys, pairs: Sequence[tuple[int, int]]) -> bool:
    if any(q.language[one] == q.language[two] for one, two in pairs):
        return False
    agreeing = sum(_agree(q, one, two) for one, two in pairs)
    return agreeing >= _AGREEMENT * len(pairs)


def _agree(q: QuestionKeys, one: int, two: int) -> bool:
    return (
        q.answer[one] == q.answer[two]
        and q.option_count[one] == q.option_count[two]
        and _numbers(q.text[one]) == _numbers(q.text[two])
    )


def _numbers(text: str) -> list[str]:
    return sorted(_DIGITS.findall(match_key(text)))


def _by_encoder(
    q: QuestionKeys,
    found: list[str | None],
    how: list[str | None],
    encoder: str,
    threshold: float,
) -> None:
    left = [place for place, name in enumerate(found) if name is None]
    languages = sorted({q.language[place] for place in left})
    if len(languages) < 2:
        return
    vectors = _vectors([q.text[place] for place in left], encoder)
    places = {place: row for row, place in enumerate(left)}
    for number, one in enumerate(languages):
        for two in languages[number + 1 :]:
            sides = [[p for p in left if q.language[p] == language] for language in (one, two)]
            rows = [[places[place] for place in side] for side in sides]
            for one_row, two_row in _mutual(rows[0], rows[1], vectors, threshold):
                pair = left[one_row], left[two_row]
                group = "e-" + digest("\x1f".join(sorted(q.text[place] for place in pair)))
                if all(found[place] is None for place in pair):
                    _mark(pair, group, "encoder", found, how)


def _vectors(texts: Sequence[str], encoder: str) -> NDArray[np.float32]:
    # Loaded where it is needed: the libraries take seconds.
    from ...retrieval.dense.encode import Encoder
    from ...retrieval.dense.models import load_encoder

    return Encoder(load_encoder(encoder)).encode(texts)


def _mutual(
    ours: Sequence[int],
    theirs: Sequence[int],
    vectors: NDArray[np.float32],
    threshold: float,
) -> Iterable[tuple[int, int]]:
    """Pairs that are each other's nearest, clear of the second nearest."""
    left, right = vectors[list(ours)], vectors[list(theirs)]
    forth, first, second = _nearest(left, right)
    back, _, behind = _nearest(right, left)
    for place, partner in enumerate(forth.tolist()):
        clear = first[place] - max(second[place], behind[partner]) >= _MARGIN
        if back[partner] == place and first[place] >= threshold and clear:
            yield ours[place], theirs[partner]


def _nearest(
    queries: NDArray[np.float32], documents: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """Nearest document of each query, its cosine, and that of the second (-1 if there is none)."""
    places, first, second = [], [], []
    for start in range(0, len(queries), 1024):
        cosines = queries[start : start + 1024] @ documents.T
        best = cosines.argmax(axis=1)
        rows = np.arange(len(cosines))
        first.append(cosines[rows, best].copy())
        cosines[rows, best] = -1
        places.append(best)
        second.append(cosines.max(axis=1))
    return np.concatenate(places), np.concatenate(first), np.concatenate(second)
