"""The page in a browser: sorting, comparing, and what texts try to do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lxml import html
from PIL import Image

from domainbench.benchmarks.results import Results
from domainbench.cards.report.page import write_report
from tests.cards.report.conftest import EVIL, Measured, table_of, texts

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine")


def browse(folder: Path, *flags: str) -> subprocess.CompletedProcess[bytes]:
    """One run of the browser, with a profile of its own."""
    fixed = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
    return subprocess.run(
        [str(BROWSER), *fixed, f"--user-data-dir={folder / 'profile'}", *flags],
        capture_output=True,
        timeout=240,
        check=True,
    )


def after(page_file: Path, folder: Path, script: str):
    """The document after a script ran in it; the policy is told of that one script."""
    hook = f"addEventListener('load', () => {{ {script} }});"
    digest = base64.b64encode(hashlib.sha256(hook.encode()).digest()).decode()
    text = page_file.read_text(encoding="utf-8")
    text, changed = re.subn("script-src ", f"script-src 'sha256-{digest}' ", text, count=1)
    assert changed
    copy = folder / "hooked.html"
    copy.write_text(text.replace("</body>", f"<script>{hook}</script></body>"), encoding="utf-8")
    done = browse(folder, "--virtual-time-budget=3000", "--dump-dom", copy.as_uri())
    return html.document_fromstring(done.stdout.decode("utf-8"))


def test_sorting_and_comparing(page_file: Path, tmp_path: Path, measured: Measured) -> None:
    script = """
    const table = document.getElementById("r1-p1").closest("table");
    const buttons = table.querySelectorAll("thead button");
    buttons[2].click();
    const down = [...table.tBodies[0].rows].map((row) => row.cells[2].dataset.v).join();
    buttons[2].click();
    const up = [...table.tBodies[0].rows].map((row) => row.cells[2].dataset.v).join();
    document.body.dataset.down = down;
    document.body.dataset.up = up;
    const slices = document.getElementById("r1-s1-1").closest("table");
    slices.querySelectorAll("thead button")[1].click();
    const choose = (id, value) => {
      document.getElementById(id).value = value;
      document.getElementById(id).dispatchEvent(new Event("change"));
    };
    document.body.dataset.first = document.querySelector(".verdict").textContent;
    choose("r1-left", "1");
    document.body.dataset.same = document.querySelector(".verdict").textContent;
    choose("r1-right", "0");
    choose("r1-part", "2");
    for (const box of document.querySelectorAll(".side details")) box.open = true;
    """
    page = after(page_file, tmp_path, script)
    body, results = page.find("body"), measured.results
    values = [results.figure(s.spec, results.measures[0]).value for s in results.systems]
    assert [float(v) for v in body.get("data-down").split(",")] == sorted(values, reverse=True)
    assert [float(v) for v in body.get("data-up").split(",")] == sorted(values)
    table = table_of(page, "r1-p1")
    sorts = [th.get("aria-sort") for th in table.xpath("thead//th")]
    assert sorts == [None, None, "ascending", *[None] * (len(results.measures) - 1)]
    heads = [texts(row.findall("th")) for row in table_of(page, "r1-s1-1").xpath("tbody/tr")]
    assert [name for _, name in heads] == sorted(name for _, name in heads)
    assert "bm25 is ahead on" in body.get("data-first")
    assert body.get("data-same") == "Choose two systems."

    (verdict,) = page.xpath("//p[@class='verdict']/text()")
    assert verdict.startswith(f"{results.primary} over 8 queries: bm25:b=0 is ahead on ")
    assert page.xpath("//*[contains(@class, 'side-name')]/text()") == [
        "bm25:b=0 furthest ahead",
        "bm25 furthest ahead",
    ]
    leads = [float(e.text.replace("\u2212", "-")) for e in page.xpath("//span[@class='ahead']")]
    assert leads
    assert all(lead > 0 for lead in leads)
    counts = [len(side.xpath("./ol/li/details")) for side in page.xpath("//div[@class='side']")]
    told = re.search(r"ahead on (\d+), bm25 on (\d+)", verdict)
    assert told is not None
    assert counts == [int(n) for n in told.groups()]

    opened = page.xpath("//p[@class='full']")
    assert opened
    assert all(EVIL.replace("\u2028", "").strip()[:60] in e.text for e in opened)
    assert page.xpath("//b[@class='hit']/text()")
    assert page.findtext("head/title") == "words 2026.11"
    assert not page.xpath("//img")


def test_names_in_the_comparison_stay_text(measured: Measured, tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    name = f"bm25:b=0{EVIL}"
    raw = measured.results.model_dump_json().replace('"bm25:b=0"', json.dumps(name))
    Results.model_validate_json(raw).write(folder)
    table = pq.read_table(measured.folder / "per_query.parquet")
    names = [name if spec == "bm25:b=0" else spec for spec in table.column("system").to_pylist()]
    table = table.set_column(0, "system", pa.array(names, pa.string()))
    pq.write_table(table, folder / "per_query.parquet")
    page = after(write_report([folder], tmp_path / "r.html"), tmp_path, "")
    assert page.findtext("head/title") == "words 2026.11"
    assert not page.xpath("//img")
    heading = page.xpath("//*[contains(@class, 'side-name')]")[1].text_content()
    assert "<img src=x onerror=alert(1)>" in heading


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_light_or_dark_as_the_reader_prefers(
    page_file: Path, tmp_path: Path, *, dark: bool
) -> None:
    target = tmp_path / "page.png"
    scheme = f"--blink-settings=preferredColorScheme={int(not dark)}"
    browse(tmp_path, scheme, f"--screenshot={target}", "--window-size=1280,900", page_file.as_uri())
    with Image.open(target) as image:
        corner = image.convert("L").getpixel((2, 2))
    assert (corner < 64) == dark
