"""Licences: what says them, and which of them are permissive."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.licenses import canonicalize_license_expression

from domainbench.builders.sources.code.license_names import (
    CLASSIFIERS,
    FAMILIES,
    GNU,
    NAMES,
    PERMISSIVE,
    PHRASES,
)
from domainbench.builders.sources.code.licenses import (
    find_license,
    fold_name,
    from_text,
    recognise,
    satisfies,
)
from domainbench.builders.sources.code.trees import FolderTree

MIT = """Copyright (c) 2020 A. Writer

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal in the Software
without restriction. The above copyright notice and this permission notice shall be
included in all copies or substantial portions of the Software.
"""
BSD2 = """Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:
 1. Redistributions of source code must retain the above copyright notice.
"""
BSD3 = (
    BSD2
    + """ 3. Neither the name of the holder nor the names of its contributors may be used to
endorse or promote products derived from this software without permission.
"""
)
ISC = """Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.
"""
TEXTS = {
    "MIT": MIT,
    "MIT-0": MIT.partition("The above")[0],
    "BSD-2-Clause": BSD2,
    "BSD-3-Clause": BSD3,
    "BSD-4-Clause": BSD3 + "All advertising materials mentioning features or use of it must",
    "ISC": ISC,
    "0BSD": ISC.partition(", provided")[0] + ". THE SOFTWARE IS PROVIDED AS IS",
    "Apache-2.0": "  Apache License\n  Version 2.0, January 2004\n http://www.apache.org/licenses/",
    "PSF-2.0": "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2\n----\n" + ISC,
    "MPL-2.0": "Mozilla Public License Version 2.0\n=====\n\n1. Definitions\n---",
    "GPL-2.0-only": "GNU GENERAL PUBLIC LICENSE\n Version 2, June 1991\n",
    "GPL-3.0-only": "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n"
    "use with the GNU Affero General Public License. GNU Lesser General Public License",
    "LGPL-2.1-only": "GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999\n",
    "LGPL-3.0-only": "GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n version 3 of "
    "the GNU General Public License",
    "AGPL-3.0-only": "GNU AFFERO GENERAL PUBLIC LICENSE\n Version 3, 19 November 2007\n",
    "Unlicense": "This is free and unencumbered software released into the public domain.",
    "Zlib": "2. Altered source versions must be plainly marked as such, and must not be",
    "CC0-1.0": "Creative Commons Legal Code\n\nCC0 1.0 Universal\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_are_recognised(name: str) -> None:
    assert recognise(TEXTS[name]) == name


def test_a_text_of_two_licences_is_both() -> None:
    assert recognise(MIT + "\n---\nVendored code:\n" + BSD3) == "BSD-3-Clause AND MIT"
    assert recognise("All rights reserved.") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("MIT", "MIT"), ("mit license", "MIT"), ("The MIT License (MIT)", "MIT")),
        *(("MIT/X11", "MIT"), ("Expat License", "MIT"), ("MIT OR Apache-2.0", "MIT OR Apache-2.0")),
        *(("Apache License, Version 2.0", "Apache-2.0"), ("Apache 2", "Apache-2.0")),
        *(("ASL 2.0", "Apache-2.0"), ("Apache Software License 2.0", "Apache-2.0")),
        *(("BSD", "LicenseRef-BSD"), ("BSD License", "LicenseRef-BSD")),
        *(("BSD 3-Clause License", "BSD-3-Clause"), ("New BSD", "BSD-3-Clause")),
        *(("Simplified BSD License", "BSD-2-Clause"), ("BSD-2-Clause", "BSD-2-Clause")),
        *(("GPLv3", "GPL-3.0-only"), ("GPLv3+", "GPL-3.0-or-later"), ("GPL", "LicenseRef-GPL")),
        *(("GNU GPL v2 or later", "GPL-2.0-or-later"), ("GNU GPLv2", "GPL-2.0-only")),
        ("GNU General Public License v3 or later", "GPL-3.0-or-later"),
        ("GNU Lesser General Public License, version 2.1", "LGPL-2.1-only"),
        *(("LGPLv3+", "LGPL-3.0-or-later"), ("AGPL v3", "AGPL-3.0-only")),
        *(("MPL 2.0", "MPL-2.0"), ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0")),
        *(("ISC License (ISCL)", "ISC"), ("PSF", "PSF-2.0"), ("Unlicense", "Unlicense")),
        *(("Python Software Foundation License", "PSF-2.0"), ("zlib/libpng", "Zlib")),
        *(("Public Domain", "LicenseRef-Public-Domain"), ("CC0 1.0", "CC0-1.0")),
        *(("Proprietary", "LicenseRef-Proprietary"), ("UNKNOWN", None), ("", None), (None, None)),
        *(("see LICENSE", None), ("Dual", None), (MIT, "MIT")),
    ],
)
def test_free_fields(text: str | None, expected: str | None) -> None:
    assert from_text(text) == expected


def write(folder: Path, **files: str) -> FolderTree:
    for name, text in files.items():
        (folder / name).write_text(text)
    return FolderTree(folder)


def test_what_is_exact_comes_first(tmp_path: Path) -> None:
    tree = write(tmp_path, LICENSE=TEXTS["GPL-3.0-only"])
    apache = ["License :: OSI Approved :: Apache Software License"]
    assert find_license("mit", "BSD", apache, tree) == ("MIT", "metadata")
    assert find_license("no expression", "ISC", apache, tree) == ("Apache-2.0", "classifier")
    assert find_license(None, "ISC", [], tree) == ("ISC", "metadata")
    assert find_license(None, None, ["Topic :: Database"], tree) == ("GPL-3.0-only", "LICENSE")


def test_nothing_that_says_it_is_unknown(tmp_path: Path) -> None:
    tree = write(tmp_path, README="MIT", LICENSE="ask me", licenses="no file of this name")
    classifiers = ["License :: OSI Approved", "License :: Some Day :: New License"]
    assert find_license(None, "see LICENSE", classifiers, tree) == (None, None)


def test_a_family_is_made_exact_by_the_file(tmp_path: Path) -> None:
    bsd = ["License :: OSI Approved :: BSD License"]
    assert find_license(None, None, bsd, FolderTree(tmp_path)) == ("LicenseRef-BSD", "classifier")
    assert find_license(None, "BSD 3-Clause", bsd, FolderTree(tmp_path)) == (
        "BSD-3-Clause",
        "metadata",
    )
    tree = write(tmp_path, **{"LICENSE.txt": BSD2})
    assert find_license(None, "BSD", bsd, tree) == ("BSD-2-Clause", "LICENSE.txt")
    tree = write(tmp_path, **{"LICENSE.txt": MIT})
    assert find_license(None, "BSD", bsd, tree) == ("LicenseRef-BSD", "classifier")


def test_several_classifiers_hold_together(tmp_path: Path) -> None:
    both = [
        "License :: OSI Approved :: MIT License",
        "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
    ]
    found = find_license(None, None, both, FolderTree(tmp_path))
    assert found == ("GPL-3.0-only AND MIT", "classifier")
    assert not satisfies(found.expression, PERMISSIVE)


def test_the_projects_own_file_comes_before_those_of_others(tmp_path: Path) -> None:
    tree = write(tmp_path, **{"LICENSE.vendored.txt": BSD2, "LICENSE": MIT, "COPYING.txt": "?"})
    assert find_license(None, None, [], tree) == ("MIT", "LICENSE")


def test_a_lesser_licence_stands_beside_the_one_that_it_adds_to(tmp_path: Path) -> None:
    tree = write(
        tmp_path, **{"COPYING": TEXTS["GPL-3.0-only"], "COPYING.LESSER": TEXTS["LGPL-3.0-only"]}
    )
    assert find_license(None, None, [], tree) == ("LGPL-3.0-only", "COPYING.LESSER")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        *(("MIT", True), ("mit", True), ("Apache-2.0", True), ("GPL-3.0-only", False)),
        *(("MIT OR GPL-3.0-only", True), ("MIT AND GPL-3.0-only", False)),
        # AND binds closer than OR.
        *(("GPL-2.0-only OR MIT AND ISC", True), ("GPL-2.0-only AND MIT OR ISC", True)),
        ("GPL-2.0-only AND (MIT OR ISC)", False),
        ("(MIT OR GPL-2.0-only) AND (ISC OR MPL-2.0)", True),
        *(("Apache-2.0 WITH LLVM-exception", True), ("GPL-2.0-only WITH GCC-exception-2.0", False)),
        *(("LicenseRef-BSD", True), ("LicenseRef-Proprietary", False), ("LicenseRef-GPL", False)),
        *((None, False), ("", False), ("no licence at all", False), ("MIT OR", False)),
    ],
)
def test_permissive_expressions(expression: str | None, *, expected: bool) -> None:
    assert satisfies(expression, PERMISSIVE) is expected


def test_a_list_of_allowed_licences() -> None:
    assert satisfies("GPL-2.0-only WITH Classpath-exception-2.0", {"gpl-2.0-only"})
    allowed = {"GPL-2.0-only WITH Classpath-exception-2.0"}
    assert satisfies("GPL-2.0-only WITH Classpath-exception-2.0", allowed)
    assert not satisfies("GPL-2.0-only", allowed)
    assert not satisfies("MIT", ())


ATOMS = st.sampled_from(["MIT", "ISC", "GPL-2.0-only", "MPL-2.0", "LGPL-3.0-only"])
TREES = st.recursive(
    ATOMS, lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner), max_leaves=8
)


def spell(tree: object) -> str:
    if isinstance(tree, str):
        return tree
    operator, left, right = tree
    return f"({spell(left)} {operator.upper()} {spell(right)})"


def value(tree: object, allowed: set[str]) -> bool:
    if isinstance(tree, str):
        return tree in allowed
    operator, left, right = tree
    sides = value(left, allowed), value(right, allowed)
    return all(sides) if operator == "and" else any(sides)


@given(TREES, st.sets(ATOMS))
def test_expressions_are_worth_what_their_parts_are(tree: object, allowed: set[str]) -> None:
    assert satisfies(spell(tree), allowed) is value(tree, allowed)


def test_every_identifier_of_the_tables_is_one_of_spdx() -> None:
    names = {*CLASSIFIERS.values(), *NAMES.values(), *PERMISSIVE, *FAMILIES}
    names |= {phrase.license for phrase in PHRASES}
    names |= {member for members in FAMILIES.values() for member in members}
    for family, versions in GNU.values():
        names.add(family)
        names |= {f"{version}-only" for version in versions.values()}
        names |= {f"{version}-or-later" for version in versions.values()}
    for name in names:
        assert canonicalize_license_expression(name) == name


def test_every_name_is_folded() -> None:
    assert [name for name in NAMES if fold_name(name) != name] == []


@given(st.text(max_size=300))
def test_any_text_is_a_licence_or_none(text: str) -> None:
    found = from_text(text)
    assert found is None or canonicalize_license_expression(found)
