"""Covariances of epochs and of their delayed copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from neurokit.kernels.backends import find

ESTIMATORS = ("cov", "scm", "oas", "lwf")
WINDOWS = ("crop", "circular")


def covariances(
    epochs: np.ndarray, *, estimator: str = "cov", n_threads: int = 1, backend: str = "cpu"
) -> np.ndarray:
    """Covariance matrix of each epoch, between its channels.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals, in any unit. Channels are centred.
    estimator : {"cov", "scm", "oas", "lwf"}
        ``"cov"`` divides by n_times - 1, ``"scm"`` by n_times; ``"oas"`` [1]_ and ``"lwf"`` [2]_
        shrink the latter towards a multiple of the identity. Each equals pyriemann's of that name.
    n_threads : int
        Threads that share the epochs; the result is the same whatever their number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    matrices : array, shape (n_epochs, n_channels, n_channels)
        Symmetric, in the unit squared. A flat channel gives zeros, and fewer samples than channels
        a singular matrix: whoever needs positive definite ones checks.

    Raises
    ------
    ValueError
        If the shape is wrong, a value is not finite, or there are fewer than two samples.

    References
    ----------
    .. [1] Y. Chen et al., IEEE Trans. Signal Processing, 2010, doi:10.1109/TSP.2010.2053029.
    .. [2] O. Ledoit and M. Wolf, J. Multivariate Analysis, 2004,
       doi:10.1016/S0047-259X(03)00096-4.
    """
    epochs = _checked(epochs, "crop", estimator)
    return find("covariances", backend)(epochs, estimator, n_threads)


def augmented_covariances(
    epochs: np.ndarray,
    order: int,
    lag: int,
    *,
    window: str = "crop",
    estimator: str = "cov",
    n_threads: int = 1,
    backend: str = "cpu",
) -> np.ndarray:
    """Covariance matrix of each epoch joined with its delayed copies [1]_.

    The channels of an epoch are repeated ``order`` times, each copy shifted by ``lag`` samples
    against the one before; the result holds order x order blocks of n_channels x n_channels, and
    block (i, j) is the covariance of copy i with copy j.

    ``window="crop"`` cuts: copy k is ``x[:, k * lag : n_times - (order - k) * lag]``, *advanced* by
    k lags and n_times - order * lag samples long. It is centred by its own mean, so blocks along a
    diagonal differ by edge terms. Equal to MOABB's ``AugmentedDataset`` followed by pyriemann's
    ``Covariances``.

    ``window="circular"`` wraps: copy k is ``numpy.roll(x, k * lag)``, *delayed* by k lags and
    n_times samples long. The matrix is block-Toeplitz, and that of a lower order is its leading
    part. Equal to pyriemann's ``TimeDelayCovariances`` of delays lag, 2 lag, ...

    The directions are opposite: apart from edges the one is the other with its blocks in reverse.
    Of order 1 both are the covariance of the whole epoch, whatever the lag.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals, in any unit.
    order : int
        Copies, the undelayed one included.
    lag : int
        Samples between one copy and the next.
    window : {"crop", "circular"}
        What happens at the edges.
    estimator : {"cov", "scm", "oas", "lwf"}
        As in `covariances`, of the copies: samples are counted within the window.
    n_threads : int
        Threads that share the epochs; the result is the same whatever their number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    matrices : array, shape (n_epochs, order * n_channels, order * n_channels)
        Symmetric, in the unit squared; singular where order * n_channels exceeds the samples.

    Raises
    ------
    ValueError
        If the shape is wrong, a value is not finite, or order * lag is not shorter than the epoch
        by two samples.

    References
    ----------
    .. [1] I. Carrara and T. Papadopoulo, IEEE Trans. Biomedical Engineering, 2024,
       arXiv:2302.04508.
    """
    epochs = _checked(epochs, window, estimator)
    order, lag = _counts("order", [order])[0], _counts("lag", [lag])[0]
    _check_length(epochs.shape[-1], order, lag)
    kernel = find("augmented_covariances", backend)
    return kernel(epochs, order, lag, window, estimator, n_threads)


def augmented_covariance_grid(
    epochs: np.ndarray,
    orders: Sequence[int],
    lags: Sequence[int],
    *,
    window: str = "crop",
    estimator: str = "cov",
    n_threads: int = 1,
    backend: str = "cpu",
) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
    """Augmented covariances for every order and lag, one after the other.

    Lagged products are shared between the points: it is far cheaper than a call a point. Only the
    matrices in hand and tables no larger than those of the highest order are held in memory.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals, in any unit.
    orders, lags : sequence of int
        What to combine. Order 1 does not depend on the lag: it comes once, with the first.
    window, estimator, n_threads, backend
        As in `augmented_covariances`.

    Yields
    ------
    point : tuple of int
        Order and lag. Points come in no order that means anything.
    matrices : array, shape (n_epochs, order * n_channels, order * n_channels)
        The same as `augmented_covariances` gives. It is yours to keep: it is not written again as
        long as you hold it or a part of it.

    Raises
    ------
    ValueError
        As `augmented_covariances`, at the call and for the whole grid: leave out the points that
        the epoch does not carry.
    """
    epochs = _checked(epochs, window, estimator)
    orders, lags = _counts("order", orders), _counts("lag", lags)
    _check_length(epochs.shape[-1], max(orders), max(lags))
    kernel = find("augmented_covariance_grid", backend)
    return kernel(epochs, orders, lags, window, estimator, n_threads)


def _checked(epochs: np.ndarray, window: str, estimator: str) -> np.ndarray:
    """Epochs as contiguous float64, or a sentence about what is wrong with them."""
    if window not in WINDOWS:
        raise ValueError(f"window must be one of {', '.join(WINDOWS)}, got {window!r}")
    if estimator not in ESTIMATORS:
        raise ValueError(f"estimator must be one of {', '.join(ESTIMATORS)}, got {estimator!r}")
    epochs = np.asarray(epochs)
    if epochs.ndim != 3:
        raise ValueError(
            f"epochs must have shape (n_epochs, n_channels, n_times), got {epochs.shape}; "
            "add an axis for a single epoch: epochs[None]"
        )
    if epochs.dtype.kind not in "fiu":
        raise ValueError(f"epochs must be real numbers, got {epochs.dtype}; convert them first")
    if 0 in epochs.shape[1:] or epochs.shape[2] < 2:
        raise ValueError(
            f"epochs must have at least one channel and two samples, got shape {epochs.shape}"
        )
    epochs = np.ascontiguousarray(epochs, dtype=np.float64)
    # a sum is quick, and finite for all but numbers near the largest
    with np.errstate(over="ignore", invalid="ignore"):
        seems_finite = np.isfinite(epochs.sum())
    if not seems_finite and not (finite := np.isfinite(epochs)).all():
        first = tuple(int(index) for index in np.argwhere(~finite)[0])
        raise ValueError(
            f"epochs must be finite, got {epochs[first]} in epoch {first[0]}, channel {first[1]}, "
            f"sample {first[2]}; drop or repair those epochs"
        )
    return epochs


def _counts(name: str, values: Sequence[int]) -> list[int]:
    """Positive integers, each once."""
    counts = [int(value) for value in values]
    if not counts or any(
        count < 1 or count != value for count, value in zip(counts, values, strict=True)
    ):
        raise ValueError(f"{name} must be a whole number of at least 1, got {list(values)}")
    return list(dict.fromkeys(counts))


def _check_length(n_times: int, order: int, lag: int) -> None:
    if order > 1 and order * lag > n_times - 2:
        raise ValueError(
            f"order {order} with lag {lag} needs epochs of at least {order * lag + 2} samples, "
            f"got {n_times}; lower the order or the lag, or take longer epochs"
        )
