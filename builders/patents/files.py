"""The files of a request, each with the reader that its content asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..sources import UnknownFormatError, expand, open_patents
from ..sources.record import Skip
from .ingest import SourceFile

if TYPE_CHECKING:
    from pathlib import Path

    from ..request import BuildRequest

UNKNOWN_FORMAT = "unknown"


def source_files(request: BuildRequest, language: str) -> list[SourceFile]:
    """Files to ingest, in the order that decides ties.

    A file of no known format that was named is an error; one that was found in a folder is skipped
    and counted.

    Raises:
        UsageError: a path does not exist, or the mapping is wrong.
        DataError: a file is empty, damaged or in no known format.
    """
    files: dict[Path, SourceFile] = {}
    for given in request.sources:
        for path in expand([given]):
            if path not in files:
                files[path] = _source_file(path, request, language, named=path == given)
    return list(files.values())


def _source_file(path: Path, request: BuildRequest, language: str, *, named: bool) -> SourceFile:
    key = json.dumps([language, request.mapping], sort_keys=True)
    try:
        reader = open_patents(path, language=language, mapping=request.mapping)
    except UnknownFormatError:
        if named:
            raise
        skipped = [Skip("file in no known format")]
        return SourceFile(path, UNKNOWN_FORMAT, lambda: skipped, key)
    return SourceFile(path, reader.format, lambda: reader, key)
