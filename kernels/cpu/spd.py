"""SPD matrices by LAPACK and BLAS, in pieces that fit the cache and release Python's lock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from threading import local

import numpy as np

from neurokit.kernels.cpu import tridiagonal
from neurokit.kernels.threads import in_threads

CACHE = 2**16  # numbers of a piece: half a megabyte, so that what one step writes the next finds


def distances_riemann(
    matrices: np.ndarray, references: np.ndarray, n_threads: int = 1
) -> np.ndarray:
    """See :func:`neurokit.kernels.distances_riemann`."""
    distances = np.empty((len(matrices), len(references)))
    pairs = [_whitener(references[k : k + 2]) for k in range(0, len(references), 2)]

    def measure(group: slice) -> None:
        room = tridiagonal.room(matrices.shape[1])
        norms = np.empty(len(matrices))
        for piece in _pieces(group, references[0].size):
            for first, (frame, scales) in enumerate(pairs):
                seen = _congruent(matrices[piece], frame)
                for k, scale in enumerate(scales):
                    scaled = seen * scale
                    tridiagonal.square_norms(scaled, tridiagonal.rules(), room, norms[piece])
                    for i in piece.start + np.flatnonzero(norms[piece] < 0):
                        norms[i] = _square_norm(matrices[i], references[2 * first + k])
                    distances[piece, 2 * first + k] = np.sqrt(norms[piece])

    in_threads(measure, _groups(len(matrices), n_threads), n_threads)
    return distances


def _whitener(pair: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Frame in which one matrix is I and the other diagonal, and what makes each of them I."""
    frame = np.linalg.inv(np.linalg.cholesky(pair[0]))
    values, vectors = np.linalg.eigh(frame @ pair[-1] @ frame.T)
    roots = values**-0.5
    scales = [np.ones_like(pair[0]), roots[:, None] * roots]
    return vectors.T @ frame, scales[: len(pair)]


def _square_norm(matrix: np.ndarray, reference: np.ndarray) -> float:
    """Squared distance by eigenvalues, for spectra too wide for the rules."""
    frame = np.linalg.inv(np.linalg.cholesky(reference))
    return float(np.sum(np.log(np.linalg.eigvalsh(frame @ matrix @ frame.T)) ** 2))


