"""Reciprocal rank fusion as a system of systems."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..schemas.errors import UsageError
from .fusion import rrf
from .numbers import whole_number
from .system import as_member

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .run import Run
    from .system import System
    from .texts import Texts

_OPTIONS = ("k", "weights", "depth")


class FusedSystem:
    """Fuses the rankings of its members by ``fusion.rrf``.

    Args:
        members: two systems or more.
        k: the constant of reciprocal rank fusion.
        weights: one a member; all 1 by default.
        depth: documents of each member's ranking that are fused; as many as are asked for by
            default.
    """

    reads_texts = False

    def __init__(
        self,
        members: Sequence[System],
        *,
        k: float = 60.0,
        weights: Sequence[float] | None = None,
        depth: int | None = None,
    ) -> None:
        if len(members) < 2:
            raise UsageError("rrf needs two systems or more", expected="rrf:bm25+dense,k=60")
        self.members = list(members)
        self._k = k
        self._weights = list(weights) if weights is not None else None
        self._depth = depth

    @classmethod
    def from_options(cls, members: Sequence[System], options: Mapping[str, str]) -> FusedSystem:
        """Build the fusion from the options of a specification; ``UsageError`` if one is wrong."""
        for name in options:
            if name not in _OPTIONS:
                raise UsageError.from_unknown_name("option of rrf", name, _OPTIONS)
        weights = None
        if "weights" in options:
            weights = [_number("weights", part) for part in options["weights"].split(";")]
            if len(weights) != len(members) or min(weights) <= 0:
                raise UsageError(
                    "the weights of rrf do not fit its systems",
                    found=options["weights"],
                    expected=f"{len(members)} numbers above 0, joined by ;",
                )
        k = _number("k", options.get("k", "60"))
        depth = whole_number(options["depth"]) if "depth" in options else None
        if k < 0 or ("depth" in options and depth is None):
            raise UsageError("an option of rrf is out of range", expected="k from 0, depth from 1")
        return cls(members, k=k, weights=weights, depth=depth)

    @property
    def spec(self) -> str:
        """Canonical specification, members in parentheses where they have arguments."""
        parts = [as_member(member.spec) for member in self.members]
        text = f"rrf:{'+'.join(parts)},k={_text(self._k)}"
        if self._weights is not None:
            text += ",weights=" + ";".join(map(_text, self._weights))
        return text + (f",depth={self._depth}" if self._depth else "")

    @property
    def parameters(self) -> dict[str, Any]:
        """The fusion's own parameters and those of its members, by specification."""
        return {
            "k": self._k,
            "weights": self._weights or [1.0] * len(self.members),
            "depth": self._depth,
            "members": [{"spec": m.spec, "parameters": m.parameters} for m in self.members],
        }

    def index(self, corpus: Texts) -> None:
        """Index the corpus with every member."""
        for member in self.members:
            member.index(corpus)

    def search(self, queries: Texts, k: int) -> Run:
        """Rank with every member and fuse."""
        runs = [member.search(queries, self.member_depth(k)) for member in self.members]
        return self.combine(queries, runs, k)

    def member_depth(self, k: int) -> int:
        """How deep the members must rank for k fused documents."""
        return self._depth or k

    def combine(self, queries: Texts, runs: Sequence[Run], k: int) -> Run:
        """Fuse the members' runs, given in their order; the queries are not read."""
        del queries
        return rrf(runs, k=self._k, weights=self._weights, depth=k, name=self.spec)

    def stats(self) -> dict[str, Any]:
        """Those of the members."""
        return {member.spec: member.stats() for member in self.members}


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{name} of rrf is no number", found=text)
    return number


def _text(number: float) -> str:
    """The shortest text that reads back as the number."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))
