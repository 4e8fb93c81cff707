"""A small bilingual set over four domains, written for this package, and a generator of faulty ones."""
