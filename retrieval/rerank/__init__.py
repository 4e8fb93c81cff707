"""Re-ranking: a cross-encoder reads query and document together."""
