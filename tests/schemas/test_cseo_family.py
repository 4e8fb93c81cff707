"""A small release of the family, and every way in which one can be wrong."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.schemas.cseo import episode_id
from domainbench.schemas.cseo_family import CSEO, place_of, rewrites
from domainbench.schemas.release import ReleaseInfo, TableData, write_release
from domainbench.schemas.verify import verify

Rows = dict[str, list[dict[str, Any]]]


def labelled(key: str, **more: Any) -> dict[str, Any]:
    domain = key.split("-", maxsplit=1)[0]
    return {"_id": key, "domain": [domain], "pool": domain, "source_id": None, **more}


def variant(document: str, method: str = "outline", query: str = "") -> dict[str, Any]:
    return {
        "corpus_id": document, "method": method, "query_id": query, "title": "",
        "text": f"{method} of {document}", "parameters": "{}", "model": None, "may_invent": False,
        "edit_distance": 2, "edit_share": 0.5,
    }  # fmt: skip


def episode(query: str, method: str, adopters: list[str], *methods: str) -> dict[str, Any]:
    return {
        "_id": episode_id(query, method, len(adopters)), "query_id": query, "method": method,
        "adopters": adopters, "methods": list(methods or [method] * len(adopters)),
        "adoption": len(adopters), "rate": len(adopters) / 2, "seed": 0,
    }  # fmt: skip


def sound() -> Rows:
    return deepcopy(
        {
            "corpus": [
                labelled(key, title="", text=f"text of {key}")
                for key in ("books-1", "retail-1", "retail-2", "retail-3")
            ],
            "queries": [
                labelled(
                    "retail-q", text="lamp", task="product_recommendation", targets=["retail-2"]
                )
            ],
            "qrels": [
                {"query-id": "retail-q", "corpus-id": "retail-1", "score": 1, "partition": "retail"}
            ],
            "contexts": [
                {"query_id": "retail-q", "corpus_id": "retail-1", "position": 2},
                {"query_id": "retail-q", "corpus_id": "retail-2", "position": 1},
            ],
            "variants": [
                variant("retail-1"),
                variant("retail-2"),
                variant("retail-2", "quotes", "retail-q"),
            ],
            "episodes": [
                episode("retail-q", "mixed", ["retail-2", "retail-1"], "quotes", "outline"),
                episode("retail-q", "outline", ["retail-2"]),
                episode("retail-q", "outline", ["retail-2", "retail-1"]),
                episode("retail-q", "position:2", ["retail-2"]),
                episode("retail-q", "top", ["retail-2", "retail-1"]),
            ],
        }
    )


def faults(folder: Path, rows: Rows) -> list[str]:
    data = [
        TableData(table, {"test": pa.Table.from_pylist(rows[table.name], schema=table.schema)})
        for table in CSEO.tables
    ]
    info = ReleaseInfo(
        name="made",
        family="cseo",
        version="2026.11",
        builder="cseo",
        parameters={},
        seed=0,
        slice_columns=CSEO.slice_columns,
        subsets=CSEO.subsets,
    )
    found = verify(write_release(folder / "made", data, info).path)
    return [finding.message for finding in found if finding.level == "fault"]


def test_a_sound_release_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, sound()) == []


@pytest.mark.parametrize(
    ("table", "row", "change", "message"),
    [
        ("corpus", 3, {"domain": ["retail", "books"]}, "not exactly one domain"),
        ("corpus", 3, {"domain": []}, "not exactly one domain"),
        ("corpus", 3, {"pool": "books"}, "pool is not the domain"),
        ("queries", 0, {"domain": ["books"]}, "pool is not the domain"),
        ("queries", 0, {"task": "chat"}, "task is of no known name"),
        ("queries", 0, {"targets": ["retail-3"]}, "target is not in the context"),
        ("qrels", 0, {"partition": "books"}, "partition is not the domain"),
        ("qrels", 0, {"corpus-id": "books-1"}, "partition is not the domain"),
        ("contexts", 0, {"position": 3}, "positions are not 1, 2"),
        ("contexts", 0, {"position": 1}, "positions are not 1, 2"),
        ("contexts", 0, {"corpus_id": "books-1"}, "of two domains"),
        ("contexts", 0, {"corpus_id": "gone"}, "no document of that id"),
        ("contexts", 0, {"query_id": "gone"}, "no query of that id"),
        ("contexts", 0, {"query_id": "gone"}, "positions are not 1, 2"),
        ("variants", 0, {"corpus_id": "gone"}, "no document of that id"),
        ("variants", 2, {"query_id": "retail-x"}, "no query of that id"),
        ("variants", 2, {"method": "top"}, "name of none that rewrites"),
        ("variants", 2, {"method": "position:3"}, "name of none that rewrites"),
        ("variants", 2, {"method": "mixed"}, "name of none that rewrites"),
        ("variants", 0, {"text": " "}, "nothing is left of the document"),
        ("variants", 0, {"parameters": "[]"}, "no JSON object"),
        ("variants", 0, {"parameters": "{"}, "no JSON object"),
        ("variants", 0, {"edit_share": 1.5}, "do not agree"),
        ("variants", 0, {"edit_share": 0.0}, "do not agree"),
        ("variants", 0, {"edit_share": None}, "do not agree"),
        ("variants", 0, {"edit_distance": -1}, "do not agree"),
        ("variants", 0, {"corpus_id": "books-1"}, "no rewriting by its method"),
        ("variants", 2, {"query_id": ""}, None),
        ("variants", 2, {"method": "quoted"}, "no rewriting by its method"),
        ("episodes", 1, {"adopters": ["retail-3"]}, "adopter is not in the context"),
        ("episodes", 2, {"adopters": ["retail-1", "retail-2"]}, "not in its order"),
        ("episodes", 2, {"adopters": ["retail-2", "retail-2"]}, "not in its order"),
        ("episodes", 1, {"adoption": 2}, "adoption is not the number"),
        ("episodes", 1, {"rate": 0.4}, "rate is not the share"),
        ("episodes", 1, {"methods": ["quotes"]}, "methods are not those of the adopters"),
        ("episodes", 0, {"methods": ["outline"]}, "methods are not those of the adopters"),
        ("episodes", 0, {"methods": ["top", "outline"]}, "methods are not those of the adopters"),
        ("episodes", 0, {"methods": ["outline", "quotes"]}, "no rewriting by its method"),
        ("episodes", 3, {"method": "position:3", "methods": ["position:3"]}, "not in the context"),
        ("episodes", 4, {"_id": "retail-q/top/001"}, "id is not that of its query"),
        ("episodes", 4, {"_id": "retail-q/top/002/7"}, None),
    ],
)
def test_a_wrong_row_is_found(
    tmp_path: Path, table: str, row: int, change: dict[str, Any], message: str | None
) -> None:
    rows = sound()
    rows[table][row].update(change)
    schema = next(item for item in CSEO.tables if item.name == table)
    rows[table].sort(key=lambda item: tuple(item[name] for name in schema.key))
    found = faults(tmp_path, rows)
    if message is None:
        assert found == []
    else:
        assert any(message in text for text in found), found


def test_a_query_without_a_context_is_found(tmp_path: Path) -> None:
    rows = sound()
    rows["contexts"] = []
    found = faults(tmp_path, rows)
    assert any("there is no context" in text for text in found)


def test_subsets_are_the_domains(tmp_path: Path) -> None:
    faults(tmp_path, sound())
    readme = (tmp_path / "made" / "README.md").read_text("utf-8")
    assert "retail" in readme
    assert "books" not in readme


def test_names_of_methods_that_only_move() -> None:
    assert place_of("position:12") == 12
    assert [place_of(name) for name in ("position:0", "position:", "top", "outline")] == [None] * 4
    assert not rewrites("top")
    assert not rewrites("position:1")
    assert rewrites("outline")


@given(st.integers(1, 10**6))
def test_a_place_is_read_back(place: int) -> None:
    assert place_of(f"position:{place}") == place