def tangent_vectors(matrices: np.ndarray, whitener: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.tangent_vectors`; the whitener is the reference to the -1/2."""
    room = local()

    def logarithms(piece: slice) -> np.ndarray:
        seen = _congruent(matrices[piece], whitener)
        logs = np.empty_like(seen)
        if not hasattr(room, "arrays"):
            room.arrays = tridiagonal.room(len(whitener))
        tridiagonal.logarithms(seen, tridiagonal.rules(), room.arrays, logs)
        for i in np.flatnonzero(np.isnan(logs[:, 0, 0])):
            values, vectors = np.linalg.eigh(whitener @ matrices[piece][i] @ whitener)
            logs[i] = (vectors * np.log(values)) @ vectors.T
        return logs

    return _vectors(logarithms, matrices.shape, n_threads)


class Cloud:
    """See :class:`neurokit.kernels.karcher.Cloud`; Hessians are in single precision."""

    def __init__(self, matrices: np.ndarray, weights: np.ndarray, n_threads: int = 1) -> None:
        self.matrices = matrices
        self.weights = weights
        self.n_threads = n_threads
        self.decomposed = False
        self.logs = np.empty(matrices.shape[:2])
        self.vectors = np.empty_like(matrices)  # in rows, so that a piece is one tall matrix
        self.curvature = np.empty(matrices.shape, dtype=np.float32)

    def mean(self) -> np.ndarray:
        """Weighted sum of the matrices."""
        return self._sum(lambda piece: self._weigh(piece, self.matrices[piece]))

    def mean_inverse(self) -> np.ndarray:
        """Weighted sum of the inverses."""
        return self._sum(lambda piece: self._weigh(piece, np.linalg.inv(self.matrices[piece])))

    def mean_logarithm(self, frame: np.ndarray) -> np.ndarray:
        """Move, decompose, and sum the logarithms."""

        def add(piece: slice) -> np.ndarray:
            self._decompose(piece, self._seen(piece, frame))
            logs, vectors = self.logs[piece], self.vectors[piece]
            _curvature(logs, self.curvature[piece])
            # shifted to positive numbers, whose roots make one symmetric product
            shift = 1 - logs.min()
            rows = vectors * np.sqrt(self.weights[piece, None] * (logs + shift))[:, :, None]
            rows = rows.reshape(-1, len(frame))
            logarithm = rows.T @ rows
            logarithm.flat[:: len(frame) + 1] -= shift * self.weights[piece].sum()
            return logarithm

        logarithm = self._sum(add)
        self.decomposed = True
        return logarithm

    def hessian(self, direction: np.ndarray) -> np.ndarray:
        """Weighted sum of the Hessians along a direction."""
        single = direction.astype(np.float32)

        def add(piece: slice) -> np.ndarray:
            vectors = self.vectors[piece].astype(np.float32)
            bent = self._bend(piece, vectors, single)
            bent *= self.weights[piece, None, None].astype(np.float32)
            rows = vectors.reshape(-1, len(single))
            total: np.ndarray = rows.T @ (bent @ vectors).reshape(rows.shape)
            return total

        return self._sum(add)

    def steepness(self) -> float:
        """Weighted mean of the largest curvatures."""
        return float(self.weights @ self.curvature.max(axis=(1, 2)))

    def tangent_vectors(self, step: np.ndarray, rotation: np.ndarray) -> np.ndarray:
        """Logarithms one small step on."""
        single = step.astype(np.float32)

        def logarithms(piece: slice) -> np.ndarray:
            vectors = self.vectors[piece].astype(np.float32)
            middle = -self._bend(piece, vectors, single).astype(np.float64)
            diagonal = np.arange(len(step))
            middle[:, diagonal, diagonal] += self.logs[piece]
            turned = self.vectors[piece] @ rotation
            return turned.transpose(0, 2, 1) @ (middle @ turned)

        return _vectors(logarithms, self.matrices.shape, self.n_threads)

    def _seen(self, piece: slice, frame: np.ndarray) -> np.ndarray:
        """Give the matrices of a piece in a frame, from their decompositions once there are any."""
        if not self.decomposed:
            return frame @ (self.matrices[piece] @ frame.T)
        roots = np.exp(self.logs[piece] / 2)[:, :, None] * (self.vectors[piece] @ frame.T)
        return roots.transpose(0, 2, 1) @ roots

    def _decompose(self, piece: slice, seen: np.ndarray) -> None:
        values, vectors = np.linalg.eigh(seen)
        np.log(values, out=self.logs[piece])
        self.vectors[piece] = vectors.transpose(0, 2, 1)

    def _bend(self, piece: slice, vectors: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """Apply each matrix's Hessian to a direction, in the basis of its vectors."""
        turned = vectors.reshape(-1, len(direction)) @ direction
        bent: np.ndarray = turned.reshape(vectors.shape) @ vectors.transpose(0, 2, 1)
        bent *= self.curvature[piece]
        return bent

    def _weigh(self, piece: slice, stack: np.ndarray) -> np.ndarray:
        return np.tensordot(self.weights[piece], stack, axes=1)

    def _sum(self, part: Callable[[slice], np.ndarray]) -> np.ndarray:
        """Add the parts of all pieces, in an order that does not depend on the threads."""

        def add(group: slice) -> np.ndarray:
            total = np.zeros(self.matrices.shape[1:])
            for piece in _pieces(group, total.size):
                total += part(piece)
            return total

        groups = in_threads(add, _groups(len(self.matrices)), self.n_threads)
        total: np.ndarray = np.sum(groups, axis=0)
        return total


def _vectors(
    logarithms: Callable[[slice], np.ndarray], shape: tuple[int, int, int], n_threads: int
) -> np.ndarray:
    """Upper triangles, row by row, of logarithms whose lower ones come in pieces."""
    n = shape[1]
    rows, columns = np.triu_indices(n)
    factors = np.where(rows == columns, 1.0, np.sqrt(2.0))
    entries = columns * n + rows
    vectors = np.empty((shape[0], len(rows)))

    def fill(group: slice) -> None:
        for piece in _pieces(group, n * n):
            flat = logarithms(piece).reshape(-1, n * n)
            # a mode other than "raise" writes to its place at once
            flat.take(entries, axis=1, out=vectors[piece], mode="clip")
            vectors[piece] *= factors

    in_threads(fill, _groups(shape[0], n_threads), n_threads)
    return vectors


def _congruent(matrices: np.ndarray, frame: np.ndarray) -> np.ndarray:
    """F C F', all that a tridiagonalisation reads of it: nothing of the lower left quarter."""
    right = matrices @ frame.T
    half = len(frame) // 2
    result = np.empty_like(matrices)
    np.matmul(frame[:half], right, out=result[:, :half])
    np.matmul(frame[half:], right[:, :, half:], out=result[:, half:, half:])
    return result


def _curvature(logs: np.ndarray, out: np.ndarray) -> None:
    """Fill in x coth x with x half the difference of two logarithms."""
    single = logs.astype(np.float32)
    half = single[:, :, None] - single[:, None, :]
    np.abs(half, out=half)
    half *= np.float32(0.5)
    np.maximum(half, np.float32(1e-5), out=half)  # where the limit, one, is reached
    np.divide(half, np.tanh(half), out=out)


def _groups(n_matrices: int, n_threads: int = 2) -> list[slice]:
    """Cut the matrices into what one thread does at a time, enough to balance many threads.

    Sums must not depend on the number of threads, so they do not give it.
    """
    n_groups = min(n_matrices, 1 if n_threads == 1 else 8 if n_matrices < 128 else 32)
    edges = np.linspace(0, n_matrices, n_groups + 1).astype(int)
    return [slice(first, last) for first, last in pairwise(edges)]


def _pieces(group: slice, size: int) -> Iterator[slice]:
    """Cut a group into pieces that stay in the cache."""
    length = max(1, CACHE // size)
    for first in range(group.start, group.stop, length):
        yield slice(first, min(first + length, group.stop))
