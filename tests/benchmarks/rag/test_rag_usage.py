from __future__ import annotations

from pathlib import Path

import pytest

from domainbench.benchmarks.rag.usage import Sample, UsageLog, mean, resident_mib


def test_measurements_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / "usage.jsonl"
    with UsageLog(path) as log:
        log.add(["a", "b"], 3.0, peak_mib=5.0, delta_mib=-1.0, gpu_mib=None)
        log.add(["c"], 0.5)
        assert log.get("a") == Sample(0, 1.5, 5.0, -1.0, None)
    again = UsageLog(path)
    assert again.get("a") == again.get("b") == Sample(0, 1.5, 5.0, -1.0, None)
    assert again.get("c") == Sample(1, 0.5)
    assert again.get("d") is None


def test_the_last_measurement_counts_and_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "usage.jsonl"
    with UsageLog(path) as log:
        log.add(["a"], 1.0)
    with path.open("a") as file:
        file.write('{"keys": ["b"], "sec')
    with UsageLog(path) as log:
        assert log.get("b") is None
        log.add(["a"], 2.0)
    found = UsageLog(path).get("a")
    assert found is not None
    assert found.seconds == 2.0


def test_a_fresh_log_forgets_with_the_first_measurement(tmp_path: Path) -> None:
    path = tmp_path / "usage.jsonl"
    with UsageLog(path) as log:
        log.add(["a"], 1.0)
    with UsageLog(path, fresh=True) as log:
        assert log.get("a") is None
    assert UsageLog(path).get("a") is not None
    with UsageLog(path, fresh=True) as log:
        log.add(["b"], 1.0)
    assert UsageLog(path).get("a") is None


def test_the_resident_set_grows_with_what_is_held() -> None:
    before = resident_mib()
    if before is None:
        pytest.skip("the platform does not tell the resident set")
    held = bytearray(b"x" * (64 << 20))
    after = resident_mib()
    assert after is not None
    assert after - before > 32
    del held


def test_a_mean_of_nothing_is_undefined() -> None:
    assert mean([]) is None
    assert mean([None]) is None
    assert mean([1.0, None, -2.0]) == -0.5
