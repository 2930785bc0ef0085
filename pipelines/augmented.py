"""Augmented covariances as a scikit-learn step, and which orders and lags an epoch carries."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import augmented_covariances
from neurokit.pipelines.epochs import check_epochs

REGULARISED = ("oas", "lwf")
# a bigger matrix costs seconds a fold, and 20 to 100 trials do not fill its tangent space
MOST_DIMENSIONS = 200
MOST_POINTS = 24
HIGHEST_ORDER = 10  # as far as the method's authors went
LONGEST_LAG = 0.04  # seconds: MOABB's ten samples at 250 Hz


class AugmentedCovariances(TransformerMixin, BaseEstimator):
    """Covariances of each epoch and its shifted copies, the input of Riemannian classifiers.

    A point (order, lag) that has at least as many dimensions as samples has singular matrices;
    it is refused, unless the estimator regularises.

    Parameters
    ----------
    order : int
        Copies of the epoch; 1 is the ordinary covariance. ``max_order`` says how many it carries.
    lag : int
        Samples between one copy and the next.
    window : {"crop", "circular"}
        How the copies meet the edges of the epoch, see ``kernels.augmented_covariances``.
    estimator : {"cov", "scm", "oas", "lwf"}
        Covariance estimator; the last two regularise.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    References
    ----------
    .. [1] I. Carrara and T. Papadopoulo, 2023, doi:10.48550/arXiv.2302.04508.
    """

    def __init__(
        self,
        *,
        order: int = 1,
        lag: int = 1,
        window: str = "crop",
        estimator: str = "cov",
        backend: str = "cpu",
    ) -> None:
        self.order = order
        self.lag = lag
        self.window = window
        self.estimator = estimator
        self.backend = backend

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check that epochs of this shape carry the order and the lag.

        Raises
        ------
        ValueError
            If the point is refused; the message says why, and what would do.
        """
        epochs = check_epochs(X)
        self._refuse(epochs)
        self.n_channels_ = epochs.shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return matrices of shape (n_epochs, order * n_channels, order * n_channels).

        Raises
        ------
        ValueError
            If the number of channels is not that of the training epochs, or the
            epochs are too short.
        """
        check_is_fitted(self)
        epochs = check_epochs(X)
        if epochs.shape[1] != self.n_channels_:
            raise ValueError(
                f"epochs must have the {self.n_channels_} channels of the training epochs, "
                f"got {epochs.shape[1]}; pick the same channels"
            )
        self._refuse(epochs)
        return augmented_covariances(epochs, **self.get_params())

    def _refuse(self, epochs: np.ndarray) -> None:
        _, n_channels, n_times = epochs.shape
        options = {"window": self.window, "estimator": self.estimator}
        if reason := why_refused(self.order, self.lag, n_channels, n_times, **options):
            raise ValueError(reason)


def why_refused(
    order: int,
    lag: int,
    n_channels: int,
    n_times: int,
    *,
    window: str = "crop",
    estimator: str = "cov",
) -> str:
    """Say why epochs of this shape do not carry a point (order, lag); empty where they do.

    A centred covariance of ``n`` samples has a rank of at most ``n - 1``, and the crop window keeps
    ``n_times - order * lag`` samples. An estimator that regularises needs two samples only.
    """
    n_samples = n_times - order * lag if window == "crop" and order > 1 else n_times
    dimensions = order * n_channels
    point = f"order {order}, lag {lag}: "
    if n_samples < 2 or (order > 1 and order * lag > n_times - 2):
        return (
            f"{point}the epoch has {n_times} samples and order x lag takes {order * lag} of them; "
            "lower the order or the lag, or take longer epochs"
        )
    if dimensions >= n_samples and estimator not in REGULARISED:
        return (
            f"{point}{order} x {n_channels} channels are {dimensions} dimensions, but a window of "
            f"{n_samples} samples fills {n_samples - 1} at most and the matrices are singular; "
            "lower the order or the lag, drop channels, or regularise: estimator='oas'"
        )
    return ""


def max_order(n_channels: int, n_times: int, n_trials: int) -> int:
    """Highest order that is worth a try: more would be slow, near-singular, or learned by heart.

    Parameters
    ----------
    n_channels, n_times, n_trials : int
        Shape of the training epochs.

    Returns
    -------
    order : int
        From 1 to 10: the largest with ``order * n_channels`` at most 200 and at most half of the
        samples of an epoch, and with no more entries of a matrix than samples of all epochs.
    """
    # n(n+1)/2 entries
    by_trials = int((np.sqrt(8.0 * n_trials * n_times + 1) - 1) / 2)
    dimensions = min(MOST_DIMENSIONS, n_times // 2, by_trials)
    return max(1, min(HIGHEST_ORDER, dimensions // n_channels))


def automatic_grid(
    n_channels: int, n_times: int, n_trials: int, *, sfreq: float | None = None
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Choose at most 24 points (order, lag) that epochs of this shape carry, order 1 among them.

    Parameters
    ----------
    n_channels, n_times, n_trials : int
        Shape of the training epochs.
    sfreq : float
        Sampling rate in hertz. Lags reach 40 ms; ten samples where it is not given.

    Returns
    -------
    orders, lags : tuple of int
        Rising. The lags are spread evenly on a logarithmic scale, and the highest order times the
        longest lag is at most a quarter of the epoch.
    """
    top = max_order(n_channels, n_times, n_trials)
    longest = 10 if sfreq is None else max(1, round(LONGEST_LAG * sfreq))
    top = min(top, max(1, n_times // 4))
    longest = min(longest, max(1, n_times // (4 * top)))
    orders = _spread(top, 5)
    points = MOST_POINTS - 1  # order 1 is one point, whatever the lag
    lags = _spread(longest, points // max(1, len(orders) - 1))
    return orders, lags


def _spread(top: int, count: int) -> tuple[int, ...]:
    """At most ``count`` different whole numbers from 1 to ``top``, about a ratio apart."""
    count = min(count, top)
    if count == 1:
        return (1,)
    spread = np.unique(np.round(np.geomspace(1, top, count)).astype(int))
    return tuple(int(value) for value in spread)
