"""PyTorch finds candidates, on a GPU or the CPU: a product of each block, and the best so far."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..aggregation import AVERAGE, AVERAGE_TOP, MAX, SUM
from .search_stores import rounding

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray

    from ..aggregation import Aggregation

_QUERIES = 1 << 10
_CELLS = {"cpu": 1 << 24, "cuda": 1 << 28}
"""Products held at a time, the padding of documents counted."""
_BLOCK_BYTES = 1 << 28
"""Vectors brought to the device at a time, where it does not hold all."""
_KEEP = 0.6
"""Share of a GPU's free memory that vectors may take for good."""
_ROUNDOFF = {"float32": 0.0, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""Unit roundoff of the products as they come out, beyond that of float32 sums."""
_SPARE = {"float32": (1 / 8, 16), "float16": (1 / 4, 32), "bfloat16": (2.0, 64)}
"""Candidates beyond those wanted: a share of these, and some. With a GPU the exact score of a
candidate costs more than finding it, and a query that had needed more is searched again."""
_FLUSHED = {"float32": 0.0, "float16": 2.0**-14, "bfloat16": 2.0**-126}
"""Least normal value: what is below may become 0."""


class TorchFlat:
    """All vectors compared.

    Args:
        vectors: (n, dimensions) float32; may be a memory map.
        longest: length of the longest.
        starts: (documents + 1,) int64 where passages make documents.
        device: ``cpu`` or ``cuda:N``.
        dtype: of the products: float32, float16 or bfloat16. Sums are float32.
    """

    name = "torch"

    def __init__(
        self,
        vectors: NDArray[np.float32],
        longest: float,
        starts: NDArray[np.int64] | None,
        device: str,
        dtype: str,
    ) -> None:
        import torch

        self.device = device
        self._torch = torch
        self._dtype_name, self._dtype = dtype, getattr(torch, dtype)
        self._vectors = vectors
        self._longest = longest
        self._places = np.arange(len(vectors) + 1) if starts is None else starts
        self._documents = starts is not None
        self.most = len(self._places) - 1
        self.nbytes = vectors.size * self._dtype.itemsize
        self._residual = 0.0
        self._kept: Any = None
        self._prepare()

    def width(self, k: int) -> int:
        """Candidates to ask for where k are wanted: more where products are coarser."""
        share, more = _SPARE[self._dtype_name]
        return k + int(share * k) + more

    def find(
        self, queries: NDArray[np.float32], width: int, aggregation: Aggregation | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Candidates, and what no other row's score is above."""
        rows = np.empty((len(queries), width), np.int32)
        outside = np.empty(len(queries), np.float32)
        with self._torch.inference_mode(), self._full_precision():
            for first in range(0, len(queries), _QUERIES):
                part = slice(first, min(first + _QUERIES, len(queries)))
                asked = self._torch.tensor(queries[part], device=self.device, dtype=self._dtype)
                scores, found = self._best(asked, width, aggregation)
                missing = scores == -float("inf")
                rows[part] = found.masked_fill(missing, -1).cpu().numpy()
                outside[part] = scores[:, -1].cpu().numpy()
        return rows, outside

    def errors(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Most that a product can be off.

        With q', v' the rounded vectors, ``|qv - q'v'| <= |q - q'||v| + |q'||v - v'|``; the sum's
        rounding and that of the product as it comes out are added.
        """
        sums = rounding(queries, self._longest)
        if self._dtype_name == "float32":
            return sums
        lengths = np.linalg.norm(queries.astype(np.float64), axis=1)
        off = np.linalg.norm(self._off(queries), axis=1)
        longest = self._longest + self._residual
        bound = off * self._longest + (lengths + off) * self._residual
        bound += _ROUNDOFF[self._dtype_name] * (lengths + off) * longest
        bound += _FLUSHED[self._dtype_name] + 2 * sums
        return np.nextafter((1.001 * bound).astype(np.float32), np.float32(np.inf))

    def _prepare(self) -> None:
        """Put the vectors where they are searched, if they fit; measure what rounding changes."""
        on_gpu = self.device != "cpu"
        if on_gpu:
            free, _ = self._torch.cuda.mem_get_info(self.device)
            if self.nbytes <= _KEEP * free:
                shape = self._vectors.shape
                self._kept = self._torch.empty(shape, device=self.device, dtype=self._dtype)
        for first in range(0, len(self._vectors), 1 << 16):
            part = self._vectors[first : first + (1 << 16)]
            if self._kept is not None:
                self._kept[first : first + len(part)] = self._torch.tensor(part)
            if self._dtype_name != "float32":
                lengths = np.linalg.norm(self._off(part), axis=1)
                self._residual = max(self._residual, float(lengths.max(initial=0.0)))

    def _off(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """What rounding to the type changes."""
        exact = self._torch.tensor(vectors)
        return (exact.to(self._dtype).double() - exact.double()).numpy()

    def _best(self, asked: Any, width: int, aggregation: Aggregation | None) -> tuple[Any, Any]:
        torch = self._torch
        scores = torch.empty((len(asked), 0), device=self.device)
        rows = torch.empty((len(asked), 0), device=self.device, dtype=torch.int32)
        for first, last in self._blocks(len(asked)):
            part = self._scores(asked, first, last, aggregation)
            near, at = part.topk(min(width, last - first), dim=1)
            scores = torch.cat([scores, near], dim=1)
            rows = torch.cat([rows, (at + first).int()], dim=1)
            if scores.shape[1] > width:
                scores, at = scores.topk(width, dim=1)
                rows = rows.gather(1, at)
        scores, at = scores.sort(dim=1, descending=True)
        return scores, rows.gather(1, at)

    def _scores(self, asked: Any, first: int, last: int, aggregation: Aggregation | None) -> Any:
        """Scores of the rows of a block, float32; -inf for a document without passages."""
        places = self._places
        begin, end = int(places[first]), int(places[last])
        if self._kept is not None:
            vectors = self._kept[begin:end]
        else:
            vectors = self._torch.tensor(
                self._vectors[begin:end], device=self.device, dtype=self._dtype
            )
        products = (asked @ vectors.T).float()
        if aggregation is None:
            return products
        starts = self._torch.tensor(places[first : last + 1] - begin, device=self.device)
        return self._aggregate(products, starts, aggregation)

    def _aggregate(self, products: Any, starts: Any, aggregation: Aggregation) -> Any:
        """Scores of documents from those of their passages, padded to the longest document."""
        torch = self._torch
        counts = starts.diff()
        longest = max(int(counts.max()), 1)
        place = torch.arange(longest, device=self.device)
        there = place < counts[:, None]
        index = (starts[:-1, None] + place).where(there, 0)
        empty = counts == 0
        if products.shape[1] == 0:
            return torch.full((len(products), len(counts)), -float("inf"), device=self.device)
        spread = products[:, index]
        if aggregation.kind == MAX:
            scores = spread.masked_fill(~there, -float("inf")).amax(dim=2)
        elif aggregation.kind == AVERAGE_TOP:
            most = min(aggregation.n, longest)
            best = spread.masked_fill(~there, -float("inf")).topk(most, dim=2).values
            held = counts.clamp(1, most)
            scores = best.masked_fill(best == -float("inf"), 0).sum(dim=2) / held
        else:
            scores = spread.masked_fill(~there, 0).sum(dim=2)
            if aggregation.kind == AVERAGE:
                scores = scores / counts.clamp(min=1)
        return scores.masked_fill(empty, -float("inf"))

    def _blocks(self, queries: int) -> Iterator[tuple[int, int]]:
        """Rows whose products, padded to the longest document, may be held at a time."""
        most = _CELLS[self.device.split(":")[0]] // queries
        if self._kept is None:
            most = min(most, _BLOCK_BYTES // (self._vectors.shape[1] * self._dtype.itemsize))
        most = max(most, 1)
        if not self._documents:
            for first in range(0, self.most, most):
                yield first, min(first + most, self.most)
            return
        counts = np.diff(self._places)
        first, longest = 0, 1
        for row in range(self.most):
            longest = max(longest, int(counts[row]))
            if row > first and longest * (row + 1 - first) > most:
                yield first, row
                first, longest = row, max(1, int(counts[row]))
        if first < self.most:
            yield first, self.most

    @contextmanager
    def _full_precision(self) -> Generator[None]:
        """Products without TF32 and without sums in half precision; as it was afterwards."""
        torch = self._torch
        matmul = torch.backends.cuda.matmul
        names = (
            "allow_fp16_reduced_precision_reduction",
            "allow_bf16_reduced_precision_reduction",
        )
        precision = torch.get_float32_matmul_precision()
        before = [getattr(matmul, name) for name in names]
        torch.set_float32_matmul_precision("highest")
        for name in names:
            setattr(matmul, name, False)
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(precision)
            for name, value in zip(names, before, strict=True):
                setattr(matmul, name, value)


def error_factor(aggregation: Aggregation | None, largest: int) -> int:
    """By how much an aggregate can be off, in errors of a product."""
    return largest if aggregation is not None and aggregation.kind == SUM else 1
