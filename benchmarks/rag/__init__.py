"""RAG evaluation: retrieval of gold paragraphs, answers with and without context."""
