"""The layout of BEIR: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv``.

A document is ``{"_id", "title", "text", "metadata"}``, a query ``{"_id", "text", "metadata"}``, a
judgement a line of three fields parted by tabs behind a header line. Where pairs have labels, a
fourth column ``partition`` follows, which BEIR's loader passes over.
"""

from __future__ import annotations

import csv
import json
from itertools import chain
from typing import TYPE_CHECKING, Any

from .folders import new_folder
from .views import PLAIN, documents, judgements, queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .release import Release
    from .views import Entry, Judgement, View

HEADER = ("query-id", "corpus-id", "score")
PARTITION = "partition"


def write_beir(
    release: Release,
    folder: Path,
    *,
    view: View = PLAIN,
    splits: Sequence[str] | None = None,
    metadata: bool = True,
) -> Path:
    """Write a release in the layout of BEIR; the same release and view give the same bytes.

    Args:
        release: the release.
        folder: must not exist, or be empty; it appears complete or not at all.
        view: columns that make the texts, and the partition whose pairs are written.
        splits: splits of the queries; all by default.
        metadata: write the columns that are not part of the view too.

    Returns:
        The folder.

    Raises:
        UsageError: the folder holds something, or the release has no such column, partition or
            split.
    """
    chosen = list(splits) if splits is not None else release.splits("queries")
    with new_folder(folder) as stage:
        _write_lines(
            stage / "corpus.jsonl", documents(release, view, metadata=metadata), titled=True
        )
        texts = (queries(release, split, view, metadata=metadata) for split in chosen)
        _write_lines(stage / "queries.jsonl", chain.from_iterable(texts), titled=False)
        (stage / "qrels").mkdir()
        for split in chosen:
            _write_qrels(stage / "qrels" / f"{split}.tsv", judgements(release, split, view))
    return folder


def _write_lines(path: Path, entries: Iterable[Entry], *, titled: bool) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        for entry in entries:
            row: dict[str, Any] = {"_id": entry.key}
            if titled:
                row["title"] = entry.title
            row["text"] = entry.text
            row["metadata"] = entry.metadata
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_qrels(path: Path, pairs: Iterable[Judgement]) -> None:
    listed = list(pairs)
    labelled = any(pair.partition is not None for pair in listed)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow((*HEADER, PARTITION) if labelled else HEADER)
        for pair in listed:
            cells = (pair.query, pair.document, pair.grade)
            writer.writerow((*cells, pair.partition or "") if labelled else cells)
