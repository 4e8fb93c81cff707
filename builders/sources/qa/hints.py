"""What the names of a file and its folders say: language and domain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...qa.language_names import LANGUAGE_OF, language_code

if TYPE_CHECKING:
    from pathlib import Path

DOMAINS = {
    "agriculture": ("krishi", "bbk", "agri", "agricultural"),
    "ayurveda": ("ayur", "bba", "ayurvedic"),
    "finance": ("bbf", "financial"),
    "law": ("legal", "bbl"),
}
"""Domain → names that folders and files of question banks have for it."""
_DOMAIN_OF = {name: domain for domain, names in DOMAINS.items() for name in (domain, *names)}

_GENERIC = frozenset(
    {"bhashabench", "data", "dataset", "test", "train", "dev", "validation", "val", "questions",
     "question", "mcq", "mcqs", "qa", "quiz", "exam", "exams", "bank", "raw", "all", "sets", "set",
     "source", "sources"}
)  # fmt: skip
_WORDS = re.compile(r"[^\W\d_]+", re.UNICODE)


@dataclass(frozen=True)
class Hints:
    """What names say; None where they say nothing."""

    language: str | None
    domain: str | None


def path_hints(path: Path, root: Path | None) -> Hints:
    """Language and domain from the file's name and its folders below ``root``, and root's own name.

    The nearest name that is a language wins. A folder below the root that is neither a language
    nor a general word is a domain; of the root and the file, only names of known domains are.
    """
    folders = list(path.relative_to(root).parts[:-1]) if root is not None else []
    base = [root.resolve().name] if root is not None else []
    stem = path.name.split(".parquet")[0].rsplit(".", 1)[0] if "." in path.name else path.name
    language = next(
        (code for name in (stem, *reversed(folders), *base) if (code := _language_in(name))), None
    )
    known = (_known_domain(name) for name in (stem, *reversed(folders), *base))
    named = (_folder_domain(name) for name in folders)
    domain = next((name for name in known if name), None) or next(
        (name for name in named if name), None
    )
    return Hints(language, domain)


def _language_in(name: str) -> str | None:
    if code := language_code(name):
        return code
    parts = re.split(r"[\s._-]+", name.casefold())
    return next((LANGUAGE_OF[part] for part in reversed(parts) if part in LANGUAGE_OF), None)


def _known_domain(name: str) -> str | None:
    parts = re.split(r"[\s._-]+", name.casefold())
    return next((_DOMAIN_OF[part] for part in parts if part in _DOMAIN_OF), None)


def _folder_domain(name: str) -> str | None:
    words = [word.casefold() for word in _WORDS.findall(name)]
    if not words or _language_in(name) or all(word in _GENERIC for word in words):
        return None
    return "_".join(word for word in words if word not in _GENERIC)
