"""Git repositories: which commit brought which function, and when."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domainbench.builders.sources.code.dates import Window
from domainbench.builders.sources.code.git import (
    CUT,
    CUT_AT,
    GONE,
    NO_COMMIT,
    NO_COMMITS,
    NO_MATERIAL,
    NO_STATE,
    RETURNED,
    UNREADABLE,
    open_repository,
)
from domainbench.schemas.progress import SILENT

if TYPE_CHECKING:
    from domainbench.builders.sources.code.snapshots import Snapshot, SourceReport

SINCE, UNTIL = "2025-01-01", "2025-07-01"


class Repo:
    """A repository whose commits have fixed dates."""

    def __init__(self, path: Path, *options: str) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main", *options)

    def git(self, *arguments: str, date: str = "2024-01-01", author: str | None = None) -> str:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_NAME": "A. Writer" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
            "GIT_COMMITTER_DATE": date if "T" in date else f"{date}T12:00:00Z",
            "GIT_AUTHOR_DATE": f"{author or date[:10]}T00:00:00Z",
        }
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr
        return done.stdout.strip()

    def write(self, files: dict[str, str | bytes | None]) -> None:
        for name, text in files.items():
            path = self.path / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    def commit(
        self, files: dict[str, str | bytes | None], date: str, author: str | None = None
    ) -> str:
        """Write files, remove those that are None, commit at noon, and return the id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change", date=date, author=author)
        return self.git("rev-parse", "HEAD")

    def merge(
        self, branch: str, date: str, files: dict[str, str | bytes | None] | None = None
    ) -> str:
        self.git("merge", "--quiet", "--no-ff", "--no-commit", "-s", "ort", branch, date=date)
        return self.commit(files or {}, date)


def function(name: str, text: str = "", indent: str = "") -> str:
    """A function with a body of its own."""
    lines = (
        f"def {name}(value):",
        f"    total = value + {text or repr(name)}",
        "    return total * 2",
    )
    return "".join(f"{indent}{line}\n" for line in lines) + "\n\n"


F, G, H, OLD = (function(name) for name in ("f", "g", "h", "old"))


def opened(
    path: Path, tmp_path: Path, since: str | None = SINCE, until: str | None = UNTIL
) -> tuple[list[Snapshot], SourceReport]:
    return open_repository(
        path,
        str(path),
        window=Window.parse(since, until),
        work_dir=tmp_path / "work",
        progress=SILENT,
    )


def introduced(
    path: Path, tmp_path: Path, since: str | None = SINCE, until: str | None = UNTIL
) -> dict[str, str]:
    """path:function → commit that brought it."""
    snapshots, _ = opened(path, tmp_path, since, until)
    return {
        f"{file}:{name}": snapshot.version
        for snapshot in snapshots
        for file, name in snapshot.introduced or {}
    }


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "My.Project")


