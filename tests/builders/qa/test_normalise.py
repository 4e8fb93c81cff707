# ruff: noqa: RUF001 -- digits, quotes and letters of other scripts are the matter of these tests
"""Normal forms: what changes, what stays, what is found broken."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domainbench.builders.qa.normalise import broken_unicode, match_key, normalise

if TYPE_CHECKING:
    from pathlib import Path

    from domainbench.builders.qa.normalise import Form

FORMS: list[Form] = ["NFC", "NFKC"]
ZWNJ, ZWJ = "\u200c", "\u200d"

PIECES = st.sampled_from(
    [
        *"aZ19०५ \n\t|?.-/(\u00a0\u2028\u200b\ufeff\u00ad\u0301\ufffd\x07\r₹%",
        *(ZWNJ, ZWJ, "क", "न", "\u0929", "\u095b", "ज", "अ", "आ", "\u093e", "\u0947", "\u093f"),
        *("\u0948", "\u094d", "\u093c", "\u0945", "।", "॥", "है", "करेगा", "||", "\ud800", "ﬁ", "²"),
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=16).map("".join))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("What is soil?", "What is soil?", id="plain"),
        pytest.param("  a \t b\r\n\r\n\n c\u2028d ", "a b\nc\nd", id="blanks"),
        pytest.param("a\u00a0b\u3000c\u2009d", "a b c d", id="other-blanks"),
        pytest.param("a\x00b\x07c\u00ad\u200b\u200e\ufeffd", "abcd", id="invisible"),
        pytest.param("\u095bमीन", "ज\u093cमीन", id="nukta-letter"),
        pytest.param("ज\u093cमीन", "ज\u093cमीन", id="nukta-sign"),
        pytest.param("जा\u093c", "ज\u093cा", id="late-nukta"),
        pytest.param("न\u093c", "\u0929", id="nukta-that-composes"),
        pytest.param("अाम", "आम", id="two-part-vowel"),
        pytest.param("का\u0947ई", "कोई", id="two-part-sign"),
        pytest.param(f"क्{ZWJ}ष", f"क्{ZWJ}ष", id="joiner-between"),
        pytest.param(f"क्{ZWJ}{ZWJ}ष", f"क्{ZWJ}ष", id="joiners-between"),
        pytest.param(f"क्{ZWNJ} ष{ZWJ}", "क् ष", id="joiner-at-end"),
        pytest.param(f"a{ZWJ}b", "ab", id="joiner-between-latin"),
        pytest.param(f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم", id="joiner-arabic"),
        pytest.param("भारत की राजधानी दिल्ली है|", "भारत की राजधानी दिल्ली है।", id="danda"),
        pytest.param("जल है | मिट्टी है |", "जल है। मिट्टी है।", id="danda-after-blank"),
        pytest.param("वह जाएगा | वह आया|", "वह जाएगा। वह आया।", id="verb-decides"),
        pytest.param("नीम|", "नीम।", id="danda-at-end"),
        pytest.param("राम | श्याम | मोहन", "राम | श्याम | मोहन", id="list"),
        pytest.param("राम | श्याम |", "राम | श्याम |", id="row-of-a-table"),
        pytest.param("कौशलम् || ५ ||", "कौशलम् ॥ ५ ॥", id="verse"),
        pytest.param("कौशलम्||", "कौशलम्॥", id="double-danda"),
        pytest.param("l || m है", "l || m है", id="parallel-lines"),
        pytest.param("x² + ½ ﬁ", "x² + ½ ﬁ", id="compatibility"),
        pytest.param("\ufffd \ud800", "\ufffd \ud800", id="broken-stays"),
    ],
)
def test_normal_form(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_nfkc_folds_compatibility_characters() -> None:
    assert normalise("x² ﬁ ½", form="NFKC") == "x2 fi 1⁄2"


@given(text=TEXTS, form=st.sampled_from(FORMS))
@example(text="क\u093e\u094d\u093c", form="NFC")
@example(text="क\u093e\u095b", form="NFC")
@example(text="है|\u200d|", form="NFC")
def test_a_normal_form_is_its_own(text: str, form: Form) -> None:
    shown = normalise(text, form=form)
    assert normalise(shown, form=form) == shown
    assert unicodedata.is_normalized(form, shown)
    assert shown == shown.strip()
    assert "  " not in shown
    assert "\n\n" not in shown


@given(TEXTS)
def test_a_key_is_its_own(text: str) -> None:
    key = match_key(text)
    assert match_key(key) == key
    assert match_key(normalise(text)) == key
    assert bool(key) == bool(normalise(text))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("\u095bमीन", "ज\u093cमीन", id="nukta"),
        pytest.param(f"क्{ZWJ}ष", "क्ष", id="joiner"),
        pytest.param("धारा ३०२ क्या है?", "धारा 302 क्या है", id="digits"),
        pytest.param("What is SOIL ?", "what is soil", id="case"),
        pytest.param("जल ही जीवन है।", "जल ही जीवन है|", id="danda"),
        pytest.param("5%, ₹500", "5 % ₹ 500", id="symbols"),
        pytest.param("\u22125 \u20135", "-5 -5", id="minus"),
        pytest.param("the “blue” one—here", "The blue one here", id="punctuation"),
    ],
)
def test_texts_of_one_key(left: str, right: str) -> None:
    assert match_key(left) == match_key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("3.5", "35", id="decimal"),
        pytest.param("-5", "5", id="sign"),
        pytest.param("1/2", "12", id="fraction"),
        pytest.param("<", ">", id="signs-alone"),
        pytest.param("!", "?", id="punctuation-alone"),
        pytest.param("5%", "5", id="percent"),
        pytest.param("कि", "की", id="vowel-signs"),
        pytest.param("x²", "x2", id="superscript"),
    ],
)
def test_texts_of_two_keys(left: str, right: str) -> None:
    assert match_key(left) != match_key(right)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("a\ufffdb", "replacement character U+FFFD", id="replacement"),
        pytest.param("\ud800", "lone surrogate U+D800", id="surrogate"),
        pytest.param("\uf0b7 one", "private use character U+F0B7", id="private"),
        pytest.param("क\u0378", "unassigned character U+0378", id="unassigned"),
        pytest.param("हिन्दी".encode().decode("latin-1"), "Windows-1252", id="latin-1"),
        pytest.param("कौन".encode().decode("cp1252", "replace"), "Windows-1252", id="hindi-cp1252"),
        pytest.param("don’t".encode().decode("cp1252"), "Windows-1252", id="quote-cp1252"),
        pytest.param("café".encode().decode("cp1252"), "Windows-1252", id="accent-cp1252"),
        pytest.param("₹ 5".encode().decode("cp1252"), "Windows-1252", id="rupee-cp1252"),
        pytest.param("भाषा िहन्दी", "vowel sign at the start of a word: U+093F", id="matra"),
        pytest.param("fuEufyf[kr esa ls dkSu gS", "encoding of a font", id="kruti-dev"),
        pytest.param("???? ?? ??? (a)", "question marks", id="question-marks"),
    ],
)
def test_broken_texts_are_told(text: str, what: str) -> None:
    found = broken_unicode(text)
    assert found is not None
    assert what in found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("What is it???", id="plain"),
        pytest.param("हिन्दी, क्षत्रिय, ज़मीन और ॐ रामः कर्म॑णि", id="hindi"),
        pytest.param("São Paulo, É, voilà…, naïve “Ü”", id="latin"),
        pytest.param("ि और ी की मात्रा", id="signs-named"),
        pytest.param("◌ा, 1ला, ५वाँ", id="ordinals"),
        pytest.param("\ufeffजल", id="byte-order-mark"),
        pytest.param("தமிழ் বাংলা తెలుగు 中文 👩\u200d🔬", id="scripts"),
        pytest.param("The keys ls, ds and dk", id="short-words"),
    ],
)
def test_whole_texts_are_not_called_broken(text: str) -> None:
    assert broken_unicode(text) is None


@pytest.mark.real_data
@pytest.mark.parametrize("language", ["en", "hi"])
def test_real_texts_are_whole_and_their_answers_stay_in_them(data_dir: Path, language: str) -> None:
    read = json.loads((data_dir / "qa" / f"xquad.{language}.json").read_text("utf-8"))
    for paragraph in (each for article in read["data"] for each in article["paragraphs"]):
        context = normalise(paragraph["context"])
        assert broken_unicode(paragraph["context"]) is None
        for question in paragraph["qas"]:
            assert broken_unicode(question["question"]) is None
            for answer in question["answers"]:
                assert normalise(answer["text"]) in context
