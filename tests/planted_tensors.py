"""Tensors of pairs, times and animals with planted motifs."""

import numpy as np


def planted(n_nodes, n_times, n_animals, rank, *, noise, overlap=0.0, seed=0):
    """Random block graphs that work in bumps of time in some animals.

    ``noise`` is the norm of exponential noise relative to the signal's; ``overlap`` from 0 to 1
    mixes each motif and its time course with the next one's. Returns the tensor (n_pairs, n_times,
    n_animals) and its factors.
    """
    rng = np.random.default_rng(seed)
    i, j = np.triu_indices(n_nodes, 1)
    motifs, courses = [], []
    for _ in range(rank):
        groups = rng.integers(0, 6, n_nodes)
        joined = rng.random((6, 6)) < 0.3
        joined |= joined.T
        joined[0, 0] = True
        motifs.append(joined[groups[i], groups[j]] * rng.exponential(size=len(i)))
        places, widths = rng.uniform(0, n_times, 2), rng.uniform(0.02, 0.08, 2) * n_times
        t = np.arange(n_times)[:, None]
        courses.append(np.exp(-0.5 * ((t - places) / widths) ** 2) @ rng.uniform(0.5, 1, 2))
    A, C = np.array(motifs).T, np.array(courses).T
    D = rng.gamma(1, 1, (n_animals, rank)) * (rng.random((n_animals, rank)) < 0.7) + 0.05
    if overlap:
        A = A + overlap * np.roll(A, 1, axis=1)
        C = C + overlap * np.roll(C, 1, axis=1)
    factors = [A / np.linalg.norm(A, axis=0), C / np.linalg.norm(C, axis=0), D]
    tensor = np.einsum("pr,tr,wr->ptw", *factors, optimize=True)
    disturbance = rng.exponential(size=tensor.shape)
    tensor += noise * np.linalg.norm(tensor) / np.linalg.norm(disturbance) * disturbance
    return tensor, factors
