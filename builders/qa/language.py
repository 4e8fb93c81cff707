"""What language a question is written in, and in which script.

Scripts come first. In Latin letters, frequent words tell English from Romanised Hindi; other
languages, and those that share a script, are left to py3langid, a naive Bayes classifier over byte
n-grams (Lui & Baldwin 2012), which has a say only where it is sure and the text is not short.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from ...schemas.qa import SCRIPTS_UNKNOWN, UNKNOWN_LANGUAGE
from .language_names import language_code

if TYPE_CHECKING:
    from collections.abc import Sequence

MIXED = "mixed"
ROMANISED_HINDI = "hi-Latn"

# First word of a character's Unicode name -> ISO 15924.
_SCRIPTS: Final = {
    "LATIN": "Latn",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "ORIYA": "Orya",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "MEETEI": "Mtei",
    "OL": "Olck",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "GREEK": "Grek",
    "CYRILLIC": "Cyrl",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
    "ETHIOPIC": "Ethi",
    "THAI": "Thai",
    "LAO": "Laoo",
    "KHMER": "Khmr",
    "MYANMAR": "Mymr",
    "TIBETAN": "Tibt",
    "HANGUL": "Hang",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "CJK": "Hani",
}
# Languages that a script leaves to choose from, the usual one first.
_LANGUAGES: Final[dict[str, tuple[str, ...]]] = {
    "Deva": ("hi", "mr", "ne", "sa"),
    "Latn": (
        *("en", "fr", "de", "es", "pt", "it", "nl", "pl", "cs", "sv", "da", "no", "fi", "ro", "hu"),
        *("tr", "id", "vi", "sw"),
    ),
    "Beng": ("bn", "as"),
    "Arab": ("ur", "ar", "fa", "ps", "ku"),
    "Cyrl": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "mn", "ky", "tg"),
    "Guru": ("pa",),
    "Gujr": ("gu",),
    "Orya": ("or",),
    "Taml": ("ta",),
    "Telu": ("te",),
    "Knda": ("kn",),
    "Mlym": ("ml",),
    "Sinh": ("si",),
    "Hebr": ("he",),
    "Grek": ("el",),
    "Armn": ("hy",),
    "Geor": ("ka",),
    "Ethi": ("am",),
    "Thai": ("th",),
    "Laoo": ("lo",),
    "Khmr": ("km",),
    "Mymr": ("my",),
    "Tibt": ("dz",),
    "Hang": ("ko",),
    "Hira": ("ja",),
    "Kana": ("ja",),
    "Hani": ("zh",),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that only English, and only Romanised Hindi, has among languages in Latin letters.
_ENGLISH: Final = _words(
    """
    the of and which what who whom whose when where why how following is are was were be been being
    did does do has have had this that these those with from for to by as at on in into an it its
    not no or if than then their there they can could would should will may must also between among
    under used most only both called known given each other about after before during many much one
    you your he his her she we our all any some such according because correct incorrect true false
    statement name define describe explain choose select identify list find
    """
)
_ENGLISH_ONLY: Final = _ENGLISH - _words(
    """
    is was in on an as at or not no no for had by we he do be were of can to his her all may some
    most many if than one would
    """
)
_HINDI_LATIN: Final = _words(
    """
    hai hain hota hoti hote tha thi ka ki ke ko se mein nahi nahin nahi kya kyu kyun kyon kaise kaun
    kaunsa kaunsi konsa konsi kaun kis kise kisne kisko kiska kiski kiske kahan kahaan kab kitna
    kitne kitni aur ya lekin yah yeh woh iska iski iske uska uski uske isme usme inme unme inmein
    jata jati jate karta karti karte karna karne kiya kiye gaya gayi gaye liye wala wali wale dwara
    nimnlikhit nimn sahi galat kaha jisme jiska jinka sakta sakti sakte hua hui hue raha rahi
    rahe diya diye liya apna apni apne
    """
)
_HINDI: Final = _words(
    """
    है हैं का की के को में से ने पर और या था थी थे होता होती होते क्या कौन कौनसा कौनसी किस किसने
    किसे किसका किसकी किसके कब कहाँ कहां कैसे क्यों कितना कितनी कितने यह वह ये वे इस उस इन उन नहीं
    लिए द्वारा निम्न निम्नलिखित सही गलत किससे किसमें कोई कुछ केवल होगा होगी चाहिए गया गई गए जाता
    जाती जाते करता करती करते करना करने किया हुआ हुई हुए सा सी तक भी कि तो
    """
)
_MARATHI: Final = _words(
    """
    आहे आहेत आणि नाही कोणती कोणते कोणता कोणत्या खालील खालीलपैकी मध्ये हे हा होते होता असते असतो साठी
    """
)
_NEPALI: Final = _words("छ छन् हुन्छ कुन हो मध्ये लाई भएको गर्ने गरिन्छ कति कहिले र तलका थियो")

_LATIN_WORD = re.compile("[a-z\u00df-\u00f6\u00f8-\u024f]+")
# Words that are neither abbreviations nor units; the first kind not even names.
_COMMON_WORD = re.compile("(?<![A-Za-z0-9.])[a-z]{3,}")
_CASED_WORD = re.compile("(?<![A-Za-z0-9.])[A-Za-z][a-z]{2,}")
_DEVANAGARI_WORD = re.compile("[\u0900-\u0963\u0971-\u097f]+")
_BRACKETS = re.compile(
    r"\([^()]*\)|\[[^][]*\]|['\"\u2018\u201c][^'\"\u2019\u201d]{0,60}['\"\u2019\u201d]"
)

_SHORT = 3
"""Words that a text needs more than, for a classifier to have a say."""
_LONG = 600
"""Characters that a classifier reads at most."""
_PART = 0.15
"""Share of the letters that both scripts of a mixed text have at least."""
_SURE = 0.9
"""Probability from which a language other than the script's usual one is believed."""


