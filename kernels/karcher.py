"""The Riemannian mean's loop, written once over a cloud of matrices that each backend gives."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np


class Cloud(Protocol):
    """Weighted SPD matrices, seen in a frame in which the present guess of the mean is I."""

    def mean(self) -> np.ndarray:
        """Weighted sum of the matrices."""

    def mean_inverse(self) -> np.ndarray:
        """Weighted sum of their inverses."""

    def mean_logarithm(self, frame: np.ndarray) -> np.ndarray:
        """Replace each C by F C F', decompose it, keep that; sum the logarithms: the descent."""

    def hessian(self, direction: np.ndarray) -> np.ndarray:
        """Curvature of half the mean squared distance along a direction."""

    def steepness(self) -> float:
        """Weighted mean of the largest eigenvalue of each matrix's Hessian."""

    def tangent_vectors(self, step: np.ndarray, rotation: np.ndarray) -> np.ndarray:
        """Vectors of the logarithms one small step on, in rotated coordinates."""


@dataclass(frozen=True)
class Place:
    """Where the loop ended; the cloud stands in the frame one small ``step`` before it."""

    mean: np.ndarray
    step: np.ndarray
    rotation: np.ndarray  # from the frame after the step to the mean's symmetric square root


def descend(cloud: Cloud, tol: float, max_iter: int) -> Place:
    """Take Newton steps on the mean squared distance until the mean logarithm is below ``tol``."""
    basis, frame = _start(cloud)
    newton = np.zeros_like(basis)
    lowest = norm = np.inf
    for _ in range(max_iter):
        logarithm = finite(cloud.mean_logarithm(frame))
        norm = float(np.linalg.norm(logarithm))
        if norm <= tol:
            return _arrive(basis, np.zeros_like(basis))
        if norm < lowest:
            lowest = norm
            newton, left = _newton_step(cloud.hessian, logarithm, tol)
            # what the Hessian leaves out is at most half its slope times the square of the step
            if left + cloud.steepness() * float(np.vdot(newton, newton)) / 2 <= tol:
                return _arrive(basis, newton)
            step = newton
        else:  # too far: half the way back, along the same geodesic
            newton = newton / 2
            step = -newton
        basis, frame = basis @ exponential(step / 2), exponential(-step / 2)
    warnings.warn(
        f"the Riemannian mean was not found in {max_iter} passes: the mean logarithm has norm "
        f"{norm:.1e} and tol is {tol:.1e}; raise max_iter or tol, or look for outliers",
        RuntimeWarning,
        stacklevel=3,
    )
    cloud.mean_logarithm(frame)
    return _arrive(basis, np.zeros_like(basis))


def _start(cloud: Cloud) -> tuple[np.ndarray, np.ndarray]:
    """Geometric mean of the arithmetic and the harmonic mean, as basis and inverse basis."""
    factor = np.linalg.cholesky(cloud.mean())
    values, vectors = np.linalg.eigh(factor.T @ cloud.mean_inverse() @ factor)
    # the arithmetic mean is never below the harmonic one, whatever rounding says
    roots = np.maximum(values, 1.0) ** 0.25
    return factor @ (vectors / roots), roots[:, None] * np.linalg.solve(factor.T, vectors).T


def _newton_step(
    hessian: Callable[[np.ndarray], np.ndarray], logarithm: np.ndarray, tol: float
) -> tuple[np.ndarray, float]:
    """Solve hessian(step) = logarithm by conjugate gradients, no better than the step deserves."""
    step = np.zeros_like(logarithm)
    residual, direction = logarithm, logarithm
    square = float(np.vdot(residual, residual))
    norm = square**0.5
    target = max(0.3 * tol, 0.03 * norm * min(norm, 1.0))
    for _ in range(100):
        if square <= target**2:
            break
        curved = hessian(direction)
        length = square / float(np.vdot(direction, curved))
        step = step + length * direction
        residual = residual - length * curved
        square, before = float(np.vdot(residual, residual)), square
        direction = residual + square / before * direction
    return step, square**0.5


def _arrive(basis: np.ndarray, step: np.ndarray) -> Place:
    """Take the last step; its polar factors give the mean and the turn to its square root."""
    root = basis @ exponential(step / 2)
    left, _, right = np.linalg.svd(root)
    return Place(root @ root.T, step, (left @ right).T)


def exponential(matrix: np.ndarray) -> np.ndarray:
    """Exponential of a symmetric matrix."""
    values, vectors = np.linalg.eigh(matrix)
    result: np.ndarray = (vectors * np.exp(values)) @ vectors.T
    return result


def power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """Power of an SPD matrix."""
    values, vectors = np.linalg.eigh(matrix)
    result: np.ndarray = (vectors * values**exponent) @ vectors.T
    return result


def finite(result: np.ndarray) -> np.ndarray:
    """Refuse a result in which rounding has eaten a logarithm."""
    if not np.isfinite(result).all():
        raise ValueError(
            "the matrices are so ill-conditioned, or so far from each other or from the reference, "
            "that sixteen digits do not hold their logarithms; regularise, for example with "
            'estimator="oas", or drop the outliers'
        )
    return result
