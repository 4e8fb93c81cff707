from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from domainbench.retrieval.identifiers import locate, locate_ordered

IDS = st.sets(st.text("ab\u00e9\U00020000", max_size=4), max_size=12)


def ordered(ids: set[str]) -> pa.LargeStringArray:
    return pa.array(sorted(ids, key=str.encode), pa.large_string())


@given(IDS, IDS, st.integers(0, 3), st.integers(0, 3))
def test_walking_along_both_finds_what_a_lookup_finds(ids, values, skip, skip_values):
    # Slices start in the middle of the buffers.
    known, wanted = ordered(ids)[skip:], ordered(values)[skip_values:]
    assert locate_ordered(known, wanted).tolist() == locate(known, wanted).tolist()
    assert locate_ordered(known, known).tolist() == list(range(len(known)))
