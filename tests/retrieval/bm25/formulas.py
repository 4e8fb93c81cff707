"""Every BM25 formula in plain Python, written from the papers, one document at a time."""

from __future__ import annotations

import math


def scores(
    documents: list[list[str]],
    query: list[str],
    method: str,
    k1: float,
    b: float,
    delta: float,
    epsilon: float,
) -> list[float]:
    """Score of every document, hit or not."""
    n = len(documents)
    mean = sum(map(len, documents)) / n
    vocabulary = {term for document in documents for term in document}
    df = {term: sum(term in document for document in documents) for term in vocabulary}
    rsj = {term: math.log((n - df[term] + 0.5) / (df[term] + 0.5)) for term in vocabulary}

    def idf(term: str) -> float:
        floor = epsilon * sum(rsj.values()) / len(rsj)
        return {
            "lucene": math.log(1 + (n - df[term] + 0.5) / (df[term] + 0.5)),
            "robertson": rsj[term],
            "okapi": rsj[term] if rsj[term] >= 0 else floor,
            "atire": math.log(n / df[term]),
            "bm25+": math.log((n + 1) / df[term]),
            "bm25l": math.log((n + 1) / (df[term] + 0.5)),
        }[method]

    def weight(tf: int, length: int) -> float:
        if tf == 0:
            return delta if method == "bm25+" else 0
        norm = 1 - b + b * length / mean
        if method == "bm25l":
            c = tf / norm
            return tf * (k1 + 1) * (c + delta) / (k1 + c + delta)
        saturated = tf / (tf + k1 * norm)
        if method in ("lucene", "robertson"):
            return saturated
        return saturated * (k1 + 1) + (delta if method == "bm25+" else 0)

    return [
        sum(
            idf(term) * weight(document.count(term), len(document))
            for term in query
            if term in vocabulary
        )
        for document in documents
    ]
