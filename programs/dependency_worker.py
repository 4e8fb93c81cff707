"""A process that tells what functions of one repository depend on, request by request.

Its first line of input names the repository, each further one is a request, and each request is
answered by one line; all of them are JSON. An answer does not depend on the requests before.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from .dependency_analysis import Analyser


def main() -> None:
    """Serve until the input ends."""
    # Nothing else may write where the answers go.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    sys.stdout = sys.stderr
    setup = json.loads(sys.stdin.readline())
    analyser = Analyser(Path(setup["root"]), setup["roots"], setup["paths"], prune=setup["prune"])
    for line in sys.stdin:
        answer = analyser.answer(**json.loads(line))
        answers.write(json.dumps(asdict(answer)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
