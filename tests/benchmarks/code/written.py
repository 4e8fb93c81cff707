"""Small code releases made of source texts, with spans that ``ast`` gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from domainbench.schemas.code import (
    CODE_CORPUS,
    CODE_QRELS,
    CODE_QUERIES,
    CONTEXT,
    FILES,
    FUNCTION,
    REQUIREMENT,
    SAMPLES,
    SNAPSHOTS,
    document_id,
    query_id,
    sample_id,
)
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release

Def = ast.FunctionDef | ast.AsyncFunctionDef
SNAPSHOT = "repo@1"
FUNCTIONALITY = "The one requirement."
ARGUMENTS = ":param x: int, what is given\n:return: int, what is made of it"


def lines_of(text: str) -> list[str]:
    """Lines as ``ast`` counts them; a form feed ends none."""
    return re.findall(r".*?(?:\r\n|\n|\r)|.+\Z", text, re.DOTALL)


def functions(tree: ast.AST, name: str = "") -> list[tuple[str, Def]]:
    """Functions that are in no function, by qualified name."""
    found: list[tuple[str, Def]] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Def):
            found.append((f"{name}{node.name}", node))
        elif isinstance(node, ast.ClassDef):
            found += functions(node, f"{name}{node.name}.")
        else:
            found += functions(node, name)
    return found


def docstring(node: Def) -> ast.Expr | None:
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return first if is_text and isinstance(first.value.value, str) else None  # type: ignore[union-attr]


def signature_end(node: Def, lines: Sequence[str]) -> int:
    """Line of the colon that ends a signature."""
    parts = [*ast.walk(node.args), *([node.returns] if node.returns else [])]
    line = max([node.lineno, *(getattr(part, "end_lineno", 0) for part in parts)])
    while line < node.body[0].lineno and not re.search(r":\s*(#.*)?$", lines[line - 1].rstrip()):
        line += 1
    return line


def sample(path: str, text: str, name: str, **more: Any) -> dict[str, Any]:
    """A row of samples for a function of a file."""
    found = dict(functions(ast.parse(text)))[name]
    lines = lines_of(text)
    start = min([found.lineno, *(one.lineno for one in found.decorator_list)])
    end = signature_end(found, lines)
    described = docstring(found)
    rest = found.body[1:] if described else found.body
    first = min(
        rest[0].lineno, *(d.lineno for d in getattr(rest[0], "decorator_list", [])), 1 << 30
    )
    module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    namespace = f"{module.removeprefix('src.')}.{name}"
    row: dict[str, Any] = dict.fromkeys(SAMPLES.schema.names)
    row |= {
        "_id": sample_id("repo", namespace),
        "namespace": namespace,
        "type": "method" if "." in name else "function",
        "repository": "repo",
        "snapshot": SNAPSHOT,
        "date": "2025-01-02T00:00:00Z",
        "window": "2025-01-01/2025-07-01",
        "completion_path": path,
        "start": start,
        "signature_start": found.lineno,
        "signature_end": end,
        "body_start": first,
        "body_end": found.end_lineno,
        "indent": rest[0].col_offset if first > end else found.col_offset + 4,
        "code_original": "".join(lines[start - 1 : found.end_lineno]),
        "functionality": FUNCTIONALITY,
        "arguments": ARGUMENTS,
        "requirement_from": "docstring",
        "intra_class": [],
        "intra_file": [],
        "cross_file": [],
        "locations": [],
        "standalone": True,
        "dependency_kinds": [],
        "tests": [],
        "executable": False,
        "domain": [],
        "domain_evidence": [],
        "digest": "0" * 64,
    }
    return row | more


def document(path: str, name: str, text: str, **more: Any) -> dict[str, Any]:
    """A row of the corpus."""
    namespace = f"{path.removesuffix('.py').replace('/', '.').removeprefix('src.')}.{name}"
    row = {
        "_id": document_id("repo", namespace, text),
        "title": namespace,
        "text": text,
        "kind": FUNCTION,
        "repository": "repo",
        "path": path,
        "snapshots": [SNAPSHOT],
        "domain": [],
    }
    return row | more


def query(row: Mapping[str, Any], own: str, task: str = CONTEXT) -> dict[str, Any]:
    """What a sample asks; ``own`` is the document of its function."""
    return {
        "_id": query_id(task, row["_id"], own),
        "text": row["functionality"],
        "task": task,
        "sample": row["_id"],
        "signature": "def f():",
        "repository": "repo",
        "domain": [],
        "standalone": task == REQUIREMENT,
        "dependency_kinds": [],
        "window": row["window"],
    }


def write_code(
    folder: Path,
    files: Mapping[str, str | bytes],
    samples: Sequence[Mapping[str, Any]],
    corpus: Sequence[Mapping[str, Any]] = (),
    queries: Sequence[Mapping[str, Any]] = (),
) -> Release:
    """A release of the family code."""
    held = [
        {
            "snapshot": SNAPSHOT,
            "path": path,
            "executable": False,
            "content": content.encode() if isinstance(content, str) else content,
        }
        for path, content in files.items()
    ]
    pairs = [
        {
            "query-id": one["_id"],
            "corpus-id": corpus[0]["_id"],
            "score": 1,
            "task": one["task"],
            "partition": "intra_file" if one["task"] == CONTEXT else None,
        }
        for one in queries
    ]
    tables = (
        (SNAPSHOTS, []),
        (FILES, held),
        (SAMPLES, samples),
        (CODE_CORPUS, corpus),
        (CODE_QUERIES, queries),
        (CODE_QRELS, pairs),
    )
    data = [
        TableData(
            table,
            {
                "test": pa.Table.from_pylist(
                    sorted(map(dict, rows), key=lambda row: [row[key] for key in table.key]),
                    table.schema,
                )
            },
        )
        for table, rows in tables
    ]
    info = ReleaseInfo(
        name="hand", family="code", version="2026.11", builder="tests", parameters={}, seed=0
    )
    return write_release(folder, data, info)
