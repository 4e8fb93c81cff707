"""The part of a card that people write, kept when the card is made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = "<!-- hand-written: begin (what stands here is kept when the card is made again) -->"
END = "<!-- hand-written: end -->"


def hand_written(path: Path) -> str:
    """What stands between the markers of a card, markers left out; a blank line without any.

    Raises:
        DataError: the card is not UTF-8, or there is one marker without the other, two of one, or
            the end before the beginning.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return "\n"
    except UnicodeDecodeError as error:
        raise DataError("the card is not UTF-8", place=path, found=error) from None
    begins, ends = text.count(BEGIN), text.count(END)
    if not begins and not ends:
        return "\n"
    before, _, rest = text.partition(BEGIN)
    inner, end, _ = rest.partition(END)
    if (begins, ends) != (1, 1) or not end or END in before:
        raise DataError(
            "the markers of the card's hand-written part are not one pair",
            place=path,
            found=f"{begins} beginning(s), {ends} end(s)",
            expected=f"{BEGIN} … {END}",
            hint="put them right, so that nothing written by hand is lost",
        )
    return inner
