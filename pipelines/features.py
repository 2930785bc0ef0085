"""Band powers of a few channels: picked by hand, or chosen from a table inside every fit.

Whatever looks at the labels does so in ``fit``, on the training trials: cross-validation around
these transformers holds the choice inside its folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from neurokit.pipelines.band_table import (
    TWO_HERTZ,
    Band,
    Place,
    PowerFeature,
    explained_variance,
    feature_text,
    find_channel,
    log_powers,
    named,
)
from neurokit.pipelines.epochs import CheckedEpochs, as_array, channel_names, sampling_rate
from neurokit.pipelines.subsets import SubsetFold

# of more than eight features no clinic waits for all combinations
_MOST_TO_COMBINE = 8


class _ChosenPowers(TransformerMixin, BaseEstimator):
    """Log powers of the features that ``fit`` chooses from a table of candidates."""

    bands: Sequence[Band]
    sfreq: float | None
    ch_names: Sequence[str] | None

    def fit(self, X: Any, y: Any = None) -> Self:
        """Choose features on these epochs.

        Raises
        ------
        ValueError
            If a channel is not there, a band lies outside the spectrum, or labels are needed.
        """
        epochs, names = as_array(X), channel_names(X, self.ch_names)
        candidates = self._candidates(epochs.shape[1], names)
        self.sfreq_ = sampling_rate(X, self.sfreq)
        table = log_powers(epochs, self.sfreq_, candidates)
        kept = self._choose(table, candidates, y)
        self.picks_ = [candidates[index] for index in kept]
        self.features_ = [named(pick, names) for pick in self.picks_]
        self.n_channels_ = epochs.shape[1]
        if len(kept) < len(candidates):
            self.chosen_ = {"features": [feature_text(feature) for feature in self.features_]}
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Log powers of the chosen features, shape (n_epochs, n_features)."""
        check_is_fitted(self)
        return log_powers(as_array(X), self.sfreq_, self.picks_)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the chosen features: channel and band."""
        check_is_fitted(self)
        return np.array([feature_text(feature) for feature in self.features_], dtype=object)

    def _candidates(self, n_channels: int, names: Sequence[str] | None) -> list[Place]:
        return [(channel, low, high) for channel in range(n_channels) for low, high in self.bands]

    def _choose(self, table: np.ndarray, candidates: list[Place], y: Any) -> list[int]:
        raise NotImplementedError


class PickedFeatures(_ChosenPowers):
    """Log power of picked channels in picked bands.

    Parameters
    ----------
    features : sequence of (channel, lowest, highest), optional
        A channel by its name, or by its number where the epochs carry no names; hertz, both
        included. Where None, ``fit`` picks as from a map of R²: the best band of each channel, then
        the best ``n_features`` channels.
    n_features : int
        How many to pick.
    bands : sequence of (lowest, highest)
        The map's bands.
    sfreq : float, optional
        Sampling rate in hertz; ``mne.Epochs`` bring their own.
    ch_names : sequence of str, optional
        Names of the channels; ``mne.Epochs`` bring their own.

    Attributes
    ----------
    features_ : list of (channel, lowest, highest)
        What was picked.
    """

    def __init__(
        self,
        *,
        features: Sequence[PowerFeature] | None = None,
        n_features: int = 3,
        bands: Sequence[Band] = TWO_HERTZ,
        sfreq: float | None = None,
        ch_names: Sequence[str] | None = None,
    ) -> None:
        self.features = features
        self.n_features = n_features
        self.bands = bands
        self.sfreq = sfreq
        self.ch_names = ch_names

    def _candidates(self, n_channels: int, names: Sequence[str] | None) -> list[Place]:
        if self.features is None:
            return super()._candidates(n_channels, names)
        if not len(self.features):
            raise ValueError("no feature is picked; pick one at least, as in ('C3', 8, 12)")
        return [
            (find_channel(channel, n_channels, names), float(low), float(high))
            for channel, low, high in self.features
        ]

    def _choose(self, table: np.ndarray, candidates: list[Place], y: Any) -> list[int]:
        if self.features is not None:
            return list(range(len(candidates)))
        return self._best_of_eachfind_channel(table, candidates, y)

    def _best_of_eachfind_channel(
        self, table: np.ndarray, candidates: list[Place], y: Any
    ) -> list[int]:
        r2 = explained_variance(table, _labels(y))
        best: dict[int, int] = {}
        for index in np.argsort(-r2, kind="stable"):
            best.setdefault(candidates[index][0], int(index))
        return list(best.values())[: _checked_count(self.n_features)]


class CombinedFeatures(PickedFeatures):
    """The subset of the picked features that decides best, found by cross-validation in ``fit``.

    All subsets of at most ``max_size`` features are tried, of more than eight picks those of the
    eight with the highest R². Of equals the smaller subset is taken.

    Parameters
    ----------
    features, n_features, bands, sfreq, ch_names
        As in `PickedFeatures`.
    max_size : int
        Most features of a subset.
    cv : int
        Inner folds.
    random_state : int, RandomState or None
        Shuffles them.

    Attributes
    ----------
    features_ : list of (channel, lowest, highest)
        The best subset.
    """

    def __init__(
        self,
        *,
        features: Sequence[PowerFeature] | None = None,
        n_features: int = 6,
        bands: Sequence[Band] = TWO_HERTZ,
        max_size: int = 3,
        cv: int = 5,
        sfreq: float | None = None,
        ch_names: Sequence[str] | None = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            features=features, n_features=n_features, bands=bands, sfreq=sfreq, ch_names=ch_names
        )
        self.max_size = max_size
        self.cv = cv
        self.random_state = random_state

    def _choose(self, table: np.ndarray, candidates: list[Place], y: Any) -> list[int]:
        picked, labels = super()._choose(table, candidates, y), _labels(y)
        if len(picked) > _MOST_TO_COMBINE:
            order = np.argsort(-explained_variance(table[:, picked], labels), kind="stable")
            picked = sorted(picked[index] for index in order[:_MOST_TO_COMBINE])
        fewest = int(np.unique(labels, return_counts=True)[1].min())
        if fewest < 3:  # nothing is left to test on
            return picked
        folds = StratifiedKFold(min(self.cv, fewest), shuffle=True, random_state=self.random_state)
        learned = [SubsetFold(table, labels, *split) for split in folds.split(table, labels)]
        sizes = range(1, min(_checked_count(self.max_size), len(picked)) + 1)
        subsets = [list(subset) for size in sizes for subset in combinations(picked, size)]
        scores = [sum(fold.hits(subset) for fold in learned) for subset in subsets]
        return subsets[int(np.argmax(scores))]


class MrmrSelection(_ChosenPowers):
    """Features that tell the classes apart and do not repeat each other (mRMR).

    Of a table of channels x bands it takes the one with the largest F, and then, one by one, the
    one whose F is largest against its mean absolute correlation with those taken.

    Parameters
    ----------
    n_features : int
        How many.
    bands : sequence of (lowest, highest)
        In hertz.
    sfreq, ch_names
        As in `PickedFeatures`.

    Attributes
    ----------
    features_ : list of (channel, lowest, highest)
        In the order in which they were taken.

    References
    ----------
    .. [1] H. Peng, F. Long, C. Ding, IEEE Trans. Pattern Analysis and Machine Intelligence, 2005,
       doi:10.1109/TPAMI.2005.159.
    """

    def __init__(
        self,
        *,
        n_features: int = 4,
        bands: Sequence[Band] = TWO_HERTZ,
        sfreq: float | None = None,
        ch_names: Sequence[str] | None = None,
    ) -> None:
        self.n_features = n_features
        self.bands = bands
        self.sfreq = sfreq
        self.ch_names = ch_names

    def _choose(self, table: np.ndarray, candidates: list[Place], y: Any) -> list[int]:
        labels = _labels(y)
        relevance = _f_values(table, labels)
        scaled = table - table.mean(axis=0)
        scaled /= np.linalg.norm(scaled, axis=0) + np.finfo(float).tiny
        taken = [int(np.argmax(relevance))]
        redundancy = np.zeros(len(relevance))
        while len(taken) < min(_checked_count(self.n_features), len(relevance)):
            redundancy += np.abs(scaled[:, taken[-1]] @ scaled)
            # a copy of what is taken would divide by little where nothing is redundant
            value = relevance / np.maximum(redundancy / len(taken), 1e-3)
            value[taken] = -np.inf
            taken.append(int(np.argmax(value)))
        return taken


class StabilitySelection(_ChosenPowers):
    """Features that stay among the best whichever half of the trials is looked at.

    Complementary halves of the trials are drawn, each class halved; in each half the ``n_best``
    features by R² are noted. Those noted in at least ``threshold`` of the halves are taken, the
    most frequent one in any case.

    Parameters
    ----------
    n_best : int
        Noted in each half.
    threshold : float
        Share of the halves, 0 to 1.
    n_pairs : int
        Pairs of complementary halves.
    most : int
        Take no more than that.
    bands, sfreq, ch_names
        As in `PickedFeatures`.
    random_state : int, RandomState or None
        Draws the halves.

    Attributes
    ----------
    features_ : list of (channel, lowest, highest)
        The most frequent first.
    frequencies_ : array, shape (n_candidates,)
        Share of the halves in which each candidate was noted, channel by channel.

    References
    ----------
    .. [1] N. Meinshausen, P. Bühlmann, J. Royal Statistical Society B, 2010,
       doi:10.1111/j.1467-9868.2010.00740.x.
    .. [2] R. D. Shah, R. J. Samworth, J. Royal Statistical Society B, 2013,
       doi:10.1111/j.1467-9868.2011.01034.x.
    """

    def __init__(
        self,
        *,
        n_best: int = 8,
        threshold: float = 0.6,
        n_pairs: int = 50,
        most: int = 8,
        bands: Sequence[Band] = TWO_HERTZ,
        sfreq: float | None = None,
        ch_names: Sequence[str] | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_best = n_best
        self.threshold = threshold
        self.n_pairs = n_pairs
        self.most = most
        self.bands = bands
        self.sfreq = sfreq
        self.ch_names = ch_names
        self.random_state = random_state

    def _choose(self, table: np.ndarray, candidates: list[Place], y: Any) -> list[int]:
        labels, random = _labels(y), check_random_state(self.random_state)
        counts, n_best = np.zeros(len(candidates)), min(self.n_best, len(candidates))
        for _ in range(self.n_pairs):
            first = _half(labels, random)
            for half in (first, ~first):
                r2 = explained_variance(table[half], labels[half])
                counts[np.argsort(-r2, kind="stable")[:n_best]] += 1
        self.frequencies_ = counts / (2 * self.n_pairs)
        order = np.argsort(-self.frequencies_, kind="stable")
        stable = int(np.sum(self.frequencies_ >= self.threshold))
        return [int(index) for index in order[: min(max(stable, 1), _checked_count(self.most))]]


def _labels(y: Any) -> np.ndarray:
    if y is None:
        raise ValueError("features are chosen by the classes of the trials; give y")
    return np.asarray(y)


def _checked_count(count: int) -> int:
    if count < 1:
        raise ValueError(f"at least one feature must be chosen, got {count}")
    return int(count)


def _f_values(table: np.ndarray, labels: np.ndarray) -> np.ndarray:
    r2 = np.minimum(explained_variance(table, labels), 1 - 1e-12)
    n_classes = len(np.unique(labels))
    return r2 / (1 - r2) * (len(labels) - n_classes) / max(n_classes - 1, 1)


def _half(labels: np.ndarray, random: Any) -> np.ndarray:
    """Draw half of the trials of each class, the odd one by chance."""
    inside = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        inside[rows[: (len(rows) + random.randint(2)) // 2]] = True
    return inside


def _lda() -> LinearDiscriminantAnalysis:
    return LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")


def picked_lda(
    *,
    features: Sequence[PowerFeature] | None = None,
    n_features: int = 3,
    combine: bool = False,
    bands: Sequence[Band] = TWO_HERTZ,
    sfreq: float | None = None,
    random_state: int | None = 42,
) -> Pipeline:
    """Log power of picked features, or of the best three by R², shrinkage LDA."""
    asked: dict[str, Any] = {"features": features, "n_features": n_features, "bands": bands}
    asked["sfreq"] = sfreq
    picked = (
        CombinedFeatures(**asked, random_state=random_state) if combine else PickedFeatures(**asked)
    )
    return make_pipeline(CheckedEpochs(), picked, _lda())


def mrmr_lda(
    *, n_features: int = 4, sfreq: float | None = None, random_state: int | None = 42
) -> Pipeline:
    """Four band powers chosen by mRMR, shrinkage LDA."""
    return make_pipeline(CheckedEpochs(), MrmrSelection(n_features=n_features, sfreq=sfreq), _lda())


def stability_lda(
    *, threshold: float = 0.6, sfreq: float | None = None, random_state: int | None = 42
) -> Pipeline:
    """Band powers that stay the best in most halves of the trials, shrinkage LDA."""
    chosen = StabilitySelection(threshold=threshold, sfreq=sfreq, random_state=random_state)
    return make_pipeline(CheckedEpochs(), chosen, _lda())
