"""Riemannian geometry of symmetric positive definite (SPD) matrices: mean, logarithms, distances.

The metric is the affine-invariant one: ``d(A, B)`` is the Frobenius norm of
``log(A^-1/2 B A^-1/2)``, and does not change when both are mixed by an invertible matrix.
"""

from __future__ import annotations

import numpy as np

from neurokit.kernels.backends import find
from neurokit.kernels.karcher import Cloud, descend, finite, power
from neurokit.kernels.threads import in_threads


def mean_riemann(
    matrices: np.ndarray,
    *,
    sample_weight: np.ndarray | None = None,
    tol: float = 1e-8,
    max_iter: int = 50,
    n_threads: int = 1,
    backend: str = "cpu",
) -> np.ndarray:
    """Riemannian (Karcher) mean of SPD matrices.

    Parameters
    ----------
    matrices : array, shape (n_matrices, n, n)
        Symmetric positive definite.
    sample_weight : array, shape (n_matrices,), optional
        Not negative; they are divided by their sum. Equal weights by default.
    tol : float
        The mean is found when the Frobenius norm of the weighted mean of the logarithms at it is
        no larger than this.
    max_iter : int
        Most passes over the matrices, each with one eigendecomposition a matrix.
    n_threads : int
        Threads that share the matrices; the result is the same to the bit for any number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    mean : array, shape (n, n)

    Raises
    ------
    ValueError
        If a matrix is not symmetric positive definite, or the shapes do not fit.

    Warns
    -----
    RuntimeWarning
        If the tolerance is not reached.

    Notes
    -----
    A Newton method from the geometric mean of the arithmetic and the harmonic mean [2]_. At a
    point where a matrix has the whitened logarithm ``V diag(l) V'`` the Hessian of half its
    squared distance scales the entry ``ij`` of a direction, seen in the basis ``V``, by
    ``x coth x`` with ``x = (l_i - l_j) / 2`` [3]_. Three or four passes do where gradient steps
    take nine or ten.

    References
    ----------
    .. [1] M. Moakher, SIAM J. Matrix Anal. Appl., 2005, doi:10.1137/S0895479803436937.
    .. [2] M. Moakher, P. G. Batchelor, Visualization and Processing of Tensor Fields, 2006,
       doi:10.1007/3-540-31272-2_17.
    .. [3] R. Ferreira, J. Xavier, J. P. Costeira, V. Barroso, IEEE J. Sel. Topics Signal
       Process., 2013, doi:10.1109/JSTSP.2013.2261799.
    """
    matrices = _checked(matrices, "matrices", n_threads)
    cloud = _cloud(matrices, sample_weight, n_threads, backend)
    with np.errstate(invalid="ignore", divide="ignore"):
        place = descend(cloud, tol, max_iter)
    return place.mean


def mean_and_tangent_vectors(
    matrices: np.ndarray,
    *,
    sample_weight: np.ndarray | None = None,
    tol: float = 1e-8,
    max_iter: int = 50,
    n_threads: int = 1,
    backend: str = "cpu",
) -> tuple[np.ndarray, np.ndarray]:
    """Riemannian mean, and the tangent vectors of the same matrices at it.

    It costs less than :func:`mean_riemann` and :func:`tangent_vectors`: the logarithms of the
    mean's last pass are carried over its last step.

    Parameters
    ----------
    matrices, sample_weight, tol, max_iter, n_threads, backend
        As in :func:`mean_riemann`.

    Returns
    -------
    mean : array, shape (n, n)
    vectors : array, shape (n_matrices, n (n + 1) / 2)
        As :func:`tangent_vectors` gives them.
    """
    matrices = _checked(matrices, "matrices", n_threads)
    cloud = _cloud(matrices, sample_weight, n_threads, backend)
    with np.errstate(invalid="ignore", divide="ignore"):
        place = descend(cloud, tol, max_iter)
    return place.mean, cloud.tangent_vectors(place.step, place.rotation)


def tangent_vectors(
    matrices: np.ndarray, reference: np.ndarray, *, n_threads: int = 1, backend: str = "cpu"
) -> np.ndarray:
    """Logarithms of SPD matrices at a reference, as vectors.

    Parameters
    ----------
    matrices : array, shape (n_matrices, n, n)
        Symmetric positive definite.
    reference : array, shape (n, n)
        Symmetric positive definite.
    n_threads : int
        Threads that share the matrices; the result is the same to the bit for any number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    vectors : array, shape (n_matrices, n (n + 1) / 2)
        Upper triangle of ``log(R^-1/2 C R^-1/2)``, row by row, entries off the diagonal times
        the square root of 2: the norm of a vector is the distance of its matrix.

    Raises
    ------
    ValueError
        If a matrix is not symmetric positive definite, or the shapes do not fit.

    References
    ----------
    .. [1] A. Barachant, S. Bonnet, M. Congedo, C. Jutten, IEEE Trans. Biomed. Eng., 2012,
       doi:10.1109/TBME.2011.2172210.
    """
    matrices = _checked(matrices, "matrices", n_threads)
    reference = _checked(np.asarray(reference)[None], "reference")[0]
    _same_size(matrices, reference)
    kernel = find("tangent_vectors", backend)
    with np.errstate(invalid="ignore", divide="ignore"):
        return finite(kernel(matrices, power(reference, -0.5), n_threads))


