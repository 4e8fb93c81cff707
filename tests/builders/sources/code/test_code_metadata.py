"""Metadata of projects from every file that may declare it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from domainbench.builders.sources.code.metadata import Metadata, read_metadata
from domainbench.builders.sources.code.pyproject import poetry_range
from domainbench.builders.sources.code.trees import METADATA_BYTES, FolderTree

if TYPE_CHECKING:
    from collections.abc import Sequence


class Files:
    """A tree in memory."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def names(self, folder: str = "") -> Sequence[str]:
        prefix = f"{folder}/" if folder else ""
        inside = (name.removeprefix(prefix) for name in self._files if name.startswith(prefix))
        return sorted(name for name in inside if "/" not in name)

    def folders(self, folder: str = "") -> Sequence[str]:
        prefix = f"{folder}/" if folder else ""
        inside = (name.removeprefix(prefix) for name in self._files if name.startswith(prefix))
        return sorted({name.split("/")[0] for name in inside if "/" in name})

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


def metadata(**files: str) -> Metadata:
    return read_metadata(Files({name: text.encode() for name, text in files.items()}))


PKG_INFO = """\
Metadata-Version: 2.4
Name: Some.Project_x
Version: 1.2.0rc1
License-Expression: mit or apache-2.0
Classifier: Topic :: Database
Classifier: Topic :: Internet
Requires-Python: >=3.9
Requires-Dist: attrs>=23
Requires-Dist: tomli>=2; python_version < "3.11"
Provides-Extra: Test
Requires-Dist: pytest>=7; extra == "test"
Requires-Dist: trio; (python_version > "3.9") and extra == "test"
Requires-Dist: some-project-x[more]; extra == "dev"
Requires-Dist: mypy; extra == "more" or extra == "typing"
Requires-Dist: numpy; python_version < "3" and (extra == "dev" or extra == "docs")
Requires-Dist: sphinx; extra == "docs"
Requires-Dist: not a requirement at all

A description.
"""


def test_pkg_info_comes_first() -> None:
    found = metadata(
        **{"PKG-INFO": PKG_INFO, "pyproject.toml": '[project]\nname = "other"\nversion = "9"\n'}
    )
    assert found.name == "some-project-x"
    assert found.version == "1.2.0rc1"
    assert found.classifiers == ("Topic :: Database", "Topic :: Internet")
    assert found.requires_python == ">=3.9"
    assert found.dependencies == ("attrs>=23", 'tomli>=2; python_version < "3.11"')
    assert found.test_dependencies == (
        "pytest>=7",
        'trio; python_version > "3.9"',
    )
    without = PKG_INFO.replace('extra == "test"', 'extra == "qa"')
    assert metadata(**{"PKG-INFO": without}).test_dependencies == (
        'numpy; python_version < "3"',
        "mypy",
    )
    assert found.license == ("MIT OR Apache-2.0", "metadata")


def test_old_sdists_keep_requirements_in_the_egg_info_folder() -> None:
    found = metadata(
        **{
            "PKG-INFO": "Metadata-Version: 1.2\nName: old\nVersion: 1\n",
            "src/old.egg-info/requires.txt": "six\n\n[:python_version < '3']\nfutures>=3\n\n"
            "[test]\npytest\n\n[test:python_version < '3.4']\nmock\n",
        }
    )
    assert found.dependencies == ("six", 'futures>=3; python_version < "3"')
    assert found.test_dependencies == ("pytest", 'mock; python_version < "3.4"')


def test_pyproject_with_dependency_groups() -> None:
    found = metadata(
        **{
            "pyproject.toml": """
[project]
name = "A.b"
version = "1"
requires-python = ">=3.10"
license = {text = "BSD 3-Clause"}
classifiers = ["Topic :: Utilities"]
dependencies = ["x>1", "broken=>2"]
[project.optional-dependencies]
Testing = ["hypothesis", "a-b[fast]"]
fast = ["numba"]
docs = ["sphinx"]
[dependency-groups]
test = ["pytest", {include-group = "Cov.erage"}, {include-group = "dev"}]
dev = ["ruff", {include-group = "test"}]
cov-erage = ["coverage"]
"""
        }
    )
    assert found.name == "a-b"
    assert found.dependencies == ("x>1",)
    assert found.test_dependencies == ("hypothesis", "numba", "pytest", "coverage", "ruff")
    assert found.license == ("BSD-3-Clause", "metadata")


