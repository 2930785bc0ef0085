"""Trials through spiking layers and back, sixteen steps of a unit at a time.

Units of all layers stand in one row, each layer padded to whole vectors. A record is a unit in a
block of 16 steps in which it came near its threshold: its place in that row, the bits of its
spikes, and the surrogate at each step. Records go by trial, block and layer; the rest of a block
needs no gradient.
"""

# an intrinsic takes no context when it is called, and named tuples are typed when compiled
# mypy: disable-error-code="call-arg,var-annotated"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from neurokit.kernels.cpu.bits import lowest, popcount
from neurokit.kernels.cpu.lanes import LANES, pull, stand_up, sum_back

NEVER = np.float32(-1e30)  # potential of a unit that is none
CHUNK = 64  # steps whose currents are made at once


class Inputs(NamedTuple):
    """What reaches the first layer; what does not apply has no trials or no columns."""

    currents: np.ndarray  # (n_trials, n_steps, n_inputs)
    constant: np.ndarray  # (n_trials, n_places) as they reach the units
    raster: np.ndarray  # (n_trials, n_blocks, n_inputs)


class Network(NamedTuple):
    """Layers in one row of places."""

    starts: np.ndarray  # first place of each layer, and the end
    dense: np.ndarray  # (n_inputs, n_places of the first layer)
    input_rows: np.ndarray  # rows of connections from spiking inputs
    input_places: np.ndarray
    input_weights: np.ndarray
    rows: np.ndarray  # rows of connections from each place to the layer above
    places: np.ndarray
    weights: np.ndarray
    biases: np.ndarray
    betas: np.ndarray
    thetas: np.ndarray
    widths: np.ndarray


class Records(NamedTuple):
    """Units near their threshold, and where each block and layer of a trial ends."""

    places: np.ndarray  # uint32
    fired: np.ndarray  # uint16
    surrogates: np.ndarray  # (n_records, 16)
    ends: np.ndarray  # (n_trials, n_blocks, n_layers)


@njit(cache=True, nogil=True)
def _address(array: np.ndarray, index: int, size: int) -> np.uint64:
    return np.uint64(array.ctypes.data) + np.uint64(index * size)


