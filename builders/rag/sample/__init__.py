"""The sample of the RAG family: facts and texts made up by a seeded generator."""
