"""Maps of a person's connectome: how many neighbours, triangles and squares pass each node."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from threading import Lock
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import (
    PackedGraph,
    clustering_coefficients,
    correlation_graph,
    expected_triangles,
    four_cycles,
    graph_from_correlation,
    triangles,
)

FEATURES = ("degree", "cycles", "weight", "clustering", "four-cycles", "ratio")
NORMALISE = ("log", "rank", "none")
MOST_BYTES = 2**28  # of maps that are remembered

_REMEMBERED: dict[Any, np.ndarray] = {}
_remembering = Lock()


def _remember(key: Any, maps: np.ndarray) -> None:
    """Keep maps by the content that they were made of, the latest first to stay."""
    with _remembering:
        _REMEMBERED[key] = maps
        total = sum(kept.nbytes for kept in _REMEMBERED.values())
        while total > MOST_BYTES and len(_REMEMBERED) > 1:
            total -= _REMEMBERED.pop(next(iter(_REMEMBERED))).nbytes


def node_maps(
    data: np.ndarray,
    features: Sequence[str],
    *,
    threshold: float | None = None,
    density: float | None = None,
    sign: str = "positive",
    n_threads: int = 1,
    backend: str = "cpu",
) -> dict[str, np.ndarray]:
    """Maps of one person.

    Parameters
    ----------
    data : array, shape (n_times, n_nodes) or (n_nodes, n_nodes)
        Series; a symmetric matrix with a diagonal of ones (or NaN) is taken for correlations.
    features : sequence of str
        ``"degree"``, ``"cycles"`` (of length three), ``"weight"`` (sum of a node's correlations),
        ``"clustering"``, ``"four-cycles"``, ``"ratio"`` (cycles to what the degrees predict).
    threshold, density, sign, n_threads, backend
        As in ``kernels.correlation_graph``.

    Returns
    -------
    maps : dict of str to array, shape (n_nodes,)

    Raises
    ------
    ValueError
        If there is no such feature, or the graph has no edge or all of them.
    """
    if unknown := [name for name in features if name not in FEATURES]:
        raise ValueError(f"there is no map {unknown[0]!r}; choose from {', '.join(FEATURES)}")
    data = np.asarray(data)
    how: dict[str, Any] = {"threshold": threshold, "density": density, "sign": sign}
    if _is_correlation(data):
        graph = graph_from_correlation(data, **how)
    else:
        graph = correlation_graph(data, n_threads=n_threads, backend=backend, **how)
    _refuse_trivial(graph)
    counted: dict[str, np.ndarray] = {}
    if {"cycles", "clustering", "ratio"} & set(features):
        counted["cycles"] = triangles(graph, n_threads=n_threads, backend=backend)
    return {
        name: _one_map(name, graph, counted.get("cycles"), n_threads, backend) for name in features
    }


def _one_map(
    name: str, graph: PackedGraph, cycles: np.ndarray | None, n_threads: int, backend: str
) -> np.ndarray:
    if name == "degree":
        return graph.degrees
    if name == "weight":
        return graph.strengths
    if name == "four-cycles":
        return four_cycles(graph, n_threads=n_threads, backend=backend)
    assert cycles is not None
    if name == "cycles":
        return cycles
    if name == "clustering":
        return clustering_coefficients(graph.degrees, cycles)
    expected = expected_triangles(graph.degrees)
    return np.divide(cycles, expected, out=np.zeros(len(expected)), where=expected > 0)


def _is_correlation(data: np.ndarray) -> bool:
    if data.ndim != 2 or data.shape[0] != data.shape[1]:
        return False
    diagonal = np.diagonal(data)
    return bool(np.all(np.isnan(diagonal) | (np.abs(diagonal - 1) < 1e-6)))


def _refuse_trivial(graph: PackedGraph) -> None:
    n_good = graph.n_nodes - int(graph.isolated.sum())
    if graph.n_edges == 0 or graph.n_edges == n_good * (n_good - 1) // 2:
        what = "no pair of nodes" if graph.n_edges == 0 else "every pair of nodes"
        raise ValueError(
            f"at threshold {graph.threshold:.3g} {what} is joined: the graph says nothing; choose "
            "another threshold, or density= instead"
        )


class CycleMaps(TransformerMixin, BaseEstimator):
    """Maps of degree and cycles of each person's correlation graph [1]_, side by side.

    Parameters
    ----------
    features : tuple of str
        See :func:`node_maps`.
    threshold, density : float, optional
        Correlation from which on nodes are joined, or the share of pairs that are: give one.
    sign : {"positive", "negative", "absolute"}
        Which correlations join.
    normalise : {"log", "rank", "none"}
        Counts have heavy tails: their logarithm, ``log(1 + count)``, or their rank among the
        person's nodes, from 0 to 1.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Notes
    -----
    ``X`` is a sequence of series or matrices, or a table (``pandas.DataFrame``) with a row a person
    and a column ``series``; its column ``site``, if there is one, is handed on for
    :class:`SiteResidualiser`. Dey, Rao and Shah [1]_ join voxels above a positive threshold, which
    was not published in what we could read: it is a parameter here.

    References
    ----------
    .. [1] S. Dey, A. R. Rao, M. Shah, Front. Syst. Neurosci., 2012, doi:10.3389/fnsys.2012.00075.
    """

    def __init__(
        self,
        *,
        features: tuple[str, ...] = ("cycles",),
        threshold: float | None = None,
        density: float | None = None,
        sign: str = "positive",
        normalise: str = "log",
        backend: str = "cpu",
    ) -> None:
        self.features = features
        self.threshold = threshold
        self.density = density
        self.sign = sign
        self.normalise = normalise
        self.backend = backend

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn nothing but how many nodes there are."""
        if self.normalise not in NORMALISE:
            raise ValueError(
                f"normalise must be one of {', '.join(NORMALISE)}, got {self.normalise!r}"
            )
        self.n_nodes_ = int(np.shape(series_of(X)[0])[1])
        return self

    def transform(self, X: Any) -> Any:
        """Maps of each person.

        Returns
        -------
        maps : array, shape (n_people, n_features * n_nodes)
            Feature after feature; or a table of them with the column ``site``.

        Raises
        ------
        ValueError
            If a person has another number of nodes than those of the fit.
        """
        check_is_fitted(self)
        rows = []
        for place, data in enumerate(series_of(X)):
            if np.shape(data)[1] != self.n_nodes_:
                raise ValueError(
                    f"person {place} has {np.shape(data)[1]} nodes, the others {self.n_nodes_}; "
                    "bring all to one grid and one mask first"
                )
            rows.append(self._maps_of(np.asarray(data)))
        return with_site(np.array(rows), X)

    def _maps_of(self, data: np.ndarray) -> np.ndarray:
        """Maps of one person, remembered while a search goes through folds and settings."""
        how: dict[str, Any] = {
            "features": tuple(self.features),
            "threshold": self.threshold,
            "density": self.density,
            "sign": self.sign,
            "backend": self.backend,
        }
        content = hashlib.blake2b(np.ascontiguousarray(data).data, digest_size=16).digest()
        key = (content, data.shape, data.dtype.str, *how.values(), self.normalise)
        found = _REMEMBERED.get(key)
        if found is None:
            maps = node_maps(data, **how)
            found = np.concatenate([self._normalised(one) for one in maps.values()])
            _remember(key, found)
        return found

    def _normalised(self, one: np.ndarray) -> np.ndarray:
        if self.normalise == "rank":
            from scipy.stats import rankdata

            ranks: np.ndarray = (rankdata(one) - 1) / max(len(one) - 1, 1)
            return ranks
        if self.normalise == "log":
            logarithm: np.ndarray = np.sign(one) * np.log1p(np.abs(one))
            return logarithm
        return np.asarray(one, dtype=float)


def series_of(X: Any) -> Any:
    """Series of each person, of a table or a sequence."""
    if hasattr(X, "columns"):
        if "series" not in X.columns:
            raise ValueError("the table has no column series: one array (times, nodes) a person")
        return list(X["series"])
    return X


def with_site(values: np.ndarray, X: Any) -> Any:
    """Features alone, or a table of them with the sites of ``X``."""
    if not hasattr(X, "columns") or "site" not in X.columns:
        return values
    import pandas as pd

    table = pd.DataFrame(values, index=X.index)
    table["site"] = list(X["site"])
    return table
