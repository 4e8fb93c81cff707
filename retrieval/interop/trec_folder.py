"""A release as the files that TREC's tools start from.

``corpus.jsonl`` (``id`` and ``contents``, Anserini's JsonCollection), ``<split>.topics.tsv``,
``<split>.qrels`` with all judgements and ``<split>.<partition>.qrels`` with those of a partition.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...schemas.errors import DataError
from ...schemas.folders import new_folder
from ...schemas.views import PLAIN, documents, judgements, queries
from ..qrels import Qrels
from ..trec import write_qrels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ...schemas.release import Release
    from ...schemas.views import Entry, Judgement, View


def write_trec(
    release: Release,
    folder: Path,
    *,
    view: View = PLAIN,
    splits: Sequence[str] | None = None,
) -> Path:
    """Write documents, topics and judgements; the same release and view give the same bytes.

    Args:
        release: the release.
        folder: must not exist, or be empty; it appears complete or not at all.
        view: columns that make the texts; where it names a partition, its pairs alone are written.
        splits: splits of the queries; all by default.

    Returns:
        The folder.

    Raises:
        UsageError: the folder holds something, or the release has no such column, partition or
            split.
        DataError: an id is empty or holds white space, which these formats cannot express.
    """
    with new_folder(folder) as stage:
        with (stage / "corpus.jsonl").open("w", encoding="utf-8", newline="") as out:
            for entry in documents(release, view, metadata=False):
                row = {"id": entry.key, "contents": _joined(entry)}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        for split in splits if splits is not None else release.splits("queries"):
            _write_topics(
                stage / f"{split}.topics.tsv", queries(release, split, view, metadata=False)
            )
            pairs = list(judgements(release, split, view))
            _write_pairs(stage / f"{split}.qrels", pairs)
            for label in sorted({pair.partition for pair in pairs if pair.partition}):
                mine = [pair for pair in pairs if pair.partition == label]
                _write_pairs(stage / f"{split}.{label}.qrels", mine)
    return folder


def _joined(entry: Entry) -> str:
    return "\n".join(part for part in (entry.title, entry.text) if part)


def _write_topics(path: Path, entries: Iterable[Entry]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        for entry in entries:
            if entry.key.split() != [entry.key]:
                raise DataError(
                    "an id is empty or holds white space, which topics cannot express",
                    place=path.name,
                    found=repr(entry.key),
                )
            out.write(f"{entry.key}\t{' '.join(entry.text.split())}\n")


def _write_pairs(path: Path, pairs: Sequence[Judgement]) -> None:
    columns = ([pair[place] for pair in pairs] for place in range(3))
    write_qrels(Qrels.from_pairs(*columns), path)