def distances_riemann(
    matrices: np.ndarray, references: np.ndarray, *, n_threads: int = 1, backend: str = "cpu"
) -> np.ndarray:
    """Riemannian distance of each SPD matrix to each reference.

    Parameters
    ----------
    matrices : array, shape (n_matrices, n, n)
        Symmetric positive definite.
    references : array, shape (n_references, n, n)
        Symmetric positive definite.
    n_threads : int
        Threads that share the matrices; the result is the same to the bit for any number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    distances : array, shape (n_matrices, n_references)

    Raises
    ------
    ValueError
        If a matrix is not symmetric positive definite, or the shapes do not fit.

    References
    ----------
    .. [1] W. Förstner, B. Moonen, Geodesy: the challenge of the third millennium, 2003,
       doi:10.1007/978-3-662-05296-9_31.
    """
    matrices = _checked(matrices, "matrices", n_threads)
    references = _checked(references, "references")
    _same_size(matrices, references)
    kernel = find("distances_riemann", backend)
    with np.errstate(invalid="ignore", divide="ignore"):
        return finite(kernel(matrices, references, n_threads))


def _checked(matrices: np.ndarray, name: str, n_threads: int = 1) -> np.ndarray:
    """Convert to float64, and refuse what is not a stack of SPD matrices."""
    matrices = np.ascontiguousarray(matrices, dtype=np.float64)
    if matrices.ndim != 3 or matrices.shape[1] != matrices.shape[2] or 0 in matrices.shape:
        raise ValueError(
            f"{name} must have shape (n_matrices, n, n) with at least one matrix, got "
            f"{matrices.shape}; add an axis for a single matrix: {name}[None]"
        )
    # in pieces that stay in the cache, or it would cost as much as a logarithm
    length = max(1, 2**15 // matrices[0].size)

    def check(first: int) -> None:
        piece = matrices[first : first + length]
        _check_symmetric(piece, name, first)
        if not _positive_definite(piece).all():
            raise ValueError(_not_positive_definite(matrices, name))

    in_threads(check, range(0, len(matrices), length), n_threads)
    return matrices


def _not_positive_definite(matrices: np.ndarray, name: str) -> str:
    """Say which matrices are not positive definite."""
    good = np.concatenate([_positive_definite(matrix[None]) for matrix in matrices])
    return (
        f"{name}[{int(np.argmin(good))}] is not positive definite ({int((~good).sum())} of "
        f"{len(matrices)} are not): some channels are sums of others, or there are more dimensions "
        'than samples; regularise, for example with estimator="oas", or drop channels'
    )


def _check_symmetric(piece: np.ndarray, name: str, first: int) -> None:
    """Refuse matrices that are not symmetric or not finite."""
    with np.errstate(invalid="ignore"):
        difference = piece - piece.transpose(0, 2, 1)
    asymmetry = np.maximum(difference.max(axis=(1, 2)), -difference.min(axis=(1, 2)))
    size = np.abs(np.diagonal(piece, axis1=1, axis2=2)).max(axis=1)
    wrong = ~(asymmetry <= 1e-8 * size)
    if wrong.any():
        k = int(np.argmax(wrong))
        what = "symmetric" if np.isfinite(asymmetry[k]) else "finite"
        raise ValueError(
            f"{name}[{first + k}] is not {what}; look for NaN or infinite samples in the epoch "
            "that it comes from, or make it symmetric: (C + C.T) / 2"
        )


def _positive_definite(matrices: np.ndarray) -> np.ndarray:
    """Tell which matrices are numerically positive definite, whatever the channels' units."""
    try:
        factors = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return np.zeros(len(matrices), dtype=bool)
    # a pivot over its diagonal entry is what the channels before it leave unexplained
    unexplained = np.diagonal(factors, axis1=1, axis2=2) ** 2
    unexplained = unexplained / np.diagonal(matrices, axis1=1, axis2=2)
    passed: np.ndarray = unexplained.min(axis=1) > matrices.shape[1] * np.finfo(float).eps
    return passed


def _same_size(matrices: np.ndarray, references: np.ndarray) -> None:
    """Refuse references of another size than the matrices."""
    if matrices.shape[-1] != references.shape[-1]:
        raise ValueError(
            f"matrices are {matrices.shape[-1]} x {matrices.shape[-1]} and the reference is "
            f"{references.shape[-1]} x {references.shape[-1]}; give a reference made of the same "
            "channels, order and lag"
        )


def _weights(sample_weight: np.ndarray | None, n_matrices: int) -> np.ndarray:
    """Weights that sum to one."""
    if sample_weight is None:
        return np.full(n_matrices, 1 / n_matrices)
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.shape != (n_matrices,):
        raise ValueError(
            f"sample_weight must have shape ({n_matrices},), one weight a matrix, got "
            f"{weights.shape}"
        )
    if not (np.isfinite(weights).all() and weights.min() >= 0 and weights.sum() > 0):
        raise ValueError(
            "sample_weight must be finite, not negative and not all zero; drop the matrices that "
            "should not count"
        )
    normalised: np.ndarray = weights / weights.sum()
    return normalised


def _cloud(
    matrices: np.ndarray, sample_weight: np.ndarray | None, n_threads: int, backend: str
) -> Cloud:
    weights = _weights(sample_weight, len(matrices))
    cloud: Cloud = find("spd.Cloud", backend)(matrices, weights, n_threads)
    return cloud
