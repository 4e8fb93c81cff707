"""Ranking with many systems: what is indexed or ranked once, nothing does again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard, runtime_checkable

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from ..retrieval.run import Run
from ..schemas.errors import DataError, UsageError
from .memory import PeakMemory
from .results import Cost
from .task import DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ..retrieval.measures import Measure
    from ..retrieval.system import CombinedSystem, System
    from ..retrieval.texts import Texts
    from ..schemas.progress import Progress

_KEY = b"domainbench.key"
_COST = b"domainbench.cost"


def ranking_depth(k: int | None, measures: Sequence[Measure], usual: int = DEPTH) -> int:
    """Documents to rank for each query: k, or the usual, or as many as the deepest cutoff needs.

    Raises:
        UsageError: k is below 1 or below a cutoff.
    """
    needed = max((measure.cutoff or 0 for measure in measures), default=0)
    if k is None:
        return max(usual, needed)
    if k < 1:
        raise UsageError("k is below 1", found=k)
    if k < needed:
        raise UsageError(
            "k is smaller than a measure's cutoff", found=k, expected=f"{needed} or more"
        )
    return k


def runs_folder(output: Path | None) -> Path | None:
    """The folder of finished rankings below an output folder; it is made.

    Raises:
        UsageError: the output is a file.
    """
    if output is None:
        return None
    folder = output / "runs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError("the output is a file, not a folder", place=output) from None
    return folder


@dataclass(frozen=True)
class Built:
    """What building an index took."""

    seconds: float
    peak_mib: float | None
    stats: Mapping[str, Any]


class Indexes:
    """The indexes of one corpus: each is built when it is first needed, once.

    Args:
        doc_ids: ``pyarrow.LargeStringArray`` of the documents, ascending.
        load: reads the documents' texts; called when an index is first needed.
        progress: shown while one is built.
    """

    def __init__(self, doc_ids: Any, load: Callable[[], Texts], progress: Progress) -> None:
        self.doc_ids = doc_ids
        self.built = 0
        """Indexes that have been built."""
        self._load = load
        self._corpus: Texts | None = None
        self._progress = progress
        self._held: dict[str, tuple[System, Built]] = {}

    @property
    def corpus(self) -> Texts:
        """The documents; read when first asked for."""
        if self._corpus is None:
            with self._progress.step("reading the documents"):
                self._corpus = self._load()
        return self._corpus

    def open(self, system: System) -> tuple[System, Built]:
        """A system of the same specification that has the corpus indexed, and what that took."""
        name = index_name(system)
        if name not in self._held:
            self._held[name] = system, self._build(system)
        ready, built = self._held[name]
        if ready.spec != system.spec and isinstance(system, _Sharing):
            system.adopt(ready)
            return system, built
        return ready, built

    def close(self, system: System) -> None:
        """Forget the system's index, so that its memory can be used again."""
        self._held.pop(index_name(system), None)

    def _build(self, system: System) -> Built:
        corpus = self.corpus
        memory = PeakMemory()
        start = time.perf_counter()
        with self._progress.step(f"{system.spec}: index"):
            system.index(corpus)
        seconds = time.perf_counter() - start
        self.built += 1
        return Built(seconds, memory.mib(), system.stats())


def combines(system: System) -> TypeGuard[CombinedSystem]:
    """Whether a system makes its ranking of others' rankings."""
    # No isinstance: Python 3.11 would ask for every property, and some read a model's files.
    return hasattr(system, "combine")


@runtime_checkable
class _Sharing(Protocol):
    """A system of which several can search one index."""

    @property
    def index_spec(self) -> str: ...

    def adopt(self, other: Any) -> None: ...


def index_name(system: System) -> str:
    """Names the index that a system searches: systems of one name share it."""
    return system.index_spec if isinstance(system, _Sharing) else system.spec


