"""What MTEB calls our tasks, subsets, measures and systems.

A release's subsets (``schemas.subsets``) are those of MTEB's tasks. A task of ours has figures for
them where it ranks what they hold, by the texts that they hold: one text a query, and of a document
its text, behind its title where the subset has titles.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schemas.code import CONTEXT, DESCRIPTION, REQUIREMENT
from ...schemas.errors import UsageError
from ...schemas.qa import ANSWERS, PASSAGES, SENTENCES
from ...schemas.subsets import ALL
from .languages import mteb_languages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...benchmarks.results import SystemEntry

_MEASURES = {
    "nDCG": "ndcg",
    "AP": "map",
    "Recall": "recall",
    "P": "precision",
    "RR": "mrr",
    "Success": "hit_rate",
}
_MEASURE = re.compile(r"(\w+)(?:@(\d+))?")
# Of these, that of a whole ranking is that of its first n documents, n being its length.
_CUT_BY_DEPTH = {"AP", "Recall", "RR"}
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_LONGEST_NAME = 100
"""Characters of a system that name its folder."""
_OWN_LANGUAGES = re.compile(rf"(?:{PASSAGES}|{SENTENCES})-(.+)")


@dataclass(frozen=True)
class Counterpart:
    """What in MTEB's terms a task of ours is."""

    task: str
    """Name that its subsets share, where they are named by tasks."""
    views: tuple[str, str]
    """Texts of queries and of documents that MTEB reads."""
    whole: str | None = None
    """Subset of all pairs."""
    partition: str | None = None
    """Form of the subset of a partition's pairs."""
    column: str | None = None
    """Column of queries by whose values rankings are parted."""
    value: str | None = None
    """Form of the subset of such a value."""

    def subset(self, partition: str, column: str | None, label: str | None) -> str | None:
        """The subset that a figure is of; None if there is none."""
        if column is not None:
            if self.value is None or column != self.column or partition != ALL or label is None:
                return None
            return self.value.format(label.replace("/", "-"))
        if partition == ALL:
            return self.whole
        return None if self.partition is None else self.partition.format(partition)


_TITLED = ("TEXT", "TT")
_UNTITLED = ("TEXT", "TEXT")


def _code(task: str, *, whole: bool = False) -> Counterpart:
    if whole:
        return Counterpart(task, _UNTITLED, whole=task)
    return Counterpart(task, _UNTITLED, column="repository", value=f"{task}-{{}}")


_COUNTERPARTS = {
    ("patents", "retrieval"): Counterpart("retrieval", ("TA", "TA"), ALL, "{}"),
    ("retrieval", "retrieval"): Counterpart("retrieval", _TITLED, ALL, "{}"),
    ("retrieval", "retrieval_with_self"): Counterpart("retrieval_with_self", _TITLED, ALL, "{}"),
    ("rag", "paragraphs"): Counterpart("paragraphs", ("QUESTION", "TT"), ALL, "{}"),
    ("cseo", "context"): Counterpart("context", _TITLED, partition="{}"),
    ("qa", ANSWERS): Counterpart(
        ANSWERS, ("QUESTION", "TEXT"), column="pool", value=f"{ANSWERS}-{{}}"
    ),
    ("qa", PASSAGES): Counterpart(PASSAGES, ("QUESTION", "TEXT"), partition=f"{PASSAGES}-{{}}"),
    ("qa", SENTENCES): Counterpart(SENTENCES, ("QUESTION", "TEXT"), SENTENCES, f"{SENTENCES}-{{}}"),
    ("code", REQUIREMENT): _code(REQUIREMENT, whole=True),
    ("code", f"{REQUIREMENT}_in_repository"): _code(REQUIREMENT),
    ("code", CONTEXT): _code(CONTEXT),
    ("code", DESCRIPTION): _code(DESCRIPTION, whole=True),
    ("code", f"{DESCRIPTION}_in_repository"): _code(DESCRIPTION),
}


def find_counterpart(family: str, task: str) -> Counterpart:
    """What a task of a family is to MTEB.

    Raises:
        UsageError: it is nothing.
    """
    try:
        return _COUNTERPARTS[family, task]
    except KeyError:
        known = [name for of, name in _COUNTERPARTS if of == family]
        raise UsageError(
            f"no subset of a release is ranked as the task {task!r} does, so MTEB has no such task",
            expected=f"a task of {family}: {', '.join(known) or 'none'}",
        ) from None


def task_name(release: str, task: str) -> str:
    """``patents-sample`` and ``retrieval`` → ``PatentsSampleRetrieval``, a name of a class."""
    words = re.findall(r"[A-Za-z0-9]+", f"{release} {task}")
    name = "".join(word[0].upper() + word[1:] for word in words)
    return name if name[0].isalpha() else f"Task{name}"


def task_id(task: str, subset: str, split: str) -> str:
    """Id of a benchmark on the Hub, as MTEB makes it."""
    return f"{task}_{subset}_{split}"


def measure_name(measure: str, depth: int) -> str | None:
    """``nDCG@10`` → ``ndcg_at_10``; None if MTEB has none.

    Args:
        measure: our measure.
        depth: documents ranked for each query; the cutoff of a measure that has none.
    """
    form = _MEASURE.fullmatch(measure)
    if form is None or form[1] not in _MEASURES:
        return None
    if form[2] is None and form[1] not in _CUT_BY_DEPTH:
        return None
    return f"{_MEASURES[form[1]]}_at_{form[2] or depth}"


def model_names(systems: Sequence[SystemEntry]) -> dict[str, tuple[str, str]]:
    """System → its name and revision as a model of MTEB, no two the same.

    A model of the Hub that is used as it is keeps its own; whatever else a system is, it is one of
    this package, as ``MtebModel`` names it.
    """
    found: dict[str, tuple[str, str]] = {}
    for system in systems:
        name = _model_name(system)
        if name in found.values() or len(name[0]) > _LONGEST_NAME:
            digest = hashlib.sha256(system.spec.encode()).hexdigest()[:8]
            name = (f"{name[0][:_LONGEST_NAME]}-{digest}", name[1])
        found[system.spec] = name
    return found


def _model_name(system: SystemEntry) -> tuple[str, str]:
    model, revision = system.parameters.get("model"), system.parameters.get("revision")
    if isinstance(model, str) and system.spec == f"dense:{model}" and _HUB_NAME.fullmatch(model):
        return model, str(revision or "no_revision_available")
    slug = "".join(c if c.isalnum() or c in ".=-" else "_" for c in system.spec)
    return f"domainbench/{slug}", "1"


def subset_languages(family: str, subset: str, languages: Sequence[str]) -> list[str]:
    """MTEB's names of the languages of a subset's texts, those of the queries first.

    Args:
        family: the release's.
        subset: name of the subset; of questions it may say its languages.
        languages: codes of all languages of the release.
    """
    if family == "code":
        return [*mteb_languages(languages), "python-Code"]
    if family == "qa":
        if own := _OWN_LANGUAGES.fullmatch(subset):
            asked, _, answered = own[1].partition("-")
            return mteb_languages([asked, answered])
        if subset.startswith(f"{ANSWERS}-"):
            return mteb_languages([subset.rpartition("-")[2]])
    return mteb_languages(languages)
