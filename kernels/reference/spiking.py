"""Spiking layers in plain NumPy, step by step, in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurokit.kernels.rasters import pack_spikes, unpack_spikes


def simulate(
    layers: Any, inputs: np.ndarray, n_steps: int, tap: int | None, learn: bool, n_threads: int = 1
) -> tuple[list[np.ndarray], np.ndarray | None, Any]:
    """Counts, raster of the tap, and trace; see :func:`neurokit.kernels.spiking.simulate`."""
    if inputs.dtype == np.uint16:
        arriving = unpack_spikes(inputs, n_steps).astype(float)
    elif inputs.ndim == 2:
        arriving = np.repeat(inputs[:, None].astype(float), n_steps, axis=1)
    else:
        arriving = inputs.astype(float)
    counts, trace, raster = [], [], None
    for number, layer in enumerate(layers):
        potentials, spikes = _fire(layer, arriving @ layer.connections.dense())
        trace.append((arriving, potentials))
        counts.append(spikes.sum(axis=1).astype(np.int32))
        if number == tap:
            raster = pack_spikes(spikes)
        arriving = spikes.astype(float)
    return counts, raster, trace if learn else None


def _fire(layer: Any, currents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Potentials and spikes, shape (n_trials, n_steps, n_units)."""
    potentials = np.empty(currents.shape)
    spikes = np.zeros(currents.shape, dtype=bool)
    potential = np.zeros(currents[:, 0].shape)
    fired = np.zeros(potential.shape, dtype=bool)
    for t in range(currents.shape[1]):
        potential = layer.beta * potential + currents[:, t] + layer.biases - layer.theta * fired
        fired = potential > layer.theta
        potentials[:, t], spikes[:, t] = potential, fired
    return potentials, spikes


def gradients(
    layers: Any, trace: Any, slopes: list[np.ndarray], n_threads: int = 1
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Gradients of values and biases; see :func:`neurokit.kernels.spiking.gradients`."""
    found = []
    reaching: np.ndarray | float = 0.0
    for layer, (arriving, potentials), slope in reversed(
        list(zip(layers, trace, slopes, strict=True))
    ):
        surrogate = np.maximum(0, 1 - np.abs(potentials - layer.theta) / layer.width)
        adjoint = surrogate * (reaching + slope[:, None].astype(float))
        for t in range(adjoint.shape[1] - 2, -1, -1):
            adjoint[:, t] += layer.beta * adjoint[:, t + 1]
        whole = np.einsum("nti,ntj->ij", arriving, adjoint, optimize=True)
        values = whole[layer.connections.sources, layer.connections.indices]
        found.append((values.astype(np.float32), adjoint.sum(axis=(0, 1)).astype(np.float32)))
        reaching = adjoint @ layer.connections.dense().T
    return found[::-1]
