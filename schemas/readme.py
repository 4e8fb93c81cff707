"""The README.md of a release: the YAML that makes ``load_dataset`` work, and the facts in short.

Besides its tables, a retrieval release lists the configs ``S-corpus``, ``S-queries`` and
``S-qrels`` for every subset S of its family (ALL and the partitions, unless the family has others).
They are columns and rows of the same files, in the form in which MTEB's retrieval tasks load a
subset and can batch it: texts without lists or nulls, relevant pairs only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from .manifest import Manifest
    from .subsets import Reader, Subset

README_NAME = "README.md"

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_SUBSET_COLUMNS = {
    "corpus": ["_id", "title", "text"],
    "queries": ["_id", "text"],
    "qrels": ["query-id", "corpus-id", "score"],
}


def write_readme(
    folder: Path, manifest: Manifest, subsets_of: Callable[[Reader], Iterable[Subset]]
) -> None:
    """Write ``README.md`` for a release from its manifest; ``subsets_of`` is its family's."""
    subsets = find_subsets(folder, manifest, subsets_of)
    text = f"---\n{front_matter(manifest, subsets)}---\n\n{_body(manifest, subsets)}"
    (folder / README_NAME).write_text(text, encoding="utf-8")


def find_subsets(
    folder: Path, manifest: Manifest, subsets_of: Callable[[Reader], Iterable[Subset]]
) -> dict[Subset, list[str]]:
    """Subset → splits in which it has relevant pairs."""
    found: dict[Subset, list[str]] = {}
    for split in sorted(manifest.tables["qrels"].splits):

        def read(table: str, columns: Sequence[str], split: str = split) -> Any:
            files = manifest.tables[table].splits[split]
            wanted = list(columns) or None
            return pa.concat_tables(
                [pq.read_table(folder / file.path, columns=wanted) for file in files]
            )

        for subset in subsets_of(read):
            found.setdefault(subset, []).append(split)
    return found


def _subset_configs(manifest: Manifest, subset: Subset, splits: list[str]) -> list[str]:
    filters = {"corpus": subset.corpus, "queries": subset.queries, "qrels": subset.qrels}
    lines: list[str] = []
    for table, columns in _SUBSET_COLUMNS.items():
        lines += [f"- config_name: {subset.name}-{table}", "  data_files:"]
        for split in sorted(manifest.tables[table].splits) if table == "corpus" else splits:
            lines += [f"  - split: {split}", f"    path: {table}/{split}-*.parquet"]
        shown = [name for name in columns if name != "title" or subset.titled]
        lines.append(f"  columns: {json.dumps(shown)}")
        if filters[table]:
            lines.append(f"  filters: {json.dumps(filters[table], ensure_ascii=False)}")
    return lines


def front_matter(manifest: Manifest, subsets: dict[Subset, list[str]]) -> str:
    """The YAML at the head of the file: what the data set is, and its configs.

    Args:
        manifest: the release's.
        subsets: those of ``find_subsets``.
    """
    rows = sum(table.rows for table in manifest.tables.values())
    size = next((name for limit, name in _SIZES if rows < limit), "n>1M")
    lines = [f"pretty_name: {_quote(f'{manifest.name} {manifest.version}')}"]
    if manifest.license != "unknown":
        lines.append(f"license: {_quote(manifest.license)}")
    if manifest.languages:
        lines += ["language:", *(f"- {_quote(code)}" for code in manifest.languages)]
    lines += ["task_categories:", "- text-retrieval", "size_categories:", f"- {size}", "configs:"]
    for name, table in sorted(manifest.tables.items()):
        # `datasets` refuses a split without rows, so one is listed only where it holds some.
        filled = [s for s, files in sorted(table.splits.items()) if sum(f.rows for f in files)]
        if filled:
            lines += [f"- config_name: {name}", "  data_files:"]
        for split in filled:
            lines += [f"  - split: {split}", f"    path: {name}/{split}-*.parquet"]
        if filled and name == "corpus":
            lines.append("  default: true")
    for subset, splits in subsets.items():
        lines += _subset_configs(manifest, subset, splits)
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """A YAML scalar; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _body(manifest: Manifest, subsets: dict[Subset, list[str]]) -> str:
    builder = manifest.builder
    lines = [
        f"# {manifest.name} {manifest.version}",
        "",
        f"A release of the `{manifest.family}` family.",
        "",
        f"Built by {builder.package} {builder.version} (`{builder.name}`, seed {builder.seed}).",
        "",
        "| table | split | rows |",
        "|---|---|---|",
    ]
    for name, table in sorted(manifest.tables.items()):
        for split, files in sorted(table.splits.items()):
            lines.append(f"| {name} | {split} | {sum(file.rows for file in files)} |")
    lines += [
        "",
        f"Licence: {manifest.license}. Fingerprint: `{manifest.fingerprint}`.",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'corpus = load_dataset("path/to/this/folder", "corpus", split="test")',
        "```",
        "",
    ]
    if subsets:
        names = ", ".join(subset.name for subset in subsets)
        lines += [
            "MTEB's retrieval tasks load it as it is: `TaskMetadata` takes this folder as the data",
            f"set's path, and the subsets {names} as keys of `eval_langs`.",
            "",
        ]
    return "\n".join(lines)
