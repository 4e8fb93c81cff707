"""The readers on real files: counts, and records looked up by hand in the files."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from domainbench.builders.sources import open_patents
from domainbench.builders.sources.record import Publication, Reject
from domainbench.schemas.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real_data

COUNTS = {
    "uspto_grant_xml/ipa130117.one.xml": ("uspto-xml", 2, 0, 0),
    "uspto_grant_xml/ipg050104.small.xml": ("uspto-xml", 25, 0, 0),
    "uspto_grant_xml/ipg060103.small.xml": ("uspto-xml", 25, 0, 2),
    "uspto_grant_xml/ipg070102.small.xml": ("uspto-xml", 25, 0, 1),
    "uspto_grant_xml/ipg080101.small.xml": ("uspto-xml", 25, 0, 0),
    "uspto_grant_xml/ipg090106.small.xml": ("uspto-xml", 25, 0, 0),
    "uspto_grant_xml/ipg100105.small.xml": ("uspto-xml", 25, 0, 0),
    "uspto_grant_xml/ipg100824-hyphenated.xml": ("uspto-xml", 1, 0, 0),
    "uspto_grant_xml/ipg110104.small.xml": ("uspto-xml", 25, 0, 0),
    "lens_jsonl/biopoly_broken1.jsonl": ("lens-jsonl", 9, 1, 0),
    "lens_jsonl/biopoly_min.jsonl": ("lens-jsonl", 1, 0, 0),
    "lens_covid/Coronavirus-CPC-based-patents.jsonl": ("lens-export", 1470, 0, 0),
    "lens_covid/Coronavirus-MERS-patents.jsonl": ("lens-export", 259, 0, 0),
    "lens_covid/Coronavirus-MERS-treatment.jsonl": ("lens-export", 110, 0, 0),
    "lens_covid/Coronavirus-SARS-patents.jsonl": ("lens-export", 1390, 0, 0),
    "lens_covid/Coronavirus-limited-keywords-based-patents.jsonl": ("lens-export", 1560, 0, 0),
    "lens_csv/drone_drones_fulltext_families_5884.csv": ("lens-export", 5884, 0, 0),
    # These two went through a spreadsheet, which broke names with accents.
    "lens_csv/lens_autonomous_search.csv": ("lens-export", 820, 43, 0),
    "lens_csv/google_autonomous_search.csv": ("google-search", 264, 52, 0),
    "bigquery_abstract_citations/bq-results-20210716-122855.jsonl.gz": (
        "google-patents",
        10_000,
        0,
        0,
    ),
    "bigquery_abstract_citations/results-20210716-123228.json": ("google-patents", 1000, 0, 0),
    "bigquery_abstract_citations/TenNewPatents.csv": ("google-patents", 10, 0, 0),
    "bigquery_abstract_citations/TenWithCitations.csv": ("google-patents", 10, 0, 0),
    "epo_ops_xml/ep1000000_abstract_result.xml": ("epo-xml", 1, 0, 0),
    "epo_ops_xml/ep1000000_full_cycle_result.xml": ("epo-xml", 2, 0, 0),
    "epo_ops_xml/family_input.xml": ("epo-xml", 6, 0, 0),
}


def publications(data_dir: Path, name: str) -> dict[str, Publication]:
    found = [
        item for item in open_patents(data_dir / "patents" / name) if isinstance(item, Publication)
    ]
    return {item.publication_id: item for item in found}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(data_dir: Path, name: str) -> None:
    reader = open_patents(data_dir / "patents" / name)
    kinds = Counter(type(item).__name__ for item in reader)
    found = (reader.format, kinds["Publication"], kinds["Reject"], kinds["Skip"])
    assert found == COUNTS[name]
    assert reader.bytes_read == reader.bytes_total


@pytest.mark.parametrize("name", ["search_result.xml", "ep1000000_description_result.xml"])
def test_json_named_xml_is_refused(data_dir: Path, name: str) -> None:
    with pytest.raises(DataError, match="in no format that can be read") as caught:
        open_patents(data_dir / "patents/epo_ops_xml" / name)
    assert str(caught.value.found).startswith("JSON with ")


def test_the_broken_record(data_dir: Path) -> None:
    path = data_dir / "patents/lens_jsonl/biopoly_broken1.jsonl"
    (reject,) = [item for item in open_patents(path) if isinstance(item, Reject)]
    assert (reject.reason, reject.line, reject.offset) == ("not valid JSON", 4, 132481)


def test_citations_that_close_within_the_export(data_dir: Path) -> None:
    found = publications(
        data_dir, "bigquery_abstract_citations/bq-results-20210716-122855.jsonl.gz"
    )
    pairs = {
        (item.publication_id, citation.publication_id)
        for item in found.values()
        for citation in item.citations
    }
    assert len(found) == 10_000
    assert len(pairs) == 165_550  # 186,133 with repeats
    assert sum(cited in found for _, cited in pairs) == 148


def test_classes_of_2005(data_dir: Path) -> None:
    found = publications(data_dir, "uspto_grant_xml/ipg050104.small.xml")
    assert found["US-6836899-B1"].ipc == ["A45F5/04"]
    assert found["US-6837151-B2"].ipc == ["A47J37/04"]
    assert all(item.ipc and item.claims for item in found.values())


def test_an_american_application_of_2013(data_dir: Path) -> None:
    found = publications(data_dir, "uspto_grant_xml/ipa130117.one.xml")["US-2013014306-A1"]
    assert found.title == "TACTICAL MIXED MARTIAL ARTS GLOVE"
    assert found.ipc == ["A41D13/08", "A41D19/02"]
    assert found.priorities == ["US-2011433841-P", "US-2011473378-P", "US-2011526999-P"]


def test_designs_have_no_ipc_class(data_dir: Path) -> None:
    found = publications(data_dir, "uspto_grant_xml/ipg080101.small.xml")
    designs = [item for item in found.values() if item.kind == "S1"]
    assert len(designs) == 6
    assert not any(item.ipc or item.abstract for item in designs)
    assert found["US-D558629-S1"].claims == (
        "1. The ornamental design for a timepiece face, as shown and described."
    )


def test_families_of_the_epo(data_dir: Path) -> None:
    found = publications(data_dir, "epo_ops_xml/family_input.xml")
    assert {item.family_id for item in found.values()} == {"docdb:19768124"}
    assert {tuple(item.priorities) for item in found.values()} == {("NL-1010536-A",)}
    assert "US-6093011-A" in found
