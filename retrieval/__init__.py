"""The systems that are measured, and what measuring them takes: runs, measures, statistics."""
