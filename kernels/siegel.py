"""Geometry of the Siegel disk: square matrices whose singular values are below one.

Reflection coefficients of block-Toeplitz covariances live there, see ``kernels/toeplitz.py``. The
distance of two points does not change when both are translated or turned.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from neurokit.kernels.backends import find


def siegel_translation(
    points: np.ndarray, reference: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Move the Siegel disk so that a reference comes to the origin; distances do not change.

    The translation to minus the reference is the inverse.

    Parameters
    ----------
    points : array, shape (n_points, n, n)
        Matrices whose singular values are below one.
    reference : array, shape (n, n)
        Another one.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    moved : array, shape (n_points, n, n)

    Raises
    ------
    ValueError
        If a shape will not do, or a matrix lies outside the disk.
    """
    return find("siegel.translation", backend)(*_in(points, reference))


def siegel_logarithms(
    points: np.ndarray, reference: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Logarithms of points of the Siegel disk at a reference, in whitened coordinates.

    Parameters
    ----------
    points, reference, backend
        As in :func:`siegel_translation`.

    Returns
    -------
    logarithms : array, shape (n_points, n, n)
        ``U artanh(S) V'`` of the translated point ``U S V'``: the Frobenius norm is the distance
        from the reference.

    Raises
    ------
    ValueError
        If a shape will not do, or a matrix lies outside the disk.
    """
    return find("siegel.logarithms", backend)(*_in(points, reference))


def siegel_exponentials(
    logarithms: np.ndarray, reference: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Invert :func:`siegel_logarithms`.

    Parameters
    ----------
    logarithms : array, shape (n_points, n, n)
        Any matrices.
    reference : array, shape (n, n)
        A point of the disk.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    points : array, shape (n_points, n, n)

    Raises
    ------
    ValueError
        If a shape will not do, or the reference lies outside the disk.
    """
    logarithms, reference = stack_of_matrices(logarithms, 3, "logarithms"), _one(reference)
    return find("siegel.exponentials", backend)(logarithms, reference)


def siegel_distances(
    points: np.ndarray, references: np.ndarray, *, backend: str = "cpu"
) -> np.ndarray:
    """Distance of each point of the Siegel disk to each reference.

    Parameters
    ----------
    points : array, shape (n_points, n, n)
        Matrices whose singular values are below one.
    references : array, shape (n_references, n, n)
        Others.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    distances : array, shape (n_points, n_references)

    Raises
    ------
    ValueError
        If a shape will not do, or a matrix lies outside the disk.

    References
    ----------
    .. [1] Y. Cabanes, F. Nielsen, Geometric Science of Information, 2021,
       doi:10.1007/978-3-030-80209-7_69.
    """
    points = check_disk(stack_of_matrices(points, 3, "points"), "points")
    references = check_disk(stack_of_matrices(references, 3, "references"), "references")
    distances = find("siegel.distances", backend)
    return np.stack([distances(points, reference) for reference in references], axis=1)


def mean_siegel(
    points: np.ndarray,
    *,
    sample_weight: np.ndarray | None = None,
    tol: float = 1e-8,
    max_iter: int = 50,
    backend: str = "cpu",
) -> np.ndarray:
    """Mean of points of the Siegel disk: the point with the least mean squared distance.

    Parameters
    ----------
    points : array, shape (n_points, n, n)
        Matrices whose singular values are below one.
    sample_weight : array, shape (n_points,), optional
        Not negative; they are divided by their sum. Equal weights by default.
    tol : float
        The mean is found when the Frobenius norm of the mean logarithm is no larger.
    max_iter : int
        Most steps.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    mean : array, shape (n, n)

    Raises
    ------
    ValueError
        If a shape or a weight will not do, or a matrix lies outside the disk.

    Warns
    -----
    RuntimeWarning
        If the tolerance is not reached.
    """
    options = {"sample_weight": sample_weight, "tol": tol, "max_iter": max_iter}
    return mean_and_logarithms_siegel(points, **options, backend=backend)[0]  # type: ignore[arg-type]


def mean_and_logarithms_siegel(
    points: np.ndarray,
    *,
    sample_weight: np.ndarray | None = None,
    tol: float = 1e-8,
    max_iter: int = 50,
    backend: str = "cpu",
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of points of the Siegel disk, and their logarithms at it, at the cost of the mean.

    Parameters
    ----------
    points, sample_weight, tol, max_iter, backend
        As in :func:`mean_siegel`.

    Returns
    -------
    mean : array, shape (n, n)
    logarithms : array, shape (n_points, n, n)
        As :func:`siegel_logarithms` gives them.
    """
    points = check_disk(stack_of_matrices(points, 3, "points"), "points")
    weights = _weights(sample_weight, len(points))
    logarithms, exponentials = (
        find(f"siegel.{step}", backend) for step in ("logarithms", "exponentials")
    )
    return _descend(points, weights, logarithms, exponentials, tol, max_iter)


def _descend(
    points: np.ndarray,
    weights: np.ndarray,
    logarithms: Callable[..., np.ndarray],
    exponentials: Callable[..., np.ndarray],
    tol: float,
    max_iter: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Follow the mean logarithm, by steps that fit how it changed (Barzilai and Borwein)."""
    # the disk is convex, so that the arithmetic mean lies in it
    mean = np.tensordot(weights, points, axes=1)
    step, taken = 1.0, np.zeros_like(mean)
    for iteration in range(max_iter):
        seen = logarithms(points, mean)
        gradient = np.tensordot(weights, seen, axes=1)
        norm = float(np.linalg.norm(gradient))
        if norm <= tol:
            return mean, seen
        if iteration:
            # the curvature is one at least, so that a longer step than one is never right
            change = taken / step - gradient
            step = float(np.clip((taken * change).sum() / (change**2).sum(), 0.1, 1.0))
        taken = step * gradient
        mean = exponentials(taken[None], mean)[0]
    warnings.warn(
        f"the mean of {len(points)} points of the Siegel disk was not found within {max_iter} "
        f"steps (gradient {norm:.1e}, tol {tol:.1e}); raise max_iter or tol",
        RuntimeWarning,
        stacklevel=3,
    )
    return mean, logarithms(points, mean)


def stack_of_matrices(values: np.ndarray, n_axes: int, name: str) -> np.ndarray:
    """Convert to float64, and refuse what is not a stack of finite square matrices."""
    values = np.ascontiguousarray(values, dtype=np.float64)
    shape = "(n_points, n, n)" if n_axes == 3 else "(n_matrices, order, n, n)"
    if values.ndim != n_axes or values.shape[-1] != values.shape[-2] or 0 in values.shape:
        raise ValueError(f"{name} must have shape {shape}, got {values.shape}; add an axis for one")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} have missing or infinite values; drop what they come from")
    return values


def check_disk(points: np.ndarray, name: str) -> np.ndarray:
    """Refuse points outside the disk."""
    outside = outside_disk(points)
    if outside.any():
        raise ValueError(
            f"{name}[{int(outside.argmax())}] lies outside the Siegel disk: a singular value is "
            "one or more; give reflection coefficients of positive definite matrices"
        )
    return points


def outside_disk(points: np.ndarray) -> np.ndarray:
    """Tell which matrices have a singular value of one or more, to rounding."""
    n = points.shape[-1]
    return not_spd(np.eye(n) - points @ points.swapaxes(-1, -2), np.ones(n))


def not_spd(matrices: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Tell which matrices have no Cholesky factor, or pivots that are rounding beside a scale."""
    try:
        factors = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        if matrices.ndim == 2:
            return np.array(True)
        scales = np.broadcast_to(scale, matrices.shape[:-1])
        return np.array([not_spd(*pair) for pair in zip(matrices, scales, strict=True)])
    pivots = np.diagonal(factors, axis1=-2, axis2=-1) ** 2
    return np.array(~(pivots > matrices.shape[-1] * np.finfo(float).eps * scale).all(axis=-1))


def _one(reference: np.ndarray) -> np.ndarray:
    return check_disk(stack_of_matrices(np.asarray(reference)[None], 3, "reference"), "reference")[
        0
    ]


def _in(points: np.ndarray, reference: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return check_disk(stack_of_matrices(points, 3, "points"), "points"), _one(reference)


def _weights(sample_weight: np.ndarray | None, n_points: int) -> np.ndarray:
    """Weights that sum to one."""
    weights = np.ones(n_points) if sample_weight is None else np.asarray(sample_weight, np.float64)
    if weights.shape != (n_points,) or not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
        raise ValueError(
            f"sample_weight must hold {n_points} numbers, not negative and not all zero, "
            f"got shape {weights.shape}; give one weight a point"
        )
    return weights / weights.sum()
