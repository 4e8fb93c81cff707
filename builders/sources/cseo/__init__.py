"""Sources of the conversational SEO family: tables of queries and documents, catalogues."""
