"""The Siegel disk, by its formulas."""

from __future__ import annotations

import numpy as np


def power(A: np.ndarray, exponent: float) -> np.ndarray:
    """Raise an SPD matrix to a power."""
    values, vectors = np.linalg.eigh(A)
    return vectors * values**exponent @ vectors.T


def translation(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """(I - W W')^-1/2 (P - W) (I - W' P)^-1 (I - W' W)^1/2."""
    W, identity = reference, np.eye(len(reference))
    left, right = power(identity - W @ W.T, -0.5), power(identity - W.T @ W, 0.5)
    return np.stack([left @ (P - W) @ np.linalg.inv(identity - W.T @ P) @ right for P in points])


def logarithms(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """U artanh(S) V' of the translated points."""
    U, S, Vh = np.linalg.svd(translation(points, reference))
    return U * np.arctanh(S)[:, None] @ Vh


def exponentials(vectors: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Translate U tanh(S) V' back."""
    U, S, Vh = np.linalg.svd(vectors)
    return translation(U * np.tanh(S)[:, None] @ Vh, -reference)


def distances(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Norm of artanh of the singular values of the translated points."""
    S = np.linalg.svd(translation(points, reference), compute_uv=False)
    return np.linalg.norm(np.arctanh(S), axis=-1)
