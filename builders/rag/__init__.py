"""The RAG builder: a knowledge base in pieces, questions derived from facts."""
