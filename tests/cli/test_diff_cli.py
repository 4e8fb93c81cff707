"""``domainbench diff`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import domainbench as package
from tests.cli.conftest import domainbench, refused


def test_two_versions_are_compared(sample: Path, home: Path) -> None:
    call = ("build", "patents", "sample.source.jsonl", "--version", "2099.01")
    built = domainbench(*call, "-o", "later", "--set", "max_queries=5", cwd=home)
    assert built.returncode == 0, built.stderr
    done = domainbench("diff", "sample", "later", cwd=home)
    assert done.returncode == 0, done.stderr
    for words in ("-> 2099.01", "parameter max_queries: none -> 5", "corpus: ", "removed: docdb-"):
        assert words in done.stdout
    assert "Scores are not comparable: " in done.stdout
    told = json.loads(domainbench("diff", "sample", "later", "--json", cwd=home).stdout)
    assert told["tables"]["queries"]["rows"]["new"] == 5
    assert told["tables"]["queries"]["removed"] == told["tables"]["queries"]["rows"]["old"] - 5
    assert not told["comparable"]
    assert package.diff(home / "sample", home / "later").to_dict()["tables"] == told["tables"]


def test_a_release_is_like_itself(sample: Path, home: Path) -> None:
    done = domainbench("diff", "sample", "sample", cwd=home)
    assert done.returncode == 0
    assert done.stdout.count("the same") == 4
    assert "Scores stay comparable" in done.stdout


def test_what_is_wrong_with_a_call_is_said(sample: Path, home: Path) -> None:
    refused(domainbench("diff", "sample", "nowhere", cwd=home), 2, "nowhere")
    done = domainbench("sample", "qa", "-o", "other", "--size", "3", cwd=home)
    assert done.returncode == 0, done.stderr
    refused(domainbench("diff", "sample", "other", cwd=home), 2, "families", "qa in other")
