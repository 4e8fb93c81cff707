"""A small code release made by hand: two repositories, six functions, tests that really pass.

Every part that a release can have occurs: dependencies of each kind, a function without a
requirement, one without tests, documents that two snapshots share, a file that is no Python.
Lines and documents are found with ``ast`` alone, so that what reads programs can be held against
them.
"""

from __future__ import annotations

import ast
import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from domainbench.schemas.code import (
    CONTEXT,
    DEPENDENCY_KINDS,
    DESCRIPTION,
    DOCSTRING,
    REQUIREMENT,
    docstring_id,
    document_id,
    query_id,
    sample_id,
    snapshot_id,
)
from domainbench.schemas.code_family import CODE
from domainbench.schemas.release import Release, ReleaseInfo, TableData, write_release

WINDOW = "2025-01-01/2025-07-01"

WORDS = '''\
"""Words of a text."""

import re

WORD = re.compile(r"\\w+")


def split_words(text):
    """Split a text into its words, in small letters.

    :param text: str, what is split.
    :return: list of str, the words in order.
    """
    found = WORD.findall(text)
    return [word.lower() for word in found]
'''
COUNTS = '''\
"""Counting."""

from textkit.words import split_words


class WordCounter:
    """Counts the words of texts."""

    def __init__(self):
        self.counts = {}

    def add(self, text):
        """Count the words of one more text.

        :param text: str, the text.
        :return: int, the words counted so far.
        """
        for word in split_words(text):
            self.counts[word] = self.counts.get(word, 0) + 1
        return self.total()

    def total(self):
        """Tell how many words were counted, repeated ones as often as they occur.

        :return: int, the number.
        """
        values = self.counts.values()
        return sum(values)
'''
TEST_TEXTKIT = """\
from textkit.counts import WordCounter
from textkit.words import split_words


def test_split():
    assert split_words("Two words, two!") == ["two", "words", "two"]


class TestCounter:
    def test_add(self):
        counter = WordCounter()
        assert counter.add("a b a") == 3
        assert counter.counts == {"a": 2, "b": 1}

    def test_total(self):
        counter = WordCounter()
        counter.counts = {"x": 2, "y": 3}
        assert counter.total() == 5
"""
MONEY = '''\
"""Amounts of money."""


def parse_amount(text):
    """Read an amount of money, as 12.50 or 12.

    :param text: str, the amount.
    :return: int, the amount in cents.
    :raises ValueError: the text is no amount.
    """
    whole, dot, cents = text.strip().partition(".")
    if not whole.isdigit() or (dot and not (cents.isdigit() and len(cents) == 2)):
        raise ValueError(f"{text!r} is no amount")
    return int(whole) * 100 + int(cents or 0)
'''
BOOK = '''\
"""A book of accounts."""

from ledger.money import parse_amount

FEE = 25


def with_fee(cents):
    total = cents + FEE
    return total


class Book:
    """Balances by account."""

    currency = "EUR"

    def __init__(self):
        self.balances = {}

    def post(self, account, text):
        """Add an amount and the fee to the balance of an account.

        :param account: str, name of the account.
        :param text: str, the amount.
        :return: int, the balance in cents.
        """
        cents = with_fee(parse_amount(text))
        self.balances[account] = self.balances.get(account, 0) + cents
        return self.balances[account]
'''
TEST_LEDGER = """\
import pytest

from ledger.book import Book
from ledger.money import parse_amount


@pytest.mark.parametrize(("text", "cents"), [("12", 1200), (" 0.05", 5)])
def test_amounts(text, cents):
    assert parse_amount(text) == cents


def test_no_amount():
    with pytest.raises(ValueError):
        parse_amount("1.2.3")


def test_post():
    book = Book()
    assert book.post("food", "1.00") == 125
    assert book.post("food", "2") == 350
"""


@dataclass(frozen=True)
class Repository:
    """A repository as of one moment."""

    name: str
    version: str
    kind: str
    date: str
    license: str
    domain: str
    files: Mapping[str, str]

    @property
    def id(self) -> str:
        return snapshot_id(self.name, self.version)


@dataclass(frozen=True)
class Made:
    """A sample: where it is, and what it uses: name, kind, path:line, document that holds it."""

    repository: Repository
    path: str
    qualname: str
    date: str
    functionality: str | None = None
    arguments: str | None = None
    uses: Sequence[tuple[str, str, str, str]] = ()
    tests: Sequence[str] = ()

    @property
    def namespace(self) -> str:
        return f"{_module(self.path)}.{self.qualname}"

    @property
    def id(self) -> str:
        return sample_id(self.repository.name, self.namespace)


