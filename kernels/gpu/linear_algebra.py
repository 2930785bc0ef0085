"""Stacks of small symmetric matrices on a CUDA device: one block of threads a matrix."""

# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator"

from __future__ import annotations

import math
from typing import Any

from numba import cuda, float64, int32

SWEEPS = 30
SHARED_BYTES = 48 * 1024  # what every device grants a block without asking
MAX_PAIRS = 512


def threads(n: int) -> int:
    """Threads of a block: a power of two, no fewer than the matrix has rows up to 256."""
    return min(256, 1 << max(n - 1, 0).bit_length())


def shared_bytes(n: int) -> int:
    """Bytes of shared memory for a matrix and its vectors; none where they do not fit."""
    needed = 2 * n * n * 8
    return needed if needed <= SHARED_BYTES - 3 * MAX_PAIRS * 8 else 0


@cuda.jit
def multiply(left: Any, right: Any, turn_left: int, turn_right: int, out: Any) -> None:
    """Product of each two matrices, either of them transposed; a stack of one serves them all."""
    i = cuda.blockIdx.x
    n = out.shape[1]
    a, b = left[i % left.shape[0]], right[i % right.shape[0]]
    for entry in range(cuda.threadIdx.x, n * n, cuda.blockDim.x):
        row, column = entry // n, entry % n
        total = 0.0
        for k in range(n):
            x = a[k, row] if turn_left else a[row, k]
            y = b[column, k] if turn_right else b[k, column]
            total += x * y
        out[i, row, column] = total


@cuda.jit
def scale_columns(matrices: Any, factors: Any, out: Any) -> None:
    """Multiply each column of each matrix by its factor."""
    i = cuda.blockIdx.x
    n = out.shape[1]
    for entry in range(cuda.threadIdx.x, n * n, cuda.blockDim.x):
        row, column = entry // n, entry % n
        out[i, row, column] = matrices[i, row, column] * factors[i, column]


@cuda.jit
def bend(logs: Any, inout: Any) -> None:
    """Multiply each entry by x coth x, with x half the difference of two logarithms."""
    i = cuda.blockIdx.x
    n = inout.shape[1]
    for entry in range(cuda.threadIdx.x, n * n, cuda.blockDim.x):
        row, column = entry // n, entry % n
        x = max(abs(logs[i, row] - logs[i, column]) / 2, 1e-9)
        inout[i, row, column] *= x * (math.exp(x) + math.exp(-x)) / (math.exp(x) - math.exp(-x))


@cuda.jit
def weighted_sum(stack: Any, weights: Any, out: Any) -> None:
    """Sum of the matrices, in their order: the same bits every time."""
    n = out.shape[0]
    entry = cuda.grid(1)
    if entry < n * n:
        total = 0.0
        for i in range(stack.shape[0]):
            total += weights[i] * stack[i, entry // n, entry % n]
        out[entry // n, entry % n] = total


@cuda.jit(device=True)
def rotation(p: float, q: float, between: float) -> tuple[float, float]:
    """Cosine and sine that make the entry between two diagonal ones zero."""
    if abs(between) <= 1e-15 * math.sqrt(abs(p * q)):
        return 1.0, 0.0
    slope = (q - p) / (2 * between)
    tangent = 1 / (abs(slope) + math.sqrt(1 + slope * slope))
    if slope < 0:
        tangent = -tangent
    cosine = 1 / math.sqrt(1 + tangent * tangent)
    return cosine, tangent * cosine


@cuda.jit(device=True)
def pair(k: int, play: int, players: int) -> tuple[int, int]:
    """Find who meets at table k of a round of a tournament; the last player keeps the first one."""
    if k == 0:
        return play, players - 1
    p, q = (play + k) % (players - 1), (play - k + players - 1) % (players - 1)
    return min(p, q), max(p, q)


@cuda.jit(device=True)
def turn(flat: Any, p: int, q: int, c: float, s: float) -> None:
    """Rotate two numbers."""
    x, y = flat[p], flat[q]
    flat[p], flat[q] = c * x - s * y, s * x + c * y


@cuda.jit
def jacobi(matrices: Any, vectors: Any, values: Any, in_shared: int) -> None:
    """Eigenvalues and eigenvectors (in columns) by cyclic rotations of disjoint pairs.

    The pairs of a round are those of a tournament, so that all threads rotate at once. Matrix
    and vectors stay in shared memory where they fit, else where they are.
    """
    i = cuda.blockIdx.x
    n, t, step = matrices.shape[1], cuda.threadIdx.x, cuda.blockDim.x
    room = cuda.shared.array(0, float64)
    cosines = cuda.shared.array(MAX_PAIRS, float64)
    sines = cuda.shared.array(MAX_PAIRS, float64)
    turned = cuda.shared.array(1, int32)
    a = room[: n * n] if in_shared else matrices[i].reshape(n * n)
    v = room[n * n : 2 * n * n] if in_shared else vectors[i].reshape(n * n)
    for entry in range(t, n * n, step):
        a[entry] = matrices[i, entry // n, entry % n]
        v[entry] = 1.0 if entry // n == entry % n else 0.0
    players = n + n % 2
    half = players // 2
    for _ in range(SWEEPS):
        cuda.syncthreads()
        if t == 0:
            turned[0] = 0
        for play in range(players - 1):
            cuda.syncthreads()
            for k in range(t, half, step):
                p, q = pair(k, play, players)
                cosines[k], sines[k] = 1.0, 0.0
                if q < n:
                    c, s = rotation(a[p * n + p], a[q * n + q], a[p * n + q])
                    cosines[k], sines[k] = c, s
                    if s != 0:
                        turned[0] = 1
            cuda.syncthreads()
            for work in range(t, half * n, step):
                k, j = work // n, work % n
                p, q = pair(k, play, players)
                if q < n and sines[k] != 0:
                    turn(a, p * n + j, q * n + j, cosines[k], sines[k])
            cuda.syncthreads()
            for work in range(t, half * n, step):
                k, j = work // n, work % n
                p, q = pair(k, play, players)
                if q < n and sines[k] != 0:
                    turn(a, j * n + p, j * n + q, cosines[k], sines[k])
                    turn(v, j * n + p, j * n + q, cosines[k], sines[k])
        cuda.syncthreads()
        if turned[0] == 0:
            break
    for entry in range(t, n * n, step):
        vectors[i, entry // n, entry % n] = v[entry]
    for k in range(t, n, step):
        values[i, k] = a[k * n + k]
