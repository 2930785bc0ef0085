"""Spiking layers in CUDA, a layer after the other: no delay lies between them.

A thread takes a unit of a trial through all steps, or sums what reaches or leaves it at one step.
Not yet measured on a device.
"""

# mypy: disable-error-code="attr-defined, no-untyped-call, untyped-decorator, assignment"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda, float32

from neurokit.kernels.rasters import pack_spikes, unpack_spikes

THREADS = 64


def simulate(
    layers: Any, inputs: np.ndarray, n_steps: int, tap: int | None, learn: bool, n_threads: int = 1
) -> tuple[list[np.ndarray], np.ndarray | None, Any]:
    """See :func:`neurokit.kernels.spiking.simulate`."""
    if inputs.dtype == np.uint16:
        inputs = unpack_spikes(inputs, n_steps).astype(np.float32)
    elif inputs.ndim == 2:
        inputs = np.repeat(inputs[:, None], n_steps, axis=1)
    if len(inputs) == 0:
        raster = None if tap is None else pack_spikes(np.zeros((0, n_steps, layers[tap].n_units)))
        return [np.zeros((0, layer.n_units), np.int32) for layer in layers], raster, []
    arriving = cuda.to_device(np.ascontiguousarray(inputs))
    counts, trace, raster = [], [], None
    for number, layer in enumerate(layers):
        potentials, spikes, fired = _fire(layer, arriving)
        counts.append(fired)
        trace.append((arriving, potentials))
        if number == tap:
            raster = pack_spikes(spikes.copy_to_host() > 0)
        arriving = spikes
    return counts, raster, trace if learn else None


def _n_blocks(n_items: int) -> int:
    return -(-n_items // THREADS)


def _fire(layer: Any, arriving: Any) -> tuple[Any, Any, np.ndarray]:
    """Potentials and spikes on the device, and counts."""
    n_trials, n_steps, _ = arriving.shape
    shape = (n_trials, n_steps, layer.n_units)
    potentials = cuda.device_array(shape, dtype=np.float32)
    spikes = cuda.device_array(shape, dtype=np.float32)
    counts = cuda.device_array((n_trials, layer.n_units), dtype=np.int32)
    starts, order = layer.connections.by_target
    sources = cuda.to_device(layer.connections.sources[order])
    weights = cuda.to_device(layer.connections.values[order])
    n_items = n_trials * n_steps * layer.n_units
    flat = (n_trials * n_steps, -1)
    add_up[_n_blocks(n_items), THREADS](
        arriving.reshape(flat[0], arriving.shape[2]), cuda.to_device(starts), sources, weights,
        potentials.reshape(flat[0], layer.n_units),
    )  # fmt: skip
    numbers = (np.float32(layer.beta), np.float32(layer.theta))
    fire[_n_blocks(n_trials * layer.n_units), THREADS](
        potentials, cuda.to_device(layer.biases), *numbers, spikes, counts
    )
    return potentials, spikes, counts.copy_to_host()


@cuda.jit
def add_up(arriving: Any, starts: Any, others: Any, weights: Any, out: Any) -> None:
    """Sum what arrives at each unit, a row of ``out`` a step."""
    item = cuda.grid(1)
    row, unit = item // out.shape[1], item % out.shape[1]
    if row < out.shape[0]:
        total = float32(0)
        for p in range(starts[unit], starts[unit + 1]):
            total += weights[p] * arriving[row, others[p]]
        out[row, unit] = total


@cuda.jit
def fire(potentials: Any, biases: Any, beta: float, theta: float, spikes: Any, counts: Any) -> None:
    """Turn currents into potentials in place, and note the spikes."""
    item = cuda.grid(1)
    trial, unit = item // potentials.shape[2], item % potentials.shape[2]
    if trial < potentials.shape[0]:
        potential, fall, count = float32(0), float32(0), 0
        for t in range(potentials.shape[1]):
            potential = beta * potential + (potentials[trial, t, unit] + biases[unit]) - fall
            fired = potential > theta
            fall = theta if fired else float32(0)
            potentials[trial, t, unit] = potential
            spikes[trial, t, unit] = float32(1) if fired else float32(0)
            count += 1 if fired else 0
        counts[trial, unit] = count


def gradients(
    layers: Any, trace: Any, slopes: list[np.ndarray], n_threads: int = 1
) -> list[tuple[np.ndarray, np.ndarray]]:
    """See :func:`neurokit.kernels.spiking.gradients`."""
    found = []
    reaching = None
    for number in range(len(trace) - 1, -1, -1):
        layer, (arriving, potentials) = layers[number], trace[number]
        connections = layer.connections
        if reaching is None:
            reaching = cuda.to_device(np.zeros(potentials.shape, dtype=np.float32))
        numbers = (np.float32(each) for each in (layer.beta, layer.theta, layer.width))
        biases = cuda.device_array(slopes[number].shape, dtype=np.float32)
        n_units = slopes[number].size
        go_back[_n_blocks(n_units), THREADS](
            potentials, cuda.to_device(slopes[number]), *numbers, reaching, biases
        )
        values = cuda.device_array(connections.n_connections, dtype=np.float32)
        ends = (cuda.to_device(connections.sources), cuda.to_device(connections.indices))
        if connections.n_connections:
            correlate[_n_blocks(len(values)), THREADS](arriving, reaching, *ends, values)
        found.append((values.copy_to_host(), biases.copy_to_host().sum(axis=0)))
        if number:
            reaching = _pass_on(connections, reaching)
    if not trace:
        return [
            (np.zeros_like(layer.connections.values), np.zeros_like(layer.biases))
            for layer in layers
        ]
    return found[::-1]


def _pass_on(connections: Any, adjoints: Any) -> Any:
    """What reaches the units below through their connections."""
    n_trials, n_steps, n_units = adjoints.shape
    below = cuda.device_array((n_trials, n_steps, connections.n_sources), dtype=np.float32)
    add_up[_n_blocks(n_trials * n_steps * connections.n_sources), THREADS](
        adjoints.reshape(n_trials * n_steps, n_units), cuda.to_device(connections.indptr),
        cuda.to_device(connections.indices), cuda.to_device(connections.values),
        below.reshape(n_trials * n_steps, connections.n_sources),
    )  # fmt: skip
    return below


@cuda.jit
def go_back(
    potentials: Any, slopes: Any, beta: float, theta: float, width: float, reaching: Any, sums: Any
) -> None:
    """Turn what reaches each unit's spikes into the adjoints of its potentials, in place."""
    item = cuda.grid(1)
    trial, unit = item // potentials.shape[2], item % potentials.shape[2]
    if trial < potentials.shape[0]:
        adjoint, total = float32(0), float32(0)
        for back in range(potentials.shape[1]):
            t = potentials.shape[1] - 1 - back
            near = float32(1) - abs(potentials[trial, t, unit] - theta) / width
            adjoint = float32(beta * adjoint)
            if near > 0:
                adjoint = float32(adjoint + near * (reaching[trial, t, unit] + slopes[trial, unit]))
            reaching[trial, t, unit] = adjoint
            total += adjoint
        sums[trial, unit] = total


@cuda.jit
def correlate(arriving: Any, adjoints: Any, sources: Any, targets: Any, out: Any) -> None:
    """Sum over trials and steps what arrives times the adjoint, a thread a connection."""
    p = cuda.grid(1)
    if p < len(out):
        total = float32(0)
        for trial in range(arriving.shape[0]):
            for t in range(arriving.shape[1]):
                total += arriving[trial, t, sources[p]] * adjoints[trial, t, targets[p]]
        out[p] = total
