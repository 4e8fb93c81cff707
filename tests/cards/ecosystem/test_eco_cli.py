"""Layouts of results, tasks, differences and changelogs as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

import domainbench as package
from tests.cli.conftest import domainbench, refused

COMMIT = "ab" * 20


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample release and what BM25 finds on it."""
    folder = tmp_path_factory.mktemp("ecosystem")
    release = package.sample("patents", folder / "sample", size=40)
    package.evaluate(release, ["bm25"], output=folder / "results")
    return folder


def test_results_in_the_forms_of_mteb_and_the_hub(home: Path) -> None:
    call = ("export", "mteb-results", "results", "-o", "mteb", "--set", "languages=en, de")
    done = domainbench(*call, "--json", cwd=home)
    assert done.returncode == 0, done.stderr
    (name,) = (n for n in json.loads(done.stdout)["files"] if n.endswith("Retrieval.json"))
    (row, *_) = json.loads((home / "mteb" / name).read_text("utf-8"))["scores"]["test"]
    assert row["languages"] == ["eng-Latn", "deu-Latn"]
    results = json.loads((home / "results" / "results.json").read_text("utf-8"))
    (value,) = (
        f["value"]
        for f in results["figures"]
        if (f["partition"], f["measure"], f["column"]) == ("ALL", "nDCG@100", None)
    )
    assert row["main_score"] == value
    hub = ("--set", "repository=org/patents", "--set", f"revision={COMMIT}")
    done = domainbench("export", "eval-results", "results", "-o", "hub", *hub, cwd=home)
    assert done.returncode == 0, done.stderr
    (entry, *_) = yaml.safe_load(
        (home / "hub/domainbench__bm25/.eval_results/PatentsSampleRetrieval.yaml").read_text()
    )
    assert entry["value"] == pytest.approx(100 * value, abs=1e-5)


def test_tasks_of_a_release(home: Path) -> None:
    hub = ("--set", "repository=org/patents", "--set", "revision=v1")
    done = domainbench("export", "mteb-task", "sample", "-o", "task", *hub, cwd=home)
    assert done.returncode == 0, done.stderr
    assert '"path": "org/patents"' in (home / "task" / "mteb_tasks.py").read_text("utf-8")


def test_what_is_wrong_with_an_export_is_said(home: Path) -> None:
    for call, *words in (
        (("mteb-results", "sample"), "no results", "evaluate"),
        (("mteb-task", "results"), "no release"),
        (("eval-results", "results"), "repository and revision", "--set"),
        (("mteb-results", "results", "--set", "repository=a/b"), "'repository'", "languages"),
        (("mteb-results", "results", "--partition", "IN"), "'partition'"),
        (("mteb-task", "sample", "--partition", "IN"), "no partitions"),
        (("mteb-task", "sample", "--set", "model=x"), "'model'", "languages"),
        (("beir", "sample", "--set", "task=x"), "no options"),
        (("mtebtask", "sample"), "mteb-task", "eval-results"),
    ):
        done = domainbench("export", *call, "-o", "wrong", cwd=home)
        refused(done, 1 if words[0] in {"no results", "no release"} else 2, *words)
    with pytest.raises(package.schemas.errors.UsageError, match="none of a release"):
        package.export_dataset(home / "sample", "mteb-results", home / "wrong")
    assert not (home / "wrong").exists()


def test_differences_as_markdown(home: Path) -> None:
    done = domainbench("diff", "sample", "sample", "--markdown", cwd=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# patents-sample ")
    again = domainbench("diff", "sample", "sample", "-o", "diff.md", cwd=home)
    assert again.stdout == "diff.md\n"
    assert (home / "diff.md").read_text("utf-8") == done.stdout
    done = domainbench("diff", "sample", "sample", "--json", "--markdown", cwd=home)
    refused(done, 2, "one form at a time")


def test_a_changelog(home: Path) -> None:
    done = domainbench("changelog", "sample", "--parents", "results", ".", cwd=home)
    assert done.returncode == 0, done.stderr
    assert "The first release." in done.stdout
    told = domainbench("changelog", "sample", "--json", "-o", "CHANGELOG.md", cwd=home)
    assert json.loads(told.stdout) == {"path": "CHANGELOG.md", "changelog": done.stdout}
    assert (home / "CHANGELOG.md").read_text("utf-8") == done.stdout
    assert package.changelog(home / "sample") == done.stdout
    done = domainbench("changelog", "sample", "--parents", "nowhere", cwd=home)
    refused(done, 2, "nowhere")
