"""Spiking layers, event by event: a trial at a time in cache, trials shared by threads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from queue import SimpleQueue
from threading import Lock
from typing import NamedTuple

import numpy as np

from neurokit.kernels.connections import Connections
from neurokit.kernels.cpu import spiking_blocks as blocks
from neurokit.kernels.cpu.lanes import LANES, ROW, UNITS
from neurokit.kernels.rasters import STEPS
from neurokit.kernels.spiking import SpikingLayer
from neurokit.kernels.threads import in_threads

PART = 8  # parts of a batch; sums go by part, so that they do not depend on the threads
ROOM = 2**17  # records for which a thread has room, at least
PIECE = 2**20  # records of one piece of memory: 37 MB

Layers = Sequence[SpikingLayer]


class Trace(NamedTuple):
    """What the way back needs: the inputs, and the records of some trials after the others."""

    inputs: np.ndarray
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
    tapped = np.zeros((n_trials, -(-n_steps // STEPS), n_tapped), dtype=np.uint16)

    store = _Store(n_blocks, network, n_threads, learn)

    def run(part: range) -> list[tuple[int, int, blocks.Records]]:
        done, pieces = part.start, []
        records = store.rooms.get()
        while done < part.stop:
            n = blocks.run(
                arriving, network, (done, part.stop), n_steps, counts,
                -1 if tap is None else tap, tapped, records, learn,
            )  # fmt: skip
            if learn:
                pieces.append((done, done + n, store.keep(records, n)))
            done += n
        store.rooms.put(records)
        return pieces

    pieces = in_threads(run, _parts(n_trials), n_threads)
    found = [
        counts[:, start : start + layer.n_units]
        for start, layer in zip(network.starts, layers, strict=False)
    ]
    raster = None if tap is None else tapped[:, :, : layers[tap].n_units]
    return found, raster, Trace(inputs, pieces) if learn else None


def _parts(n_trials: int) -> list[range]:
    bounds = np.linspace(0, n_trials, min(PART, n_trials) + 1).astype(int)
    return [range(first, stop) for first, stop in pairwise(bounds)]


def _room(n_records: int, n_trials: int, n_blocks: int, n_layers: int) -> blocks.Records:
    return blocks.Records(
        np.empty(n_records, dtype=np.uint32),
        np.empty(n_records, dtype=np.uint8),
        np.empty((n_records, LANES), dtype=np.float32),
        np.empty((n_trials, n_blocks, n_layers), dtype=np.int64),
    )


class _Store:
    """Records of a batch: each thread writes to its own room, and what it wrote is kept.

    They are kept in large pieces, since fresh memory in small ones costs as much as a small run.
    """

    def __init__(self, n_blocks: int, network: blocks.Network, n_threads: int, learn: bool) -> None:
        n_places, n_layers = network.starts[-1], len(network.starts) - 1
        n_records = max(n_blocks * n_places, ROOM) if learn else n_places
        n_trials = -(-n_records // n_blocks) if learn else 0
        self.rooms: SimpleQueue[blocks.Records] = SimpleQueue()
        for _ in range(n_threads):
            self.rooms.put(_room(n_records, n_trials, n_blocks, n_layers))
        self._lock, self._piece, self._used = Lock(), _room(0, 0, n_blocks, n_layers), 0

    def keep(self, records: blocks.Records, n_trials: int) -> blocks.Records:
        """Copy the records of some trials."""
        size = int(records.ends[n_trials - 1, -1, -1])
        with self._lock:
            if self._used + size > len(self._piece.places):
                # what is not written to takes no memory
                self._piece = _room(max(size, PIECE), 0, *records.ends.shape[1:])
                self._used = 0
            piece, few = self._piece, slice(self._used, self._used + size)
            self._used += size
        piece.places[few] = records.places[:size]
        piece.fired[few] = records.fired[:size]
        piece.surrogates[few] = records.surrogates[:size]
        return blocks.Records(
            piece.places[few],
            piece.fired[few],
            piece.surrogates[few],
            records.ends[:n_trials].copy(),
        )


def _network(layers: Layers, inputs: np.ndarray) -> blocks.Network:
    """Layers in one row; connections from the inputs are dense unless these are spikes."""
    sizes = [-(-layer.n_units // UNITS) * UNITS for layer in layers]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    biases = np.full(starts[-1], blocks.NEVER, dtype=np.float32)
    for layer, start in zip(layers, starts, strict=False):
        biases[start : start + layer.n_units] = layer.biases
    first = layers[0].connections
    spiking = inputs.dtype == np.uint16
    dense = np.zeros((0 if spiking else first.n_sources, sizes[0]), dtype=np.float32)
    if not spiking:
        dense[first.sources, first.indices] = first.values
    numbers = [(layer.beta, layer.theta, layer.width) for layer in layers]
    return blocks.Network(
        starts,
        dense,
        _rows([(0, first)] if spiking else [], first.n_sources if spiking else 0),
        _rows(
            [(start, layer.connections) for start, layer in zip(starts, layers[1:], strict=False)],
            starts[-1],
        ),
        biases,
        *np.array(numbers, dtype=np.float32).T.copy(),
    )


def _filled(connections: Connections) -> np.ndarray:
    """Lengths of the rows, filled."""
    lengths: np.ndarray = -(-np.diff(connections.indptr) // ROW) * ROW
    return lengths


def _own(connections: Connections) -> np.ndarray:
    """Where each connection stands in filled rows."""
    ends = np.cumsum(_filled(connections))
    shift = np.concatenate([[0], ends[:-1]]) - connections.indptr[:-1]
    places: np.ndarray = np.arange(connections.n_connections) + np.repeat(
        shift, np.diff(connections.indptr)
    )
    return places


def _rows(several: list[tuple[int, Connections]], n_sources: int) -> blocks.Rows:
    """Filled rows of connections, each set of them with the place of its first source."""
    lengths = np.zeros(n_sources, dtype=np.int64)
    places, weights = [np.zeros(0, np.uint16)], [np.zeros(0, np.float32)]
    for source, connections in several:
        filled, own = _filled(connections), _own(connections)
        lengths[source : source + connections.n_sources] = filled
        places.append(np.zeros(filled.sum(), dtype=np.uint16))
        weights.append(np.zeros(filled.sum(), dtype=np.float32))
        places[-1][own] = connections.indices
        weights[-1][own] = connections.values
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return blocks.Rows(starts, np.concatenate(places), np.concatenate(weights))


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
    shares = np.zeros((len(arriving.constant), network.starts[1]), dtype=np.float32)

    def go_back(pieces: list[tuple[int, int, blocks.Records]]) -> blocks.Slopes:
        out = _no_slopes(network, arriving, shares)
        for first, stop, records in pieces:
            blocks.go_back(arriving, network, (first, stop), steep, records, out)
        return out

    parts = in_threads(go_back, trace.pieces, n_threads) or [_no_slopes(network, arriving, shares)]
    total = parts[0]
    for part in parts[1:]:
        for whole, more in zip(total, part, strict=True):
            if whole is not shares:
                whole += more
    return _per_layer(layers, network, trace.inputs, total)


def _no_slopes(
    network: blocks.Network, arriving: blocks.Inputs, shares: np.ndarray
) -> blocks.Slopes:
    n_dense = network.starts[1] if len(arriving.currents) else 0
    return blocks.Slopes(
        np.zeros(
            (n_dense, -(-arriving.currents.shape[2] // blocks.WIDE) * blocks.WIDE), np.float32
        ),
        shares,
        np.zeros_like(network.inputs.weights),
        np.zeros_like(network.rows.weights),
        np.zeros_like(network.biases),
    )


def _per_layer(
    layers: Layers, network: blocks.Network, inputs: np.ndarray, total: blocks.Slopes
) -> list[tuple[np.ndarray, np.ndarray]]:
    first = layers[0].connections
    if inputs.dtype == np.uint16:
        values = total.input_weights[_own(first)]
    elif inputs.ndim == 2:
        values = (inputs.T @ total.shares)[first.sources, first.indices]
    else:
        values = total.dense[first.indices, first.sources]
    found, begin = [values], 0
    for layer in layers[1:]:
        found.append(total.weights[begin + _own(layer.connections)])
        begin += _filled(layer.connections).sum()
    return [
        (value, total.biases[start : start + layer.n_units].copy())
        for value, start, layer in zip(found, network.starts, layers, strict=False)
    ]
