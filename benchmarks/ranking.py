"""Ranking with many systems: what one has ranked, a fusion or a later call need not rank again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..retrieval.fused import FusedSystem
from ..retrieval.run import Run
from ..schemas.errors import DataError
from .memory import PeakMemory
from .results import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..retrieval.system import System
    from ..retrieval.texts import Texts
    from ..schemas.progress import Progress

_KEY = b"domainbench.key"
_STATS = b"domainbench.stats"


@dataclass
class Ranker:
    """Ranks one corpus for one set of queries with any number of systems.

    A finished ranking is kept as Parquet in ``folder`` under a key over everything it depends on,
    and taken from there by the next call.
    """

    corpus: Texts
    queries: Texts
    own: Mapping[str, Sequence[str]]
    """Documents that are taken out of a query's ranking before anything else sees it."""
    identity: Mapping[str, Any]
    """What the rankings depend on besides the system and the depth: release, views, split."""
    folder: Path | None
    recompute: bool
    progress: Progress

    def __post_init__(self) -> None:
        self._done: dict[tuple[str, int], tuple[Run, Cost]] = {}

    def rank(self, system: System, depth: int) -> tuple[Run, Cost]:
        """The system's ranking, at most ``depth`` documents a query, and what it cost."""
        place = (system.spec, depth)
        if place not in self._done:
            self._done[place] = self._finished(system, depth) or self._rank(system, depth)
        return self._done[place]

    def _rank(self, system: System, depth: int) -> tuple[Run, Cost]:
        if isinstance(system, FusedSystem):
            parts = [self.rank(m, system.member_depth(depth))[0] for m in system.members]
            start = time.perf_counter()
            run = system.fuse(parts, depth)
            seconds = time.perf_counter() - start
            cost = Cost(system=system.spec, reused=False, search_seconds=seconds)
        else:
            run, cost = self._search(system, depth)
        self._keep(system, depth, run, cost)
        return run, cost

    def _search(self, system: System, depth: int) -> tuple[Run, Cost]:
        memory = PeakMemory()
        with self.progress.step(f"{system.spec}: index"):
            start = time.perf_counter()
            system.index(self.corpus)
            indexed = time.perf_counter()
        extra = max((len(documents) for documents in self.own.values()), default=0)
        with self.progress.step(f"{system.spec}: search"):
            run = system.search(self.queries, depth + extra).without(self.own).truncate(depth)
        cost = Cost(
            system=system.spec,
            reused=False,
            index_seconds=indexed - start,
            search_seconds=time.perf_counter() - indexed,
            peak_mib=memory.mib(),
            stats=system.stats(),
        )
        return run, cost

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
        stats = json.dumps(cost.stats, sort_keys=True).encode()
        table = run.to_table().replace_schema_metadata(
            {_KEY: self._key(system, depth).encode(), _STATS: stats}
        )
        stage = path.with_name(f".{path.name}.{os.getpid()}")
        pq.write_table(table, stage, compression="zstd")
        stage.replace(path)

    def _finished(self, system: System, depth: int) -> tuple[Run, Cost] | None:
        path = self.path(system, depth)
        if path is None or self.recompute or not path.is_file():
            return None
        try:
            table = pq.read_table(path)
            metadata = table.schema.metadata or {}
            if metadata.get(_KEY) != self._key(system, depth).encode():
                return None
            run = Run.from_table(table, doc_ids=self.corpus.ids, name=system.spec)
        except (pa.ArrowInvalid, DataError):
            return None  # damaged: ranked again and replaced
        stats = json.loads(metadata.get(_STATS, b"{}"))
        return run, Cost(system=system.spec, reused=True, stats=stats)
