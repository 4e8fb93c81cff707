"""The command line as a user meets it: real processes, real files, exit codes."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.cli.conftest import domainbench, refused


def test_sample_verify_inspect(sample: Path, home: Path) -> None:
    verified = domainbench("verify", "sample", cwd=home)
    assert verified.returncode == 0
    assert "sound" in verified.stdout
    shown = domainbench("inspect", "sample", cwd=home)
    assert "corpus" in shown.stdout
    assert "google-patents" in shown.stdout
    found = json.loads(domainbench("inspect", "sample", "--json", cwd=home).stdout)
    assert found["family"] == "patents"
    assert found["tables"]["queries"]["rows"]["test"] > 20


def test_evaluate_prints_one_table_and_writes_results(sample: Path, home: Path) -> None:
    systems = ("-s", "bm25", "-s", "dense", "-s", "rrf:bm25+dense")
    done = domainbench(
        "evaluate", "sample", *systems, "--by", "section_domains", "-o", "out", cwd=home
    )
    assert done.returncode == 0, done.stderr
    for word in ("bm25", "dense", "rrf", "ALL", "IN", "OUT", "section_domains", "nDCG@100"):
        assert word in done.stdout
    results = json.loads((home / "out" / "results.json").read_text())
    assert [s["spec"] for s in results["systems"]] == ["bm25", "dense", "rrf:bm25+dense,k=60"]
    again = domainbench("evaluate", "sample", *systems, "-o", "out", "--json", cwd=home)
    assert all(cost["reused"] for cost in json.loads(again.stdout)["costs"])


def test_the_sample_is_the_same_everywhere(sample: Path, home: Path) -> None:
    with_other = os.environ | {"PYTHONHASHSEED": "7", "POLARS_MAX_THREADS": "1", "TZ": "Asia/Tokyo"}
    for engine in ("polars", "duckdb"):
        target = home / f"again-{engine}"
        subprocess.run(
            [
                *(sys.executable, "-m", "domainbench", "build", "patents", "sample.source.jsonl"),
                *("-o", str(target), "--engine", engine),
            ],
            cwd=home,
            env=with_other,
            check=True,
            capture_output=True,
        )
        one, two = (
            json.loads((folder / "manifest.json").read_text())["fingerprint"]
            for folder in (sample, target)
        )
        assert one == two


def test_build_options_come_from_everywhere(sample: Path, home: Path) -> None:
    (home / "build.toml").write_text(
        'name = "mine"\nlicense = "CC-BY-4.0"\nseed = 4\n[options]\nmax_queries = 9\n'
        'label_rule = "strict"\n'
    )
    done = domainbench(
        "build", "patents", "sample.source.jsonl", "-o", "tuned", "--config", "build.toml",
        "--set", "max_queries=5", "--version", "2026.11.1", "--json", cwd=home,
    )  # fmt: skip
    manifest = json.loads(done.stdout)["manifest"]
    assert (manifest["name"], manifest["version"]) == ("mine", "2026.11.1")
    assert manifest["license"] == "CC-BY-4.0"
    assert manifest["builder"]["seed"] == 4
    assert manifest["builder"]["parameters"]["max_queries"] == 5
    assert manifest["tables"]["queries"]["rows"] == 5
    assert manifest["builder"]["parameters"]["label_rule"] == "strict"


def test_a_fault_in_a_release_is_exit_code_1(sample: Path, home: Path) -> None:
    target = home / "broken"
    subprocess.run(["cp", "-r", str(sample), str(target)], check=True)
    (target / "qrels" / "test-00000-of-00001.parquet").write_bytes(b"")
    done = domainbench("verify", "broken", cwd=home)
    assert done.returncode == 1
    assert "fault" in done.stdout


GOOD = {"publication_number": "US-1234567-B2", "abstract_en": "A valve.", "Citations": ""}


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("empty.jsonl", b"", 1, ("empty", "empty.jsonl")),
        ("poem.txt", b"no patents here\nat all\n", 1, ("format", "poem.txt", "uspto-xml")),
        ("cut.gz", gzip.compress(json.dumps(GOOD).encode() * 9999, mtime=0)[:200], 1, ("cut.gz",)),
        ("search.json", b'{"query": "ti = plastic", "results": []}', 1, ("search.json",)),
    ],
    ids=["empty", "no table", "cut gzip", "other JSON"],
)
def test_unusable_sources_are_named(
    home: Path, name: str, content: bytes, code: int, words: tuple[str, ...]
) -> None:
    (home / name).write_bytes(content)
    refused(domainbench("build", "patents", name, "-o", "never", cwd=home), code, *words)
    assert not (home / "never").exists()


def test_a_bad_record_is_listed_and_the_rest_goes_on(home: Path) -> None:
    lines = [
        json.dumps(GOOD).encode(),
        b'{"publication_number": ',
        b'{"publication_number": "US-7654321-B1", "abstract_en": "caf\xe9"}',
        json.dumps(GOOD | {"publication_number": "?"}).encode(),
        json.dumps(GOOD).encode(),
        json.dumps(GOOD | {"publication_number": "US-7654321-B1"}).encode(),
    ]
    (home / "mixed.jsonl").write_bytes(b"\n".join(lines))
    done = domainbench("build", "patents", "mixed.jsonl", "-o", "mixed", cwd=home)
    assert done.returncode == 0, done.stderr
    listed = [json.loads(line) for line in (home / "mixed.rejects.jsonl").read_text().splitlines()]
    assert [row["line"] for row in listed] == [2, 3, 4, 5]
    assert all(row["file"] == "mixed.jsonl" and row["reason"] for row in listed)
    assert "duplicate" in listed[-1]["reason"]
    assert "rejected: 4" in done.stdout


def test_an_entity_bomb_is_refused(home: Path) -> None:
    bomb = (
        '<?xml version="1.0"?>\n<!DOCTYPE us-patent-grant [\n<!ENTITY a "aaaaaaaaaa">\n'
        + "".join(f'<!ENTITY {c} "{f"&{p};" * 10}">\n' for p, c in pairwise("abcdefghi"))
        + "]>\n<us-patent-grant>&i;</us-patent-grant>\n"
    )
    (home / "bomb.xml").write_text(bomb)
    start = time.monotonic()
    done = domainbench("build", "patents", "bomb.xml", "-o", "bombed", cwd=home)
    assert time.monotonic() - start < 60
    refused(done, 1)
    assert not (home / "bombed").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("build", "patents", "nowhere.xml", "-o", "x"), ("nowhere.xml",)),
        (("build", "patent", "sample.source.jsonl", "-o", "x"), ("did you mean patents",)),
        (("build", "patents", "sample.source.jsonl", "-o", "sample"), ("exists", "--overwrite")),
        (
            ("build", "patents", "sample.source.jsonl", "-o", "x", "--set", "min_yaer=3"),
            ("did you mean min_year",),
        ),
        (
            ("build", "patents", "sample.source.jsonl", "-o", "x", "--set", "min_year=soon"),
            ("min_year",),
        ),
        (("build", "patents", "sample.source.jsonl", "-o", "x", "--set", "oops"), ("KEY=VALUE",)),
        (
            ("build", "patents", "sample.source.jsonl", "-o", "x", "--engine", "spark"),
            ("polars", "duckdb"),
        ),
        (
            ("build", "patents", "sample.source.jsonl", "-o", "x", "--version", "1.0"),
            ("YYYY.MM",),
        ),
        (("build", "patents", "sample.source.jsonl", "-o", "x", "--preset", "dap"), ("dapfam",)),
        (
            ("build", "patents", "sample.source.jsonl", "-o", "x", "--config", "no.toml"),
            ("no.toml",),
        ),
        (("sample", "patents", "-o", "sample"), ("exists",)),
        (("sample", "patents", "-o", "x", "--size", "0"), ("below 1",)),
        (("verify", "nowhere"), ("nowhere",)),
        (("inspect", "nowhere"), ("nowhere",)),
        (("evaluate", "sample", "-s", "bm52"), ("did you mean bm25",)),
        (("evaluate", "sample", "-s", "dense:no/such-model"), ("no/such-model",)),
        (("evaluate", "sample", "-s", "bm25", "--corpus-view", "TX"), ("TACD",)),
        (("evaluate", "sample", "-s", "bm25", "-m", "nDGC@10"), ("did you mean nDCG",)),
        (("evaluate", "sample", "-s", "bm25", "--by", "colour"), ("colour",)),
    ],
)  # fmt: skip
def test_a_wrong_call_is_exit_code_2(
    sample: Path, home: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    refused(domainbench(*arguments, cwd=home), 2, *words)


def test_a_release_without_queries_cannot_be_evaluated(home: Path) -> None:
    (home / "lone.jsonl").write_text(json.dumps(GOOD) + "\n")
    built = domainbench("build", "patents", "lone.jsonl", "-o", "lone", cwd=home)
    assert "no query" in built.stdout
    refused(domainbench("evaluate", "lone", "-s", "bm25", cwd=home), 1, "no query")


def test_help_and_version(home: Path) -> None:
    shown = domainbench("--help", cwd=home)
    assert shown.returncode == 0
    assert "evaluate" in shown.stdout
    assert domainbench("--version", cwd=home).stdout.startswith("domainbench ")
    assert domainbench(cwd=home).returncode == 2
