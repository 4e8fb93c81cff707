"""The command of a card makes the release again."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.cards.dataset.recipe import _folder, _toml, recipe
from domainbench.cli import main
from domainbench.schemas.release import Release


@pytest.mark.parametrize("family", ["patents", "qa", "cseo", "retrieval"])
def test_the_command_makes_the_release_again(
    made: dict[str, Release], family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = made[family]
    monkeypatch.chdir(tmp_path)
    told = recipe(release.manifest)
    if told.config is not None:
        Path("build.toml").write_text(told.config, "utf-8")
    assert told.command is not None
    assert told.command in (release.path / "README.md").read_text("utf-8")
    program, *arguments = shlex.split(told.command)
    assert program == "domainbench"
    assert main([*arguments, "--json"]) == 0
    again = Release.open(tmp_path / f"{release.manifest.name}-{release.manifest.version}")
    assert again.manifest.fingerprint == release.manifest.fingerprint
    assert again.manifest.builder == release.manifest.builder
    assert again.manifest.documents == release.manifest.documents
    assert again.manifest.license == release.manifest.license


def test_a_release_that_no_command_made_has_none(made: dict[str, Release]) -> None:
    assert recipe(made["rag"].manifest).command is None
    assert "builder `tests`" in (made["rag"].path / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (["a/b/c.jsonl", "a/d.jsonl"], "a"),
        (["x.jsonl", "y.jsonl"], "."),
        (["/a/x", "b/y"], "SOURCE"),
        ([], "SOURCE"),
    ],
)
def test_the_folder_of_some_files(paths: list[str], folder: str) -> None:
    assert _folder(paths) == folder


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=8,
)  # fmt: skip


@given(VALUES)
def test_values_are_read_back_from_toml(value: object) -> None:
    assert tomllib.loads(f"x = {_toml(value)}\n")["x"] == value
