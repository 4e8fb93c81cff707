"""The README.md of a release: the YAML that makes ``load_dataset`` work, and the facts in short.

Besides its tables, a retrieval release lists the configs ``S-corpus``, ``S-queries`` and
``S-qrels`` for the subset ALL and for every partition S. They are columns and rows of the same
files, in the form in which MTEB's retrieval tasks load a subset and can batch it: texts without
lists or nulls, relevant pairs only.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

    from .manifest import Manifest

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

ALL = "ALL"
_SUBSET = re.compile(r"[\w.-]+")
"""Labels that can name a config."""
_SUBSET_COLUMNS = {
    "corpus": ["_id", "title", "text"],
    "queries": ["_id", "text"],
    "qrels": ["query-id", "corpus-id", "score"],
}


def write_readme(folder: Path, manifest: Manifest) -> None:
    """Write ``README.md`` for a release from its manifest."""
    subsets = _subsets(folder, manifest)
    text = f"---\n{_front_matter(manifest, subsets)}---\n\n{_body(manifest, subsets)}"
    (folder / "README.md").write_text(text, encoding="utf-8")


def _subsets(folder: Path, manifest: Manifest) -> dict[str, list[str]]:
    """Subset → splits in which it has relevant pairs; ALL first."""
    found: dict[str, list[str]] = {}
    for split, files in sorted(manifest.tables["qrels"].splits.items()):
        pairs: Any = pa.concat_tables([pq.read_table(folder / file.path) for file in files])
        pairs = pairs.filter(pc.call_function("greater", [pairs.column("score"), 0]))
        labelled = "partition" in pairs.column_names
        labels = pairs.column("partition").unique().to_pylist() if labelled else []
        names = sorted(label for label in labels if label and _SUBSET.fullmatch(label))
        for name in [ALL, *names] if len(pairs) else []:
            found.setdefault(name, []).append(split)
    return found


def _subset_configs(manifest: Manifest, name: str, splits: list[str]) -> list[str]:
    filters: list[list[object]] = [["score", ">", 0]]
    if name != ALL:
        filters.append(["partition", "==", name])
    lines: list[str] = []
    for table, columns in _SUBSET_COLUMNS.items():
        lines += [f"- config_name: {name}-{table}", "  data_files:"]
        for split in sorted(manifest.tables[table].splits) if table == "corpus" else splits:
            lines += [f"  - split: {split}", f"    path: {table}/{split}-*.parquet"]
        lines.append(f"  columns: {json.dumps(columns)}")
        if table == "qrels":
            lines.append(f"  filters: {json.dumps(filters)}")
    return lines


def _front_matter(manifest: Manifest, subsets: dict[str, list[str]]) -> str:
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
    for name, splits in subsets.items():
        lines += _subset_configs(manifest, name, splits)
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """A YAML scalar; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _body(manifest: Manifest, subsets: dict[str, list[str]]) -> str:
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
        lines += [
            "MTEB's retrieval tasks load it as it is: `TaskMetadata` takes this folder as the data",
            f"set's path, and the subsets {', '.join(subsets)} as keys of `eval_langs`.",
            "",
        ]
    return "\n".join(lines)
