"""Tables and arrays that a search runs on, and what of the description length never changes."""

from __future__ import annotations

from functools import cache
from math import log, pi
from typing import Any

import numpy as np
from scipy.special import gammaln, spence

from neurokit.kernels.cpu import block_sums as sums_of

EXACT = 1000  # partitions of fewer are counted one by one
KINDS = ("presence", "exponential", None, "log-normal")


def state_of(
    weights: np.ndarray, model: Any, degree_corrected: bool, most: int, n_levels: int = 12
) -> tuple[sums_of.State, float]:
    """State without labels, and the part of the cost that no partition changes.

    There is room for so many blocks and levels.
    """
    n_nodes = len(weights)
    graph, degrees = _graph(weights, model, degree_corrected)
    ends = degrees[:, 0].astype(np.int64)
    n_edges = int(ends.sum()) // 2
    distinct, index = np.unique(ends, return_inverse=True)
    factorials = gammaln(np.arange(2 * n_edges + most * most + 2 * n_nodes + 2) + 1.0)
    options, table, constant = _weights(graph, model, n_edges)
    observed = int((~np.isnan(weights)).sum())
    options[sums_of.MISSING] = observed < n_nodes * n_nodes
    options[sums_of.CORRECTED] = degree_corrected
    if degree_corrected:
        constant -= factorials[ends].sum()
    st = sums_of.State(
        graph=graph,
        degrees=degrees,
        degree_index=index,
        labels=np.zeros((n_levels, n_nodes), dtype=np.int64),
        shape=np.zeros(n_levels + 1, dtype=np.int64),
        sizes=np.zeros((n_levels, most), dtype=np.int64),
        sums=np.zeros((n_levels, most, most, 4)),
        ends=np.zeros((most, 2)),
        histogram=np.zeros((most, len(distinct)), dtype=np.int64),
        occupied=np.zeros(1, dtype=np.int64),
        tables=sums_of.Tables(
            log_factorial=factorials,
            weights=table,
            szekeres=_szekeres(),
            partitions=_log_partitions(n_nodes if degree_corrected else 1),
            options=options,
        ),
    )
    return st, constant


def nest(st: sums_of.State, levels: list[np.ndarray]) -> None:
    """Fill a state with nested labels, the last level of one block."""
    below = np.arange(len(st.graph))
    for level, labels in enumerate(levels):
        st.labels[level, below] = labels
        st.shape[level] = labels.max() + 1
        below = labels
    st.shape[-1] = len(levels)
    sums_of.rebuild(st, 0)


def _graph(
    weights: np.ndarray, model: Any, degree_corrected: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Edges, weights, squares and observed shares of each pair; edges and share of each node."""
    observed = ~np.isnan(weights)
    values = np.where(observed, weights, 0)
    n_nodes = len(weights)
    graph = np.zeros((n_nodes, n_nodes, 4))
    joined = values > 0
    graph[..., 0] = joined
    if model.kind == "log-normal":
        values = np.log(values, out=np.zeros_like(values), where=joined)
        graph[..., 2] = values**2
    graph[..., 1] = values
    ends = joined.sum(axis=1).astype(float)
    share = np.ones(n_nodes)
    if degree_corrected:
        seen = (observed.sum(axis=1) - 1) / max(n_nodes - 1, 1)
        share = np.divide(ends, seen, out=np.zeros(n_nodes), where=seen > 0)
    graph[..., 3] = observed * np.outer(share, share)
    # a block with itself has each pair once: n * n / 2 of them, a node with itself a half
    graph[np.arange(n_nodes), np.arange(n_nodes), 3] /= 2
    return graph, np.stack([ends, share], axis=1)


def _weights(graph: np.ndarray, model: Any, n_edges: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Options and table of the weights' cost, and the part that is the same for every partition."""
    options = np.zeros(10)
    counts = np.arange(n_edges + 2.0)
    options[sums_of.KIND] = KINDS.index(model.kind) if model.kind in KINDS else sums_of.GAMMA
    options[sums_of.RATE] = model.rate
    table, constant = np.zeros(len(counts)), 0.0
    if model.kind == "exponential":
        options[sums_of.SLOPE], options[sums_of.OFFSET] = 1, -1
        options[sums_of.LOG_TOTAL] = log(max(graph[..., 1].sum() / 2, 1e-300))
        table[1:] = gammaln(counts[1:])
    elif model.kind == "log-normal":
        options[sums_of.SLOPE], options[sums_of.OFFSET] = 0.5, 1
        options[sums_of.MEAN], options[sums_of.STRENGTH] = model.mean, 1
        options[sums_of.SCATTER] = model.scatter
        table = gammaln(1 + counts / 2) - np.log1p(counts) / 2 - counts / 2 * log(pi)
        table += log(max(model.scatter, 1e-300))
        constant = float(graph[..., 1].sum() / 2)
    elif model.kind != "presence":
        a = model.shape
        options[sums_of.SLOPE], options[sums_of.OFFSET] = a, 1
        table = gammaln(a * counts + 1) + log(max(model.rate, 1e-300))
        joined = graph[..., 1][graph[..., 0] > 0]
        constant = float(n_edges * gammaln(a) - (a - 1) * np.log(joined).sum() / 2)
    return options, table, constant


@cache
def _szekeres() -> np.ndarray:
    """Terms of the asymptotic number of partitions, over the logarithm of n / sqrt(m)."""
    u = np.exp(np.linspace(sums_of.Q_LOW, sums_of.Q_HIGH, sums_of.Q_SIZE))
    v = u.copy()
    for _ in range(400):
        v = u * np.sqrt(spence(np.exp(-v)))
    below = np.log1p(-np.exp(-v) * (1 + u * u / 2))
    first = np.log(v) - below / 2 - 1.5 * log(2) - np.log(u) - log(pi)
    return np.stack([first, 2 * v / u - u * np.log1p(-np.exp(-v))], axis=1)


@cache
def _log_partitions(most: int) -> np.ndarray:
    """Logarithm of the partitions of m (row) into at most n parts (column)."""
    counts = np.zeros((EXACT, min(most, EXACT) + 1))
    sums_of.count_partitions(counts)
    with np.errstate(divide="ignore"):
        return np.log(counts)