def test_dynamic_requirements_of_setuptools_are_read_from_their_files() -> None:
    found = metadata(
        **{
            "pyproject.toml": """
[project]
name = "a"
dynamic = ["dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = {file = ["requirements.txt"]}
optional-dependencies.tests = {file = "more.txt"}
""",
            "requirements.txt": "-r base.txt\nx==1 --hash=sha256:aa \\\n  --hash=sha256:bb\n"
            "-e .\n# note\ny  # why\nhttps://example.org/z.zip\n-c limits.txt\n",
            "base.txt": "-r requirements.txt\n-r ../outside.txt\nbase\n",
            "more.txt": "pytest\n",
        }
    )
    assert found.dependencies == ("base", "x==1", "y")
    assert found.test_dependencies == ("pytest",)


def test_poetrys_own_tables() -> None:
    found = metadata(
        **{
            "pyproject.toml": """
[tool.poetry]
name = "P"
version = "0.1.0"
license = "MIT"
classifiers = ["Topic :: Security"]
[tool.poetry.dependencies]
python = "^3.9"
requests = "^2.28.1"
rich = {version = "~13.1", extras = ["jupyter"], markers = "python_version < '4'"}
extra-one = {version = "*", optional = true}
many = [{version = "1", python = "<3.10"}, {version = "2", python = ">=3.10"}]
local = {path = "../x"}
[tool.poetry.extras]
test = ["extra_one"]
[tool.poetry.group.dev.dependencies]
pytest = ">=7,<9"
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.poetry.dev-dependencies]
black = "22.1"
"""
        }
    )
    assert (found.name, found.version, found.requires_python) == ("p", "0.1.0", ">=3.9,<4.0")
    assert found.dependencies == (
        "requests<3.0.0,>=2.28.1",
        'rich[jupyter]<13.2,>=13.1; python_version < "4"',
        "many",
    )
    assert found.test_dependencies == ("extra-one",)
    assert found.license == ("MIT", "metadata")


@pytest.mark.parametrize(
    ("given_range", "expected"),
    [
        # From Poetry's documentation of dependency specification.
        *(("^1.2.3", ">=1.2.3,<2.0.0"), ("^1.2", ">=1.2,<2.0"), ("^1", ">=1,<2")),
        *(("^0.2.3", ">=0.2.3,<0.3.0"), ("^0.0.3", ">=0.0.3,<0.0.4"), ("^0.0", ">=0.0,<0.1")),
        *(("^0", ">=0,<1"), ("~1.2.3", ">=1.2.3,<1.3.0"), ("~1.2", ">=1.2,<1.3"), ("~1", ">=1,<2")),
        *(("*", ""), ("1.*", "==1.*"), ("1.2.3", "==1.2.3"), (">= 1.2, <1.5", ">=1.2,<1.5")),
        *(("~=1.2", "~=1.2"), ("!=1.2.3,^1.2", "!=1.2.3,>=1.2,<2.0"), ("^1.0 || ^2.0", "")),
    ],
)
def test_ranges_of_poetry(given_range: str, expected: str) -> None:
    assert poetry_range(given_range) == expected


@given(st.sampled_from(["^", "~"]), st.lists(st.integers(0, 30), min_size=1, max_size=4))
def test_ranges_of_poetry_hold_their_own_lower_end(operator: str, numbers: list[int]) -> None:
    version = ".".join(map(str, numbers))
    assert SpecifierSet(poetry_range(operator + version)).contains(version)


def test_setup_cfg() -> None:
    found = metadata(
        **{
            "setup.cfg": """
[metadata]
name = cfg_project
version = attr: cfg.__version__
license = Apache License 2.0
classifiers =
    Topic :: System
    # a note
    Topic :: Text Processing
[options]
python_requires = >=3.6
install_requires =
    x>=1,<2
    y; python_version < "3.8"  # old
tests_require = pytest
[options.extras_require]
Dev =
    flake8
docs = sphinx
[tool:pytest]
addopts = %(nothing)s
"""
        }
    )
    assert (found.name, found.version) == ("cfg-project", None)
    assert found.classifiers == ("Topic :: System", "Topic :: Text Processing")
    assert found.requires_python == ">=3.6"
    assert found.dependencies == ("x<2,>=1", 'y; python_version < "3.8"')
    assert found.test_dependencies == ("pytest",)
    assert found.license == ("Apache-2.0", "metadata")


