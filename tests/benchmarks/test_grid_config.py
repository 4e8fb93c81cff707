from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from domainbench.benchmarks.grid.config import GridConfig, read_config
from domainbench.schemas.errors import DataError, UsageError

DAPFAM = Path(__file__).parents[2] / "grids" / "dapfam.toml"


def read(folder: Path, text: str, **define: str) -> GridConfig:
    path = folder / "grid.toml"
    path.write_text('name = "g"\n' + text)
    return read_config(path, define)


def block(system: str, more: str = "", query: str = '"T"', corpus: str = '"T"') -> str:
    lines = ["[[cells]]", f"query_view = {query}", f"corpus_view = {corpus}"]
    return "\n".join([*lines, f"system = {system}", more, ""])


def test_dapfam_has_its_249_cells() -> None:
    config = read_config(DAPFAM)
    assert len(config.cells) == 249
    assert config.merged == 0
    assert len({(c.query_view, c.corpus_view, c.system) for c in config.cells}) == 249
    assert Counter(cell.label for cell in config.cells) == {
        "BM25 document": 16,
        "dense document": 16,
        "BM25 passage": 96,
        "dense passage": 96,
        "RRF document": 16,
        "RRF passage": 4,
        "RRF BM25 passage + dense document": 4,
        "RRF of all": 1,
    }
    assert config.measures == ("nDCG@100", "Recall@100")
    assert config.cells[32].name == "BM25 passage TAC>TAC window=64 maxP"
    assert config.axes == ["window", "aggregation", "rrf_k"]
    passages = [cell for cell in config.cells if cell.label == "dense passage"]
    assert {cell.axes["window"] for cell in passages} == {*(2**n for n in range(6, 13)), 8190}
    assert all("arctic-embed-m-v2.0" in cell.system for cell in passages)
    assert all("query_prompt=query:" in cell.system for cell in passages)


def test_dapfam_takes_another_encoder() -> None:
    config = read_config(DAPFAM, {"encoder": "dense:dims=64"})
    assert len(config.cells) == 249
    assert not any("arctic" in cell.system for cell in config.cells)
    (last,) = [cell for cell in config.cells if cell.label == "RRF of all"]
    assert last.system == (
        "rrf:bm25+passages(bm25,window=4096,agg=maxP)+dense(dims=64)"
        "+passages(dense(dims=64),window=1024,agg=avg_top3),k=60"
    )


def test_a_block_is_a_product(tmp_path: Path) -> None:
    text = block('["bm25:b={b}", "dense"]', "b = [0.25, 0.5]", '["T", "TA"]', '["TA", "D"]')
    config = read(tmp_path, text)
    assert [(c.query_view, c.corpus_view, c.system) for c in config.cells[:3]] == [
        ("T", "TA", "bm25:b=0.25"),
        ("T", "TA", "bm25:b=0.5"),
        ("T", "D", "bm25:b=0.25"),
    ]
    assert len(config.cells) == 2 * 2 * (2 + 1)
    assert config.cells[0].axes == {"b": 0.25}
    assert config.cells[0].name == "bm25:b=0.25 T>TA"
    assert config.cells[-1].axes == {}


def test_equal_cells_are_one_and_the_first_stays(tmp_path: Path) -> None:
    first = block('"bm25:k1={k1}"', 'label = "one"\nk1 = [0.9, 1.2, 1.2]')
    second = block('["bm25:b=0.75", "bm25:b=0"]', 'label = "two"')
    config = read(tmp_path, first + second)
    assert [(c.label, c.system) for c in config.cells] == [
        ("one", "bm25:k1=0.9"),
        ("one", "bm25"),
        ("two", "bm25:b=0"),
    ]
    assert config.merged == 2