@dataclass(frozen=True)
class Language:
    """What a text is written in."""

    language: str
    """ISO 639-1 code; ``und`` where nothing tells, as in a formula."""
    cls: str
    """``en``, ``hi``, another code, ``mixed`` (Hindi and English), ``hi-Latn`` (Romanised)."""
    script: str
    """ISO 15924 code of most letters; ``Zyyy`` where there is none."""
    shares: dict[str, float]
    """Script -> share of the letters, the largest first."""
    confidence: float
    """0 to 1: see ``identify``."""


@cache
def _script(character: str) -> str | None:
    if not character.isalpha():
        return None
    name = unicodedata.name(character, "").split(" ", 1)[0].split("-", 1)[0]
    if name in ("FULLWIDTH", "HALFWIDTH", "MATHEMATICAL", "MODIFIER"):
        return None
    return _SCRIPTS.get(name, "Zzzz")


def _shares(text: str) -> tuple[dict[str, float], int]:
    """Shares of the scripts, and the number of letters."""
    if text.isascii():
        letters = sum(map(str.isalpha, text))
        return ({"Latn": 1.0} if letters else {}), letters
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        script = _script(character)
        if script is not None:
            counts[script] += count
    letters = counts.total()
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {script: count / letters for script, count in ranked}, letters


@cache
def _classifier(languages: tuple[str, ...]) -> Any:
    """The model, choosing among some languages and giving probabilities."""
    classifier = copy(_model())
    classifier.set_languages(languages)
    return classifier


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _classify(text: str, script: str) -> tuple[str, float]:
    found, confidence = _classifier(_LANGUAGES[script]).classify(text[:_LONG])
    return found, round(float(confidence), 3)


def _hits(words: Sequence[str], known: frozenset[str]) -> int:
    return sum(map(known.__contains__, words))


def identify(text: str) -> Language:
    """Say what a text is written in.

    ``confidence`` is 1 where script and frequent words agree, the classifier's probability
    (softmax over the languages of the script) where it decided, 0.5 where only the script speaks,
    and 0 for ``und``.

    Args:
        text: a question, in normal form.
    """
    shares, letters = _shares(text)
    script = next(iter(shares), SCRIPTS_UNKNOWN)
    if not letters:
        return _unknown(script, shares)
    if "Deva" in shares and "Latn" in shares:
        found = _two_scripts(text, shares)
    elif script == "Latn":
        found = _latin(text, _latin_words(text))
    elif script == "Deva":
        found = _devanagari(text, _DEVANAGARI_WORD.findall(text))
    else:
        found = _other(text, script, shares, letters)
    language, cls, confidence = found
    return Language(language, cls, script, shares, confidence)


