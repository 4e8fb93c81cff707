"""Patent prose of the samples: title, abstract, claims and description of one invented device."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .wording import article, sentence

if TYPE_CHECKING:
    from .dice import Dice
    from .vocabulary import Mechanism, Topic
    from .wording import Wording

ABSTRACT_WORDS = (60, 120)
CLAIMS = (8, 15)


# --------------------------------------------------------------------------- title and abstract


def title(dice: Dice, words: Wording) -> str:
    """Write a title in sentence case."""
    first, second = words.parts[0], words.parts[1]
    aid = words.mechanism_parts[0]
    return sentence(
        dice.pick(
            (
                f"{words.device} with {first.name} and {aid.name}",
                f"{words.device} having {first.with_article} and {words.mechanism}",
                f"method and device for {words.mechanism} in {article(words.device)}",
                f"{first.name} for {article(words.device)}",
                f"{words.device} comprising {first.with_article} and {second.with_article}",
                f"{first.name} and {second.name} for use in {article(words.device)}",
                f"{words.device} and method of operating the same",
            )
        )
    )


def abstract(dice: Dice, words: Wording) -> str:
    """Write an abstract of 60 to 120 words."""
    kept = [_opening(dice, words), _third_part(dice, words), _mechanism(dice, words)]
    effect = _effect(dice, words)
    length = sum(len(text.split()) for text in (*kept, effect))
    four = words.parts[3]
    extras = [f"Moreover, {four.with_article} may be present to {four.does}."]
    for extra in [*extras, *dice.some(_extras(words), 2)]:
        more = len(extra.split())
        if length + more <= ABSTRACT_WORDS[1] - 10 * (length > 80):
            kept.append(extra)
            length += more
    return " ".join([*kept, effect])


def _opening(dice: Dice, words: Wording) -> str:
    one, two = words.parts[0], words.parts[1]
    device = article(words.device)
    return dice.pick(
        (
            (
                f"{sentence(device)} comprises {one.with_article} configured to {one.does}, and"
                f" {two.with_article} arranged to {two.does}."
            ),
            (
                f"Disclosed is {device} in which {one.with_article} serves to {one.does}, while"
                f" {two.with_article} is provided to {two.does}."
            ),
            (
                f"In {device}, {one.with_article} is used to {one.does}."
                f" {sentence(two.with_article)} is operable to {two.does}."
            ),
            (
                f"The invention relates to {device} having {one.with_article} adapted to"
                f" {one.does}, wherein {two.with_article} is provided in order to {two.does}."
            ),
            (
                f"To {one.does}, {device} is equipped with {one.with_article}. At the same time,"
                f" {two.with_article} makes it possible to {two.does}."
            ),
            (
                f"{sentence(one.with_article)} for {device} is described, which is able to"
                f" {one.does} when {two.with_article} is set to {two.does}."
            ),
        )
    )


def _third_part(dice: Dice, words: Wording) -> str:
    one, two, three = words.parts[0], words.parts[1], words.parts[2]
    return dice.pick(
        (
            (
                f"{sentence(three.with_article)}, which preferably contains {three.content}, is"
                f" coupled to the {one.name} so as to {three.does}."
            ),
            (
                f"The {one.name} contains {one.content} and cooperates with {three.with_article}"
                f" designed to {three.does}."
            ),
            (
                f"Between the {one.name} and the {two.name}, {three.with_article} is provided and"
                f" serves to {three.does}."
            ),
            f"Downstream of the {two.name}, {three.with_article} is set up to {three.does}.",
            f"Depending on the state of the {two.name}, {three.with_article} can {three.does}.",
        )
    )


def _mechanism(dice: Dice, words: Wording) -> str:
    aid, helper = words.mechanism_parts[0], words.mechanism_parts[1]
    part = words.parts[0].name
    return dice.pick(
        (
            (
                f"For {words.mechanism}, {aid.with_article} is associated with the {part} so as to"
                f" {aid.does}, and {helper.with_article} is used to {helper.does}."
            ),
            (
                f"{sentence(aid.with_article)} assigned to the {part} is set up to {aid.does};"
                f" {helper.with_article} serves to {helper.does}."
            ),
            (
                f"The {part} is combined with {aid.with_article} that is able to {aid.does}, which"
                f" makes {words.mechanism} possible."
            ),
            (
                f"{sentence(words.mechanism)} is achieved by {aid.with_article}, which can"
                f" {aid.does}, together with {helper.with_article} able to {helper.does}."
            ),
            (
                f"In addition, {aid.with_article} is provided to {aid.does}. It works jointly with"
                f" {helper.with_article}, which is meant to {helper.does}."
            ),
        )
    )


def _extras(words: Wording) -> list[str]:
    limits, aid = words.limits[0], words.mechanism_parts[0]
    two = words.parts[1]
    return [
        f"During operation, the {limits.name} lies {limits.span}.",
        f"A method of operating the {words.device} is also described.",
        f"The setting of the {two.name} is changed together with that of the {aid.name}.",
        f"In one embodiment, the {two.name} contains {two.content}.",
        f"Thanks to the {aid.name}, {words.mechanism_gains[1]} can be expected.",
    ]


def _effect(dice: Dice, words: Wording) -> str:
    gain = f"{words.gains[0]} and {words.mechanism_gains[0]}"
    return dice.pick(
        (
            f"This results in {gain}.",
            f"Compared with known designs, the proposed solution offers {gain}.",
            f"The arrangement provides {gain}.",
            f"In this way, {words.gains[0]} can be achieved together with {words.gains[1]}.",
            f"Advantages are {words.gains[0]} and {words.gains[1]}.",
        )
    )


# --------------------------------------------------------------------------- claims


def claims(dice: Dice, words: Wording, *, granted: bool) -> str:
    """Write 8 to 15 claims, one a line; a granted first claim is narrower by one feature."""
    one, two, three = words.parts[:3]
    aid = words.mechanism_parts[0]
    narrowing = f", wherein the {one.name} contains {one.content}" if granted else ""
    independent = (
        f"{sentence(article(words.device))}, comprising: {one.with_article} configured to"
        f" {one.does}; {two.with_article} configured to {two.does}; {three.with_article}"
        f" configured to {three.does}; and {aid.with_article} arranged to {aid.does}{narrowing}."
    )
    dependents = _dependent_claims(dice, words)[: dice.between(CLAIMS[0], CLAIMS[1]) - 1]
    lines = [f"1. {independent}"] + [
        f"{number}. The {words.device} of claim {needed}, {body}."
        for number, (body, needed) in enumerate(dependents, start=2)
    ]
    return "\n".join(lines)


def _dependent_claims(dice: Dice, words: Wording) -> list[tuple[str, int]]:
    """Return more than 14 claim bodies, each with the number of the earlier claim it needs."""
    one, two, three, *others = words.parts
    aid, *helpers = words.mechanism_parts
    first, second = words.limits
    single = [
        f"wherein the {two.name} contains {two.content}",
        f"wherein the {three.name} contains {three.content}",
        f"wherein the {first.name} is kept {first.span}",
        f"wherein the {second.name} is selected {second.span}",
        f"wherein the {aid.name} is coupled to the {two.name}",
        f"wherein the {one.name} is operatively connected to the {three.name}",
        f"wherein the {two.name} is controlled in dependence on a state of the {aid.name}",
        f"wherein the {aid.name} acts only while the {one.name} is active",
        f"wherein the setting of the {two.name} changes with the {words.medium}",
        f"wherein the {aid.name} contains {aid.content}",
    ]
    added = [(part, "configured") for part in others] + [(part, "arranged") for part in helpers]
    result: list[tuple[str, int]] = []
    for body in dice.some([*single, *added], len(single) + len(added)):
        if isinstance(body, str):
            result.append((body, 1))
            continue
        part, able = body
        result.append((f"further comprising {part.with_article} {able} to {part.does}", 1))
        if dice.chance(0.4):
            needed = len(result) + 1  # the claim just written: claim 1 is not in the list
            result.append((f"wherein the {part.name} is connected to the {one.name}", needed))
    return result


# --------------------------------------------------------------------------- description


def description(dice: Dice, words: Wording) -> str:
    """Write a description of several headed paragraphs, separated by blank lines."""
    numerals = {
        part.name: 10 + 2 * rank for rank, part in enumerate([*words.parts, *words.mechanism_parts])
    }
    blocks = [
        "TECHNICAL FIELD",
        (
            f"The present disclosure relates to {article(words.device)} and in particular to"
            f" {words.mechanism} in such a device."
        ),
        "BACKGROUND",
        *_background(dice, words),
        "SUMMARY",
        _summary(words),
        "BRIEF DESCRIPTION OF THE DRAWINGS",
        (
            f"Figure 1 shows {article(words.device)} according to a first embodiment. Figure 2"
            f" shows a detail of the {words.parts[0].name}. Figure 3 is a flow chart of its"
            " operation."
        ),
        "DETAILED DESCRIPTION",
        *_details(dice, words, numerals),
        (
            "The embodiments are given as examples. Features described for one of them can be used"
            " in the others, and the scope of protection is defined by the claims."
        ),
    ]
    return "\n\n".join(blocks)


def _background(dice: Dice, words: Wording) -> list[str]:
    one, two = words.parts[0], words.parts[1]
    return [
        dice.pick(
            (
                (
                    f"In a conventional {words.device}, {one.with_article} has to {one.does} even"
                    f" when the {words.medium} varies. Under such conditions {words.gains[0]} is"
                    " hard to achieve."
                ),
                (
                    f"It is known to provide {article(words.device)} with {one.with_article}. Known"
                    f" designs, however, make no provision for {words.mechanism}."
                ),
                (
                    f"Various proposals have been made to let {two.with_article} {two.does}. They"
                    f" call for frequent manual intervention, and the {words.medium} is disturbed."
                ),
            )
        ),
        (
            f"There is therefore a need for {words.gains[0]}. It would also be desirable to have"
            f" {words.mechanism_gains[0]}."
        ),
    ]


def _summary(words: Wording) -> str:
    one, two, aid = words.parts[0], words.parts[1], words.mechanism_parts[0]
    return (
        f"According to one aspect, {article(words.device)} comprises {one.with_article} which is"
        f" configured to {one.does}, {two.with_article} which is configured to {two.does}, and"
        f" {aid.with_article} which is arranged to {aid.does}. This leads to {words.gains[0]} and,"
        f" at the same time, to {words.mechanism_gains[0]}."
    )


def _details(dice: Dice, words: Wording, numerals: dict[str, int]) -> list[str]:
    """Return one paragraph per component, and one on the operating range."""
    paragraphs: list[str] = []
    anchor = words.parts[0].name
    for part in [*words.parts, *words.mechanism_parts]:
        numbered = f"{part.name} {numerals[part.name]}"
        partner = anchor if part.name != anchor else words.parts[1].name
        partner = f"{partner} {numerals[partner]}"
        paragraphs.append(
            dice.pick(
                (
                    (
                        f"As shown in Figure 1, {article(numbered)} is provided to {part.does}. In"
                        f" this embodiment, the {numbered} contains {part.content}. It is coupled"
                        f" to the {partner}, so that both act on the {words.medium} in a"
                        " coordinated way."
                    ),
                    (
                        f"The {words.device} further includes {article(numbered)}, whose task is to"
                        f" {part.does}. If the {words.medium} changes, the {numbered} is adjusted"
                        f" before the {partner} responds. The {numbered} preferably contains"
                        f" {part.content}."
                    ),
                    (
                        f"Reference is now made to the {numbered}. It can {part.does} and, in this"
                        f" example, contains {part.content}. A variant without the {partner} is"
                        f" conceivable where {words.gains[1]} is of minor importance."
                    ),
                )
            )
        )
    first, second = words.limits
    paragraphs.append(
        f"Trials were run with the {first.name} set {first.span} and the {second.name} set"
        f" {second.span}. In these trials, {words.mechanism_gains[1]} was observed in addition to"
        f" {words.gains[1]}."
    )
    return paragraphs


# --------------------------------------------------------------------------- other languages


def native_texts(language: str, topic: Topic, mechanism: Mechanism) -> tuple[str, str]:
    """Return a title and a short abstract in German, French or Japanese (``de``, ``fr``, ``ja``).

    They say only which device and which mechanism the patent is about.
    """
    position = ("de", "fr", "ja").index(language)
    device, aid = topic.native[position], mechanism.native[position]
    if language == "ja":
        return f"{aid}を備えた{device}", f"本発明は、{aid}を備えた{device}に関する。"
    bare = re.sub(r"^(ein|eine|einen|un|une) ", "", device)
    if language == "de":
        text = f"Die Erfindung betrifft {device}. Ein wesentliches Merkmal: {aid}."
        return f"{sentence(bare)}: {aid}", text
    return f"{sentence(bare)} : {aid}", f"L'invention concerne {device}. Caractéristique : {aid}."