@njit(cache=True, nogil=True)
def run(
    inputs: Inputs,
    network: Network,
    trials: tuple[int, int],
    n_steps: int,
    counts: np.ndarray,
    tap: int,
    tapped: np.ndarray,
    records: Records,
    learn: bool,
) -> int:
    """Run trials while there is room for the records of a whole one; say how many."""
    starts = network.starts
    n_layers, n_blocks = len(starts) - 1, -(-n_steps // LANES)
    tile = np.zeros((LANES, starts[-1]), dtype=np.float32)
    flow = np.zeros((CHUNK, starts[1]), dtype=np.float32)
    last, top = np.zeros((2, starts[-1]), dtype=np.float32)
    n_records = 0
    for trial in range(trials[0], trials[1]):
        if learn and n_records + n_blocks * starts[-1] > len(records.places):
            return trial - trials[0]
        last[:] = 0
        for block in range(n_blocks):
            n_here = min(LANES, n_steps - LANES * block)
            _arrive(inputs, network, trial, block, n_steps, tile, flow)
            for layer in range(n_layers):
                first = n_records if learn else 0
                _leak(network, layer, n_here, tile, last, top)
                n_records = _record(network, layer, tile, top, records, first)
                _count(records, first, n_records, counts[trial])
                if layer == tap:
                    _note(records, first, n_records, starts[tap], tapped[trial, block])
                if layer < n_layers - 1:
                    _send(network, records, first, n_records, tile)
                if learn:
                    records.ends[trial - trials[0], block, layer] = n_records
    return trials[1] - trials[0]


@njit(cache=True, nogil=True)
def _arrive(
    inputs: Inputs,
    network: Network,
    trial: int,
    block: int,
    n_steps: int,
    tile: np.ndarray,
    flow: np.ndarray,
) -> None:
    """Begin a tile of currents: what comes from outside in the first layer, zero above."""
    width = flow.shape[1]
    tile[:, width:] = 0
    begin = LANES * block
    if len(inputs.currents) > 0:
        row = begin % CHUNK
        if row == 0:
            end = min(begin + CHUNK, n_steps)
            np.dot(inputs.currents[trial, begin:end], network.dense, flow[: end - begin])
        tile[:, :width] = flow[row : row + LANES]
    elif len(inputs.constant) > 0:
        tile[:, :width] = inputs.constant[trial]
    else:
        tile[:, :width] = 0
        for source in range(inputs.raster.shape[2]):
            bits = np.uint64(inputs.raster[trial, block, source])
            begin, end = network.input_rows[source], network.input_rows[source + 1]
            places, weights = network.input_places[begin:end], network.input_weights[begin:end]
            _scatter(bits, places, weights, tile)


@njit(cache=True, nogil=True)
def _scatter(bits: np.uint64, places: np.ndarray, weights: np.ndarray, tile: np.ndarray) -> None:
    """Add the weights of a unit's connections at each step in which it fired."""
    while bits != 0:
        row = tile[lowest(bits)]
        bits &= bits - np.uint64(1)
        for p in range(len(places)):
            row[places[p]] += weights[p]


@njit(cache=True, nogil=True)
def _leak(
    network: Network, layer: int, n_here: int, tile: np.ndarray, last: np.ndarray, top: np.ndarray
) -> None:
    """Turn currents into potentials, and keep the highest of each unit."""
    few = slice(network.starts[layer], network.starts[layer + 1])
    beta, theta = network.betas[layer], network.thetas[layer]
    biases, before, highest = network.biases[few], last[few], top[few]
    highest[:] = NEVER
    for step in range(n_here):
        now = tile[step, few]
        for j in range(len(now)):
            fall = theta if before[j] > theta else np.float32(0)
            potential = beta * before[j] + (now[j] + biases[j]) - fall
            now[j] = potential
            highest[j] = max(highest[j], potential)
        before = now
    last[few] = before
    tile[n_here:, few] = NEVER


@njit(cache=True, nogil=True)
def _record(
    network: Network, layer: int, tile: np.ndarray, top: np.ndarray, records: Records, n: int
) -> int:
    """Write down the units that came near their threshold, or passed it."""
    theta, width = network.thetas[layer], network.widths[layer]
    slope, least = np.float32(1) / width, theta - width
    for place in range(network.starts[layer], network.starts[layer + 1]):
        if top[place] > least:
            column, out = _address(tile, place, 4), _address(records.surrogates, n, 4 * LANES)
            records.fired[n] = stand_up(column, tile.strides[0], theta, slope, out)
            records.places[n] = place
            n += 1
    return n


@njit(cache=True, nogil=True)
def _count(records: Records, first: int, stop: int, counts: np.ndarray) -> None:
    for n in range(first, stop):
        counts[records.places[n]] += popcount(np.uint64(records.fired[n]))


@njit(cache=True, nogil=True)
def _note(records: Records, first: int, stop: int, start: int, tapped: np.ndarray) -> None:
    """Copy the spikes of the tap."""
    for n in range(first, stop):
        tapped[np.int64(records.places[n]) - start] = records.fired[n]


@njit(cache=True, nogil=True)
def _send(network: Network, records: Records, first: int, stop: int, tile: np.ndarray) -> None:
    """Let the units that fired reach those above them."""
    for n in range(first, stop):
        place = records.places[n]
        begin, end = network.rows[place], network.rows[place + np.uint32(1)]
        bits = np.uint64(records.fired[n])
        _scatter(bits, network.places[begin:end], network.weights[begin:end], tile)


class Slopes(NamedTuple):
    """Gradients, summed over trials but for the shares of constant currents."""

    dense: np.ndarray  # (n_places of the first layer, n_inputs)
    shares: np.ndarray  # (n_trials, n_places of the first layer)
    input_weights: np.ndarray
    weights: np.ndarray
    biases: np.ndarray


@njit(cache=True, nogil=True)
def go_back(
    inputs: Inputs,
    network: Network,
    trials: tuple[int, int],
    slopes: np.ndarray,
    records: Records,
    weighed: np.ndarray,
    out: Slopes,
) -> None:
    """Add the gradients of some trials; ``weighed`` is what a bias of 1 leaves at each step."""
    starts = network.starts
    _, n_blocks, n_layers = records.ends.shape
    lowest_adjoint = 0 if inputs.raster.shape[0] > 0 else 1
    adjoints = np.zeros((starts[-1], LANES), dtype=np.float32)
    filtered = np.zeros(inputs.currents.shape[1:], dtype=np.float32)
    error = np.zeros(LANES, dtype=np.float32)
    ends = records.ends.ravel()
    for trial in range(trials[0], trials[1]):
        adjoints[:] = 0
        if len(inputs.currents) > 0:
            _filter(inputs.currents[trial], network.betas[0], filtered)
        for at in range(n_blocks * n_layers - 1, -1, -1):
            block, layer = at // n_layers, at % n_layers
            if layer >= lowest_adjoint:
                _fade(network.betas[layer], adjoints[starts[layer] : starts[layer + 1]])
            at += (trial - trials[0]) * n_blocks * n_layers
            lows = weighed[layer, LANES * block : LANES * (block + 1)]
            for n in range(ends[at - 1] if at > 0 else 0, ends[at]):
                share = _go_back_one(
                    network, layer, slopes[trial], records, n, adjoints, error, lows
                )
                place = records.places[n]
                out.biases[place] += share
                if layer >= lowest_adjoint:
                    beta = network.betas[layer]
                    sum_back(_address(error, 0, 4), beta, _address(adjoints, place, 4 * LANES))
                elif len(inputs.currents) > 0:
                    _correlate(error, filtered[LANES * block :], out.dense[place])
                else:
                    out.shares[trial, place] += share
                if layer < n_layers - 1:
                    begin, end = network.rows[place], network.rows[place + np.uint32(1)]
                    bits = np.uint64(records.fired[n])
                    places = network.places[begin:end]
                    _collect(bits, places, adjoints, out.weights[begin:end])
            if layer == 0 and lowest_adjoint == 0:
                for source in range(inputs.raster.shape[2]):
                    begin, end = network.input_rows[source], network.input_rows[source + 1]
                    bits = np.uint64(inputs.raster[trial, block, source])
                    places = network.input_places[begin:end]
                    _collect(bits, places, adjoints, out.input_weights[begin:end])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _go_back_one(
    network: Network,
    layer: int,
    slopes: np.ndarray,
    records: Records,
    n: int,
    adjoints: np.ndarray,
    error: np.ndarray,
    lows: np.ndarray,
) -> float:
    """Surrogate times slope of one record, and the gradient of its bias."""
    place = records.places[n]
    begin, end = network.rows[place], network.rows[place + np.uint32(1)]
    places, weights = _address(network.places, begin, 4), _address(network.weights, begin, 4)
    pull(places, weights, end - begin, _address(adjoints, 0, 0), _address(error, 0, 0))
    share = np.float32(0)
    surrogates, slope = records.surrogates[n], slopes[place]
    for lane in range(LANES):
        error[lane] = surrogates[lane] * (error[lane] + slope)
        share += error[lane] * lows[lane]
    return share


@njit(cache=True, nogil=True)
def _filter(currents: np.ndarray, beta: float, filtered: np.ndarray) -> None:
    """What is left of the currents at each step."""
    filtered[0] = currents[0]
    for step in range(1, len(currents)):
        for i in range(currents.shape[1]):
            filtered[step, i] = beta * filtered[step - 1, i] + currents[step, i]


@njit(cache=True, nogil=True)
def _fade(beta: float, adjoints: np.ndarray) -> None:
    """Carry adjoints from the first step of a block to the block before it."""
    powers = np.empty(LANES, dtype=np.float32)
    powers[LANES - 1] = beta
    for lane in range(LANES - 2, -1, -1):
        powers[lane] = beta * powers[lane + 1]
    for j in range(len(adjoints)):
        first = adjoints[j, 0]
        for lane in range(LANES):
            adjoints[j, lane] = first * powers[lane]


@njit(cache=True, nogil=True)
def _correlate(error: np.ndarray, filtered: np.ndarray, out: np.ndarray) -> None:
    """Add the filtered inputs of each step, times its error."""
    for lane in range(min(LANES, len(filtered))):
        value = error[lane]
        if value != 0:
            for i in range(len(out)):
                out[i] += value * filtered[lane, i]


@njit(cache=True, nogil=True)
def _collect(bits: np.uint64, places: np.ndarray, adjoints: np.ndarray, out: np.ndarray) -> None:
    """Add the adjoints of the units that a unit reaches, at each step in which it fired."""
    while bits != 0:
        lane = lowest(bits)
        bits &= bits - np.uint64(1)
        for p in range(len(places)):
            out[p] += adjoints[places[p], lane]
