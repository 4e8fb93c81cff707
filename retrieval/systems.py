r"""Naming a system: one small grammar for the command line, Python and result files.

::

    bm25                                  a system with its defaults
    bm25:k1=0.9,b=0.4                     with options
    dense:MODEL,max_length=256            with its main argument, then options
    rrf:bm25+dense:MODEL,k=60             of systems joined by +
    rrf:bm25(k1=0.9)+dense(MODEL,device=cpu),k=30      members with options, in parentheses
    passages:bm25,window=512,stride=256,agg=maxP       documents ranked by their passages
    rrf:passages(bm25,window=512)+dense,k=60
    rerank:MODEL,n=100,over=bm25          the first n again, by a cross-encoder
    rerank:MODEL,over=rrf(bm25+dense,k=60)

Blanks around a value do not count, and a comma ends it, as does a parenthesis that was not opened
in it. Where a prompt needs them, ``\s`` is a blank and ``\u002c`` a comma:
``dense:MODEL,query_prompt=Given a question\u002c find answers:\s``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .system import System


@dataclass(frozen=True)
class Spec:
    """A specification taken apart."""

    name: str
    main: str | None = None
    """The argument without a key: a model, or the systems that this one is made of."""
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Take a specification apart.

        Raises:
            UsageError: it does not follow the grammar.
        """
        text = text.strip()
        name, arguments = _head(text)
        if not name:
            raise _malformed(text, "it names no system")
        main: str | None = None
        options: dict[str, str] = {}
        for place, part in enumerate(split_outside(arguments, ",") if arguments else []):
            key, equals, value = part.partition("=")
            if equals and key.strip().isidentifier():
                if key.strip() in options:
                    raise _malformed(text, f"option {key.strip()!r} stands twice")
                options[key.strip()] = value.strip()
            elif place == 0 and part.strip():
                main = part.strip()
            else:
                raise _malformed(text, f"{part.strip()!r} is no KEY=VALUE")
        return cls(name, main, options)


def _head(text: str) -> tuple[str, str]:
    """Name and arguments of ``name``, ``name:arguments`` or ``name(arguments)``."""
    colon, paren = text.find(":"), text.find("(")
    if paren >= 0 and (colon < 0 or paren < colon):
        if not text.endswith(")"):
            raise _malformed(text, "a parenthesis is not closed at the end")
        name, arguments = text[:paren], text[paren + 1 : -1]
    else:
        name, _, arguments = text.partition(":")
    split_outside(arguments, ",")  # says so where parentheses are not balanced
    return name.strip(), arguments


def split_outside(text: str, separator: str) -> list[str]:
    """Split at a character wherever it stands outside parentheses."""
    parts, depth, start = list[str](), 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            break
        if character == separator and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    if depth:
        raise _malformed(text, "its parentheses are not balanced")
    return [*parts, text[start:]]


def _malformed(text: str, problem: str) -> UsageError:
    return UsageError(
        f"the system {text!r} is malformed: {problem}",
        expected="NAME, NAME:OPTIONS or NAME:SYSTEMS,OPTIONS, as rrf:bm25(k1=0.9)+dense,k=60",
    )


def parse_system(text: str, known: dict[str, System] | None = None) -> System:
    """Make the system that a specification names.

    Args:
        text: the specification.
        known: systems by canonical specification; one that is there is used again (by fusions
            too), one that is made is added.

    Raises:
        UsageError: the specification is malformed, or names what there is not.
    """
    spec = Spec.parse(text)
    if spec.name not in _SYSTEMS:
        raise UsageError.from_unknown_name("system", spec.name, _SYSTEMS)
    pool = {} if known is None else known
    system = _SYSTEMS[spec.name](spec, pool)
    return pool.setdefault(system.spec, system)


def _bm25(spec: Spec, _known: dict[str, System]) -> System:
    from .bm25.system import BM25System

    if spec.main is not None:
        raise UsageError(
            f"bm25 has options only, and {spec.main!r} is none", expected="bm25:k1=0.9,b=0.4"
        )
    return BM25System.from_options(spec.options)


def _dense(spec: Spec, _known: dict[str, System]) -> System:
    from .dense.system import DenseSystem

    return DenseSystem.from_options(spec.options, model=spec.main)


def _rrf(spec: Spec, known: dict[str, System]) -> System:
    from .fused import FusedSystem

    if spec.main is None:
        raise UsageError("rrf names no systems", expected="rrf:bm25+dense,k=60")
    members = [parse_system(part, known) for part in split_outside(spec.main, "+")]
    return FusedSystem.from_options(members, spec.options)


def _passages(spec: Spec, _known: dict[str, System]) -> System:
    from .passages.system import PassageSystem

    if spec.main is None:
        raise UsageError("passages names no system", expected="passages:bm25,window=512,agg=maxP")
    # A system of its own: it indexes passages, and another of the same name may index documents.
    return PassageSystem.from_options(spec.options, parse_system(spec.main))


def _rerank(spec: Spec, known: dict[str, System]) -> System:
    from .rerank.system import RerankSystem

    if spec.main is None:
        raise UsageError("rerank names no model", expected="rerank:MODEL,n=100,over=bm25")
    options = dict(spec.options)
    first = parse_system(options.pop("over", "bm25"), known)
    return RerankSystem.from_options(options, spec.main, first)


_SYSTEMS: dict[str, Callable[[Spec, dict[str, System]], System]] = {
    "bm25": _bm25,
    "dense": _dense,
    "rrf": _rrf,
    "passages": _passages,
    "rerank": _rerank,
}
