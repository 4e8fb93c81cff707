"""Tables that the sources are brought into before the relational stages."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ...schemas.patents import CITATIONS, PUBLICATIONS
from ...schemas.retrieval import STRING, extend
from ...schemas.tables import Column, Table

WRITING: dict[str, Any] = {
    "compression": "lz4",
    # Both read each text once more, and texts hardly repeat.
    "use_dictionary": False,
    "write_statistics": False,
}
"""How files that live as long as a build are written."""

TEXT_FIELDS = ("title", "abstract", "claims", "description")

STAGED_PUBLICATIONS = extend(
    PUBLICATIONS,
    Column("order_key", STRING, "family_key behind the digit of family_rule.", nullable=False),
    Column("ring", pa.int64(), "Position of family_key on the hash ring.", nullable=False),
    Column("factor", pa.int64(), "Second hash of family_key, below 2^31.", nullable=False),
    Column("has_text", pa.int64(), "1 with a title or an abstract, else 0.", nullable=False),
)
STAGED_CITATIONS = extend(
    CITATIONS,
    Column("record", pa.int64(), "Record that states the citation.", nullable=False),
    Column("forward", pa.bool_(), "Whether that record is the cited side.", nullable=False),
)
NAMES = Table(
    "names",
    (
        Column("record", pa.int64(), "Record that names the publication.", nullable=False),
        Column("publication_id", STRING, "The record's own, or a member it names.", nullable=False),
        Column("number_key", STRING, "Its COUNTRY-NUMBER.", nullable=False),
        Column("order_key", STRING, "order_key of the record.", nullable=False),
    ),
    ("record", "publication_id"),
    "One row for each publication that a record puts into its family.",
)
STAGED = (STAGED_PUBLICATIONS, STAGED_CITATIONS, NAMES)
