"""BM25: a compiled engine, and the library rank-bm25 as its reference."""
