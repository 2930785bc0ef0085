"""Whether an update changed the representation (rich learning) or only re-weighted it (lazy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def effective_rank(weights: np.ndarray, *, kind: str = "entropy") -> float:
    """How many directions a matrix of weights really uses.

    Parameters
    ----------
    weights : array, shape (n_rows, n_columns)
    kind : {"entropy", "participation"}
        Exponential of the entropy of the singular values' shares [1]_, or the squared sum of
        singular values over the sum of their squares.

    Returns
    -------
    rank : float
        1 to the rank; 0 for a matrix of zeros.

    References
    ----------
    .. [1] O. Roy, M. Vetterli, The effective rank, EUSIPCO, 2007.
    """
    if kind not in ("entropy", "participation"):
        raise ValueError(f"kind must be entropy or participation, got {kind!r}")
    values = np.linalg.svd(np.asarray(weights, dtype=float), compute_uv=False)
    if not values.any():
        return 0.0
    if kind == "participation":
        return float(values.sum() ** 2 / (values**2).sum())
    shares = values[values > 0] / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def alignment(before: np.ndarray, after: np.ndarray, *, centred: bool = False) -> float:
    """Cosine of two kernels on the same trials [1]_: near 1 is lazy, lower is rich.

    Parameters
    ----------
    before, after : array, shape (n_trials, n_trials)
        Gram matrices: of gradients, the tangent kernel; of a layer's outputs, the representation.
    centred : bool
        Take the mean over trials out first: centred kernel alignment [2]_.

    Returns
    -------
    cosine : float

    Raises
    ------
    ValueError
        If the kernels differ in shape, or one is zero.

    References
    ----------
    .. [1] Y. H. Liu et al., How connectivity structure shapes rich and lazy learning in neural
       circuits, ICLR 2024, arXiv:2310.08513.
    .. [2] S. Kornblith et al., ICML 2019, arXiv:1905.00414.
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if first.shape != second.shape or first.ndim != 2:
        raise ValueError(
            f"kernels must be of the same trials, got shapes {first.shape} and {second.shape}"
        )
    if centred:
        first, second = _centred(first), _centred(second)
    size = np.linalg.norm(first) * np.linalg.norm(second)
    if size == 0:
        raise ValueError("a kernel is zero: no unit answered any trial; give trials that do")
    return float((first * second).sum() / size)


def representation_alignment(
    before: np.ndarray, after: np.ndarray, *, centred: bool = False
) -> float:
    """Alignment of a layer's outputs before and after an update.

    Parameters
    ----------
    before, after : array, shape (n_trials, n_units)
        Outputs on the same trials; the numbers of units may differ.
    centred : bool
        As in :func:`alignment`.

    Returns
    -------
    cosine : float

    References
    ----------
    .. [1] Y. H. Liu et al., 2024, arXiv:2310.08513.
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    return alignment(first @ first.T, second @ second.T, centred=centred)


def tangent_kernel(gradients: np.ndarray) -> np.ndarray:
    """Gram matrix of the gradients of the output, one a trial.

    Parameters
    ----------
    gradients : array, shape (n_trials, n_weights)
        Of a spiking network these are surrogate gradients: say so where you show it.

    Returns
    -------
    kernel : array, shape (n_trials, n_trials)
    """
    gradients = np.asarray(gradients, dtype=float).reshape(len(gradients), -1)
    kernel: np.ndarray = gradients @ gradients.T
    return kernel


def weight_change(before: np.ndarray, after: np.ndarray) -> float:
    """Frobenius norm of the change of weights, relative to what they were.

    Parameters
    ----------
    before, after : array
        Of one shape.

    Returns
    -------
    change : float
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    return float(np.linalg.norm(second - first) / np.linalg.norm(first))


@dataclass(frozen=True)
class StudentTeacher:
    """What training did to a small network.

    Parameters
    ----------
    kernel : float
        Alignment of the tangent kernels.
    representation : float
        Alignment of the hidden layer.
    change : float
        Relative change of the first layer.
    loss : float
        Mean squared error at the end, relative to the variance of the target.
    """

    kernel: float
    representation: float
    change: float
    loss: float


def student_teacher(
    rank: int,
    *,
    aligned: bool = False,
    n_inputs: int = 20,
    n_hidden: int = 60,
    n_trials: int = 200,
    norm: float = 3.0,
    n_steps: int = 2000,
    step: float = 0.02,
    seed: int = 0,
) -> StudentTeacher:
    """Train a two-layer linear student on a linear teacher, from first weights of a given rank.

    At equal norm, first weights of lower rank are learnt from in a richer way (lower alignment),
    unless their directions are those of the task [1]_.

    Parameters
    ----------
    rank : int
        Of the first layer at the start; its Frobenius norm is the same for every rank.
    aligned : bool
        Whether the teacher's direction is among those of the first layer.
    n_inputs, n_hidden, n_trials, n_steps : int
        Sizes, and steps of gradient descent.
    norm : float
        Of the first layer at the start; the second starts near zero.
    step : float
        Rate of descent.
    seed : int
        Of inputs, teacher and student.

    Returns
    -------
    student : StudentTeacher

    Notes
    -----
    The settings are ours; of the paper we know the proposition and the direction of its figures.
    Here the tangent kernel of every low rank changes more than that of the full one, but not the
    most at rank 1, and the hidden layer's own alignment does not order the ranks.

    References
    ----------
    .. [1] Y. H. Liu et al., 2024, arXiv:2310.08513, proposition 1.
    """
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_trials, n_inputs))
    teacher = random.standard_normal(n_inputs)
    teacher /= np.linalg.norm(teacher)
    target = X @ teacher
    W = norm * _of_rank(random, n_hidden, n_inputs, rank, teacher if aligned else None)
    v = 0.05 * random.standard_normal(n_hidden) / np.sqrt(n_hidden)
    start, kernel = W.copy(), _linear_kernel(X, W, v)
    for _ in range(n_steps):
        error = (X @ W.T @ v - target) / n_trials
        W, v = W - step * np.outer(v, error @ X), v - step * (error @ X) @ W.T
    loss = float(np.mean((X @ W.T @ v - target) ** 2) / np.var(target))
    return StudentTeacher(
        alignment(kernel, _linear_kernel(X, W, v)),
        representation_alignment(X @ start.T, X @ W.T),
        weight_change(start, W),
        loss,
    )


def _of_rank(
    random: np.random.Generator, n_rows: int, n_columns: int, rank: int, first: np.ndarray | None
) -> np.ndarray:
    """Matrix with equal singular values and norm 1; one of its right vectors may be set."""
    left, _ = np.linalg.qr(random.standard_normal((n_rows, rank)))
    right = random.standard_normal((n_columns, rank))
    if first is not None:
        right[:, 0] = first
    right, _ = np.linalg.qr(right)
    found: np.ndarray = left @ right.T / np.sqrt(rank)
    return found


def _linear_kernel(X: np.ndarray, W: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Tangent kernel of ``v W x``: of the first layer's gradients and of the second's."""
    hidden = X @ W.T
    kernel: np.ndarray = (v @ v) * (X @ X.T) + hidden @ hidden.T
    return kernel


def _centred(kernel: np.ndarray) -> np.ndarray:
    rows = kernel - kernel.mean(axis=0, keepdims=True)
    centred: np.ndarray = rows - rows.mean(axis=1, keepdims=True)
    return centred
