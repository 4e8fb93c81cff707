"""The comparison of two systems that readers choose in the page: its data, bounded in size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from .texts import (
    DOCUMENT_CHARACTERS,
    QUERY_CHARACTERS,
    TOP,
    Details,
    cut,
    document_texts,
    read_details,
)
from .wins import NAME, compared_systems, listed, longest_list, read_values, tallies

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .inputs import Evaluation
    from .tables import Colors
    from .wins import Lead, Tally

MOST_BYTES = 2_500_000
"""Bytes of texts in a page; those of the queries that stand first in a list come first."""
_PER_QUERY = 16
"""Bytes that the place of a document takes, about."""


@dataclass(frozen=True)
class Compared:
    """What the page shows of queries."""

    data: Markup | None
    """JSON that can stand in a script element; None where there is nothing to compare."""
    systems: Sequence[str] = ()
    partitions: Sequence[str] = ()
    notes: tuple[str, ...] = ()


def compare(evaluation: Evaluation, colors: Colors, *, most_bytes: int = MOST_BYTES) -> Compared:
    """Data of the comparison.

    Args:
        evaluation: results with what is beside them.
        colors: of systems.
        most_bytes: of texts.

    Raises:
        DataError: a file of values, or the release, is damaged.
    """
    results = evaluation.results
    systems = compared_systems(results)
    if len(systems) < 2:
        return Compared(None, notes=("One system alone has nothing to be compared with.",))
    path = None if evaluation.folder is None else evaluation.folder / NAME
    if path is None or not path.is_file():
        return Compared(None, notes=(f"There is no {NAME} beside the results to compare by.",))
    values = read_values(results, path, systems)
    if values is None:
        said = f"{NAME} beside the results is of another evaluation, so queries are not compared."
        return Compared(None, notes=(said,))
    found = tallies(results, values, systems)
    details = Details()
    if evaluation.release is not None:
        wanted = (query for query, _ in listed(found))
        details = read_details(results, evaluation.release, evaluation.folder, systems, wanted)
    payload = _Payload(evaluation, systems, details, colors, most_bytes)
    data = payload.build(found)
    partitions = [p for p in results.partitions if any(t.partition == p for t in found)]
    notes = (_bounds(evaluation, systems), *_notes(evaluation, systems, details, payload))
    return Compared(as_script(data), systems, partitions, notes)


def as_script(data: object) -> Markup:
    """JSON that no text in it can leave: its letters that mean something in HTML are escaped."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 -- escaped above


class _Payload:
    """Queries and documents by number, each once."""

    def __init__(
        self,
        evaluation: Evaluation,
        systems: Sequence[str],
        details: Details,
        colors: Colors,
        most_bytes: int,
    ) -> None:
        self._evaluation = evaluation
        self._systems = systems
        self._details = details
        self._colors = colors
        self._left = most_bytes
        self._groups = _groups(evaluation.results.partitions, details)
        self._queries: dict[tuple[str, int], dict[str, Any]] = {}
        self._documents: dict[str, int] = {}
        self.without_text = 0
        """Queries that the texts were too many for."""

    def build(self, found: Sequence[Tally]) -> dict[str, Any]:
        texts = self._collect(found)
        number = {key: place for place, key in enumerate(self._queries)}

        def leads(tally: Tally, chosen: Sequence[Lead]) -> list[list[Any]]:
            group = self._groups[tally.partition]
            return [[number[lead.query, group], lead.left, lead.right] for lead in chosen]

        pairs: dict[str, dict[str, Any]] = {}
        for t in found:
            name = f"{self._systems.index(t.left)}-{self._systems.index(t.right)}"
            pairs.setdefault(name, {})[t.partition] = {
                "n": t.n,
                "wins": t.wins,
                "losses": t.losses,
                "best": leads(t, t.best),
                "worst": leads(t, t.worst),
            }
        return {
            "systems": list(self._systems),
            "colors": [self._colors[spec] for spec in self._systems],
            "pairs": pairs,
            "queries": list(self._queries.values()),
            "documents": [[key, texts.get(key, "")] for key in self._documents],
        }

    def _collect(self, found: Sequence[Tally]) -> Mapping[str, str]:
        """Number the queries and documents, and read the documents' texts."""
        order = list(dict.fromkeys((q, self._groups[p], p) for q, p in listed(found)))
        tops = {(q, g): self._tops(q, p) for q, g, p in order}
        texts: Mapping[str, str] = {}
        release = self._evaluation.release
        if release is not None:
            every = (d for lists in tops.values() for top in lists for d in top or ())
            texts = document_texts(self._evaluation.results, release, every)
        for (query, group), lists in tops.items():
            self._queries[query, group] = self._entry(query, lists, texts)
        return {key: texts[key] for key in self._documents if key in texts}

    def _tops(self, query: str, partition: str) -> list[list[str] | None]:
        return [self._details.top(system, partition, query) for system in self._systems]

    def _entry(
        self, query: str, lists: list[list[str] | None], texts: Mapping[str, str]
    ) -> dict[str, Any]:
        entry: dict[str, Any] = {"id": query}
        text = self._details.queries.get(query)
        if text is None:
            return entry
        text = cut(text, QUERY_CHARACTERS)
        new = {d for top in lists for d in top or () if d not in self._documents}
        size = _bytes(text) + sum(_bytes(d) + _bytes(texts.get(d, "")) for d in new)
        size += _PER_QUERY * sum(len(top or ()) for top in lists)
        if size > self._left:
            self.without_text += 1
            return entry
        self._left -= size
        entry["text"] = text
        if any(top is not None for top in lists):
            entry["top"] = [top if top is None else self._ranked(query, top) for top in lists]
        return entry

    def _ranked(self, query: str, top: Sequence[str]) -> list[list[Any]]:
        """Number of each document, with the label of the pair where it is relevant."""
        found: list[list[Any]] = []
        for document in top:
            place = self._documents.setdefault(document, len(self._documents))
            label = self._details.relevant.get((query, document))
            found.append([place] if label is None else [place, label])
        return found


def _groups(partitions: Sequence[str], details: Details) -> dict[str, int]:
    """Number of the rankings that each partition's pairs were looked for in."""
    seen: list[tuple[int, ...]] = []
    found: dict[str, int] = {}
    for partition in partitions:
        runs = tuple(id(of_system.get(partition)) for of_system in details.rankings.values())
        if runs not in seen:
            seen.append(runs)
        found[partition] = seen.index(runs)
    return found


def _bytes(text: str) -> int:
    return len(text.encode())


def _bounds(evaluation: Evaluation, systems: Sequence[str]) -> str:
    results = evaluation.results
    said = f"Each side lists at most {longest_list(results, systems)} queries"
    left = len(results.systems) - len(systems)
    if left:
        said += f"; {left} system(s) of lower {results.primary} are left out"
    return f"{said}."


def _notes(
    evaluation: Evaluation, systems: Sequence[str], details: Details, payload: _Payload
) -> list[str]:
    if evaluation.release is None:
        return ["Texts are shown where the report is made with --release."]
    cuts = f"queries at {QUERY_CHARACTERS} characters, documents at {DOCUMENT_CHARACTERS}"
    notes = [f"Texts are cut: {cuts}. The first {TOP} documents of each system are shown."]
    missing = [system for system in systems if system not in details.rankings]
    if missing:
        notes.append(f"No ranking is kept of {', '.join(missing)}.")
    if payload.without_text:
        notes.append(f"{payload.without_text} listed queries stand without texts, for size.")
    return notes
