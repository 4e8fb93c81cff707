"""A window of texts as tokens: counted once, then handed out in batches of like length.

sentence-transformers tokenises each batch when it comes to it and orders texts by their characters.
Here a window is tokenised as a whole, so that batches can be cut by true lengths and padded to the
longest of the batch, without tokenising anything twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

_SLICE = 1_024
"""Inputs tokenised at a time: their tokens are Python integers until they are packed."""
_UNPADDED = {
    "text": {"padding": False, "return_attention_mask": False},
    "common": {"return_tensors": None},
}
_NOT_TOKENS = ("modality", "prompt_length")
"""What a tokeniser says of the whole batch."""
_BYTES_PER_TOKEN = 4
"""Of UTF-8; characters would count a text in Devanagari as a third of its length."""


class Tokens(Protocol):
    """Tokenised inputs."""

    lengths: NDArray[np.int64]
    """(n) tokens of each, special ones included, after truncation."""

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        """Features of some inputs, as the model takes them."""
        ...


def tokenize(model: Any, inputs: Sequence[Any], **options: Any) -> Tokens:
    """Tokenise inputs for a model.

    Args:
        model: a ``SentenceTransformer`` or ``CrossEncoder``.
        inputs: n texts, or pairs of texts.
        options: passed on to the model's ``preprocess``: ``prompt``, ``task``.
    """
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    if isinstance(model[0], StaticEmbedding):
        return _Bags(model, inputs, **options)
    return _Padded(model, inputs, **options) if _pads(model) else _Raw(model, inputs, **options)


def _pads(model: Any) -> bool:
    """Whether padding the model's tokens to one length is all that makes a batch of them."""
    from sentence_transformers.base.modules import Transformer

    first = model[0]
    return (
        isinstance(first, Transformer)
        and getattr(first.tokenizer, "is_fast", False)
        and "message" not in first.modality_config
        and first.query_expansion is None
        and not model._can_flatten_inputs()  # noqa: SLF001 - flash attention takes no padding
    )


class _Ragged:
    """Rows of integers of different lengths in one array."""

    def __init__(self, rows: Sequence[NDArray[np.int32]]) -> None:
        self.lengths = np.array([len(row) for row in rows], np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)])
        self.values = np.concatenate(rows) if rows else np.zeros(0, np.int32)

    def row(self, number: int) -> NDArray[np.int32]:
        return self.values[self.starts[number] : self.starts[number + 1]]


class _Padded:
    """Token ids, and token types where the model has them, padded as its tokeniser would."""

    def __init__(self, model: Any, inputs: Sequence[Any], **options: Any) -> None:
        columns: dict[str, list[NDArray[np.int32]]] = {}
        self._shared: dict[str, Any] = {}
        for first in range(0, len(inputs), _SLICE):
            part = list(inputs[first : first + _SLICE])
            features = model.preprocess(part, processing_kwargs=_UNPADDED, **options)
            for name, value in features.items():
                if name in _NOT_TOKENS:
                    self._shared[name] = value
                else:
                    rows = columns.setdefault(name, [])
                    rows.extend(np.asarray(row, np.int32) for row in value)
        self._columns = {name: _Ragged(rows) for name, rows in columns.items()}
        self.lengths = self._columns["input_ids"].lengths
        tokenizer = model.tokenizer
        self._left = tokenizer.padding_side == "left"
        self._fill = {
            "input_ids": tokenizer.pad_token_id or 0,
            "token_type_ids": tokenizer.pad_token_type_id,
        }

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        import torch

        width = int(self.lengths[rows].max())
        shape = (len(rows), width)
        mask = np.zeros(shape, np.int64)
        packed = {n: np.full(shape, self._fill.get(n, 0), np.int64) for n in self._columns}
        for place, row in enumerate(rows):
            length = self.lengths[row]
            span = slice(width - length, width) if self._left else slice(0, length)
            mask[place, span] = 1
            for name, column in self._columns.items():
                packed[name][place, span] = column.row(row)
        packed["attention_mask"] = mask
        return {n: torch.from_numpy(values) for n, values in packed.items()} | self._shared


class _Bags:
    """Token ids of static embeddings, which take no padding."""

    def __init__(
        self, model: Any, inputs: Sequence[str], *, prompt: str = "", **_options: Any
    ) -> None:
        tokenizer = model[0].tokenizer
        self._ids = _Ragged(
            [
                np.asarray(encoded.ids, np.int32)
                for first in range(0, len(inputs), _SLICE)
                for encoded in tokenizer.encode_batch_fast(
                    [prompt + text for text in inputs[first : first + _SLICE]],
                    add_special_tokens=False,
                )
            ]
        )
        self.lengths = self._ids.lengths

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        import torch

        parts = [self._ids.row(row) for row in rows]
        offsets = np.cumsum([0] + [len(part) for part in parts[:-1]])
        return {
            "input_ids": torch.from_numpy(np.concatenate(parts)),
            "offsets": torch.from_numpy(offsets.astype(np.int32)),
        }


class _Raw:
    """Inputs that the model itself makes batches of; their lengths are estimated."""

    def __init__(self, model: Any, inputs: Sequence[Any], **options: Any) -> None:
        self._model = model
        self._inputs = inputs
        self._options = options
        limit = model.max_seq_length or np.inf
        self.lengths = np.array(
            [min(_bytes(item) // _BYTES_PER_TOKEN + 2, limit) for item in inputs], np.int64
        )

    def batch(self, rows: NDArray[np.int64]) -> dict[str, Any]:
        return self._model.preprocess([self._inputs[row] for row in rows], **self._options)


def _bytes(item: Any) -> int:
    return sum(map(_bytes, item)) if isinstance(item, tuple) else len(item.encode())


def batches(lengths: NDArray[np.int64], budget: int, most: int) -> Iterator[NDArray[np.int64]]:
    """Rows in batches, longest first, whose padded size keeps to a budget.

    Args:
        lengths: (n) tokens of each row.
        budget: tokens of a batch, padding included; a row above it is a batch of its own.
        most: rows of a batch.
    """
    # Longest first: memory peaks at once, and not at the end of a long night.
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        size = min(max(budget // max(int(lengths[order[start]]), 1), 1), most)
        yield order[start : start + size]
        start += size