TEXTKIT = Repository(
    "textkit",
    "5d41402abc4b2a76b9719d911017c592f0a1b2c3",
    "git",
    "2025-03-04T09:30:00Z",
    "MIT",
    "Text Processing",
    {
        "LICENSE": "MIT License\n",
        "tests/test_textkit.py": TEST_TEXTKIT,
        "textkit/__init__.py": "",
        "textkit/counts.py": COUNTS,
        "textkit/words.py": WORDS,
    },
)
LEDGER = Repository(
    "ledger",
    "1.2",
    "sdist",
    "2025-06-30T23:59:59Z",
    "BSD-3-Clause",
    "Database",
    {
        "ledger/__init__.py": "",
        "ledger/book.py": BOOK,
        "ledger/money.py": MONEY,
        "tests/test_ledger.py": TEST_LEDGER,
    },
)
LEDGER_BEFORE = Repository(
    "ledger", "1.1", "sdist", "2025-02-01T00:00:00Z", "BSD-3-Clause", "Database", {}
)
"""An older release: it holds ``ledger.money`` as it is, and no sample is from it."""
REPOSITORIES = (LEDGER_BEFORE, LEDGER, TEXTKIT)

_COUNTER = "textkit.counts.WordCounter"
MADE = (
    Made(
        TEXTKIT, "textkit/words.py", "split_words", "2025-03-01T08:00:00Z",
        "Split a text into its words, in small letters.",
        ":param text: str, what is split.\n:return: list of str, the words in order.",
        [("textkit.words.WORD", "intra_file", "textkit/words.py:5", "textkit.words.WORD")],
        ["tests/test_textkit.py::test_split"],
    ),
    Made(
        TEXTKIT, "textkit/counts.py", "WordCounter.add", "2025-03-04T09:30:00Z",
        "Count the words of one more text.",
        ":param text: str, the text.\n:return: int, the words counted so far.",
        [
            (f"{_COUNTER}.counts", "intra_class", "textkit/counts.py:10", f"{_COUNTER}.__init__"),
            (f"{_COUNTER}.total", "intra_class", "textkit/counts.py:22", f"{_COUNTER}.total"),
            (
                "textkit.words.split_words", "cross_file", "textkit/words.py:8",
                "textkit.words.split_words",
            ),
        ],
        ["tests/test_textkit.py::TestCounter::test_add"],
    ),
    Made(
        TEXTKIT, "textkit/counts.py", "WordCounter.total", "2025-03-04T09:30:00Z",
        "Tell how many words were counted, repeated ones as often as they occur.",
        ":return: int, the number.",
        [(f"{_COUNTER}.counts", "intra_class", "textkit/counts.py:10", f"{_COUNTER}.__init__")],
        ["tests/test_textkit.py::TestCounter::test_total"],
    ),
    Made(
        LEDGER, "ledger/money.py", "parse_amount", "2025-06-30T23:59:59Z",
        "Read an amount of money, as 12.50 or 12.",
        ":param text: str, the amount.\n:return: int, the amount in cents.\n"
        ":raises ValueError: the text is no amount.",
        [],
        ["tests/test_ledger.py::test_amounts", "tests/test_ledger.py::test_no_amount"],
    ),
    Made(
        LEDGER, "ledger/book.py", "with_fee", "2025-06-30T23:59:59Z",
        uses=[("ledger.book.FEE", "intra_file", "ledger/book.py:5", "ledger.book.FEE")],
    ),
    Made(
        LEDGER, "ledger/book.py", "Book.post", "2025-06-30T23:59:59Z",
        "Add an amount and the fee to the balance of an account.",
        ":param account: str, name of the account.\n:param text: str, the amount.\n"
        ":return: int, the balance in cents.",
        [
            (
                "ledger.book.Book.balances", "intra_class", "ledger/book.py:19",
                "ledger.book.Book.__init__",
            ),
            ("ledger.book.with_fee", "intra_file", "ledger/book.py:8", "ledger.book.with_fee"),
            (
                "ledger.money.parse_amount", "cross_file", "ledger/money.py:4",
                "ledger.money.parse_amount",
            ),
        ],
        ["tests/test_ledger.py::test_post"],
    ),
)  # fmt: skip