_Found = tuple[str, str, float]
_UNKNOWN: Final[_Found] = (UNKNOWN_LANGUAGE, UNKNOWN_LANGUAGE, 0.0)


def _unknown(script: str, shares: dict[str, float]) -> Language:
    return Language(UNKNOWN_LANGUAGE, UNKNOWN_LANGUAGE, script, shares, 0.0)


def _latin_words(text: str) -> list[str]:
    return [word for word in _LATIN_WORD.findall(text.lower()) if len(word) > 1]


def _latin(text: str, words: Sequence[str]) -> _Found:
    english, hindi = _hits(words, _ENGLISH), _hits(words, _HINDI_LATIN)
    if hindi > english and len(_HINDI_LATIN.intersection(words)) > 1 and hindi * 6 >= len(words):
        return "hi", ROMANISED_HINDI, 1.0
    if _hits(words, _ENGLISH_ONLY) and english * 6 >= len(words):
        return "en", "en", 1.0
    if len(words) <= _SHORT:
        return ("en", "en", 0.5) if english > 1 else _UNKNOWN
    language, confidence = _classify(text, "Latn")
    if language == "en" or confidence >= _SURE:
        return language, language, confidence
    return ("en", "en", 0.5) if english else _UNKNOWN


def _devanagari(text: str, words: Sequence[str]) -> _Found:
    hits = _hits(words, _HINDI)
    for language, known in (("mr", _MARATHI), ("ne", _NEPALI)):
        others = len(known.intersection(words))
        if others > max(hits, 1) and others * 6 >= len(words):
            return language, language, 1.0
    if hits * 5 >= len(words) or len(words) <= _SHORT:
        return "hi", "hi", 1.0 if hits else 0.5
    language, confidence = _classify(text, "Deva")
    if language != "hi" and (hits or confidence < _SURE):
        return "hi", "hi", 0.5
    return language, language, confidence


def _two_scripts(text: str, shares: dict[str, float]) -> _Found:
    """Hindi with English words, English with Hindi words, or both languages side by side.

    What stands in brackets or quotes explains or names something and mixes no languages; nor do
    names and abbreviations, which have capitals.
    """
    bare = _BRACKETS.sub(" ", text)
    hindi, words = _DEVANAGARI_WORD.findall(bare), _latin_words(bare)
    if not hindi or not words:
        hindi, words = _DEVANAGARI_WORD.findall(text), _latin_words(text)
    says_hindi, says_english = _hits(hindi, _HINDI), _hits(words, _ENGLISH)
    larger = "hi" if shares["Deva"] >= shares["Latn"] else "en"
    both = min(shares["Deva"], shares["Latn"]) >= _PART
    if both and says_hindi and says_english > 1 and says_english * 6 >= len(words):
        return larger, MIXED, 1.0
    if says_hindi:
        common = len(_COMMON_WORD.findall(bare))
        mixed = both and common > 1 and 2 * common >= len(hindi)
        return "hi", MIXED if mixed else "hi", 1.0
    if says_english:
        # English may quote a term or two.
        return ("en", "en", 1.0) if len(hindi) <= _SHORT else (larger, MIXED, 0.5)
    if both and _CASED_WORD.search(bare):
        return larger, MIXED, 0.5
    return _devanagari(text, hindi) if hindi else _latin(text, words)


def _other(text: str, script: str, shares: dict[str, float], letters: int) -> _Found:
    if script == "Hani" and ("Hira" in shares or "Kana" in shares):
        return "ja", "ja", 1.0
    languages = _LANGUAGES.get(script)
    if languages is None or letters <= _SHORT:
        return _UNKNOWN
    if len(languages) == 1:
        return languages[0], languages[0], 1.0
    language, confidence = _classify(text, script)
    return language, language, confidence


def agrees(claimed: str | None, found: Language) -> bool:
    """Whether what was found leaves room for the language that a source claims.

    A text that no language was found for contradicts no claim; a mixed one agrees with both of its
    languages, and Romanised Hindi and a verse in Sanskrit with Hindi.

    Args:
        claimed: a language's code or name; None claims nothing.
        found: what ``identify`` says.
    """
    code = language_code(claimed) if claimed else None
    if code is None or found.language == UNKNOWN_LANGUAGE:
        return True
    if found.cls == MIXED:
        return code in ("en", "hi")
    return code == found.language or (code, found.language) == ("hi", "sa")