def test_variables_stand_for_systems_in_systems(tmp_path: Path) -> None:
    text = """
    [define]
    base = "bm25:k1=0.9,b=0.4"
    other = "bm25(k1={saturation},b=0)"
    both = "rrf:{base}+{other},k={k}"
    """
    text += block('["{base}", "{both}"]', "k = [10, 20]\nsaturation = 2")
    assert [(c.system, dict(c.axes)) for c in read(tmp_path, text).cells] == [
        ("bm25:k1=0.9,b=0.4", {}),
        ("rrf:bm25(k1=0.9,b=0.4)+bm25(k1=2,b=0),k=10", {"k": 10, "saturation": 2}),
        ("rrf:bm25(k1=0.9,b=0.4)+bm25(k1=2,b=0),k=20", {"k": 20, "saturation": 2}),
    ]
    assert read(tmp_path, text, base="bm25").cells[0].system == "bm25"


def test_tuning_has_defaults(tmp_path: Path) -> None:
    text = 'measures = ["RR"]\n' + block('"bm25"') + '[tune]\nsplit = "dev"\n'
    tune = read(tmp_path, text).tune
    assert tune is not None
    assert (tune.split, tune.measure, tune.partition, tune.by) == ("dev", "RR", "ALL", ("label",))


ONE = block('"bm25"')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "cells is missing"),
        ("cells = []", "cells is missing"),
        ("cells = [1]", r"\[\[cells\]\] 1: cells are no tables"),
        ("depth = 3\n" + ONE, "unknown key 'depth'"),
        ("k = true\n" + ONE, "k has the wrong type"),
        ('k = "10"\n' + ONE, "k has the wrong type"),
        ("k = 10\n" + ONE, "smaller than a measure"),
        ('measures = ["nDGC@10"]\n' + ONE, "(?s)measures: unknown.*did you mean nDCG"),
        ("measures = [1]\n" + ONE, "no list of names"),
        ("[define]\nx = 1\n" + ONE, r"\[define\]: x has the wrong type"),
        ('[define]\n"a b" = "x"\n' + ONE, "no name of a variable"),
        (block('"bm52"'), r"(?s)grid.toml, line 2: \[\[cells\]\] 1: .*did you mean bm25"),
        (ONE + block('"bm25:k2=1"'), r"(?s)grid.toml, line 7: \[\[cells\]\] 2: .*did you mean"),
        (block("[]"), "no list of names"),
        (block('"bm25"', query="[]"), "no list of names"),
        (block('"bm25:b={b}"', "b = []"), "b is empty"),
        (block('"bm25:b={b}"', "b = [[1]]"), "b has the wrong type"),
        (block('"bm25:b={c}"', "b = 1"), "(?s)unknown variable.*'c'"),
        (block('"bm25"', 'lable = "x"'), "(?s)'lable'.*did you mean label"),
        (block('"bm25:b={value}"', "value = 1"), "cannot be called value"),
        ("[[cells]]\nsystem = 'bm25'\ncorpus_view = 'T'", "query_view is missing"),
        ('[define]\nb = "1"\n' + block('"bm25:b={b}"', "b = 1"), "the name of a variable"),
        ('[define]\na = "{b}"\nb = "{a}"\n' + block('"{a}"'), "(?s)names itself.*a > b > a"),
        (ONE + "[tune]\nmeasure = 'RR'", r"\[tune\]: split is missing"),
        (ONE + "[tune]\nsplit = 'test'", "the one that is reported"),
        (ONE + "[tune]\nsplit = 'dev'\nmeasure = 'RR'", "unknown measure"),
        (ONE + "[tune]\nsplit = 'dev'\nby = ['b']", "unknown column of cells"),
        (ONE + "[tune]\nsplit = 'dev'\nat = 1", "unknown key 'at'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as raised:
        read(tmp_path, text)
    assert str(raised.value).startswith(str(tmp_path / "grid.toml"))


def test_a_variable_of_the_call_must_be_defined(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"(?s)unknown variable 'encodr'.*did you mean encoder"):
        read(tmp_path, '[define]\nencoder = "dense"\n' + ONE, encodr="dense")


def test_a_file_that_is_no_grid(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such grid"):
        read_config(tmp_path / "missing.toml")
    with pytest.raises(DataError, match="not TOML"):
        read(tmp_path, "[[cells]")
