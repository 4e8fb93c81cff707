from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from domainbench.benchmarks.code.rate_tables import read_table
from domainbench.benchmarks.code.rates import score_rates
from domainbench.benchmarks.code.scores import TableComparison
from domainbench.benchmarks.specialization import (
    PAPER_UNDEFINED,
    domain_specific_improvement,
)
from domainbench.schemas.errors import DataError, UsageError

MODELS = ["a", "b", "c", "d"]
RATES = {"X": [40.25, 30.5, 20.75, 10.5], "Y": [5.25, 15.5, 15.5, 20.75], "Z": [50.0, 0, 25.5, 10]}


def write(tmp_path: Path, **content: Any) -> Path:
    path = tmp_path / "tables.json"
    path.write_text(json.dumps({"models": MODELS, **content}))
    return path


def published(rates: dict[str, list[float]] = RATES) -> dict[str, list[float]]:
    """DSI of each row, rounded as a paper would."""
    return {
        domain: [
            round(v, 2) for v in domain_specific_improvement(row, undefined=-100) if v is not None
        ]
        for domain, row in rates.items()
    }


def compared(path: Path, **options: Any) -> TableComparison:
    options = {"undefined": PAPER_UNDEFINED, **options}
    scores = score_rates(f"{path}#rates", published=f"{path}#dsi", **options)
    found = scores.improvements[0].comparison
    assert found is not None
    return found


def test_dsi_of_a_table(tmp_path: Path) -> None:
    path = write(tmp_path, rates=RATES, note="no table", counts={"X": 3})
    found = score_rates(path).improvements[0]
    assert found.models == MODELS
    assert found.domains == ["X", "Y", "Z"]
    assert found.source is not None
    assert found.source.name == "tables.json#rates"
    # (9.75 + 19.5 + 29.75) / 3 of 40.25.
    cell = found.cell("X", "a")
    assert (cell.rate, cell.value) == (40.25, pytest.approx(100 * 59 / 3 / 40.25))
    assert (cell.verdict, cell.n, cell.low) == ("comfort", None, None)
    assert found.cell("Y", "a").verdict == "strange"
    none = found.cell("Z", "b")
    assert (none.rate, none.value, none.verdict) == (0, None, None)
    assert found.comparison is None


def test_a_table_that_agrees(tmp_path: Path) -> None:
    found = compared(write(tmp_path, rates=RATES, dsi=published()))
    assert (found.cells, found.agreeing) == (12, 12)
    assert found.largest is not None
    assert found.largest <= 0.005001
    assert [found.differences, found.exchanged, found.undefined] == [[], [], []]


def test_rows_that_one_table_lacks(tmp_path: Path) -> None:
    dsi = published()
    dsi["W"] = dsi.pop("X")
    found = compared(write(tmp_path, rates=RATES, dsi=dsi))
    assert (found.cells, found.agreeing) == (8, 8)
    assert (found.not_published, found.not_computed) == (["X"], ["W"])


def test_exchanged_columns_are_named(tmp_path: Path) -> None:
    dsi = published()
    for domain in ("X", "Y"):
        dsi[domain][0], dsi[domain][2] = dsi[domain][2], dsi[domain][0]
    dsi["Y"][1], dsi["Y"][3] = dsi["Y"][3], dsi["Y"][1]
    found = compared(write(tmp_path, rates=RATES, dsi=dsi))
    assert [(pair.left, pair.right, pair.domains) for pair in found.exchanged] == [
        ("a", "c", ["X", "Y"]),
        ("b", "d", ["Y"]),
    ]
    assert not found.differences
    assert (found.cells, found.agreeing) == (12, 6)


def test_differences_are_listed(tmp_path: Path) -> None:
    dsi = published()
    dsi["X"][1] += 0.6
    found = compared(write(tmp_path, rates=RATES, dsi=dsi))
    (one,) = found.differences
    assert (one.domain, one.model) == ("X", "b")
    assert one.published == pytest.approx(one.computed + 0.6 if one.computed else 0, abs=0.01)
    assert not found.exchanged
    assert not compared(write(tmp_path, rates=RATES, dsi=dsi), tolerance=0.7).differences


def test_what_rounding_explains(tmp_path: Path) -> None:
    # Rates of two decimals: own 10.5 may be 10.495, the others' mean 30.5 may be 30.505, so that
    # DSI may fall from -190.476 to 100 · (1 - 30.505 / 10.495) = -190.662.
    for off, differs in ((0.18, False), (0.21, True)):
        dsi = published()
        dsi["X"][3] = -190.48 - off
        found = compared(write(tmp_path, rates=RATES, dsi=dsi))
        assert bool(found.differences) == differs
        if differs:
            assert found.differences[0].tolerance == pytest.approx(0.1862 + 0.005, abs=1e-3)


def test_whole_numbers_are_exact(tmp_path: Path) -> None:
    counts = {"X": [7, 6, 6, 5]}
    dsi = published({"X": [7.0, 6, 6, 5]})
    dsi["X"][0] += 0.06
    found = compared(write(tmp_path, rates=counts, dsi=dsi))
    assert [(one.model, one.tolerance) for one in found.differences] == [("a", 0.05)]


