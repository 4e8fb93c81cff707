"""domainbench: build versioned, domain-labelled benchmarks and measure retrieval on them.

>>> import domainbench
>>> release = domainbench.sample("patents", "demo/patents")        # doctest: +SKIP
>>> results = domainbench.evaluate(release, ["bm25", "dense"])     # doctest: +SKIP
"""

from domainbench.api import (
    build,
    diff,
    evaluate,
    export_dataset,
    grid,
    import_dataset,
    inspect,
    load,
    sample,
    score,
    verify,
)

__all__ = [
    "build",
    "diff",
    "evaluate",
    "export_dataset",
    "grid",
    "import_dataset",
    "inspect",
    "load",
    "sample",
    "score",
    "verify",
]
