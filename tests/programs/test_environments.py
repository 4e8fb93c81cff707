"""Environments made by pip itself, from wheels and projects written here, offline."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domainbench.programs.environments import (
    Environment,
    add_generated,
    install_project,
    make_environment,
)
from domainbench.programs.interpreters import interpreter
from domainbench.schemas.errors import DataError, UsageError


def write_wheel(folder: Path, name: str, version: str, *requires: str) -> None:
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {one}\n" for one in requires)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"version = {version!r}\n")
        wheel.writestr(f"{info}/METADATA", metadata)
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    write_wheel(folder, "aa", "1.0")
    write_wheel(folder, "aa", "2.0", "bb>=1")
    write_wheel(folder, "bb", "1.5")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def output(environment: Environment, source: str) -> str:
    path = ":".join(map(str, environment.paths))
    return subprocess.run(
        [environment.python, "-c", source],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": path},
    ).stdout.strip()


def test_environment_is_made_once(wheels: Path, tmp_path: Path):
    folder = tmp_path / "cache"
    first = make_environment(["aa"], ["bb"], folder=folder)
    assert first.requirements == ("aa==2.0", "bb==1.5")
    assert output(first, "import aa, bb; print(aa.version, bb.version)") == "2.0 1.5"
    made = first.python.lstat().st_mtime_ns
    for wheel in wheels.iterdir():
        wheel.unlink()
    started = time.monotonic()
    again = make_environment(["bb", "aa"], [], folder=folder)
    assert again == first
    assert again.python.lstat().st_mtime_ns == made
    assert time.monotonic() - started < 1


def test_pins_make_the_same_environment(wheels: Path, tmp_path: Path):
    old = make_environment(["aa"], [], folder=tmp_path, constraints=["aa<2"])
    assert old.requirements == ("aa==1.0",)
    assert make_environment(old.requirements, [], folder=tmp_path).requirements == ("aa==1.0",)
    assert make_environment(["aa"], [], folder=tmp_path).requirements == ("aa==2.0", "bb==1.5")


def test_environment_sees_no_other_packages(wheels: Path, tmp_path: Path):
    environment = make_environment(["bb"], [], folder=tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        output(environment, "import pytest")
    assert interpreter(environment.python).packages.is_relative_to(tmp_path)


def test_unfinished_environment_is_made_again(wheels: Path, tmp_path: Path):
    environment = make_environment(["bb"], [], folder=tmp_path)
    place = environment.python.parent.parent
    (place / "environment.json").unlink()
    (interpreter(environment.python).packages / "bb.py").unlink()
    assert make_environment(["bb"], [], folder=tmp_path) == environment
    assert output(environment, "import bb; print(bb.version)") == "1.5"


def test_missing_requirement_in_the_words_of_pip(wheels: Path, tmp_path: Path):
    with pytest.raises(DataError, match="cannot be installed: bb, nope>=3") as caught:
        make_environment(["nope>=3"], ["bb"], folder=tmp_path)
    assert "No matching distribution found for nope>=3" in str(caught.value)
    assert [path.suffix for path in tmp_path.iterdir() if path != wheels] == [".lock"]


def test_requirements_that_contradict_each_other(wheels: Path, tmp_path: Path):
    with pytest.raises(DataError, match="cannot be installed"):
        make_environment(["aa==2.0", "bb<1"], [], folder=tmp_path)


@pytest.mark.parametrize(
    "text", ["-e .", "--index-url=http://x", "git+https://x/y", "", "a b", "aa; what == '1'"]
)
def test_texts_that_are_no_requirement(text: str, tmp_path: Path):
    with pytest.raises(DataError, match="this is no requirement"):
        make_environment([text], [], folder=tmp_path)


def test_requirement_with_an_address(tmp_path: Path):
    with pytest.raises(DataError, match="names an address"):
        make_environment(["aa @ https://example.invalid/aa.whl"], [], folder=tmp_path)


def test_requirement_for_other_pythons_is_passed_over(wheels: Path, tmp_path: Path):
    made = make_environment(["nope; python_version < '3'", "bb"], [], folder=tmp_path)
    assert made.requirements == ("bb==1.5",)


def test_time_is_limited(wheels: Path, tmp_path: Path):
    with pytest.raises(DataError, match="no end after 0 s"):
        make_environment(["bb"], [], folder=tmp_path, timeout=0.01)


def test_several_at_once(wheels: Path, tmp_path: Path):
    source = f"""
        from pathlib import Path
        from domainbench.programs.environments import make_environment
        print(make_environment(["aa"], [], folder=Path({str(tmp_path / "cache")!r})).requirements)
    """

    def make(_number: int) -> str:
        command = [sys.executable, "-c", textwrap.dedent(source)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(3) as pool:
        assert set(pool.map(make, range(3))) == {"('aa==2.0', 'bb==1.5')\n"}


def test_no_interpreter(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be run"):
        make_environment(["bb"], [], folder=tmp_path, python=tmp_path / "python")


# A project that builds itself: what it needs of a build system, without an index.
BACKEND = """
import os, zipfile

