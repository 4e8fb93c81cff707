from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.builders.patents.keys import (
    RING,
    RULES,
    draw_constants,
    family_key,
    number_of,
    order_key,
    ring_place,
    safe_id,
)
from domainbench.builders.sources.record import Publication


def publication(**given):
    return Publication("US", "1", "B2", **given)


def test_strongest_evidence_names_the_family():
    members = ["US-1-B2", "EP-9-A1"]
    priorities = ["US-P2", "US-P1", "US-P1"]
    source = publication(family_id="docdb:123", members=members, priorities=priorities)
    assert family_key(source) == ("docdb-123", "source")
    named = publication(members=members, priorities=priorities)
    assert family_key(named) == ("fam-EP-9-A1", "members")
    digest = hashlib.sha256(b"US-P1\nUS-P2").hexdigest()[:16]
    assert family_key(publication(priorities=priorities)) == (f"prio-{digest}", "priorities")
    assert family_key(publication()) == ("US-1-B2", "single")


def test_priorities_must_be_identical():
    one = family_key(publication(priorities=["US-P1"]))
    both = family_key(publication(priorities=["US-P1", "US-P2"]))
    assert one != both


@pytest.mark.parametrize("rule", RULES)
def test_order_key_puts_stronger_rules_first(rule):
    weaker = RULES[RULES.index(rule) + 1 :]
    assert all(order_key("z", rule) < order_key("a", other) for other in weaker)


@given(st.text(min_size=1), st.text(min_size=1))
def test_safe_ids_are_safe_and_stay_apart(a, b):
    assert re.fullmatch(r"[A-Za-z0-9._-]+", safe_id(a))
    assert (safe_id(a) == safe_id(b)) == (a == b)


@given(st.text(), st.integers(0, 2**70))
def test_places_keep_draws_below_63_bits(key, seed):
    place, factor = ring_place(key)
    multiplier, shift = draw_constants(seed, "queries")
    assert 0 <= place < RING
    assert 0 <= shift < RING
    assert place + factor * multiplier < 2**63
    assert ring_place(key) == (place, factor)


def test_ring_place_is_fixed_for_ever():
    digest = hashlib.blake2b(b"docdb-1", digest_size=16).digest()
    assert ring_place("docdb-1") == (
        int.from_bytes(digest, "big") >> 66,
        int.from_bytes(digest[8:12], "big") >> 1,
    )


def test_number_of():
    assert number_of("US-8672134-B2") == "US-8672134"
    assert number_of("US-8672134") == "US-8672134"
