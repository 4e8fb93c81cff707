"""Sources of the RAG family: texts of several formats, triples, questions."""
