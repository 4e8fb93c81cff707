"""How figures of one domain carry over to others: specialization, generalization and transfer.

arXiv 2503.22698 names three metrics of language models over domains and gives no formula that is
public. What is here is this project's own reading of the names, and says so in what it puts out:

- Domain Specialization Index: ``s_d / mean of s over the other domains``; 1 where a system does in
  the domain as in the others, above 1 where it is the better one there.
- Generalization Gap: ``mean of s in the domains a system is made for - mean of s in the others``.
- Cross-Domain Transfer Ratio: ``s(a→b) / s(b→b)``, with ``s(a→b)`` the figure in b of the system
  made for a; 1 where nothing is lost by coming from another domain.

Any figure per domain will do whose larger values are better and that is not below 0. It has nothing
to do with Domain-Specific Improvement (module ``specialization``), which holds a system against
other systems, nor with the gap between partitions of pairs that retrieval results report.
"""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from ..schemas.errors import UsageError
from .results import ALL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from .code.scores import CodeScores
    from .qa.scores import QaScores
    from .rag.answers import Condition
    from .rag.scores import RagScores
    from .results import Results

SOURCE = (
    "this project's own reading of the names in arXiv 2503.22698, whose formulas are not public"
)
DEFINITIONS = {
    "domain_specialization_index": "s_d / mean of s over the other domains",
    "generalization_gap": "mean of s in the home domains - mean of s in the others",
    "cross_domain_transfer_ratio": "s of the system from a in b / s of the system from b in b",
}
"""Metric → its formula, s being a system's figure in a domain."""

Values = dict[str, float | None]
Table = dict[str, Values]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SystemTransfer(_Model):
    """One system over the domains."""

    system: str
    home: list[str]
    """Domains that it is made for; none where that was not told."""
    values: Values
    """Domain → figure."""
    domain_specialization_index: Values
    generalization_gap: float | None
    """None without home domains, or where one of the sides has no figure."""


class DomainPair(_Model):
    """One domain's system in another domain."""

    left: str
    """Domain that the system is made for."""
    right: str
    """Domain that it is measured in."""
    system: str
    cross_domain_transfer_ratio: float | None


class TransferScores(_Model):
    """How the figures of some systems carry over."""

    source: str
    """Where the definitions come from."""
    definitions: dict[str, str]
    domains: list[str]
    systems: list[SystemTransfer]
    pairs: list[DomainPair]
    """Of domains for which one system alone is made."""


def domain_specialization_index(values: Mapping[str, float | None]) -> Values:
    """A figure in each domain over the mean of the others.

    Args:
        values: domain → figure; None where it is unknown.

    Returns:
        Domain → index; None where its figure is unknown, there is no other one, or their mean is
        not above 0.
    """
    return {domain: _ratio(values[domain], _others(values, {domain})) for domain in values}


def generalization_gap(values: Mapping[str, float | None], home: Collection[str]) -> float | None:
    """Mean figure in the home domains minus that in the others.

    Args:
        values: domain → figure; None where it is unknown, which leaves the domain out.
        home: domains that the system is made for.

    Returns:
        The difference; None where one of the sides has no figure.

    Raises:
        UsageError: a home domain is none of the domains.
    """
    for domain in home:
        if domain not in values:
            raise UsageError.from_unknown_name("domain", domain, values)
    inside = _mean(values[domain] for domain in values if domain in home)
    outside = _others(values, home)
    return None if inside is None or outside is None else inside - outside


def cross_domain_transfer_ratio(
    table: Mapping[str, Mapping[str, float | None]],
) -> dict[tuple[str, str], float | None]:
    """Figures of each domain's system in every other domain over those of that domain's own.

    Args:
        table: domain that a system is made for → domain it is measured in → figure.

    Returns:
        (a, b) → ``s(a→b) / s(b→b)`` for all a and b of the table; None where a figure is unknown
        or the lower one is not above 0.
    """
    return {
        (left, right): _ratio(table[left].get(right), table[right].get(right))
        for left in table
        for right in table
        if left != right
    }


