"""How benchmarks are made: raw sources, portable stages, and one builder a family."""
