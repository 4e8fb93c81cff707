"""What the names of a file and its folders say: language and domain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGES = {
    "as": ("assamese", "asm", "অসমীয়া"),
    "ar": ("arabic", "ara"),
    "bn": ("bengali", "bangla", "ben", "বাংলা"),
    "de": ("german", "deu", "ger", "deutsch"),
    "el": ("greek", "ell"),
    "en": ("english", "eng", "अंग्रेज़ी", "अंग्रेजी"),
    "es": ("spanish", "spa", "español"),
    "fr": ("french", "fra", "fre", "français"),
    "gu": ("gujarati", "guj", "ગુજરાતી"),
    "hi": ("hindi", "hin", "हिन्दी", "हिंदी"),
    "id": ("indonesian", "ind"),
    "it": ("italian", "ita", "italiano"),
    "ja": ("japanese", "jpn"),
    "kn": ("kannada", "kan", "ಕನ್ನಡ"),
    "ko": ("korean", "kor"),
    "ml": ("malayalam", "mal", "മലയാളം"),
    "mr": ("marathi", "mar", "मराठी"),
    "ne": ("nepali", "nep", "नेपाली"),
    "nl": ("dutch", "nld"),
    "or": ("odia", "oriya", "ori", "ory", "ଓଡ଼ିଆ"),
    "pa": ("punjabi", "panjabi", "pan", "ਪੰਜਾਬੀ"),
    "pl": ("polish", "pol"),
    "pt": ("portuguese", "por", "português"),
    "ro": ("romanian", "ron"),
    "ru": ("russian", "rus", "русский"),
    "sa": ("sanskrit", "san", "संस्कृत"),
    "sw": ("swahili", "swa"),
    "ta": ("tamil", "tam", "தமிழ்"),
    "te": ("telugu", "tel", "తెలుగు"),
    "th": ("thai", "tha"),
    "tr": ("turkish", "tur", "türkçe"),
    "uk": ("ukrainian", "ukr"),
    "ur": ("urdu", "urd", "اردو"),
    "vi": ("vietnamese", "vie"),
    "zh": ("chinese", "zho", "chi", "中文"),
}
"""ISO 639-1 code → names and ISO 639-2 codes that sources write."""
_LANGUAGE_OF = {name: code for code, names in LANGUAGES.items() for name in (code, *names)}

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
_REGION = re.compile(r"^([a-z]{2,3})[-_][a-z]{2,4}$")


@dataclass(frozen=True)
class Hints:
    """What names say; None where they say nothing."""

    language: str | None
    domain: str | None


def language_code(text: str) -> str | None:
    """ISO 639-1 code of a language named in a usual way, None if the name is not known."""
    name = text.strip().casefold()
    if found := _REGION.match(name):
        name = found[1]
    return _LANGUAGE_OF.get(name)


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
    return next((_LANGUAGE_OF[part] for part in reversed(parts) if part in _LANGUAGE_OF), None)


def _known_domain(name: str) -> str | None:
    parts = re.split(r"[\s._-]+", name.casefold())
    return next((_DOMAIN_OF[part] for part in parts if part in _DOMAIN_OF), None)


def _folder_domain(name: str) -> str | None:
    words = [word.casefold() for word in _WORDS.findall(name)]
    if not words or _language_in(name) or all(word in _GENERIC for word in words):
        return None
    return "_".join(word for word in words if word not in _GENERIC)
