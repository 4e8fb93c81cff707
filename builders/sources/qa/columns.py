"""Which column of a table holds what: guessed from usual names, or told by a mapping."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ....schemas.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_NAMES = {
    "question": ("question", "question_text", "questions", "query", "stem", "problem", "prompt",
                 "ques", "q", "input", "प्रश्न", "सवाल"),
    "options": ("options", "choices", "option", "answers_list", "answer_options", "candidates",
                "alternatives", "endings", "विकल्प"),
    "answer": ("correct_answer", "answer", "answer_key", "answerkey", "correct", "correct_option",
               "right_answer", "correct_choice", "key", "label", "target", "gold", "ans", "cop",
               "correct_ans", "उत्तर", "सही_उत्तर", "correct_option_number", "answer_idx"),
    "source_id": ("id", "_id", "question_id", "qid", "uid", "uuid", "q_id", "s_no", "sno", "sr_no",
                  "serial", "number", "no", "q_no", "ques_no", "क्रमांक"),
    "language": ("language", "lang", "भाषा"),
    "domain": ("domain", "category_domain", "field", "main_domain", "विषय_क्षेत्र"),
    "subdomain": ("subject_domain", "subdomain", "sub_domain", "subject", "subject_name",
                  "category", "विषय"),
    "topic": ("topic", "topic_name", "sub_topic", "subtopic", "chapter", "उपविषय"),
    "level": ("question_level", "level", "difficulty", "difficulty_level", "hardness", "स्तर"),
    "type": ("question_type", "type", "qtype", "kind", "format", "choice_type"),
    "context": ("context", "passage", "paragraph", "comprehension", "गद्यांश"),
    "parallel_id": ("parallel_id", "translation_id", "pair_id", "group_id"),
    "license": ("license", "licence"),
}  # fmt: skip
"""Field → names of columns, folded, the likelier first."""
FIELDS = (*_NAMES, "answer_base")
_OPTION = re.compile(
    r"^(?:(?:option|opt|op|choice|ans(?:wer)?|alternative|विकल्प)_?)?(?P<mark>[a-h]|[1-8]|[कखगघ]|[अबसद])$"
)
_ORDERS = ("abcdefgh", "12345678", "कखगघ", "अबसद")


@dataclass(frozen=True)
class Columns:
    """Where each field of a question stands in a row."""

    fields: dict[str, str] = field(default_factory=dict[str, str])
    """Field → column."""
    options: tuple[str, ...] = ()
    """Columns of the options in order; empty if they stand in one column or in the question."""
    constants: dict[str, Any] = field(default_factory=dict[str, Any])
    """Field → value that the mapping gives to every question."""

    def stated(self) -> dict[str, str]:
        """Field → column, as reports list it."""
        told = dict(self.fields)
        if self.options:
            told["options"] = ", ".join(self.options)
        return told


def fold_name(name: str) -> str:
    """A column's name without case, blanks and punctuation."""
    text = unicodedata.normalize("NFC", str(name)).strip().casefold()
    return re.sub(r"[\s\-./:()\[\]#]+", "_", text).strip("_")


def guess_columns(names: Sequence[str]) -> Columns:
    """Find the fields among the names of a table's columns; what is not found is left out."""
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(fold_name(name), name)
    fields: dict[str, str] = {}
    for wanted, known in _NAMES.items():
        column = next((folded[name] for name in known if name in folded), None)
        if column is not None and column not in fields.values():
            fields[wanted] = column
    options = _option_columns(folded, set(fields.values()) - {fields.get("options")})
    if options:
        fields.pop("options", None)
    return Columns(fields, options)


def _option_columns(folded: Mapping[str, str], taken: Collection[str | None]) -> tuple[str, ...]:
    """The longest run of option columns that counts up from the first mark."""
    best: tuple[str, ...] = ()
    marks: dict[str, dict[str, str]] = {}
    for name, column in folded.items():
        if (found := _OPTION.match(name)) and column not in taken:
            prefix = name[: found.start("mark")]
            marks.setdefault(prefix, {})[found["mark"]] = column
    for known in marks.values():
        for order in _ORDERS:
            run: list[str] = []
            for mark in order:
                if mark not in known:
                    break
                run.append(known[mark])
            if len(run) >= 2 and len(run) > len(best):
                best = tuple(run)
    return best


def columns_for(
    names: Sequence[str], mapping: Mapping[str, Any] | None, place: str
) -> Columns | None:
    """Columns by the mapping where it names them, guessed elsewhere; None without a question.

    Raises:
        UsageError: the mapping has an unknown field, or names a column that is not there.
    """
    guessed = guess_columns(names)
    fields, options = dict(guessed.fields), guessed.options
    constants: dict[str, Any] = {}
    for wanted, given in (mapping or {}).items():
        if wanted not in FIELDS:
            raise UsageError.from_unknown_name("field of the mapping", wanted, FIELDS)
        if wanted == "answer_base":
            constants[wanted] = _checked_base(given)
        elif isinstance(given, dict):
            constants[wanted] = _constant(wanted, given)
            fields.pop(wanted, None)
        elif isinstance(given, list):
            if wanted != "options":
                raise UsageError(f"the mapping of {wanted!r} is a list", expected="one column")
            options = tuple(_present(name, names, place) for name in given)
            fields.pop("options", None)
        else:
            fields[wanted] = _present(str(given), names, place)
            options = () if wanted == "options" else options
    if "question" not in fields:
        return None
    return Columns(fields, options, constants)


def _constant(wanted: str, given: Mapping[str, Any]) -> Any:
    if set(given) != {"value"}:
        raise UsageError(
            f"the mapping of {wanted!r} is wrong",
            found=dict(given),
            expected='a column, or { value = "…" }',
        )
    return given["value"]


def _checked_base(given: Any) -> int:
    if given not in (0, 1, "0", "1"):
        raise UsageError("answer_base is wrong", found=given, expected="0 or 1")
    return int(given)


def _present(name: str, names: Sequence[str], place: str) -> str:
    if name not in names:
        raise UsageError(
            f"the mapping names a column {name!r} that is not there",
            place=place,
            found=", ".join(map(str, names)),
            expected=name,
        )
    return name
