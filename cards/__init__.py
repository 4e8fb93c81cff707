"""How results and releases are shown."""
