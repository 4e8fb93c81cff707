"""Environments that repositories' tests run in: made once for each set of requirements.

Installing runs code of the packages that are installed (an sdist's build), with the user's rights
and the network: the trust that ``pip install`` always takes. Only code that a model wrote is run in
a sandbox.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from ..schemas.errors import DataError
from .copies import BYTECODE, private_copy, remove_tree
from .interpreters import interpreter

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence

_MARKER = "environment.json"
_LAST_LINES = 15
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
_PASSED_ON_STARTS = ("PIP_", "SSL_CERT", "REQUESTS_CA")
_PASSED_ON_ENDS = ("_proxy", "_PROXY")
_QUIET = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")


@dataclass(frozen=True, slots=True)
class Environment:
    """An interpreter with what a repository's tests need."""

    python: Path
    requirements: tuple[str, ...] = ()
    """What is installed, each at its version."""
    paths: tuple[Path, ...] = ()
    """Folders that are searched for modules after the tree and before the installed packages."""


def make_environment(
    dependencies: Sequence[str],
    extra: Sequence[str],
    *,
    folder: Path,
    constraints: Sequence[str] = (),
    python: Path | None = None,
    timeout: float = 1800,
) -> Environment:
    """A virtual environment with the requirements of a project, made or found again.

    Pip asks the index that it is configured for. The pins in the result make the same environment
    anew: given as dependencies, or as constraints.

    Args:
        dependencies: Requirements of the project.
        extra: Requirements of its tests, pytest among them.
        folder: Where environments are kept.
        constraints: Versions to take if a requirement has to be installed.
        python: Interpreter to make it from; the running one unless told.
        timeout: Seconds that the installation may take.

    Returns:
        The environment, with the versions installed.

    Raises:
        DataError: A requirement is none, or pip cannot install it.
        UsageError: The interpreter cannot be run.
    """
    wanted = sorted({_requirement(text) for text in (*dependencies, *extra)})
    bounds = sorted({_requirement(text) for text in constraints})
    base = interpreter(python or Path(sys.executable))
    key = _digest([base.version, base.implementation, str(base.folders), wanted, bounds])
    place = folder.absolute() / key
    with _locked(folder, key):
        marker = place / _MARKER
        if marker.is_file():
            pins = json.loads(marker.read_text(encoding="utf-8"))["requirements"]
            return Environment(place / "bin" / "python", tuple(pins))
        remove_tree(place)  # of a run that was ended in the middle
        try:
            pins = _install(place, wanted, bounds, python or Path(sys.executable), timeout)
        except BaseException:
            remove_tree(place)
            raise
        _write_whole(marker, json.dumps({"requirements": pins, "asked": wanted}, indent=1))
    return Environment(place / "bin" / "python", pins)


def current_environment() -> Environment:
    """The running interpreter with the packages that it has, as they are."""
    found = {
        str(item.metadata["Name"]).lower(): item.version
        for item in distributions()
        if item.metadata["Name"]
    }
    pins = tuple(f"{name}=={found[name]}" for name in sorted(found))
    return Environment(Path(sys.executable), pins)


def install_project(
    environment: Environment,
    root: Path,
    *,
    folder: Path,
    version: str | None = None,
    timeout: float = 1800,
) -> Environment:
    """Install a project beside an environment, for those that ask for their own metadata.

    Its modules are still imported from the tree that is tested, which comes first; what is found
    here are its version, its entry points and data that it declares. The project's build system
    runs, and fetches what it needs.

    Args:
        environment: Environment with the project's requirements.
        root: Root of the project; it is not changed.
        folder: Where installations are kept.
        version: Version to state where the project would ask git for it.
        timeout: Seconds that it may take.

    Returns:
        The environment with the project's folder.

    Raises:
        DataError: Pip cannot install it.
    """
    key = _digest([str(environment.python), version, _tree_digest(root)])
    place = folder.absolute() / f"project-{key}"
    with _locked(folder, f"project-{key}"):
        marker = place / _MARKER
        if not marker.is_file():
            remove_tree(place)
            place.mkdir(parents=True)
            try:
                _install_tree(environment.python, root, place, version, timeout)
            except BaseException:
                remove_tree(place)
                raise
            _write_whole(marker, "{}")
    return replace(environment, paths=(*environment.paths, place))


