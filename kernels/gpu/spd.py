"""SPD matrices on a CUDA device; only small arrays come back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda

from neurokit.kernels.gpu import linear_algebra as la
from neurokit.kernels.reference.spd import upper


def distances_riemann(
    matrices: np.ndarray, references: np.ndarray, n_threads: int = 1
) -> np.ndarray:
    """See :func:`neurokit.kernels.distances_riemann`."""
    stack = Stack(matrices)
    distances = np.empty((len(matrices), len(references)))
    for k, reference in enumerate(references):
        frame = np.linalg.inv(np.linalg.cholesky(reference))
        values, _ = stack.decompose(stack.congruent(cuda.to_device(matrices), frame))
        distances[:, k] = np.linalg.norm(np.log(values), axis=1)
    return distances


def tangent_vectors(matrices: np.ndarray, whitener: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.tangent_vectors`; the whitener is the reference to the -1/2."""
    stack = Stack(matrices)
    values, vectors = stack.decompose(stack.congruent(cuda.to_device(matrices), whitener))
    return upper(stack.compose(vectors, np.log(values)).copy_to_host())


class Stack:
    """Launches kernels over matrices of one shape."""

    def __init__(self, matrices: np.ndarray) -> None:
        self.shape = matrices.shape
        self.grid = (self.shape[0], la.threads(self.shape[1]))

    def empty(self) -> Any:
        """Make room on the device for one matrix each."""
        return cuda.device_array(self.shape)

    def multiply(self, left: Any, right: Any, *, turn_left: int = 0, turn_right: int = 0) -> Any:
        """Multiply each two matrices, either of them transposed."""
        out = self.empty()
        la.multiply[self.grid](left, right, turn_left, turn_right, out)
        return out

    def congruent(self, matrices: Any, frame: np.ndarray) -> Any:
        """F C F'."""
        one = cuda.to_device(np.ascontiguousarray(frame)[None])
        return self.multiply(self.multiply(one, matrices), one, turn_right=1)

    def decompose(self, matrices: Any) -> tuple[np.ndarray, Any]:
        """Eigenvalues on the host and eigenvectors on the device."""
        work, vectors, values = self.empty(), self.empty(), cuda.device_array(self.shape[:2])
        work.copy_to_device(matrices)
        room = la.shared_bytes(self.shape[1])
        la.jacobi[(*self.grid, 0, room)](work, vectors, values, int(room > 0))
        return values.copy_to_host(), vectors

    def compose(self, vectors: Any, values: np.ndarray) -> Any:
        """V diag(values) V'."""
        scaled = self.empty()
        la.scale_columns[self.grid](vectors, cuda.to_device(values), scaled)
        return self.multiply(scaled, vectors, turn_right=1)


class Cloud:
    """See :class:`neurokit.kernels.karcher.Cloud`."""

    def __init__(self, matrices: np.ndarray, weights: np.ndarray, n_threads: int = 1) -> None:
        self.stack = Stack(matrices)
        self.matrices = cuda.to_device(matrices)
        self.weights = weights

    def mean(self) -> np.ndarray:
        """Weighted sum of the matrices."""
        return self._sum(self.matrices)

    def mean_inverse(self) -> np.ndarray:
        """Weighted sum of the inverses."""
        values, vectors = self.stack.decompose(self.matrices)
        return self._sum(self.stack.compose(vectors, 1 / values))

    def mean_logarithm(self, frame: np.ndarray) -> np.ndarray:
        """Move, decompose, and sum the logarithms."""
        self.matrices = self.stack.congruent(self.matrices, frame)
        values, self.vectors = self.stack.decompose(self.matrices)
        self.logs = np.log(values)
        return self._sum(self.stack.compose(self.vectors, self.logs))

    def hessian(self, direction: np.ndarray) -> np.ndarray:
        """Weighted sum of the Hessians along a direction."""
        return self._sum(self._bent(direction))

    def steepness(self) -> float:
        """Weighted mean of the largest curvatures."""
        half = np.maximum(np.ptp(self.logs, axis=1) / 2, 1e-9)
        return float(self.weights @ (half / np.tanh(half)))

    def tangent_vectors(self, step: np.ndarray, rotation: np.ndarray) -> np.ndarray:
        """Logarithms one small step on."""
        logarithms = self.stack.compose(self.vectors, self.logs).copy_to_host()
        logarithms -= self._bent(step).copy_to_host()
        return upper(rotation.T @ logarithms @ rotation)

    def _bent(self, direction: np.ndarray) -> Any:
        """Apply each matrix's Hessian to a direction."""
        one = cuda.to_device(np.ascontiguousarray(direction)[None])
        turned = self.stack.multiply(self.vectors, one, turn_left=1)
        seen = self.stack.multiply(turned, self.vectors)
        la.bend[self.stack.grid](cuda.to_device(self.logs), seen)
        back = self.stack.multiply(self.vectors, seen)
        return self.stack.multiply(back, self.vectors, turn_right=1)

    def _sum(self, stack: Any) -> np.ndarray:
        """Add up the weighted matrices of a stack."""
        n = self.stack.shape[1]
        out = cuda.device_array((n, n))
        blocks = -(-n * n // 64)
        la.weighted_sum[blocks, 64 if n > 8 else n * n](stack, cuda.to_device(self.weights), out)
        result: np.ndarray = out.copy_to_host()
        return result
