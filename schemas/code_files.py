"""The files that a code release holds, and the functions that stand in them."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from .findings import Finding, first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .release import Release

_BATCH = 256
"""Files read at a time; some are large."""
_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NO_CODE = re.compile(rb"[ \t\f]*(#|\r?$)")
_LINES = ("start", "signature_start", "signature_end", "body_start", "body_end")
_COLUMNS = ["_id", "namespace", "snapshot", "completion_path", "code_original", *_LINES]


def check_files(release: Release, snapshots: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings about the files, and about the lines of samples, in files that are there too.

    Args:
        release: the release.
        snapshots: those there are, by id.
    """
    rows = release.table("samples", columns=_COLUMNS).to_pylist()
    bad = [row["_id"] for row in rows if _wrong_lines(row)]
    if bad:
        message = f"lines are out of order, or not those of the code, in {len(bad)} row(s)"
        yield Finding("fault", "spans", "samples", message, len(bad), first(bad))
    yield from _check_paths(release, snapshots)
    wanted: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        wanted.setdefault((row["snapshot"], row["completion_path"]), []).append(row)
    wrong = [
        row["_id"]
        for key, content in _contents(release)
        if key in wanted
        for row in _elsewhere(content, wanted[key])
    ]
    if wrong:
        message = f"the code is not what the file has there, in {len(wrong)} row(s)"
        yield Finding("fault", "spans", "samples", message, len(wrong), first(wrong))


def _wrong_lines(row: dict[str, Any]) -> bool:
    places = [row[name] for name in _LINES]
    if places != sorted(places) or places[0] < 1:
        return True
    lines = source_lines(row["code_original"])
    if len(lines) != row["body_end"] - row["start"] + 1:
        return True
    first_line, last_line = (row[n] - row["start"] for n in ("signature_start", "signature_end"))
    signature = lines[first_line : last_line + 1]
    name = re.escape(row["namespace"].rpartition(".")[2])
    # Python compares names in this form.
    text = unicodedata.normalize("NFKC", "\n".join(signature))
    return re.search(rf"\bdef[\s\\]+{name}\b", text) is None


def source_text(data: bytes) -> str:
    """A Python file's text, in the encoding that it declares (PEP 263) or in UTF-8.

    ``tokenize.detect_encoding`` takes no declaration from a line that is not UTF-8 itself, which
    Python does.

    Raises:
        LookupError: there is no such encoding.
        UnicodeDecodeError: the bytes are not in it.
    """
    one, _, rest = data.partition(b"\n")
    declared = _CODING.match(one)
    if declared is None and _NO_CODE.match(one):
        declared = _CODING.match(rest.partition(b"\n")[0])
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig")
    return data.decode(declared[1].decode() if declared else "utf-8")


def source_lines(text: str) -> list[str]:
    """Lines as Python counts them, without their ends; the empty one behind the last is none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _check_paths(release: Release, snapshots: Mapping[str, Any]) -> Iterator[Finding]:
    rows = release.table("files", columns=["snapshot", "path"])
    keys = list(
        zip(rows.column("snapshot").to_pylist(), rows.column("path").to_pylist(), strict=True)
    )
    lost = [f"{snapshot} {path}" for snapshot, path in keys if snapshot not in snapshots]
    if lost:
        message = f"{len(lost)} file(s) of snapshots that are not there"
        yield Finding("fault", "references", "files", message, len(lost), first(lost))
    odd = [f"{snapshot} {path}" for snapshot, path in keys if not is_inside(path)]
    folders = {(snapshot, str(p)) for snapshot, path in keys for p in PurePosixPath(path).parents}
    odd += [f"{snapshot} {path}" for snapshot, path in keys if (snapshot, path) in folders]
    if odd:
        message = f"{len(odd)} path(s) that do not name a file below the snapshot's root"
        yield Finding("fault", "paths", "files", message, len(odd), first(odd))


def is_inside(path: str) -> bool:
    """Whether a path can be written below a folder and nowhere else, on any system."""
    parts = path.split("/")
    return not re.search(r"[\\\0]|^[A-Za-z]:", path) and not {"", ".", ".."} & set(parts)


def _contents(release: Release) -> Iterator[tuple[tuple[str, str], Any]]:
    """Key of each file, and its bytes as an Arrow scalar."""
    for path in release.files("files"):
        with pq.ParquetFile(path) as file:
            columns = ["snapshot", "path", "content"]
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                keys = zip(
                    batch.column("snapshot").to_pylist(),
                    batch.column("path").to_pylist(),
                    strict=True,
                )
                yield from zip(keys, batch.column("content"), strict=True)


def _elsewhere(content: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Samples whose lines of a file are not their code."""
    try:
        lines = source_lines(source_text(content.as_py()))
    except (LookupError, UnicodeDecodeError):
        return rows
    return [
        row
        for row in rows
        if lines[row["start"] - 1 : row["body_end"]] != source_lines(row["code_original"])
    ]
