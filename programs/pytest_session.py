"""One run of pytest in a sandbox, and what its plugin reported."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .execution import run
from .interpreters import interpreter
from .pytest_options import arguments, read_configuration
from .supervisor import REPORT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .environments import Environment
    from .execution import Completed
    from .limits import Isolation, Limits

_PLUGIN = Path(__file__).with_name("pytest_plugin.py")
_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Step:
    """Set-up, call or tear-down of a test."""

    test: str
    when: str
    outcome: str
    """passed, failed or skipped."""
    chain: tuple[dict[str, Any], ...]
    """The exception and those behind it."""
    words: str


@dataclass(slots=True)
class Session:
    """What is known of a run of pytest."""

    completed: Completed
    started: bool = False
    """Whether pytest could be loaded."""
    items: tuple[str, ...] | None = None
    """Tests found; None if it did not get there."""
    collection: list[tuple[str, tuple[dict[str, Any], ...]]] = field(default_factory=list)
    """Modules that could not be collected, and why."""
    skipped_modules: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    """Tests in the order in which they were begun."""
    ended: set[str] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)
    foreign: tuple[tuple[str, str], ...] = ()
    """Modules of the tree that were imported from elsewhere, and from where."""
    status: int | None = None
    """Exit code of pytest; None if it did not come to its end."""
    functions: list[tuple[str, int]] = field(default_factory=list)
    """Functions that were entered, by number."""
    entered: dict[str, tuple[int, ...] | None] = field(default_factory=dict)
    """Test → numbers of functions; None where there were too many to tell."""


def run_session(
    root: Path,
    tests: Sequence[str],
    environment: Environment,
    *,
    limits: Limits,
    isolation: Isolation,
    import_roots: Sequence[str],
    skip: Collection[str] = (),
    test_seconds: float = 0,
    trace: dict[str, Any] | None = None,
    report_mib: int = 16,
) -> Session:
    """Run pytest in a private copy of a project.

    Args:
        root: The copy, which the tests may change.
        tests: Node ids or paths below it; none for what the project's configuration says.
        environment: Interpreter with the project's requirements.
        limits: What the run may use.
        isolation: How it is cut off.
        import_roots: Folders below the root that its packages are imported from.
        skip: Node ids to leave out.
        test_seconds: Limit on each step of a test; none if 0.
        trace: What to record of the functions that tests enter: ``wanted`` and ``bound``.
        report_mib: How much of the report is kept.

    Returns:
        What was reported.
    """
    top = root.resolve()
    token = secrets.token_hex(16)
    configuration = read_configuration(top)
    job = {
        "root": str(top),
        "descriptor": REPORT,
        "token": token,
        "arguments": [*arguments(top, configuration), "--continue-on-collection-errors", *tests],
        "options": configuration.options,
        "skip": sorted(skip),
        "own_packages": _own_packages(top, import_roots),
        "test_seconds": test_seconds,
        "trace": trace,
    }
    roots = [str(top / name) for name in import_roots if name not in {"", "."}]
    completed = run(
        [str(environment.python), str(_PLUGIN)],
        cwd=top,
        writable=[top],
        readable=[*interpreter(environment.python).folders, _PLUGIN, *environment.paths],
        limits=limits,
        isolation=isolation,
        env={
            "PATH": f"{environment.python.parent}:{_PATH}",
            "PYTHONPATH": ":".join([*roots, str(top), *map(str, environment.paths)]),
        },
        feed=json.dumps(job),
        report_mib=report_mib,
    )
    session = Session(completed)
    for event in _events(completed.report, token):
        _take(session, event)
    return session


def _own_packages(root: Path, import_roots: Sequence[str]) -> list[str]:
    """Names of the packages and modules that the tree holds at its import roots."""
    names: set[str] = set()
    for import_root in import_roots:
        folder = root / import_root
        if folder.is_dir():
            names.update(path.parent.name for path in folder.glob("*/__init__.py"))
            names.update(path.stem for path in folder.glob("*.py"))
    return sorted(names)


def _events(report: bytes, token: str) -> list[dict[str, Any]]:
    """Lines of the report that carry the secret; whatever else was written there is none."""
    mark = token.encode()
    events: list[dict[str, Any]] = []
    for line in report.splitlines():
        if line.startswith(mark):
            try:
                events.append(json.loads(line[len(mark) :]))
            except ValueError:  # the last line of a run that was ended, or of a report cut short
                continue
    return events


def _take(session: Session, event: dict[str, Any]) -> None:
    """Add an event to what is known."""
    match event["kind"]:
        case "hello":
            session.started = True
        case "items":
            session.items = tuple(event["ids"])
        case "finish":
            session.foreign = tuple((name, file) for name, file in event["foreign"])
        case "bye":
            session.status = event["status"]
        case "collect":
            session.collection.append((event["id"], tuple(event["chain"])))
        case "skipped":
            session.skipped_modules.append(event["id"])
        case _:
            _take_of_test(session, event["id"], event)


def _take_of_test(session: Session, test: str, event: dict[str, Any]) -> None:
    """Add an event of a single test."""
    match event["kind"]:
        case "start":
            session.begun.append(test)
        case "end":
            session.ended.add(test)
        case "trace":
            session.functions += [(path, line) for path, line in event["new"]]
            entered = event["entered"]
            session.entered[test] = None if entered is None else tuple(entered)
        case _:
            chain = tuple(event["chain"])
            session.steps.append(Step(test, event["when"], event["outcome"], chain, event["words"]))
