"""``python -m domainbench``."""

import sys

from domainbench.cli import main

if __name__ == "__main__":
    sys.exit(main())
