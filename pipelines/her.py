"""The loop of every factorisation: sweeps over the modes, extrapolated, taken back where they rise.

What differs between dense, compressed, masked, symmetric and traced data is a :class:`Problem`;
the loop is the same. Most problems are a :class:`BlockProblem`, which asks for two things only:
``update`` (a better factor of one mode) and ``loss`` (the error after the last mode's update, for
which no further pass over the data should be needed).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Factors = list[np.ndarray]

# A. M. S. Ang, J. E. Cohen, L. T. K. Hien, N. Gillis, arXiv:2001.04321, as tuned there
STEP = 0.5
GROWTH, CEILING_GROWTH, DECAY = 1.05, 1.01, 1.5
ROUNDING = 1e-13  # of sums in double precision


@dataclass
class Sweep:
    """What one sweep over the modes gives.

    Attributes
    ----------
    fresh : list of array, shape (n_k, rank)
        Factors as the updates left them.
    ahead : list of array, shape (n_k, rank)
        The same, gone on by a step: ``max(fresh + step * (fresh - before), 0)``.
    point : list of array, shape (n_k, rank)
        Factors that have the loss: ahead in all modes but the last one updated, there fresh.
    loss : float
        Squared error at ``point``, in float64.
    """

    fresh: Factors
    ahead: Factors
    point: Factors
    loss: float


class Problem(Protocol):
    """Data, as the loop sees them.

    Attributes
    ----------
    squared_norm : float
        Of the data (of what was observed of them).
    rounding : float
        Losses that differ by less than this share of it are equal.
    """

    squared_norm: float
    rounding: float

    def sweep(self, start: Factors, before: Factors, step: float) -> Sweep:
        """Update all modes in turn, each from ``start`` and with the others as far ahead as known.

        Parameters
        ----------
        start : list of array
            Factors from which the updates begin; not written to.
        before : list of array
            The fresh factors of the sweep before, for the extrapolation.
        step : float
            Of the extrapolation; with 0 the loss must not rise above that of ``start``.
        """
        ...


class BlockProblem:
    """A problem whose modes are updated one after the other; a subclass says how."""

    squared_norm: float
    rounding = ROUNDING

    def update(self, mode: int, factors: Factors) -> np.ndarray:
        """Return a better factor for a mode, beginning at ``factors[mode]``, the others fixed."""
        raise NotImplementedError

    def loss(self, factors: Factors) -> float:
        """Squared error; called right after the update of the last mode, which it contains."""
        raise NotImplementedError

    def sweep(self, start: Factors, before: Factors, step: float) -> Sweep:
        """See :class:`Problem`."""
        fresh, ahead = list(start), list(start)
        for mode in range(len(start)):
            fresh[mode] = self.update(mode, ahead)
            ahead[mode] = extrapolated(fresh[mode], before[mode], step)
        point = [*ahead[:-1], fresh[-1]]
        return Sweep(fresh, ahead, point, self.loss(point))


@dataclass
class Descent:
    """Where the loop ended.

    Attributes
    ----------
    factors : list of array, shape (n_k, rank)
        The last point accepted.
    loss : float
        Its squared error.
    errors : array, shape (n_iter,)
        Relative error of the last point accepted, after each sweep; it never rises.
    converged : bool
        Whether the tolerance, and not the number of sweeps or the callback, ended it.
    """

    factors: Factors
    loss: float
    errors: np.ndarray
    converged: bool


def descend(
    problem: Problem,
    start: Factors,
    *,
    extrapolate: bool = True,
    max_iter: int = 500,
    tol: float = 1e-6,
    callback: Callable[[int, float, Factors], bool | None] | None = None,
) -> Descent:
    """Sweep until the error falls no more [1]_.

    Parameters
    ----------
    problem : Problem
        The data.
    start : list of array, shape (n_k, rank)
        Non-negative factors.
    extrapolate : bool
        Go on beyond each update. A sweep that raises the error is taken back; from the last point
        accepted a plain one follows, which cannot.
    max_iter : int
        Most sweeps, those taken back among them.
    tol : float
        Ends the loop after two accepted sweeps that lowered the relative error by less.
    callback : callable, optional
        Called after each sweep with its number, the relative error and the factors accepted; ends
        the loop by returning True.

    References
    ----------
    .. [1] A. M. S. Ang et al., 2020, arXiv:2001.04321.
    """
    point = ahead = before = list(start)
    errors: list[float] = []
    lowest, idle = np.inf, 0
    size, ceiling, step = STEP, 1.0, 0.0
    for number in range(max_iter):
        sweep = problem.sweep(ahead, before, step)
        if sweep.loss <= lowest + problem.rounding * problem.squared_norm:
            error = relative(min(sweep.loss, lowest), problem.squared_norm)
            idle = idle + 1 if errors and errors[-1] - error < tol else 0
            point, ahead, before = sweep.point, sweep.ahead, sweep.fresh
            lowest = min(sweep.loss, lowest)
            if step:
                size, ceiling = min(ceiling, GROWTH * size), min(1.0, CEILING_GROWTH * ceiling)
            step = size if extrapolate else 0.0
        elif step:
            ahead = before = point
            ceiling, size, step = size, size / DECAY, 0.0
        else:
            idle = 2  # a plain sweep rises by rounding alone
        errors.append(relative(lowest, problem.squared_norm))
        if (callback and callback(number, errors[-1], point)) or idle == 2:
            break
    return Descent(point, lowest, np.array(errors), idle == 2)


def extrapolated(fresh: np.ndarray, before: np.ndarray, step: float) -> np.ndarray:
    """Go on from before to fresh and a step beyond, not below zero."""
    if step == 0:
        return fresh
    return np.maximum(fresh + step * (fresh - before), 0)


def relative(loss: float, squared_norm: float) -> float:
    """Error relative to the norm of the data."""
    return float(np.sqrt(max(loss, 0.0) / squared_norm))
