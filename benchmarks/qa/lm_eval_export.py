"""Tasks for lm-evaluation-harness: choice questions by log-likelihood and by generated text.

The folder holds, for each domain and language, two task files and their questions as JSON lines.
Prompts are made here and stand in the data, so that no template touches a question's text. A
function beside the tasks finds the data, so that the folder can be moved.

Of a release on the Hub, the tasks name repository and revision, the folder holds no questions, and
the same prompts are made where the harness runs, which needs this package there.
"""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any

from ...retrieval.language_models.local import STOPS
from ...retrieval.language_models.spec import LOCAL, OPTIONS
from ...schemas.errors import UsageError
from ...schemas.qa import pool_name
from .prompts import LETTERS, generation_prompt, loglikelihood_prompt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ...schemas.release import Release

    _Pools = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]

_MODULE = "release_data.py"
_LOADER = '''"""Loads the questions that lie beside this file."""

import json
from pathlib import Path

from datasets import Dataset, DatasetDict


def load(table, splits, **_):
    """Questions of one domain and language; read here, as a path may hold ``*`` or ``[``."""
    folder = Path(__file__).parent / "data"
    return DatasetDict({name: rows(folder / f"{table}-{name}.jsonl") for name in splits})


def rows(path):
    with path.open(encoding="utf-8") as lines:
        return Dataset.from_list([json.loads(line) for line in lines])
'''
_HUB_LOADER = '''"""Questions of one domain and language, as the tasks beside this file ask them."""

from datasets import Dataset

from domainbench.benchmarks.qa.lm_eval_export import pool_rows


def _of(pool):
    return lambda questions: Dataset.from_list(pool_rows(questions, pool))


'''
_COLUMNS = ["_id", "question", "options", "context", "answer", "language", "domain"]
# The line that the prompt asks for, in capitals or not, among Markdown's marks. A letter may stand
# before its text (``B. Gram``), never before another word (``a plant``).
_LINE = r"^[ \t*_#>`-]*answer[ \t*_`]*[:\uff1a]"
_LETTER = r"[\s*_`(\[]*{}(?=[ \t\r*_`)\].:]*$|[*_`]*[).:\]][ \t*_`])"
# As in ``answers``: thoughts are no answer, and all such lines must name the same letter.
_STRICT = (
    r"(?ims)\A(?:.*</think>)?(?!.*</think>)"
    rf"(?:(?!{_LINE}).)*{_LINE}{_LETTER.format('([A-Z])')}"
    rf"(?!.*{_LINE}(?!{_LETTER.format(chr(92) + '1')}))"
)


def write_lm_eval(
    release: Release,
    output: Path,
    *,
    splits: Sequence[str] | None = None,
    repository: str | None = None,
    revision: str | None = None,
) -> Path:
    """Write the tasks of a release for lm-evaluation-harness (0.4.9 or newer).

    Tasks are named ``logprob_NAME_DOMAIN_LANGUAGE`` and ``gen_NAME_DOMAIN_LANGUAGE``; the groups
    ``logprob_NAME`` and ``gen_NAME`` hold them all and weigh them by size. Run them with::

        lm-eval run --include_path FOLDER --tasks logprob_NAME --model hf …

    Args:
        release: of the family ``qa``, with choice questions.
        output: folder to make.
        splits: splits of the questions; all by default. The scored one is ``test``, or the first
            of others; examples come from ``dev``.
        repository: the release on the Hub, as ``ORG/NAME``, to load questions from.
        revision: its commit or tag there.

    Raises:
        UsageError: the release is of another family, has no choice question or no such split, one
            of repository and revision is missing, or the output holds something.
    """
    if (repository is None) != (revision is None):
        raise UsageError("a release on the Hub is named by repository and revision")
    if release.manifest.family != "qa":
        raise UsageError(
            "only releases of the family qa have questions for language models",
            place=release.path,
            found=release.manifest.family,
        )
    chosen = sorted(splits or release.splits("questions"))
    scored = "test" if "test" in chosen else chosen[0]
    pools = _pools(release, chosen, scored)
    if not pools:
        raise UsageError(f"the split {scored} has no choice question", place=release.path)
    if output.exists() and any(output.iterdir()):
        raise UsageError("the output folder holds something", place=output, hint="name a new one")
    tables = _tables(pools)
    if repository is None:
        _write_data(output, pools, tables)
    else:
        output.mkdir(parents=True, exist_ok=True)
        lines = [
            f"{_function(place)} = _of({json.dumps(pool, ensure_ascii=False)})\n"
            for place, pool in enumerate(pools)
        ]
        (output / _MODULE).write_text(_HUB_LOADER + "".join(lines), encoding="utf-8")
    name = _identifier(release.manifest.name)
    metadata = {
        "version": release.manifest.version,
        "release": release.manifest.name,
        "fingerprint": release.manifest.fingerprint,
    }
    for place, (pool, rows) in enumerate(pools.items()):
        table = tables[pool]
        data, tags = _data(table, rows), {"custom_dataset": "release_data.load"}
        if repository is not None:
            data = _hub_data(repository, revision)
            tags = {"process_docs": f"release_data.{_function(place)}"}
        data |= _scored(rows, scored)
        for kind, fields in (("logprob", _LOGLIKELIHOOD), ("gen", _GENERATION)):
            task = {"task": f"{kind}_{name}_{table}", **data, **fields, "metadata": metadata}
            _write_yaml(output / f"{task['task']}.yaml", task, tags)
    for kind, metric in (("logprob", "acc"), ("gen", "exact_match")):
        group = {
            "group": f"{kind}_{name}",
            "task": [f"{kind}_{name}_{table}" for table in tables.values()],
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
    "generation_kwargs": {
        "until": list(STOPS),
        "do_sample": False,
        "max_gen_toks": OPTIONS[LOCAL]["max_tokens"],
    },
    "filter_list": [
        {
            "name": "strict",
            "filter": [
                {"function": "regex", "regex_pattern": _STRICT, "group_select": 0},
                {"function": "take_first"},
            ],
        }
    ],
    "metric_list": [
        {
            "metric": "exact_match",
            "aggregation": "mean",
            "higher_is_better": True,
            "ignore_case": True,
        }
    ],
}


