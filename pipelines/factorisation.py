"""Non-negative tensor factorisation: motifs, when they work, and in whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from neurokit.kernels.tensors import PATIENCE
from neurokit.pipelines.compressed_tensor import PER_COMPONENT, compressed
from neurokit.pipelines.dense_tensor import DenseProblem, product
from neurokit.pipelines.gapped import gapped
from neurokit.pipelines.her import Descent, Factors, Problem, descend, relative
from neurokit.pipelines.missing import RIDGE
from neurokit.pipelines.observed import AffinityTensor


class NonNegativeFactorisation(BaseEstimator):
    """Sum of few non-negative components, each a product of one column a mode.

    Hierarchical alternating least squares [1]_ with extrapolation and restart [2]_.

    Parameters
    ----------
    rank : int
        Number of components.
    n_starts : int
        Random starts; the one of lowest error is kept.
    mask : array of bool, shape (n_pairs, n_animals) or the tensor's, optional
        True where a pair was seen in an animal, or each entry by itself, which is slower. What was
        not observed is left out exactly, never filled in.
    symmetric : bool
        Whether the first two of four modes are the same nodes and share one factor: a component is
        then one soft community of nodes, not any graph of pairs.
    ridge : float
        With a mask, how much weights are held back that few observations determine, see
        :class:`neurokit.pipelines.missing.MissingProblem`; 0 for plain least squares.
    extrapolate : bool
        Go on beyond each update. Without, every sweep is plain, with five rounds through the
        columns of each factor, as in TensorLy.
    compress : {"auto", True, False}
        Begin on what a few columns span of the tensor, and end with the whole. All starts share
        it. ``"auto"`` where it saves work. Never with a mask, nor of symmetric tensors or traces.
    max_iter : int
        Most sweeps of each stage.
    tol : float
        Ends after two sweeps that lowered the relative error by less.
    random_state : int, RandomState or None
        Of the starts and of the compression.
    n_threads : int
        Threads that share the rows; the numbers do not depend on it.
    backend : {"cpu", "gpu", "reference"}
        Where the passes over the data run.
    callback : callable, optional
        Called after each sweep with its number, the relative error and the factors; returning True
        ends the fit.

    Attributes
    ----------
    factors_ : list of array, shape (n_k, rank)
        One a mode, with unit columns; components by falling weight. Pairs that no animal shows
        are NaN.
    weights_ : array, shape (rank,)
        Norm of each component.
    error_ : float
        Norm of what is left, relative to the tensor's; of what was observed, if there is a mask.
    errors_ : array, shape (n_iter_,)
        After each sweep over the whole tensor, of the start that was kept; they never rise. With a
        mask they are roots of the squared error and the ridge's penalty together.
    n_iter_ : int
        Sweeps of the start that was kept, compressed ones among them.
    start_errors_ : array, shape (n_starts,)
        Of each start, before the last stage of the one that was kept.

    References
    ----------
    .. [1] N. Gillis, F. Glineur, Neural Computation, 2012, doi:10.1162/NECO_a_00256.
    .. [2] A. M. S. Ang et al., 2020, arXiv:2001.04321.
    """

    def __init__(
        self,
        rank: int,
        *,
        n_starts: int = 1,
        mask: np.ndarray | None = None,
        symmetric: bool = False,
        ridge: float = RIDGE,
        extrapolate: bool = True,
        compress: bool | str = "auto",
        max_iter: int = 500,
        tol: float = 1e-6,
        random_state: Any = None,
        n_threads: int = 1,
        backend: str = "cpu",
        callback: Callable[[int, float, Factors], bool | None] | None = None,
    ) -> None:
        self.rank = rank
        self.n_starts = n_starts
        self.mask = mask
        self.symmetric = symmetric
        self.ridge = ridge
        self.extrapolate = extrapolate
        self.compress = compress
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state
        self.n_threads = n_threads
        self.backend = backend
        self.callback = callback

    def fit(
        self, tensor: np.ndarray | AffinityTensor, *, init: Sequence[np.ndarray] | None = None
    ) -> Self:
        """Find the components.

        Parameters
        ----------
        tensor : array of float32 or float64, three- or four-way, or AffinityTensor
            Non-negative; where the mask says not observed it may hold anything.
        init : sequence of array, shape (n_k, rank), optional
            Where the first start begins, non-negative.

        Raises
        ------
        ValueError
            If the tensor has another number of modes, is negative, not finite or constant, if the
            rank is over what it can carry, or if the mask does not belong to the tensor.
        """
        if self.symmetric or self.mask is not None or isinstance(tensor, AffinityTensor):
            return self._fit_otherwise(tensor, init)
        tensor = checked_tensor(tensor)
        check_rank(self.rank, tensor.shape)
        random = check_random_state(self.random_state)
        # the longest mode becomes the rows
        order = np.argsort([-n for n in tensor.shape], kind="stable")[:1].tolist()
        order += [k for k in range(tensor.ndim) if k != order[0]]
        problem = self._problem(tensor.transpose(order))
        starts = [
            random_start(tensor.shape, self.rank, random, problem.squared_norm)
            for _ in range(self.n_starts)
        ]
        if init is not None:
            starts[0] = checked_init(init, tensor.shape, self.rank)
        starts = [[start[k] for k in order] for start in starts]
        descent = self._best(problem, starts, random)
        factors = [descent.factors[order.index(k)] for k in range(tensor.ndim)]
        self.factors_, self.weights_ = normalised(factors)
        self.errors_ = descent.errors
        self.error_ = relative(descent.loss, problem.squared_norm)
        return self

    def _fit_otherwise(self, tensor: Any, init: Sequence[np.ndarray] | None) -> Self:
        """Fit a tensor with gaps, one that is made from traces, or a symmetric one."""
        data = gapped(tensor, self.mask, self.symmetric, n_threads=self.n_threads)
        check_rank(self.rank, data.shape)
        random = check_random_state(self.random_state)
        problem = data.problem(
            ridge=self.ridge,
            patience=PATIENCE if self.extrapolate else 0.0,
            backend=self.backend,
        )
        starts = [
            random_start(data.shape, self.rank, random, problem.squared_norm)
            for _ in range(self.n_starts)
        ]
        if init is not None:
            starts[0] = checked_init(init, data.shape, self.rank)
        descents = [self._descend(problem, data.reduced(start)) for start in starts]
        self.start_errors_ = np.array([descent.errors[-1] for descent in descents])
        best = descents[int(np.argmin(self.start_errors_))]
        self.n_iter_, self.errors_ = len(best.errors), best.errors
        self.error_ = relative(problem.error(best.factors), problem.squared_norm)
        factors, self.weights_ = normalised(data.repeated(best.factors))
        self.factors_ = data.whole(factors)
        return self

    def _problem(self, tensor: np.ndarray) -> DenseProblem:
        """Make of the data what the loop needs."""
        rows = np.ascontiguousarray(tensor).reshape(len(tensor), -1)
        return DenseProblem(
            rows,
            tensor.shape,
            patience=PATIENCE if self.extrapolate else 0.0,
            n_threads=self.n_threads,
            backend=self.backend,
        )

    def _best(
        self, problem: DenseProblem, starts: list[Factors], random: np.random.RandomState
    ) -> Descent:
        """Descend from every start, the lowest to the end."""
        n_kept = PER_COMPONENT * self.rank
        spans = min(problem.rows.shape)
        small = n_kept < spans // 2 if self.compress == "auto" else self.compress
        if not small:
            descents = [self._descend(problem, start) for start in starts]
            self.start_errors_ = np.array([descent.errors[-1] for descent in descents])
            best = descents[int(np.argmin(self.start_errors_))]
            self.n_iter_ = len(best.errors)
            return best
        few = compressed(problem, min(n_kept, spans), random)
        descents = [self._descend(few, start) for start in starts]
        losses = [problem.loss(descent.factors) for descent in descents]
        self.start_errors_ = np.array([relative(x, problem.squared_norm) for x in losses])
        best = descents[int(np.argmin(losses))]
        last = self._descend(problem, best.factors)
        self.n_iter_ = len(best.errors) + len(last.errors)
        return last

    def _descend(self, problem: Problem, start: Factors) -> Descent:
        return descend(
            problem, start, extrapolate=self.extrapolate, max_iter=self.max_iter, tol=self.tol,
            callback=self.callback,
        )  # fmt: skip

    def to_tensorly(self) -> Any:
        """Return the components as a ``CPTensor`` of TensorLy, which must be installed."""
        try:
            from tensorly.cp_tensor import CPTensor
        except ImportError:
            raise ImportError(
                "to_tensorly() needs TensorLy, which is not installed; pip install tensorly"
            ) from None
        return CPTensor((self.weights_, self.factors_))


def checked_tensor(tensor: np.ndarray) -> np.ndarray:
    """Return a tensor of floating point numbers that can be factorised, or say why it cannot."""
    tensor = np.asarray(tensor)
    if tensor.ndim not in (3, 4) or tensor.dtype.kind not in "fiu" or 0 in tensor.shape:
        raise ValueError(
            "tensor must be an array of real numbers with three or four modes, none of them empty "
            f"(pairs, times, animals), got {tensor.dtype} of shape {tensor.shape}"
        )
    if tensor.dtype != np.float32:
        tensor = tensor.astype(np.float64, copy=False)
    low, high = float(tensor.min()), float(tensor.max())
    if not np.isfinite(low) or not np.isfinite(high):
        n_bad = int(np.count_nonzero(~np.isfinite(tensor)))
        raise ValueError(
            f"{n_bad} of {tensor.size} entries of the tensor are NaN or infinite; pass mask=, "
            "True where a value was observed"
        )
    if low < 0:
        n_bad = int(np.count_nonzero(tensor < 0))
        raise ValueError(
            f"{n_bad} of {tensor.size} entries of the tensor are negative, the lowest {low:.3g}; "
            "take np.abs(tensor), or positive and negative parts as two layers of pairs"
        )
    if low == high:
        raise ValueError(
            f"the tensor is constant ({low:.3g} everywhere) and holds no motifs; look for traces "
            "that do not change"
        )
    return tensor


def check_rank(rank: int, shape: tuple[int, ...]) -> None:
    """Refuse a rank that is no number of components, or more than the data can carry."""
    most = int(np.prod(shape)) // max(shape)
    if not isinstance(rank, (int, np.integer)) or not 1 <= rank <= most:
        raise ValueError(
            f"rank must be a whole number from 1 to {most}, which is the most that a tensor of "
            f"shape {shape} can carry, got {rank}"
        )


def checked_init(init: Sequence[np.ndarray], shape: tuple[int, ...], rank: int) -> Factors:
    """Return factors to begin with as arrays of float64, or say what is wrong with them."""
    factors = [np.array(factor, dtype=np.float64) for factor in init]
    expected = [(n, rank) for n in shape]
    if [factor.shape for factor in factors] != expected:
        raise ValueError(
            f"init must hold one factor a mode, of shapes {expected}, got "
            f"{[factor.shape for factor in factors]}"
        )
    if not all(np.isfinite(factor).all() and (factor >= 0).all() for factor in factors):
        raise ValueError("init must be finite and not negative; take its absolute values")
    return factors


def random_start(
    shape: tuple[int, ...], rank: int, random_state: np.random.RandomState, squared_norm: float
) -> Factors:
    """Draw factors uniformly, their sum as large as the data.

    Parameters
    ----------
    shape : tuple of int
        Of the tensor.
    rank : int
        Number of components.
    random_state : RandomState
        Where they are drawn from.
    squared_norm : float
        Of the data: the start then does not depend on their unit.

    Returns
    -------
    factors : list of array, shape (n_k, rank)
    """
    factors = [random_state.random_sample((n, rank)) for n in shape]
    size = product([factor.T @ factor for factor in factors]).sum()
    return [(squared_norm / size) ** (0.5 / len(shape)) * factor for factor in factors]


def normalised(factors: Factors) -> tuple[Factors, np.ndarray]:
    """Unit columns, and weights that fall.

    Returns
    -------
    factors : list of array, shape (n_k, rank)
    weights : array, shape (rank,)
        A component that is zero anywhere has the weight 0.
    """
    norms = np.array([np.linalg.norm(factor, axis=0) for factor in factors])
    weights = norms.prod(axis=0)
    order = np.argsort(-weights, kind="stable")
    scaled = [
        np.divide(factor, size, out=np.zeros_like(factor), where=size > 0)[:, order]
        for factor, size in zip(factors, norms, strict=True)
    ]
    return scaled, weights[order]
