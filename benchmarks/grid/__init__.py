"""Grids of retrieval experiments: one declarative file, every cell ranked once."""