WHEEL = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "proj-1.2-py3-none-any.whl"
    info = "proj-1.2.dist-info"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path in ("proj/__init__.py", "proj/data.txt"):
            wheel.write("src/" + path, path)
        told = os.environ.get("SETUPTOOLS_SCM_PRETEND_VERSION")
        wheel.writestr("proj/_version.py", "told = %r" % told)
        wheel.writestr("proj/_seen.py", "names = %r" % sorted(os.environ))
        wheel.writestr(info + "/METADATA", "Metadata-Version: 2.1\\nName: proj\\nVersion: 1.2\\n")
        wheel.writestr(info + "/WHEEL", WHEEL)
        wheel.writestr(info + "/entry_points.txt", "[proj.plugins]\\none = proj:one\\n")
        wheel.writestr(info + "/RECORD", "")
    open("mark-of-the-build", "w").close()
    return name
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "src" / "proj").mkdir(parents=True)
    (root / "src" / "proj" / "__init__.py").write_text("where = __file__\n")
    (root / "src" / "proj" / "data.txt").write_text("data")
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (root / "backend.py").write_text(BACKEND)
    return root


def test_project_beside_an_environment(
    wheels: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_TOKEN", "secret-of-the-user")
    environment = make_environment(["bb"], [], folder=tmp_path / "cache")
    before = sorted(project.rglob("*"))
    installed = install_project(environment, project, folder=tmp_path / "cache", version="1.2")
    assert sorted(project.rglob("*")) == before
    assert installed.python == environment.python
    assert environment.paths == ()
    ask = "from importlib.metadata import *; print(version('proj'), entry_points(name='one'))"
    assert output(installed, ask).startswith("1.2 ")
    assert "value='proj:one'" in output(installed, ask)
    assert output(installed, "import proj._version as v; print(v.told)") == "1.2"
    assert "HF_TOKEN" not in output(installed, "import proj._seen as s; print(s.names)")
    (wheels / "bb-1.5-py3-none-any.whl").unlink()
    assert (
        install_project(environment, project, folder=tmp_path / "cache", version="1.2") == installed
    )
    (project / "src" / "proj" / "data.txt").write_text("other data")
    other = install_project(environment, project, folder=tmp_path / "cache", version="1.2")
    assert other.paths != installed.paths


def test_generated_modules_are_added(wheels: Path, project: Path, tmp_path: Path):
    environment = make_environment([], [], folder=tmp_path / "cache")
    installed = install_project(environment, project, folder=tmp_path / "cache")
    assert add_generated(project, installed, ["src"]) == (
        "src/proj/_seen.py",
        "src/proj/_version.py",
    )
    assert (project / "src" / "proj" / "_version.py").read_text() == "told = None"
    assert (project / "src" / "proj" / "__init__.py").read_text() == "where = __file__\n"
    assert add_generated(project, installed, ["src"]) == ()


def test_project_that_does_not_build(wheels: Path, project: Path, tmp_path: Path):
    (project / "backend.py").write_text("raise RuntimeError('no luck today')")
    environment = make_environment([], [], folder=tmp_path / "cache")
    with pytest.raises(DataError, match="the project cannot be installed") as caught:
        install_project(environment, project, folder=tmp_path / "cache")
    assert "no luck today" in str(caught.value)


def test_interpreter_tells_about_itself():
    found = interpreter(Path(sys.executable))
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.implementation == sys.implementation.cache_tag
    assert Path(pytest.__file__).parent.parent == found.packages
    for folder in (Path(sys.prefix), Path(sys.base_prefix)):
        assert str(folder).startswith("/usr") or any(
            folder.is_relative_to(one) for one in found.folders
        )


def test_real_index(tmp_path: Path):
    try:
        environment = make_environment(["iniconfig"], ["pluggy>=1"], folder=tmp_path, timeout=120)
    except DataError as error:
        pytest.skip(f"pip reaches no index: {error}")
    names = [pin.partition("==")[0] for pin in environment.requirements]
    assert names == ["iniconfig", "pluggy"]
    assert output(environment, "import iniconfig, pluggy; print('there')") == "there"
