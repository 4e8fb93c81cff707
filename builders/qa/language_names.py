"""What sources call languages."""

from __future__ import annotations

import re

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
LANGUAGE_OF = {name: code for code, names in LANGUAGES.items() for name in (code, *names)}
"""Name or code → ISO 639-1 code."""

_REGION = re.compile(r"^([a-z]{2,3})[-_][a-z]{2,4}$")


def language_code(text: str) -> str | None:
    """ISO 639-1 code of a language named in a usual way, None if the name is not known."""
    name = text.strip().casefold()
    if found := _REGION.match(name):
        name = found[1]
    return LANGUAGE_OF.get(name)
