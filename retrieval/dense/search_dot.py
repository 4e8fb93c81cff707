"""Inner products in a fixed order of summation, which a compiler may not choose.

A compiler only vectorises a sum where it may reorder it, and then by the width of the processor's
registers. Here the vectors of partial sums are written out, so that every processor adds in the
same order.
"""

# numba infers the types of a kernel's arguments:
# ruff: noqa: ANN001, ANN201, ANN202
# pyright: reportMissingParameterType=false
from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, overload

_LANES = 8
_VECTORS = 4
_STEP = _LANES * _VECTORS


@intrinsic
def _partial_sums(_context: Any, a: Any, b: Any, count: Any) -> Any:
    """Eight partial sums of float64 times float32, as a tuple.

    They are over the first ``count`` components, a multiple of 32.
    """
    signature = types.UniTuple(types.float64, _LANES)(a, b, count)

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        narrow, wide = (ir.VectorType(t, _LANES) for t in (ir.FloatType(), ir.DoubleType()))
        data = [
            context.make_array(kind)(context, builder, value).data
            for kind, value in zip(signature.args[:2], arguments[:2], strict=True)
        ]
        multiply_add = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(wide, [wide] * 3), f"llvm.fmuladd.v{_LANES}f64"
        )
        sums = [cgutils.alloca_once(builder, wide) for _ in range(_VECTORS)]
        for place in sums:
            builder.store(ir.Constant(wide, [0.0] * _LANES), place)
        start, step = (context.get_constant(types.intp, n) for n in (0, _STEP))
        with cgutils.for_range_slice(builder, start, arguments[2], step, inc=True) as (index, _):
            for number, place in enumerate(sums):
                offset = builder.add(index, context.get_constant(types.intp, number * _LANES))
                x, y = (
                    builder.load(
                        builder.bitcast(builder.gep(pointer, [offset]), kind.as_pointer()),
                        align=alignment,
                    )
                    for pointer, kind, alignment in zip(data, (wide, narrow), (8, 4), strict=True)
                )
                terms = [x, builder.fpext(y, wide), builder.load(place)]
                builder.store(builder.call(multiply_add, terms), place)
        s = [builder.load(place) for place in sums]
        total = builder.fadd(builder.fadd(s[0], s[1]), builder.fadd(s[2], s[3]))
        lanes = [
            builder.extract_element(total, ir.Constant(ir.IntType(32), lane))
            for lane in range(_LANES)
        ]
        return context.make_tuple(builder, signature.return_type, lanes)

    return signature, build


@njit(cache=True, nogil=True)
def dot(a, b):
    """Inner product of two float32 vectors, in float64; both are contiguous.

    Component i goes to partial sum i mod 32; these are added in one fixed order, and then the
    components beyond the last multiple of 32. Products of two float32 are exact in float64, so that
    it does not matter whether a processor fuses them with the sum.

    Args:
        a: (d,) float64, of values that float32 has: widened once for many products.
        b: (d,) float32.
    """
    whole = a.size - a.size % _STEP
    s = _partial_sums(a, b, whole)  # pyright: ignore[reportCallIssue] (numba adds the first)
    total = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))
    for i in range(whole, a.size):
        total += a[i] * np.float64(b[i])
    return total


def vector(vectors, scales, row, scratch):
    """A vector as float32, in a kernel: a view of it or, of a code, ``scratch``."""
    raise NotImplementedError


@overload(vector)
def _vector(vectors, scales, row, scratch):  # noqa: ARG001 (the names of what it stands for)
    """Choose by type: vectors with scales are codes."""
    if isinstance(scales, types.NoneType):
        return lambda vectors, scales, row, scratch: vectors[row]  # noqa: ARG005 (as above)

    def decode(vectors, scales, row, scratch):
        for i in range(scratch.size):
            scratch[i] = np.float32(vectors[row, i]) * scales[row]
        return scratch

    return decode
