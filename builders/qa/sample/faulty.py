"""A generator of choice tables with planted faults, and the record of what was planted.

The names in the questions are made of syllables, so that any two questions differ in most of their
text; nothing but what is planted should be found in them. Sound questions come in forms that a
careless check would reject: stems without a question mark, figures of speech, Latin names within
Hindi, answers written in several ways, "none of these" as an option. A text cut short without any
sign of it is not planted, as nobody could tell.
"""

from __future__ import annotations

import csv
import json
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

SHARE = 0.005
"""Share of the questions that each kind of fault is planted in."""
_COLUMNS: tuple[str, ...] = (
    "id",
    "question",
    "option_a",
    "option_b",
    "option_c",
    "option_d",
    "correct_answer",
    "language",
)
_LETTERS = "ABCD"

_ONSETS = ("b", "br", "d", "dr", "f", "g", "gr", "k", "kr", "l", "m", "n", "p", "r", "s", "t", "v")
_NUCLEI = ("a", "e", "i", "o", "u", "ai", "eo")
_CODAS = ("", "l", "m", "n", "r", "s", "nd", "rt")
_CONSONANTS = "कखगचजटडतदनपबमयरलवसह"
_VOWELS = ("", "ा", "ि", "ी", "ु", "े", "ो")

_ENGLISH = (
    "By the survey of {a} in {year}, which of these was first grown near {b} by those of {c}?",
    "Which court in {a} decided the dispute between {b} and the council of {c} about the well?",
    "The bank of {a} lends money to the traders of {b}. Which of these does it ask {c} for?",
    "Which herb of the forest at {a} does the physician {b} give to those of {c} for a cough?",
    "Which figure of speech does {a} use in the verse that {b} sings to the weavers of {c}?",
    "The highest yield (in kg/ha) that {a} and {b} harvested on the farm of {c} was that of",
)
_HINDI = (
    "वर्ष {year} में {a} के सर्वेक्षण के अनुसार {c} के किसानों ने {b} के पास सबसे पहले क्या उगाया था?",
    "{a} का कौन सा न्यायालय {b} और {c} की परिषद के बीच कुएँ के विवाद का निर्णय करता है?",
    "{a} का बैंक {b} के व्यापारियों को धन उधार देता है। वह {c} से बदले में क्या माँगता है?",
    "{a} के जंगल की कौन सी जड़ी-बूटी वैद्य {b} द्वारा {c} के लोगों को खाँसी में दी जाती है?",
    "{a} और {b} ने {c} के खेत में जो सबसे अधिक उपज (किग्रा/हेक्टेयर) काटी, वह थी",
)  # fmt: skip
_ROMANISED = (
    "{a} ka kaun sa nyayalay {b} aur {c} ki parishad ke beech kuen ke vivad ka nirnay karta hai?",
    "{a} ka bank {b} ke vyapariyon ko dhan udhar deta hai. Vah {c} se badle mein kya mangta hai?",
)
_NONE = {"en": "None of the above", "hi": "इनमें से कोई नहीं"}


@dataclass
class Planted:
    """Identifiers in the generated files, by what was planted in them."""

    faults: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Fault, as the builder names it → identifiers."""
    sound: list[str] = field(default_factory=list[str])
    """Questions that must be kept: plain ones, lookalikes, and those with embedded options."""
    lookalikes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Pairs that differ by a number or a negation only, the plain question first."""
    originals: dict[str, str] = field(default_factory=dict[str, str])
    """Identifier of a duplicate → that of the question it repeats."""
    right: dict[str, str] = field(default_factory=dict[str, str])
    """Identifier of a sound question → the text of its right option."""

    def keep(self, rows: Iterable[dict[str, Any]]) -> None:
        """Note sound questions."""
        for row in rows:
            self.sound.append(row["id"])
            self.right[row["id"]] = row["options"][_LETTERS.index(row["answer"])]


