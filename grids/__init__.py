"""Grids of experiments that come with the package."""
