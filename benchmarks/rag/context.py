"""The documents that a question is answered with: ranked by any system, or those known to help."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

import pyarrow as pa
import pyarrow.compute as pc

from ...retrieval.identifiers import as_ids
from ...retrieval.systems import parse_system
from ...retrieval.texts import Texts
from ...schemas.errors import DataError, UsageError
from ...schemas.rag import CHUNK
from ..data import Documents, choice_identity, is_among, select
from ..pools import Making, Pool
from ..ranking import combines, runs_folder
from .tasks import PARAGRAPHS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...retrieval.system import System
    from ...schemas.progress import Progress
    from ...schemas.release import Release
    from ..ranking import Ranker

Source = Literal["all", "chunks", "gold"]
Scope = Literal["corpus", "domain"]
GOLD = "gold"


@dataclass(frozen=True)
class ContextOptions:
    """Which documents a question is answered with.

    Raises:
        UsageError: a value is unknown or out of its range.
    """

    system: str = "bm25"
    """Ranks the documents."""
    source: Source = "all"
    """``all`` documents; ``chunks``, the knowledge base without the paragraphs on the questions'
    entities; or ``gold``, those paragraphs themselves, as many as there are, unranked."""
    scope: Scope = "corpus"
    """Where they are looked for: among all, or among those of the question's domain."""
    k: int = 3
    """Documents of a question."""
    longest: int | None = None
    """Characters of a document that are shown; the rest is cut off, and counted."""

    def __post_init__(self) -> None:
        if self.source not in get_args(Source):
            raise UsageError.from_unknown_name("context", self.source, get_args(Source))
        if self.scope not in get_args(Scope):
            raise UsageError.from_unknown_name("scope of the context", self.scope, get_args(Scope))
        for name, value in (("k", self.k), ("longest", self.longest)):
            if value is not None and value < 1:
                raise UsageError(f"{name} is below 1", found=value)


@dataclass(frozen=True)
class Contexts:
    """The documents of some questions."""

    documents: Mapping[str, Sequence[str]]
    """Question → ids, best first; empty where nothing was found."""
    rows: Mapping[str, Mapping[str, Any]]
    """Document → its row of ``corpus``, of all that are shown."""
    index_seconds: float | None
    search_seconds: float | None
    """For all questions together, without indexing; None where nothing was ranked."""
    parameters: dict[str, Any]
    """Of the system; none where nothing was ranked."""

    def texts(self, question: str, longest: int | None) -> list[str]:
        """What is shown of a question's documents: title above text, cut to so many characters."""
        rows = [self.rows[name] for name in self.documents[question]]
        return [_shown(row)[:longest] for row in rows]

    def cut(self, longest: int | None) -> int:
        """How many documents are shown in part, each counted once."""
        if longest is None:
            return 0
        return sum(len(_shown(row)) > longest for row in self.rows.values())


def _shown(row: Mapping[str, Any]) -> str:
    return "\n".join(filter(None, (row["title"], row["text"])))


def find_contexts(
    release: Release,
    questions: Sequence[Mapping[str, Any]],
    options: ContextOptions,
    *,
    split: str,
    output: Path | None,
    recompute: bool,
    progress: Progress,
) -> Contexts:
    """The documents that questions are answered with.

    Args:
        release: the release.
        questions: rows of its table ``questions``.
        options: which documents.
        split: of the questions.
        output: finished rankings are kept in its ``runs/`` and used again; None keeps none.
        recompute: rank again even so.
        progress: shown while it works.

    Raises:
        UsageError: the system is unknown.
        DataError: there is no such document, or no question has one.
    """
    if options.source == GOLD:
        chosen = {row["_id"]: tuple(row["gold"]) for row in questions}
        if not any(chosen.values()):
            raise DataError(
                "no question has paragraphs on its entities",
                place=release.path,
                hint="take the context from chunks or from all documents",
            )
        return Contexts(chosen, _rows(release, chosen), None, None, {})
    task = PARAGRAPHS
    if options.source == "chunks":
        task = replace(task, documents={"kind": (CHUNK,)})
    documents = Documents(release, task)
    system = parse_system(options.system)
    making = Making(
        identity={
            **choice_identity(release, task, split, documents.columns(task.corpus_view)),
            "asked": "context of questions",
            "source": options.source,
            "questions": [row["_id"] for row in questions],
        },
        own={},
        folder=runs_folder(output),
        recompute=recompute,
        progress=progress,
    )
    found: dict[str, Sequence[str]] = {row["_id"]: () for row in questions}
    taken: list[tuple[float | None, float | None]] = []
    for pool in _pools(documents, questions, options, task.corpus_view):
        ranker = making.ranker(pool)
        run, _ = ranker.rank(system, options.k)
        names = run.doc_ids.to_pylist()
        for query, places in zip(run.query_ids.to_pylist(), run.docs.tolist(), strict=True):
            found[query] = tuple(names[place] for place in places if place >= 0)
        taken += _seconds(ranker, system, options.k).values()
    return Contexts(
        found,
        _rows(release, found),
        _total([index for index, _ in taken]),
        _total([search for _, search in taken]),
        system.parameters,
    )


def _pools(
    documents: Documents, questions: Sequence[Mapping[str, Any]], options: ContextOptions, view: str
) -> list[Pool]:
    """All documents and questions, or those of each domain that has both."""
    texts = cache(lambda: documents.texts(view))
    if options.scope == "corpus":
        return [Pool(None, documents.ids, _asked(questions), texts)]
    owners = documents.values("pool")
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in questions:
        groups[row["pool"]].append(row)
    found: list[Pool] = []
    for name in sorted(groups):
        ids = as_ids(documents.ids.filter(pc.call_function("equal", [owners, name])))
        if len(ids):
            load = _part(texts, ids)
            found.append(Pool(name, ids, _asked(groups[name]), load))
    return found


def _part(texts: Any, ids: Any) -> Any:
    return lambda: select(texts(), ids)


def _asked(questions: Sequence[Mapping[str, Any]]) -> Texts:
    ids = pa.array([row["_id"] for row in questions], pa.string())
    return Texts.from_arrays(ids, [row["question"] for row in questions], what="questions")


def _seconds(
    ranker: Ranker, system: System, depth: int
) -> dict[str, tuple[float | None, float | None]]:
    """System → seconds of indexing and of searching: the system and all that it is made of."""
    _, cost = ranker.rank(system, depth)
    found = {system.spec: (cost.index_seconds, cost.search_seconds)}
    if combines(system):
        for member in system.members:
            found |= _seconds(ranker, member, system.member_depth(depth))
    return found


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _rows(release: Release, chosen: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
    """Rows of the documents that are chosen.

    Raises:
        DataError: the corpus lacks one.
    """
    wanted = sorted({name for names in chosen.values() for name in names})
    columns = ["_id", "title", "text", "domain", "kind"]
    table = release.table("corpus", columns=columns)
    kept = table.filter(is_among(table.column("_id"), pa.array(wanted, pa.string())))
    found = {row["_id"]: row for row in kept.to_pylist()}
    if missing := [name for name in wanted if name not in found]:
        raise DataError(
            "a document of a question is not in the corpus",
            place=release.path,
            found=missing[0],
            hint="run `domainbench verify`",
        )
    return found
