"""The verb ``card`` for Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domainbench.schemas.release import Release


def card(
    release: Release | str | Path,
    *,
    results: Sequence[str | Path] = (),
    plots: bool = True,
) -> Path:
    """Write the card of a release: its README.md, and plots beside it.

    What stands between the markers of an earlier card is kept.

    Args:
        release: the release or its folder.
        results: files of results of evaluations on it, or folders that hold them.
        plots: whether to draw them.

    Returns:
        The card.

    Raises:
        UsageError: the folder does not exist, or the results are of another release.
        DataError: the release, the results or the markers of the earlier card are damaged.
    """
    from domainbench.cards.dataset.card import write_card

    return write_card(release, [Path(path) for path in results], plots=plots)
