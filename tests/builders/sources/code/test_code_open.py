"""Sources of code, whatever each of them is."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pickle
import platform
import subprocess
import sys
import sysconfig
import tarfile
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domainbench.builders.sources.code import Opened, open_sources
from domainbench.builders.sources.code.folder import source_paths
from domainbench.builders.sources.code.sdists import release_of
from domainbench.builders.sources.code.snapshots import NOTHING, snapshot_folder
from domainbench.schemas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = "2025-02-01"


def make_sdist(folder: Path, name: str, version: str, **files: str) -> Path:
    """``name-version.tar.gz`` with PKG-INFO and a module."""
    top = f"{name}-{version}"
    contents = {
        "PKG-INFO": f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
        "License-Expression: MIT\n",
        f"{name}.py": f"VERSION = {version!r}\n",
        **files,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{top}.tar.gz"
    with (
        gzip.GzipFile(path, "wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for inner, text in contents.items():
            info = tarfile.TarInfo(f"{top}/{inner}")
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return path


def make_repository(path: Path, **files: str) -> Path:
    path.mkdir(parents=True)
    for name, text in files.items():
        (path / name).write_text(text)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(path),
        **{f"GIT_{who}_NAME": "A" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_DATE": f"{DAY}T12:00:00Z" for who in ("AUTHOR", "COMMITTER")},
    }
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run(["git", *command], cwd=path, env=environment, check=True)
    return path


FUNCTION = "def f(value):\n    total = value + 1\n    return total * 2\n"


def dates(tmp_path: Path, **named: str) -> Path:
    path = tmp_path / "dates.json"
    path.write_text(json.dumps({f"{name}.tar.gz": date for name, date in named.items()}))
    return path


def opened(tmp_path: Path, *sources: str | Path, **options: object) -> Opened:
    options = {"cache": tmp_path / "cache", "work_dir": tmp_path / "work", **options}
    return open_sources(sources, **options)


def rejected(found: Opened) -> list[tuple[str, str]]:
    return [(item.place, item.reason) for report in found.reports for item in report.rejected]


def test_an_sdist_is_dated_by_the_file_of_dates(tmp_path: Path) -> None:
    path = make_sdist(tmp_path, "Proj_a", "1.0", **{"requirements-test.txt": "pytest\n"})
    found = opened(tmp_path, path, dates=dates(tmp_path, **{"Proj_a-1.0": DAY}))
    (snapshot,) = found.snapshots
    assert snapshot.id == "proj-a@1.0"
    assert (snapshot.kind, snapshot.date) == ("sdist", "2025-02-01T00:00:00Z")
    assert (snapshot.license, snapshot.license_from) == ("MIT", "metadata")
    assert snapshot.test_dependencies == ("pytest",)
    assert snapshot.introduced is None
    assert snapshot.source == str(path)
    assert snapshot.root.is_relative_to(tmp_path / "work")
    assert snapshot.paths() == ["PKG-INFO", "Proj_a.py", "requirements-test.txt"]
    (report,) = found.reports
    entry = report.entry()
    assert (entry.path, entry.format, entry.records) == (str(path), "sdist", 1)
    assert entry.bytes == path.stat().st_size
    assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (entry.rejected, entry.skipped) == ({}, {})


def test_a_snapshot_can_be_written_again_in_another_process(tmp_path: Path) -> None:
    found = opened(tmp_path, make_sdist(tmp_path, "a", "1"), stated_date=DAY)
    snapshot = pickle.loads(pickle.dumps(found.snapshots[0]))  # noqa: S301
    snapshot.discard()
    assert not snapshot.root.exists()
    assert (snapshot.materialise() / "a.py").read_text() == "VERSION = '1'\n"
    assert sorted(path.name for path in snapshot.root.parent.iterdir()) == ["a@1"]


def test_without_a_package_the_address_of_the_index_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "file:///somewhere/simple")
    assert opened(tmp_path, make_sdist(tmp_path, "a", "1"), stated_date=DAY).snapshots
    with pytest.raises(UsageError, match="read over HTTP"):
        opened(tmp_path, Path("pypi:a"), stated_date=DAY)


def test_an_archive_without_a_date_is_rejected(tmp_path: Path) -> None:
    path = make_sdist(tmp_path, "a", "1")
    found = opened(tmp_path, path)
    assert found.snapshots == []
    assert rejected(found) == [(str(path), "no date")]
    assert found.reports[0].entry().rejected == {"no date": 1}
    assert [snapshot.date for snapshot in opened(tmp_path, path, stated_date=DAY).snapshots] == [
        "2025-02-01T00:00:00Z"
    ]


def test_releases_of_a_project_come_in_order_with_those_before_apart(tmp_path: Path) -> None:
    moments = {"1.0": "2024-06-01", "1.10": "2025-01-01", "1.9": "2025-03-01", "2.0": "2025-07-01"}
    for version in moments:
        make_sdist(tmp_path / "all", "proj", version)
    make_sdist(tmp_path / "all", "another", "1")
    sidecar = dates(
        tmp_path,
        **{f"proj-{version}": day for version, day in moments.items()},
        **{"another-1": DAY},
    )
    found = opened(
        tmp_path, tmp_path / "all", since="2025-01-01", until="2025-07-01", dates=sidecar
    )
    assert [item.id for item in found.snapshots] == ["another@1", "proj@1.10", "proj@1.9"]
    assert [item.id for item in found.earlier] == ["proj@1.0"]
    assert found.earlier[0].root.is_dir()
    skipped = {Path(report.path).name: dict(report.skipped) for report in found.reports}
    assert skipped == {
        "another-1.tar.gz": {},
        "proj-1.0.tar.gz": {"before the window, read for what is old": 1},
        "proj-1.10.tar.gz": {},
        "proj-1.9.tar.gz": {},
        "proj-2.0.tar.gz": {"outside the window": 1},
    }
    assert not (tmp_path / "work" / "snapshots" / "proj@2.0").exists()


def test_damage_costs_one_archive_and_not_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    make_sdist(folder, "good", "1")
    bad = make_sdist(folder, "bad", "1")
    bad.write_bytes(bad.read_bytes()[:100])
    (folder / "html-1.tar.gz").write_text("<html>404</html>")
    found = opened(tmp_path, folder, stated_date=DAY)
    assert [item.id for item in found.snapshots] == ["good@1"]
    assert rejected(found) == [
        (str(bad), "damaged archive"),
        (str(folder / "html-1.tar.gz"), "damaged archive"),
    ]
    assert sorted(path.name for path in (tmp_path / "work").rglob("*@*")) == ["good@1"]


def test_an_archive_without_metadata_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "Some_Thing-main.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Some_Thing-main/x.py", FUNCTION)
    (snapshot,) = opened(tmp_path, path, stated_date=DAY).snapshots
    assert snapshot.id == "some-thing-main@2025-02-01"
    path = tmp_path / "Some_Thing-1.2.tgz"
    make_sdist(tmp_path, "x", "1", **{"PKG-INFO": ""}).rename(path)
    (snapshot,) = opened(tmp_path, path, stated_date=DAY).snapshots
    assert snapshot.id == "some-thing@1.2"


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("attrs-25.3.0.tar.gz", ("attrs", "25.3.0")),
        ("Zope.Interface-5.0.zip", ("zope-interface", "5.0")),
        ("a-b-1.0rc1.tar.bz2", ("a-b", "1.0rc1")),
        ("project-main.zip", (None, None)),
        ("nothing.tar.xz", (None, None)),
    ],
)
def test_names_of_sdists(filename: str, expected: tuple[str | None, str | None]) -> None:
    assert release_of(filename) == expected


def test_an_archive_without_python_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "data-1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data-1/x.csv", "a,b\n")
    found = opened(tmp_path, path, stated_date=DAY)
    assert found.snapshots == []
    assert found.reports[0].skipped == {"archive without Python files": 1}


def test_the_same_release_twice_counts_once(tmp_path: Path) -> None:
    first, second = make_sdist(tmp_path / "a", "p", "1"), make_sdist(tmp_path / "b", "p", "1")
    found = opened(tmp_path, first, second, first, tmp_path / "a" / ".." / "a", stated_date=DAY)
    assert len(found.snapshots) == 1
    assert rejected(found) == [(str(second), "same snapshot twice")]
    assert [report.records for report in found.reports] == [1, 0]


def test_two_clones_of_a_repository_count_once(tmp_path: Path) -> None:
    one = make_repository(tmp_path / "one" / "proj", **{"a.py": FUNCTION})
    two = make_repository(tmp_path / "two" / "proj", **{"a.py": FUNCTION})
    found = opened(tmp_path, one, two)
    assert [item.source for item in found.snapshots] == [str(one)]
    assert rejected(found) == [(str(two), "same snapshot twice")]
    assert [report.records for report in found.reports] == [1, 0]


def test_a_folder_of_archives_and_repositories_is_a_list(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    make_repository(folder / "owner" / "repo", **{"a.py": FUNCTION})
    make_repository(folder / "plainly", **{"b.py": FUNCTION})
    make_sdist(folder, "proj", "1")
    (folder / "notes.txt").write_text("x")
    (folder / "empty").mkdir()
    (folder / ".hidden").mkdir()
    found = opened(tmp_path, folder, stated_date=DAY)
    assert [item.repository for item in found.snapshots] == ["plainly", "proj", "repo"]
    assert [(report.path, report.format) for report in found.reports] == [
        (str(folder), "list"),
        (str(folder / "owner" / "repo"), "git"),
        (str(folder / "plainly"), "git"),
        (str(folder / "proj-1.tar.gz"), "sdist"),
    ]
    assert found.reports[0].entry().sha256 == NOTHING
    assert found.reports[0].skipped == {
        "file that is no project archive": 1,
        "folder that is no repository": 1,
    }


def test_a_project_with_archives_in_it_is_a_project(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    make_sdist(folder, "built", "1")
    make_sdist(folder / "vendor", "other", "1")
    (folder / "pyproject.toml").write_text('[project]\nname = "It"\n')
    (folder / "it.py").write_text(FUNCTION)
    (snapshot,) = opened(tmp_path, folder, stated_date=DAY).snapshots
    assert snapshot.id == "it@2025-02-01"
    assert snapshot.kind == "folder"


def test_a_plain_folder_stays_where_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "My Code"
    kept = ["LICENSE", "a.py", "build.py", "pkg/__init__.py", "pkg/build/x.py", "pkg/dist/y.py"]
    left = [
        "build/lib/a.py",
        "dist/b.py",
        ".git-hidden/c.py",
        "pkg/.tox/d.py",
        "pkg/__pycache__/e.py",
        "lib/site-packages/f.py",
        "dist-packages/g.py",
        "env/pyvenv.cfg",
        "env/lib/h.py",
        "web/node_modules/i.py",
    ]
    for name in (*kept, *left):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("This is free and unencumbered software released into the public domain")
    (folder / "link.py").symlink_to(folder / "a.py")
    (folder / "linked").symlink_to(tmp_path)
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.py")).write_text("")
    (snapshot,) = (found := opened(tmp_path, folder, stated_date=DAY)).snapshots
    assert snapshot.id == "my-code@2025-02-01"
    assert (snapshot.license, snapshot.license_from) == ("Unlicense", "LICENSE")
    assert snapshot.root == snapshot.materialise() == folder
    assert snapshot.paths() == sorted(kept)
    snapshot.discard()
    assert folder.is_dir()
    report = found.reports[0]
    assert report.bytes == sum((folder / name).stat().st_size for name in kept)
    assert not (tmp_path / "work" / "snapshots").exists()
    again = opened(tmp_path, folder, stated_date=DAY).reports[0]
    assert again == report
    (folder / "a.py").write_text("changed")
    assert opened(tmp_path, folder, stated_date=DAY).reports[0].sha256 != report.sha256


def test_a_plain_folder_needs_a_date_within_the_window(tmp_path: Path) -> None:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "a.py").write_text(FUNCTION)
    assert rejected(opened(tmp_path, folder)) == [(str(folder), "no date")]
    late = opened(tmp_path, folder, stated_date=DAY, until="2025-01-01")
    assert late.snapshots == []
    assert late.reports[0].skipped == {"outside the window": 1}
    sidecar = tmp_path / "dates.csv"
    sidecar.write_text("filename,date\ncode,2025-03-03\n")
    (snapshot,) = opened(tmp_path, folder, dates=sidecar).snapshots
    assert snapshot.date == "2025-03-03T00:00:00Z"


def test_the_standard_library_has_the_version_of_its_python(tmp_path: Path) -> None:
    folder = sysconfig.get_path("stdlib")
    (snapshot,) = opened(tmp_path, folder, stated_date=DAY).snapshots
    assert snapshot.id == f"cpython@{platform.python_version()}"
    assert snapshot.requires_python == f"=={sys.version_info[0]}.{sys.version_info[1]}.*"
    assert (snapshot.license, snapshot.license_from) == ("PSF-2.0", "standard library")
    paths = snapshot.paths()
    assert {"argparse.py", "json/decoder.py"} <= set(paths)
    assert not any("site-packages" in path or "__pycache__" in path for path in paths)


def test_what_is_no_source_is_the_calls_fault(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder") as caught:
        opened(tmp_path, "attrs")
    assert "pypi:attrs" in str(caught.value)
    (tmp_path / "a-1-py3-none-any.whl").write_bytes(b"PK\3\4")
    with pytest.raises(UsageError, match="no project archive") as caught:
        opened(tmp_path, tmp_path / "a-1-py3-none-any.whl")
    assert "sdist" in str(caught.value)
    with pytest.raises(UsageError, match="no such file of dates"):
        opened(tmp_path, tmp_path, dates=tmp_path / "none.csv")
    with pytest.raises(UsageError, match="the window is empty"):
        opened(tmp_path, tmp_path, since="2025-01-01", until="2024-01-01")
    with pytest.raises(UsageError, match="the date is none"):
        opened(tmp_path, tmp_path, stated_date="today")


def test_a_source_that_cannot_be_read_is_rejected(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    folder = tmp_path / "code"
    (folder / "closed").mkdir(parents=True, mode=0o000)
    (folder / "a.py").write_text(FUNCTION)
    try:
        assert rejected(opened(tmp_path, folder, stated_date=DAY)) == [
            (str(folder), "source that cannot be read")
        ]
    finally:
        (folder / "closed").chmod(0o700)


def test_an_earlier_run_in_the_same_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    path = make_sdist(tmp_path, "a", "1", **{"old.py": ""})
    opened(tmp_path, path, stated_date=DAY)
    make_sdist(tmp_path, "a", "1", **{"new.py": ""})
    (snapshot,) = opened(tmp_path, path, stated_date=DAY).snapshots
    assert snapshot.paths() == ["PKG-INFO", "a.py", "new.py"]


@pytest.mark.parametrize("version", ["1/../../../x", "..", "a\0b", "é" * 200, "1:2"])
def test_folders_of_snapshots_are_safe_whatever_the_version(tmp_path: Path, version: str) -> None:
    folder = snapshot_folder(tmp_path, "proj", version)
    assert folder.parent == tmp_path / "snapshots"
    folder.mkdir(parents=True)
    assert folder.name not in ("proj@1", "..")


def test_paths_of_an_unpacked_archive_are_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "a.py").write_text("")
    assert source_paths(tmp_path, whole=True) == ["build/a.py"]
    assert source_paths(tmp_path, whole=False) == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder that a server on this machine serves, with its address."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))

        def guess_type(self, path: object) -> str:
            is_page = str(path).endswith("index.html")
            return "application/vnd.pypi.simple.v1+json" if is_page else "application/octet-stream"

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_packages_of_an_index(tmp_path: Path, served: tuple[Path, str]) -> None:
    folder, address = served
    moments = {"1.0": "2024-06-01", "1.1": "2025-02-01", "1.2": "2025-03-01", "2.0": "2025-09-01"}
    files = []
    for version, day in moments.items():
        path = make_sdist(folder / "files", "proj", version)
        files.append(
            {
                "filename": path.name,
                "url": f"/files/{path.name}",
                "hashes": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
                "upload-time": f"{day}T01:02:03Z",
            }
        )
    (folder / "proj").mkdir()
    page = {"meta": {"api-version": "1.1"}, "name": "proj", "files": files}
    (folder / "proj" / "index.html").write_text(json.dumps(page))
    window = {"since": "2025-01-01", "until": "2025-07-01", "index_url": address}
    newest = opened(tmp_path, "pypi:proj", **window)
    assert [(item.id, item.date) for item in newest.snapshots] == [
        ("proj@1.2", "2025-03-01T01:02:03Z")
    ]
    assert [item.id for item in newest.earlier] == ["proj@1.0"]
    assert [report.path for report in newest.reports] == ["pypi:proj==1.2", "pypi:proj==1.0"]
    both = opened(tmp_path, "pypi:proj>1", "pypi:proj>1", **window)
    assert [item.id for item in both.snapshots] == ["proj@1.1", "proj@1.2"]
    late = opened(tmp_path, "pypi:proj==2.0", **window)
    assert (late.snapshots, late.reports[0].skipped) == ([], {"outside the window": 1})
    # What was fetched once is read without the index, and dates the same archive given as a file.
    offline = {**window, "index_url": "http://127.0.0.1:9/"}
    with pytest.raises(DataError, match="cannot be read"):
        opened(tmp_path, "pypi:proj", **offline)
    local = opened(tmp_path, folder / "files" / "proj-1.1.tar.gz", **offline)
    assert [(item.id, item.date) for item in local.snapshots] == [
        ("proj@1.1", "2025-02-01T01:02:03Z")
    ]
    exact = opened(tmp_path, "pypi:proj==1.1", **window)
    assert exact.snapshots[0].date == "2025-02-01T01:02:03Z"
    assert opened(tmp_path, "pypi:proj<1.1", **window).reports[0].skipped == {
        "no release within the window": 1
    }


def test_the_order_of_sources_changes_no_snapshot(tmp_path: Path) -> None:
    paths = [make_sdist(tmp_path, name, "1") for name in ("a", "b", "c")]
    first = opened(tmp_path, *paths, stated_date=DAY)
    second = opened(tmp_path, *reversed(paths), stated_date=DAY)
    assert first.snapshots == second.snapshots
