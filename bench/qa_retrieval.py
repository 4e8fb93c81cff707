"""XQuAD across languages: passages and sentences by BM25, a dense model and their fusion.

    python bench/qa_retrieval.py XQUAD_FOLDER --model MODEL_OR_PATH

The folder holds xquad.LANGUAGE.json files. Prints Markdown tables with intervals.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness import machine, save, table

import domainbench

if TYPE_CHECKING:
    from domainbench.benchmarks.results import Results

SHOWN = {"passages": ("nDCG@10", "Success@1"), "sentences": ("AP", "nDCG@10")}


def rows(results: Results, measure: str, model: str) -> list[list[object]]:
    """A row for each system, a cell for each partition."""
    found: list[list[object]] = []
    for system in results.systems:
        cells: list[object] = [system.spec.replace(model, Path(model).name)]
        for partition in results.partitions:
            figure = results.figure(system.spec, measure, partition)
            if figure.value is None:
                cells.append("")
            else:
                cells.append(f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})")
        found.append(cells)
    return found


def main() -> None:
    """Build, evaluate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True, help="sentence-transformers model")
    parser.add_argument("--json")
    args = parser.parse_args()
    named = f"dense:{args.model}"
    systems = ["bm25", "dense", named, f"rrf:bm25+{named},k=60"]
    saved: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as scratch:
        sources = sorted(args.folder.glob("xquad.*.json"))
        release = domainbench.build("qa", sources, Path(scratch) / "xquad")
        for task, measures in SHOWN.items():
            results = domainbench.evaluate(release, systems, task=task)
            for measure in results.measures:
                if measure.startswith(tuple(measures)):
                    print(f"\n{task}, {measure}\n")
                    print(table(["", *results.partitions], rows(results, measure, args.model)))
            saved[task] = results.model_dump(mode="json")
    print(machine("sentence-transformers"))
    save(args.json, saved)


if __name__ == "__main__":
    main()
