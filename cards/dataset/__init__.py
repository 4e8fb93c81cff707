"""Cards of releases: README.md generated from schema, manifest, quality report and results."""
