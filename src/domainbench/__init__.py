"""domainbench: build versioned, domain-labelled benchmarks and measure retrieval on them.

>>> import domainbench
>>> release = domainbench.sample("patents", "demo/patents")        # doctest: +SKIP
>>> results = domainbench.evaluate(release, ["bm25", "dense"])     # doctest: +SKIP
"""

from domainbench.api import (
    build,
    changelog,
    diff,
    evaluate,
    grid,
    import_dataset,
    inspect,
    list_releases,
    load,
    pull,
    push,
    report,
    sample,
    score,
    verify,
)
from domainbench.exporting import export_dataset, export_results

__all__ = [
    "build",
    "changelog",
    "diff",
    "evaluate",
    "export_dataset",
    "export_results",
    "grid",
    "import_dataset",
    "inspect",
    "list_releases",
    "load",
    "pull",
    "push",
    "report",
    "sample",
    "score",
    "verify",
]
