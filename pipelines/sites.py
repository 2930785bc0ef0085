"""Sites: what the scanner adds to everyone's features, taken out without seeing the diagnosis."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

CORRECTIONS = ("residual", "combat", "none")
FEW = 5  # people of an unseen site who are too few to be corrected by their own mean


def site_step(correction: str) -> Any:
    """Make the step of a pipeline that corrects for the site.

    Parameters
    ----------
    correction : {"residual", "combat", "none"}

    Raises
    ------
    ValueError
        If there is no such correction, or ComBat is not installed.
    """
    if correction not in CORRECTIONS:
        raise ValueError(
            f"site correction must be one of {', '.join(CORRECTIONS)}, got {correction!r}"
        )
    if correction == "combat":
        _combat()
        return CombatCorrection()
    return SiteResidualiser() if correction == "residual" else SiteBlind()


def _combat() -> Any:
    """ComBat as combatlearn has it."""
    try:
        from combatlearn import ComBat
    except ImportError:
        raise ValueError(
            "site correction combat needs combatlearn; pip install 'neurokit-bci[harmonise]'"
        ) from None
    return ComBat


class SiteResidualiser(TransformerMixin, BaseEstimator):
    """Take each site's mean, and its scale, out of every feature.

    A site is known by the column ``site`` of the table that comes in; without it nothing is taken.

    Parameters
    ----------
    scale : bool
        Whether to divide by the site's standard deviation too.
    shrinkage : float
        People's worth of trust in the mean of all sites: a site of n people moves
        ``n / (n + shrinkage)`` of the way to its own mean.

    Notes
    -----
    It never sees the diagnosis. People of a site that no training fold had are corrected by their
    own mean where five or more of them come together, and by that of all sites otherwise.
    """

    def __init__(self, *, scale: bool = True, shrinkage: float = 4.0) -> None:
        self.scale = scale
        self.shrinkage = shrinkage

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn the mean and the scale of each site."""
        values, sites = _apart(X)
        self.mean_, self.scale_ = values.mean(axis=0), _spread(values)
        self.sites_: dict[Any, tuple[np.ndarray, np.ndarray]] = {}
        for site in [] if sites is None else np.unique(sites):
            self.sites_[site] = self._learn(values[sites == site])
        return self

    def _learn(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        trust = len(values) / (len(values) + self.shrinkage)
        mean = trust * values.mean(axis=0) + (1 - trust) * self.mean_
        if len(values) < 3:
            return mean, self.scale_
        return mean, np.exp(trust * np.log(_spread(values)) + (1 - trust) * np.log(self.scale_))

    def transform(self, X: Any) -> np.ndarray:
        """Corrected features, shape (n_people, n_features)."""
        check_is_fitted(self)
        values, sites = _apart(X)
        corrected = np.empty_like(values)
        if sites is None:
            return (values - self.mean_) / (self.scale_ if self.scale else 1.0)
        for site in np.unique(sites):
            mine = sites == site
            known = self.sites_.get(site)
            if known is None:
                known = (self.mean_, self.scale_)
                if np.count_nonzero(mine) >= FEW:
                    known = self._learn(values[mine])
            corrected[mine] = (values[mine] - known[0]) / (known[1] if self.scale else 1.0)
        return corrected


class CombatCorrection(TransformerMixin, BaseEstimator):
    """ComBat [1]_ as combatlearn has it, learnt on training people and applied to others.

    A site is known by the column ``site`` of the table that comes in; without it, or where all
    come from one, nothing is taken.

    Notes
    -----
    It never sees the diagnosis: no covariate is protected. ComBat knows the sites that it was
    fitted on alone: people of others, and of sites with a single training person, are moved to the
    mean of all where five or more of them come together, and stay as they are otherwise.

    References
    ----------
    .. [1] W. E. Johnson, C. Li, A. Rabinovic, Biostatistics, 2007,
           doi:10.1093/biostatistics/kxj037.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what each site adds."""
        values, sites = _apart(X)
        self.mean_ = values.mean(axis=0)
        self.varies_ = values.std(axis=0) > 1e-12
        names, counts = np.unique([] if sites is None else sites.astype(str), return_counts=True)
        self.sites_ = sorted(names[counts > 1])
        self.combat_ = None
        if len(self.sites_) > 1 and sites is not None:
            known = np.isin(sites.astype(str), self.sites_)
            self.combat_ = _combat()(sites[known].astype(str))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of sites that differ in size
                self.combat_.fit(values[known][:, self.varies_])
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Corrected features, shape (n_people, n_features)."""
        check_is_fitted(self)
        values, sites = _apart(X)
        if self.combat_ is None or sites is None:
            return values
        corrected, sites = values.copy(), sites.astype(str)
        for site in np.setdiff1d(sites, self.sites_):
            mine = sites == site
            if np.count_nonzero(mine) >= FEW:
                corrected[mine] += self.mean_ - values[mine].mean(axis=0)
        known = np.isin(sites, self.sites_)
        if known.any():
            combat = self.combat_.set_params(batch=sites[known])
            corrected[np.ix_(known, self.varies_)] = combat.transform(
                values[known][:, self.varies_]
            )
        return corrected


class SiteBlind(TransformerMixin, BaseEstimator):
    """Drop the sites and correct nothing: what correction is compared with."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn nothing."""
        self.n_features_ = _apart(X)[0].shape[1]
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Features without the sites."""
        check_is_fitted(self)
        return _apart(X)[0]


def _apart(X: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Features and sites of a table, or features alone."""
    if hasattr(X, "columns"):
        sites = np.asarray(X["site"]) if "site" in X.columns else None
        values = X.drop(columns="site") if sites is not None else X
        return np.asarray(values, dtype=float), sites
    return np.asarray(X, dtype=float), None


def _spread(values: np.ndarray) -> np.ndarray:
    """Standard deviations; one where nothing varies."""
    spread: np.ndarray = values.std(axis=0)
    return np.where(spread > 1e-12, spread, 1.0)