def transfer_scores(
    table: Mapping[str, Mapping[str, float | None]],
    homes: Mapping[str, Collection[str]] | None = None,
) -> TransferScores:
    """All three metrics of some systems.

    Args:
        table: system → domain → figure.
        homes: system → domains that it is made for, as those it was trained on.

    Raises:
        UsageError: a system or a domain of ``homes`` is not in the table.
    """
    given = homes or {}
    domains = sorted({domain for values in table.values() for domain in values})
    for system, home in given.items():
        if system not in table:
            raise UsageError.from_unknown_name("system", system, table)
        for domain in home:
            if domain not in domains:
                raise UsageError.from_unknown_name("domain", domain, domains)
    full = {name: {d: values.get(d) for d in domains} for name, values in table.items()}
    return TransferScores(
        source=SOURCE,
        definitions=DEFINITIONS,
        domains=domains,
        systems=[_system(name, full[name], given.get(name, ())) for name in full],
        pairs=_pairs(full, given),
    )


def _system(name: str, values: Values, home: Collection[str]) -> SystemTransfer:
    return SystemTransfer(
        system=name,
        home=sorted(home),
        values=values,
        domain_specialization_index=domain_specialization_index(values),
        generalization_gap=generalization_gap(values, home) if home else None,
    )


def _pairs(table: Table, homes: Mapping[str, Collection[str]]) -> list[DomainPair]:
    """Ratios between the domains that are the only home of one system alone."""
    owners: dict[str, list[str]] = {}
    for system in table:
        home = homes.get(system, ())
        if len(home) == 1:
            owners.setdefault(next(iter(home)), []).append(system)
    single = {domain: owners[domain][0] for domain in sorted(owners) if len(owners[domain]) == 1}
    ratios = cross_domain_transfer_ratio({domain: table[name] for domain, name in single.items()})
    return [
        DomainPair(left=left, right=right, system=single[left], cross_domain_transfer_ratio=value)
        for (left, right), value in ratios.items()
    ]


def values_of_results(
    results: Results, *, column: str = "domain", measure: str | None = None, partition: str = ALL
) -> Table:
    """System → domain → mean of a retrieval measure.

    Args:
        results: an evaluation with ``by`` that column.
        column: column of queries whose labels are the domains.
        measure: the primary one by default.
        partition: pairs that count.

    Raises:
        UsageError: the results have no figures of that column, measure and partition.
    """
    wanted = (column, measure or results.primary, partition)
    rows = [
        (figure.system, figure.slice, figure.value)
        for figure in results.figures
        if (figure.column, figure.measure, figure.partition) == wanted
    ]
    return _table(rows, f"{wanted[1]} by {column}")


def values_of_qa(scores: QaScores, *, column: str = "domain") -> Table:
    """The answers' source → domain → accuracy; ``UsageError`` if it was not computed."""
    rows = [
        (scores.source.name, found.slice, found.value)
        for found in scores.accuracies
        if found.column == column
    ]
    return _table(rows, f"accuracy by {column}")


def values_of_rag(scores: RagScores, *, condition: Condition = "retrieved") -> Table:
    """The answers' source → domain → accuracy of a condition; ``UsageError`` without any."""
    rows = [
        (scores.source.name, found.slice, found.value)
        for found in scores.accuracies
        if found.column == "domain" and found.condition == condition
    ]
    return _table(rows, f"accuracy {condition}")


def values_of_code(scores: CodeScores, *, column: str = "domain", measure: str = "pass@1") -> Table:
    """Model → domain → mean of a measure over tasks; ``UsageError`` if it was not computed."""
    rows = [
        (figure.model, figure.slice, figure.value)
        for figure in scores.figures
        if (figure.column, figure.measure) == (column, measure)
    ]
    return _table(rows, f"{measure} by {column}")


def _table(rows: Iterable[tuple[str, str | None, float | None]], what: str) -> Table:
    found: Table = {}
    for system, domain, value in rows:
        found.setdefault(system, {})[str(domain)] = value
    if not found:
        raise UsageError(f"the scores have no {what}", hint="score again by that column")
    return found


def _others(values: Mapping[str, float | None], home: Collection[str]) -> float | None:
    return _mean(values[domain] for domain in values if domain not in home)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def _ratio(value: float | None, base: float | None) -> float | None:
    return None if value is None or base is None or base <= 0 else value / base