def add_generated(
    root: Path, environment: Environment, import_roots: Sequence[str]
) -> tuple[str, ...]:
    """Put modules that a build generates (``_version.py``, compiled ones) where they are missing.

    Args:
        root: Tree of the project.
        environment: Environment that the project is installed beside.
        import_roots: Folders below the root that its packages are imported from.

    Returns:
        Paths below the root of the files that were added.
    """
    added: list[str] = []
    for place in environment.paths:
        for file in sorted(place.rglob("*")):
            path = file.relative_to(place)
            if BYTECODE in path.parts or not file.is_file() or file.suffix not in {".py", ".so"}:
                continue
            for import_root in import_roots:
                target = root / import_root / path
                if (root / import_root / path.parts[0]).is_dir() and not target.exists():
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, target)
                    added.append(target.relative_to(root).as_posix())
                    break
    return tuple(added)


def _requirement(text: str) -> str:
    """A requirement as pip may be given it: no option, no address."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        found = Requirement(text.strip())
    except InvalidRequirement as error:
        raise DataError("this is no requirement", found=repr(text), hint=str(error)) from error
    if found.url is not None:
        raise DataError(
            "a requirement names an address to fetch it from",
            found=repr(text),
            expected="a package of the index",
        )
    return str(found)


def _install(
    place: Path, wanted: Sequence[str], bounds: Sequence[str], python: Path, timeout: float
) -> tuple[str, ...]:
    """Make the environment; the versions installed."""
    without = ["--without-pip"] if _our_pip_serves(python) else []
    _call([str(python), "-m", "venv", *without, str(place)], timeout, "no environment can be made")
    inside = place / "bin" / "python"
    if wanted:
        file = place / "constraints.txt"
        file.write_text("".join(f"{bound}\n" for bound in bounds), encoding="utf-8")
        _call(
            [*_pip(inside), "install", *_QUIET, "--constraint", str(file), *wanted],
            timeout,
            "requirements cannot be installed: " + ", ".join(wanted),
        )
    packages = interpreter(inside).packages
    installed = distributions(path=[str(packages)])
    found = {f"{one.name}=={one.version}" for one in installed if one.name != "pip"}
    return tuple(sorted(found, key=str.casefold))


def _install_tree(
    python: Path, root: Path, place: Path, version: str | None, timeout: float
) -> None:
    """Have pip build a copy of a project, for building leaves its marks, and install it."""
    with tempfile.TemporaryDirectory(prefix="domainbench-project-") as scratch:
        copy = Path(scratch) / "tree"
        private_copy(root, copy)
        stated = {} if version is None else _stating(version)
        _call(
            [
                *_pip(python),
                "install",
                *_QUIET,
                "--no-deps",
                "--no-compile",
                "--target",
                str(place),
                str(copy),
            ],
            timeout,
            "the project cannot be installed",
            stated,
        )


def _pip(python: Path) -> list[str]:
    """Pip for an environment: one for all takes less time to make than one in each."""
    if _our_pip_serves(python):
        return [sys.executable, "-m", "pip", "--python", str(python)]
    return [str(python), "-m", "pip"]


def _our_pip_serves(python: Path) -> bool:
    """Whether there is a pip beside us, and it is not too new for an older Python."""
    version = tuple(int(part) for part in interpreter(python).version.split(".")[:2])
    return importlib.util.find_spec("pip") is not None and version >= sys.version_info[:2]


def _stating(version: str) -> dict[str, str]:
    """How the usual tools that ask git for a version are told one."""
    return {
        "SETUPTOOLS_SCM_PRETEND_VERSION": version,
        "PBR_VERSION": version,
        "PDM_BUILD_SCM_VERSION": version,
        "POETRY_DYNAMIC_VERSIONING_BYPASS": version,
    }


def _call(
    command: list[str], timeout: float, problem: str, more: dict[str, str] | None = None
) -> None:
    """Run a command to its end; its own words if it fails."""
    process = subprocess.Popen(  # noqa: S603 - pip and venv, with checked requirements
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**_environment(), **(more or {})},
        start_new_session=True,
        cwd="/",
    )
    try:
        output, _ = process.communicate(timeout=timeout)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise DataError(problem, found=f"no end after {timeout:.0f} s") from error
        raise
    if process.returncode != 0:
        lines = output.decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        raise DataError(problem, found="\n            ".join(lines) or "no word of the reason")


def _environment() -> dict[str, str]:
    """What pip needs of ours; the builds that it runs need to know no more."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON
        or name.startswith(_PASSED_ON_STARTS)
        or name.endswith(_PASSED_ON_ENDS)
    }


@contextmanager
def _locked(folder: Path, key: str) -> Generator[None]:
    """Let one process at a time make what a key stands for."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_whole(path: Path, text: str) -> None:
    """Write a file that is either not there or complete."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _tree_digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(_files(root)):
        digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and BYTECODE not in path.parts:
            yield path


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:20]
