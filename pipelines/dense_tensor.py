"""A tensor without gaps, as the loop of :mod:`neurokit.pipelines.her` sees it.

The first mode is the longest (of pairs, say). One pass over the data updates its factor and gives
what all other modes need.
"""

from __future__ import annotations

from functools import reduce

import numpy as np

from neurokit.kernels.tensors import INNER, PATIENCE, hals_update, sweep_rows
from neurokit.pipelines.her import ROUNDING, Factors, Sweep, extrapolated


class DenseProblem:
    """Sweeps over a whole tensor.

    Parameters
    ----------
    rows : array of float32 or float64, shape (n_0, n_1 * ... * n_k)
        The tensor unfolded along its first mode.
    shape : tuple of int
        Of the tensor.
    squared_norm : float, optional
        Of the data, where it is known.
    inner, patience, n_threads, backend
        As in :func:`neurokit.kernels.tensors.sweep_rows`.
    """

    def __init__(
        self,
        rows: np.ndarray,
        shape: tuple[int, ...],
        *,
        squared_norm: float | None = None,
        inner: int = INNER,
        patience: float = PATIENCE,
        n_threads: int = 1,
        backend: str = "cpu",
    ) -> None:
        self.rows = rows
        self.shape = shape
        self.squared_norm = squared(rows) if squared_norm is None else squared_norm
        self.inner = inner
        self.patience = patience
        # products of single precision tell no finer
        self.rounding = 1e-7 if rows.dtype == np.float32 else ROUNDING
        self.n_threads = n_threads
        self.backend = backend

    def sweep(self, start: Factors, before: Factors, step: float) -> Sweep:
        """See :class:`neurokit.pipelines.her.Problem`."""
        fresh, ahead = list(start), list(start)
        grams = [factor.T @ factor for factor in start]
        columns = khatri_rao(start[1:])
        fresh[0], ahead[0], products = sweep_rows(
            self.rows, columns, product(grams[1:]), start[0], before[0], step,
            inner=self.inner, patience=self.patience, n_threads=self.n_threads,
            backend=self.backend,
        )  # fmt: skip
        grams[0] = ahead[0].T @ ahead[0]
        # components first, so that each is contracted with its own columns
        products = products.reshape(-1, *self.shape[1:])
        for mode in range(1, len(start)):
            some = contracted(products, ahead, mode)
            gram = product([g for k, g in enumerate(grams) if k != mode])
            fresh[mode] = hals_update(
                some, gram, start[mode], inner=self.inner, patience=self.patience
            )
            ahead[mode] = extrapolated(fresh[mode], before[mode], step)
            grams[mode] = ahead[mode].T @ ahead[mode]
        last = fresh[-1]
        loss = self.squared_norm - 2 * np.sum(some * last) + np.sum(gram * (last.T @ last))
        return Sweep(fresh, ahead, [*ahead[:-1], last], float(loss))

    def loss(self, factors: Factors) -> float:
        """Squared error of any factors, in one pass over the data."""
        return self.losses([factors])[0]

    def losses(self, some: list[Factors]) -> list[float]:
        """Squared error of each, in one pass: a wide product costs little more than a thin one."""
        columns = np.hstack([khatri_rao(factors[1:]) for factors in some])
        products = self.rows @ columns.astype(self.rows.dtype)
        ends = np.cumsum([factors[0].shape[1] for factors in some])[:-1]
        found = []
        for factors, part in zip(some, np.split(products, ends, axis=1), strict=True):
            gram = product([factor.T @ factor for factor in factors])
            shared = np.sum(part * factors[0], dtype=np.float64)
            found.append(float(self.squared_norm - 2 * shared + gram.sum()))
        return found


def khatri_rao(factors: Factors) -> np.ndarray:
    """Columnwise Kronecker product, the last mode running fastest."""
    return reduce(lambda left, right: (left[:, None] * right).reshape(-1, left.shape[1]), factors)


def product(grams: Factors) -> np.ndarray:
    """Elementwise product of Gram matrices."""
    return reduce(np.multiply, grams)


def contracted(products: np.ndarray, factors: Factors, mode: int) -> np.ndarray:
    """Sum over all modes but the first and one, each component with its own columns.

    Parameters
    ----------
    products : array, shape (rank, n_1, ..., n_k)
        The data times the first mode's factor.
    factors : list of array, shape (n_k, rank)
        Of all modes; those of the first and of ``mode`` are not looked at.
    mode : int
        From 1.

    Returns
    -------
    sums : array, shape (n_mode, rank)
    """
    for k in range(len(factors) - 1, mode, -1):
        column = factors[k].T.reshape(-1, *[1] * (k - 2), factors[k].shape[0], 1)
        products = np.matmul(products, column)[..., 0]
    for k in range(1, mode):
        products = np.matmul(
            factors[k].T[:, None], products.reshape(len(products), len(factors[k]), -1)
        )
        products = products[:, 0]
    return products.reshape(len(products), -1).T


def squared(values: np.ndarray) -> float:
    """Sum of squares in float64, without a copy of the whole."""
    flat = values.reshape(-1)
    parts = (flat[i : i + 2**16].astype(np.float64, copy=False) for i in range(0, flat.size, 2**16))
    return float(sum(part @ part for part in parts))
