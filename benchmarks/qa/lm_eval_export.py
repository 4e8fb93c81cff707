"""Tasks for lm-evaluation-harness: choice questions by log-likelihood and by generated text.

The folder holds, for each domain and language, two task files and their questions as JSON lines.
Prompts are made here and stand in the data, so that no template touches a question's text. A
function beside the tasks finds the data, so that the folder can be moved.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UsageError
from ...schemas.qa import pool_name
from .prompts import LETTERS, generation_prompt, loglikelihood_prompt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ...schemas.release import Release

_LOADER = '''"""Loads the questions that lie beside this file."""

from pathlib import Path

from datasets import load_dataset


def load(table, splits, **_):
    """Questions of one domain and language, as a ``DatasetDict``."""
    folder = Path(__file__).parent / "data"
    files = {name: str(folder / f"{table}-{name}.jsonl") for name in splits}
    return load_dataset("json", data_files=files)
'''
_COLUMNS = ["_id", "question", "options", "context", "answer", "language", "domain"]
# The last line that says so, as the prompt asks for; Markdown's marks around it do not count.
_STRICT = r"(?im)^[\s*_#>`]*answer\s*:\s*[*_`(]*([A-Z])\b"


def write_lm_eval(release: Release, output: Path, *, splits: Sequence[str] | None = None) -> Path:
    """Write the tasks of a release for lm-evaluation-harness (0.4.9 or newer).

    Tasks are named ``logprob_NAME_DOMAIN_LANGUAGE`` and ``gen_NAME_DOMAIN_LANGUAGE``; the groups
    ``logprob_NAME`` and ``gen_NAME`` hold them all and weigh them by size. Run them with::

        lm-eval run --include_path FOLDER --tasks logprob_NAME --model hf …

    Args:
        release: of the family ``qa``, with choice questions.
        output: folder to make.
        splits: splits of the questions; all by default. ``test`` is what is scored.

    Raises:
        UsageError: the release is of another family, has no choice question or no such split, or
            the output holds something.
    """
    if release.manifest.family != "qa":
        raise UsageError(
            "only releases of the family qa have questions for language models",
            place=release.path,
            found=release.manifest.family,
        )
    pools = _pools(release, splits or release.splits("questions"))
    if not pools:
        raise UsageError("the release has no choice question", place=release.path)
    if output.exists() and any(output.iterdir()):
        raise UsageError("the output folder holds something", place=output, hint="name a new one")
    (output / "data").mkdir(parents=True, exist_ok=True)
    (output / "release_data.py").write_text(_LOADER, encoding="utf-8")
    name = _identifier(release.manifest.name)
    metadata = {
        "version": release.manifest.version,
        "release": release.manifest.name,
        "fingerprint": release.manifest.fingerprint,
    }
    for pool, rows in pools.items():
        table = _identifier(pool)
        for split, items in rows.items():
            _write_rows(output / "data" / f"{table}-{split}.jsonl", items)
        for kind, fields in (("logprob", _LOGLIKELIHOOD), ("gen", _GENERATION)):
            task = {"task": f"{kind}_{name}_{table}", **_data(table, rows), **fields}
            task["metadata"] = metadata
            _write_yaml(output / f"{task['task']}.yaml", task)
    for kind, metric in (("logprob", "acc"), ("gen", "exact_match")):
        group = {
            "group": f"{kind}_{name}",
            "task": [f"{kind}_{name}_{_identifier(pool)}" for pool in pools],
            "aggregate_metric_list": [
                {"metric": metric, "aggregation": "mean", "weight_by_size": True}
                | ({"filter_list": "strict"} if kind == "gen" else {})
            ],
            "metadata": metadata,
        }
        _write_yaml(output / f"{kind}_{name}.yaml", group)
    return output


_LOGLIKELIHOOD: dict[str, Any] = {
    "output_type": "multiple_choice",
    "doc_to_text": "prompt",
    "doc_to_target": "target",
    "doc_to_choice": "letters",
    "target_delimiter": " ",
    "num_fewshot": 0,
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
}
_GENERATION: dict[str, Any] = {
    "output_type": "generate_until",
    "doc_to_text": "generation_prompt",
    "doc_to_target": "answer",
    "num_fewshot": 0,
    "generation_kwargs": {"until": [], "do_sample": False, "max_gen_toks": 512},
    "filter_list": [
        {
            "name": "strict",
            "filter": [
                {"function": "regex", "regex_pattern": _STRICT, "group_select": -1},
                {"function": "take_first"},
            ],
        }
    ],
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
}


def _pools(release: Release, splits: Sequence[str]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Domain and language → split → rows, where the pool has questions to score."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for split in sorted(splits):
        for row in release.table("questions", split, _COLUMNS).to_pylist():
            if row["options"]:
                pool = pool_name(row["domain"], row["language"])
                found.setdefault(pool, {}).setdefault(split, []).append(_row(row))
    return {pool: rows for pool, rows in sorted(found.items()) if "test" in rows}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    question, options, context = row["question"], row["options"], row["context"]
    return {
        "id": row["_id"],
        "prompt": loglikelihood_prompt(question, options, context),
        "generation_prompt": generation_prompt(question, options, context, row["language"]),
        "letters": list(LETTERS[: len(options)]),
        "target": row["answer"],
        "answer": LETTERS[row["answer"]],
    }


def _data(table: str, rows: Mapping[str, Any]) -> dict[str, Any]:
    splits = {"test_split": "test"} | ({"validation_split": "dev"} if "dev" in rows else {})
    return {"dataset_kwargs": {"table": table, "splits": sorted(rows)}, **splits}


def _identifier(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_yaml(path: Path, fields: Mapping[str, Any]) -> None:
    """YAML whose values are JSON, which is YAML too; the loader is a tag that JSON lacks."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    if "dataset_kwargs" in fields:
        lines.insert(1, "custom_dataset: !function release_data.load")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
