"""The README.md of a release: the YAML that makes ``load_dataset`` work, and the facts in short."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .manifest import Manifest

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def write_readme(folder: Path, manifest: Manifest) -> None:
    """Write ``README.md`` for a release from its manifest."""
    text = f"---\n{_front_matter(manifest)}---\n\n{_body(manifest)}"
    (folder / "README.md").write_text(text, encoding="utf-8")


def _front_matter(manifest: Manifest) -> str:
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
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    """A YAML scalar; JSON's strings are YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _body(manifest: Manifest) -> str:
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
    return "\n".join(lines)
