"""Block-Toeplitz covariances and their reflection coefficients.

The covariance of an epoch and its ``order - 1`` delayed copies is block-Toeplitz: ``order`` blocks
of the size of a channel covariance say all of it. Block Levinson recursion turns them into one SPD
matrix and ``order - 1`` contractions, points of the Siegel disk. Their geometry costs ``order``
eigendecompositions of that small size, where the whole matrix would cost ``order**3`` as much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurokit.kernels.backends import find
from neurokit.kernels.siegel import check_disk, not_spd, outside_disk, stack_of_matrices

WINDOWS = ("circular", "padded")


def lagged_covariances(
    epochs: np.ndarray, delays: Sequence[int], *, window: str = "circular", backend: str = "cpu"
) -> np.ndarray:
    """Covariance of each epoch with itself some samples earlier.

    Both windows divide by the number of samples of the epoch, whatever the delay. For delays
    0, d, 2d, ... the block-Toeplitz matrix of such blocks is positive semidefinite, which averages
    of the blocks of cropped augmented covariances are not.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals in volts; each channel is centred.
    delays : sequence of int
        In samples, from 0 to n_times - 1.
    window : {"circular", "padded"}
        What precedes the first sample: the end of the epoch, or zeros.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    lagged : array, shape (n_epochs, n_delays, n_channels, n_channels)
        ``R(d)``, the mean over t of ``x(t) x(t - d)'``, in volts squared.

    Raises
    ------
    ValueError
        If the shape, a value, a delay or the window will not do.
    """
    epochs = np.ascontiguousarray(epochs, dtype=np.float64)
    if epochs.ndim != 3 or 0 in epochs.shape:
        raise ValueError(
            f"epochs must have shape (n_epochs, n_channels, n_times), got {epochs.shape}; "
            "add an axis for a single epoch: epochs[None]"
        )
    if not np.isfinite(epochs.sum()):
        raise ValueError("epochs have missing or infinite values; drop those epochs")
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}, got {window!r}")
    steps = [int(delay) for delay in delays]
    n_times = epochs.shape[-1]
    if not steps or min(steps) < 0 or max(steps) >= n_times:
        raise ValueError(
            f"delays must lie from 0 to {n_times - 1}, an epoch has {n_times} samples, "
            f"got {list(delays)}; lower the order or the lag, or take longer epochs"
        )
    return find("lagged_covariances", backend)(epochs, steps, window == "circular")


def reflection_coefficients(lagged: np.ndarray, *, backend: str = "cpu") -> np.ndarray:
    """Reflection coefficients of block-Toeplitz matrices, by block Levinson (Whittle) recursion.

    The coefficients of a lower order are the first of a higher one.

    Parameters
    ----------
    lagged : array, shape (n_matrices, order, n, n)
        First row of blocks ``R(0), R(1), ...`` of symmetric positive definite matrices; block
        ``(i, j)`` is ``R(j - i)``, and ``R(-d)`` is the transpose of ``R(d)``.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    coefficients : array, shape (n_matrices, order, n, n)
        First ``R(0)``, then contractions: their singular values are below one.

    Raises
    ------
    ValueError
        If the shape will not do, or a matrix is not positive definite.

    References
    ----------
    .. [1] P. Whittle, Biometrika, 1963, doi:10.1093/biomet/50.1-2.129.
    .. [2] B. Jeuris, R. Vandebril, SIAM J. Matrix Anal. Appl., 2016, doi:10.1137/15M102112X.
    """
    lagged = stack_of_matrices(lagged, 4, "lagged")
    with np.errstate(all="ignore"):
        coefficients = _each(find("reflection_coefficients", backend), lagged)
    P = coefficients[:, 0]
    outside = not_spd(P, np.diagonal(P, axis1=-2, axis2=-1))
    outside |= outside_disk(coefficients[:, 1:]).any(axis=1)
    if outside.any():
        raise ValueError(
            f"the block-Toeplitz matrix of item {int(outside.argmax())} is not positive definite "
            f"({int(outside.sum())} of {len(lagged)} are not): some channels are sums of others, "
            "or the signal is too narrow in frequency for this order and lag; "
            "add shrinkage, lower the order, or drop channels"
        )
    return coefficients


def _each(recursion: Callable[[np.ndarray], np.ndarray], lagged: np.ndarray) -> np.ndarray:
    """Run the recursion; NaN for a matrix that it cannot finish."""
    try:
        return recursion(lagged)
    except np.linalg.LinAlgError:
        if len(lagged) == 1:
            return np.full_like(lagged, np.nan)
        return np.concatenate([_each(recursion, one[None]) for one in lagged])


def lagged_from_coefficients(coefficients: np.ndarray, *, backend: str = "cpu") -> np.ndarray:
    """Invert :func:`reflection_coefficients`.

    Parameters
    ----------
    coefficients : array, shape (n_matrices, order, n, n)
        An SPD matrix, then points of the Siegel disk.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    lagged : array, shape (n_matrices, order, n, n)
        First row of blocks of the block-Toeplitz matrices.

    Raises
    ------
    ValueError
        If the shape will not do, or a coefficient is outside its space.
    """
    coefficients = stack_of_matrices(coefficients, 4, "coefficients")
    P = coefficients[:, 0]
    if not_spd(P, np.diagonal(P, axis1=-2, axis2=-1)).any():
        raise ValueError("a first coefficient is not positive definite; give coefficients as made")
    check_disk(coefficients[:, 1:].reshape(-1, *P.shape[1:]), "coefficients")
    return find("lagged_from_coefficients", backend)(coefficients)
