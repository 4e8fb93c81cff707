from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domainbench.schemas.findings import Finding
from domainbench.schemas.patents import PATENT_QRELS, PATENT_QUERIES
from domainbench.schemas.patents_family import pair_label
from domainbench.schemas.release import Release, TableData, write_release
from domainbench.schemas.verify import verify

from .conftest import CORPUS, QRELS, QUERIES, family, info, pair, table, tables


def faults(findings: list[Finding]) -> list[str]:
    return [finding.check for finding in findings if finding.level == "fault"]


def notes(findings: list[Finding]) -> list[str]:
    return [finding.check for finding in findings if finding.level == "note"]


def written(tmp_path: Path, **changes: list[dict[str, Any]]) -> list[Finding]:
    return verify(write_release(tmp_path / "made", tables(**changes), info()).path)


def test_a_good_release_has_no_findings(release: Release) -> None:
    assert verify(release.path) == []


def test_a_changed_byte_is_found(release: Release) -> None:
    path = release.files("corpus")[0]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert faults(verify(release.path)) == ["digest"]


def test_missing_and_stray_files_are_found(release: Release) -> None:
    release.files("qrels")[0].rename(release.path / "corpus" / "extra.parquet")
    assert faults(verify(release.path)) == ["files", "files"]


@pytest.mark.parametrize("key", ["fingerprint", "slices"])
def test_a_manifest_that_lies_is_found(release: Release, key: str) -> None:
    path = release.path / "manifest.json"
    payload = json.loads(path.read_text())
    payload[key] = "0" * 64 if key == "fingerprint" else {"qrels.partition=IN": 7}
    path.write_text(json.dumps(payload))
    assert faults(verify(release.path)) == [key]


def test_references_must_resolve(tmp_path: Path) -> None:
    bad = [*QRELS, pair("q2", "d9", "UNKNOWN"), pair("q9", "d1", "UNKNOWN")]
    assert faults(written(tmp_path, qrels=bad)).count("references") == 2


def test_a_query_without_relevant_documents_is_noted(tmp_path: Path) -> None:
    findings = written(tmp_path, qrels=[*QRELS[:2], pair("q2", "d3", "UNKNOWN", score=0)])
    assert faults(findings) == []
    assert notes(findings) == ["relevance"]


def test_empty_and_duplicate_texts(tmp_path: Path) -> None:
    corpus = [
        *CORPUS,
        family("d4", "a pump", [], title="Title of d2"),
        family("d5", "  ", [], title=""),
    ]
    findings = written(tmp_path, corpus=corpus)
    assert faults(findings) == ["empty texts"]
    assert notes(findings) == ["duplicate texts"]
    assert findings[1].examples == ["d2=d4"]


def test_self_matches(tmp_path: Path) -> None:
    findings = written(
        tmp_path, corpus=[*CORPUS, QUERIES[0]], qrels=[*QRELS[:2], pair("q1", "q1", "IN"), QRELS[2]]
    )
    assert faults(findings) == ["self matches"]
    assert notes(findings) == ["self matches"]


def test_labels_are_recomputed(tmp_path: Path) -> None:
    assert faults(written(tmp_path, qrels=[pair("q1", "d1", "OUT"), *QRELS[1:]])) == ["labels"]


def test_domains_are_recomputed(tmp_path: Path) -> None:
    corpus = [CORPUS[0] | {"ipc4_domains": ["F16L"]}, *CORPUS[1:]]
    assert faults(written(tmp_path, corpus=corpus)) == ["labels"]


def test_text_must_be_composed(tmp_path: Path) -> None:
    assert faults(written(tmp_path, corpus=[family("d1", "e\u0301tage", [])], qrels=[])) == ["NFC"]


def test_splits_must_not_share_queries(tmp_path: Path) -> None:
    data = tables()
    dev = family("q3", QUERIES[0]["text"], ["F16K3/00"], abstract="")
    data[1] = TableData(
        PATENT_QUERIES,
        {
            "dev": table(PATENT_QUERIES.schema, [dev]),
            "test": table(PATENT_QUERIES.schema, QUERIES),
        },
    )
    data[2] = TableData(
        PATENT_QRELS,
        {
            "dev": table(PATENT_QRELS.schema, [pair("q3", "d1", "IN")]),
            "test": table(PATENT_QRELS.schema, QRELS),
        },
    )
    findings = verify(write_release(tmp_path / "made", data, info()).path)
    assert faults(findings) == ["leakage"]
    assert "q1 = q3 of dev" in findings[-1].examples


@pytest.mark.parametrize(
    ("query", "document", "overlap", "strict"),
    [
        ({"F16"}, {"F16"}, "IN", "IN"),
        ({"F16", "A01"}, {"F16"}, "IN", "MIXED"),
        ({"F16"}, {"A01"}, "OUT", "OUT"),
        (set[str](), {"A01"}, "UNKNOWN", "UNKNOWN"),
        (set[str](), set[str](), "UNKNOWN", "UNKNOWN"),
    ],
)
def test_pair_labels(query: set[str], document: set[str], overlap: str, strict: str) -> None:
    sides = frozenset(query), frozenset(document)
    assert pair_label(*sides, "overlap") == overlap
    assert pair_label(*sides, "strict") == strict
