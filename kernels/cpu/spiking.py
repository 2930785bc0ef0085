"""Spiking layers, event by event: a trial at a time in cache, trials shared by threads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np

from neurokit.kernels.connections import Connections
from neurokit.kernels.cpu import spiking_blocks as blocks
from neurokit.kernels.cpu.lanes import LANES, ROW, UNITS
from neurokit.kernels.rasters import STEPS
from neurokit.kernels.spiking import SpikingLayer
from neurokit.kernels.threads import in_threads

PART = 8  # parts of a batch; sums go by part, so that they do not depend on the threads
PIECE = 2**19  # records of one room: so large that the allocator keeps it for the next batch

Layers = Sequence[SpikingLayer]


class Piece(NamedTuple):
    """Records of trials ``first`` to ``stop``, which begin at a place of their room."""

    first: int
    stop: int
    begin: int
    records: blocks.Records


class Trace(NamedTuple):
    """What the way back needs: network and inputs, and the records of each part."""

    network: blocks.Network
    inputs: np.ndarray
    pieces: list[list[Piece]]


def simulate(
    layers: Layers, inputs: np.ndarray, n_steps: int, tap: int | None, learn: bool, n_threads: int
) -> tuple[list[np.ndarray], np.ndarray | None, Trace | None]:
    """See :func:`neurokit.kernels.spiking.simulate`."""
    network = _network(layers, inputs)
    arriving = _arriving(network, inputs)
    n_trials = len(inputs)
    counts = np.zeros((n_trials, network.starts[-1]), dtype=np.int32)
    n_tapped = 0 if tap is None else np.diff(network.starts)[tap]
    tapped = np.zeros((n_trials, -(-n_steps // STEPS), n_tapped), dtype=np.uint16)

    tapping = (-1 if tap is None else tap, tapped)
    rooms: SimpleQueue[tuple[blocks.Records, int]] = SimpleQueue()
    for _ in range(n_threads):
        rooms.put((_room(0), 0))

    def run(part: range) -> list[Piece]:
        room = rooms.get()
        pieces, room = _run_part(part, arriving, network, n_steps, counts, tapping, room, learn)
        rooms.put(room)
        return pieces

    pieces = in_threads(run, _parts(n_trials), n_threads)
    found = [
        np.ascontiguousarray(counts[:, start : start + layer.n_units])
        for start, layer in zip(network.starts, layers, strict=False)
    ]
    raster = None
    if tap is not None:
        raster = np.ascontiguousarray(tapped[:, :, : layers[tap].n_units])
    return found, raster, Trace(network, inputs, pieces) if learn else None


def _run_part(
    part: range,
    arriving: blocks.Inputs,
    network: blocks.Network,
    n_steps: int,
    counts: np.ndarray,
    tapping: tuple[int, np.ndarray],
    room: tuple[blocks.Records, int],
    learn: bool,
) -> tuple[list[Piece], tuple[blocks.Records, int]]:
    """Run some trials, with fresh room where there is none for a whole one; give what is left."""
    n_blocks, n_layers = -(-n_steps // LANES), len(network.starts) - 1
    least = network.starts[-1] * (n_blocks if learn else 1)
    done, pieces = part.start, []
    records, used = room
    while done < part.stop:
        if used + least > len(records.places):
            records, used = _room(max(2 * least, PIECE) if learn else least), 0
        ends = np.empty((part.stop - done, n_blocks, n_layers), dtype=np.int64)
        records = records._replace(ends=ends)
        trials = (done, part.stop)
        n = blocks.run(
            arriving, network, trials, n_steps, counts, *tapping, records, used, learn
        )  # fmt: skip
        if learn:
            pieces.append(Piece(done, done + n, used, records))
            used = int(ends[n - 1, -1, -1])
        done += n
    return pieces, (records, used)


def _parts(n_trials: int) -> list[range]:
    bounds = np.linspace(0, n_trials, min(PART, n_trials) + 1).astype(int)
    return [range(first, stop) for first, stop in pairwise(bounds)]


def _room(n_records: int) -> blocks.Records:
    """Room for records; what is not written to takes no memory."""
    return blocks.Records(
        np.empty(n_records, dtype=np.uint32),
        np.empty(n_records, dtype=np.uint8),
        np.empty((n_records, LANES), dtype=np.float32),
        np.empty((0, 0, 0), dtype=np.int64),
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


def _arriving(network: blocks.Network, inputs: np.ndarray) -> blocks.Inputs:
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
    network, arriving = trace.network, _arriving(trace.network, trace.inputs)
    steep = np.zeros((len(trace.inputs), network.starts[-1]), dtype=np.float32)
    for start, slope in zip(network.starts, slopes, strict=False):
        steep[:, start : start + slope.shape[1]] = slope
    shares = np.zeros((len(arriving.constant), network.starts[1]), dtype=np.float32)

    def go_back(pieces: list[Piece]) -> blocks.Slopes:
        out = _no_slopes(network, arriving, shares)
        for first, stop, begin, records in pieces:
            blocks.go_back(arriving, network, (first, stop), steep, records, begin, out)
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
