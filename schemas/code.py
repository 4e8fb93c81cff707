"""Tables of the code family: dated functions of real repositories, their tests and their context.

A *snapshot* is a repository as of one moment. A *sample* is a function that came into its
repository inside the release's window; its snapshot is the repository as it was then. The corpus
holds the definitions of all snapshots, without docstrings, and the docstrings by themselves.
"""

from __future__ import annotations

import hashlib

import pyarrow as pa

from .retrieval import CORPUS, QRELS, QUERIES, STRING, STRINGS, extend
from .tables import Column, Table

INT32 = pa.int32()
BOOL = pa.bool_()

DOMAINS = (
    "Communications",
    "Database",
    "Internet",
    "Multimedia",
    "Scientific Engineering",
    "Security",
    "Software Development",
    "System",
    "Text Processing",
    "Utilities",
)
"""EvoCodeBench's taxonomy (arXiv 2410.22821, table 1)."""

GIT = "git"
SDIST = "sdist"
FOLDER = "folder"
"""Kinds of snapshots."""

INTRA_CLASS = "intra_class"
INTRA_FILE = "intra_file"
CROSS_FILE = "cross_file"
DEPENDENCY_KINDS = (INTRA_CLASS, INTRA_FILE, CROSS_FILE)
"""Where a function finds what it uses of its repository: in its class, its file, another file."""

FUNCTION = "function"
CLASS = "class"
VARIABLE = "variable"
DOCSTRING = "docstring"
KINDS = (FUNCTION, CLASS, VARIABLE, DOCSTRING)
"""Kinds of documents: a function or method without its docstring, the outline of a class, a module
variable, the docstring of a function."""

REQUIREMENT = "requirement"
CONTEXT = "context"
DESCRIPTION = "description"
RETRIEVAL_TASKS = {
    REQUIREMENT: (FUNCTION,),
    CONTEXT: (FUNCTION, CLASS, VARIABLE),
    DESCRIPTION: (DOCSTRING,),
}
"""Task that pairs are judged for → kinds of documents that it ranks."""

SNAPSHOTS = Table(
    "snapshots",
    (
        Column("_id", STRING, "repository@version; version is a commit in git.", nullable=False),
        Column("repository", STRING, "Normalised project or folder name.", nullable=False),
        Column("version", STRING, "Release, commit, or the date stated.", nullable=False),
        Column("kind", STRING, "git, sdist or folder.", nullable=False),
        Column("date", STRING, "UTC, ISO 8601, of the commit or the release.", nullable=False),
        Column("license", STRING, "SPDX expression; null if unknown."),
        Column("license_from", STRING, "What says so: metadata, classifier or file name."),
        Column("classifiers", STRINGS, "Trove classifiers of the project.", nullable=False),
        Column("requires_python", STRING, "As the project declares it."),
        Column("dependencies", STRINGS, "Requirements that it declares.", nullable=False),
        Column("domain", STRINGS, "Domains, the main one first; empty if unknown.", nullable=False),
        Column("domain_evidence", STRINGS, "What speaks for each domain.", nullable=False),
        Column("files", INT32, "Python files read.", nullable=False),
        Column("functions", INT32, "Functions and methods in them.", nullable=False),
        Column("samples", INT32, "Samples of this release among them.", nullable=False),
    ),
    ("_id",),
    "Repositories as of the moments that samples come from.",
)

FILES = Table(
    "files",
    (
        Column("snapshot", STRING, "Snapshot that the file belongs to.", nullable=False),
        Column("path", STRING, "Path below the snapshot's root.", nullable=False),
        Column("executable", BOOL, "Whether its mode lets it run.", nullable=False),
        Column("content", pa.binary(), "Its bytes.", nullable=False),
    ),
    ("snapshot", "path"),
    "What a snapshot must hold for samples to be completed and tested.",
)

