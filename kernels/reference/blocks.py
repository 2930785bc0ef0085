"""Description length of nested weighted block models, pair by pair."""

from __future__ import annotations

from functools import cache
from math import comb, lgamma, log, pi
from typing import Any

import numpy as np


def block_description_length(
    weights: np.ndarray, levels: list[np.ndarray], model: Any, degree_corrected: bool
) -> float:
    """Sum of all terms, each block pair by itself."""
    edges = (weights > 0).astype(int)
    total = _adjacency(weights, edges, levels[0], degree_corrected)
    counts, sums, labels, previous = edges, np.nan_to_num(weights), levels[0], None
    for level, nodes in enumerate(levels):
        labels = nodes if previous is None else _labels_of_blocks(previous, nodes)
        total += _partition(labels)
        if level:
            total += _multigraph(counts, labels)
        if level == 0 and model.kind == "exponential" and counts.any():
            joined = int((np.tril(_between(counts, labels)) > 0).sum())
            total -= lgamma(joined) - (joined - 1) * log(np.triu(sums).sum())
        if level == 0 or model.kind == "exponential":
            total += _weights(counts, sums, labels, model, weights if level == 0 else None)
        counts, sums, previous = _between(counts, labels), _between(sums, labels), nodes
    return total


def _labels_of_blocks(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    return np.array([above[below == block][0] for block in range(below.max() + 1)])


def _pairs(labels: np.ndarray) -> Any:
    """Each pair of blocks, and which pairs of nodes (i <= j) lie between them."""
    upper = np.triu(np.ones((len(labels), len(labels)), dtype=bool))
    for r in range(labels.max() + 1):
        for s in range(r + 1):
            inside = np.outer(labels == r, labels == s)
            yield r, s, (inside | inside.T) & upper


def _between(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Sums over pairs of blocks; what is within a block counts once."""
    sums = np.zeros((labels.max() + 1, labels.max() + 1), dtype=matrix.dtype)
    for r, s, inside in _pairs(labels):
        sums[r, s] = sums[s, r] = matrix[inside].sum()
    return sums


def _partition(labels: np.ndarray) -> float:
    n, sizes = len(labels), np.bincount(labels)
    return (
        lgamma(n + 1)
        - sum(lgamma(a + 1) for a in sizes)
        + log(comb(n - 1, len(sizes) - 1))
        + log(n)
    )


def _multigraph(counts: np.ndarray, labels: np.ndarray) -> float:
    """Edges among blocks, each distribution over the pairs of nodes alike."""
    total = 0.0
    for _, _, inside in _pairs(labels):
        m = int(counts[inside].sum())
        total += log(comb(int(inside.sum()) + m - 1, m))
    return total


def _adjacency(
    weights: np.ndarray, edges: np.ndarray, labels: np.ndarray, corrected: bool
) -> float:
    observed = ~np.isnan(weights)
    degrees = edges.sum(axis=1)
    share = np.ones(len(labels))
    if corrected:
        seen = (observed.sum(axis=1) - 1) / max(len(labels) - 1, 1)
        share = np.divide(degrees, seen, out=np.zeros(len(labels)), where=seen > 0)
    total = -sum(lgamma(k + 1) for k in degrees) if corrected else 0.0
    for r in range(labels.max() + 1):
        ends = int(degrees[labels == r].sum())
        total += lgamma(ends + 1) if corrected else ends * log((labels == r).sum())
        if corrected:
            total += _degrees(degrees[labels == r])
    for r, s, inside in _pairs(labels):
        m = int(edges[inside].sum())
        total -= lgamma(m + 1) + (m * log(2) if r == s else 0)
        if m:
            # of all pairs of ends, those that could have been seen
            expected = np.outer(share * (labels == r), share * (labels == s))
            total += m * log(expected[observed].sum() / expected.sum())
    return total


def _degrees(degrees: np.ndarray) -> float:
    """Which degrees the nodes of a block have: how many of each, then whose."""
    n, ends = len(degrees), int(degrees.sum())
    often = np.bincount(degrees)
    return lgamma(n + 1) - sum(lgamma(k + 1) for k in often) + log(_partitions(ends, min(ends, n)))


@cache
def _partitions(m: int, n: int) -> int:
    """Partitions of m into at most n parts."""
    table = [1] + [0] * m
    for part in range(1, n + 1):
        for value in range(part, m + 1):
            table[value] += table[value - part]
    return table[m]


def _weights(
    counts: np.ndarray, sums: np.ndarray, labels: np.ndarray, model: Any, values: np.ndarray | None
) -> float:
    total = 0.0
    for _, _, inside in _pairs(labels):
        joined = inside & (counts > 0)
        n = int(joined.sum())
        if n and model.kind == "exponential":
            total -= lgamma(n) - (n - 1) * log(sums[inside].sum())
        elif n and values is not None:
            total -= _evidence(values[joined], model)
    return total


def _evidence(x: np.ndarray, model: Any) -> float:
    """Logarithm of the likelihood of weights, their parameters integrated out."""
    n = len(x)
    if model.kind == "presence":
        return 0.0
    if model.kind == "log-normal":
        y = np.log(x)
        strength, freedom = 1 + n, 2 + n
        scatter = model.scatter + ((y - y.mean()) ** 2).sum()
        scatter += n / strength * (y.mean() - model.mean) ** 2
        return (
            lgamma(freedom / 2)
            - lgamma(1)
            - log(strength) / 2
            + log(model.scatter)
            - freedom / 2 * log(scatter)
            - n / 2 * log(pi)
            - y.sum()
        )
    a = model.shape
    return (
        log(model.rate)
        + lgamma(a * n + 1)
        - (a * n + 1) * log(model.rate + x.sum())
        + (a - 1) * np.log(x).sum()
        - n * lgamma(a)
    )
