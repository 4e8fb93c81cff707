"""From a specification to a method.

::

    outline                                a rule
    keyword_insertion:count=3,where=title  a rule with options
    authoritative                          written by the language model that is named beside it
    my_methods.py:Shouting,loud=true       a class of a file of one's own, with its options
    my_package.methods:Shouting            a class of an installed module

A class of one's own fits ``Method``; it is simplest as a ``RuleMethod``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..retrieval.language_models.spec import parse_model
from ..schemas.errors import UsageError
from .options import parse_options, with_options
from .plugins import load_class, make_method
from .rules.citation_scaffold import CitationScaffold
from .rules.keyword_insertion import KeywordInsertion
from .rules.outline import Outline
from .rules.quotation_scaffold import QuotationScaffold
from .rules.simplification import Simplification
from .rules.statistics_scaffold import StatisticsScaffold
from .rules.title_boost import TitleBoost
from .written import WrittenMethod, kinds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .method import Method, RuleMethod

_RULES: dict[str, type[RuleMethod]] = {
    rule.name: rule
    for rule in (
        KeywordInsertion,
        TitleBoost,
        StatisticsScaffold,
        QuotationScaffold,
        CitationScaffold,
        Simplification,
        Outline,
    )
}
_KINDS = kinds()
METHODS: Mapping[str, str] = {
    **{name: rule.about for name, rule in _RULES.items()},
    **{name: kind.about for name, kind in _KINDS.items()},
}
"""Methods of the package by name, with what they do: rules first, then what models write."""

_PLUGIN = re.compile(r"(?P<place>.+\.py|\w+(?:\.\w+)*):(?P<name>[^\W\d]\w*)(?:,(?P<options>.*))?")


def open_method(spec: str, *, model: str | None = None, recordings: Path | None = None) -> Method:
    """Make the method that a specification names.

    Args:
        spec: ``NAME``, ``NAME:OPTION=VALUE,…``, ``FILE.py:CLASS`` or ``MODULE:CLASS``.
        model: specification of a language model, for a method that needs one.
        recordings: folder where the model's responses are recorded; None keeps none.

    Raises:
        UsageError: there is no such method, option or model, the method needs a model and none is
            given, or a class of one's own is no method.
    """
    name, colon, rest = spec.strip().partition(":")
    if name in _RULES:
        return with_options(_RULES[name], parse_options(rest, method=name), method=name)
    if name in _KINDS:
        if colon:
            raise UsageError(f"the method {name} has no options", found=spec, expected=name)
        if model is None:
            raise UsageError(
                f"the method {name} needs a language model, and none is given",
                expected="endpoint:NAME@URL or local:FOLDER_OR_NAME",
            )
        return WrittenMethod(_KINDS[name], parse_model(model), recordings)
    plugin = _PLUGIN.fullmatch(spec.strip())
    if plugin is None:
        raise UsageError.from_unknown_name(
            "method", name, (*METHODS, "FILE.py:CLASS", "MODULE:CLASS")
        )
    kind = load_class(plugin["place"], plugin["name"])
    options = parse_options(plugin["options"] or "", method=plugin["name"])
    return make_method(kind, options, METHODS)