OUTLINES = {
    "textkit.counts.WordCounter": (
        "class WordCounter:\n    def __init__(self): ...\n    def add(self, text): ...\n"
        "    def total(self): ..."
    ),
    "textkit.words.WORD": 'WORD = re.compile(r"\\w+")',
    "ledger.book.Book": (
        'class Book:\n    currency = "EUR"\n    def __init__(self): ...\n'
        "    def post(self, account, text): ..."
    ),
    "ledger.book.FEE": "FEE = 25",
}
_DOCUMENTED = {
    "textkit.counts.WordCounter": (TEXTKIT, "textkit/counts.py", "class"),
    "textkit.words.WORD": (TEXTKIT, "textkit/words.py", "variable"),
    "ledger.book.Book": (LEDGER, "ledger/book.py", "class"),
    "ledger.book.FEE": (LEDGER, "ledger/book.py", "variable"),
}


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _functions(source: str) -> dict[str, ast.FunctionDef]:
    found: dict[str, ast.FunctionDef] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{item.name}": item
                for item in node.body
                if isinstance(item, ast.FunctionDef)
            }
    return found


def _spans(node: ast.FunctionDef) -> dict[str, int]:
    """Lines of a function whose body does not begin on a line of its signature."""
    documented = ast.get_docstring(node) is not None
    body = node.body[1] if documented else node.body[0]
    return {
        "start": node.lineno,
        "signature_start": node.lineno,
        "signature_end": node.body[0].lineno - 1,
        "body_start": body.lineno,
        "body_end": node.end_lineno or 0,
        "indent": body.col_offset,
    }


def _code(source: str, spans: Mapping[str, int]) -> str:
    return "".join(source.splitlines(keepends=True)[spans["start"] - 1 : spans["body_end"]])


def _without_docstring(source: str, spans: Mapping[str, int]) -> str:
    lines = source.splitlines(keepends=True)
    kept = lines[spans["start"] - 1 : spans["signature_end"]]
    return textwrap.dedent("".join(kept + lines[spans["body_start"] - 1 : spans["body_end"]]))


def code_rows() -> dict[str, list[dict[str, Any]]]:
    """Rows of every table, each with all its columns, to be changed at will."""
    corpus = _corpus()
    by_name = {row["title"]: row for row in corpus if row["title"]}
    docstrings = {row["_id"].rpartition("@")[0]: row for row in corpus if row["kind"] == DOCSTRING}
    samples = [_sample(made) for made in MADE]
    queries: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for made, sample in zip(MADE, samples, strict=True):
        own = by_name[made.namespace]
        asked = {CONTEXT: sample["functionality"], DESCRIPTION: None, REQUIREMENT: None}
        signature = f"def {made.qualname.rpartition('.')[2]}"
        signature = next(
            line.strip() for line in sample["code_original"].splitlines() if signature in line
        )
        if sample["functionality"]:
            asked[REQUIREMENT] = f"{sample['functionality']}\n{sample['arguments']}"
            asked[DESCRIPTION] = own["text"]
        asked[CONTEXT] = (asked[REQUIREMENT] or signature) if made.uses else None
        for task, text in asked.items():
            if text is None:
                continue
            key = query_id(task, made.id, own["_id"])
            labels = ("repository", "domain", "standalone", "dependency_kinds", "window")
            queries.append(
                {
                    "_id": key,
                    "text": text,
                    "task": task,
                    "sample": made.id,
                    "signature": signature.removesuffix(":"),
                }
                | {name: sample[name] for name in labels}
            )
            found = {
                REQUIREMENT: [(own["_id"], None)],
                DESCRIPTION: [(docstrings[made.id]["_id"], None)] if made.id in docstrings else [],
                CONTEXT: [(by_name[name]["_id"], kind) for _, kind, _, name in made.uses],
            }[task]
            pairs += [
                {"query-id": key, "corpus-id": document, "score": 1}
                | {"task": task, "partition": partition}
                for document, partition in dict(reversed(found)).items()
            ]
    counts = {item.id: sum(s["snapshot"] == item.id for s in samples) for item in REPOSITORIES}
    return {
        "snapshots": [_snapshot(item, counts[item.id]) for item in REPOSITORIES],
        "files": [
            {"snapshot": item.id, "path": path, "executable": False, "content": text.encode()}
            for item in REPOSITORIES
            for path, text in item.files.items()
        ],
        "samples": samples,
        "corpus": corpus,
        "queries": queries,
        "qrels": pairs,
    }


