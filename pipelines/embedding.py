"""Order and lag of augmented covariances read off the signals, without labels."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import (
    augmented_covariances,
    false_neighbour_ratios,
    first_minima,
    mdop,
    mutual_information,
)
from neurokit.pipelines.augmented import why_refused
from neurokit.pipelines.epochs import CheckedEpochs, check_epochs
from neurokit.pipelines.riemann import RiemannTangentSpace

_METHODS = ("mdop", "fnn")
_LONGEST_LAG = 30  # as far as the authors look for the lag of "fnn"


class EmbeddedAugmentedCovariances(TransformerMixin, BaseEstimator):
    """Augmented covariances whose order and lag come from how the training signals unfold.

    Labels are not looked at. What each method finds is cut to what the epochs carry: the lag to
    half of the epoch, then the order to ``max_order`` and, where the estimator does not
    regularise, to where the matrices stay invertible.

    ``"mdop"``, as the method's authors ran it [1]_: each trial is embedded by MDOP [2]_ with a
    Theiler window of the longest first minimum of a channel's mutual information (lags 1, 3, ...,
    99). The order is the rounded mean of the embeddings' lengths. The lag is the rounded mean over
    trials of the rounded mean delay, over all channels' delays and the first, which is 0. On EEG
    the delays fill the range that is searched, so that the lag is about 0.4 of ``max_delay``,
    whatever the signals: with the authors' 50 samples it misses classes that differ at short lags
    (``simulated-lags``: area under the curve 0.5, but 0.99 with a ``max_delay`` of 10).

    ``"fnn"``: the lag is the first minimum (lags 1 to 30) of mutual information averaged over
    trials and channels. The order is the first maximum of Cao's E1 [3]_, averaged likewise, each
    channel of each trial with its own first minimum as delay. The authors' Julia module adds to
    arrays that were never cleared, so that its averages start from whatever lay in memory; ours
    start from zero. Averaged over many signals E1 rises smoothly and its first maximum comes late,
    or never: expect ``max_order``.

    Parameters
    ----------
    method : {"mdop", "fnn"}
        How order and lag are chosen.
    max_order : int
        Highest order. The authors went to 30 ("fnn") and 50 ("mdop").
    max_delay : int
        Longest delay of "mdop" in samples; a quarter of the epoch where that is shorter.
        Theirs is 50.
    max_trials : int, optional
        Look at no more trials than this, evenly spaced among the training epochs; all by default.
    window, estimator, backend
        As in ``AugmentedCovariances``. Reading order and lag runs on the processor whatever the
        backend.

    Attributes
    ----------
    order_, lag_ : int
        As used.
    chosen_ : dict
        The same, by the names "order" and "lag".
    suggested_ : dict
        What the method found, before it was cut.

    References
    ----------
    .. [1] I. Carrara and T. Papadopoulo, 2023, doi:10.48550/arXiv.2302.04508.
    .. [2] C. Nichkawde, Phys. Rev. E 87, 2013, doi:10.1103/PhysRevE.87.022905.
    .. [3] L. Cao, Physica D 110, 1997, doi:10.1016/S0167-2789(97)00118-8.
    """

    def __init__(
        self,
        *,
        method: str = "mdop",
        max_order: int = 10,
        max_delay: int = 50,
        max_trials: int | None = None,
        window: str = "crop",
        estimator: str = "cov",
        backend: str = "cpu",
    ) -> None:
        self.method = method
        self.max_order = max_order
        self.max_delay = max_delay
        self.max_trials = max_trials
        self.window = window
        self.estimator = estimator
        self.backend = backend

    def fit(self, X: Any, y: Any = None) -> Self:
        """Choose order and lag from the epochs.

        Raises
        ------
        ValueError
            If the epochs will not do, or if they are too short to be embedded.
        """
        if self.method not in _METHODS:
            raise ValueError(f"method must be 'mdop' or 'fnn', got {self.method!r}")
        epochs = check_epochs(X)
        count = len(epochs) if self.max_trials is None else min(self.max_trials, len(epochs))
        some = epochs[np.linspace(0, len(epochs) - 1, count).round().astype(int)]
        if self.method == "mdop":
            order, lag = mdop_order_and_lag(some, max_delay=self.max_delay)
        else:
            order, lag = fnn_order_and_lag(some, max_order=self.max_order)
        self.suggested_ = {"order": order, "lag": lag}
        self.order_, self.lag_ = self._cut(order, lag, *epochs.shape[1:])
        self.chosen_ = {"order": self.order_, "lag": self.lag_}
        self.n_channels_ = epochs.shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Return matrices of shape (n_epochs, order_ * n_channels, order_ * n_channels).

        Raises
        ------
        ValueError
            If the number of channels is not that of the training epochs, or the epochs are too
            short for the order and the lag.
        """
        check_is_fitted(self)
        epochs = check_epochs(X)
        if epochs.shape[1] != self.n_channels_:
            raise ValueError(
                f"epochs must have the {self.n_channels_} channels of the training epochs, "
                f"got {epochs.shape[1]}; pick the same channels"
            )
        if reason := self._why_refused(self.order_, self.lag_, *epochs.shape[1:]):
            raise ValueError(reason)
        return augmented_covariances(
            epochs,
            self.order_,
            self.lag_,
            window=self.window,
            estimator=self.estimator,
            backend=self.backend,
        )

    def _cut(self, order: int, lag: int, n_channels: int, n_times: int) -> tuple[int, int]:
        """Largest order up to the one found, with its lag, that epochs of this shape carry."""
        lag = min(max(1, lag), max(1, n_times // 2 - 1))
        for smaller in range(min(order, self.max_order), 1, -1):
            if not self._why_refused(smaller, lag, n_channels, n_times):
                return smaller, lag
        if reason := self._why_refused(1, 1, n_channels, n_times):
            raise ValueError(reason)
        return 1, 1

    def _why_refused(self, order: int, lag: int, n_channels: int, n_times: int) -> str:
        options = {"window": self.window, "estimator": self.estimator}
        return why_refused(order, lag, n_channels, n_times, **options)


def mdop_order_and_lag(epochs: np.ndarray, *, max_delay: int = 50) -> tuple[int, int]:
    """Order and lag by MDOP, rounded as the method's authors did.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        In any unit.
    max_delay : int
        Longest delay in samples; a quarter of the epoch where that is shorter.

    Returns
    -------
    order : int
        Rounded mean length of the trials' embeddings.
    lag : int
        Rounded mean of their rounded mean delays; it may be 0.

    Raises
    ------
    ValueError
        If the epochs are too short.
    """
    n_times = epochs.shape[-1]
    max_delay = min(max_delay, n_times // 4)
    lags, minima = _first_minima(epochs)
    # each point needs a neighbour outside the window, and two longest delays are cut
    widest = (n_times - 2 * max_delay - 3) // 2
    windows = np.minimum(lags[minima].max(axis=1), widest)
    found = [
        mdop(epoch, window=int(window), max_delay=max_delay)[1]
        for epoch, window in zip(epochs, windows, strict=True)
    ]
    order = round(np.mean([len(delays) for delays in found]))
    lag = round(np.mean([round(np.mean(delays)) for delays in found]))
    return order, lag


def fnn_order_and_lag(epochs: np.ndarray, *, max_order: int = 10) -> tuple[int, int]:
    """Order by averaged false nearest neighbours, lag by averaged mutual information.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        In any unit.
    max_order : int
        Orders that are tried; the highest where E1 has no maximum among them.

    Returns
    -------
    order, lag : int
        At least 1.

    Raises
    ------
    ValueError
        If the epochs are too short.
    """
    n_times = epochs.shape[-1]
    series = epochs.reshape(-1, n_times)
    lags, minima = _first_minima(epochs)
    delays = lags[minima].ravel()
    ratios = false_neighbour_ratios(series, delays, max_order)
    # a dimension counts for the signals long enough to have it
    known = np.isfinite(ratios)
    counts = known.sum(axis=0)
    totals = np.where(known, ratios, 0.0).sum(axis=0)
    top = int(np.argmin(counts > 0)) if (counts == 0).any() else max_order
    if top == 0:
        raise ValueError(
            f"epochs of {n_times} samples are too short for false nearest neighbours at a delay "
            f"of {delays.min()}; take longer epochs"
        )
    order = 1 + int(first_minima(-totals[:top] / counts[:top]))
    near = np.arange(1, min(_LONGEST_LAG, n_times - 10) + 1)
    lag = int(near[first_minima(mutual_information(series, near).mean(axis=0))])
    return order, lag


def _first_minima(epochs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lags searched, and where each channel of each trial has its first minimum of information."""
    n_times = epochs.shape[-1]
    if n_times < 20:
        raise ValueError(
            f"epochs must have at least 20 samples to be embedded, got {n_times}; take longer ones"
        )
    lags = np.arange(1, min(99, n_times // 2) + 1, 2)
    return lags, first_minima(mutual_information(epochs, lags))


def acm_ts_svm_mdop(
    *,
    C: float = 1.0,
    kernel: str = "rbf",
    max_order: int = 10,
    max_delay: int = 50,
    max_trials: int | None = None,
    window: str = "crop",
    estimator: str = "cov",
    random_state: int | None = 42,
) -> Pipeline:
    """Augmented covariances with order and lag by MDOP, tangent space, SVM; nothing searched."""
    covariances = EmbeddedAugmentedCovariances(
        method="mdop",
        max_order=max_order,
        max_delay=max_delay,
        max_trials=max_trials,
        window=window,
        estimator=estimator,
    )
    return _pipeline(covariances, SVC(C=C, kernel=kernel, random_state=random_state))


def acm_ts_svm_fnn(
    *,
    C: float = 1.0,
    kernel: str = "rbf",
    max_order: int = 10,
    max_trials: int | None = 36,
    window: str = "crop",
    estimator: str = "cov",
    random_state: int | None = 42,
) -> Pipeline:
    """Augmented covariances, order by false neighbours, lag by mutual information; SVM."""
    covariances = EmbeddedAugmentedCovariances(
        method="fnn",
        max_order=max_order,
        max_trials=max_trials,
        window=window,
        estimator=estimator,
    )
    return _pipeline(covariances, SVC(C=C, kernel=kernel, random_state=random_state))


def _pipeline(covariances: EmbeddedAugmentedCovariances, svm: SVC) -> Pipeline:
    return make_pipeline(CheckedEpochs(), covariances, RiemannTangentSpace(), svm)
