"""Languages of questions: classes, claims, short texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.qa.language import agrees, identify
from domainbench.builders.qa.language_names import language_code

if TYPE_CHECKING:
    from pathlib import Path

QUESTIONS = [
    ("en", "en", "Latn", "Which of the following crops is sown in winter?"),
    ("en", "en", "Latn", "NAME THE CAPITAL OF INDIA"),
    ("en", "en", "Latn", "What is the meaning of the word 'अग्नि' in Ayurveda?"),
    ("en", "en", "Latn", "Bhāvaprakāśa describes how many types of Haritaki?"),
    ("hi", "hi", "Deva", "निम्नलिखित में से कौन सी फसल रबी की है?"),
    ("hi", "hi", "Deva", "जल"),
    ("hi", "hi", "Deva", "प्रकाश संश्लेषण (Photosynthesis) में कौन सी गैस निकलती है?"),
    ("hi", "hi", "Latn", 'कौन सा "Blood Pressure Monitor" सही है?'),
    ("hi", "hi", "Deva", "RBI और SEBI में से कौन सा बैंक पहले बना?"),
    ("hi", "hi", "Latn", "FSSAI किससे संबंधित है (food safety authority)?"),
    ("hi", "hi", "Deva", "सामान्य वजन कितना है: 2.5 kg, 5 kg, 10 gm, 3 ml"),
    ("mixed", "en", "Latn", "भारत, एशिया, विश्व। संबंध: All separate, All same, Some overlap"),
    ("mixed", "hi", "Latn", "GST में input tax credit का claim कौन कर सकता है?"),
    ("mixed", "en", "Latn", "Which is the capital of India? भारत की राजधानी कौन सी है?"),
    ("hi-Latn", "hi", "Latn", "Bharat ka rashtrapati kaun hai?"),
    ("hi-Latn", "hi", "Latn", "Rabi ki fasal kaunsi hai"),
    ("mr", "mr", "Deva", "महाराष्ट्राची राजधानी कोणती आहे?"),
    ("ne", "ne", "Deva", "नेपालको राजधानी कुन हो?"),
    ("fr", "fr", "Latn", "Quelle est la capitale de la France ?"),
    ("de", "de", "Latn", "Was ist die Hauptstadt von Deutschland?"),
    ("ru", "ru", "Cyrl", "Какой город является столицей России?"),
    ("bn", "bn", "Beng", "বাংলাদেশের রাজধানী কোন শহর?"),
    ("ta", "ta", "Taml", "இந்தியாவின் தலைநகரம் எது?"),
    ("ja", "ja", "Hani", "日本の首都はどこ"),
    ("zh", "zh", "Hani", "中国的首都是哪里?"),
    ("ur", "ur", "Arab", "پاکستان کا دارالحکومت کون سا شہر ہے؟"),
]


@pytest.mark.parametrize(
    ("cls", "language", "script", "text"), QUESTIONS, ids=[str(n) for n in range(len(QUESTIONS))]
)
def test_questions(cls: str, language: str, script: str, text: str) -> None:
    found = identify(text)
    assert (found.cls, found.language, found.script) == (cls, language, script)
    assert found.confidence >= 0.5


@pytest.mark.parametrize(
    ("text", "script"),
    [
        pytest.param("", "Zyyy", id="empty"),
        pytest.param("1947 + 3", "Zyyy", id="numbers"),
        pytest.param("x² + y² = z²", "Latn", id="formula"),
        pytest.param("sin θ + cos θ", "Latn", id="functions"),
        pytest.param("Photosynthesis", "Latn", id="term"),
        pytest.param("DNA", "Latn", id="abbreviation"),
        pytest.param("αβ", "Grek", id="two-letters"),
        pytest.param("𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞤪", "Zzzz", id="script-not-known"),
    ],
)
def test_texts_that_tell_no_language_agree_with_any_claim(text: str, script: str) -> None:
    found = identify(text)
    assert (found.cls, found.language, found.confidence) == ("und", "und", 0.0)
    assert found.script == script
    assert agrees("hi", found)
    assert agrees("en", found)


def test_shares_are_of_letters() -> None:
    assert identify("कक ab12 c").shares == {"Latn": 0.6, "Deva": 0.4}
    assert identify("12 3").shares == {}


@pytest.mark.parametrize(
    ("claimed", "text", "agreed"),
    [
        pytest.param("en", "निम्नलिखित में से कौन सा सही है?", False, id="hindi-not-english"),
        pytest.param("hi", "Which of the following is correct?", False, id="english-not-hindi"),
        pytest.param("hi", "Which is it? यह कौन सा है और क्यों?", True, id="both-hindi"),
        pytest.param("en", "Which is it? यह कौन सा है और क्यों?", True, id="both-english"),
        pytest.param("ta", "Which is it? यह कौन सा है और क्यों?", False, id="both-not-tamil"),
        pytest.param("hi", "Rabi ki fasal kaunsi hai", True, id="romanised"),
        pytest.param("en", "Rabi ki fasal kaunsi hai", False, id="romanised-not-english"),
        pytest.param("hi", "महाराष्ट्राची राजधानी कोणती आहे?", False, id="marathi"),
        pytest.param("en", "जल", False, id="short-but-told-by-script"),
        pytest.param(None, "जल", True, id="no-claim"),
        pytest.param("Hindi", "जल", True, id="name"),
        pytest.param("hi-IN", "जल", True, id="region"),
    ],
)
def test_claims(claimed: str | None, text: str, *, agreed: bool) -> None:
    assert agrees(claimed, identify(text)) is agreed


@pytest.mark.parametrize(
    ("claimed", "code"),
    [
        pytest.param("English", "en", id="name"),
        pytest.param(" HI_in ", "hi", id="region"),
        pytest.param("हिन्दी", "hi", id="own-name"),
        pytest.param("ta", "ta", id="code"),
        pytest.param("und", None, id="undetermined"),
        pytest.param(" ", None, id="blank"),
    ],
)
def test_codes(claimed: str, code: str | None) -> None:
    assert language_code(claimed) == code


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    found = identify(text)
    assert 0.0 <= found.confidence <= 1.0
    assert (found.language == "und") == (found.cls == "und")
    assert sum(found.shares.values()) == pytest.approx(1.0 if found.shares else 0.0)
    assert identify(text) == found


@pytest.mark.real_data
@pytest.mark.parametrize("language", ["en", "hi"])
def test_real_questions(data_dir: Path, language: str) -> None:
    read = json.loads((data_dir / "qa" / f"xquad.{language}.json").read_text("utf-8"))
    found = [
        identify(question["question"]).cls
        for article in read["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ]
    assert len(found) == 1190
    assert found.count(language) >= 0.99 * len(found)
