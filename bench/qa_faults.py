"""A question build over generated tables with planted faults: what is found, what else is lost.

For each fault: how many were planted, the share of them that the build rejects for that reason
(recall), and of the questions rejected for it the share that it was planted in (precision). Every
other question must be kept with its right option. Peak memory is the proportional set size of the
build and of the processes that it starts, sampled.

    python bench/qa_faults.py --questions 100000
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import machine, save, table

import domainbench
from domainbench.builders.qa.sample.faulty import make_faulty

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from domainbench.builders.qa.sample.faulty import Planted

INTERVAL = 0.2
"""Seconds between two looks at the memory."""


def main() -> None:
    """Generate, build, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", help="write the figures here too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw, target = Path(folder, "raw"), Path(folder, "release")
        start = time.perf_counter()
        planted = make_faulty(raw, questions=args.questions, seed=args.seed)
        generated = time.perf_counter() - start
        seconds, peak = measured_build(raw, target)
        figures: dict[str, Any] = {**compare(planted, target), "seconds": seconds, "peak_mib": peak}
    print(f"{args.questions} questions, seed {args.seed}; {machine('domainbench')}")
    print(f"generated in {generated:.1f} s, built in {seconds:.1f} s, peak memory {peak:.0f} MiB\n")
    print(table(("fault", "planted", "recall", "rejected for it", "precision"), rows_of(figures)))
    print(
        f"\nsound questions: {figures['sound']}, lost: {len(figures['lost'])}, "
        f"kept with another right option: {len(figures['wrong_answer'])}; "
        f"pairs that differ by a number or a negation: {figures['lookalikes']}, "
        f"of them in one cluster: {figures['lookalikes_together']}; "
        f"duplicates laid to another question than their own: {figures['wrong_original']}"
    )
    for name, reason in sorted(figures["lost"].items())[:10]:
        print(f"lost: {name}: {reason}")
    save(args.json, figures)


def measured_build(raw: Path, target: Path) -> tuple[float, float]:
    """Seconds and peak MiB of the command that builds, its start included."""
    command = [sys.executable, "-m", "domainbench", "build", "qa", str(raw), "-o", str(target)]
    start = time.perf_counter()
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(proportional_mib, below(process.pid))))
            time.sleep(INTERVAL)
    if process.returncode:
        raise SystemExit(f"the build ended with exit code {process.returncode}")
    return time.perf_counter() - start, peak


def below(root: int) -> Iterator[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in brackets, may hold blanks.
            fields = path.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        children[int(fields[1])].append(int(path.parent.name))
    waiting = [root]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += children[process]


def proportional_mib(process: int) -> float:
    """Memory of a process, a page shared by n processes counted as a part in n; 0 if it is gone."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def compare(planted: Planted, target: Path) -> dict[str, Any]:
    """What a release and its rejects make of what was planted."""
    kept = {
        row["source_id"]: row
        for row in domainbench.load(target)
        .table("questions", columns=["source_id", "options", "answer", "cluster"])
        .to_pylist()
    }
    log = target.with_name(f"{target.name}.rejects.jsonl").read_text("utf-8")
    rejects = {row["id"]: row for row in map(json.loads, log.splitlines())}
    lookalikes = [pair for pair in planted.lookalikes if all(name in kept for name in pair)]
    return {
        "faults": {fault: found(fault, names, rejects) for fault, names in planted.faults.items()},
        "sound": len(planted.sound),
        "lost": {
            name: rejects.get(name, {}).get("reason", "not in the release")
            for name in planted.sound
            if name not in kept
        },
        "wrong_answer": sorted(
            name
            for name, row in kept.items()
            if name in planted.right and row["options"][row["answer"]] != planted.right[name]
        ),
        "lookalikes": len(planted.lookalikes),
        "lookalikes_together": sum(
            kept[left]["cluster"] == kept[right]["cluster"] for left, right in lookalikes
        ),
        "wrong_original": sum(
            not rejects[name]["detail"].startswith(f"{original} in ")
            for name, original in planted.originals.items()
            if name in rejects
        ),
    }


def found(
    fault: str, names: Sequence[str], rejects: Mapping[str, Mapping[str, Any]]
) -> dict[str, int]:
    """Planted, rejected for this reason, and both."""
    rejected = {name for name, row in rejects.items() if row["reason"] == fault}
    return {
        "planted": len(names),
        "rejected": len(rejected),
        "both": len(rejected.intersection(names)),
    }


def rows_of(figures: Mapping[str, Any]) -> list[tuple[object, ...]]:
    """The table's lines, one a fault."""
    return [
        (
            fault,
            count["planted"],
            share(count["both"], count["planted"]),
            count["rejected"],
            share(count["both"], count["rejected"]),
        )
        for fault, count in figures["faults"].items()
    ]


def share(part: int, whole: int) -> str:
    """A share as text; a dash where there is nothing to take it of."""
    return f"{part / whole:.4f}" if whole else "-"


if __name__ == "__main__":
    main()
