"""Runs, judgements and collections in the forms that other tools take."""
