from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from datasets import load_dataset

import domainbench
from domainbench.builders.code.confirm import read_constraints
from domainbench.builders.code.options import CodeOptions
from domainbench.schemas.errors import DataError, UsageError
from tests.code_projects import write_folder, write_repository, write_sdist

ADD = "shelf-tools/shelf.store.Store.add"
FIND = "shelf-tools/shelf.store.Store.find"
FULL = "shelf-tools/shelf.store.Store.is_full"
KEYWORDS = "shelf-tools/shelf.text.keywords"
WORDS = "shelf-tools/shelf.text.words"
INITIALS = "shelf-tools/shelf.letters.initials"
UNDESCRIBED = "shelf-tools/shelf.text.undescribed"
FIRST = {"since": "2025-01-01", "until": "2025-07-01"}
SECOND = {"since": "2025-07-01", "until": "2026-01-01"}


def dates(folder: Path) -> str:
    path = folder / "dates.csv"
    path.write_text(
        "filename,date\nshelf_tools-1.0.tar.gz,2025-02-01\nshelf_tools-1.1.tar.gz,2025-08-01\n",
        encoding="utf-8",
    )
    return str(path)


@pytest.fixture(scope="module")
def sdists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdists")
    write_sdist(folder / "archives", "1.0")
    write_sdist(folder / "archives", "1.1")
    dates(folder)
    return folder


@pytest.fixture(scope="module")
def first(
    sdists: Path, tmp_path_factory: pytest.TempPathFactory
) -> domainbench.schemas.release.Release:
    return build(sdists / "archives", tmp_path_factory.mktemp("first") / "release", sdists, **FIRST)


def build(source: Path, target: Path, folder: Path | None = None, **options: object):
    given = {"dates": str(folder / "dates.csv")} if folder else {}
    return domainbench.build(
        "code", [source], target, options={**given, **options}, name="code", version="2025.07"
    )


def samples(release) -> dict[str, dict]:
    return {row["_id"]: row for row in release.table("samples").to_pylist()}


def test_samples_of_a_source_distribution(first) -> None:
    rows = samples(first)
    assert list(rows) == [ADD, FIND, FULL, KEYWORDS, WORDS]
    row = rows[KEYWORDS]
    assert row["date"] == "2025-02-01T00:00:00Z"
    assert row["window"] == "2025-01-01/2025-07-01"
    assert row["snapshot"] == "shelf-tools@1.0"
    assert row["completion_path"] == "src/shelf/text.py"
    assert (row["signature_start"], row["body_start"], row["body_end"]) == (21, 30, 31)
    assert row["functionality"] == "Words of a title that carry meaning."
    assert row["arguments"] == (
        ":param title: str, the title.\n:return: list[str], its words without articles."
    )
    assert row["license"] == "MIT"
    assert row["domain"] == ["Database"]
    assert row["code_original"].startswith('def keywords(title):\n    """Words')


def test_dependencies_of_each_kind(first) -> None:
    rows = samples(first)
    store = "shelf.store.Store"
    assert rows[ADD]["intra_class"] == [f"{store}.books", f"{store}.count", f"{store}.is_full"]
    assert rows[FULL]["intra_class"] == [f"{store}.books", f"{store}.limit"]
    assert rows[KEYWORDS]["intra_file"] == ["shelf.text.STOP", "shelf.text.words"]
    assert rows[FIND]["intra_class"] == [f"{store}.books"]
    assert rows[FIND]["cross_file"] == ["shelf.text.keywords", "shelf.text.words"]
    assert rows[FIND]["locations"][-1] == "src/shelf/text.py:9"
    assert rows[WORDS]["standalone"]
    assert rows[FIND]["dependency_kinds"] == ["intra_class", "cross_file"]


def test_what_was_left_out_is_counted(first) -> None:
    dropped = first.manifest.dropped
    assert dropped["function without a requirement"] == 2  # __init__ and undescribed
    assert dropped["trivial function: only returns a name, a constant or an attribute"] == 1


def test_pairs_and_documents(first) -> None:
    pairs = first.table("qrels").to_pylist()
    context = {
        (pair["query-id"].split("@")[0], pair["corpus-id"].split("@")[0], pair["partition"])
        for pair in pairs
        if pair["task"] == "context"
    }
    assert (KEYWORDS, WORDS, "intra_file") in context
    assert (KEYWORDS, "shelf-tools/shelf.text.STOP", "intra_file") in context
    assert (FIND, WORDS, "cross_file") in context
    # Attributes have no document of their own: what sets or declares them stands for them.
    assert (FULL, "shelf-tools/shelf.store.Store", "intra_class") in context
    found = {p["query-id"]: p["corpus-id"] for p in pairs if p["task"] == "requirement"}
    assert found[f"{WORDS}:requirement"].startswith(f"{WORDS}@")
    assert len(found) == 5


