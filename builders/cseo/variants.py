"""Rewritten documents: those that sources recorded, and those that methods write here."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...rewriting.method import Subject
from ...rewriting.plugins import rewrite_all
from ...rewriting.registry import open_method
from ...schemas.errors import UsageError
from .material import adopter_order
from .recorded import INVENTING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ...rewriting.method import Method
    from ...schemas.progress import Progress
    from .material import Material
    from .options import CseoOptions

OUTSIDE = "rewritten text of a document that is in no context"
_LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Variant:
    """A document as a method rewrote it."""

    title: str
    text: str
    parameters: str
    """JSON object."""
    model: str | None
    may_invent: bool


class Variants:
    """Rewritten documents by document, method and the query that the method has seen."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, str], Variant] = {}
        """Document, method and query (empty if it sees none) → what is left of the document."""
        self._methods: set[str] = set()

    @property
    def methods(self) -> list[str]:
        """Names of the methods that rewrote something, sorted."""
        return sorted(self._methods)

    def add(self, document: str, method: str, query: str, variant: Variant) -> None:
        """Take one in."""
        self.rows[document, method, query] = variant
        self._methods.add(method)

    def has(self, document: str, method: str, query: str) -> bool:
        """Whether the document has been rewritten by the method, for any query or for this one."""
        return (document, method, "") in self.rows or (document, method, query) in self.rows


def open_methods(options: CseoOptions, recorded: Sequence[str], recordings: Path) -> list[Method]:
    """The methods that the options ask for.

    Args:
        options: of the build.
        recorded: names of methods that the sources have rewritings of.
        recordings: folder of recorded answers where the options name none.

    Raises:
        UsageError: there is no such method, it lacks its model, or its name stands for another.
    """
    methods = [
        open_method(spec, model=options.model, recordings=recordings) for spec in options.methods
    ]
    names = [*recorded]
    for method in methods:
        if method.name in names:
            raise UsageError(
                f"two methods of rewriting have the name {method.name!r}",
                found="one is recorded in the sources" if method.name in recorded else None,
                hint="leave one out of option methods",
            )
        names.append(method.name)
    return methods


def rewrite(
    material: Material, methods: Sequence[Method], options: CseoOptions, progress: Progress
) -> Variants:
    """Rewrite the documents of the contexts; those that a method fails on are counted as dropped.

    Raises:
        UsageError: a model cannot be asked, or a method of one's own fails.
        DataError: a model answers nothing.
    """
    variants = Variants()
    _add_recorded(material, options, variants)
    for method in methods:
        keys = sorted(set(_wanted(material, method, options)))
        subjects = [_subject(material, options.domains, *key) for key in keys]
        made = rewrite_all(method, subjects, progress) if subjects else []
        parameters = json.dumps(method.parameters, sort_keys=True, ensure_ascii=False)
        for (document, query), result in zip(keys, made, strict=True):
            if isinstance(result, str):
                told = f"document that {method.name} did not rewrite: {_reason(result)}"
                material.dropped[told] += 1
                continue
            title, text = _nfc(result.title), _nfc(result.text)
            variant = Variant(title, text, parameters, method.model, method.may_invent)
            variants.add(document, method.name, query, variant)
    return variants


def _add_recorded(material: Material, options: CseoOptions, variants: Variants) -> None:
    shown = material.in_contexts()
    parameters = json.dumps({"recorded": True})
    for (document, method), version in material.recorded.items():
        if document not in shown:
            material.dropped[OUTSIDE] += 1
            continue
        variant = Variant(*version, parameters, options.variants_model, method in INVENTING)
        variants.add(document, method, "", variant)


def _wanted(material: Material, method: Method, options: CseoOptions) -> Iterator[tuple[str, str]]:
    """Documents to rewrite, with the query that the method sees, or none."""
    for key, query in material.queries.items():
        documents = query.context
        if options.variants_for == "adopters":
            most = max(options.adoptions(len(documents)), default=0)
            documents = adopter_order(key, query, options.seed)[:most]
        for document in documents:
            yield document, key if method.sees_query else ""


def _subject(material: Material, tasks: Mapping[str, str], document: str, query: str) -> Subject:
    stored = material.documents[document]
    asked = material.queries[query].text if query else ""
    return Subject(stored.domain, tasks[stored.domain], stored.title, stored.text, asked)


def _reason(result: str) -> str:
    """Why a document has no rewriting, in one line."""
    lines = result.strip().splitlines()
    return lines[0][:_LONGEST_REASON] if lines else "no reason is given"


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
