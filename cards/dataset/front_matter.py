"""The YAML at the head of a card: the configs of the release, and what the Hub asks for besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import yaml

from ...schemas.families import find_family
from ...schemas.readme import front_matter
from .licenses import hub_license

if TYPE_CHECKING:
    from huggingface_hub import DatasetCardData

    from ...schemas.manifest import FileEntry, Manifest
    from ...schemas.release import Release
    from ...schemas.subsets import Subset

_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)
_LARGEST = "1B<n<10B"

_TASKS = {
    "code": ["text-retrieval", "text-generation"],
    "cseo": ["text-ranking", "text-retrieval", "question-answering"],
    "patents": ["text-retrieval"],
    "qa": ["question-answering", "multiple-choice", "text-retrieval"],
    "rag": ["question-answering", "text-retrieval"],
    "retrieval": ["text-retrieval"],
}
_TAGS = {
    "code": ["code", "software-engineering"],
    "cseo": ["generative-engine-optimization", "conversational-search"],
    "patents": ["patents", "prior-art-search"],
    "qa": ["domain-qa", "exams"],
    "rag": ["retrieval-augmented-generation"],
    "retrieval": [],
}
_SHARED_TAGS = ["benchmark", "information-retrieval", "domainbench"]
_CODE = "code"
_UNTOLD = "und"


def card_data(release: Release, subsets: dict[Subset, list[str]]) -> DatasetCardData:
    """The metadata of a release's card.

    ``configs`` are those of the README that the release was written with.

    Args:
        release: the release.
        subsets: those of ``find_subsets``.
    """
    from huggingface_hub import DatasetCardData

    manifest = release.manifest
    written = yaml.safe_load(front_matter(manifest, subsets))
    licence = hub_license(manifest.license)
    data = DatasetCardData(
        language=_languages(manifest),
        size_categories=[_size(sum(table.rows for table in manifest.tables.values()))],
        task_categories=_TASKS[manifest.family],
        pretty_name=written["pretty_name"],
        license=licence["license"],
        license_name=licence.get("license_name"),
        language_bcp47=[code for code in manifest.languages if "-" in code] or None,
        tags=[*_TAGS[manifest.family], *_SHARED_TAGS],
        configs=written["configs"],
    )
    _add_infos(release, data)
    return data


def _size(rows: int) -> str:
    return next((name for limit, name in _SIZES if rows < limit), _LARGEST)


def _languages(manifest: Manifest) -> list[str] | None:
    """Codes without script or region, which the Hub keeps apart; ``code`` of programs."""
    found = [code.partition("-")[0] for code in manifest.languages]
    if manifest.family == _CODE:
        found.append(_CODE)
    return list(dict.fromkeys(code for code in found if code != _UNTOLD)) or None


def _add_infos(release: Release, data: DatasetCardData) -> None:
    """``dataset_info`` of every table that is a config: features, splits, bytes.

    Subsets are columns and rows of these tables, and have none of their own.
    """
    from datasets import DatasetInfo, Features
    from datasets.info import DatasetInfosDict
    from datasets.splits import SplitDict, SplitInfo

    infos = DatasetInfosDict()
    for table in find_family(release.manifest.family).tables:
        entry = release.manifest.tables[table.name]
        splits = SplitDict()
        unpacked = 0
        for name, files in sorted(entry.splits.items()):
            rows = sum(file.rows for file in files)
            if rows:  # `datasets` refuses a split without rows
                size = sum(_unpacked(release, file) for file in files)
                splits.add(SplitInfo(name, num_bytes=size, num_examples=rows))
                unpacked += size
        if splits:
            infos[table.name] = DatasetInfo(
                features=Features.from_arrow_schema(table.schema),
                splits=splits,
                download_size=entry.bytes,
                dataset_size=unpacked,
            )
    infos.to_dataset_card_data(data)


def _unpacked(release: Release, file: FileEntry) -> int:
    """Bytes of a Parquet file's columns before compression."""
    footer = pq.read_metadata(release.path / file.path)
    return sum(footer.row_group(place).total_byte_size for place in range(footer.num_row_groups))