def test_setup_py_is_read_and_never_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    found = metadata(
        **{
            "setup.py": f"""
import setuptools
open({str(mark)!r}, "w")
VERSION = "3" + ".1"
TESTS = ["pytest", "mock"]
META = dict(license="MIT", python_requires=">=3.7")
EXTRA = {{}}
EXTRA["testing"] = TESTS + ["tox"]
if __name__ == "__main__":
    setuptools.setup(
        name="Set_up",
        version=VERSION,
        classifiers=["Topic :: Multimedia", *UNKNOWN],
        install_requires=["a", "b>1"] + read("more.txt"),
        extras_require=EXTRA,
        tests_require=TESTS,
        **META,
    )
"""
        }
    )
    assert not mark.exists()
    assert (found.name, found.version, found.requires_python) == ("set-up", "3.1", ">=3.7")
    assert found.classifiers == ("Topic :: Multimedia",)
    assert found.dependencies == ("a", "b>1")
    assert found.test_dependencies == ("pytest", "mock", "tox")
    assert found.license == ("MIT", "metadata")


def test_poetrys_group_for_developers_stands_in_for_one_for_tests() -> None:
    text = """
[tool.poetry.group.dev.dependencies]
pytest = ">=7,<9"
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.poetry.dev-dependencies]
black = "22.1"
"""
    assert metadata(**{"pyproject.toml": text}).test_dependencies == ("black==22.1", "pytest<9,>=7")
    text += '[tool.poetry.group.Test.dependencies]\nmock = "*"\n'
    assert metadata(**{"pyproject.toml": text}).test_dependencies == ("mock",)


def test_requirement_files_of_tests() -> None:
    files = {
        "requirements-dev.txt": "-r requirements/more.txt\nruff\n",
        "requirements/more.txt": "mock\n",
        "requirements.txt": "unused\n",
    }
    assert metadata(**files).dependencies == ()
    assert metadata(**files).test_dependencies == ("mock", "ruff")
    files["requirements/test.txt"] = "pytest\n-r more.txt\n"
    assert metadata(**files).test_dependencies == ("pytest", "mock")
    files["test_requirements.txt"] = "trio\n"
    assert metadata(**files).test_dependencies == ("trio", "pytest", "mock")


BROKEN = {
    "PKG-INFO": b"\xff\xfe\0no mail",
    "pyproject.toml": b"[project\n",
    "setup.cfg": b"no section\n[metadata\n",
    "setup.py": b"def (:\n\0",
    "requirements-test.txt": b"\xff\xff\n===\n-r\n",
}


def test_broken_files_say_nothing() -> None:
    assert read_metadata(Files(BROKEN)) == Metadata()
    assert read_metadata(Files({})) == Metadata()


@pytest.mark.parametrize(
    "text",
    [
        "[project]\nname = 3\ndependencies = 'x'\noptional-dependencies = []\nclassifiers = {}\n",
        "project = 1\ntool = 2\ndependency-groups = 3\n",
        "[tool.poetry]\ndependencies = {a = 1, b = true}\nextras = {test = 'a'}\ngroup = []\n",
        "[dependency-groups]\ntest = [1, {}, {include-group = 'none'}]\ndev = 'x'\n",
        "[tool.setuptools.dynamic]\ndependencies = {file = [1]}\noptional-dependencies = {a = 1}\n",
        f"a = {'[' * 5000}{']' * 5000}\n",
        f"[tool.poetry.dependencies]\nx = '^{'9' * 5000}, !'\n",
    ],
)
def test_values_of_wrong_types_say_nothing(text: str) -> None:
    found = metadata(**{"pyproject.toml": text})
    assert found.dependencies == ()
    assert set(found.test_dependencies) <= {"1"}


def test_files_of_names_that_no_disk_holds_are_not_there(tmp_path: Path) -> None:
    text = f"-r {'a' * 300}\nattrs\n"
    (tmp_path / "requirements-test.txt").write_text(text, encoding="utf-8")
    assert read_metadata(FolderTree(tmp_path)).test_dependencies == ("attrs",)


def test_setup_py_says_the_same_where_warnings_are_errors() -> None:
    text = 'import re\nWORD = re.compile("\\d")\nsetup(name="shelf")\n'
    assert metadata(**{"setup.py": text}).name == "shelf"


@given(st.binary(max_size=200), st.sampled_from(sorted(BROKEN)))
def test_any_bytes_are_metadata_or_none(data: bytes, name: str) -> None:
    read_metadata(Files({name: data}))


def test_a_folder_does_not_show_what_lies_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.txt").write_text("secret")
    (root / "LICENSE").symlink_to(tmp_path / "secret.txt")
    (root / "requirements").symlink_to(tmp_path / "elsewhere")
    (root / "large").write_bytes(bytes(METADATA_BYTES + 1))
    (root / "b").write_text("b")
    tree = FolderTree(root)
    assert tree.names() == ["b", "large"]
    assert tree.folders() == []
    assert tree.names("none") == []
    assert tree.read("b") == b"b"
    for path in ("LICENSE", "requirements/a.txt", "../secret.txt", "large", "none", ""):
        assert tree.read(path) is None, path
