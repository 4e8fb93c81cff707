"""Sources of code: git repositories, source distributions, folders, the package index."""
