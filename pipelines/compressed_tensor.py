"""What a few columns span of a tensor: where factorisations begin, at a fraction of the price.

All of it is in single precision: the last stage, on the whole tensor, is not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from neurokit.kernels.backends import find
from neurokit.kernels.tensors import hals_update
from neurokit.pipelines.dense_tensor import DenseProblem, contracted, khatri_rao, product
from neurokit.pipelines.her import Factors, Sweep, extrapolated

PER_COMPONENT = 3  # columns kept
ROWS_AT_ONCE = 512


class CompressedProblem:
    """Sweeps over a tensor whose unfolding is ``basis @ spread``.

    Parameters
    ----------
    basis : array of float32, shape (n_kept, n_0)
        Orthonormal columns, a row each.
    spread : array of float32, shape (n_kept, n_1 * ... * n_k)
    whole : DenseProblem
        What they were made from.
    """

    # of the squared norm: single precision tells no finer
    rounding = 1e-7

    def __init__(self, basis: np.ndarray, spread: np.ndarray, whole: DenseProblem) -> None:
        self.basis = basis
        self.spread = spread
        self.shape = whole.shape
        # losses are those of the whole, but for what factors share with what was left out
        self.squared_norm = whole.squared_norm
        self.inner = whole.inner
        self.patience = whole.patience
        backend = "cpu" if whole.backend == "gpu" else whole.backend
        self.update = find("tensors.update_ahead", backend)

    def sweep(self, start: Factors, before: Factors, step: float) -> Sweep:
        """See :class:`neurokit.pipelines.her.Problem`."""
        fresh, ahead = list(start), list(start)
        grams = [factor.T @ factor for factor in start[1:]]
        columns = self.spread @ khatri_rao(start[1:]).astype(np.float32)
        first = self.update(
            columns.T @ self.basis, product(grams).astype(np.float32), _single(start[0]),
            _single(before[0]), step, self.inner, self.patience,
        )  # fmt: skip
        fresh[0], ahead[0] = first[0].T, first[1].T
        grams.insert(0, (first[1] @ first[1].T).astype(np.float64))
        products = (first[1] @ self.basis.T @ self.spread).astype(np.float64)
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


def compressed(
    problem: DenseProblem, n_kept: int, random_state: np.random.RandomState
) -> CompressedProblem:
    """Keep what a few columns span of a tensor [1]_.

    Parameters
    ----------
    problem : DenseProblem
        The whole.
    n_kept : int
        How many columns; three times the rank is plenty.
    random_state : RandomState
        Of the range finder, which has one power iteration.

    Returns
    -------
    small : CompressedProblem

    References
    ----------
    .. [1] N. Halko, P. G. Martinsson, J. A. Tropp, SIAM Review, 2011, doi:10.1137/090771806.
    """
    n_rows, n_columns = problem.rows.shape
    guess = random_state.standard_normal((n_columns, n_kept)).astype(np.float32)
    seen = np.zeros((n_columns, n_kept))
    for _, part in _parts(problem.rows):
        seen += part.T @ (part @ guess)
    guess = np.linalg.qr(seen)[0].astype(np.float32)
    basis = np.empty((n_rows, n_kept), dtype=np.float32)
    for some, part in _parts(problem.rows):
        basis[some] = part @ guess
    basis = np.ascontiguousarray(np.linalg.qr(basis.astype(np.float64))[0].T, dtype=np.float32)
    spread = np.zeros((n_kept, n_columns), dtype=np.float32)
    for some, part in _parts(problem.rows):
        spread += basis[:, some] @ part
    return CompressedProblem(basis, spread, problem)


def _parts(rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Few rows at a time in single precision, so that no copy of the whole is made."""
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = slice(first, first + ROWS_AT_ONCE)
        yield some, rows[some].astype(np.float32, copy=False)


def _single(factor: np.ndarray) -> np.ndarray:
    """Return a factor with a row a component."""
    return np.ascontiguousarray(factor.T, dtype=np.float32)
