"""SPD matrices in plain NumPy."""

from __future__ import annotations

import numpy as np


def distances_riemann(
    matrices: np.ndarray, references: np.ndarray, n_threads: int = 1
) -> np.ndarray:
    """See :func:`neurokit.kernels.distances_riemann`."""
    distances = np.empty((len(matrices), len(references)))
    for k, reference in enumerate(references):
        whitener = np.linalg.inv(np.linalg.cholesky(reference))
        values = np.linalg.eigvalsh(whitener @ matrices @ whitener.T)
        distances[:, k] = np.linalg.norm(np.log(values), axis=1)
    return distances


def tangent_vectors(matrices: np.ndarray, whitener: np.ndarray, n_threads: int = 1) -> np.ndarray:
    """See :func:`neurokit.kernels.tangent_vectors`; the whitener is the reference to the -1/2."""
    values, vectors = np.linalg.eigh(whitener @ matrices @ whitener)
    return upper((vectors * np.log(values)[:, None]) @ vectors.transpose(0, 2, 1))


def upper(logarithms: np.ndarray) -> np.ndarray:
    """Upper triangles, row by row, off the diagonal times the square root of two."""
    rows, columns = np.triu_indices(logarithms.shape[1])
    weights = np.where(rows == columns, 1.0, np.sqrt(2.0))
    vectors: np.ndarray = logarithms[:, rows, columns] * weights
    return vectors


class Cloud:
    """See :class:`neurokit.kernels.karcher.Cloud`."""

    def __init__(self, matrices: np.ndarray, weights: np.ndarray, n_threads: int = 1) -> None:
        self.matrices = matrices
        self.weights = weights

    def mean(self) -> np.ndarray:
        """Weighted sum of the matrices."""
        return self._sum(self.matrices)

    def mean_inverse(self) -> np.ndarray:
        """Weighted sum of the inverses."""
        return self._sum(np.linalg.inv(self.matrices))

    def mean_logarithm(self, frame: np.ndarray) -> np.ndarray:
        """Move, decompose, and sum the logarithms."""
        self.matrices = frame @ self.matrices @ frame.T
        values, self.vectors = np.linalg.eigh(self.matrices)
        self.logs = np.log(values)
        half = np.abs(self.logs[:, :, None] - self.logs[:, None, :]) / 2
        half = np.maximum(half, 1e-9)
        self.curvature = half / np.tanh(half)
        diagonal = self.logs[:, :, None] * np.eye(self.logs.shape[1])
        return self._sum(self._back(diagonal))

    def hessian(self, direction: np.ndarray) -> np.ndarray:
        """Weighted sum of the Hessians along a direction."""
        return self._sum(self._back(self.curvature * self._there(direction)))

    def steepness(self) -> float:
        """Weighted mean of the largest curvatures."""
        return float(self.weights @ self.curvature.max(axis=(1, 2)))

    def tangent_vectors(self, step: np.ndarray, rotation: np.ndarray) -> np.ndarray:
        """Logarithms one small step on."""
        diagonal = self.logs[:, :, None] * np.eye(self.logs.shape[1])
        logarithms = self._back(diagonal - self.curvature * self._there(step))
        return upper(rotation.T @ logarithms @ rotation)

    def _there(self, direction: np.ndarray) -> np.ndarray:
        seen: np.ndarray = self.vectors.transpose(0, 2, 1) @ direction @ self.vectors
        return seen

    def _back(self, seen: np.ndarray) -> np.ndarray:
        logarithms: np.ndarray = self.vectors @ seen @ self.vectors.transpose(0, 2, 1)
        return logarithms

    def _sum(self, stack: np.ndarray) -> np.ndarray:
        return np.tensordot(self.weights, stack, axes=1)
