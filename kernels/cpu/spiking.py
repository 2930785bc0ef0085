"""Spiking layers, event by event: a trial at a time in cache, trials shared by threads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from neurokit.kernels.cpu import spiking_blocks as blocks
from neurokit.kernels.cpu.lanes import LANES
from neurokit.kernels.spiking import SpikingLayer
from neurokit.kernels.threads import in_threads

PART = 8  # parts of a batch; sums go by part, so that they do not depend on the threads
PADDED = 16  # units to which a layer is filled
ROOM = 2**16  # records for which a thread keeps room, at least

Layers = Sequence[SpikingLayer]


class Trace(NamedTuple):
    """What the way back needs: the inputs, and the records of some trials after the others."""

    inputs: np.ndarray
    n_steps: int
    pieces: list[list[tuple[int, int, blocks.Records]]]  # of each part


def simulate(
    layers: Layers, inputs: np.ndarray, n_steps: int, tap: int | None, learn: bool, n_threads: int
) -> tuple[list[np.ndarray], np.ndarray | None, Trace | None]:
    """See :func:`neurokit.kernels.spiking.simulate`."""
    network = _network(layers, inputs)
    arriving = _arriving(layers, network, inputs)
    n_trials, n_blocks = len(inputs), -(-n_steps // LANES)
    counts = np.zeros((n_trials, network.starts[-1]), dtype=np.int32)
    n_tapped = 0 if tap is None else np.diff(network.starts)[tap]
    tapped = np.zeros((n_trials, n_blocks, n_tapped), dtype=np.uint16)

    def run(part: range) -> list[tuple[int, int, blocks.Records]]:
        done, pieces = part.start, []
        records = _room(n_blocks, network, learn)
        while done < part.stop:
            trials = (done, part.stop)
            n = blocks.run(
                arriving, network, trials, n_steps, counts, -1 if tap is None else tap, tapped,
                records, learn,
            )  # fmt: skip
            if learn:
                pieces.append((done, done + n, _copied(records, n)))
            done += n
        return pieces

    pieces = in_threads(run, _parts(n_trials), n_threads)
    found = [
        counts[:, start : start + layer.n_units]
        for start, layer in zip(network.starts, layers, strict=False)
    ]
    raster = None if tap is None else tapped[:, :, : layers[tap].n_units]
    return found, raster, Trace(inputs, n_steps, pieces) if learn else None


def _parts(n_trials: int) -> list[range]:
    bounds = np.linspace(0, n_trials, min(PART, n_trials) + 1).astype(int)
    return [range(first, stop) for first, stop in pairwise(bounds)]


def _room(n_blocks: int, network: blocks.Network, learn: bool) -> blocks.Records:
    n_records = max(n_blocks * network.starts[-1], ROOM) if learn else network.starts[-1]
    n_ends = -(-n_records // n_blocks) + 1
    return blocks.Records(
        np.empty(n_records, dtype=np.uint32),
        np.empty(n_records, dtype=np.uint16),
        np.empty((n_records, LANES), dtype=np.float32),
        np.empty((n_ends, n_blocks, len(network.starts) - 1), dtype=np.int64),
    )


def _copied(records: blocks.Records, n_trials: int) -> blocks.Records:
    n_records = records.ends[n_trials - 1, -1, -1]
    return blocks.Records(
        records.places[:n_records].copy(),
        records.fired[:n_records].copy(),
        records.surrogates[:n_records].copy(),
        records.ends[:n_trials].copy(),
    )


def _network(layers: Layers, inputs: np.ndarray) -> blocks.Network:
    """Layers in one row; connections from the inputs are dense unless these are spikes."""
    sizes = [-(-layer.n_units // PADDED) * PADDED for layer in layers]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    biases = np.full(starts[-1], blocks.NEVER, dtype=np.float32)
    for layer, start in zip(layers, starts, strict=False):
        biases[start : start + layer.n_units] = layer.biases
    first = layers[0].connections
    dense = np.zeros((0, sizes[0]), dtype=np.float32)
    rows, places, weights = np.zeros(1, np.int64), np.zeros(0, np.uint32), np.zeros(0, np.float32)
    if inputs.dtype == np.uint16:
        rows, places, weights = first.indptr, first.indices.astype(np.uint32), first.values
    else:
        dense = np.zeros((first.n_sources, sizes[0]), dtype=np.float32)
        dense[first.sources, first.indices] = first.values
    numbers = [(layer.beta, layer.theta, layer.width) for layer in layers]
    return blocks.Network(
        starts, dense, rows, places, weights, *_between(layers, starts), biases,
        *np.array(numbers, dtype=np.float32).T.copy(),
    )  # fmt: skip


def _between(layers: Layers, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of connections by place in the row of all units."""
    lengths = np.zeros(starts[-1], dtype=np.int64)
    places, weights = [np.zeros(0, np.uint32)], [np.zeros(0, np.float32)]
    for start, next_start, layer in zip(starts, starts[1:], layers[1:], strict=False):
        connections = layer.connections
        lengths[start : start + connections.n_sources] = np.diff(connections.indptr)
        places.append((connections.indices + next_start).astype(np.uint32))
        weights.append(connections.values)
    rows = np.concatenate([[0], np.cumsum(lengths)])
    return rows, np.concatenate(places), np.concatenate(weights)


