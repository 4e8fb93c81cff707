"""The page as a parser sees it: its figures, its structure, and what it lets in and out."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from domainbench.benchmarks.results import Results
from domainbench.cards.report.numbers import UNDEFINED
from domainbench.cards.report.page import write_report
from tests.cards.report.conftest import EVIL, Measured, copied, data_of, parsed, table_of, texts


def row_names(row: Any) -> list[str]:
    return texts(row.findall("th"))


def test_tables_of_partitions_hold_the_figures_of_the_results(page, measured: Measured) -> None:
    results = measured.results
    for place, partition in enumerate(results.partitions, 1):
        table = table_of(page, f"r1-p{place}")
        assert table.findtext("caption/span") == partition
        assert texts(table.xpath("thead//th")) == ["System", "n", *results.measures]
        for row, entry in zip(table.xpath("tbody/tr"), results.systems, strict=True):
            assert row_names(row) == [entry.spec]
            count, *cells = row.findall("td")
            for cell, measure in zip(cells, results.measures, strict=True):
                f = results.figure(entry.spec, measure, partition)
                assert count.text == str(f.n)
                assert float(cell.get("data-v")) == f.value
                shown = cell.findtext("b") or cell.text
                assert shown == f"{f.value:.4f}"
                assert cell.findtext("small") == f"[{f.low:.3f}, {f.high:.3f}]"
                best = max(
                    results.figure(s.spec, measure, partition).value for s in results.systems
                )
                assert (cell.find("b") is not None) == (f.value == best)


def test_slices_hold_their_figures_with_their_queries(page, measured: Measured) -> None:
    results = measured.results
    table = table_of(page, "r1-s1-1")
    rows = {tuple(row_names(row)): row.findall("td") for row in table.xpath("tbody/tr")}
    assert len(rows) == 2 * len(results.systems)
    for (label, spec), cells in rows.items():
        for cell, measure in zip(cells[1:], results.measures, strict=True):
            f = results.figure(spec, measure, column="year", label=label)
            assert float(cell.get("data-v")) == f.value
            assert cells[0].text == str(f.n)
    table = table_of(page, "r1-s1-2")
    for row in table.xpath("tbody/tr"):
        label, spec = row_names(row)
        for cell, partition in zip(row.findall("td"), results.partitions, strict=True):
            f = results.figure(spec, results.primary, partition, "year", label)
            assert float(cell.get("data-v")) == f.value
            assert cell.findtext("small").endswith(f"n={f.n}")


def test_gaps_and_paired_tests_are_those_of_the_results(page, measured: Measured) -> None:
    results = measured.results
    gaps = {(g.measure, g.system): g for g in results.gaps}
    rows = table_of(page, "r1-gaps").xpath("tbody/tr")
    assert len(rows) == len(gaps)
    for row in rows:
        g = gaps[tuple(row_names(row))]
        cells = row.findall("td")
        assert float(cells[0].get("data-v")) == g.difference
        assert float(cells[1].get("data-v")) == g.ratio
        assert cells[1].findtext("small") == f"[{g.ratio_low:.3f}, {g.ratio_high:.3f}]"
        assert texts(cells[2:]) == [str(g.left_n), str(g.right_n)]
    tests = table_of(page, "r1-every-test").xpath("tbody/tr")
    for row, c in zip(tests, results.comparisons, strict=True):
        assert row_names(row) == [c.partition, c.left, c.right]
        values = [float(cell.get("data-v")) for cell in row.findall("td")]
        assert values == [c.n, c.difference, c.p_value, c.p_adjusted]


def test_costs_of_a_combination_include_its_members(page, measured: Measured) -> None:
    own = {c.system: c for c in measured.results.costs}
    *members, fused = (entry.spec for entry in measured.results.systems)
    rows = {row_names(row)[0]: row for row in table_of(page, "r1-cost-table").xpath("tbody/tr")}
    index, search = (float(rows[fused].findall("td")[n].get("data-v")) for n in (0, 1))
    assert index == pytest.approx(sum(own[m].index_seconds or 0 for m in members))
    assert search == pytest.approx(sum(own[m].search_seconds or 0 for m in (*members, fused)))


def test_ids_are_unique_and_every_reference_has_its_target(page) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    named = page.xpath("//@aria-labelledby | //@aria-describedby | //@for | //@data-for")
    anchors = [link.removeprefix("#") for link in page.xpath("//a/@href")]
    assert named
    assert anchors
    assert set(named) | set(anchors) <= set(ids)


def test_tables_and_plots_speak(page) -> None:
    assert page.xpath("//table")
    for table in page.xpath("//table"):
        assert table.xpath("caption//text()")
        assert all(th.get("scope") in {"col", "row"} for th in table.xpath(".//th"))
    for plot in page.xpath("//svg[@role='img']"):
        assert plot.xpath("title/text()")
        assert plot.xpath("desc/text()")
    assert page.get("lang") == "en"
    assert page.xpath("//a[@class='skip']/@href") == ["#content"]
    assert len(page.xpath("//h1")) == 1


def test_plots_say_the_figures_in_words(page, measured: Measured) -> None:
    f = measured.results.figure("bm25", measured.results.primary, "OUT")
    (spoken,) = page.xpath(f"//svg[title='{f.measure} by partition: OUT']/desc/text()")
    assert f"bm25: {f.value:.4f} [{f.low:.3f}, {f.high:.3f}]" in spoken


def test_the_policy_allows_this_style_and_this_script_only(page, page_file: Path) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    text = page_file.read_text(encoding="utf-8")
    for name, rule in (("style", "style-src"), ("script", "script-src")):
        content = text.rpartition(f"<{name}>")[2].partition(f"</{name}>")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert len(page.xpath("//script[not(@type)]")) == 1
    assert not page.xpath("//@style")
    assert not [name for e in page.iter() for name in e.attrib if name.startswith("on")]


def test_nothing_is_loaded_from_elsewhere(page, page_file: Path) -> None:
    assert not page.xpath("//link | //img | //iframe | //object | //*[@src] | //base | //form")
    assert not page.xpath("//a[not(starts-with(@href, '#'))]")
    text = page_file.read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_without_scripts_nothing_waits_for_a_click(page) -> None:
    assert not page.xpath("//th/button")
    (compare,) = page.xpath("//div[@class='compare']")
    assert compare.get("hidden") is not None
    assert "needs JavaScript" in page.xpath("//noscript")[0].text_content()
    assert len(page.xpath("//svg")) > 10


def test_texts_that_would_leave_their_place_stay_text(page, page_file: Path) -> None:
    data = data_of(page)
    assert any(EVIL in entry["text"] for entry in data["queries"])
    assert any(EVIL in text for _, text in data["documents"])
    assert not page.xpath("//img")
    assert "<img" not in page_file.read_text(encoding="utf-8")


def test_names_that_would_leave_their_place_stay_text(measured: Measured, tmp_path: Path) -> None:
    raw = measured.results.model_dump_json()
    for name in ("words", "bm25:b=0", "2001", "OUT"):
        raw = raw.replace(f'"{name}"', json.dumps(f"{name}{EVIL}"))
    folder = tmp_path / "hostile"
    folder.mkdir()
    Results.model_validate_json(raw).write(folder)
    page = parsed(write_report([folder], tmp_path / "r.html"))
    assert page.findtext("head/title").startswith(f"words{EVIL[:20]}")
    assert not page.xpath("//img")
    assert len(page.xpath("//script")) == 1
    assert f"bm25:b=0{EVIL}".replace("\u2028", "").split() == (
        page.xpath("//table[caption/@id='r1-p1']//th[@scope='row']")[1].text_content().split()
    )


def test_the_same_results_give_the_same_bytes(
    measured: Measured, page_file: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(measured.folder, tmp_path / "moved")
    other = shutil.copytree(measured.release.path, tmp_path / "elsewhere")
    again = write_report([moved / "results.json"], tmp_path / "again.html", releases=[other])
    assert again.read_bytes() == page_file.read_bytes()


def test_what_is_undefined_is_a_dash_with_a_reason(measured: Measured, tmp_path: Path) -> None:
    gone = {"value": None, "low": None, "high": None, "n": 0}
    figures = [
        f.model_copy(update=gone) if f.partition == "OUT" else f for f in measured.results.figures
    ]
    nothing = dict.fromkeys(("difference", "p_value", "p_adjusted"))
    comparisons = [
        c.model_copy(update=nothing) if c.partition == "OUT" else c
        for c in measured.results.comparisons
    ]
    unknown = dict.fromkeys(
        ("difference", "difference_low", "difference_high", "ratio", "ratio_low", "ratio_high")
    )
    gaps = [g.model_copy(update=unknown) for g in measured.results.gaps]
    folder = copied(
        measured.results, tmp_path / "gone", figures=figures, comparisons=comparisons, gaps=gaps,
        costs=[],
    )  # fmt: skip
    page = parsed(write_report([folder], tmp_path / "r.html"))
    cells = table_of(page, "r1-p3").xpath("tbody/tr/td[position() > 1]")
    assert {cell.text for cell in cells} == {UNDEFINED}
    assert all("undefined" in cell.get("title") and cell.get("data-v") is None for cell in cells)
    for key, place in (("r1-pairs", 3), ("r1-gaps", 1), ("r1-gaps", 2)):
        for cell in table_of(page, key).xpath(f"tbody/tr/td[{place}]"):
            assert (cell.text, cell.get("data-v")) == (UNDEFINED, None)
            assert cell.get("title")
    assert not page.xpath("//*[@id='r1-costs']")


def test_many_labels_are_cut_to_those_of_most_queries(measured: Measured, tmp_path: Path) -> None:
    figures = [f for f in measured.results.figures if f.column is None]
    template = next(f for f in figures if f.measure == measured.results.primary)
    figures += [
        template.model_copy(update={"column": "year", "slice": str(n), "n": n, "system": s.spec})
        for n in range(1, 101)
        for s in measured.results.systems
    ]
    folder = copied(measured.results, tmp_path / "many", figures=figures, by=["year"])
    page = parsed(write_report([folder], tmp_path / "r.html"))
    table = table_of(page, "r1-s1-1")
    labels = list(dict.fromkeys(row_names(row)[0] for row in table.xpath("tbody/tr")))
    assert labels == [str(n) for n in range(41, 101)]
    assert "40 more are in results.json" in table.findtext("caption/span/small")
    assert len(page.xpath("//svg[starts-with(title, 'nDCG@100 by year')]")) == 24
