"""Parameters of a patent benchmark, checked, with the presets that bundle them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ...schemas.errors import UsageError
from ..option_values import checked_options, comma_list, none_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


Positive = Annotated[int, Field(ge=1)]
OptionalYear = Annotated[int | None, BeforeValidator(none_word), Field(ge=1, le=9999)]
OptionalCount = Annotated[Positive | None, BeforeValidator(none_word)]
Count = Annotated[int, Field(ge=0)]


class PatentOptions(BaseModel):
    """What to take from the sources, and how to judge it.

    The defaults take everything: each family that cites or is cited inside the collection is a
    query, and all families are ranked.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    """ISO 639-1 code of the texts that are taken."""
    ipc_depth: Literal["section", "ipc3", "ipc4"] = "ipc3"
    """Depth of the classes that label pairs: H, H04 or H04L."""
    label_rule: Literal["overlap", "strict"] = "overlap"
    """overlap: IN or OUT (DAPFAM); strict: IN, MIXED or OUT (PatenTEB)."""
    min_year: OptionalYear = None
    """First year of a query's earliest date; with a bound, queries without a date fall out."""
    max_year: OptionalYear = None
    """Last year of a query's earliest date."""
    min_citations: Count = 1
    """Families inside the collection that a query must cite or be cited by, after ``categories``
    and ``date_valid_only``. One is needed in any case."""
    queries_per_class: OptionalCount = None
    """Queries taken of each class at ipc3; a family counts for its rarest class only, and one
    without a class is no query then. None takes all."""
    max_queries: OptionalCount = None
    """Queries in all."""
    max_positives: OptionalCount = None
    """Positives of a query; more are sampled down."""
    random_negatives: Count = 0
    """Families without any link to the query, for each query."""
    hard_negatives: Count = 0
    """Unlinked families that resemble the query, for each query."""
    hard_negative_rule: Literal["same_ipc4", "bm25"] = "same_ipc4"
    """same_ipc4: a family of the same IPC subclass; bm25: the highest ranked by BM25."""
    corpus: Literal["selected", "collection"] = "collection"
    """selected: only families that are judged for some query; collection: every family."""
    dev_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Share of groups of connected queries that go into the split ``dev``; 0 for no such split."""
    citation_match: Literal["exact", "number"] = "exact"
    """exact: a citation that names a kind code matches that publication only, one that names none
    matches by country and number; number: kind codes are ignored always."""
    date_valid_only: bool = False
    """Take only positives that were public before the query's earliest date."""
    categories: Annotated[tuple[str, ...], BeforeValidator(comma_list)] = ()
    """Take only citations of these categories (all if empty); a letter is also found in XY."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every draw."""

    def parameters(self) -> dict[str, JsonValue]:
        """Every option with its value, as JSON values; the seed is recorded apart from them."""
        return self.model_dump(mode="json", exclude={"seed"})


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "default": {},
    # Curation of DAPFAM (arXiv 2506.22141, section 3).
    "dapfam": {
        "min_year": 2000,
        "min_citations": 100,
        "queries_per_class": 10,
        "max_positives": 20,
        "random_negatives": 20,
        "corpus": "selected",
        "ipc_depth": "ipc3",
        "label_rule": "overlap",
    },
}


def options_from(given: Mapping[str, Any], *, preset: str | None = None) -> PatentOptions:
    """Check options as given by a call, a command line or a configuration file.

    Args:
        given: option → value; numbers and truth values may be texts. The key ``preset`` names a
            preset that the other keys overrule.
        preset: the preset, where ``given`` names none.

    Raises:
        UsageError: an unknown option or preset, or a value out of an option's range.
    """
    values = dict(given)
    name = values.pop("preset", None) or preset or "default"
    if name not in PRESETS:
        raise UsageError.from_unknown_name("preset", str(name), PRESETS)
    options = checked_options(PatentOptions, values, PRESETS[name])
    low, high = options.min_year, options.max_year
    if low is not None and high is not None and low > high:
        raise UsageError(
            "no year fits the bounds",
            found=f"min_year {low}, max_year {high}",
            expected="min_year at most max_year",
        )
    return options
