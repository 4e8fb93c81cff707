"""Dense retrieval: texts as vectors, ranked by inner product."""
