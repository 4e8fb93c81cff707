"""Parameters of a domain QA build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ...schemas.errors import UsageError
from ..option_values import checked_options, comma_list, none_word
from .faults import CHOOSABLE, REJECTED
from .language_names import language_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


def _words(value: Any) -> Any:
    """``X,Y`` as the two of them, ``none`` as no one."""
    return [] if none_word(value) is None else comma_list(value)


def _code(value: Any) -> Any:
    """A language by its code or name as its code."""
    named = none_word(value)
    if not isinstance(named, str):
        return named
    code = language_code(named)
    if code is None:
        raise ValueError("a language's ISO 639-1 code or English name")
    return code


Optional = Annotated[str | None, BeforeValidator(none_word)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Share = Annotated[float, Field(ge=0, le=1)]


class QaOptions(BaseModel):
    """What to make of the sources, what to reject, how to label, link and split."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Annotated[str | None, BeforeValidator(_code)] = None
    """ISO 639-1 code of questions for which neither record nor folder claims one."""
    domain: Optional = None
    """Domain of questions for which neither record nor folder states one."""
    normal_form: Literal["NFC", "NFKC"] = "NFC"
    """NFKC also folds ligatures, full-width letters and superscripts."""
    reject: Words = REJECTED
    """Faults for which a question is left out; any other one found is a flag in its row."""
    near_threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Jaccard similarity of character 5-grams from which questions are near duplicates."""
    parallel_encoder: Optional = None
    """Multilingual sentence-transformers model that links translations which no id links."""
    taxonomy: Optional = None
    """TOML file of domains, subdomains and topics; the package's own where None."""
    labels: Words = ("source", "rule", "neighbours")
    """Where labels may come from, in this order."""
    knowledge: Words = ()
    """Files or folders of texts that become documents of the kind knowledge."""
    contamination: Words = ()
    """Files or folders of texts in which questions are searched by 13-grams."""
    shuffle_options: bool = False
    """Order the choices by seed; where one refers to others, as "both (a) and (b)", they stay."""
    dev_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of questions in the split dev; near duplicates and translations stay together."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every draw."""

    def parameters(self) -> dict[str, JsonValue]:
        """Every option with its value, as JSON values; the seed is recorded apart from them."""
        return self.model_dump(mode="json", exclude={"seed"})


def options_from(given: Mapping[str, Any]) -> QaOptions:
    """Check options as given by a call, a command line or a configuration file.

    Raises:
        UsageError: an unknown option, fault or method, or a value out of an option's range.
    """
    options = checked_options(QaOptions, given, {})
    for fault in options.reject:
        if fault not in CHOOSABLE:
            raise UsageError.from_unknown_name("fault to reject", fault, CHOOSABLE)
    for method in options.labels:
        if method not in {"source", "rule", "neighbours"}:
            raise UsageError.from_unknown_name(
                "source of labels", method, ("source", "rule", "neighbours")
            )
    for name in (*options.knowledge, *options.contamination):
        if not Path(name).exists():
            raise UsageError("no such file or folder", place=name)
    return options
