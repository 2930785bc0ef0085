"""The voxels that a group shares, learnt on training people alone."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from neurokit.pipelines.cycles import series_of


def alive(values: np.ndarray) -> np.ndarray:
    """Which nodes of a scan have a series that is finite and varies, shape (n_nodes,)."""
    found: np.ndarray = np.isfinite(values).all(axis=0)
    found[found] = np.ptp(values[:, found], axis=0) > 0
    return found


class AliveNodes(TransformerMixin, BaseEstimator):
    """Which nodes of each scan are alive, kept beside its maps."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how many nodes there are."""
        self.n_nodes_ = int(np.shape(series_of(X)[0])[1])
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Nodes that are alive, bool, shape (n_scans, n_nodes)."""
        scans = series_of(X)
        return np.array([s.maps("alive", alive) if hasattr(s, "maps") else alive(s) for s in scans])


def shared_nodes(there: np.ndarray, share: float) -> np.ndarray:
    """Nodes that a share of the scans have.

    Parameters
    ----------
    there : array of bool, shape (n_scans, n_nodes)
    share : float
        Least share of the scans, up to 1.

    Returns
    -------
    nodes : array of bool, shape (n_nodes,)

    Raises
    ------
    ValueError
        If fewer than two are left.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is a share of the people up to 1, got {share:g}")
    nodes: np.ndarray = there.sum(axis=0) >= share * len(there) - 1e-9
    if np.count_nonzero(nodes) < 2:
        raise ValueError(f"no voxels vary in {share:.0%} of {len(there)} scans; lower the share")
    return nodes


class GroupMask(ClassifierMixin, BaseEstimator):
    """A search of :func:`neurokit.pipelines.adhd_classifier` on the nodes that its people share.

    Parameters
    ----------
    search : GridSearchCV
    share : float
        Least share of the training scans that have a node.

    Attributes
    ----------
    nodes_ : array of bool, shape (n_nodes,)
        Of the training people; the others' maps are zero in everyone.
    search_ : GridSearchCV
        Fitted.
    """

    def __init__(self, search: Any, *, share: float = 1.0) -> None:
        self.search = search
        self.share = share

    @property
    def cv(self) -> Any:
        """Inner loop of the search."""
        return self.search.cv

    def fit(self, X: Any, y: Any, groups: Any = None) -> Self:
        """Learn the nodes, then the rest."""
        self.nodes_ = shared_nodes(AliveNodes().fit_transform(X), self.share)
        search = clone(self.search).set_params(estimator__maps__nodes=self.nodes_)
        self.search_ = search.fit(X, y, groups=groups)
        self.classes_ = self.search_.classes_
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Class of each person."""
        check_is_fitted(self)
        found: np.ndarray = self.search_.predict(X)
        return found

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probability of each class, shape (n_people, 2)."""
        check_is_fitted(self)
        found: np.ndarray = self.search_.predict_proba(X)
        return found
