"""Plots beside a card, and what ``verify`` says of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from domainbench.api import verify
from domainbench.cards.dataset.card import write_card
from domainbench.cards.dataset.plots import _lengths, all_paths, draw_plots
from domainbench.cli import main
from domainbench.schemas.release import Release


def test_plots_are_named_in_the_card_and_are_svg(release: Release) -> None:
    text = (release.path / "README.md").read_text("utf-8")
    named = re.findall(r"!\[[^]]+\]\((plots/[^)]+)\)", text)
    assert sorted(named) == sorted(f"plots/{p.name}" for p in (release.path / "plots").iterdir())
    assert set(named) <= set(all_paths())
    for name in named:
        assert etree.parse(release.path / name).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_a_card_and_plots_are_no_fault(release: Release, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(release.path, bare, ignore=shutil.ignore_patterns("*.svg", "README.md"))
    assert verify(release.path) == verify(bare)


def test_plots_can_be_left_out_and_old_ones_go(patents: Release) -> None:
    (patents.path / "plots" / "mine.svg").write_text("<svg/>")
    write_card(patents, plots=False)
    assert "![" not in (patents.path / "README.md").read_text("utf-8")
    assert [p.name for p in (patents.path / "plots").iterdir()] == ["mine.svg"]


def test_lengths_are_counted_by_their_powers_of_two(patents: Release) -> None:
    texts = patents.table("queries", columns=["text"]).column("text").to_pylist()
    expected = np.bincount([len(text).bit_length() - 1 for text in texts], minlength=24)
    assert _lengths(patents, "queries").tolist() == expected.tolist()


def test_labels_in_any_script_are_drawn_without_a_warning(patents: Release) -> None:
    slices = {"corpus.section_domains=कृषि $x$": 3, "corpus.section_domains=\u0b85<&>": 1}
    manifest = patents.manifest.model_copy(update={"slices": slices})
    odd = Release(patents.path, manifest)
    write_card(odd)
    assert "कृषि $x$" in (patents.path / "plots" / "labels.svg").read_text("utf-8")
    assert [plot.title for plot in draw_plots(odd)] == ["Rows by label", "Lengths of texts"]


def test_the_command_writes_the_card(
    patents: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (patents.path / "README.md").unlink()
    assert main(["card", str(patents.path), "--no-plots"]) == 0
    assert capsys.readouterr().out == f"{patents.path / 'README.md'}\n"
    assert main(["card", str(patents.path), "--results", str(tmp_path / "x"), "--json"]) == 1
    assert "no results" in capsys.readouterr().err
    assert main(["card", str(tmp_path / "nowhere")]) == 2
