from __future__ import annotations

import json
from pathlib import Path

import pytest

from domainbench.cli import main
from domainbench.schemas.errors import UsageError
from domainbench.scoring import score_outcomes
from tests.code_projects import write_sdist

METADATA = [
    {
        "namespace": f"pack.mod.f{number}",
        "completion_path": "repo/pack/mod.py",
        "dependency": {"intra_class": [], "intra_file": ["pack.mod.g"], "cross_file": []},
        "tests": ["tests/test_mod.py::test"],
    }
    for number in range(2)
]


def lines(path: Path, rows: list[dict]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("code")
    archive = write_sdist(folder, "1.0")
    code = main(
        [
            "build", "code", str(archive), "-o", str(folder / "release"), "--since", "2025-01-01",
            "--until", "2025-07-01", "--set", "date=2025-02-01", "--set", "tests=static",
            "--allow-licenses", "MIT",
        ]
    )  # fmt: skip
    assert code == 0
    return folder / "release"


def test_build_says_what_it_made(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(release)]) == 0
    assert "samples: test 5 rows" in capsys.readouterr().out
    assert main(["verify", str(release)]) == 0


def test_nothing_left_is_the_datas_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = write_sdist(tmp_path, "1.0")
    command = ["build", "code", str(archive), "-o", str(tmp_path / "r"), "--set", "date=2025-02-01"]
    assert main([*command, "--since", "2026-01-01"]) == 1
    assert "1 release from before the window" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "soon"], "soon"),
        (["--engine", "duckdb"], "without a relational engine"),
        (["--set", "select=best"], "select"),
    ],
)
def test_wrong_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    archive = write_sdist(tmp_path, "1.0")
    assert main(["build", "code", str(archive), "-o", str(tmp_path / "r"), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_evaluate_every_task(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for task in (
        "requirement", "requirement_in_repository", "context", "description",
        "description_in_repository",
    ):  # fmt: skip
        command = ["evaluate", str(release), "--task", task, "-s", "bm25:tokenizer=code", "--json"]
        assert main([*command, "--by", "domain", "--by", "standalone"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["task"] == task
        assert any(figure["slice"] == "Database" for figure in found["figures"])
    assert found["queries"] == 5


def test_prompts(release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["export", "prompts", str(release), "-o", str(tmp_path / "prompts")]
    assert main([*command, "--set", "setting=local_completion"]) == 0
    rows = (tmp_path / "prompts" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 5
    assert "return [word for word in found if word]" not in json.loads(rows[-1])["prompt"]
    assert main([*command, "--set", "setting=everything"]) == 2
    assert main([*command[:-1], str(tmp_path / "p"), "--set", "definitions=few"]) == 2
    assert "whole number" in capsys.readouterr().err


def test_recorded_outcomes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks = lines(tmp_path / "metadata.jsonl", METADATA)
    rows = [
        {"namespace": f"pack.mod.f{n}", "sample": s, "passed": n == 0 and s == 0,
         "generated_dependency": METADATA[n]["dependency"]}
        for n in range(2)
        for s in range(2)
    ]  # fmt: skip
    outcomes = lines(tmp_path / "outcomes.jsonl", rows)
    command = ["score", "code", "--outcomes", f"low={outcomes}", "--tasks", tasks, "-k", "1"]
    assert main([*command, "--json", "-o", str(tmp_path / "scores")]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    whole = {f["measure"]: f["value"] for f in figures if f["column"] is None}
    assert whole == {"pass@1": 0.25, "recall@1": 1.0}
    assert (tmp_path / "scores" / "scores.json").is_file()
    with pytest.raises(UsageError, match="unknown option of score 'kss'"):
        score_outcomes([outcomes], tasks=tasks, kss=[1])
    assert main(["score", "code", "--outcomes", outcomes]) == 2
    assert "--tasks" in capsys.readouterr().err


def test_rates_and_a_published_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tables.json"
    # DSI of a: 100 (20 - 10) / 20 = 50; of b: 100 (10 - 20) / 10 = -100.
    table = {"models": ["a", "b"], "rates": {"X": [20, 10]}, "dsi": {"X": [-100, 50]}}
    path.write_text(json.dumps(table), encoding="utf-8")
    command = ["score", "code", "--rates", f"{path}#rates", "--published", f"{path}#dsi"]
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "50.00 C" in told
    assert "a and b swapped in rows X" in told.replace("\n", " ")


def test_real_tables_and_outcomes(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = data_dir / "code" / "evocodebench_paper_tables.json"
    rates, published = "table6_pass1_by_domain_local_completion", "table7_dsi_published"
    command = ["score", "code", "--rates", f"{tables}#{rates}", "--undefined", "-100"]
    assert main([*command, "--published", f"{tables}#{published}"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    rows = "Database, Software Development, Internet, Scientific Engineering"
    assert f"StarCoder2-15B and StarCoder2-7B swapped in rows {rows}" in told
