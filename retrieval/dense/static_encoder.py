"""An encoder fitted on the corpus itself: static word vectors from latent semantic analysis.

It needs no download and no GPU, and is an ordinary sentence-transformers model of one
StaticEmbedding module, which averages the vectors of a text's words. The vectors are those of a
truncated singular value decomposition of the weighted document-word matrix (Deerwester et al.,
JASIS 1990), weighted so that their average is the text's projection on the leading directions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...schemas.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

DIMENSIONS = 256
METHOD = 1
"""Number of this way of fitting: it goes up when the same corpus gives another encoder."""
MAX_WORDS = 100_000
_OVERSAMPLING = 16
_ITERATIONS = 6
_WORDS = r"[\p{L}\p{M}\p{N}_]+"
"""Letters with their combining marks, so that Devanagari words stay whole."""
_SLICE = 4_096
"""Texts that are strings at a time."""


def fit_static_encoder(texts: Any, *, dimensions: int = DIMENSIONS, seed: int = 0) -> Any:
    """Fit the encoder.

    The same texts and seed give the same vectors whatever the number of threads: BLAS runs on one.

    Args:
        texts: n texts of the corpus, a ``pyarrow.LargeStringArray``.
        dimensions: of the vectors; fewer where texts or words are fewer.
        seed: seed of the start of the decomposition.

    Returns:
        A ``SentenceTransformer``.

    Raises:
        DataError: the texts hold no word.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokenizer = train_tokenizer(texts)
    vectors = word_vectors(count_matrix(tokenizer, texts), dimensions, seed)
    module = StaticEmbedding(tokenizer, embedding_weights=vectors)
    return SentenceTransformer(modules=[module], device="cpu")


def save_encoder(model: Any, folder: Path) -> None:
    """Write the encoder as a folder that ``SentenceTransformer(folder)`` loads."""
    model.save(str(folder), create_model_card=False)


def train_tokenizer(texts: Any) -> Any:
    """A word-level ``tokenizers.Tokenizer`` over the corpus' words, most frequent first.

    Raises:
        DataError: the texts hold no word.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))  # noqa: S106 - no password
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_WORDS), "removed", invert=True)
    # A word of one document says nothing about another; small corpora keep all the same.
    trainer = trainers.WordLevelTrainer(
        vocab_size=MAX_WORDS,
        min_frequency=2 if len(texts) > 100 else 1,
        special_tokens=["[UNK]"],
        show_progress=False,
    )
    tokenizer.train_from_iterator(_slices(texts), trainer)
    if tokenizer.get_vocab_size() < 2:
        raise DataError("no encoder can be fitted: the corpus holds no word")
    return tokenizer


def count_matrix(tokenizer: Any, texts: Any) -> Any:
    """Word counts as a ``scipy.sparse.csr_matrix`` (n, words); column 0, the unknown, is empty."""
    from scipy.sparse import vstack

    return vstack([_counts(tokenizer, part) for part in _slices(texts)], format="csr")


def _counts(tokenizer: Any, texts: list[str]) -> Any:
    from scipy.sparse import csr_matrix

    encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    ids = [np.asarray(item.ids, np.int32) for item in encoded]
    rows = np.repeat(np.arange(len(ids)), [len(row) for row in ids])
    columns = np.concatenate(ids)
    known = columns != 0
    counts = csr_matrix(
        (np.ones(int(known.sum())), (rows[known], columns[known])),
        shape=(len(ids), tokenizer.get_vocab_size()),
    )
    counts.sum_duplicates()
    return counts


def _slices(texts: Any) -> Iterator[list[str]]:
    for first in range(0, len(texts), _SLICE):
        yield texts.slice(first, _SLICE).to_pylist()


def word_vectors(counts: Any, dimensions: int, seed: int) -> NDArray[np.float32]:
    """Vectors (words, dimensions) whose average over a text is its projection.

    Weights are ``(1 + ln tf) · ln((1 + n) / (1 + df))`` with rows of length 1; a word's vector is
    its idf times its row of the right singular vectors.
    """
    from scipy.sparse import diags

    n, words = counts.shape
    df = np.bincount(counts.indices, minlength=words)
    idf = np.log((1 + n) / (1 + df))
    idf[df == 0] = 0
    weighted = counts.copy()
    weighted.data = 1 + np.log(weighted.data)
    weighted = weighted @ diags(idf)
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    weighted = (diags(1 / np.where(lengths > 0, lengths, 1)) @ weighted).tocsr()
    return (idf[:, None] * _right_singular(weighted, dimensions, seed)).astype(np.float32)


def _right_singular(matrix: Any, dimensions: int, seed: int) -> NDArray[np.float64]:
    """Leading right singular vectors (words, d), by randomised subspace iteration.

    Halko, Martinsson & Tropp, SIAM Review 2011, alg. 4.4; signs make each direction's largest
    component positive.
    """
    from threadpoolctl import threadpool_limits

    wanted = min(dimensions, *matrix.shape)
    width = min(wanted + _OVERSAMPLING, *matrix.shape)
    start = np.random.default_rng(seed).standard_normal((matrix.shape[1], width))
    with threadpool_limits(limits=1):
        basis = np.linalg.qr(start)[0]
        for _ in range(_ITERATIONS):
            basis = np.linalg.qr(matrix.T @ (matrix @ basis))[0]
        projected = matrix @ basis
        squares, rotation = np.linalg.eigh(projected.T @ projected)
        order = np.argsort(-squares, kind="stable")[:wanted]
        directions = basis @ rotation[:, order]
    peaks = np.abs(directions).argmax(axis=0)
    signs = np.sign(directions[peaks, np.arange(wanted)])
    return directions * np.where(signs == 0, 1, signs)
