"""What a card says, and what is kept of what people write into it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from domainbench.api import evaluate
from domainbench.benchmarks.results import Results
from domainbench.cards.dataset.card import write_card
from domainbench.cards.dataset.region import BEGIN, END
from domainbench.cards.dataset.text import cell, code, table
from domainbench.cards.side_tables import UNDEFINED
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.families import find_family
from domainbench.schemas.release import Release


def body(release: Release) -> str:
    return (release.path / "README.md").read_text("utf-8").split("\n---\n", 1)[1]


def test_each_card_has_its_parts(release: Release) -> None:
    text = body(release)
    parts = ("How to load it", "What it holds", "Slices", "How it was made", "Known issues",
             "Version", "Citation")  # fmt: skip
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(parts)
    assert release.manifest.fingerprint in text
    assert "\n\n\n" not in text
    assert not re.search(r"\b(None|Undefined)\b|{%", text)


def test_each_table_is_described_with_its_columns(release: Release) -> None:
    text = body(release)
    for one in find_family(release.manifest.family).tables:
        assert f"### {one.name}\n" in text
        assert one.description in text
        for column in one.columns:
            assert f"| `{column.name}` |" in text
            assert cell(column.description) in text


def test_tables_are_tables_to_a_markdown_parser(release: Release) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(body(release))
    widths: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            widths.append(0)
        elif token.type in {"td_open", "th_open"}:
            widths[-1] += 1
        elif token.type == "table_close":
            assert len(set(widths)) == 1
            widths = []
        elif token.type == "paragraph_open":
            assert not widths
    assert not [t for t in tokens if t.type == "inline" and t.content.startswith("|")]


def test_sources_and_slices_are_those_of_the_manifest(patents: Release) -> None:
    text = body(patents)
    (source,) = patents.manifest.sources
    assert f"`{source.sha256}`" in text
    assert f"| {source.records:,} |" in text
    count = patents.manifest.slices["qrels.partition=IN"]
    assert f"| `qrels.partition` | IN {count}" in text


def test_known_issues_are_those_of_the_quality_report(made: dict[str, Release]) -> None:
    text = body(made["patents"])
    assert re.search(r"- queries: (\d+) of \1 quer\(ies\) have the text of the document with", text)
    assert "- corpus: empty texts, very short texts, very long texts, exact duplicates" in text
    assert "self matches" in text
    assert "without a quality report" in body(made["rag"])


def test_a_card_is_the_same_when_made_again(patents: Release) -> None:
    def content() -> dict[str, bytes]:
        files = [patents.path / "README.md", *(patents.path / "plots").iterdir()]
        return {file.name: file.read_bytes() for file in files}

    before = content()
    assert len(before) == 4
    write_card(patents)
    assert content() == before


def test_what_people_wrote_is_kept(patents: Release) -> None:
    path = patents.path / "README.md"
    note = "\n## Notes\n\nÄsk {{ us }} | about *it*.\n\n"
    path.write_text(path.read_text("utf-8").replace(f"{BEGIN}\n{END}", BEGIN + note + END), "utf-8")
    write_card(patents)
    write_card(patents, plots=False)
    assert BEGIN + note + END in path.read_text("utf-8")


@pytest.mark.parametrize("broken", [BEGIN, END, END + BEGIN, BEGIN + END + BEGIN + END])
def test_broken_markers_are_refused_and_the_card_is_left(patents: Release, broken: str) -> None:
    path = patents.path / "README.md"
    text = path.read_text("utf-8").replace(f"{BEGIN}\n{END}", broken)
    path.write_text(text, "utf-8")
    with pytest.raises(DataError, match="markers"):
        write_card(patents)
    assert path.read_text("utf-8") == text


def test_results_become_a_table(patents: Release, tmp_path: Path) -> None:
    results = evaluate(patents, ["bm25"], output=tmp_path / "out")
    write_card(patents, [tmp_path / "out"])
    by_folder = body(patents)
    write_card(patents, [tmp_path / "out" / "results.json"])
    assert body(patents) == by_folder
    value = results.figure("bm25", results.primary).value
    assert f"### Task {results.task}, split test" in by_folder
    assert f"| {results.primary} | bm25 | **{value:.4f}** [" in by_folder
    write_card(patents)
    assert "Baseline results" not in body(patents)


def test_results_of_another_release_are_refused(
    patents: Release, made: dict[str, Release], tmp_path: Path
) -> None:
    evaluate(made["rag"], ["bm25"], output=tmp_path / "out")
    with pytest.raises(UsageError, match="another release"):
        write_card(patents, [tmp_path / "out"])
    with pytest.raises(DataError, match="no results"):
        write_card(patents, [tmp_path / "nothing.json"])


def test_a_parent_is_named(patents: Release) -> None:
    path = patents.path / "manifest.json"
    payload = json.loads(path.read_text("utf-8"))
    payload["parent"] = {"name": "old", "version": "2025.01", "fingerprint": "a" * 64}
    path.write_text(json.dumps(payload))
    write_card(Release.open(patents.path))
    assert f"It follows old 2025.01 with fingerprint `{'a' * 64}`." in body(patents)


def test_cells_end_no_cell_and_begin_no_tag() -> None:
    assert cell("a|b\n<c> `<d>|e`") == "a\\|b &lt;c> `<d>\\|e`"
    assert cell(12345) == "12,345"
    assert cell(True) == "True"  # noqa: FBT003
    assert code("a`b") == "``a`b``"
    assert code("`a") == "`` `a ``"
    assert table(["a", "b"], [("x", 1)], "lr") == "| a | b |\n|---|---:|\n| x | 1 |"


def test_results_without_a_value_have_a_dash(patents: Release, tmp_path: Path) -> None:
    results = evaluate(patents, ["bm25"], output=tmp_path / "out")
    figures = [f.model_copy(update={"value": None, "low": None, "high": None})
               for f in results.figures]  # fmt: skip
    Results.model_validate(results.model_dump() | {"figures": figures}).write(tmp_path / "out")
    write_card(patents, [tmp_path / "out"])
    assert f"| {results.primary} | bm25 | {UNDEFINED} |" in body(patents)
