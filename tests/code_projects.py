"""A small project of two versions, as a folder, as source distributions and as a repository."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

PYPROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "Shelf_Tools"
version = "{version}"
license = "MIT"
requires-python = ">=3.9"
dependencies = []
classifiers = ["Topic :: Database", "Topic :: Utilities"]

[project.optional-dependencies]
test = ["pytest"]
"""

INIT = '''\
"""Books on shelves."""

from shelf.store import Store

__all__ = ["Store"]
'''

TEXT = '''\
"""Words of titles."""

import re

STOP = {"the", "a", "an"}
GENERATED_NOTE = "none"


def words(title):
    """Split a title into lower-case words.

    :param title: the title as it stands on the cover
    :type title: str
    :return: the words in order
    :rtype: list[str]
    """
    found = re.findall(r"[a-z]+", title.lower())
    return [word for word in found if word]


def keywords(title):
    """Words of a title that carry meaning.

    Args:
        title (str): the title.

    Returns:
        list[str]: its words without articles.
    """
    kept = words(title)
    return [word for word in kept if word not in STOP]


def undescribed(title):
    found = title.strip()
    return found.upper()


def constant():
    """Always the same."""
    return 7
'''

STORE = '''\
"""Books by shelf."""

from shelf import text
from shelf.text import keywords


class Store:
    """Books by their shelf."""

    limit = 3

    def __init__(self):
        self.books = {}
        self.count = 0

    def add(self, shelf, title):
        """Put a book on a shelf.

        Parameters
        ----------
        shelf : str
            Name of the shelf.
        title : str
            Title of the book.

        Returns
        -------
        bool
            Whether there was room for it.
        """
        row = self.books.setdefault(shelf, [])
        if self.is_full(shelf):
            return False
        row.append(title)
        self.count += 1
        return True

    def is_full(self, shelf):
        """Whether a shelf has no room left.

        :param shelf: name of the shelf
        :return: true if it holds as many books as it can
        """
        row = self.books.get(shelf, [])
        return len(row) >= self.limit

    def find(self, query):
        """Titles that share a keyword with a query, in alphabetical order.

        :param query: some words
        :return: the titles
        """
        wanted = set(keywords(query))
        titles = [title for row in self.books.values() for title in row]
        return sorted(title for title in titles if wanted & set(text.words(title)))
'''

NEW = '''\
"""Counting letters."""


def initials(names):
    """First letters of some names, each with a full stop.

    :param names: the names
    :return: as ``A. B.``
    """
    letters = [name[0].upper() for name in names if name]
    return " ".join(f"{letter}." for letter in letters)
'''

TESTS = """\
import pytest

from shelf import Store
from shelf.text import keywords, words


@pytest.fixture
def store():
    made = Store()
    made.add("low", "The Sea")
    return made


def test_words():
    assert words("The Old Man") == ["the", "old", "man"]


@pytest.mark.parametrize("title, kept", [("The Sea", ["sea"]), ("A Room", ["room"])])
def test_keywords(title, kept):
    assert keywords(title) == kept


class TestStore:
    def test_room(self, store):
        assert store.add("low", "Emma")
        assert store.add("low", "Ulysses")
        assert not store.add("low", "Middlemarch")
        assert store.count == 3

    def test_full(self, store):
        assert not store.is_full("low")
        assert not store.is_full("high")

    def test_find(self, store):
        store.add("high", "Sea and Sardinia")
        assert store.find("a sea") == ["Sea and Sardinia", "The Sea"]
"""

NEW_TESTS = """\
from shelf.letters import initials


def test_initials():
    assert initials(["ada", "", "Grace"]) == "A. G."
"""

MIT = """\
MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction.
"""


def files(version: str = "1.0") -> dict[str, str]:
    """Path → text; version 1.1 has ``shelf.letters`` besides."""
    found = {
        "pyproject.toml": PYPROJECT.format(version=version),
        "LICENSE": MIT,
        "src/shelf/__init__.py": INIT,
        "src/shelf/text.py": TEXT,
        "src/shelf/store.py": STORE,
        "tests/test_shelf.py": TESTS,
    }
    if version != "1.0":
        found["src/shelf/letters.py"] = NEW
        found["tests/test_letters.py"] = NEW_TESTS
    return found


def write_folder(folder: Path, version: str = "1.0") -> Path:
    """The project as a folder."""
    for name, text in files(version).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def write_sdist(folder: Path, version: str = "1.0") -> Path:
    """The project as a source distribution."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"shelf_tools-{version}.tar.gz"
    top = f"shelf_tools-{version}"
    metadata = f"Metadata-Version: 2.4\nName: Shelf_Tools\nVersion: {version}\n"
    metadata += "License-Expression: MIT\nRequires-Python: >=3.9\nClassifier: Topic :: Database\n"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {**files(version), "PKG-INFO": metadata}.items():
            data = text.encode("utf-8")
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def write_repository(folder: Path) -> Path:
    """The project as a git repository: version 1.0 in 2025-01, 1.1 in 2025-07."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main")
    for version, date in (
        ("1.0", "2025-01-10T12:00:00+00:00"),
        ("1.1", "2025-07-10T12:00:00+00:00"),
    ):
        write_folder(folder, version)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", f"Version {version}", date=date)
    return folder


def git(folder: Path, *arguments: str, date: str = "2025-01-01T00:00:00+00:00") -> str:
    """Run git with a fixed identity and date, untouched by the machine's configuration."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "C",
        "GIT_COMMITTER_EMAIL": "c@example.org",
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout
