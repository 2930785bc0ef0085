"""Graphs of correlations and their cycles in CUDA.

Correlations are made in single precision proper, never in TF32, which would move edges. Cycles
are counted on bits or, in dense graphs, from integer products of tensor cores: both are exact.
"""

# mypy: disable-error-code="attr-defined, no-untyped-call"

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import cuda

from neurokit.kernels.gpu import graph_blocks as blocks
from neurokit.kernels.packed import empty_bits

SIGNS = {"positive": 0, "negative": 1, "absolute": 2}
STEPS = ((21, 11), (10, 11), (0, 10))  # a key is found by 11, 11 and 10 bits
HISTOGRAM_BLOCKS = 1024
# share of the pairs from which on tensor cores count faster; by data sheets, not measured
DENSE = 0.12
MOST_DENSE = 2**32  # bytes of ones and zeros
PANEL = 2048
INTEGERS = 10  # CUDA_R_32I, which cupy does not name
THREADS = (blocks.SIDE, blocks.SIDE)


def correlation_graph(
    units: np.ndarray, threshold: float, sign: str, n_threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """See :func:`neurokit.kernels.correlation_graph`."""
    return _join(cuda.to_device(units), np.float32(threshold), sign)


def correlation_graph_of_size(
    units: np.ndarray, n_edges: int, sign: str, n_threads: int = 1
) -> tuple[np.ndarray, np.ndarray, float]:
    """Bits, strengths and threshold of the ``n_edges`` strongest pairs, and those that tie.

    The threshold is found bit by bit: each histogram says by which few its key goes on.
    """
    if n_edges == 0:
        return empty_bits(len(units)), np.zeros(len(units)), float("inf")
    on_device = cuda.to_device(units)
    known, missing = 0, n_edges
    n_blocks = min(_n_tiles(len(units)) ** 2, HISTOGRAM_BLOCKS)
    for shift, n_bits in STEPS:
        counts = cuda.to_device(np.zeros(2**n_bits, dtype=np.int64))
        blocks.count_keys[n_blocks, THREADS](
            on_device, SIGNS[sign], known, shift, 2**n_bits, counts
        )
        above = np.cumsum(counts.copy_to_host()[::-1])
        place = int(np.searchsorted(above, missing))
        missing -= int(above[place - 1]) if place else 0
        known = known * 2**n_bits + 2**n_bits - 1 - place
    threshold = _weight(known)
    return *_join(on_device, np.float32(threshold), sign), threshold


def _weight(key: int) -> float:
    """Weight of a key; see ``count_keys``."""
    pattern = key ^ 2**31 if key >= 2**31 else key ^ (2**32 - 1)
    return float(np.array(pattern, dtype=np.uint32).view(np.float32))


def _n_tiles(n_nodes: int) -> int:
    return -(-n_nodes // blocks.TILE)


def _join(units: Any, threshold: np.float32, sign: str) -> tuple[np.ndarray, np.ndarray]:
    n_nodes = len(units)
    n_tiles = _n_tiles(n_nodes)
    bits = empty_bits(n_nodes)
    if n_nodes == 0:
        return bits, np.zeros(0)
    on_device = cuda.to_device(bits)
    parts = cuda.device_array((n_tiles, n_nodes), dtype=np.float32)
    strengths = cuda.device_array(n_nodes)
    blocks.join[(n_tiles, n_tiles), THREADS](units, SIGNS[sign], threshold, on_device, parts)
    blocks.add_up[-(-n_nodes // 64), 64](parts, strengths)
    on_device.copy_to_host(bits)
    return bits, strengths.copy_to_host()


def triangles(bits: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.triangles`."""
    n_nodes = len(bits)
    n_ends = int(np.bitwise_count(bits).sum(dtype=np.int64))
    if n_ends == 0:
        return np.zeros(n_nodes, dtype=np.int64)
    on_device = cuda.to_device(bits)
    if n_ends > DENSE * n_nodes**2 and _may_be_dense(bits):
        return _from_products(on_device, squares=False)
    counts = cuda.device_array(n_nodes, dtype=np.int64)
    # a warp for about eight neighbours, four at most
    n_warps = 1 << min(3, n_ends // (8 * n_nodes)).bit_length()
    blocks.count_common[n_nodes, n_warps * blocks.LANES](on_device, counts)
    found: np.ndarray = counts.copy_to_host()
    return found


def four_cycles(bits: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.four_cycles`."""
    n_nodes = len(bits)
    if n_nodes == 0:
        return np.zeros(0, dtype=np.int64)
    on_device = cuda.to_device(bits)
    if _may_be_dense(bits):
        return _from_products(on_device, squares=True)
    counts = cuda.to_device(np.zeros(n_nodes, dtype=np.int64))
    n_tiles = _n_tiles(n_nodes)
    blocks.count_squares[(n_tiles, n_tiles), THREADS](on_device, counts)
    found: np.ndarray = counts.copy_to_host()
    return found


def _may_be_dense(bits: np.ndarray) -> bool:
    """Whether tensor cores can be asked, and the ones and zeros take little memory."""
    return 64 * bits.size <= MOST_DENSE and _cublas() is not None


@cache
def _cublas() -> Any:
    """Library that multiplies bytes on tensor cores; None where cupy is not installed."""
    try:
        from cupy.cuda import cublas
    except ImportError:
        return None
    return cublas


def _from_products(bits: Any, *, squares: bool) -> np.ndarray:
    """Cycles from the adjacency times itself, a panel of rows at a time."""
    n_nodes, n_words = bits.shape
    # cublas wants sizes that four divides; rows of nobody have no neighbours
    dense = cuda.to_device(np.zeros((-(-n_nodes // 64) * 64, 64 * n_words), dtype=np.int8))
    blocks.spread[-(-n_nodes * n_words // 64), 64](bits, dense)
    counts = cuda.device_array(n_nodes, dtype=np.int64)
    memory = cuda.device_array((PANEL, len(dense)), dtype=np.int32)
    for first in range(0, n_nodes, PANEL):
        panel = dense[first : first + PANEL]
        products = memory[: len(panel)]
        _multiply(panel, dense, products)
        n_rows = min(PANEL, n_nodes - first)
        blocks.sum_products[n_rows, 128](dense, products, first, int(squares), counts)
    found: np.ndarray = counts.copy_to_host()
    return found


def _multiply(panel: Any, dense: Any, products: Any) -> None:
    """Products of the rows of a panel with all rows: bytes into 32-bit integers."""
    import cupy
    from cupy.cuda import cublas, runtime

    one, zero = np.array(1, dtype=np.int32), np.array(0, dtype=np.int32)
    left, right, out = (cupy.asarray(each) for each in (dense, panel, products))
    (n_all, width), n_rows = left.shape, len(right)
    handle = cupy.cuda.device.get_cublas_handle()
    mode = cublas.getPointerMode(handle)
    cublas.setPointerMode(handle, cublas.CUBLAS_POINTER_MODE_HOST)
    # cublas counts by columns: rows of ours are columns of its, and so are the products'
    try:
        cublas.gemmEx(
            handle, cublas.CUBLAS_OP_T, cublas.CUBLAS_OP_N, n_all, n_rows, width,
            one.ctypes.data, left.data.ptr, runtime.CUDA_R_8I, width,
            right.data.ptr, runtime.CUDA_R_8I, width,
            zero.ctypes.data, out.data.ptr, INTEGERS, n_all,
            cublas.CUBLAS_COMPUTE_32I, cublas.CUBLAS_GEMM_DEFAULT,
        )  # fmt: skip
    finally:
        cublas.setPointerMode(handle, mode)
