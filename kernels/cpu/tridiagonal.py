"""Logarithms of symmetric positive definite matrices without their eigenvalues.

LAPACK turns a matrix into a tridiagonal one. Then the integral of ``(z - 1) / (1 + s (z - 1))``
over ``s`` from 0 to 1, which is ``log z``, becomes a sum over Gauss-Legendre nodes; with the weight
``2 log((1 - s) / s)`` it is ``log(z) ** 2``. What remains is to invert tridiagonal matrices, which
costs next to nothing. The error falls by ``coth(range / 8)`` with each node (twice for the
logarithm), ``range`` being that of the logarithms.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numba import njit

from neurokit.kernels.cpu.lapack import (
    LETTERS,
    C,
    F,
    L,
    N,
    R,
    T,
    U,
    dgemm,
    dlarft,
    dsymm,
    dsyr2k,
    dsytrd,
    dtrmm,
)

SIZES = np.array([8, 16, 24, 32, 48, 64, 96, 128, 192, 256])
ENDS = np.cumsum(SIZES)
DIGITS = 30.0  # natural logarithm of the accuracy asked of a rule
STEP = 1.35  # of the search for the ends of a spectrum
BLOCK = 32  # reflections that are applied together


@cache
def rules() -> np.ndarray:
    """Nodes in (0, 1), weights for the logarithm, weights for its square; all sizes in a row."""
    return np.concatenate([_rule(int(size)) for size in SIZES], axis=1)


def _rule(size: int) -> np.ndarray:
    """Gauss-Legendre, and on the same nodes the interpolating rule of the weighted integral."""
    x, w = np.polynomial.legendre.leggauss(size)
    # the integral of log((1 - s) / s) times the Legendre polynomial of an odd degree
    degrees = np.arange(1, size, 2)
    moments = np.zeros(size)
    moments[degrees] = -2 / (degrees * (degrees + 1)) * (2 * degrees + 1)
    return np.stack([(x + 1) / 2, w / 2, w * np.polynomial.legendre.legval(x, moments)])


def room(n: int) -> tuple[np.ndarray, ...]:
    """Working memory of one thread: allocated here, since allocations take long to compile."""
    return (
        np.empty((3, n)),  # diagonal, off-diagonal, factors of the reflections
        np.empty((4, max(n, SIZES[-1]))),  # recurrences
        np.empty(64 * n),  # LAPACK's
        np.empty((2 * BLOCK, n)),  # reflections, and the matrix times them
        np.empty((2, BLOCK, BLOCK)),
        np.array([n, 64 * n, 0, 0, 0], dtype=np.int32),
        np.array([1.0, 0.0, -1.0, -0.5]),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def end_of_spectrum(d: Any, e: Any, shift: float, sign: float) -> float:
    """Go on from within the spectrum until sign (T - shift), by its pivots, is definite."""
    for _ in range(80):
        least = pivot = sign * (d[0] - shift)
        for j in range(1, len(d)):
            pivot = sign * (d[j] - shift) - e[j - 1] * e[j - 1] / pivot
            least = min(least, pivot)
        if least > 0:
            break
        shift *= STEP**-sign
    return shift


@njit(cache=True, nogil=True, error_model="numpy")
def choose(d: Any, e: Any, digits: float) -> tuple[int, float]:
    """Find the smallest rule that does, -1 where the spectrum is too wide, and its scale."""
    low = high = d[0]
    for j in range(len(d)):
        high = max(high, d[j])
        low = min(low, d[j])
    high, low = end_of_spectrum(d, e, high, -1.0), end_of_spectrum(d, e, low, 1.0)
    nodes = digits / -np.log(np.tanh(max(np.log(high / low), 0.1) / 8))
    for which in range(len(SIZES)):
        if SIZES[which] >= nodes:
            return which, np.sqrt(low * high)
    return -1, 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def square_norms(matrices: Any, rules: Any, room: Any, out: Any) -> None:
    """Squared norms of the logarithms, -1 where no rule does; the matrices are overwritten."""
    three, recurrences, work, _, _, sizes, _ = room
    d, e = three[0], three[1]
    pivot, slope, total = recurrences[0], recurrences[1], recurrences[2]
    for i in range(len(matrices)):
        tridiagonalise(matrices[i], three, work, sizes)
        which, scale = choose(d, e, DIGITS)
        out[i] = -1.0
        if which < 0:
            continue
        size = SIZES[which]
        first = ENDS[which] - size
        for k in range(size):
            pivot[k], slope[k], total[k] = 1.0, 0.0, 0.0
        for j in range(len(d)):
            a = d[j] / scale - 1
            b = (e[j - 1] / scale) ** 2 if j else 0.0
            # the derivative of log det(1 + s (T - 1)) by s, from that of each pivot
            for k in range(size):
                s, r = rules[0, first + k], 1 / pivot[k]
                total[k] += slope[k] * r
                slope[k] = a - 2 * s * b * r + s * s * b * r * r * slope[k]
                pivot[k] = 1 + s * a - s * s * b * r
        shift = np.log(scale)
        norm = len(d) * shift**2
        for k in range(size):
            weight = rules[2, first + k] + 2 * shift * rules[1, first + k]
            norm += weight * (total[k] + slope[k] / pivot[k])
        out[i] = max(norm, 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def logarithms(matrices: Any, rules: Any, room: Any, out: Any) -> None:
    """Fill in lower triangles of logarithms, NaN where no rule does; overwrites the matrices."""
    three, recurrences, work, rows, small, sizes, numbers = room
    d, e, n = three[0], three[1], matrices.shape[1]
    forth, back, ratio, column = recurrences
    for i in range(len(matrices)):
        tridiagonalise(matrices[i], three, work, sizes)
        which, scale = choose(d, e, DIGITS / 2)
        constant = np.log(scale) if which >= 0 else np.nan
        out[i] = 0.0
        for k in range(ENDS[which] - SIZES[which], ENDS[which] if which >= 0 else 0):
            s, weight = rules[0, k] / scale, rules[1, k] / rules[0, k]
            one = 1 - rules[0, k]
            constant += weight
            forth[0] = one + s * d[0]
            for j in range(1, n):
                forth[j] = one + s * d[j] - (s * e[j - 1]) ** 2 / forth[j - 1]
            back[n - 1] = one + s * d[n - 1]
            for j in range(n - 2, -1, -1):
                back[j] = one + s * d[j] - (s * e[j]) ** 2 / back[j + 1]
                ratio[j] = -s * e[j] / back[j + 1]
            # a column of the inverse, above the diagonal, is the last one times a number
            for j in range(n):
                column[j] = weight / (forth[j] + back[j] - one - s * d[j])
                row, factor = out[i, j], ratio[j]
                for h in range(j + 1):
                    row[h] -= column[h]
                    column[h] *= factor
        for j in range(n):
            out[i, j, j] += constant
        turn_back(matrices[i], three[2], out[i], rows, small, sizes, numbers)


@njit(cache=True, nogil=True, error_model="numpy")
def tridiagonalise(matrix: Any, three: Any, work: Any, sizes: Any) -> None:
    """Overwrite a symmetric matrix with the reflections that make it tridiagonal."""
    n, step, letter, d = sizes.ctypes.data, 8 * len(matrix), LETTERS.ctypes.data, three.ctypes.data
    dsytrd(
        letter + L, n, matrix.ctypes.data, n, d, d + step, d + 2 * step,
        work.ctypes.data, n + 4, n + 8,
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def turn_back(
    reflections: Any, tau: Any, matrix: Any, rows: Any, small: Any, sizes: Any, numbers: Any
) -> None:
    """Apply the reflections to both sides of a symmetric matrix, kept in its lower triangle.

    With ``I - V T V'`` for a block of reflections, ``W = Z V T'`` and ``X = W - V T V' W / 2``,
    ``Z`` becomes ``Z - V X' - X V'``: half of the work that two one-sided products take.
    """
    size, letter = len(matrix), LETTERS.ctypes.data
    n, one = sizes.ctypes.data, numbers.ctypes.data
    b, below, above = n + 8, n + 12, n + 16
    zero, minus, half = one + 8, one + 16, one + 24
    v, t, z = rows.ctypes.data, small.ctypes.data, matrix.ctypes.data
    w, m = v + 8 * BLOCK * size, t + 8 * BLOCK * BLOCK
    first = (max(size - 2, 0) // BLOCK) * BLOCK
    while first >= 0 and size > 1:
        start = first + 1
        sizes[2], sizes[3], sizes[4] = min(BLOCK, size - start), size - start, start
        for k in range(first, first + sizes[2]):
            for j in range(size):
                rows[k - first, j] = reflections[k, j] if j > k + 1 else 0.0
            rows[k - first, k + 1] = 1.0
        corner, strip = z + 8 * (start * size + start), z + 8 * start * size
        v0, w0, t0 = v + 8 * start, w + 8 * start, tau.ctypes.data + 8 * first
        dlarft(letter + F, letter + C, below, b, v0, n, t0, t, b)
        dsymm(letter + L, letter + U, below, b, one, corner, n, v0, n, zero, w0, n)
        dgemm(letter + N, letter + N, above, b, below, one, strip, n, v0, n, zero, w, n)
        dtrmm(letter + R, letter + U, letter + T, letter + N, n, b, one, t, b, w, n)
        dgemm(letter + T, letter + N, b, b, below, one, v0, n, w0, n, zero, m, b)
        dtrmm(letter + L, letter + U, letter + N, letter + N, b, b, one, t, b, m, b)
        dgemm(letter + N, letter + N, below, b, b, half, v0, n, m, b, one, w0, n)
        dsyr2k(letter + U, letter + N, below, b, minus, v0, n, w0, n, one, corner, n)
        dgemm(letter + N, letter + T, above, below, b, minus, w, n, v0, n, one, strip, n)
        first -= BLOCK