def _arriving(layers: Layers, network: blocks.Network, inputs: np.ndarray) -> blocks.Inputs:
    """Inputs of one kind, and none of the others."""
    currents = np.zeros((0, 0, len(network.dense)), dtype=np.float32)
    constant = np.zeros((0, network.starts[1]), dtype=np.float32)
    raster = np.zeros((0, 0, 0), dtype=np.uint16)
    if inputs.dtype == np.uint16:
        raster = inputs
    elif inputs.ndim == 2:
        constant = inputs @ network.dense
    else:
        currents = inputs
    return blocks.Inputs(currents, constant, raster)


def gradients(
    layers: Layers, trace: Trace, slopes: list[np.ndarray], n_threads: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """See :func:`neurokit.kernels.spiking.gradients`."""
    network = _network(layers, trace.inputs)
    arriving = _arriving(layers, network, trace.inputs)
    steep = np.zeros((len(trace.inputs), network.starts[-1]), dtype=np.float32)
    for start, slope in zip(network.starts, slopes, strict=False):
        steep[:, start : start + slope.shape[1]] = slope
    weighed = _weighed(network.betas, -(-trace.n_steps // LANES) * LANES)
    shares = np.zeros((len(arriving.constant), network.starts[1]), dtype=np.float32)

    def go_back(pieces: list[tuple[int, int, blocks.Records]]) -> blocks.Slopes:
        out = _no_slopes(network, arriving, shares)
        for first, stop, records in pieces:
            blocks.go_back(arriving, network, (first, stop), steep, records, weighed, out)
        return out

    parts = in_threads(go_back, trace.pieces, n_threads) or [_no_slopes(network, arriving, shares)]
    total = parts[0]
    for part in parts[1:]:
        for whole, more in zip(total, part, strict=True):
            if whole is not shares:
                whole += more
    return _per_layer(layers, network, trace.inputs, total)


def _weighed(betas: np.ndarray, n_steps: int) -> np.ndarray:
    """What a bias of one has left at each step, a row a layer."""
    weighed = np.ones((len(betas), n_steps), dtype=np.float32)
    for step in range(1, n_steps):
        weighed[:, step] += betas * weighed[:, step - 1]
    return weighed


def _no_slopes(
    network: blocks.Network, arriving: blocks.Inputs, shares: np.ndarray
) -> blocks.Slopes:
    n_dense = network.starts[1] if len(arriving.currents) else 0
    return blocks.Slopes(
        np.zeros((n_dense, arriving.currents.shape[2]), dtype=np.float32),
        shares,
        np.zeros_like(network.input_weights),
        np.zeros_like(network.weights),
        np.zeros_like(network.biases),
    )


def _per_layer(
    layers: Layers, network: blocks.Network, inputs: np.ndarray, total: blocks.Slopes
) -> list[tuple[np.ndarray, np.ndarray]]:
    first = layers[0].connections
    if inputs.dtype == np.uint16:
        values = total.input_weights
    elif inputs.ndim == 2:
        values = (inputs.T @ total.shares)[first.sources, first.indices]
    else:
        values = total.dense.T[first.sources, first.indices]
    ends = np.cumsum([layer.connections.n_connections for layer in layers[1:]], dtype=int)
    found = [values, *np.split(total.weights, ends)[: len(layers) - 1]]
    return [
        (np.ascontiguousarray(value), total.biases[start : start + layer.n_units].copy())
        for value, start, layer in zip(found, network.starts, layers, strict=False)
    ]