class _Maker:
    """Draws questions; every name is drawn anew."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 - a benchmark's data, no secret

    def name(self, language: str) -> str:
        draw = self.draw
        if language == "hi":
            return "".join(
                draw.choice(_CONSONANTS) + draw.choice(_VOWELS) for _ in range(draw.randint(3, 5))
            )
        parts = (
            draw.choice(_ONSETS) + draw.choice(_NUCLEI) + draw.choice(_CODAS)
            for _ in range(draw.randint(2, 4))
        )
        return "".join(parts).capitalize()

    def names(self, language: str, count: int) -> list[str]:
        """Different phrases of two names each."""
        found: dict[str, None] = {}
        while len(found) < count:
            found[f"{self.name(language)} {self.name(language)}"] = None
        return list(found)

    def question(self, number: int, language: str) -> dict[str, Any]:
        draw = self.draw
        template = draw.choice(_HINDI if language == "hi" else _ENGLISH)
        a, b, c = self.names(language, 3)
        if language == "hi" and draw.random() < 0.05:
            a = self.name("en")
        options = self.names(language, 4)
        if draw.random() < 0.05:
            options[3] = _NONE[language]
        return {
            "id": f"q{number:07d}",
            "question": template.format(a=a, b=b, c=c, year=draw.randint(1950, 2020)),
            "options": options,
            "answer": _LETTERS[draw.randrange(4)],
            "language": "Hindi" if language == "hi" else "English",
        }

    def romanised(self) -> str:
        """A question in Hindi in Latin letters."""
        a, b, c = self.names("en", 3)
        return self.draw.choice(_ROMANISED).format(a=a, b=b, c=c)


def make_faulty(folder: Path, *, questions: int = 100_000, seed: int = 0) -> Planted:
    """Write ``english.jsonl``, ``hindi.csv`` and ``embedded.jsonl`` into a folder.

    Args:
        folder: where the files go; it is made.
        questions: rows in all, about a quarter of them in Hindi.
        seed: another seed, other questions.

    Returns:
        What was planted where.
    """
    folder.mkdir(parents=True, exist_ok=True)
    maker = _Maker(seed)
    planted = Planted()
    each = max(1, round(questions * SHARE))
    faulty = each * (len(_SPOILERS) + len(_REPEATERS) + 2)
    plain = [
        maker.question(number, "hi" if number % 4 == 0 else "en")
        for number in range(questions - faulty)
    ]
    planted.keep(plain)
    rows = [*plain]
    number = len(plain)
    for fault, spoil in _SPOILERS.items():
        for _ in range(each):
            row = maker.question(number, "hi" if number % 4 == 0 else "en")
            spoil(row, maker)
            rows.append(row)
            planted.faults.setdefault(fault, []).append(row["id"])
            number += 1
    maker.draw.shuffle(rows)
    apart = [maker.question(number + n, "en") for n in range(each)]
    planted.keep(apart)
    number += each
    # What repeats a question stands behind it in the same file.
    chosen = maker.draw.sample(plain, each * len(_REPEATERS))
    for place, (fault, repeat) in enumerate(_REPEATERS.items()):
        for source in chosen[place * each : (place + 1) * each]:
            rows.append({**repeat(source, maker), "id": f"q{number:07d}"})
            planted.faults.setdefault(fault, []).append(f"q{number:07d}")
            planted.originals[f"q{number:07d}"] = source["id"]
            number += 1
    for source in maker.draw.sample([row for row in plain if _can_differ(row)], each):
        row = {**source, "id": f"q{number:07d}", "question": _otherwise(source["question"])}
        rows.append(row)
        planted.lookalikes.append((source["id"], row["id"]))
        planted.keep([row])
        number += 1
    _write(folder, rows, map(_embedded, apart, range(each)))
    return planted


# ----------------------------------------------------------------------------------------- faults


def _wrong_language(row: dict[str, Any], maker: _Maker) -> None:
    if row["language"] == "English" and maker.draw.random() < 0.3:
        row["question"] = maker.romanised()
        return
    other = "en" if row["language"] == "Hindi" else "hi"
    row.update({**maker.question(0, other), "id": row["id"], "language": row["language"]})


def _broken(row: dict[str, Any], maker: _Maker) -> None:
    if row["language"] == "Hindi" and maker.draw.random() < 0.5:
        # UTF-8 read as cp1252; a byte that it does not know becomes a question mark.
        row["question"] = row["question"].encode("utf-8").decode("cp1252", "replace")
    else:
        place = maker.draw.randrange(len(row["question"]) - 1)
        row["question"] = row["question"][:place] + "\ufffd" + row["question"][place + 1 :]


def _truncated(row: dict[str, Any], maker: _Maker) -> None:
    kept = row["question"].split()[: maker.draw.randint(8, 12)]
    row["question"] = " ".join(kept).rstrip("?।.,") + maker.draw.choice((",", " (", " &", " [...]"))


def _image(row: dict[str, Any], maker: _Maker) -> None:
    if row["language"] == "Hindi":
        row["question"] = f"नीचे दिए गए चित्र में {maker.names('hi', 1)[0]} का कौन सा भाग दिखाया गया है?"
    else:
        row["question"] = f"Which part of {maker.names('en', 1)[0]} is shown in the figure below?"


def _equal_options(row: dict[str, Any], maker: _Maker) -> None:
    one, two = maker.draw.sample(range(4), 2)
    row["options"][one] = row["options"][two]


def _few_options(row: dict[str, Any], maker: _Maker) -> None:
    row["options"] = [row["options"][0], "", "", ""]
    row["answer"] = "A"
    del maker


def _missing_option(row: dict[str, Any], maker: _Maker) -> None:
    row["options"][maker.draw.randrange(3)] = ""


def _answer(*values: str) -> Callable[[dict[str, Any], _Maker], None]:
    def spoil(row: dict[str, Any], maker: _Maker) -> None:
        row["answer"] = maker.draw.choice(values)

    return spoil


_SPOILERS: dict[str, Callable[[dict[str, Any], _Maker], None]] = {
    faults.WRONG_LANGUAGE: _wrong_language,
    faults.BROKEN_UNICODE: _broken,
    faults.TRUNCATED: _truncated,
    faults.IMAGE: _image,
    faults.EQUAL_OPTIONS: _equal_options,
    faults.FEW_OPTIONS: _few_options,
    faults.MISSING_OPTION: _missing_option,
    faults.NO_ANSWER: _answer("", "-", "NA"),
    faults.ANSWER_OUTSIDE: _answer("E", "6", "h"),
    faults.SEVERAL_ANSWERS: _answer("A, C", "B and D", "AC"),
    faults.UNREADABLE_ANSWER: _answer("see the key", "bonus", "zz"),
}


def _again(row: dict[str, Any], maker: _Maker) -> dict[str, Any]:
    """The question with its options in another order, other blanks and other case."""
    order = maker.draw.sample(range(4), 4)
    right = _LETTERS.index(row["answer"])
    text = row["question"].replace(" ", "  ", 3)
    return {
        **row,
        "question": text.upper() if maker.draw.random() < 0.3 else text,
        "options": [row["options"][place] for place in order],
        "answer": _LETTERS[order.index(right)],
    }


def _nearly(row: dict[str, Any], maker: _Maker) -> dict[str, Any]:
    """The question with one or two slips of the pen in its longer words."""
    words = row["question"].split()
    places = [n for n, word in enumerate(words) if len(word) > 5 and not _UNFIT.search(word)]
    for place in maker.draw.sample(places, maker.draw.randint(1, 2)):
        slips = {slip(words[place]): None for slip in _SLIPS}
        slips.pop(words[place], None)  # two equal letters swapped
        words[place] = maker.draw.choice(list(slips))
    return {**row, "question": " ".join(words)}


_UNFIT = re.compile("[0-9\u093c]")
"""Another number asks something else; a nukta in another place is the same letter."""
_SLIPS: tuple[Callable[[str], str], ...] = (
    lambda word: word[:2] + word[1:],  # a letter twice
    lambda word: word[:3] + word[4:],  # a letter left out
    lambda word: word[:2] + word[3] + word[2] + word[4:],  # two letters swapped
)
_REPEATERS: dict[str, Callable[[dict[str, Any], _Maker], dict[str, Any]]] = {
    faults.EXACT_DUPLICATE: _again,
    faults.NEAR_DUPLICATE: _nearly,
}


_YEAR = re.compile(r"\b\d{4}\b")
_NEGATED = (
    ("does the physician", "does the physician never"),
    (" निर्णय करता है", " निर्णय नहीं करता है"),
)


def _can_differ(row: dict[str, Any]) -> bool:
    return _otherwise(row["question"]) != row["question"]


def _otherwise(question: str) -> str:
    """A question that asks something else: about another year, or the contrary."""
    other = _YEAR.sub(lambda year: str(int(year.group()) - 200), question)
    for plain, negated in _NEGATED:
        other = other.replace(plain, negated)
    return other


# ------------------------------------------------------------------------------------------ files


def _embedded(row: dict[str, Any], number: int) -> dict[str, str]:
    styles = ("({}) ", "{}. ", "{}) ")
    marks = ("abcd", "ABCD", "1234")
    style, letters = styles[number % 3], marks[number // 3 % 3]
    told = " ".join(
        style.format(mark) + option for mark, option in zip(letters, row["options"], strict=True)
    )
    return {
        "id": row["id"],
        "question": f"{row['question']} {told}",
        "correct_answer": row["answer"],
        "language": row["language"],
    }


def _written(row: dict[str, Any]) -> str:
    """The answer in one of the ways that people write it, the same for a question each time."""
    answer = row["answer"]
    if answer not in _LETTERS or not answer:
        return answer
    text = row["options"][_LETTERS.index(answer)]
    ways = (answer, answer, answer.lower(), f"({answer.lower()})", f"Option {answer}", text)
    return ways[int(row["id"][1:]) % len(ways)]


def _write(
    folder: Path, rows: Iterable[dict[str, Any]], embedded: Iterable[dict[str, str]]
) -> None:
    with (
        (folder / "english.jsonl").open("w", encoding="utf-8") as english,
        (folder / "hindi.csv").open("w", encoding="utf-8", newline="") as hindi,
    ):
        table = csv.DictWriter(hindi, _COLUMNS, lineterminator="\n")
        table.writeheader()
        for row in rows:
            options = dict(zip(_COLUMNS[2:6], row["options"], strict=True))
            flat = {
                "id": row["id"],
                "question": row["question"],
                **options,
                "correct_answer": _written(row),
                "language": row["language"],
            }
            if row["language"] == "Hindi":
                table.writerow(flat)
            else:
                english.write(json.dumps(flat, ensure_ascii=False) + "\n")
    with (folder / "embedded.jsonl").open("w", encoding="utf-8") as out:
        for row in embedded:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
