"""Steps of optimisers in CUDA, a thread a value."""

# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator"

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np
from numba import cuda, float32

THREADS = 64
ONE = np.float32(1)


@cuda.jit
def _adadelta(values: Any, gradient: Any, live: Any, squares: Any, steps: Any, given: Any) -> None:
    i = cuda.grid(1)
    if i < len(values) and live[i]:
        rate, decay, epsilon = given[0], given[1], given[2]
        g = gradient[i]
        squares[i] = decay * squares[i] + (ONE - decay) * g * g
        change = float32(sqrt(steps[i] + epsilon)) / float32(sqrt(squares[i] + epsilon)) * g
        steps[i] = decay * steps[i] + (ONE - decay) * change * change
        values[i] -= rate * change


@cuda.jit
def _adam(values: Any, gradient: Any, live: Any, means: Any, squares: Any, given: Any) -> None:
    i = cuda.grid(1)
    if i < len(values) and live[i]:
        rate, first, second, epsilon, scale = given[0], given[1], given[2], given[3], given[4]
        g = gradient[i]
        means[i] = first * means[i] + (ONE - first) * g
        squares[i] = second * squares[i] + (ONE - second) * g * g
        values[i] -= rate * means[i] / (float32(sqrt(squares[i])) * scale + epsilon)


def _on_device(kernel: Any) -> Callable[..., None]:
    def step(
        values: np.ndarray,
        gradient: np.ndarray,
        live: np.ndarray,
        first: np.ndarray,
        second: np.ndarray,
        settings: np.ndarray,
    ) -> None:
        changed = [cuda.to_device(each) for each in (values, first, second)]
        fixed = [cuda.to_device(each) for each in (gradient, live, settings)]
        if len(values):
            kernel[-(-len(values) // THREADS), THREADS](
                changed[0], fixed[0], fixed[1], changed[1], changed[2], fixed[2]
            )
        for host, device in zip((values, first, second), changed, strict=True):
            device.copy_to_host(host)

    return step


adadelta = _on_device(_adadelta)
adam = _on_device(_adam)
