"""An invented sample: entities of nine domains with triples, paragraphs and a knowledge base."""