def _pools(
    release: Release, splits: Sequence[str], scored: str
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Domain and language → split → rows, where the pool has questions to score."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for split in splits:
        for row in release.table("questions", split, _COLUMNS).to_pylist():
            if row["options"]:
                pool = pool_name(row["domain"], row["language"])
                found.setdefault(pool, {}).setdefault(split, []).append(_row(row))
    return {pool: rows for pool, rows in sorted(found.items()) if scored in rows}


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


def pool_rows(questions: Iterable[Mapping[str, Any]], pool: str) -> list[dict[str, Any]]:
    """Choice questions of one domain and language, with the prompts that the tasks ask.

    Args:
        questions: rows of the table ``questions``.
        pool: domain and language, as ``law/en``.
    """
    return [
        _row(row)
        for row in questions
        if row["options"] and pool_name(row["domain"], row["language"]) == pool
    ]


def _write_data(output: Path, pools: _Pools, tables: Mapping[str, str]) -> None:
    (output / "data").mkdir(parents=True, exist_ok=True)
    (output / _MODULE).write_text(_LOADER, encoding="utf-8")
    for pool, rows in pools.items():
        for split, items in rows.items():
            _write_rows(output / "data" / f"{tables[pool]}-{split}.jsonl", items)


def _data(table: str, rows: Mapping[str, Any]) -> dict[str, Any]:
    return {"dataset_kwargs": {"table": table, "splits": sorted(rows)}}


def _hub_data(repository: str, revision: str | None) -> dict[str, Any]:
    return {
        "dataset_path": repository,
        "dataset_name": "questions",
        "dataset_kwargs": {"revision": revision},
    }


def _scored(rows: Mapping[str, Any], scored: str) -> dict[str, Any]:
    splits = {"test_split": scored}
    if "dev" in rows and scored != "dev":
        splits["validation_split"] = "dev"
    return splits


def _function(place: int) -> str:
    """Name of the function that picks a pool's questions."""
    return f"pool_{place}"


def _tables(pools: Iterable[str]) -> dict[str, str]:
    """Pool → its name in tasks and files; what would share one with another gets a number."""
    found: dict[str, str] = {}
    for pool in pools:
        name, number = _identifier(pool), 1
        while name in found.values():
            number += 1
            name = f"{_identifier(pool)}_{number}"
        found[pool] = name
    return found


def _identifier(text: str) -> str:
    """Letters of any script with their marks, and digits; one underscore for all else."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text.casefold())
    return "_".join(kept.split())


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _write_yaml(
    path: Path, fields: Mapping[str, Any], functions: Mapping[str, str] | None = None
) -> None:
    """YAML whose values are JSON, which is YAML too; functions are a tag that JSON lacks."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    lines[1:1] = [f"{key}: !function {name}" for key, name in (functions or {}).items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
