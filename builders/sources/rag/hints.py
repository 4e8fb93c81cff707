"""The domain that the names of a file and its folders tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....schemas.rag import DOMAINS

if TYPE_CHECKING:
    from pathlib import Path

_CLEANED = re.compile(r"cleaned_(\w+)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\W_]+")
_GENERAL = frozenset(
    {"bench", "cleaned", "data", "derived", "documents", "docs", "facts", "files", "generated",
     "html", "input", "kb", "knowledge", "knowledge_base", "markdown", "md", "omnibench",
     "omnibench_rag", "paragraphs", "pdf", "pdfs", "qa", "questions", "rag", "rag_cleaned",
     "rag_raw", "raw", "sample", "sources", "tables", "test", "texts", "train", "triples", "txt",
     "wiki", "wikidata", "composite", "inverse", "negation", "transitive"}
)  # fmt: skip


def domain_name(text: str) -> str:
    """A domain's name: small letters and digits, ``_`` for what stands between them."""
    return "_".join(word for word in _BETWEEN.split(text.casefold()) if word)


def is_cleaned(name: str) -> bool:
    """Whether a file is named as OmniBench-RAG's chunks, one a line, are."""
    return _CLEANED.fullmatch(_stem(name)) is not None


def path_domain(path: Path, root: Path | None, member: str | None = None) -> str | None:
    """The domain that names tell, the first of these that does.

    The file's name as ``cleaned_DOMAIN``; a known domain in the file's name, then in its nearest
    folder (of an archive, its member's before the file's); the nearest folder below ``root`` whose
    name is no general word.

    Args:
        path: the file.
        root: folder that it was found in, whose own name is looked at for known domains; None
            for a file that was named itself.
        member: name in an archive.
    """
    below = path.relative_to(root).parts if root is not None else (path.name,)
    within = tuple(part for part in (member or "").split("/") if part)
    names = [*reversed(within), *reversed(below)]
    if root is not None:
        names.append(root.resolve().name)
    else:
        names.append(path.resolve().parent.name)
    files = names[:1]
    for name in files:
        if (found := _CLEANED.fullmatch(_stem(name))) and (named := domain_name(found[1])):
            return named
    known = (word for name in names for word in _BETWEEN.split(name.casefold()) if word in DOMAINS)
    first = next(known, None)
    if first is not None:
        return first
    folders = [*reversed(within[:-1]), *reversed(below[:-1])]
    named = (domain_name(name) for name in folders)
    return next((name for name in named if name and name not in _GENERAL), None)


def _stem(name: str) -> str:
    return name.partition(".")[0]