def test_functions_belong_to_the_commit_that_brought_them(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    first = repo.commit({"a.py": OLD + F}, "2025-02-01")
    repo.commit({"a.py": OLD + F.replace("2", "3")}, "2025-03-01")  # changed, and no new function
    second = repo.commit({"pkg/b.py": "class C:\n" + function("m", indent="    ")}, "2025-04-01")
    repo.commit({"a.py": OLD + F + H}, "2025-07-02")
    assert introduced(repo.path, tmp_path) == {"a.py:f": first, "pkg/b.py:C.m": second}


def test_a_snapshot_is_the_repository_as_of_its_commit(repo: Repo, tmp_path: Path) -> None:
    repo.commit(
        {
            "a.py": OLD,
            "pyproject.toml": '[project]\nname = "Nice_Name"\nlicense = "MIT"\n'
            'dependencies = ["x>1"]\nrequires-python = ">=3.9"\n',
        },
        "2024-06-01",
    )
    commit = repo.commit({"a.py": OLD + F}, "2025-02-01", author="2024-11-11")
    repo.commit({"a.py": OLD + F, "later.py": G}, "2025-03-01")
    (snapshot, later), report = opened(repo.path, tmp_path)
    assert snapshot.id == f"nice-name@{commit}"
    assert (snapshot.kind, snapshot.date) == ("git", "2025-02-01T12:00:00Z")
    assert snapshot.source == str(repo.path)
    assert (snapshot.license, snapshot.license_from) == ("MIT", "metadata")
    assert (snapshot.dependencies, snapshot.requires_python) == (("x>1",), ">=3.9")
    assert snapshot.introduced is not None
    (found,) = snapshot.introduced.values()
    assert (found.date, found.author_date) == ("2025-02-01T12:00:00Z", "2024-11-11T00:00:00Z")
    assert not snapshot.root.exists()
    assert snapshot.materialise() == snapshot.root
    assert snapshot.paths() == ["a.py", "pyproject.toml"]
    assert (snapshot.root / "a.py").read_text() == OLD + F
    assert later.date == "2025-03-01T12:00:00Z"
    assert (report.records, report.rejected, dict(report.skipped)) == (2, [], {})
    assert report.bytes == sum(
        path.stat().st_size for path in repo.path.glob("*.*") if path.is_file()
    )
    snapshot.discard()
    assert not snapshot.root.exists()
    assert (snapshot.materialise() / "a.py").read_text() == OLD + F


def test_windows_follow_one_another_without_gap_or_overlap(repo: Repo, tmp_path: Path) -> None:
    commits = {
        day: repo.commit({f"{number}.py": function(f"f{number}")}, f"{day}T00:00:00Z")
        for number, day in enumerate(["2024-12-31", "2025-01-01", "2025-06-30", "2025-07-01"])
    }
    first = introduced(repo.path, tmp_path, "2024-01-01", "2025-01-01")
    second = introduced(repo.path, tmp_path, "2025-01-01", "2025-07-01")
    third = introduced(repo.path, tmp_path, "2025-07-01", None)
    assert first == {"0.py:f0": commits["2024-12-31"]}
    assert second == {"1.py:f1": commits["2025-01-01"], "2.py:f2": commits["2025-06-30"]}
    assert third == {"3.py:f3": commits["2025-07-01"]}
    assert introduced(repo.path, tmp_path, None, None) == {**first, **second, **third}


def test_what_moves_is_not_new(repo: Repo, tmp_path: Path) -> None:
    long = OLD + F + G
    repo.commit({"a.py": long, "c.py": H}, "2024-06-01")
    repo.commit({"a.py": None, "b.py": long.replace("total * 2", "total * 3")}, "2025-02-01")
    repo.commit({"c.py": "", "d.py": H}, "2025-03-01")
    repo.commit({"d.py": H.replace("def h", "def renamed")}, "2025-03-02")
    repo.commit({"copy.py": H.replace("def h", "def copied")}, "2025-04-01")
    repo.commit({"e.py": "class C:\n" + function("h", indent="    ")}, "2025-05-01")
    assert introduced(repo.path, tmp_path) == {}


def test_what_changes_in_the_window_and_then_moves_is_old(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD + F}, "2024-06-01")
    repo.commit({"a.py": OLD + F.replace("total * 2", "total - 9")}, "2025-02-01")
    repo.commit({"a.py": OLD, "b.py": F.replace("total * 2", "total - 9")}, "2025-03-01")
    # The copy of a version that was never on the main line before the window is old as well.
    assert introduced(repo.path, tmp_path) == {}


