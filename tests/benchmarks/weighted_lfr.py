"""Weighted graphs with planted communities, after Lancichinetti and Fortunato.

Written anew from A. Lancichinetti, S. Fortunato, Phys. Rev. E, 2009, doi:10.1103/PhysRevE.80.016118
(no overlaps): degrees and sizes follow power laws, a share of each node's edges and another of its
strength leave its community. Strengths are ``degree ** weight_exponent``; weights are those that
reach the wished inner and outer strengths, by turns of scaling. Networkx makes unweighted graphs.
"""

import numpy as np

# the nine settings of research/dynamic-connectome, section 7: mean degree, weight exponent, mixings
SETTINGS = {
    1: (25, 0.5, 0.5, 0.5),
    2: (25, 1.0, 0.5, 0.5),
    3: (25, 2.0, 0.5, 0.5),
    4: (25, 2.0, 0.25, 0.5),
    5: (25, 2.0, 0.5, 0.5),
    6: (25, 2.0, 0.75, 0.5),
    7: (10, 2.0, 0.5, 0.5),
    8: (25, 2.0, 0.5, 0.25),
    9: (25, 2.0, 0.5, 0.75),
}


def grid(n_seeds=10):
    """Yield (setting, seed, weights, labels): networks with one community only are left out."""
    for setting, (degree, exponent, mixing, weight_mixing) in SETTINGS.items():
        for seed in range(23 if setting == 5 else 13, (23 if setting == 5 else 13) + n_seeds):
            rng = np.random.default_rng(seed)
            weights, labels = weighted_lfr(125, degree, exponent, mixing, weight_mixing, rng)
            if labels.max():
                yield setting, seed, weights, labels


def weighted_lfr(n_nodes, mean_degree, weight_exponent, mixing, weight_mixing, rng, largest=100):
    """Weights (n_nodes, n_nodes), 0 where there is no edge, and the label of each node."""
    smallest = _smallest_degree(mean_degree, largest)
    degrees = _power_law(smallest, largest, 2.0, n_nodes, rng).round().astype(int)
    inner = np.floor((1 - mixing) * degrees + rng.random(n_nodes)).astype(int)
    sizes = _sizes(n_nodes, max(int(smallest), 3), inner.max() + 1, rng)
    labels = _assign(inner, sizes, rng)
    inner = np.minimum(inner, sizes[labels] - 1)
    mates = labels[:, None] == labels
    edges = np.zeros((n_nodes, n_nodes), dtype=bool)
    for label in range(len(sizes)):
        _wire(edges, np.where(labels == label, inner, 0), mates, rng)
    _wire(edges, degrees - inner, ~mates, rng)
    strengths = edges.sum(axis=1) ** weight_exponent
    weights = np.zeros(edges.shape)
    for kind, share in ((mates, 1 - weight_mixing), (~mates, weight_mixing)):
        weights += _weights(edges & kind, share * strengths)
    return weights, labels


def _power_law(low, high, exponent, size, rng):
    shares = rng.random(size)
    if exponent == 1:
        return low * (high / low) ** shares
    power = 1 - exponent
    return (low**power + shares * (high**power - low**power)) ** (1 / power)


def _smallest_degree(mean, largest):
    """Lower end of degrees with exponent 2 whose mean is as wished."""
    low, high = 1.0, float(mean)
    for _ in range(60):
        middle = (low + high) / 2
        found = np.log(largest / middle) / (1 / middle - 1 / largest)
        low, high = (middle, high) if found < mean else (low, middle)
    return low


def _sizes(n_nodes, smallest, largest, rng):
    """Sizes of exponent 1 that sum to the number of nodes."""
    largest = min(max(largest, smallest), n_nodes)
    sizes = []
    while sum(sizes) < n_nodes:
        sizes.append(int(_power_law(smallest, largest + 1, 1.0, 1, rng)[0]))
    excess = sum(sizes) - n_nodes
    sizes = np.array(sizes)
    # the node with the most mates needs a community that holds it
    sizes[np.argmax(sizes)] = max(sizes.max(), largest)
    excess = sizes.sum() - n_nodes
    while excess:
        spare = np.flatnonzero((sizes > smallest) & (np.arange(len(sizes)) != np.argmax(sizes)))
        if not len(spare):
            last = np.argmin(sizes)
            taken = min(sizes[last], excess)
            sizes[last] -= taken
            excess -= taken
            sizes = sizes[sizes > 0]
            continue
        sizes[rng.choice(spare)] -= 1
        excess -= 1
    return sizes


def _assign(inner, sizes, rng):
    """Place nodes with many mates first, each in a community that is large enough."""
    labels = np.empty(len(inner), dtype=int)
    room = sizes.copy()
    for node in rng.permutation(len(inner))[np.argsort(-inner, kind="stable")]:
        fits = np.flatnonzero((room > 0) & (sizes > inner[node]))
        if not len(fits):
            fits = np.flatnonzero(room == room[np.argmax(np.where(room > 0, sizes, -1))])
            fits = fits[room[fits] > 0]
        labels[node] = rng.choice(fits, p=room[fits] / room[fits].sum())
        room[labels[node]] -= 1
    return labels


def _wire(edges, stubs, allowed, rng):
    """Join the most stubs first, as Havel and Hakimi, then swap the ends of edges at random."""
    left = stubs.copy()
    made = []
    order = rng.random(len(stubs))
    while left.max() > 0:
        node = np.argmax(left + order)
        others = np.flatnonzero(allowed[node] & ~edges[node] & (left > 0))
        others = others[others != node]
        others = others[np.argsort(-(left + order)[others])][: left[node]]
        left[node] = 0  # what finds no partner is left out
        left[others] -= 1
        edges[node, others] = edges[others, node] = True
        made += [(node, other) for other in others]
    for _ in range(4 * len(made)):
        first, second = rng.integers(len(made), size=2)
        (a, b), (c, d) = made[first], made[second][:: rng.choice((-1, 1))]
        if a == d or b == c or not allowed[a, d] or not allowed[c, b] or edges[a, d] or edges[c, b]:
            continue
        for i, j, there in ((a, b, False), (c, d, False), (a, d, True), (c, b, True)):
            edges[i, j] = edges[j, i] = there
        made[first], made[second] = (a, d), (c, b)


def _weights(edges, wished, n_turns=20):
    """Weights of the edges whose sums are as wished, as far as the edges allow."""
    first = np.divide(wished, edges.sum(axis=1), out=np.zeros(len(wished)), where=edges.any(axis=1))
    first = scale = np.sqrt(first)
    for _ in range(n_turns):
        reached = scale * (edges @ scale)
        ratio = np.divide(wished, reached, out=np.ones(len(scale)), where=reached > 0)
        # where no weights give all sums, some would go to nothing
        scale = np.clip(scale * np.sqrt(ratio), first / 4, first * 4)
    return edges * np.outer(scale, scale)
