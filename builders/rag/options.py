"""Parameters of a RAG build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ...schemas.errors import UsageError
from ...schemas.rag import REASONINGS
from ..option_values import checked_options, comma_list, none_word
from ..sources.rag.hints import domain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


def _words(value: Any) -> Any:
    """``X,Y`` as the two of them, ``none`` as no one."""
    return [] if none_word(value) is None else comma_list(value)


def _domain(value: Any) -> Any:
    named = none_word(value)
    if isinstance(named, str) and not domain_name(named):
        raise ValueError("a domain's name has letters or digits")
    return domain_name(named) if isinstance(named, str) else named


def _lines(value: Any) -> Any:
    return None if isinstance(value, str) and value.lower() == "auto" else none_word(value)


Optional = Annotated[str | None, BeforeValidator(none_word)]


class RagOptions(BaseModel):
    """How texts are cut, which questions follow from triples, and how many of them stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: Annotated[str | None, BeforeValidator(_domain)] = None
    """Domain of what neither the record nor the names of file and folder tell one for."""
    lines: Annotated[bool | None, BeforeValidator(_lines)] = None
    """Whether each line of a text file is a chunk; only in files ``cleaned_DOMAIN`` where None."""
    chunk_tokens: Annotated[int, Field(ge=1)] = 100
    """Tokens of a chunk at most; see ``chunks.token_spans``."""
    overlap: Annotated[int, Field(ge=0)] = 0
    """Tokens that a chunk shares with the one before it; fewer than ``chunk_tokens``."""
    language: str = "en"
    """ISO 639-1 code of the labels that Wikidata's entities go by."""
    rules: Optional = None
    """TOML file of predicates, taken before those of the package."""
    templates: Optional = None
    """TOML file of templates; a rule that it has templates for has none of the package's."""
    reasonings: Annotated[tuple[str, ...], BeforeValidator(_words)] = REASONINGS
    """Rules that questions are made by, where there are triples."""
    max_hops: Annotated[int, Field(ge=2)] = 3
    """Triples of a transitive chain at most."""
    max_evidence: Annotated[int, Field(ge=2)] = 8
    """Triples that an answer may need at most."""
    partners: Annotated[int, Field(ge=1)] = 5
    """Others, on either side in a drawn order, that a subject with the same object is paired with;
    groups of twice as many and one have all their pairs."""
    balance: bool = True
    """Leave surplus questions out, so that a domain and rule has as many yes as no."""
    max_questions: Annotated[int | None, BeforeValidator(none_word), Field(ge=2)] = None
    """Questions made of a domain and rule at most; those that sources have written all stay."""
    near_threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Jaccard similarity of character 5-grams from which documents are near duplicates."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every draw."""

    def parameters(self) -> dict[str, JsonValue]:
        """Every option with its value, as JSON values; the seed is recorded apart from them."""
        return self.model_dump(mode="json", exclude={"seed"})


def options_from(given: Mapping[str, Any]) -> RagOptions:
    """Check options as given by a call, a command line or a configuration file.

    Raises:
        UsageError: an unknown option or rule, or a value out of an option's range.
    """
    options = checked_options(RagOptions, given, {})
    for name in options.reasonings:
        if name not in REASONINGS:
            raise UsageError.from_unknown_name("rule", name, REASONINGS)
    if options.overlap >= options.chunk_tokens:
        raise UsageError(
            "chunks would not advance",
            found=f"overlap {options.overlap}, chunk_tokens {options.chunk_tokens}",
            expected="an overlap below chunk_tokens",
        )
    for name in (options.rules, options.templates):
        if name is not None and not Path(name).is_file():
            raise UsageError("no such file", place=name, expected="a TOML file")
    return options
