"""A generated collection of patents, for a benchmark that needs no download."""
