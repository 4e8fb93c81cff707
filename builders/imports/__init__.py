"""Benchmarks that others published, brought into the form of a release."""
