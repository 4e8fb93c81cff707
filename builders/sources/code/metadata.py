"""Metadata of a project from the files that declare it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.metadata import parse_email

from .declared import (
    DEV_NAMES,
    TEST_NAMES,
    Declared,
    merge,
    named_requirements,
    requirements,
    split_extras,
)
from .licenses import UNKNOWN, License, find_license
from .pyproject import read_pyproject
from .requirement_files import DEV_FILES, TEST_FILES, file_requirements
from .setup_files import read_setup_cfg, read_setup_py
from .snapshots import normalise_name

if TYPE_CHECKING:
    from .trees import Tree


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a project."""

    name: str | None = None
    """Normalised as PEP 503 says."""
    version: str | None = None
    classifiers: tuple[str, ...] = ()
    requires_python: str | None = None
    dependencies: tuple[str, ...] = ()
    test_dependencies: tuple[str, ...] = ()
    """Of extras, groups and files for tests, or for developers where there are none for tests."""
    license: License = UNKNOWN


def read_metadata(tree: Tree) -> Metadata:
    """Read the metadata of a project; nothing of it is run.

    PKG-INFO, which a build has made, comes before pyproject.toml, setup.cfg and setup.py. A file
    that is broken says nothing.
    """
    readers = (_read_pkg_info, read_pyproject, read_setup_cfg, read_setup_py)
    declared = merge([read(tree) for read in readers])
    name = normalise_name(declared.name)
    declared.name = name
    return Metadata(
        name=name,
        version=declared.version.strip() if declared.version else None,
        classifiers=tuple(dict.fromkeys(item.strip() for item in declared.classifiers)),
        requires_python=declared.requires_python,
        dependencies=declared.dependencies,
        test_dependencies=_test_requirements(declared, tree),
        license=find_license(
            declared.license_expression, declared.license_text, declared.classifiers, tree
        ),
    )


def _test_requirements(declared: Declared, tree: Tree) -> tuple[str, ...]:
    """What tests need.

    Where nothing is named for tests, what is named for developers: linters and writers of
    documentation among it would only make an environment harder to solve.
    """
    tests = (
        *named_requirements(declared, TEST_NAMES),
        *declared.tests,
        *file_requirements(tree, TEST_FILES),
    )
    others = (*named_requirements(declared, DEV_NAMES), *file_requirements(tree, DEV_FILES))
    return tuple(dict.fromkeys(tests or others))


def _read_pkg_info(tree: Tree) -> Declared:
    """What PKG-INFO says, or, of requirements, what older setuptools wrote beside it."""
    content = tree.read("PKG-INFO")
    if not content:
        return Declared()
    raw, _ = parse_email(content)
    declared = Declared(
        name=raw.get("name"),
        version=raw.get("version"),
        classifiers=tuple(raw.get("classifiers", ())),
        requires_python=raw.get("requires_python"),
        license_expression=raw.get("license_expression"),
        license_text=raw.get("license"),
    )
    split_extras(raw.get("requires_dist", ()), declared)
    if not declared.dependencies and not declared.extras:
        _add_requires_txt(tree, declared)
    return declared


def _add_requires_txt(tree: Tree, declared: Declared) -> None:
    """Requirements of an egg-info folder: those of ``[extra:marker]`` stand below such a line."""
    tops = ("", *(f"{folder}/" for folder in ("src", "lib")))
    for top in tops:
        for folder in _egg_infos(tree, top):
            content = tree.read(f"{folder}/requires.txt")
            if content is not None:
                split_extras(_sectioned(content.decode("utf-8", "replace")), declared)
                return


def _egg_infos(tree: Tree, top: str) -> list[str]:
    names = tree.folders(top.rstrip("/"))
    return [f"{top}{name}" for name in names if name.endswith(".egg-info")]


def _sectioned(text: str) -> tuple[str, ...]:
    clause = ""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            extra, _, marker = line.strip()[1:-1].partition(":")
            parts = [f"({marker})"] if marker else []
            parts += [f'extra == "{extra}"'] if extra else []
            clause = " and ".join(parts)
        elif line.strip():
            found.append(f"{line.strip()} ; {clause}" if clause else line.strip())
    return requirements(found)
