"""The conversational SEO builder: queries, contexts, rewritten documents, episodes."""
