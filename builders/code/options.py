"""Parameters of a code build."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ...programs.limits import LEAST_MEMORY_MIB
from ...schemas.errors import UsageError
from ..option_values import checked_options, comma_list, none_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue


def _words(value: Any) -> Any:
    """``X,Y`` as the two of them, ``none`` as no one."""
    return [] if none_word(value) is None else comma_list(value)


Optional = Annotated[str | None, BeforeValidator(none_word)]
Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Count = Annotated[int | None, BeforeValidator(none_word), Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]

PERMISSIVE = "permissive"
ANY = "any"


class CodeOptions(BaseModel):
    """Which functions to take of the sources, how to describe them, how to test them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: Optional = None
    """First moment of the window, as 2025-01-01; open where None."""
    until: Optional = None
    """First moment behind the window; open where None."""
    date: Optional = None
    """Date of plain folders, and of archives that no other source dates."""
    dates: Optional = None
    """File with the dates of archives: CSV, JSON or JSON lines."""
    index: Optional = None
    """Simple API of the package index that ``pypi:NAME`` sources are taken from."""
    view: Literal["frozen", "full"] = "frozen"
    """``full`` joins releases, given as the sources, to one; nothing is built anew."""
    parent: Optional = None
    """Release that this one follows: none of its functions is taken again."""
    earlier: Words = ()
    """Further releases whose functions are not taken again."""
    allow_licenses: Words = (PERMISSIVE,)
    """``permissive``, SPDX identifiers, or ``any``."""
    requirements: Literal["docstring", "optional"] = "docstring"
    """``optional`` keeps functions without a requirement, for retrieval."""
    requirement_model: Optional = None
    """``endpoint:MODEL@URL`` that writes the requirement of functions without a docstring."""
    requirement_recording: Optional = None
    """File of its responses, read before the model is asked."""
    min_statements: Annotated[int, Field(ge=1)] = 2
    """Fewest statements of a function's body."""
    max_lines: Annotated[int, Field(ge=1)] = 200
    """Most lines of a function's body."""
    tests: Literal["none", "static", "run"] = "none"
    """``static`` names the tests that mention a function; ``run`` also runs them, in a sandbox."""
    environment: Literal["venv", "current"] = "venv"
    """``venv`` installs what a repository declares; ``current`` takes the running Python's packages
    as they are, and fetches nothing."""
    repeats: Annotated[int, Field(ge=1)] = 3
    """How often the tests of a repository must agree."""
    max_tests: Annotated[int, Field(ge=1)] = 20
    """Most tests of a function; those that enter the fewest functions are kept."""
    suite_seconds: Positive = 600.0
    """Longest run of a repository's whole suite."""
    test_seconds: Positive = 30.0
    """Longest run of one function's tests."""
    memory_mib: Annotated[int, Field(ge=LEAST_MEMORY_MIB)] = 2048
    """Memory that tests may take."""
    isolation: Literal["any", "network", "full"] = "full"
    """Least isolation of running tests; the build is refused where less is to be had."""
    constraints: Optional = None
    """File of pinned requirements (as pip's constraints) for the environments of tests."""
    select: Literal["all", "evocodebench", "balanced"] = "all"
    """``evocodebench`` matches the two figures below, ``balanced`` takes equally many a domain."""
    standalone_ratio: Annotated[float, Field(gt=0, lt=1)] = 0.27
    """Share of functions without a dependency."""
    mean_dependencies: Positive = 3.22
    """Mean number of dependencies of the others."""
    max_per_repository: Count = None
    limit: Count = None
    """Most samples."""
    near_duplicates: Literal["report", "drop"] = "report"
    """What happens to near duplicates of functions of this or an earlier release."""
    near_threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Jaccard similarity of character shingles from which functions are near duplicates."""
    corrections: Optional = None
    """File of domains that win over those found."""
    files: Literal["all", "samples", "none"] = "all"
    """Files kept: whole snapshots where samples have tests and else those of samples; the latter
    alone; none."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every draw."""

    def parameters(self) -> dict[str, JsonValue]:
        """Every option with its value, as JSON values; the seed is recorded apart from them."""
        return self.model_dump(mode="json", exclude={"seed"})


def options_from(given: Mapping[str, Any]) -> CodeOptions:
    """Check options as given by a call, a command line or a configuration file.

    Raises:
        UsageError: an unknown option, a value out of its range, or a file that is not there.
    """
    options = checked_options(CodeOptions, given, {})
    for name in ("dates", "corrections", "constraints", "parent"):
        path = getattr(options, name)
        if path is not None and not Path(path).exists():
            raise UsageError(f"the option {name} names what is not there", place=path)
        if path is not None and name != "parent" and not Path(path).is_file():
            raise UsageError(f"the option {name} names no file", place=path)
    if not options.allow_licenses:
        raise UsageError(
            "allow_licenses names no licence", expected="permissive, any, or SPDX identifiers"
        )
    return options