def test_what_is_new_and_then_moves_keeps_its_first_date(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    commit = repo.commit({"a.py": OLD + F + G}, "2025-02-01")
    repo.commit({"a.py": OLD + G, "b.py": F}, "2025-03-01")
    repo.commit({"a.py": OLD, "b.py": F, "c.py": G.replace("* 2", "* 3")}, "2025-04-01")
    repo.commit({"c.py": G.replace("* 2", "* 4")}, "2025-05-01")
    assert introduced(repo.path, tmp_path) == {"a.py:f": commit, "a.py:g": commit}


def test_a_function_counts_once_from_its_earliest_commit(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    first = repo.commit({"a.py": OLD + F}, "2025-02-01")
    repo.commit({"a.py": OLD}, "2025-03-01")
    repo.commit({"a.py": OLD + F}, "2025-04-01")
    repo.commit({"a.py": OLD}, "2025-04-02")
    repo.commit({"a.py": OLD + F.replace("total * 2", "total - 9")}, "2025-04-03")
    assert introduced(repo.path, tmp_path) == {"a.py:f": first}


def test_what_was_removed_before_the_window_and_returns_is_old(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD + F}, "2024-03-01")
    repo.commit({"a.py": OLD}, "2024-04-01")
    commit = repo.commit({"b.py": F + G}, "2025-02-01")
    assert introduced(repo.path, tmp_path) == {"b.py:g": commit}
    _, report = opened(repo.path, tmp_path)
    assert report.skipped == {RETURNED: 1}


def test_what_is_gone_at_the_end_is_left_out(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    commit = repo.commit({"a.py": OLD + F + G}, "2025-02-01")
    repo.commit({"a.py": OLD + G}, "2025-03-01")
    assert introduced(repo.path, tmp_path) == {"a.py:g": commit}
    _, report = opened(repo.path, tmp_path)
    assert report.skipped == {GONE: 1}


def test_a_branch_counts_from_its_own_commits(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.git("checkout", "--quiet", "-b", "side")
    side = repo.commit({"side.py": F}, "2025-02-01")
    repo.git("checkout", "--quiet", "main")
    main = repo.commit({"a.py": OLD + G}, "2025-02-02")
    repo.merge("side", "2025-03-01")
    assert introduced(repo.path, tmp_path) == {"side.py:f": side, "a.py:g": main}


def test_a_branch_from_before_the_window_is_old_however_late_it_is_merged(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"side.py": F}, "2024-08-01")
    late = repo.commit({"late.py": G}, "2025-02-01")
    repo.git("checkout", "--quiet", "main")
    repo.commit({"a.py": OLD + "\n"}, "2025-02-02")
    repo.merge("side", "2025-03-01")
    assert introduced(repo.path, tmp_path) == {"late.py:g": late}


def test_a_branch_counts_once_it_is_merged(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"side.py": F}, "2025-02-01")
    repo.git("checkout", "--quiet", "main")
    main = repo.commit({"a.py": OLD + G}, "2025-02-02")
    repo.merge("side", "2025-08-01")
    assert introduced(repo.path, tmp_path) == {"a.py:g": main}


def test_what_only_the_merge_itself_has_counts_with_the_merge(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD, "b.py": ""}, "2024-06-01")
    repo.git("checkout", "--quiet", "-b", "side")
    side = repo.commit({"a.py": F + OLD}, "2025-02-01")
    repo.git("checkout", "--quiet", "main")
    main = repo.commit({"a.py": OLD + G}, "2025-02-02")
    merge = repo.merge("side", "2025-03-01", {"a.py": F + OLD + G + H, "new.py": function("n")})
    assert introduced(repo.path, tmp_path) == {
        "a.py:f": side,
        "a.py:g": main,
        "a.py:h": merge,
        "new.py:n": merge,
    }


def test_the_same_function_on_two_branches_counts_from_the_earlier_one(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"side.py": F}, "2025-03-01")
    repo.git("checkout", "--quiet", "main")
    main = repo.commit({"picked.py": F}, "2025-02-01")
    repo.merge("side", "2025-04-01")
    assert introduced(repo.path, tmp_path) == {"picked.py:f": main}