SAMPLES = Table(
    "samples",
    (
        Column("_id", STRING, "repository/namespace, stable over versions.", nullable=False),
        Column("namespace", STRING, "Dotted name: module, class, function.", nullable=False),
        Column("type", STRING, "function or method.", nullable=False),
        Column("repository", STRING, "Its repository.", nullable=False),
        Column("snapshot", STRING, "The repository as of the sample's date.", nullable=False),
        Column("date", STRING, "UTC, ISO 8601: when it came into its repository.", nullable=False),
        Column("author_date", STRING, "Author date of that commit; null outside git."),
        Column(
            "window", STRING, "Window of the release, as 2025-01-01/2025-07-01.", nullable=False
        ),
        Column("completion_path", STRING, "Path of its file in the snapshot.", nullable=False),
        Column("start", INT32, "First line, decorators included, from 1.", nullable=False),
        Column("signature_start", INT32, "First line of the signature.", nullable=False),
        Column("signature_end", INT32, "Last line of the signature.", nullable=False),
        Column("body_start", INT32, "First line behind the docstring.", nullable=False),
        Column("body_end", INT32, "Last line of the function.", nullable=False),
        Column("indent", INT32, "Columns that the body is indented by.", nullable=False),
        Column("code_original", STRING, "The function as its file has it.", nullable=False),
        Column("docstring_original", STRING, "Its docstring, dedented."),
        Column("functionality", STRING, "What it does, of its requirement; null without one."),
        Column("arguments", STRING, "Arguments and result, as :param x: … lines."),
        Column("requirement_from", STRING, "docstring, or the model that wrote it."),
        Column("intra_class", STRINGS, "Dependencies in its class, dotted.", nullable=False),
        Column("intra_file", STRINGS, "Dependencies in its file.", nullable=False),
        Column("cross_file", STRINGS, "Dependencies in other files.", nullable=False),
        Column("locations", STRINGS, "path:line of each of them, in order.", nullable=False),
        Column("standalone", BOOL, "Whether it has no dependency.", nullable=False),
        Column("dependency_kinds", STRINGS, "The kinds it has.", nullable=False),
        Column("tests", STRINGS, "pytest node ids below the snapshot's root.", nullable=False),
        Column("tests_from", STRING, "run, static; null without tests."),
        Column("executable", BOOL, "Reference passes its tests, mutant fails.", nullable=False),
        Column("domain", STRINGS, "Domains, the main one first; empty if unknown.", nullable=False),
        Column("domain_evidence", STRINGS, "What speaks for each domain.", nullable=False),
        Column("license", STRING, "SPDX expression of its repository."),
        Column("digest", STRING, "SHA-256 of its normalised syntax tree.", nullable=False),
    ),
    ("_id",),
    "Functions to be found, or written and tested.",
)

CODE_CORPUS = extend(
    CORPUS,
    Column("kind", STRING, "function, class, variable or docstring.", nullable=False),
    Column("repository", STRING, "Its repository.", nullable=False),
    Column("path", STRING, "Its file.", nullable=False),
    Column("snapshots", STRINGS, "Snapshots that hold it so.", nullable=False),
    Column("domain", STRINGS, "Domains of its repository.", nullable=False),
)
CODE_QUERIES = extend(
    QUERIES,
    Column("task", STRING, "requirement, context or description.", nullable=False),
    Column("sample", STRING, "Sample that it asks about.", nullable=False),
    Column("signature", STRING, "Signature of the function, on one line.", nullable=False),
    Column("repository", STRING, "Its repository.", nullable=False),
    Column("domain", STRINGS, "Domains, the main one first.", nullable=False),
    Column("standalone", BOOL, "Whether the function has no dependency.", nullable=False),
    Column("dependency_kinds", STRINGS, "Kinds of dependencies it has.", nullable=False),
    Column("window", STRING, "Window that it comes from.", nullable=False),
)
CODE_QRELS = extend(
    QRELS,
    Column("task", STRING, "requirement, context or description.", nullable=False),
    Column("partition", STRING, "Kind of the dependency; null in other tasks."),
)


def snapshot_id(repository: str, version: str) -> str:
    """Identifier of a snapshot."""
    return f"{repository}@{version}"


def installed_version(kind: str, version: str) -> str:
    """What a snapshot is installed as: its release, or 0 where only git could tell one."""
    return version if kind == SDIST else "0"


def sample_id(repository: str, namespace: str) -> str:
    """Identifier of a sample."""
    return f"{repository}/{namespace}"


def document_id(repository: str, namespace: str, text: str) -> str:
    """Identifier of a definition: the same for the same text, whatever the release."""
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
    return f"{repository}/{namespace}@{digest}"


def docstring_id(document: str) -> str:
    """Identifier of the docstring of a function with that identifier."""
    return f"{document}:docstring"


def query_id(task: str, sample: str, document: str) -> str:
    """Identifier of a query: in ``context`` that of the function, which is no answer to itself."""
    return document if task == CONTEXT else f"{sample}:{task}"
