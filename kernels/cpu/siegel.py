"""The Siegel disk, whole stacks at a time through LAPACK; compiled loops are no faster here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np


class Roots:
    """Square root of SPD matrices and its inverse, from one decomposition."""

    def __init__(self, matrices: np.ndarray) -> None:
        self._values, self._vectors = np.linalg.eigh(matrices)

    @cached_property
    def root(self) -> np.ndarray:
        """Square root."""
        return _spectral(self._vectors, self._values**0.5)

    @cached_property
    def inverse(self) -> np.ndarray:
        """Inverse of the square root."""
        return _spectral(self._vectors, self._values**-0.5)


def translation(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(I - W W')^-1/2 (P - W) (I - W' P)^-1 (I - W' W)^1/2."""
    W, identity = reference, np.eye(len(reference))
    left, right = Roots(identity - W @ W.T).inverse, Roots(identity - W.T @ W).root
    # A B^-1 is the transpose of the solution of B' x = A'
    moved = np.linalg.solve(transposed(identity - W.T @ points), transposed(left @ (points - W)))
    return transposed(moved) @ right


def logarithms(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """P f(P'P) with f(s) = artanh(sqrt s) / sqrt s, of the translated points P."""
    return _of_singular_values(translation(points, reference), np.arctanh)


def exponentials(vectors: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Translate P f(P'P) with f(s) = tanh(sqrt s) / sqrt s back."""
    return translation(_of_singular_values(vectors, np.tanh), -reference)


def distances(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Norm of artanh of the singular values of the translated points."""
    moved = translation(points, reference)
    squares = np.linalg.eigvalsh(transposed(moved) @ moved)
    return np.linalg.norm(np.arctanh(np.sqrt(np.maximum(squares, 0))), axis=-1)


def _of_singular_values(matrices: np.ndarray, function: Callable[..., np.ndarray]) -> np.ndarray:
    """Apply an odd function to the singular values, without the dearer SVD."""
    squares, vectors = np.linalg.eigh(transposed(matrices) @ matrices)
    # both functions are x + O(x^3): below this they divide to one
    values = np.sqrt(np.maximum(squares, 1e-30))
    return matrices @ _spectral(vectors, function(values) / values)


def _spectral(vectors: np.ndarray, values: np.ndarray) -> np.ndarray:
    return (vectors * values[..., None, :]) @ transposed(vectors)


def transposed(matrices: np.ndarray) -> np.ndarray:
    """Each matrix transposed, as a view."""
    return matrices.swapaxes(-1, -2)
