"""Communities of a weighted graph: the nested block model of least description length."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy.optimize import linear_sum_assignment, minimize_scalar
from sklearn.base import BaseEstimator
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from neurokit.kernels import (
    WeightModel,
    block_description_length,
    fit_blocks,
    weight_model,
)
from neurokit.kernels.blocks import MODELS, checked_weights

SHAPES = (0.05, 50.0)  # of gamma weights, least and most
Fit = tuple[float, bool, list[np.ndarray]]  # description length, degree corrected, levels


class WeightedBlockModel(BaseEstimator):
    """Blocks of nodes that are joined alike, in presence and weight [1]_ [2]_.

    Parameters
    ----------
    weights : {"exponential", "exponential-prior", "gamma", "log-normal", "presence"}
        How weights between two blocks are distributed: see :func:`neurokit.kernels.weight_model`.
        The shape of gamma weights is common to all blocks and learnt.
    zero_inflated : bool
        Whether pairs of weight ``threshold`` or less are absent, so that which pairs are there is
        modelled too. If not, every observed pair is there and counts with its weight.
    threshold : float
        In the unit of the weights; see :meth:`stability` for what depends on it.
    degree_corrected : {"auto"} or bool
        Whether nodes of a block may differ in degree; "auto" takes what describes the graph in
        fewer words.
    n_starts : int
        Searches from random blocks; the best is kept, the others say how certain each node is.
    random_state : int, RandomState or None

    Attributes
    ----------
    labels_ : array of int64, shape (n_nodes,)
        Block of each node at level ``level_``; -1 where no pair of the node was observed.
    levels_ : list of array of int64, shape (n_nodes,)
        Blocks at each level, finest first, until one block is left.
    level_ : int
        Always 0, the finest: the levels above only say how its blocks are joined, and are cheap to
        add; the number of blocks is settled at the finest.
    certainty_ : array, shape (n_nodes,)
        Share of the starts that put the node into the same block, their blocks matched to the
        best start's; NaN where no pair of the node was observed.
    description_length_ : float
        In nats, of the weights divided by their mean.
    description_lengths_ : array, shape (n_starts,)
        Reached by each start, at the chosen degree correction.
    degree_corrected_ : bool
    block_weights_ : array, shape (n_blocks, n_blocks)
        Mean weight of the observed pairs of two blocks, absent pairs as zero; NaN without any.
    n_features_in_ : int
        Number of nodes.

    Notes
    -----
    Pairs that were not observed (NaN) count neither as joined nor as apart.

    Weights that are distributed otherwise than said may be split into blocks that are none. Of 100
    exchangeable matrices the right model split none; "log-normal" split 5 of exponential weights,
    43 where only 30 % of the pairs were there; "gamma" split 3 and 7 of log-normal ones.

    References
    ----------
    .. [1] T. P. Peixoto, Phys. Rev. X, 2014, doi:10.1103/PhysRevX.4.011047.
    .. [2] T. P. Peixoto, Phys. Rev. E, 2018, doi:10.1103/PhysRevE.97.012306.
    """

    def __init__(
        self,
        *,
        weights: str = "exponential",
        zero_inflated: bool = True,
        threshold: float = 0.0,
        degree_corrected: bool | str = "auto",
        n_starts: int = 4,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.weights = weights
        self.zero_inflated = zero_inflated
        self.threshold = threshold
        self.degree_corrected = degree_corrected
        self.n_starts = n_starts
        self.random_state = random_state

    def fit(self, W: np.ndarray, y: Any = None) -> Self:
        """Find the blocks of a graph.

        Parameters
        ----------
        W : array, shape (n_nodes, n_nodes)
            Symmetric, not negative; NaN is a pair that was not observed.
        y : ignored

        Raises
        ------
        ValueError
            If W is no such matrix, no pair was observed, or a parameter is out of range.
        """
        W = checked_weights(W)
        self._check()
        seeds = check_random_state(self.random_state).randint(2**31 - 1, size=self.n_starts)
        seen = (~np.isnan(W)).sum(axis=1) > 1 if len(W) > 1 else np.ones(1, dtype=bool)
        values = self._scaled(W[np.ix_(seen, seen)])
        fits = self._fits(values, seeds)
        cost, corrected, levels = min(fits, key=lambda fit: fit[0])
        alike = [fit for fit in fits if fit[1] == corrected]
        self.n_features_in_ = len(W)
        self.level_ = 0
        self.levels_ = [_spread(labels, seen, -1) for labels in levels]
        self.labels_ = self.levels_[self.level_]
        self.description_length_ = cost
        self.description_lengths_ = np.array([fit[0] for fit in alike])
        self.degree_corrected_ = corrected
        certain = np.mean([levels[0] == _matched(fit[2][0], levels[0]) for fit in alike], axis=0)
        self.certainty_ = _spread(certain, seen, np.nan)
        self.block_weights_ = _block_means(W, self.labels_)
        return self

    def fit_predict(self, W: np.ndarray, y: Any = None) -> np.ndarray:
        """Block of each node; see :meth:`fit`."""
        return self.fit(W).labels_

    def stability(self, W: np.ndarray, thresholds: Any) -> list[dict[str, float]]:
        """What other thresholds would have given.

        Parameters
        ----------
        W : array, shape (n_nodes, n_nodes)
            What was fitted.
        thresholds : sequence of float

        Returns
        -------
        rows : list of dict
            ``threshold``, ``density`` (share of observed pairs that are there), ``n_blocks`` and
            ``agreement``: the adjusted mutual information with the labels that were fitted.
        """
        check_is_fitted(self)
        rows = []
        observed = np.asarray(W)[np.triu_indices(len(W), 1)]
        observed = observed[~np.isnan(observed)]
        for threshold in thresholds:
            settings = self.get_params() | {"threshold": threshold, "zero_inflated": True}
            labels = WeightedBlockModel(**settings).fit(W).labels_
            row = {
                "threshold": float(threshold),
                "density": float(np.mean(observed > threshold)),
                "n_blocks": int(labels.max()) + 1,
                "agreement": float(adjusted_mutual_info_score(self.labels_, labels)),
            }
            rows.append(row)
        return rows

    def _check(self) -> None:
        if self.weights not in MODELS:
            raise ValueError(f"weights must be one of {', '.join(MODELS)}, got {self.weights!r}")
        if self.degree_corrected not in ("auto", True, False):
            raise ValueError(
                f"degree_corrected must be 'auto', True or False, got {self.degree_corrected!r}"
            )
        if not self.threshold >= 0 or self.n_starts < 1:
            raise ValueError(
                "threshold must be 0 or more and n_starts 1 or more, got "
                f"threshold={self.threshold} and n_starts={self.n_starts}"
            )

    def _scaled(self, W: np.ndarray) -> np.ndarray:
        """Weights of mean one, 0 where a pair is absent."""
        if self.zero_inflated:
            values = np.where(self.threshold >= W, 0, W)
        elif self.weights in ("gamma", "log-normal") and (W[np.triu_indices(len(W), 1)] == 0).any():
            raise ValueError(
                f"{self.weights} weights cannot be zero, and some are; use zero_inflated=True, "
                "or exponential weights"
            )
        else:
            # a weight of zero costs nothing more than the least that can be told from absence
            values = np.where(W == 0, np.finfo(float).tiny * 1e10, W)
        np.fill_diagonal(values, 0)
        joined = values[values > 0]
        return values / joined.mean() if len(joined) else values

    def _fits(self, values: np.ndarray, seeds: np.ndarray) -> list[Fit]:
        """Every start, plain, degree-corrected, or both."""
        corrections = [False, True]
        if self.degree_corrected != "auto":
            corrections = [bool(self.degree_corrected)]
        model = weight_model(values, self.weights)
        fits: list[Fit] = []
        for seed in seeds:
            start = None
            for corrected in corrections:
                # from the plain blocks, which the corrected ones are near to
                fits.append(_fit(values, model, corrected, int(seed), start))
                start = fits[-1][2][0]
        if self.weights == "gamma" and (values > 0).any():
            for _ in range(2):
                _, corrected, levels = min(fits, key=lambda fit: fit[0])
                model = _best_shape(values, corrected, levels)
                fits = [_fit(values, model, fit[1], int(seeds[0]), fit[2][0]) for fit in fits]
        return fits


def _fit(
    values: np.ndarray,
    model: WeightModel,
    corrected: bool,
    seed: int,
    start: np.ndarray | None = None,
) -> Fit:
    levels, cost = fit_blocks(
        values, model=model, degree_corrected=corrected, start=start, seed=seed
    )
    return cost, corrected, levels


def _best_shape(values: np.ndarray, corrected: bool, levels: list[np.ndarray]) -> WeightModel:
    """Gamma weights of the shape that describes the blocks in the fewest words."""

    def cost(logarithm: float) -> float:
        model = weight_model(values, "gamma", shape=float(np.exp(logarithm)))
        return block_description_length(values, levels, model=model, degree_corrected=corrected)

    found = minimize_scalar(cost, bounds=tuple(np.log(SHAPES)), method="bounded")
    return weight_model(values, "gamma", shape=float(np.exp(found.x)))


def _matched(labels: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Labels under the names of the blocks that they share most nodes with; -1 for those left."""
    together = np.zeros((labels.max() + 1, to.max() + 1))
    np.add.at(together, (labels, to), 1)
    rows, columns = linear_sum_assignment(-together)
    names = np.full(len(together), -1)
    names[rows] = columns
    return names[labels]


def _spread(values: np.ndarray, seen: np.ndarray, missing: float) -> np.ndarray:
    """Values of the nodes that were seen, among all nodes."""
    result = np.full(len(seen), missing, dtype=values.dtype)
    result[seen] = values
    return result


def _block_means(W: np.ndarray, labels: np.ndarray) -> np.ndarray:
    observed = ~np.isnan(W) & ~np.eye(len(W), dtype=bool)
    members = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    counts = members.T @ observed @ members
    sums = members.T @ np.where(observed, W, 0) @ members
    return np.divide(sums, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
