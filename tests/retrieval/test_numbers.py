from __future__ import annotations

import pytest

from domainbench.retrieval.numbers import whole_number
from domainbench.retrieval.systems import parse_system
from domainbench.schemas.errors import UsageError


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("007", 7),
        ("2147483647", 2147483647),
        ("2147483648", None),
        ("9" * 30, None),
        ("0", None),
        ("-1", None),
        ("1.5", None),
        ("\u0663", None),
        ("\u00b2", None),
        ("", None),
    ],
)
def test_a_number_is_ascii_digits_within_bounds(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "spec",
    [
        "rrf:bm25+bm25(k1=1),k=nan",
        "rrf:bm25+bm25(k1=1),k=inf",
        "rrf:bm25+bm25(k1=1),weights=nan;1",
        "rrf:bm25+bm25(k1=1),depth=\u00b2",
        "passages:bm25,window=99999999999999999999",
        "bm25:min_length=99999999999999999999",
    ],
)
def test_numbers_that_cannot_be_used_are_refused(spec):
    with pytest.raises(UsageError):
        parse_system(spec)


def test_a_fusion_s_numbers_keep_every_digit():
    specs = {parse_system(f"rrf:bm25+bm25(k1=1),k=60.123456{d}").spec for d in (7, 8)}
    assert specs == {f"rrf:bm25+bm25(k1=1),k=60.123456{d}" for d in (7, 8)}
