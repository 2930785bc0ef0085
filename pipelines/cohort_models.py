"""What stands beside the maps of a cohort: connectivity itself, phenotype, site, majority."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from neurokit.pipelines.adhd import adhd_classifier
from neurokit.pipelines.cycles import CycleMaps, check_features, series_of
from neurokit.pipelines.group_mask import GroupMask

MOST_NODES = 500  # beyond it a matrix a person is too much for a plain model
PHENOTYPE = ("age", "sex", "iq")


class Connectivity(TransformerMixin, BaseEstimator):
    """Fisher's z of every correlation between two nodes.

    It takes what :class:`neurokit.pipelines.cycles.CycleMaps` takes.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn how many nodes there are."""
        self.n_nodes_ = int(np.shape(series_of(X)[0])[1])
        return self

    def transform(self, X: Any) -> np.ndarray:
        """Upper triangles, shape (n_people, n_nodes * (n_nodes - 1) / 2)."""
        check_is_fitted(self)
        return np.array([self._of(one) for one in series_of(X)])

    def _of(self, one: Any) -> np.ndarray:
        found: np.ndarray = (
            one.maps("connectivity", _triangle)
            if hasattr(one, "maps")
            else _triangle(np.asarray(one))
        )
        return found


def _triangle(values: np.ndarray) -> np.ndarray:
    """Fisher's z of the correlations of series, or of a matrix of them; zero for dead nodes."""
    if values.shape[0] != values.shape[1] or not np.allclose(np.diagonal(values), 1, atol=1e-6):
        centred = values - values.mean(axis=0)
        spread = np.linalg.norm(centred, axis=0)
        unit = np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)
        values = unit.T @ unit
    corners = np.nan_to_num(values[np.triu_indices(len(values), 1)])
    triangle: np.ndarray = np.arctanh(np.clip(corners, -0.9999, 0.9999)).astype(np.float32)
    return triangle


class Phenotype(TransformerMixin, BaseEstimator):
    """What is known of a person without a scan, as numbers: gaps filled and marked.

    Parameters
    ----------
    columns : tuple of str
        Of the table: numbers, of which those that are there are taken.
    site : bool
        Whether the site counts too.
    """

    def __init__(self, *, columns: tuple[str, ...] = PHENOTYPE, site: bool = True) -> None:
        self.columns = columns
        self.site = site

    def fit(self, X: pd.DataFrame, y: Any = None) -> Self:
        """Learn the medians, and which sites there are."""
        there = [name for name in self.columns if name in X and X[name].notna().any()]
        self.medians_ = {name: float(X[name].median()) for name in there}
        self.spreads_ = {name: float(X[name].std()) or 1.0 for name in there}
        self.sites_ = sorted(X["site"].unique()) if self.site else []
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Numbers, shape (n_people, n_columns); people of unknown sites are of none."""
        check_is_fitted(self)
        found = [np.zeros(len(X))]
        for name, median in self.medians_.items():
            values = X[name].to_numpy(float)
            found.append(
                (np.where(np.isnan(values), median, values) - median) / self.spreads_[name]
            )
            found.append(np.isnan(values).astype(float))
        found += [(X["site"] == site).to_numpy(float) for site in self.sites_]
        return np.column_stack(found)


def cohort_models(
    features: tuple[str, ...],
    n_nodes: int,
    *,
    several_scans: bool,
    positions_mm: np.ndarray | None = None,
    share: float | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Models by name for a study of a cohort: cycles first, then what they must be better than.

    Parameters
    ----------
    features : tuple of str
        Maps, see :func:`neurokit.pipelines.cycles.node_maps`.
    n_nodes : int
        Nodes of a scan; above 500 connectivity itself is left out.
    several_scans : bool
        Whether somebody has several: the inner loop then keeps them together.
    positions_mm : array, shape (n_nodes, 3), optional
        Place of each node, for ``"distance-degree"``.
    share : float, optional
        Take the nodes that this share of the training scans have, see
        :class:`neurokit.pipelines.group_mask.GroupMask`; all of them otherwise.
    **options
        Of :func:`neurokit.pipelines.adhd.adhd_classifier`.

    Returns
    -------
    models : dict of str to estimator
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    check_features(features, placed=positions_mm is not None)
    cycles = adhd_classifier(features=features, n_nodes=n_nodes, **options)
    cycles.set_params(estimator__mask__n_nodes=n_nodes)
    if "distance-degree" in features:
        cycles.set_params(estimator__maps__positions_mm=positions_mm)
    if several_scans:
        seed = options.get("random_state", 42)
        cycles.set_params(cv=StratifiedGroupKFold(3, shuffle=True, random_state=seed))
    models = {maps_name(features): cycles if share is None else GroupMask(cycles, share=share)}
    if n_nodes <= MOST_NODES:
        ridge = RidgeClassifierCV(alphas=np.logspace(1, 6, 11))
        models["connectivity ridge"] = make_pipeline(Connectivity(), StandardScaler(), ridge)
    models["phenotype only"] = make_pipeline(Phenotype(), LogisticRegression())
    models["site only"] = make_pipeline(Phenotype(columns=()), LogisticRegression())
    models["majority"] = make_pipeline(Phenotype(columns=()), DummyClassifier())
    return models


def maps_name(features: tuple[str, ...]) -> str:
    """Name of the model of these maps."""
    return " + ".join("3-cycles" if one == "cycles" else one for one in features)


def mappers(classifier: Any) -> list[CycleMaps]:
    """Every setting of the maps that a search of :func:`adhd_classifier` goes through."""
    from sklearn.model_selection import ParameterGrid

    classifier = getattr(classifier, "search", classifier)
    maps = classifier.estimator.named_steps["maps"]
    grid = {
        name.removeprefix("maps__"): values
        for name, values in classifier.param_grid.items()
        if name.startswith("maps__")
    }
    return [CycleMaps(**{**maps.get_params(), **chosen}) for chosen in ParameterGrid(grid)]


def describe(search: Any) -> dict[str, Any]:
    """What a fitted search of :func:`adhd_classifier` tells of itself, in numbers and lists.

    Returns
    -------
    told : dict
        ``frequency`` with which each node was chosen, ``chosen`` settings, and ``sweep``: for each
        density or threshold the best balanced accuracy of the inner loop.
    """
    search = getattr(search, "search_", search)
    mask = search.best_estimator_.named_steps["mask"]
    results = search.cv_results_
    name = next(one for one in search.param_grid if one.startswith("maps__"))
    tried = np.array([setting[name] for setting in results["params"]], dtype=float)
    score = np.asarray(results["mean_test_score"], dtype=float)
    return {
        "frequency": [round(float(one), 4) for one in mask.frequency_],
        "chosen": {key: float(value) for key, value in search.best_params_.items()},
        "knob": name.removeprefix("maps__"),
        "sweep": [[float(one), float(score[tried == one].max())] for one in np.unique(tried)],
    }
