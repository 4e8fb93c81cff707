"""What parts two releases as Markdown, and changelogs of chains of releases."""

from __future__ import annotations

import shutil

import pytest

from domainbench.cards.ecosystem.changelog import changelog
from domainbench.cards.ecosystem.diff_markdown import diff_markdown
from domainbench.schemas.diff import diff
from domainbench.schemas.errors import UsageError
from domainbench.schemas.manifest import ParentEntry
from domainbench.schemas.release import write_release

from .conftest import CORPUS, QRELS, QUERIES, family, info, pair, tables


@pytest.fixture(autouse=True)
def on_one_day(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764201600")  # 2025-11-27


def made(folder, *, parent=None, facts=None, **rows):
    """A release; ``parent`` is the one that it evolves."""
    known = dict(facts or {})
    if parent is not None:
        manifest = parent.manifest
        known["parent"] = ParentEntry(
            name=manifest.name, version=manifest.version, fingerprint=manifest.fingerprint
        )
    return write_release(folder, tables(**rows), info(**known))


CHANGED = {
    "corpus": [family("d0", "new|er", ["A01B1/00"]), CORPUS[0] | {"text": "a tap"}, CORPUS[1]],
    "queries": [QUERIES[0], QUERIES[1] | {"year": 1999}],
    "qrels": [QRELS[0] | {"partition": "OUT"}, QRELS[1]],
}


def test_all_that_differs_is_in_the_document(release, tmp_path):
    new = made(tmp_path / "new", parent=release, facts={"version": "2026.12"}, **CHANGED)
    text = diff_markdown(diff(release, new))
    fingerprints = f"{release.manifest.fingerprint} | {new.manifest.fingerprint}"
    assert (
        text
        == f"""\
# valves 2026.11 → valves 2026.12

Scores are not comparable: 1 document added, 1 document removed, the texts of 1 document changed, \
1 relevant pair differs.

The new release names the old one as its parent.

**Rows**

| table | old | new | added | removed | changed |
|---|---:|---:|---:|---:|---:|
| corpus | 3 | 3 | 1 | 1 | 1 |
| queries | 2 | 2 | 0 | 0 | 1 |
| qrels | 3 | 2 | 0 | 1 | 1 |

**Labels changed**

| label | old | new | rows |
|---|---|---|---:|
| qrels.partition | IN | OUT | 1 |

**Columns changed**

| column | changed in |
|---|---:|
| corpus.text | 1 rows |
| queries.year | 1 rows |
| qrels.partition | 1 rows |

**Examples**

| table |  | first keys |
|---|---|---|
| corpus | added | `d0` |
| corpus | removed | `d3` |
| corpus | changed | `d1` |
| queries | changed | `q2` |
| qrels | removed | `q2 d3` |
| qrels | changed | `q1 d1` |

**What the manifests say**

|  | old | new |
|---|---|---|
| version | 2026.11 | 2026.12 |
| fingerprint | {fingerprints} |
"""
    )


def test_of_equal_releases_only_verdict_and_rows_are_left(release):
    text = diff_markdown(diff(release, release))
    assert text.startswith("# valves 2026.11 → valves 2026.11\n\nScores stay comparable: ")
    assert "| corpus | 3 | 3 | 0 | 0 | 0 |" in text
    assert text.count("**") == 2


def test_what_is_not_shown_is_counted(release, tmp_path):
    corpus = [*CORPUS, *(family(f"e{n}", "x", ["A01B1/00"]) for n in range(7))]
    many = [QRELS[0], QRELS[1], *(pair("q1", f"e{n}", f"P{n}") for n in range(7)), QRELS[2]]
    moved = [row | {"partition": "Q"} if row["partition"][0] == "P" else row for row in many]
    old = made(tmp_path / "old", corpus=corpus, qrels=many)
    text = diff_markdown(diff(old, made(tmp_path / "new", corpus=corpus, qrels=moved)))
    assert "| qrels.partition | others | others | 2 |" in text
    assert "| qrels | changed | `q1 e0`, `q1 e1`, `q1 e2`, `q1 e3`, `q1 e4` … |" in text


def test_cells_do_not_break_the_table(release, tmp_path):
    qrels = [QRELS[0] | {"partition": "A|B"}, *QRELS[1:]]
    text = diff_markdown(diff(release, made(tmp_path / "new", qrels=qrels)))
    assert "| qrels.partition | IN | A\\|B | 1 |" in text


def test_a_changelog_follows_the_chain_of_parents(release, tmp_path):
    second = made(tmp_path / "b", parent=release, facts={"version": "2026.12"}, **CHANGED)
    labels = CHANGED | {"queries": QUERIES}
    third = made(tmp_path / "c", parent=second, facts={"version": "2027.01"}, **labels)
    assert (
        changelog(third)
        == """\
# Changelog of valves

## valves 2027.01 (2025-11-27)

From valves 2026.12. Scores stay comparable: queries, relevant documents and the texts of the \
corpus are the same. Slices, partitions and views that read queries.year are others.

**Rows**

| table | old | new | added | removed | changed |
|---|---:|---:|---:|---:|---:|
| corpus | 3 | 3 | 0 | 0 | 0 |
| queries | 2 | 2 | 0 | 0 | 1 |
| qrels | 2 | 2 | 0 | 0 | 0 |

## valves 2026.12 (2025-11-27)

From valves 2026.11. Scores are not comparable: 1 document added, 1 document removed, the texts of \
1 document changed, 1 relevant pair differs.

**Rows**

| table | old | new | added | removed | changed |
|---|---:|---:|---:|---:|---:|
| corpus | 3 | 3 | 1 | 1 | 1 |
| queries | 2 | 2 | 0 | 0 | 1 |
| qrels | 3 | 2 | 0 | 1 | 1 |

## valves 2026.11 (2025-11-27)

The first release. Rows: corpus 3, qrels 3, queries 2.
"""
    )


def test_parents_are_looked_for_where_one_says(release, tmp_path):
    new = made(tmp_path / "apart" / "new", parent=release, facts={"version": "2026.12"}, **CHANGED)
    text = changelog(new)
    assert text.endswith(
        f"Its parent, valves 2026.11 (fingerprint `{release.manifest.fingerprint}`), is not among "
        "the folders searched, so earlier changes are not listed.\n"
    )
    for place in (release.path, release.path.parent):
        assert "The first release." in changelog(new, [place])
    with pytest.raises(UsageError, match="no such folder"):
        changelog(new, [tmp_path / "nowhere"])


def test_a_damaged_neighbour_is_passed_over(release, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    new = made(tmp_path / "new", parent=release, **CHANGED)
    assert "The first release." in changelog(new)


def test_of_copies_the_one_with_the_right_version_is_the_parent(release, tmp_path):
    again = made(tmp_path / "a-copy", facts={"version": "2025.01"})
    assert again.manifest.fingerprint == release.manifest.fingerprint
    new = made(tmp_path / "new", parent=release, **CHANGED)
    assert "From valves 2026.11. " in changelog(new)
    shutil.rmtree(release.path)
    assert "From valves 2025.01. " in changelog(new)


def test_a_release_that_changed_nothing_is_not_its_own_parent(release, tmp_path):
    same = made(tmp_path / "same", parent=release, facts={"version": "2026.12"})
    assert same.manifest.fingerprint == release.manifest.fingerprint
    text = changelog(same)
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## valves 2026.12 (2025-11-27)",
        "## valves 2026.11 (2025-11-27)",
    ]
    shutil.rmtree(release.path)
    assert "is not among the folders searched" in changelog(same)
