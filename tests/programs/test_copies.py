from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainbench.programs.copies import private_copy, remove_tree, write_tree
from domainbench.schemas.errors import DataError, UsageError


def tree(folder: Path) -> Path:
    root = folder / "tree"
    (root / "pkg" / "deep" / "er").mkdir(parents=True)
    (root / "empty").mkdir()
    (root / "pkg" / "a.py").write_bytes(b"a = 1\r\n\x00\xff")
    (root / "pkg" / "deep" / "er" / "b").write_text("b" * 3_000_000)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "secret").write_text("s")
    (root / "secret").chmod(0o400)
    return root


def contents(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


def test_copy_is_equal_and_private(tmp_path: Path):
    root = tree(tmp_path)
    before = contents(root)
    copy = tmp_path / "copy"
    assert private_copy(root, copy) == ()
    assert contents(copy) == before
    assert os.access(copy / "run.sh", os.X_OK)
    assert not (copy / "pkg" / "a.py").stat().st_mode & 0o111
    assert (copy / "secret").stat().st_mode & 0o200  # tests may write what they were given
    for path in copy.rglob("*"):
        assert path.stat().st_nlink == 1 or path.is_dir()
    (copy / "pkg" / "a.py").write_text("changed")
    with (copy / "pkg" / "deep" / "er" / "b").open("r+") as file:
        file.write("changed")
    remove_tree(copy)
    assert contents(root) == before


def test_hard_links_become_files_of_their_own(tmp_path: Path):
    root = tree(tmp_path)
    os.link(root / "run.sh", root / "again.sh")
    private_copy(root, tmp_path / "copy")
    (tmp_path / "copy" / "again.sh").write_text("x")
    assert (tmp_path / "copy" / "run.sh").read_text() == "#!/bin/sh\n"


def test_links_stay_inside_or_are_left_out(tmp_path: Path):
    root = tree(tmp_path)
    (tmp_path / "outside").write_text("out")
    (root / "pkg" / "good").symlink_to("../run.sh")
    (root / "pkg" / "folder").symlink_to("deep")
    (root / "absolute").symlink_to(root / "run.sh")
    (root / "pkg" / "leaves").symlink_to("../../outside")
    (root / "dangling").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")
    (root / "through").symlink_to("pkg/leaves")
    os.mkfifo(root / "pipe")
    left_out = private_copy(root, tmp_path / "copy")
    assert left_out == ("absolute", "dangling", "loop", "pipe", "pkg/leaves", "through")
    assert (tmp_path / "copy" / "pkg" / "good").readlink() == Path("../run.sh")
    assert (tmp_path / "copy" / "pkg" / "folder").is_symlink()
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {
        "pkg", "empty", "run.sh", "secret",
    }  # fmt: skip


def test_compiled_modules_are_left_behind(tmp_path: Path):
    root = tree(tmp_path)
    (root / "pkg" / "__pycache__").mkdir()
    (root / "pkg" / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"stale")
    private_copy(root, tmp_path / "copy")
    assert not (tmp_path / "copy" / "pkg" / "__pycache__").exists()


def test_target_must_be_new_and_elsewhere(tmp_path: Path):
    root = tree(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    with pytest.raises(UsageError, match="the target exists"):
        private_copy(root, tmp_path / "full")
    with pytest.raises(UsageError, match="cannot lie in"):
        private_copy(root, root / "pkg" / "copy")
    with pytest.raises(UsageError, match="no folder to copy"):
        private_copy(tmp_path / "none", tmp_path / "copy")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="the target exists"):
        private_copy(root, tmp_path / "link")
    (tmp_path / "empty").mkdir()
    private_copy(root, tmp_path / "empty")


def test_thousands_of_files_are_quick(tmp_path: Path):
    root = tmp_path / "tree"
    for number in range(40):
        (root / f"folder{number}").mkdir(parents=True)
        for other in range(50):
            (root / f"folder{number}" / f"{other}.py").write_text("x = 1\n" * 100)
    started = time.process_time()
    private_copy(root, tmp_path / "copy")
    assert time.process_time() - started < 3
    assert len(list((tmp_path / "copy").rglob("*.py"))) == 2000


def test_write_tree(tmp_path: Path):
    rows = [
        ("pkg/a.py", False, b"a"),
        ("run.sh", True, b"#!/bin/sh\n"),
        ("pkg/b/ü.txt", False, b""),
    ]
    assert write_tree(rows, tmp_path / "tree") == 3
    assert contents(tmp_path / "tree") == {
        "pkg": None, "pkg/a.py": b"a", "pkg/b": None, "pkg/b/ü.txt": b"", "run.sh": b"#!/bin/sh\n",
    }  # fmt: skip
    assert os.access(tmp_path / "tree" / "run.sh", os.X_OK)
    assert not (tmp_path / "tree" / "pkg" / "a.py").stat().st_mode & 0o111


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/x", "a/../../x", "a/..", ".", "", "a//b", "./a", "a/./b", "a\0b", "a/"],
)
def test_paths_that_leave_are_refused(tmp_path: Path, path: str):
    with pytest.raises(DataError, match="does not stay in it"):
        write_tree([(path, False, b"x")], tmp_path / "tree")
    assert list(tmp_path.rglob("x")) == []


@pytest.mark.parametrize(
    "paths", [("a", "a"), ("a", "a/b"), ("a/b", "a")], ids=["twice", "in a file", "a folder"]
)
def test_paths_that_collide_are_refused(tmp_path: Path, paths: tuple[str, str]):
    with pytest.raises(DataError, match="the same path"):
        write_tree([(path, False, b"x") for path in paths], tmp_path / "tree")


def test_path_that_no_file_can_have(tmp_path: Path):
    with pytest.raises(DataError, match="no file can have this path"):
        write_tree([("x" * 300, False, b"")], tmp_path / "tree")
    write_tree([("x", False, b"")], tmp_path / "other")
    with pytest.raises(UsageError, match="the target exists"):
        write_tree([("x", False, b"")], tmp_path / "other")


@given(path=st.text(alphabet="ab./\0\\ ~", max_size=12))
def test_whatever_the_path_nothing_is_written_outside(
    tmp_path_factory: pytest.TempPathFactory, path: str
):
    folder = tmp_path_factory.mktemp("any")
    try:
        write_tree([(path, False, b"x")], folder / "tree")
        written = [file for file in (folder / "tree").rglob("*") if file.is_file()]
        assert [str(file.relative_to(folder / "tree")) for file in written] == [path]
    except DataError:
        pass
    assert [entry.name for entry in folder.iterdir()] == ["tree"]


def test_remove_tree(tmp_path: Path):
    root = tree(tmp_path)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("stays")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "pkg" / "deep").chmod(0)
    remove_tree(root)
    assert not root.exists()
    assert (tmp_path / "outside" / "file").read_text() == "stays"
    remove_tree(root)
