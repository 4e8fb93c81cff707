"""Evolving code splits: repositories in, dated and domain-labelled functions with tests out."""