def _snapshot(item: Repository, samples: int) -> dict[str, Any]:
    python = [text for path, text in item.files.items() if path.endswith(".py")]
    return {
        "_id": item.id,
        "repository": item.name,
        "version": item.version,
        "kind": item.kind,
        "date": item.date,
        "license": item.license,
        "license_from": "metadata",
        "classifiers": [],
        "requires_python": ">=3.11",
        "dependencies": [],
        "requirements": [],
        "domain": [item.domain],
        "domain_evidence": [f"classifier: {item.domain}"],
        "files": len(python),
        "functions": sum(len(_functions(text)) for text in python),
        "samples": samples,
    }


def _sample(made: Made) -> dict[str, Any]:
    source = made.repository.files[made.path]
    node = _functions(source)[made.qualname]
    spans = _spans(node)
    used = {kind: [u[0] for u in made.uses if u[1] == kind] for kind in DEPENDENCY_KINDS}
    places = {name: place for name, _, place, _ in made.uses}
    code = _code(source, spans)
    return {
        "_id": made.id,
        "namespace": made.namespace,
        "type": "method" if "." in made.qualname else "function",
        "repository": made.repository.name,
        "snapshot": made.repository.id,
        "date": made.date,
        "author_date": made.date if made.repository.kind == "git" else None,
        "window": WINDOW,
        "completion_path": made.path,
        **spans,
        "code_original": code,
        "docstring_original": ast.get_docstring(node),
        "functionality": made.functionality,
        "arguments": made.arguments,
        "requirement_from": "docstring" if made.functionality else None,
        **used,
        "locations": [places[name] for kind in DEPENDENCY_KINDS for name in used[kind]],
        "standalone": not made.uses,
        "dependency_kinds": [kind for kind in DEPENDENCY_KINDS if used[kind]],
        "tests": list(made.tests),
        "tests_from": "run" if made.tests else None,
        "executable": bool(made.tests),
        "domain": [made.repository.domain],
        "domain_evidence": [f"classifier: {made.repository.domain}"],
        "license": made.repository.license,
        # Any digest that tells functions apart; what it is made of is not this module's matter.
        "digest": hashlib.sha256(ast.dump(node).encode()).hexdigest(),
    }


def _corpus() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for item in (LEDGER, TEXTKIT):
        for path, source in item.files.items():
            if path.startswith("tests/") or not path.endswith(".py"):
                continue
            shared = [LEDGER_BEFORE.id] if path == "ledger/money.py" else []
            for qualname, node in _functions(source).items():
                name = f"{_module(path)}.{qualname}"
                text = _without_docstring(source, _spans(node))
                found.append(_document(item, name, path, "function", text, shared))
                docstring = ast.get_docstring(node)
                if docstring:
                    found.append(_document(item, name, path, DOCSTRING, docstring, shared))
    for name, (item, path, kind) in _DOCUMENTED.items():
        found.append(_document(item, name, path, kind, OUTLINES[name], []))
    return found


def _document(
    item: Repository, name: str, path: str, kind: str, text: str, shared: list[str]
) -> dict[str, Any]:
    key = document_id(item.name, name, text)
    return {
        "_id": docstring_id(key) if kind == DOCSTRING else key,
        "title": "" if kind == DOCSTRING else name,
        "text": text,
        "kind": kind,
        "repository": item.name,
        "path": path,
        "snapshots": sorted([*shared, item.id]),
        "domain": [item.domain],
    }


def write_code_release(
    folder: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
) -> Release:
    """The release, or one of other rows, sorted by their keys."""
    given = code_rows() if rows is None else rows

    def data(table: Any) -> TableData:
        ordered = sorted(given[table.name], key=lambda row: tuple(row[name] for name in table.key))
        return TableData(table, {"test": pa.Table.from_pylist(list(ordered), schema=table.schema)})

    info = ReleaseInfo(
        name="hand-code",
        family="code",
        version="2025.07",
        builder="tests",
        parameters={},
        seed=0,
        slice_columns=CODE.slice_columns,
        subsets=CODE.subsets,
        license="MIT AND BSD-3-Clause",
    )
    return write_release(folder, [data(table) for table in CODE.tables], info)