def test_the_committer_date_counts_and_not_the_author_date(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    rebased = repo.commit({"a.py": OLD + F}, "2025-02-01", author="2023-01-01")
    repo.commit({"a.py": OLD + F + G}, "2025-08-01", author="2025-02-02")
    assert introduced(repo.path, tmp_path) == {"a.py:f": rebased}


def test_clocks_that_go_wrong_date_nothing_twice(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2025-02-01")
    late = repo.commit({"a.py": OLD + F}, "2024-02-01")  # a clock that is a year behind
    repo.commit({"a.py": OLD + F + G}, "2025-03-01")
    assert introduced(repo.path, tmp_path, None, "2025-01-01") == {"a.py:f": late}
    assert set(introduced(repo.path, tmp_path, "2025-01-01", None)) == {"a.py:g"}


def test_tests_and_trivial_functions_make_no_snapshot(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.commit({"tests/test_a.py": function("test_a")}, "2025-02-01")
    repo.commit({"a.py": OLD + "def empty():\n    pass\n"}, "2025-02-02")
    both = repo.commit({"a.py": OLD + F, "tests/test_b.py": function("test_b")}, "2025-02-03")
    snapshots, report = opened(repo.path, tmp_path)
    assert [snapshot.version for snapshot in snapshots] == [both]
    assert set(snapshots[0].introduced or {}) == {("a.py", "f"), ("tests/test_b.py", "test_b")}
    assert report.skipped == {NO_MATERIAL: 1, GONE: 1}


def test_files_that_do_not_parse_bring_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.commit(
        {"broken.py": "def f(:\n", "latin.py": b"X = '\xe9'\ndef g(): return 1 + X\n"}, "2025-02-01"
    )
    assert introduced(repo.path, tmp_path) == {}


@pytest.mark.parametrize("kind", ["bare", "work tree file", "sha256"])
def test_repositories_of_every_kind(repo: Repo, tmp_path: Path, kind: str) -> None:
    if kind == "sha256":
        repo = Repo(tmp_path / "long", "--object-format=sha256")
    repo.commit({"a.py": OLD}, "2024-06-01")
    commit = repo.commit({"a.py": OLD + F}, "2025-02-01")
    path = repo.path
    if kind == "bare":
        path = tmp_path / "My.Project.git"
        repo.git("clone", "--quiet", "--bare", str(repo.path), str(path))
    elif kind == "work tree file":
        path = tmp_path / "second"
        repo.git("worktree", "add", "--quiet", "--detach", str(path))
        assert (path / ".git").is_file()
    (snapshot,), report = opened(path, tmp_path)
    assert snapshot.version == commit
    assert len(commit) == (64 if kind == "sha256" else 40)
    assert snapshot.repository == {"bare": "my-project", "sha256": "long"}.get(kind, "second")
    assert report.rejected == []
    assert (snapshot.materialise() / "a.py").read_text() == OLD + F


def test_a_detached_head_is_the_branch(repo: Repo, tmp_path: Path) -> None:
    first = repo.commit({"a.py": F}, "2025-02-01")
    repo.commit({"a.py": F + G}, "2025-03-01")
    repo.git("checkout", "--quiet", first)
    assert introduced(repo.path, tmp_path) == {"a.py:f": first}


def test_a_root_commit_brings_all_of_it(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit({"a.py": F + G}, "2025-02-01")
    assert introduced(repo.path, tmp_path) == {"a.py:f": commit, "a.py:g": commit}


def shallow(repo: Repo, path: Path, *options: str) -> Path:
    repo.git("clone", "--quiet", *options, f"file://{repo.path}", str(path))
    return path


def test_what_stands_at_the_cut_of_a_shallow_clone_has_no_date(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.commit({"a.py": OLD + F, "tests/test_a.py": function("test_a")}, "2025-02-01")
    last = repo.commit({"a.py": OLD + F + G}, "2025-03-01")
    one = shallow(repo, tmp_path / "one", "--depth", "1")
    two = shallow(repo, tmp_path / "two", "--depth", "2")
    assert introduced(one, tmp_path) == {}
    assert opened(one, tmp_path)[1].skipped == {CUT: 3, CUT_AT: 1}
    assert introduced(two, tmp_path) == {"a.py:g": last}
    assert opened(two, tmp_path)[1].skipped == {CUT: 2, CUT_AT: 1}


def test_a_cut_before_the_window_costs_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": OLD}, "2024-05-01")
    repo.commit({"a.py": OLD + H}, "2024-06-01")
    commit = repo.commit({"a.py": OLD + H + F}, "2025-02-01")
    clone = shallow(repo, tmp_path / "clone", "--depth", "2")
    assert introduced(clone, tmp_path) == {"a.py:f": commit}
    assert opened(clone, tmp_path)[1].skipped == {CUT_AT: 1}


def test_a_partial_clone_is_said_and_fetches_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.commit({"a.py": OLD + F}, "2025-02-01")
    clone = shallow(repo, tmp_path / "part", "--bare", "--filter=blob:none")
    before = sorted(clone.rglob("*"))
    snapshots, report = opened(clone, tmp_path)
    assert snapshots == []
    assert [item.reason for item in report.rejected] == [UNREADABLE]
    assert sorted(clone.rglob("*")) == before


def test_an_empty_repository(repo: Repo, tmp_path: Path) -> None:
    snapshots, report = opened(repo.path, tmp_path)
    assert snapshots == []
    assert [item.reason for item in report.rejected] == [NO_COMMITS]


def test_a_history_outside_the_window(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": F}, "2024-06-01")
    assert opened(repo.path, tmp_path)[1].skipped == {NO_COMMIT: 1}
    assert opened(repo.path, tmp_path, None, "2024-01-01")[1].skipped == {NO_STATE: 1}


def test_a_repository_that_is_damaged(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"a.py": F}, "2025-02-01")
    blob = repo.git("rev-parse", "HEAD:a.py")
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    snapshots, report = opened(repo.path, tmp_path)
    assert snapshots == []
    assert [item.reason for item in report.rejected] == [UNREADABLE]
    (repo.path / ".git" / "HEAD").write_text("nonsense\n")
    snapshots, report = opened(repo.path, tmp_path)
    assert [item.reason for item in report.rejected] == [UNREADABLE]


def test_links_submodules_and_odd_names_are_left_out(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.commit({"x.py": G}, "2025-02-01")
    repo.git("submodule", "--quiet", "add", f"file://{other.path}", "sub")
    (repo.path / "link.py").symlink_to("/etc/passwd")
    (repo.path / "inner.py").symlink_to("a.py")
    odd = os.fsencode(repo.path) + b"/caf\xe9.py"
    Path(os.fsdecode(odd)).write_text(H)
    repo.write({"run.sh": "#!/bin/sh\n", "späße/ä.py": G})
    (repo.path / "run.sh").chmod(0o755)
    repo.commit({"a.py": F}, "2025-02-01")
    (snapshot,), report = opened(repo.path, tmp_path)
    assert set(snapshot.introduced or {}) == {("a.py", "f"), ("späße/ä.py", "g")}
    assert report.skipped == {
        "link": 2,
        "submodule": 1,
        "name that is not UTF-8 or leads out of the tree": 1,
    }
    snapshot.materialise()
    assert snapshot.paths() == [".gitmodules", "a.py", "run.sh", "späße/ä.py"]
    assert stat.S_IMODE((snapshot.root / "run.sh").stat().st_mode) == 0o755
    assert stat.S_IMODE((snapshot.root / "a.py").stat().st_mode) == 0o644


def test_a_tree_made_to_escape_is_written_inside(repo: Repo, tmp_path: Path) -> None:
    """Git itself makes no such tree, but whoever writes objects can."""
    repo.commit({"a.py": F}, "2025-02-01")
    blob = bytes.fromhex(repo.git("rev-parse", "HEAD:a.py"))
    commit_names(repo, blob, b"../up.py", b"..", b"ok.py")
    snapshots, report = opened(repo.path, tmp_path)
    assert report.skipped["name that is not UTF-8 or leads out of the tree"] == 2
    for snapshot in snapshots:
        snapshot.materialise()
    assert not list(tmp_path.rglob("up.py"))


def test_of_names_that_no_disk_holds_together_the_first_is_written(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit({"a.py": F}, "2025-01-02")
    blob = bytes.fromhex(repo.git("rev-parse", "HEAD:a.py"))
    (tmp_path / "new").write_text(G, encoding="utf-8")
    new = bytes.fromhex(repo.git("hash-object", "-w", str(tmp_path / "new")))
    long = b"n" * 300 + b".py"
    commit_names(repo, blob, b"ok.py", b"ok.py", b"ok.py/in.py", long, last=new)
    snapshots, report = opened(repo.path, tmp_path)
    assert report.rejected == []
    root = snapshots[-1].materialise()
    assert snapshots[-1].paths() == ["ok.py", "z.py"]
    assert (root / "ok.py").read_text(encoding="utf-8") == F


def commit_names(repo: Repo, blob: bytes, *names: bytes, last: bytes | None = None) -> None:
    """Commit a tree with a blob under names that git itself would not take, and ``z.py``."""
    entries = [(name, blob) for name in names] + ([(b"z.py", last)] if last else [])
    raw = repo.path.parent / "tree"
    raw.write_bytes(b"".join(b"100644 " + name + b"\0" + oid for name, oid in entries))
    oid = repo.git("hash-object", "-t", "tree", "-w", "--literally", str(raw))
    commit = repo.git("commit-tree", oid, "-m", "bad", "-p", "HEAD", date="2025-02-02")
    repo.git("update-ref", "refs/heads/main", commit)


def test_nothing_of_the_repository_or_the_user_is_run(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.py": F, ".gitattributes": "*.py diff=evil filter=evil\n"}, "2025-02-01")
    mark = tmp_path / "ran"
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    evil.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.evil.textconv", "diff.external"):
        repo.git("config", key, str(evil))
    repo.git("config", "filter.evil.smudge", str(evil))
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (repo.path / ".git" / "hooks" / hook).write_text(evil.read_text())
        (repo.path / ".git" / "hooks" / hook).chmod(0o755)
    mark.unlink(missing_ok=True)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(evil))
    monkeypatch.setenv("GIT_PAGER", str(evil))
    monkeypatch.setenv("LC_ALL", "C")
    (snapshot,), _ = opened(repo.path, tmp_path)
    assert (snapshot.materialise() / "a.py").read_text() == F
    assert not mark.exists()


def test_replaced_objects_are_read_as_they_were(repo: Repo, tmp_path: Path) -> None:
    commit = repo.commit({"a.py": F}, "2025-02-01")
    other = repo.git("hash-object", "-w", "--stdin")
    repo.git("replace", repo.git("rev-parse", "HEAD:a.py"), other)
    assert introduced(repo.path, tmp_path) == {"a.py:f": commit}


def test_a_folder_within_a_repository_is_none(repo: Repo, tmp_path: Path) -> None:
    repo.commit({"pkg/a.py": F}, "2025-02-01")
    snapshots, report = opened(repo.path / "pkg", tmp_path)
    assert snapshots == []
    assert [item.reason for item in report.rejected] == [UNREADABLE]


def test_the_same_repository_gives_the_same_whatever_the_zone(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit({"a.py": OLD}, "2024-06-01")
    repo.commit({"a.py": OLD + F}, "2025-02-01T23:30:00-0500")
    first = opened(repo.path, tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert opened(repo.path, tmp_path) == first
    assert first[0][0].date == "2025-02-02T04:30:00Z"


def test_metadata_is_read_as_of_each_commit(repo: Repo, tmp_path: Path) -> None:
    repo.commit(
        {
            "a.py": F,
            "LICENSE": "This is free and unencumbered software released into the public domain.",
        },
        "2025-02-01",
    )
    repo.commit(
        {"b.py": G, "setup.cfg": "[metadata]\nname = late_name\nlicense = MIT\n"}, "2025-03-01"
    )
    (one, two), _ = opened(repo.path, tmp_path)
    assert one.repository == two.repository == "late-name"
    assert (one.license, one.license_from) == ("Unlicense", "LICENSE")
    assert (two.license, two.license_from) == ("MIT", "metadata")
