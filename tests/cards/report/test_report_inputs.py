"""Several results, results without their details, and what is no result."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from domainbench import api
from domainbench.benchmarks.evaluate import evaluate
from domainbench.cards.report.page import write_report
from domainbench.schemas.errors import DataError, UsageError
from tests.cards.report.conftest import (
    Measured,
    copied,
    data_of,
    parsed,
    release_of_words,
    table_of,
    texts,
)
from tests.cli.conftest import domainbench, refused


def notes(page, key: str = "r1") -> str:
    return " ".join(texts(page.xpath(f"//section[@aria-labelledby='{key}-queries']/p")))


def test_scores_of_different_releases_are_said_not_to_be_comparable(
    measured: Measured, tmp_path: Path
) -> None:
    other = release_of_words(tmp_path, "others", extra=" more")
    evaluate(other, ["bm25"], output=tmp_path / "two")
    page = parsed(write_report([measured.folder, tmp_path / "two"], tmp_path / "r.html"))
    (notice,) = page.xpath("//*[@role='note']")
    assert "warning" in notice.get("class")
    assert "not comparable" in notice.text_content()
    assert len(page.xpath("//article")) == 2
    rows = table_of(page, "together-table").xpath("tbody/tr")
    assert texts(rows[1].findall("td"))[1] == "-"
    value = measured.results.figure("bm25", measured.results.primary).value
    assert float(rows[0].findall("td")[0].get("data-v")) == value
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_evaluations_of_one_release_are_comparable_and_say_what_parts_them(
    measured: Measured, tmp_path: Path
) -> None:
    other = copied(measured.results, tmp_path / "two", query_view="T")
    page = parsed(write_report([measured.folder, other], tmp_path / "r.html"))
    (notice,) = page.xpath("//*[@role='note']")
    assert "warning" not in notice.get("class")
    assert "differ in query text" in notice.text_content()
    other = copied(measured.results, tmp_path / "three", split="dev")
    page = parsed(write_report([measured.folder, other], tmp_path / "r.html"))
    assert "task, split or rule" in page.xpath("//*[@role='note']")[0].text_content()


def test_without_the_release_queries_stand_by_their_ids(measured: Measured, tmp_path: Path) -> None:
    page = parsed(write_report([measured.folder], tmp_path / "r.html"))
    data = data_of(page)
    assert data["queries"]
    assert all(set(entry) == {"id"} for entry in data["queries"])
    assert "--release" in notes(page)


def test_without_values_of_queries_the_rest_is_shown(measured: Measured, tmp_path: Path) -> None:
    folder = copied(measured.results, tmp_path / "alone")
    page = parsed(write_report([folder], tmp_path / "r.html"))
    assert "no per_query.parquet" in notes(page)
    assert not page.xpath("//script[@type]")
    assert not page.xpath("//select")
    named = tmp_path / "alone" / "mine.json"
    (folder / "results.json").rename(named)
    assert parsed(write_report([named], tmp_path / "r.html")).xpath("//table")


def test_without_rankings_queries_have_their_texts(measured: Measured, tmp_path: Path) -> None:
    folder = shutil.copytree(measured.folder, tmp_path / "no-runs")
    shutil.rmtree(folder / "runs")
    page = parsed(write_report([folder], tmp_path / "r.html", releases=[measured.release.path]))
    assert all("text" in entry and "top" not in entry for entry in data_of(page)["queries"])
    assert "No ranking is kept of bm25" in notes(page)


def test_a_damaged_ranking_is_none(measured: Measured, tmp_path: Path) -> None:
    folder = shutil.copytree(measured.folder, tmp_path / "damaged")
    (run,) = (folder / "runs").glob("rrf*.parquet")
    run.write_bytes(b"PAR1")
    page = parsed(write_report([folder], tmp_path / "r.html", releases=[measured.release.path]))
    tops = [entry["top"] for entry in data_of(page)["queries"]]
    assert all(top[2] is None and top[0] for top in tops)


def test_values_of_another_evaluation_are_left_out(measured: Measured, tmp_path: Path) -> None:
    folder = shutil.copytree(measured.folder, tmp_path / "mixed")
    path = folder / "per_query.parquet"
    pq.write_table(pq.read_table(path, filters=[("query_id", "!=", "q0")]), path)
    page = parsed(write_report([folder], tmp_path / "r.html"))
    assert "of another evaluation" in notes(page)
    assert not page.xpath("//select")
    path.write_bytes(b"no parquet")
    with pytest.raises(DataError, match="values of queries"):
        write_report([folder], tmp_path / "r.html")


def test_one_system_has_nothing_to_be_compared_with(measured: Measured, tmp_path: Path) -> None:
    evaluate(measured.release, ["bm25"], output=tmp_path / "one")
    page = parsed(write_report([tmp_path / "one"], tmp_path / "r.html"))
    assert "One system alone" in notes(page)
    assert not page.xpath("//*[@id='r1-tests']")


@pytest.mark.parametrize("name", ["scores.json", "grid.json"])
def test_what_other_commands_write_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"format": 1, "figures": []}')
    (tmp_path / "mine.json").write_text('{"format": 1, "figures": []}')
    for path in (tmp_path, tmp_path / name, tmp_path / "mine.json"):
        with pytest.raises(UsageError) as raised:
            write_report([path], tmp_path / "r.html")
        assert "domainbench evaluate" in str(raised.value)
        assert "results.json" in str(raised.value)


def test_calls_that_are_wrong_are_refused(measured: Measured, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such results"):
        write_report([tmp_path / "nowhere"], tmp_path / "r.html")
    with pytest.raises(UsageError, match="no results"):
        write_report([], tmp_path / "r.html")
    with pytest.raises(UsageError, match="no HTML"):
        write_report([measured.folder], measured.folder / "results.json")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UsageError, match="folder"):
        write_report([measured.folder], tmp_path / "folder.html")
    other = release_of_words(tmp_path, "others", extra=" more")
    with pytest.raises(UsageError, match="none that the results"):
        write_report([measured.folder], tmp_path / "r.html", releases=[other.path])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no results here"):
        write_report([tmp_path / "empty"], tmp_path / "r.html")
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(DataError, match="not JSON"):
        write_report([tmp_path], tmp_path / "r.html")
    nothing = copied(measured.results, tmp_path / "nothing", systems=[])
    with pytest.raises(DataError, match="no system"):
        write_report([nothing], tmp_path / "r.html")
    assert not (tmp_path / "r.html").exists()


def test_the_api_makes_folders_on_the_way(measured: Measured, tmp_path: Path) -> None:
    path = api.report([str(measured.folder)], tmp_path / "a" / "b.html")
    assert path.is_file()
    assert [entry.name for entry in path.parent.iterdir()] == ["b.html"]


def test_the_command_line_writes_the_same_page(
    measured: Measured, page_file: Path, tmp_path: Path
) -> None:
    call = ("report", measured.folder, "-o", "out.html", "--release", measured.release.path)
    done = domainbench(*call, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "out.html" in done.stdout
    assert (tmp_path / "out.html").read_bytes() == page_file.read_bytes()
    refused(domainbench("report", "nowhere", "-o", "x.html", cwd=tmp_path), 2, "nowhere")


def test_queries_of_several_rankings_have_the_documents_of_each(tmp_path: Path) -> None:
    release = api.sample("qa", tmp_path / "qa")
    systems = ["bm25", "bm25:b=0"]
    for task in ("passages", "choices"):
        api.evaluate(release, systems, task=task, output=tmp_path / task)
    folders = [tmp_path / "passages", tmp_path / "choices"]
    page = parsed(write_report(folders, tmp_path / "r.html", releases=[release.path]))
    passages, choices = data_of(page, "r1"), data_of(page, "r2")
    found = {
        partition: [passages["queries"][place] for place, *_ in lists["best"] + lists["worst"]]
        for partition, lists in passages["pairs"]["0-1"].items()
    }
    language = {row["_id"]: row["language"] for row in release.table("corpus").to_pylist()}
    assert set(found) == {"en-en", "en-hi", "hi-en", "hi-hi"}
    assert found["en-en"]
    for partition, entries in found.items():
        for entry in entries:
            firsts = [passages["documents"][place][0] for place, *_ in entry["top"][0]]
            assert firsts
            assert {language[key] for key in firsts} == {partition[-2:]}
    assert choices["queries"]
    assert all("\n" in entry["text"] for entry in choices["queries"])
    assert "No ranking is kept" in notes(page, "r2")
