"""Tables of the patent family: what the sources give, and what a release holds.

A *publication* is one published document (US-8672134-B2). A *simple family* is the set of
publications of one invention with the same priorities; it is the unit that is ranked.
"""

from __future__ import annotations

import pyarrow as pa

from .retrieval import CORPUS, QRELS, QUERIES, STRING, STRINGS, extend
from .tables import Column, Table

DATE = pa.date32()

# --------------------------------------------------------------------------- canonical source rows

PUBLICATIONS = Table(
    "publications",
    (
        Column("publication_id", STRING, "COUNTRY-NUMBER-KIND, normalised.", nullable=False),
        Column("number_key", STRING, "COUNTRY-NUMBER, without the kind.", nullable=False),
        Column("country", STRING, "WIPO ST.3 code of the publishing office.", nullable=False),
        Column("kind", STRING, "WIPO ST.16 kind code; empty where unknown.", nullable=False),
        Column("publication_date", DATE, "Day of publication."),
        Column("filing_date", DATE, "Day the application was filed."),
        Column("priority_date", DATE, "Earliest priority claimed."),
        Column("family_key", STRING, "Key that members of one family share.", nullable=False),
        Column(
            "family_rule",
            STRING,
            "Where family_key comes from: source, members, priorities or single.",
            nullable=False,
        ),
        Column("priorities", STRINGS, "Priority applications, normalised, sorted.", nullable=False),
        Column("members", STRINGS, "Family members that the source names.", nullable=False),
        Column("language", STRING, "ISO 639-1 code of the texts, lower case."),
        Column("title", STRING, "Title in the wanted language."),
        Column("abstract", STRING, "Abstract in the wanted language."),
        Column("claims", STRING, "Claims in the wanted language, one a line."),
        Column("description", STRING, "Description in the wanted language."),
        Column("ipc", STRINGS, "IPC symbols, normalised (H01R13/115), sorted.", nullable=False),
        Column("cpc", STRINGS, "CPC symbols, normalised, sorted.", nullable=False),
        Column("source", pa.int32(), "Ordinal of the source file.", nullable=False),
        Column("record", pa.int64(), "Ordinal of the record over all sources.", nullable=False),
        Column("line", pa.int64(), "Line of the record, from 1, in line-based formats."),
        Column("offset", pa.int64(), "Byte offset of the record in the (unpacked) file."),
    ),
    ("publication_id", "source"),
    "One row for each record that a source holds.",
)

CITATIONS = Table(
    "citations",
    (
        Column("citing_id", STRING, "Publication that cites.", nullable=False),
        Column("citing_number", STRING, "Its COUNTRY-NUMBER.", nullable=False),
        Column("cited_id", STRING, "Publication cited, as given, normalised.", nullable=False),
        Column("cited_number", STRING, "Its COUNTRY-NUMBER.", nullable=False),
        Column("cited_has_kind", pa.bool_(), "Whether the source gave its kind.", nullable=False),
        Column("category", STRING, "Who cites or how: examiner, applicant, other, X, Y, A …"),
        Column("phase", STRING, "Procedure it was cited in, as the source codes it (SEA, ISR …)."),
    ),
    ("citing_id", "cited_id", "category", "phase"),
    "One row for each citation a source states, whichever side states it.",
)

# --------------------------------------------------------------------------- release tables

UNKNOWN = "UNKNOWN"

_FAMILY_COLUMNS = (
    Column("abstract_language", STRING, "ISO 639-1 code of the texts, where known."),
    Column("claims", STRING, "Claims; null where no member has any in the wanted language."),
    Column("description", STRING, "Description; null where no member has one."),
    Column("ipc3_domains", STRINGS, "IPC classes (first three characters).", nullable=False),
    Column("ipc4_domains", STRINGS, "IPC subclasses (first four characters).", nullable=False),
    Column("section_domains", STRINGS, "IPC sections (first character).", nullable=False),
    Column("ipc", STRINGS, "IPC symbols of all members, sorted.", nullable=False),
    Column("cpc", STRINGS, "CPC symbols of all members, sorted.", nullable=False),
    Column(
        "earliest_date",
        DATE,
        "Earliest over the members of priority, else filing, else publication.",
    ),
    Column("earliest_publication_date", DATE, "Day the first member was published."),
    Column("year", pa.int32(), "Year of earliest_date."),
    Column("jurisdiction", STRING, "Office of the member with the earliest date."),
    Column("representative_id", STRING, "Publication that the texts come from.", nullable=False),
    Column("publication_ids", STRINGS, "Publications read, sorted.", nullable=False),
    Column("member_ids", STRINGS, "Members named by the sources, read or not.", nullable=False),
    Column("family_rule", STRING, "How the family was formed.", nullable=False),
)

PATENT_CORPUS = extend(CORPUS, *_FAMILY_COLUMNS)
PATENT_QUERIES = extend(
    QUERIES,
    Column("title", STRING, "Title; empty if it has none.", nullable=False),
    Column("abstract", STRING, "Abstract; empty if it has none.", nullable=False),
    Column(
        "keywords",
        STRINGS,
        "Words of the abstract (else the title) with the highest tf·idf over the corpus.",
        nullable=False,
    ),
    *_FAMILY_COLUMNS,
)
PATENT_QRELS = extend(
    QRELS,
    Column("partition", STRING, "Pair label: IN, OUT, MIXED or UNKNOWN.", nullable=False),
    Column("relation", STRING, "citation, random_negative or hard_negative.", nullable=False),
    Column("direction", STRING, "backward (query cites), forward (is cited) or both."),
    Column("categories", STRINGS, "Citation categories, sorted.", nullable=False),
    Column("phases", STRINGS, "Procedures the citations come from, sorted.", nullable=False),
    Column("date_valid", pa.bool_(), "Whether the document was public before the query's date."),
)

PARTITIONS = {
    "IN": "overlap rule: the two families share a class at the chosen IPC depth; "
    "strict rule: their sets of classes are identical",
    "MIXED": "strict rule only: the sets meet but are not identical",
    "OUT": "both families have classes and share none",
    UNKNOWN: "at least one of the two families has no IPC class",
}
