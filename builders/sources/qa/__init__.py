"""Question sources: every format that can be read, behind one function."""