def test_undefined_figures(tmp_path: Path) -> None:
    path = write(tmp_path, rates=RATES, dsi=published())
    found = compared(path, undefined=None)
    assert [(one.domain, one.model, one.published) for one in found.undefined] == [("Z", "b", -100)]
    assert (found.cells, found.agreeing) == (11, 11)
    dsi: dict[str, Any] = published()
    dsi["Z"][1] = None
    assert not compared(write(tmp_path, rates=RATES, dsi=dsi), undefined=None).undefined


def test_models_in_another_order(tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("domain,b,a\nX,30.5,40.25\n")
    dsi = tmp_path / "dsi.tsv"
    dsi.write_text("a\tdomain\tb\n24.22\tX\t-31.97\n")
    found = score_rates(rates, published=dsi).improvements[0].comparison
    assert found is not None
    assert (found.cells, found.agreeing) == (2, 2)
    dsi.write_text("a\tdomain\tc\n24.22\tX\t-31.97\n")
    with pytest.raises(DataError, match="different models"):
        score_rates(rates, published=dsi)


def test_a_delimited_table(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("domain,a,b\nX,12.00,\nY,7,1e1\n", encoding="utf-8-sig")
    table = read_table(path)
    assert table.models == ("a", "b")
    assert (table.value("X", "a"), table.value("X", "b"), table.value("Y", "b")) == (12, None, 10)
    # 12.00 is rounded to hundredths, though whole.
    assert table.rounding == pytest.approx(0.005)


def test_a_file_with_a_mark_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "rates#1.json"
    path.write_text(json.dumps({"models": MODELS, "rates": RATES}))
    assert read_table(path).key == "rates"
    assert read_table(f"{path}#rates").path == path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"models": ["a", "b"], "r": {"X": [1, 2, 3]}}', "more or fewer figures"),
        ('{"models": ["a", "b"], "r": {"X": [1, true]}}', "a figure is no number"),
        ('{"models": ["a", "b"], "r": {"X": [1, "many"]}}', "a figure is no number"),
        ('{"models": ["a", "b"], "r": {"X": [1, NaN]}}', "NaN is no number"),
        ('{"models": ["a", "b"], "r": {"X": [1, -2]}}', "a rate is negative"),
        ('{"models": ["a", "b"], "r": {"X": [1, 2], "X": [1, 2]}}', "'X' is there twice"),
        ('{"models": ["a"], "r": {"X": [1]}}', "DSI compares models"),
        ('{"models": ["a", "a"], "r": {"X": [1, 2]}}', "does not name its models"),
        ('{"r": {"X": [1, 2]}}', "does not name its models"),
        ('{"models":\n ["a", ]}', "line 2: the rates are not JSON"),
        ("[1]", "no JSON object"),
    ],
)
def test_faults_of_json(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.json"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        score_rates(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("domain,a,b\nX,1,2\nX,1,2\n", "line 3: a domain has two rows"),
        ("domain,a,b\nX,1,two\n", "line 2: a figure is no number"),
        ("domain,a,b\nX,1,nan\n", "line 2: a figure is no number"),
        ("domain,a,b\nX,1\n", "line 2: a row has more or fewer fields"),
        ("name,a,b\nX,1,2\n", "the table lacks columns"),
        ("domain,a,b\n", "the table has no rows"),
    ],
)
def test_faults_of_csv(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        score_rates(path)


def test_faults_of_the_call(tmp_path: Path) -> None:
    path = write(tmp_path, rates=RATES, dsi=published())
    with pytest.raises(UsageError, match="several tables") as raised:
        score_rates(path)
    assert raised.value.found == "rates, dsi"
    with pytest.raises(UsageError, match=r"unknown table of tables\.json 'rate'"):
        score_rates(f"{path}#rate")
    with pytest.raises(UsageError, match="holds no table"):
        score_rates(write(tmp_path))
    with pytest.raises(UsageError, match="no keys"):
        score_rates(f"{tmp_path}/r.csv#k")
    with pytest.raises(UsageError, match="tolerance is wrong"):
        score_rates(path, tolerance=-1)
    with pytest.raises(UsageError, match="tolerance is wrong"):
        score_rates(path, threshold=float("nan"))
    with pytest.raises(DataError, match="there is no file of rates here"):
        score_rates(tmp_path / "none.json")
    with pytest.raises(DataError, match="files of other formats"):
        score_rates(tmp_path / "none.txt")


@pytest.mark.real_data
def test_the_paper_s_table_7_follows_from_its_table_6(data_dir: Path) -> None:
    path = data_dir / "code" / "evocodebench_paper_tables.json"
    if not path.is_file():
        pytest.skip("the paper's tables are not here")
    scores = score_rates(
        f"{path}#table6_pass1_by_domain_local_completion",
        published=f"{path}#table7_dsi_published",
        undefined=PAPER_UNDEFINED,
    )
    found = scores.improvements[0].comparison
    assert found is not None
    assert (found.cells, found.agreeing) == (56, 48)
    assert found.largest is not None
    assert found.largest < 0.02
    assert [found.differences, found.undefined] == [[], []]
    assert found.not_published == ["All Domains"]
    (pair,) = found.exchanged
    assert (pair.left, pair.right) == ("StarCoder2-15B", "StarCoder2-7B")
    assert pair.domains == [
        "Database",
        "Software Development",
        "Internet",
        "Scientific Engineering",
    ]
