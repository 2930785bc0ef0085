"""Nested weighted stochastic block models: description length of a partition, and its search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurokit.kernels.backends import find

MODELS = ("presence", "exponential", "exponential-prior", "gamma", "log-normal")


@dataclass(frozen=True)
class WeightModel:
    """How the weights between two blocks are coded; see :func:`weight_model`.

    Attributes
    ----------
    kind : str
        One of ``MODELS``.
    shape : float
        Of the gamma distribution; 1 is exponential.
    rate : float
        Of the gamma prior of the rate, whose shape is 1.
    mean, scatter : float
        Of the logarithms, of the normal-inverse-chi-squared prior; the mean is worth one weight,
        the scatter two.
    """

    kind: str
    shape: float = 1.0
    rate: float = 0.0
    mean: float = 0.0
    scatter: float = 0.0


def weight_model(weights: np.ndarray, kind: str, *, shape: float = 1.0) -> WeightModel:
    """Choose weak priors by the data: as wide as all weights taken together.

    Parameters
    ----------
    weights : array, shape (n_nodes, n_nodes)
        See :func:`block_description_length`.
    kind : {"presence", "exponential", "exponential-prior", "gamma", "log-normal"}
        Nothing but which pairs are joined; exponential weights in the microcanonical form, whose
        sums are coded at the level above [1]_; exponential and gamma weights of a given shape, the
        rate integrated over a gamma prior; normal logarithms, mean and variance integrated.
    shape : float
        Of the gamma distribution.

    Returns
    -------
    model : WeightModel

    Raises
    ------
    ValueError
        If there is no such kind, or the shape is not positive.

    References
    ----------
    .. [1] T. P. Peixoto, Phys. Rev. E, 2018, doi:10.1103/PhysRevE.97.012306.
    """
    if kind not in MODELS:
        raise ValueError(f"weights must be one of {', '.join(MODELS)}, got {kind!r}")
    if not shape > 0:
        raise ValueError(f"the shape of a gamma distribution must be positive, got {shape}")
    found = weights[np.triu_indices(len(weights), 1)]
    found = found[found > 0]
    if kind in ("presence", "exponential") or not len(found):
        return WeightModel(kind)
    if kind == "log-normal":
        logs = np.log(found)
        # weights that are all alike would leave no scatter to divide by
        return WeightModel(kind, mean=float(logs.mean()), scatter=float(2 * logs.var() + 1e-12))
    shape = 1.0 if kind == "exponential-prior" else shape
    return WeightModel(kind, shape=shape, rate=float(found.mean() / shape))


def block_description_length(
    weights: np.ndarray,
    levels: Sequence[np.ndarray],
    *,
    model: WeightModel | str = "exponential",
    degree_corrected: bool = False,
    backend: str = "cpu",
) -> float:
    """Description length of a graph and a nested partition of its nodes [1]_ [2]_.

    Parameters
    ----------
    weights : array, shape (n_nodes, n_nodes)
        Symmetric and non-negative; 0 is no edge, NaN a pair that was not observed, the diagonal
        does not count.
    levels : sequence of array of int, shape (n_nodes,)
        Label of each node at each level, finest first; each level joins blocks of the one before.
        A last level of one block is added where it is missing.
    model : WeightModel or str
        Of the weights; by its name with :func:`weight_model`'s priors.
    degree_corrected : bool
        Whether nodes of a block may differ in degree.
    backend : {"cpu", "reference"}
        Where it runs.

    Returns
    -------
    description_length : float
        In nats.

    Raises
    ------
    ValueError
        If the weights are not such a matrix, or the levels not nested.

    Notes
    -----
    Pairs that were not observed count neither as edges nor as none: edges between two blocks are
    spread over their observed pairs alone. With degree correction the share of observed pairs is
    weighted by what the degrees would be had all of a node's pairs been seen.

    The microcanonical form is graph-tool 2.45's to rounding: sums of weights are coded at the level
    above, and at the first level by a flat prior too. That is more than needed; it keeps blocks
    few, and makes the result depend on the unit: divide the weights by their mean first.

    References
    ----------
    .. [1] T. P. Peixoto, Phys. Rev. X, 2014, doi:10.1103/PhysRevX.4.011047.
    .. [2] T. P. Peixoto, Phys. Rev. E, 2018, doi:10.1103/PhysRevE.97.012306.
    """
    weights = checked_weights(weights)
    if isinstance(model, str):
        model = weight_model(weights, model)
    nested = _nested(levels, len(weights))
    kernel = find("block_description_length", backend)
    return float(kernel(weights, nested, model, degree_corrected))


def fit_blocks(
    weights: np.ndarray,
    *,
    model: WeightModel | str = "exponential",
    degree_corrected: bool = False,
    start: np.ndarray | None = None,
    seed: int = 0,
    backend: str = "cpu",
) -> tuple[list[np.ndarray], float]:
    """Search for the nested partition of least description length, from one start.

    Parameters
    ----------
    weights, model, degree_corrected
        See :func:`block_description_length`.
    start : array of int, shape (n_nodes,), optional
        Labels to begin with; at random if not given.
    seed : int
        Of the random start, and of the order in which nodes are moved.
    backend : {"cpu"}
        Where it runs.

    Returns
    -------
    levels : list of array of int64, shape (n_nodes,)
        Finest first, the last of one block.
    description_length : float
        In nats.

    Raises
    ------
    ValueError
        If the weights are not such a matrix.

    Notes
    -----
    Many random blocks are merged two by two, with moves of single nodes between [1]_; the levels
    above are built likewise; then moves, merges and splits at every level, until nothing saves.
    A move costs as many steps as there are blocks.

    References
    ----------
    .. [1] T. P. Peixoto, Phys. Rev. E, 2014, doi:10.1103/PhysRevE.89.012804.
    """
    weights = checked_weights(weights)
    if isinstance(model, str):
        model = weight_model(weights, model)
    levels, cost = find("fit_blocks", backend)(weights, model, degree_corrected, start, seed)
    return levels, float(cost)


def checked_weights(weights: np.ndarray) -> np.ndarray:
    """Symmetric non-negative matrix in float64, its diagonal zero.

    Raises
    ------
    ValueError
        If it is not square, symmetric and non-negative, or no pair was observed.
    """
    weights = np.array(weights, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or not len(weights):
        raise ValueError(
            f"weights must be square, (n_nodes, n_nodes), got {weights.shape}; for a list of pairs "
            "fill W[np.triu_indices(n_nodes, 1)] and add W.T"
        )
    np.fill_diagonal(weights, 0)
    if np.isinf(weights).any() or (weights < 0).any():
        raise ValueError(
            "weights must be finite and not negative (NaN: not observed); fit positive and "
            "negative ones apart"
        )
    if not np.allclose(weights, weights.T, rtol=1e-6, atol=0, equal_nan=True):
        raise ValueError("weights is not symmetric; average it with its transpose: (W + W.T) / 2")
    if len(weights) > 1 and np.isnan(weights[np.triu_indices(len(weights), 1)]).all():
        raise ValueError(
            "no pair of nodes was observed: all weights are NaN; leave this animal or motif out"
        )
    return np.triu(weights) + np.triu(weights, 1).T


def _nested(levels: Sequence[np.ndarray], n_nodes: int) -> list[np.ndarray]:
    """Levels numbered from 0 without gaps, the last of one block."""
    found: list[np.ndarray] = []
    for labels in levels:
        labels = np.asarray(labels)
        if labels.shape != (n_nodes,):
            raise ValueError(
                f"each level needs a label for each of {n_nodes} nodes, got {labels.shape}"
            )
        clean = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        if found and len({*zip(found[-1], clean, strict=True)}) != found[-1].max() + 1:
            raise ValueError(
                f"level {len(found)} puts nodes of one block into two; each level joins whole "
                "blocks of the one before"
            )
        found.append(clean)
        if clean.max() == 0:
            return found
    return [*found, np.zeros(n_nodes, dtype=np.int64)]
