"""Domain QA: raw questions in, a checked, labelled, linked release out."""
