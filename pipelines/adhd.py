"""Who has ADHD, by maps of the connectome: site correction, region mask, PCA, LDA.

Not a diagnostic device. On ADHD-200 expect 60 to 70 %; a model that knows age, sex, IQ and site
alone is a strong baseline; triangles partly follow from degrees, and from the transitivity of
correlation. Of the paper's settings the threshold, the bins of distance, the rule of the mask and
the size of the PCA are not known to us: here they are parameters, tuned in an inner loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from neurokit.pipelines.cycles import CycleMaps
from neurokit.pipelines.sites import site_step


class RegionMask(TransformerMixin, BaseEstimator):
    """Keep the nodes that tell the classes apart, time and again.

    In each resample of the training people, the share of nodes with the largest two-sample
    statistic is chosen; a node that is chosen often enough is kept.

    Parameters
    ----------
    share : float
        Nodes chosen in a resample, of all.
    n_resamples : int
        Halves of the people, drawn by class.
    stability : float
        Share of the resamples in which a node must be chosen.
    n_nodes : int, optional
        Nodes of a map, where several maps stand side by side: a node is kept with all its maps.
    voxels : array of int, shape (n_nodes, 3), optional
        Place of each node on a grid: statistics are then smoothed, and small clusters dropped.
    smoothing : float
        Sigma of the smoothing, in voxels.
    min_cluster : int
        Fewest voxels of a cluster that is kept.
    random_state : int or None

    Attributes
    ----------
    frequency_ : array, shape (n_nodes,)
        How often each node was chosen.
    mask_ : array of bool, shape (n_nodes,)
        Nodes that are kept; the most frequent ones where none is stable.
    """

    def __init__(
        self,
        *,
        share: float = 0.25,
        n_resamples: int = 25,
        stability: float = 0.6,
        n_nodes: int | None = None,
        voxels: np.ndarray | None = None,
        smoothing: float = 1.0,
        min_cluster: int = 4,
        random_state: int | None = 42,
    ) -> None:
        self.share = share
        self.n_resamples = n_resamples
        self.stability = stability
        self.n_nodes = n_nodes
        self.voxels = voxels
        self.smoothing = smoothing
        self.min_cluster = min_cluster
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Choose nodes.

        Raises
        ------
        ValueError
            If there are not two classes with two people each.
        """
        values, y = np.asarray(X, dtype=float), np.asarray(y)
        classes, counts = np.unique(y, return_counts=True)
        if len(classes) != 2 or counts.min() < 2:
            raise ValueError(
                "a mask is learnt from two classes with at least two people each, got "
                f"{dict(zip(classes.tolist(), counts.tolist(), strict=True))}"
            )
        n_nodes = values.shape[1] if self.n_nodes is None else self.n_nodes
        n_chosen = max(1, round(self.share * n_nodes))
        rng = np.random.default_rng(self.random_state)
        members = [np.flatnonzero(y == one) for one in classes]
        chosen = np.zeros(n_nodes)
        for _ in range(self.n_resamples):
            halves = [
                rng.choice(people, max(2, len(people) // 2), replace=False) for people in members
            ]
            statistic = np.abs(_welch(values[halves[0]], values[halves[1]]))
            statistic = self._smooth(statistic.reshape(-1, n_nodes).max(axis=0))
            chosen[np.argsort(-statistic, kind="stable")[:n_chosen]] += 1
        self.frequency_ = chosen / self.n_resamples
        mask = self._without_specks(self.frequency_ >= self.stability)
        if not mask.any():
            mask = np.zeros(n_nodes, dtype=bool)
            mask[np.argsort(-self.frequency_, kind="stable")[:n_chosen]] = True
        self.mask_ = mask
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Features of the nodes that are kept."""
        check_is_fitted(self)
        values = np.asarray(X, dtype=float)
        return values[:, np.tile(self.mask_, values.shape[1] // len(self.mask_))]

    def _smooth(self, statistic: np.ndarray) -> np.ndarray:
        if self.voxels is None or not self.smoothing:
            return statistic
        from scipy.ndimage import gaussian_filter

        places = tuple(np.asarray(self.voxels).T)
        grid = np.zeros(np.max(self.voxels, axis=0) + 1)
        inside = np.zeros_like(grid)
        grid[places], inside[places] = statistic, 1.0
        # what lies outside the mask counts for nothing
        smoothed = gaussian_filter(grid, self.smoothing) / np.maximum(
            gaussian_filter(inside, self.smoothing), 1e-9
        )
        found: np.ndarray = smoothed[places]
        return found

    def _without_specks(self, mask: np.ndarray) -> np.ndarray:
        if self.voxels is None or self.min_cluster < 2:
            return mask
        from scipy.ndimage import label

        places = tuple(np.asarray(self.voxels).T)
        grid = np.zeros(np.max(self.voxels, axis=0) + 1, dtype=bool)
        grid[places] = mask
        labels, _ = label(grid, np.ones((3, 3, 3)))
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        found: np.ndarray = sizes[labels[places]] >= self.min_cluster
        return found


def _welch(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Two-sample statistic of each column; zero where nothing varies."""
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    difference = one.mean(axis=0) - other.mean(axis=0)
    return np.divide(difference, error, out=np.zeros(len(error)), where=error > 1e-12)


class FewComponents(TransformerMixin, BaseEstimator):
    """Principal components, no more of them than the people and features carry.

    Parameters
    ----------
    n_components : int
        As many as are wanted.
    """

    def __init__(self, *, n_components: int = 10) -> None:
        self.n_components = n_components

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the components of what varies."""
        from sklearn.decomposition import PCA

        values = np.asarray(X, dtype=float)
        most = min(self.n_components, len(values) - 2, values.shape[1])
        self.pca_ = PCA(max(most, 1), svd_solver="full").fit(values)
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Components, shape (n_people, n_components)."""
        check_is_fitted(self)
        found: np.ndarray = self.pca_.transform(np.asarray(X, dtype=float))
        return found


def adhd_classifier(
    *,
    features: tuple[str, ...] = ("cycles",),
    thresholds: Sequence[float] = (),
    densities: Sequence[float] = (0.05, 0.1, 0.2),
    n_components: Sequence[int] = (5, 10, 20),
    site_correction: str = "residual",
    voxels: np.ndarray | None = None,
    n_nodes: int | None = None,
    inner_folds: int = 3,
    random_state: int | None = 42,
) -> Any:
    """Maps, logarithm, site, mask, PCA, LDA; threshold and dimensions tuned in an inner loop.

    Parameters
    ----------
    features : tuple of str
        Maps, see :func:`neurokit.pipelines.cycles.node_maps`.
    thresholds, densities : sequence of float
        What to try: correlations if there are any, else densities.
    n_components : sequence of int
        Sizes of the PCA to try.
    site_correction : {"residual", "combat", "none"}
        :class:`~neurokit.pipelines.sites.SiteResidualiser`,
        :class:`~neurokit.pipelines.sites.CombatCorrection`, or none, which shows what correction
        gains.
    voxels, n_nodes
        As in :class:`RegionMask`.
    inner_folds : int
        Folds of the inner loop.
    random_state : int or None

    Returns
    -------
    classifier : GridSearchCV
        Takes what :class:`~neurokit.pipelines.cycles.CycleMaps` takes.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.pipeline import Pipeline

    several = len(features) > 1 and n_nodes is not None
    steps = [
        ("maps", CycleMaps(features=tuple(features))),
        ("site", site_step(site_correction)),
        (
            "mask",
            RegionMask(
                voxels=voxels, n_nodes=n_nodes if several else None, random_state=random_state
            ),
        ),
        ("pca", FewComponents()),
        ("lda", LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")),
    ]
    how = (
        {"maps__threshold": list(thresholds)} if thresholds else {"maps__density": list(densities)}
    )
    folds = StratifiedKFold(inner_folds, shuffle=True, random_state=random_state)
    return GridSearchCV(
        Pipeline(steps),
        {**how, "pca__n_components": list(n_components)},
        cv=folds,
        scoring="balanced_accuracy",
        error_score="raise",
    )
