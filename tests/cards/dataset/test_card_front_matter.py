"""What the Hub and ``datasets`` read off a card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import load_dataset
from huggingface_hub import DatasetCard, DatasetCardData

from domainbench.cards.dataset.front_matter import _size
from domainbench.cards.dataset.licenses import hub_license
from domainbench.schemas.release import Release


def head(text: str) -> dict[str, Any]:
    return yaml.safe_load(text.split("\n---\n", 1)[0].removeprefix("---\n"))


def card(release: Release) -> str:
    return (release.path / "README.md").read_text("utf-8")


def test_configs_are_those_that_the_release_was_written_with(release: Release) -> None:
    short = release.path.with_name(f"{release.path.name}.short.md").read_text("utf-8")
    assert head(card(release))["configs"] == head(short)["configs"]


def test_every_config_loads_with_the_features_stated(release: Release, tmp_path: Path) -> None:
    front = head(card(release))
    stated = {info["config_name"]: info for info in front["dataset_info"]}
    assert stated.keys() == {name for name in release.tables if release.manifest.tables[name].rows}
    for config in front["configs"]:
        name = config["config_name"]
        found = load_dataset(str(release.path), name, cache_dir=str(tmp_path))
        if name in stated:
            rows = {split["name"]: split["num_examples"] for split in stated[name]["splits"]}
            assert {split: len(data) for split, data in found.items()} == rows
            for split, data in found.items():
                assert data.column_names == [f["name"] for f in stated[name]["features"]]
                assert data.to_list() == release.table(name, split).to_pylist()
        else:
            assert all(data.column_names == config["columns"] for data in found.values())


def test_the_hubs_client_reads_the_card_and_writes_the_same(release: Release) -> None:
    loaded = DatasetCard.load(release.path / "README.md")
    assert loaded.content == card(release)
    again = DatasetCardData(**yaml.safe_load(loaded.data.to_yaml()))
    assert again.to_dict() == loaded.data.to_dict()


def test_metadata_of_each_family(made: dict[str, Release]) -> None:
    heads = {family: head(card(release)) for family, release in made.items()}
    assert heads["patents"]["license"] == "apache-2.0"
    assert heads["patents"]["language"] == ["en"]
    assert heads["patents"]["task_categories"] == ["text-retrieval"]
    assert heads["patents"]["tags"][:2] == ["patents", "prior-art-search"]
    assert heads["patents"]["size_categories"] == ["n<1K"]
    assert heads["patents"]["pretty_name"] == "patents-sample 2026.09"
    assert heads["qa"]["language"] == ["en", "hi"]
    assert heads["code"]["language"] == ["code"]
    assert heads["code"]["license"] == "other"
    assert heads["code"]["license_name"] == "mit-and-bsd-3-clause"
    assert heads["rag"]["license"] == "unknown"
    assert "language" not in heads["retrieval"]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Apache-2.0", "apache-2.0"),
        ("MIT", "mit"),
        ("GPL-3.0-or-later", "gpl-3.0"),
        ("LGPL-2.1+", "lgpl-2.1"),
        ("LGPL-2.0-only", "lgpl"),
        ("GFDL-1.3-no-invariants-or-later", "gfdl"),
        ("ODC-By-1.0", "odc-by"),
        ("ODbL-1.0", "odbl"),
        ("PDDL-1.0", "pddl"),
        ("CC-BY-NC-SA-4.0", "cc-by-nc-sa-4.0"),
        ("unknown", "unknown"),
    ],
)
def test_licences_that_the_hub_knows(stated: str, expected: str) -> None:
    assert hub_license(stated) == {"license": expected}


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("PSF-2.0", "psf-2.0"),
        ("MIT OR Apache-2.0", "mit-or-apache-2.0"),
        ("Free for research: ask us!", "free-for-research-ask-us"),
        ("CC-BY-SA-2.0", "cc-by-sa-2.0"),
        ("?", "unknown"),
    ],
)
def test_other_licences_are_named(stated: str, name: str) -> None:
    assert hub_license(stated) == {"license": "other", "license_name": name}


@pytest.mark.parametrize(
    ("rows", "category"),
    [(0, "n<1K"), (999, "n<1K"), (1_000, "1K<n<10K"), (1_000_000, "1M<n<10M")],
)
def test_size_categories(rows: int, category: str) -> None:
    assert _size(rows) == category
