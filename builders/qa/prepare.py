"""One raw question to a checked one, or to a rejection with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..sources.qa.answers import resolve_answer
from ..sources.qa.embedded import split_options
from . import checks, faults
from .language import agrees, identify
from .normalise import broken_unicode, match_key, normalise
from .question import Question
from .question_types import detect_level, detect_type
from .record import RawReject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .language import Language
    from .options import QaOptions
    from .record import RawQuestion

_LONGEST = 1_000_000
"""Characters of a question with its options and passage."""
_DETAIL = 200
"""Characters of a text that a rejection quotes."""


class _Rejected(Exception):  # noqa: N818 - carries a result, is no error
    """Ends the work on a question."""

    def __init__(self, reason: str, detail: str | None) -> None:
        self.reason = reason
        self.detail = detail


def prepare(
    raw: RawQuestion, file: int, base: int | None, options: QaOptions
) -> Question | RawReject:
    """Normalise, resolve and check a question; what one gives depends on no other.

    Args:
        raw: as the source gives it.
        file: ordinal of the source.
        base: number of the first option in the file's numeric answers, unless the record tells.
        options: of the build.
    """
    try:
        told = base if raw.answer_base is None else raw.answer_base
        return _prepared(raw, file, told, options)
    except _Rejected as rejected:
        detail = rejected.detail or raw.question
        return RawReject(rejected.reason, detail[:_DETAIL], raw.line, raw.source_id)


def _prepared(raw: RawQuestion, file: int, base: int | None, options: QaOptions) -> Question:
    length = len(raw.question) + sum(map(len, raw.options)) + len(raw.context or "")
    if length > _LONGEST:
        raise _Rejected(faults.TOO_LONG, f"{length:,} characters: {raw.question[: _DETAIL // 2]}")
    flags: list[str] = []
    stem, given = choices(raw)
    text = normalise(stem, form=options.normal_form)
    if not text:
        raise _Rejected(faults.NO_QUESTION, None)
    context = normalise(raw.context, form=options.normal_form) if raw.context else None
    shown = [normalise(choice, form=options.normal_form) for choice in given]
    _note(flags, options, faults.BROKEN_UNICODE, _broken((raw.question, *given, raw.context)))
    keys = [checks.option_key(option) for option in shown]
    standing = checks.standing(text, shown)
    if raw.spans:
        answer, answers, start = None, *_span(raw, context or "", options)
    else:
        answer, answers, start = _choice(raw, shown, keys, given, base)
        _note(flags, options, faults.TRUNCATED, checks.is_truncated(text, shown))
        _note(flags, options, faults.IMAGE, checks.refers_to_image(text))
        if not all(standing):
            _note(flags, options, faults.REFERS_TO_OPTIONS, shown[standing.index(False)])
    found = identify("\n".join((text, *shown)))
    language = _language(raw, found, options, flags)
    kind, evidence = detect_type(text, shown, context, raw.type)
    return Question(
        file=file,
        line=raw.line,
        source_id=raw.source_id,
        text=text,
        original=raw.question,
        options=shown,
        options_original=list(given),
        answer=answer,
        answers=answers,
        answer_start=start,
        context=context,
        context_title=normalise(raw.context_title or "", form=options.normal_form),
        language=language,
        language_class=found.cls,
        script=found.script,
        domain=raw.domain or options.domain,
        domain_from=raw.domain_from if raw.domain else "option",
        subdomain=raw.subdomain,
        topic=raw.topic,
        level=detect_level(raw.level),
        type=kind,
        type_evidence=evidence,
        parallel_id=raw.parallel_id,
        license=raw.license,
        exact="\x1f".join(
            (language, checks.exact_key(text), *sorted(keys), checks.exact_key(context or ""))
        ),
        near=" ".join((match_key(text), *sorted(match_key(option) for option in shown))),
        option_keys=keys,
        standing=standing,
        flags=flags,
    )


def choices(raw: RawQuestion) -> tuple[str, Sequence[str]]:
    """Stem and options of a question, split where the source has them in one text."""
    if raw.options or raw.spans:
        return raw.question, raw.options
    return split_options(raw.question) or (raw.question, [])


def _choice(
    raw: RawQuestion,
    shown: list[str],
    keys: Sequence[str],
    given: Sequence[str],
    base: int | None,
) -> tuple[int, list[str], None]:
    """Index and text of the right option.

    The answer is looked up among the options as the source has them.
    """
    if len([option for option in shown if option]) < 2:
        raise _Rejected(faults.FEW_OPTIONS, f"{len(shown)} option(s): {' | '.join(shown)}")
    if not all(shown):
        raise _Rejected(faults.MISSING_OPTION, " | ".join(shown))
    if len(set(shown)) < len(shown) or len(set(keys)) < len(keys):
        raise _Rejected(faults.EQUAL_OPTIONS, " | ".join(shown))
    resolved = resolve_answer(raw.answer, given, base=base)
    if resolved.index is None:
        raise _Rejected(resolved.problem or faults.UNREADABLE_ANSWER, f"answer {raw.answer!r}")
    return resolved.index, [shown[resolved.index]], None


def _span(raw: RawQuestion, context: str, options: QaOptions) -> tuple[list[str], int]:
    """The spans in normal form and where the first starts in the context's normal form."""
    original = raw.context or ""
    found: list[str] = []
    first: int | None = None
    for text, start in raw.spans:
        span = normalise(text, form=options.normal_form)
        place = _nearest(context, span, _moved(original, start, options)) if span else None
        if place is not None:
            found.append(span)
            first = place if first is None else first
    if first is None:
        raise _Rejected(faults.ANSWER_OUTSIDE, f"answer {raw.spans[0][0]!r}")
    return list(dict.fromkeys(found)), first


def _moved(original: str, start: int, options: QaOptions) -> int:
    """Where a place of a text lies in its normal form, about."""
    # A mark behind the prefix keeps the blanks at its end.
    return len(normalise(original[:start] + "|", form=options.normal_form)) - 1


def _nearest(text: str, part: str, place: int) -> int | None:
    """Where ``part`` stands in ``text``, of all its places the one next to ``place``."""
    behind = text.find(part, max(0, place))
    before = text.rfind(part, 0, max(0, place) + len(part))
    places = [found for found in (before, behind) if found >= 0]
    return min(places, key=lambda found: (abs(found - place), found), default=None)


def _language(raw: RawQuestion, found: Language, options: QaOptions, flags: list[str]) -> str:
    claimed = raw.language or options.language
    if claimed is None:
        if found.language == "und":
            raise _Rejected(faults.UNKNOWN_LANGUAGE, None)
        return found.language
    if not agrees(claimed, found):
        _note(flags, options, faults.WRONG_LANGUAGE, f"claimed {claimed}, found {found.cls}")
    return claimed


def _broken(texts: Sequence[str | None]) -> str | None:
    return next((what for text in texts if text and (what := broken_unicode(text))), None)


def _note(flags: list[str], options: QaOptions, fault: str, evidence: str | None) -> None:
    """Reject or flag a question with the fault, if there is evidence of it."""
    if evidence is None:
        return
    if fault in options.reject:
        raise _Rejected(fault, evidence)
    flags.append(fault)
