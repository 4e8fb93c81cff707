"""Visibility of documents in conversational search: engines, citations, gains, adoption."""