def test_a_release_is_sound_and_opens(first) -> None:
    assert [str(f) for f in domainbench.verify(first.path) if f.level == "fault"] == []
    rows = load_dataset(str(first.path), "samples", split="test")
    assert rows.num_rows == 5


def test_the_next_window_has_nothing_of_the_first(sdists: Path, first, tmp_path: Path) -> None:
    release = build(
        sdists / "archives", tmp_path / "second", sdists, parent=str(first.path), **SECOND
    )
    assert list(samples(release)) == [INITIALS]
    assert release.manifest.parent.fingerprint == first.manifest.fingerprint
    report = json.loads((release.path / "leakage.json").read_text(encoding="utf-8"))
    assert report["earlier"][0]["samples"] == {"near": 0, "same_digest": 0, "same_id": 0}


def test_a_parent_alone_keeps_its_functions_out(sdists: Path, first, tmp_path: Path) -> None:
    # Without the older archive only the parent can tell what is old.
    release = build(
        sdists / "archives" / "shelf_tools-1.1.tar.gz",
        tmp_path / "second",
        sdists,
        parent=str(first.path),
        **SECOND,
    )
    assert list(samples(release)) == [INITIALS]
    assert release.manifest.dropped["function of an earlier release"] == 5


def test_the_full_view_joins_windows(sdists: Path, first, tmp_path: Path) -> None:
    second = build(sdists / "archives", tmp_path / "2", sdists, parent=str(first.path), **SECOND)
    full = domainbench.build(
        "code", [first.path, second.path], tmp_path / "full", options={"view": "full"}
    )
    assert set(samples(full)) == {*samples(first), *samples(second)}
    assert [str(f) for f in domainbench.verify(full.path) if f.level == "fault"] == []
    with pytest.raises(DataError, match="stands in two releases"):
        domainbench.build(
            "code",
            [first.path, write_copy(first, tmp_path)],
            tmp_path / "twice",
            options={"view": "full"},
        )


def test_licences_of_the_full_view(tmp_path: Path) -> None:
    releases = []
    for name, license_text in (("one", "MIT OR Apache-2.0"), ("two", "ISC"), ("three", "ISC")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "pyproject.toml").write_text(
            f'[project]\nname = "{name}"\nlicense = "{license_text}"\n', encoding="utf-8"
        )
        code = f'def f(x):\n    """Say it."""\n    y = x + "{name}"\n    return y\n'
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
        releases.append(build(folder, tmp_path / f"r-{name}", date="2025-01-01").path)
    full = domainbench.build("code", releases, tmp_path / "full", options={"view": "full"})
    assert full.manifest.license == "ISC AND (MIT OR Apache-2.0)"


def test_modules_of_several_projects_in_one_repository(tmp_path: Path) -> None:
    package = tmp_path / "many" / "packages" / "foo" / "src" / "foo"
    package.mkdir(parents=True)
    (package.parents[1] / "pyproject.toml").write_text('[project]\nname = "foo"\n', "utf-8")
    (package / "__init__.py").write_text("", encoding="utf-8")
    code = 'def f(x):\n    """Say it."""\n    y = x\n    return y\n'
    (package / "mod.py").write_text(code, encoding="utf-8")
    release = build(
        tmp_path / "many", tmp_path / "release", date="2025-01-01", allow_licenses="any"
    )
    assert list(samples(release)) == ["many/foo.mod.f"]


def test_constraints_as_tools_write_them(tmp_path: Path) -> None:
    path = tmp_path / "pins.txt"
    path.write_text(
        "--index-url https://example.org/simple\nattrs==23.1.0 \\\n    --hash=sha256:0\n"
        "    # via shelf\ntomli==2.0.1  # via pytest\n",
        encoding="utf-8",
    )
    assert read_constraints(CodeOptions(constraints=str(path))) == ("attrs==23.1.0", "tomli==2.0.1")
    assert read_constraints(CodeOptions()) == ()


def write_copy(release, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(release.path, folder / "copy"))


