"""Parameters of a conversational SEO build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from ...retrieval.systems import parse_system
from ...schemas.cseo import DOMAIN_TASKS, TASKS
from ...schemas.errors import UsageError
from ..option_values import checked_options, comma_list, none_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import JsonValue

ALL = "all"
"""Adoption by every author of a context."""
RULES = (
    "keyword_insertion",
    "statistics_scaffold",
    "quotation_scaffold",
    "citation_scaffold",
    "simplification",
    "outline",
    "title_boost",
)
"""The methods that need no language model."""
_DOMAIN = re.compile(r"[a-z][a-z0-9_]*")
_OPTION = re.compile(r"\s*\w+\s*=")


def _words(value: Any) -> Any:
    """``X,Y`` as the two of them, ``none`` as no one."""
    if none_word(value) is None:
        return []
    return [value] if isinstance(value, int) else comma_list(value)


def _specs(value: Any) -> Any:
    """Methods set apart by commas; those between options of one method set none apart."""
    if none_word(value) is None:
        return []
    if not isinstance(value, str):
        return value
    specs: list[str] = []
    for part in value.split(","):
        if specs and _OPTION.match(part):
            specs[-1] += f",{part.strip()}"
        else:
            specs.append(part.strip())
    return specs


def _pairs(value: Any) -> Any:
    """``X=Y,Z=W`` as a dictionary."""
    if none_word(value) is None:
        return {}
    if not isinstance(value, str):
        return value
    pairs = (part.partition("=") for part in value.split(","))
    return {name.strip(): task.strip() for name, _, task in pairs}


Optional = Annotated[str | None, BeforeValidator(none_word)]
Place = Annotated[int, Field(ge=1)]


class CseoOptions(BaseModel):
    """Where domains come from, what a context holds, who rewrites by which method."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: Optional = None
    """Domain of records for which neither they nor the names of file and folder tell one."""
    tasks: Annotated[dict[str, str], BeforeValidator(_pairs)] = Field(
        default_factory=dict[str, str]
    )
    """Further domains with what is asked in them, as ``tools=product_recommendation``."""
    language: Optional = None
    """ISO 639-1 code of the texts, for the manifest."""
    context: Annotated[int, Field(ge=1)] = 10
    """Documents of a context at most; C-SEO Bench cuts at ten."""
    first_stage: str = "bm25"
    """System whose ranking is the context of a query that is given without documents."""
    methods: Annotated[tuple[str, ...], BeforeValidator(_specs)] = RULES
    """Methods that rewrite documents here, beside those that sources have recorded."""
    model: Optional = None
    """Language model that methods ask, where they need one."""
    recordings: Optional = None
    """Folder of recorded answers of the model; beside the target where None."""
    variants_model: Optional = None
    """Language model that wrote the rewritten documents of the sources."""
    adoption: Annotated[
        tuple[Place | Literal["all"], ...], BeforeValidator(_words), Field(min_length=1)
    ] = (*range(1, 10), ALL)
    """Numbers of adopters; those above a context's documents are left out for it."""
    positions: Annotated[tuple[Place, ...], BeforeValidator(_words)] = (1,)
    """Places that the first adopter moves to, as a baseline; those outside a context are left
    out for it."""
    mixed: bool = False
    """Also let each of two and more adopters have a method of its own, drawn by seed."""
    max_queries: Annotated[int | None, BeforeValidator(none_word), Field(ge=1)] = None
    """Queries of a domain at most, drawn by seed; its documents all stay."""
    variants_for: Literal["context", "adopters"] = "context"
    """Whether each document of a context is rewritten, or only those that some episode needs."""
    near_threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Jaccard similarity of character 5-grams from which documents are near duplicates."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every draw."""

    @field_validator("tasks")
    @classmethod
    def _known_tasks(cls, tasks: dict[str, str]) -> dict[str, str]:
        for domain, task in tasks.items():
            if not _DOMAIN.fullmatch(domain):
                raise ValueError("a domain is named by small letters, digits and _")
            if task not in TASKS:
                raise ValueError(f"a task is one of {', '.join(TASKS)}")
            if DOMAIN_TASKS.get(domain, task) != task:
                raise ValueError(f"the task of {domain} is {DOMAIN_TASKS[domain]}")
        return tasks

    @property
    def domains(self) -> dict[str, str]:
        """Every known domain with its task."""
        return {**DOMAIN_TASKS, **self.tasks}

    def adoptions(self, size: int) -> list[int]:
        """Numbers of adopters of a context of so many documents, ascending."""
        counts = {size if count == ALL else int(count) for count in self.adoption}
        return sorted(count for count in counts if count <= size)

    def places(self, size: int) -> list[int]:
        """Places of the position baseline in a context of so many documents, ascending."""
        return sorted({place for place in self.positions if place <= size})

    def parameters(self) -> dict[str, JsonValue]:
        """Every option with its value, as JSON values; the seed is recorded apart from them."""
        return self.model_dump(mode="json", exclude={"seed"})


def options_from(given: Mapping[str, Any]) -> CseoOptions:
    """Check options as given by a call, a command line or a configuration file.

    Raises:
        UsageError: an unknown option or domain, or a value out of an option's range.
    """
    options = checked_options(CseoOptions, given, {})
    if options.domain is not None and options.domain not in options.domains:
        raise UsageError.from_unknown_name("domain", options.domain, options.domains)
    _check_once("methods", options.methods)
    parse_system(options.first_stage)
    return options


def _check_once(name: str, values: Sequence[str]) -> None:
    repeated = sorted({value for value in values if values.count(value) > 1})
    if repeated:
        raise UsageError(f"option {name!r} lists something twice", found=", ".join(repeated))
