from __future__ import annotations

import io
import sys

import pytest

from domainbench import terminal
from domainbench.terminal import Bars, Lines, progress_for


def test_long_steps_say_how_long_they_take(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "WORTH_SAYING_SECONDS", 0.0)
    monkeypatch.setattr(terminal, "WORTH_REPEATING_SECONDS", 0.0)
    progress = Lines()
    with progress.step("grid", 4) as advance:
        with progress.step("index") as idle:
            idle(1)
        advance(1)
        advance(3)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["index", "grid", "grid", "grid"]
    assert lines[1].startswith("grid: 1 of 4, about 0:0")
    assert lines[2] == "grid: 4 of 4, about 0:00 left"


def test_short_steps_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Lines().step("quick", 2) as advance:
        advance(2)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (75, "1:15"), (3600, "1:00:00"), (3599.6, "1:00:00")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert terminal._duration(seconds) == shown


def test_bars_of_steps_in_steps_share_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
    bars = Bars()
    with bars.step("outer", 2) as advance:
        with bars.step("inner"):
            pass
        advance(1)
        with bars.step("second"):
            bars._shown.refresh()
    assert bars._shown is None
    shown = stream.getvalue()
    assert "outer" in shown
    assert "second" in shown


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_for(quiet=True).step("x", 1) as advance:
        advance(1)
    assert capsys.readouterr().err == ""
