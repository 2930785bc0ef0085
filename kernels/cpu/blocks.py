"""Description length of nested block models, and the search for the least."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurokit.kernels.cpu.block_search import Search
from neurokit.kernels.cpu.block_state import nest, state_of
from neurokit.kernels.cpu.block_sums import total_cost


def block_description_length(
    weights: np.ndarray, levels: list[np.ndarray], model: Any, degree_corrected: bool
) -> float:
    """Description length of nested labels."""
    most = int(levels[0].max()) + 1
    st, constant = state_of(weights, model, degree_corrected, most, len(levels))
    nest(st, levels)
    return float(total_cost(st, 0)) + constant


def fit_blocks(
    weights: np.ndarray, model: Any, degree_corrected: bool, start: np.ndarray | None, seed: int
) -> tuple[list[np.ndarray], float]:
    """Levels that a search finds, and their description length."""
    n_nodes = len(weights)
    rng = np.random.default_rng(seed)
    n_blocks = min(n_nodes, 8 + n_nodes // 8, 24)
    if start is None:
        start = rng.permutation(n_nodes) % n_blocks
    else:
        start = np.unique(start, return_inverse=True)[1]
        n_blocks = int(start.max()) + 1
    most = min(n_nodes, n_blocks + max(16, n_nodes // 4))
    st, constant = state_of(weights, model, degree_corrected, most)
    search = Search(st, rng)
    cost = search.run(start)
    return search.levels(), cost + constant