def test_a_repository_by_its_commits(tmp_path: Path) -> None:
    repository = write_repository(tmp_path / "shelf")
    one = build(repository, tmp_path / "one", **FIRST)
    two = build(repository, tmp_path / "two", parent=str(one.path), **SECOND)
    assert list(samples(one)) == [ADD, FIND, FULL, KEYWORDS, WORDS]
    row = samples(two)[INITIALS]
    assert list(samples(two)) == [INITIALS]
    assert row["date"] == row["author_date"] == "2025-07-10T12:00:00Z"
    assert len(row["snapshot"]) == len("shelf-tools@") + 40


def test_tests_that_were_run(sdists: Path, tmp_path: Path) -> None:
    release = build(
        sdists / "archives",
        tmp_path / "release",
        sdists,
        tests="run",
        environment="current",
        isolation="any",
        **FIRST,
    )
    rows = samples(release)
    assert all(row["executable"] and row["tests_from"] == "run" for row in rows.values())
    assert "tests/test_shelf.py::test_words" in rows[WORDS]["tests"]
    assert rows[FIND]["tests"] == ["tests/test_shelf.py::TestStore::test_find"]
    entry = release.manifest.environments["shelf-tools@1.0"]
    assert any(pin.startswith("pytest==") for pin in entry.requirements)
    paths = {row["path"] for row in release.table("files").to_pylist()}
    assert "tests/test_shelf.py" in paths


def test_tests_that_were_read(sdists: Path, tmp_path: Path) -> None:
    release = build(sdists / "archives", tmp_path / "release", sdists, tests="static", **FIRST)
    rows = samples(release)
    assert rows[WORDS]["tests"] == ["tests/test_shelf.py::test_words"]
    assert rows[WORDS]["tests_from"] == "static"
    assert not rows[WORDS]["executable"]


def test_functions_without_a_requirement_for_retrieval(sdists: Path, tmp_path: Path) -> None:
    release = build(
        sdists / "archives", tmp_path / "release", sdists, requirements="optional", **FIRST
    )
    assert samples(release)[UNDESCRIBED]["functionality"] is None
    asked = {
        row["task"] for row in release.table("queries").to_pylist() if row["sample"] == UNDESCRIBED
    }
    assert asked == set()  # it uses nothing, and nothing describes it
    assert samples(release)["shelf-tools/shelf.store.Store.__init__"]["standalone"]


def test_caps_and_draws_do_not_depend_on_the_rest(sdists: Path, tmp_path: Path) -> None:
    two = build(sdists / "archives", tmp_path / "2", sdists, max_per_repository=2, **FIRST)
    four = build(sdists / "archives", tmp_path / "4", sdists, max_per_repository=4, **FIRST)
    assert len(samples(two)) == 2
    assert set(samples(two)) < set(samples(four))


def test_licences_that_are_not_allowed(sdists: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        build(sdists / "archives", tmp_path / "r", sdists, allow_licenses="Apache-2.0", **FIRST)
    assert "licence is not allowed: MIT" in str(caught.value)


def test_a_folder_needs_a_date(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "shelf")
    with pytest.raises((DataError, UsageError), match="date"):
        build(folder, tmp_path / "release")
    release = build(folder, tmp_path / "release", date="2025-02-01", **FIRST)
    assert len(samples(release)) == 5


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"since": "2025-13-01"}, "2025-13-01"),
        ({"since": "2025-07-01", "until": "2025-01-01"}, "window"),
        ({"parent": "nowhere"}, "parent"),
        ({"tests": "sometimes"}, "tests"),
        ({"unknown": "1"}, "unknown"),
        ({"constraints": "."}, "constraints names no file"),
        ({"corrections": "."}, "corrections names no file"),
    ],
)
def test_wrong_options(sdists: Path, tmp_path: Path, options: dict, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        build(sdists / "archives", tmp_path / "release", sdists, **options)


def test_the_same_bytes_whatever_the_hash_seed(sdists: Path, tmp_path: Path) -> None:
    found = set()
    for seed in ("1", "2"):
        target = tmp_path / seed
        command = [
            sys.executable, "-m", "domainbench", "build", "code", str(sdists / "archives"),
            "-o", str(target), "--since", "2025-01-01", "--until", "2025-07-01",
            "--set", f"dates={sdists / 'dates.csv'}", "--json",
        ]  # fmt: skip
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        found.add(json.loads(done.stdout)["manifest"]["fingerprint"])
    assert len(found) == 1
