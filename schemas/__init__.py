"""What a benchmark is: tables, manifest, releases on disk, and their verification."""