@dataclass
class Ranker:
    """Ranks one corpus for one set of queries with any number of systems.

    A finished ranking is kept as Parquet in ``folder`` under a key over everything it depends on,
    with what it cost, and taken from there by the next call.
    """

    indexes: Indexes
    queries: Texts
    own: Mapping[str, Sequence[str]]
    """Documents that are taken out of a query's ranking before anything else sees it."""
    identity: Mapping[str, Any]
    """What the rankings depend on besides the system and the depth: release, texts, split."""
    folder: Path | None
    recompute: bool
    progress: Progress

    def __post_init__(self) -> None:
        self._done: dict[tuple[str, int], tuple[Run, Cost]] = {}

    def rank(self, system: System, depth: int) -> tuple[Run, Cost]:
        """The system's ranking, at most ``depth`` documents a query, and what it cost.

        The cost of a ranking that was made earlier is what it took then. A combination's is that
        of combining alone.
        """
        return self.find(system, depth) or self._rank(system, depth)

    def find(self, system: System, depth: int) -> tuple[Run, Cost] | None:
        """The system's ranking if it has been made already."""
        place = (system.spec, depth)
        if place not in self._done and (kept := self._read(system, depth)) is not None:
            self._done[place] = kept
        return self._done.get(place)

    def _rank(self, system: System, depth: int) -> tuple[Run, Cost]:
        if combines(system):
            run, cost = self._combine(system, depth)
        else:
            run, cost = self._search(system, depth)
        self._done[system.spec, depth] = run, cost
        self._keep(system, depth, run, cost)
        return run, cost

    def _combine(self, system: CombinedSystem, depth: int) -> tuple[Run, Cost]:
        parts = [self.rank(m, system.member_depth(depth))[0] for m in system.members]
        memory = PeakMemory()
        start = time.perf_counter()
        if system.reads_texts:
            system.index(self.indexes.corpus)
        run = system.combine(self.queries, parts, depth)
        seconds = time.perf_counter() - start
        return run, Cost(
            system=system.spec,
            reused=False,
            search_seconds=seconds,
            peak_mib=memory.mib(),
            stats=system.stats() if system.reads_texts else {},
        )

    def _search(self, system: System, depth: int) -> tuple[Run, Cost]:
        ready, built = self.indexes.open(system)
        memory = PeakMemory()
        start = time.perf_counter()
        extra = max((len(documents) for documents in self.own.values()), default=0)
        with self.progress.step(f"{system.spec}: search"):
            run = ready.search(self.queries, depth + extra).without(self.own).truncate(depth)
        stats = {**built.stats, **ready.stats()}
        # An approximate search also runs an exact one, to tell what it loses: no cost of its own.
        seconds = time.perf_counter() - start - (stats.get("comparison_seconds") or 0.0)
        cost = Cost(
            system=system.spec,
            reused=False,
            index_seconds=built.seconds,
            search_seconds=seconds,
            peak_mib=_larger(built.peak_mib, memory.mib()),
            stats=stats,
        )
        return run, cost

    def is_kept(self, system: System, depth: int) -> bool:
        """Whether an earlier call has left the system's ranking in the folder."""
        path = self.path(system, depth)
        return path is not None and not self.recompute and path.is_file()

    def costs(self) -> list[Cost]:
        """What the rankings made or taken so far have cost."""
        return [cost for _, cost in self._done.values()]

    def path(self, system: System, depth: int) -> Path | None:
        """Where the system's ranking is kept; None without a folder."""
        if self.folder is None:
            return None
        slug = re.sub(r"[^A-Za-z0-9.=-]+", "_", system.spec).strip("_")[:80]
        return self.folder / f"{slug}-{self._key(system, depth)[:12]}.parquet"

    def _key(self, system: System, depth: int) -> str:
        facts = {
            **self.identity,
            "depth": depth,
            "spec": system.spec,
            "parameters": system.parameters,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def _keep(self, system: System, depth: int, run: Run, cost: Cost) -> None:
        path = self.path(system, depth)
        if path is None:
            return
        metadata = {_KEY: self._key(system, depth).encode(), _COST: cost.model_dump_json().encode()}
        stage = path.with_name(f".{path.name}.{os.getpid()}")
        table = run.to_table().replace_schema_metadata(metadata)
        pq.write_table(table, stage, compression="zstd")
        stage.replace(path)

    def _read(self, system: System, depth: int) -> tuple[Run, Cost] | None:
        path = self.path(system, depth)
        if path is None or not self.is_kept(system, depth):
            return None
        try:
            table = pq.read_table(path)
            metadata = table.schema.metadata or {}
            if metadata.get(_KEY) != self._key(system, depth).encode():
                return None
            run = Run.from_table(table, doc_ids=self.indexes.doc_ids, name=system.spec)
            cost = Cost.model_validate_json(metadata.get(_COST, b""))
        except (OSError, pa.ArrowInvalid, ValidationError, DataError):
            return None  # damaged: ranked again and replaced
        return run, cost.model_copy(update={"reused": True})


def _larger(one: float | None, two: float | None) -> float | None:
    known = [value for value in (one, two) if value is not None]
    return max(known, default=None)
