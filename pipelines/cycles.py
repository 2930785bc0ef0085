"""Maps of a person's connectome: how many neighbours, triangles and squares pass each node."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import (
    PackedGraph,
    clustering_coefficients,
    correlation_graph,
    distance_degrees,
    expected_triangles,
    four_cycles,
    graph_from_correlation,
    triangles,
)

FEATURES = ("degree", "cycles", "weight", "clustering", "four-cycles", "ratio")
PLACED = ("distance-degree",)  # maps that want the places of the nodes
BINS_MM = (0.0, 20.0, 40.0, 80.0, float("inf"))
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
    positions_mm: np.ndarray | None = None,
    bins_mm: Sequence[float] = BINS_MM,
    n_threads: int = 1,
    backend: str = "cpu",
) -> dict[str, np.ndarray]:
    """Maps of one person.

    Parameters
    ----------
    data, threshold, density, sign, n_threads, backend
        See :func:`person_graph`.
    features, positions_mm, bins_mm
        See :func:`graph_maps`.

    Returns
    -------
    maps : dict of str to array, shape (n_nodes,)

    Raises
    ------
    ValueError
        If there is no such feature, or the graph has no edge or all of them.
    """
    check_features(features, placed=positions_mm is not None)
    graph = person_graph(
        data, threshold=threshold, density=density, sign=sign, n_threads=n_threads, backend=backend
    )
    places: Any = {"positions_mm": positions_mm, "bins_mm": bins_mm}
    return graph_maps(graph, features, **places, n_threads=n_threads, backend=backend)


def check_features(features: Sequence[str], *, placed: bool) -> None:
    """Refuse maps that there are not, or that want places where there are none."""
    known = (*FEATURES, *PLACED)
    if unknown := [name for name in features if name not in known]:
        raise ValueError(f"there is no map {unknown[0]!r}; choose from {', '.join(known)}")
    if set(PLACED) & set(features) and not placed:
        raise ValueError(
            "distance-degree needs the place of each node in millimetres; give positions_mm, which "
            "images have and regions have not"
        )


def person_graph(
    data: np.ndarray,
    *,
    threshold: float | None = None,
    density: float | None = None,
    sign: str = "positive",
    n_threads: int = 1,
    backend: str = "cpu",
) -> PackedGraph:
    """Graph of one person.

    Parameters
    ----------
    data : array, shape (n_times, n_nodes) or (n_nodes, n_nodes)
        Series; a symmetric matrix with a diagonal of ones (or NaN) is taken for correlations.
    threshold, density, sign, n_threads, backend
        As in ``kernels.correlation_graph``.

    Returns
    -------
    graph : PackedGraph

    Raises
    ------
    ValueError
        If it has no edge or all of them.
    """
    data = np.asarray(data)
    how: dict[str, Any] = {"threshold": threshold, "density": density, "sign": sign}
    if _is_correlation(data):
        graph = graph_from_correlation(data, **how)
    else:
        graph = correlation_graph(data, n_threads=n_threads, backend=backend, **how)
    _refuse_trivial(graph)
    return graph


def graph_maps(
    graph: PackedGraph,
    features: Sequence[str],
    *,
    positions_mm: np.ndarray | None = None,
    bins_mm: Sequence[float] = BINS_MM,
    n_threads: int = 1,
    backend: str = "cpu",
) -> dict[str, np.ndarray]:
    """Maps of a graph.

    Parameters
    ----------
    graph : PackedGraph
    features : sequence of str
        ``"degree"``, ``"cycles"`` (of length three), ``"weight"`` (sum of a node's correlations),
        ``"clustering"``, ``"four-cycles"``, ``"ratio"`` (cycles to what the degrees predict),
        ``"distance-degree"`` (a map for each bin of distance, such as
        ``"distance-degree-0-20mm"``).
    positions_mm, bins_mm
        See :func:`neurokit.kernels.distance_degrees`.
    n_threads, backend
        Of the kernels.

    Returns
    -------
    maps : dict of str to array, shape (n_nodes,)

    Raises
    ------
    ValueError
        If there is no such feature, or it lacks positions.
    """
    check_features(features, placed=positions_mm is not None)
    how: Any = {"n_threads": n_threads, "backend": backend}
    cycles = None
    if {"cycles", "clustering", "ratio"} & set(features):
        cycles = triangles(graph, **how)
    maps: dict[str, np.ndarray] = {}
    for name in features:
        if name == "distance-degree":
            assert positions_mm is not None
            # there is no gpu kernel: the edges are met once, at the speed of memory
            counts = distance_degrees(graph, positions_mm, bins_mm, n_threads=n_threads)
            maps |= dict(zip(bin_names(bins_mm), counts, strict=True))
        else:
            maps[name] = _one_map(name, graph, cycles, how)
    return maps


def bin_names(bins_mm: Sequence[float]) -> list[str]:
    """Name of the map of each bin of distance."""
    return [
        f"distance-degree-{low:g}-{high:g}mm"
        if np.isfinite(high)
        else f"distance-degree-from-{low:g}mm"
        for low, high in pairwise(bins_mm)
    ]


def _one_map(name: str, graph: PackedGraph, cycles: np.ndarray | None, how: Any) -> np.ndarray:
    if name == "degree":
        return graph.degrees
    if name == "weight":
        return graph.strengths
    if name == "four-cycles":
        return four_cycles(graph, **how)
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
        See :func:`graph_maps`.
    threshold, density : float, optional
        Correlation from which on nodes are joined, or the share of pairs that are: give one.
    sign : {"positive", "negative", "absolute"}
        Which correlations join.
    positions_mm : array, shape (n_nodes, 3), optional
        Place of each node in millimetres, for ``"distance-degree"``.
    bins_mm : tuple of float
        Edges of the bins of distance, see :func:`neurokit.kernels.distance_degrees`.
    normalise : {"log", "rank", "none"}
        Counts have heavy tails: their logarithm, ``log(1 + count)``, or their rank among the
        person's nodes, from 0 to 1.
    nodes : array of bool, shape (n_nodes,), optional
        Nodes that take part; the maps of the others are zero.
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
        positions_mm: np.ndarray | None = None,
        bins_mm: tuple[float, ...] = BINS_MM,
        normalise: str = "log",
        nodes: np.ndarray | None = None,
        backend: str = "cpu",
    ) -> None:
        self.features = features
        self.threshold = threshold
        self.density = density
        self.sign = sign
        self.positions_mm = positions_mm
        self.bins_mm = bins_mm
        self.normalise = normalise
        self.nodes = nodes
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
            rows.append(self._maps_of(data))
        return with_site(np.array(rows), X)

    def _maps_of(self, data: Any) -> np.ndarray:
        """Maps of one person, remembered while a search goes through folds and settings."""
        how: dict[str, Any] = {
            "features": tuple(self.features),
            "threshold": self.threshold,
            "density": self.density,
            "sign": self.sign,
            "bins_mm": tuple(self.bins_mm),
            "backend": self.backend,
        }
        given = self.positions_mm, self.nodes
        places = [None if one is None else np.asarray(one).tobytes() for one in given]

        def make(values: np.ndarray) -> np.ndarray:
            return self._made(values, how)

        key = (_content(data), *how.values(), *places, self.normalise)
        found = _REMEMBERED.get(key)
        if found is None:
            # neurokit.cohorts.maps.KeptScan has its maps on disk
            kept = hasattr(data, "maps")
            settings = [how, *given, self.normalise]
            found = data.maps(settings, make) if kept else make(np.asarray(data))
            _remember(key, found)
        return found

    def _made(self, values: np.ndarray, how: dict[str, Any]) -> np.ndarray:
        """Maps of the nodes that take part, side by side; zero elsewhere."""
        if self.nodes is None:
            maps = node_maps(values, positions_mm=self.positions_mm, **how)
            return np.concatenate([self._normalised(one) for one in maps.values()])
        kept = np.flatnonzero(self.nodes)
        places = None if self.positions_mm is None else np.asarray(self.positions_mm)[kept]
        maps = node_maps(values[:, kept], positions_mm=places, **how)
        found = np.zeros((len(maps), values.shape[1]))
        found[:, kept] = [self._normalised(one) for one in maps.values()]
        return found.ravel()

    def _normalised(self, one: np.ndarray) -> np.ndarray:
        if self.normalise == "rank":
            from scipy.stats import rankdata

            ranks: np.ndarray = (rankdata(one) - 1) / max(len(one) - 1, 1)
            return ranks
        if self.normalise == "log":
            logarithm: np.ndarray = np.sign(one) * np.log1p(np.abs(one))
            return logarithm
        return np.asarray(one, dtype=float)


def _content(data: Any) -> tuple[Any, ...]:
    """Name of a scan by what it holds."""
    if hasattr(data, "content"):
        return data.content, str(data.folder)
    values = np.ascontiguousarray(data)
    return hashlib.blake2b(values.data, digest_size=16).digest(), values.shape, values.dtype.str


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
