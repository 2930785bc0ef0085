"""Steps of optimisers on the weights that live; the others keep every bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurokit.kernels.backends import find


@dataclass
class Adadelta:
    """Steps as long as the last ones were, over the size of the gradients [1]_.

    Attributes
    ----------
    squares, steps : arrays of float32, shape (n_values,)
        Running means of squared gradients and of squared steps.
    rate, decay, epsilon : float

    References
    ----------
    .. [1] M. D. Zeiler, 2012, arXiv:1212.5701.
    """

    squares: np.ndarray
    steps: np.ndarray
    rate: float = 1.0
    decay: float = 0.9
    epsilon: float = 1e-6

    @classmethod
    def of(cls, n_values: int, **settings: Any) -> Adadelta:
        """A fresh one for so many values."""
        squares, steps = np.zeros((2, n_values), dtype=np.float32)
        return cls(squares, steps, **settings)

    def step(
        self,
        values: np.ndarray,
        gradient: np.ndarray,
        live: np.ndarray | None = None,
        *,
        backend: str = "cpu",
    ) -> None:
        """Change the live values in place.

        Parameters
        ----------
        values, gradient : arrays of float32, shape (n_values,)
        live : array of bool, shape (n_values,), optional
            Where false, neither the value nor its memory changes by a bit; all live by default.
        backend : {"cpu", "gpu", "reference"}
            Where it runs.
        """
        settings = np.array([self.rate, self.decay, self.epsilon], dtype=np.float32)
        _step("adadelta", values, gradient, live, self.squares, self.steps, settings, backend)


@dataclass
class Adam:
    """Steps of the running mean gradient over its running size [1]_.

    Attributes
    ----------
    means, squares : arrays of float32, shape (n_values,)
    rate, first, second, epsilon : float
    n_steps : int
        Taken so far.

    References
    ----------
    .. [1] D. P. Kingma, J. Ba, ICLR, 2015, arXiv:1412.6980.
    """

    means: np.ndarray
    squares: np.ndarray
    rate: float = 1e-3
    first: float = 0.9
    second: float = 0.999
    epsilon: float = 1e-8
    n_steps: int = 0

    @classmethod
    def of(cls, n_values: int, **settings: Any) -> Adam:
        """A fresh one for so many values."""
        means, squares = np.zeros((2, n_values), dtype=np.float32)
        return cls(means, squares, **settings)

    def step(
        self,
        values: np.ndarray,
        gradient: np.ndarray,
        live: np.ndarray | None = None,
        *,
        backend: str = "cpu",
    ) -> None:
        """Change the live values in place; see :meth:`Adadelta.step`."""
        self.n_steps += 1
        first, second = (1 - rate**self.n_steps for rate in (self.first, self.second))
        settings = np.array(
            [self.rate / first, self.first, self.second, self.epsilon, second**-0.5],
            dtype=np.float32,
        )
        _step("adam", values, gradient, live, self.means, self.squares, settings, backend)


def _step(
    name: str,
    values: np.ndarray,
    gradient: np.ndarray,
    live: np.ndarray | None,
    first: np.ndarray,
    second: np.ndarray,
    settings: np.ndarray,
    backend: str,
) -> None:
    if values.dtype != np.float32 or gradient.dtype != np.float32:
        raise ValueError(f"values and gradient are float32, got {values.dtype}, {gradient.dtype}")
    live = np.ones(values.shape, dtype=bool) if live is None else live
    shapes = {each.shape for each in (values, gradient, live, first, second)}
    if len(shapes) != 1 or values.ndim != 1:
        raise ValueError(
            f"values, gradient, live and the optimiser's memory must have one length, got {shapes};"
            " begin a fresh optimiser after an edit, or carry its memory by follow()"
        )
    find(f"optimisers.{name}", backend)(values, gradient, live, first, second, settings)
