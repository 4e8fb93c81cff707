"""A small bilingual set over four domains, written for this package; a maker of faulty ones."""
