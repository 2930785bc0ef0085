"""Non-negative tensors: affinities of pairs over time, and the steps of their factorisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurokit.kernels.backends import find

KERNELS = ("geometric", "product", "minimum", "opposite", "correlation")
INNER = 5  # updates of a factor before the next mode's turn
PATIENCE = 0.01  # a block of rows rests when its change falls below this share of its first


def affinities(
    changes: np.ndarray,
    *,
    kernel: str = "geometric",
    window: int | None = None,
    backend: str = "cpu",
) -> np.ndarray:
    """How much each two nodes change together, at each time.

    Parameters
    ----------
    changes : array, shape (n_times, n_nodes)
        Derivatives of the traces; for ``"correlation"`` the traces or the derivatives.
    kernel : {"geometric", "product", "minimum", "opposite", "correlation"}
        With ``[d]+`` and ``[d]-`` the parts of a change above and below zero: the root of the
        product of both, ``sqrt([d_i]+ [d_j]+) + sqrt([d_i]- [d_j]-)``; the product itself,
        ``[d_i d_j]+``; the smaller of both where they have the same sign; the geometric one of
        changes that go opposite ways, ``sqrt([d_i]+ [d_j]-) + sqrt([d_i]- [d_j]+)``, for a second
        layer of pairs; the absolute correlation within a window around each time.
    window : int, optional
        Times in the window of ``"correlation"``; fewer at both ends.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    affinities : array of float32, shape (n_pairs, n_times)
        Rows are the pairs of ``np.triu_indices(n_nodes, 1)``.

    Raises
    ------
    ValueError
        If the shape is wrong, a value is not finite, there is no such kernel, or a window is
        missing, too short or given in vain.

    Notes
    -----
    These kernels are ours: the exact affinity of Dyballa et al. [1]_ is not known to us.

    References
    ----------
    .. [1] L. Dyballa et al., ICLR, 2024, arXiv:2402.14102.
    """
    changes = np.asarray(changes)
    if changes.ndim != 2 or changes.shape[1] < 2 or changes.dtype.kind not in "fiu":
        raise ValueError(
            "changes must be real numbers of shape (n_times, n_nodes) with two nodes or more, got "
            f"{changes.dtype} of shape {changes.shape}"
        )
    changes = np.ascontiguousarray(changes.T, dtype=np.float64)
    if not np.isfinite(changes).all():
        raise ValueError(
            f"node {int(np.argmin(np.isfinite(changes).all(axis=1)))} has a change that is not "
            "finite; leave it out of this animal, or fill the gap"
        )
    if kernel not in KERNELS:
        raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {kernel!r}")
    if (kernel == "correlation") != (window is not None):
        raise ValueError(
            "window= is the number of times that 'correlation' looks at, and only it: got "
            f"kernel={kernel!r} and window={window}"
        )
    if window is None:
        return find("affinities", backend)(changes, kernel)
    if not 3 <= window <= changes.shape[1]:
        raise ValueError(
            f"window must be from 3 to the {changes.shape[1]} times there are, got {window}"
        )
    return find("tensors.window_correlations", backend)(changes, int(window))


def hals_update(
    products: np.ndarray,
    grams: np.ndarray,
    factor: np.ndarray,
    *,
    bounds: np.ndarray | None = None,
    inner: int = INNER,
    patience: float = PATIENCE,
    backend: str = "cpu",
) -> np.ndarray:
    """Improve a non-negative factor, a column at a time [1]_.

    Parameters
    ----------
    products : array, shape (n_rows, rank)
        The data times the Khatri-Rao product of the other factors.
    grams : array, shape (rank, rank) or (n_groups, rank, rank)
        Gram matrix of that Khatri-Rao product; one a group of rows where data are missing.
    factor : array, shape (n_rows, rank)
        Where to begin.
    bounds : array of int, shape (n_groups + 1,), optional
        Group g is the rows ``bounds[g]`` to ``bounds[g + 1]``, the last left out.
    inner : int
        Most rounds through the columns.
    patience : float
        64 rows at a time rest once a round changes them (squared) by less than this share of what
        the first did; 0 for all rounds.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    factor : array of float64, shape (n_rows, rank)
        A column whose Gram entry is zero stays as it was.

    References
    ----------
    .. [1] N. Gillis, F. Glineur, Neural Computation, 2012, doi:10.1162/NECO_a_00256.
    """
    products, factor = _doubles(products), _doubles(factor)
    grams = _doubles(grams).reshape(-1, factor.shape[1], factor.shape[1])
    if bounds is None:
        bounds = np.array([0, len(factor)])
    bounds = np.ascontiguousarray(bounds, dtype=np.int64)
    if products.shape != factor.shape or len(grams) != len(bounds) - 1:
        raise ValueError(
            f"products and factor must have one shape and each group a Gram matrix, got "
            f"{products.shape}, {factor.shape}, {len(grams)} matrices and {len(bounds) - 1} groups"
        )
    return find("hals_update", backend)(products, grams, factor, bounds, inner, patience)


def sweep_rows(
    rows: np.ndarray,
    columns: np.ndarray,
    gram: np.ndarray,
    factor: np.ndarray,
    before: np.ndarray,
    step: float,
    *,
    inner: int = INNER,
    patience: float = PATIENCE,
    n_threads: int = 1,
    backend: str = "cpu",
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both products of a sweep and the update between them, in one pass over the data.

    Parameters
    ----------
    rows : array of float32 or float64, shape (n_rows, n_columns)
        The data, unfolded: rows are the longest mode, of pairs say.
    columns : array, shape (n_columns, rank)
        Khatri-Rao product of the other factors.
    gram : array, shape (rank, rank)
        Its Gram matrix.
    factor : array, shape (n_rows, rank)
        Where the update of the rows' factor begins.
    before : array, shape (n_rows, rank)
        What it was after the sweep before, for the extrapolation.
    step : float
        How far to go on beyond the update, from 0.
    inner, patience
        As in :func:`hals_update`.
    n_threads : int
        Threads that share the rows; the result is the same to the bit for any number.
    backend : {"cpu", "gpu", "reference"}
        Where it runs.

    Returns
    -------
    fresh : array of float64, shape (n_rows, rank)
        The updated factor.
    ahead : array of float64, shape (n_rows, rank)
        ``max(fresh + step * (fresh - before), 0)``.
    products : array of float64, shape (rank, n_columns)
        ``ahead.T @ rows``, which the updates of the other modes need.
    """
    rows = np.ascontiguousarray(rows)
    if rows.dtype != np.float32:
        rows = _doubles(rows)
    columns = np.ascontiguousarray(columns.T, dtype=rows.dtype)
    kernel: Any = find("sweep_rows", backend)
    return kernel(
        rows, columns, _doubles(gram), _doubles(factor), _doubles(before), float(step),
        inner, patience, n_threads,
    )  # fmt: skip


def _doubles(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype=np.float64)
