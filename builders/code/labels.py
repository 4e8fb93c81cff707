"""The domains of a build: of its repositories, then of their functions, corrections winning."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from .corrections import NO_CORRECTIONS, load_corrections
from .domains import label_domains, label_sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .domains import DomainLabel
    from .harvest import Candidate, Harvest
    from .options import CodeOptions


class Labeller:
    """Labels repositories, all their snapshots together, and functions."""

    def __init__(self, harvests: Sequence[Harvest], options: CodeOptions) -> None:
        """Label the repositories.

        Raises:
            UsageError: there is no such file of corrections.
            DataError: it is damaged.
        """
        path = options.corrections
        self._corrections = load_corrections(Path(path)) if path else NO_CORRECTIONS
        self._own: dict[str, set[str]] = {}
        latest: dict[str, Harvest] = {}
        for harvest in harvests:  # by date
            latest[harvest.snapshot.repository] = harvest
            own = self._own.setdefault(harvest.snapshot.repository, set())
            own.update(module.name.partition(".")[0] for module in harvest.modules)
        self._repositories = {name: self._label(name, latest[name]) for name in sorted(latest)}
        self._samples: dict[str, DomainLabel] = {}

    def _label(self, name: str, harvest: Harvest) -> DomainLabel:
        return label_domains(
            harvest.snapshot.classifiers,
            Counter(package for m in harvest.modules for package in m.source.imports),
            name,
            self._corrections,
            own=self._own[name],
            python_files=len(harvest.modules),
        )

    def check(self, candidates: Sequence[Candidate]) -> None:
        """Raise ``DataError`` where a correction names no repository and no function."""
        self._corrections.check({*self._repositories, *(item.id for item in candidates)})

    def of_repository(self, name: str) -> DomainLabel:
        """Domains of a repository."""
        return self._repositories[name]

    def of(self, item: Candidate) -> DomainLabel:
        """Domains of a function."""
        if item.id not in self._samples:
            repository = item.harvest.snapshot.repository
            self._samples[item.id] = label_sample(
                self._repositories[repository],
                item.module.source.imports,
                item.module.name,
                item.id,
                self._corrections,
                own=self._own[repository],
            )
        return self._samples[item.id]
