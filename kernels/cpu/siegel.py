"""The Siegel disk, whole stacks at a time through LAPACK; compiled loops are no faster here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

import numpy as np

# squared singular values up to here are served by a series, of that many digits
_FARTHEST, _DIGITS = 0.75, 14


class Roots:
    """Square root of SPD matrices and its inverse, from one decomposition."""

    def __init__(self, matrices: np.ndarray) -> None:
        self._values, self._vectors = np.linalg.eigh(matrices)

    @cached_property
    def root(self) -> np.ndarray:
        """Square root."""
        return spectral(self._vectors, self._values**0.5)

    @cached_property
    def inverse(self) -> np.ndarray:
        """Inverse of the square root."""
        return spectral(self._vectors, self._values**-0.5)


def translation(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(I - W W')^-1/2 (P - W) (I - W' P)^-1 (I - W' W)^1/2."""
    left, right = _sides(reference.tobytes(), len(reference))
    return _move(points, reference, left, right)


def _move(points: np.ndarray, W: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return left @ (points - W) @ np.linalg.inv(np.eye(len(W)) - W.T @ points) @ right


@lru_cache(maxsize=4)
def _sides(reference: bytes, n: int) -> tuple[np.ndarray, np.ndarray]:
    """(I - W W')^-1/2 and (I - W' W)^1/2, the same for W and -W; a mean asks twice for each."""
    W = np.frombuffer(reference).reshape(n, n)
    U, sigma, Vh = np.linalg.svd(W)
    # (1 - s)(1 + s) keeps the digits of a singular value near one
    gap = np.sqrt((1 - sigma) * (1 + sigma))
    return U / gap @ U.T, (Vh.T * gap) @ Vh


def logarithms(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """P f(P'P) with f(s) = artanh(sqrt s) / sqrt s, of the translated points P."""
    moved = translation(points, reference)
    squares = transposed(moved) @ moved
    # no less than the largest eigenvalue
    largest = np.linalg.norm(squares @ squares, axis=(-1, -2)) ** 0.5
    far = largest > _FARTHEST
    if not far.any():
        return moved @ _series(squares, largest.max())
    vectors = _of_singular_values(moved, np.arctanh)
    if not far.all():
        near = ~far
        vectors[near] = moved[near] @ _series(squares[near], largest[near].max())
    return vectors


def exponentials(vectors: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Translate P f(P'P) with f(s) = tanh(sqrt s) / sqrt s back."""
    left, right = _sides(reference.tobytes(), len(reference))
    return _move(_of_singular_values(vectors, np.tanh), -reference, left, right)


def distances(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Norm of artanh of the singular values of the translated points."""
    moved = translation(points, reference)
    squares = np.linalg.eigvalsh(transposed(moved) @ moved)
    return np.linalg.norm(np.arctanh(np.sqrt(np.maximum(squares, 0))), axis=-1)


def _series(S: np.ndarray, largest: float) -> np.ndarray:
    """Sum S^k / (2 k + 1), the power series of artanh(sqrt s) / sqrt s, by few products.

    A product is twenty to seventy times cheaper than an eigendecomposition of that size. All terms
    are positive, so that nothing cancels.
    """
    n_terms = 1 + int(np.ceil(_DIGITS / -np.log10(max(largest, 1e-3))))
    # Paterson and Stockmeyer: blocks of a polynomial in S^width, each of powers below it
    width = int(np.ceil(np.sqrt(n_terms)))
    powers = [np.broadcast_to(np.eye(S.shape[-1]), S.shape), S]
    while len(powers) <= width:
        powers.append(powers[-1] @ S)
    coefficients = 1 / (2.0 * np.arange(width * width).reshape(width, width) + 1)
    below = np.stack(powers[:width]).reshape(width, -1)
    blocks = (coefficients[: int(np.ceil(n_terms / width))] @ below).reshape(-1, *S.shape)
    total = blocks[-1]
    for block in blocks[-2::-1]:
        total = total @ powers[width] + block
    return total


def _of_singular_values(matrices: np.ndarray, function: Callable[..., np.ndarray]) -> np.ndarray:
    """Apply an odd function to the singular values, without the dearer SVD."""
    squares, vectors = np.linalg.eigh(transposed(matrices) @ matrices)
    # both functions are x + O(x^3): below this they divide to one
    values = np.sqrt(np.maximum(squares, 1e-30))
    return matrices @ spectral(vectors, function(values) / values)


def spectral(vectors: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Matrices of eigenvectors and eigenvalues."""
    return (vectors * values[..., None, :]) @ transposed(vectors)


def transposed(matrices: np.ndarray) -> np.ndarray:
    """Each matrix transposed, as a view."""
    return matrices.swapaxes(-1, -2)
