"""Trials through spiking layers and back, eight steps of a unit at a time.

Units of all layers stand in one row, each layer padded to whole vectors. A record is a unit in a
block of 8 steps in which it came near its threshold: its place in that row, the bits of its
spikes, and the surrogate at each step. Records go by trial, block and layer; the rest of a block
needs no gradient.
"""

# an intrinsic takes no context when it is called, and Numba mixes kinds of integers
# mypy: disable-error-code="call-arg,arg-type,var-annotated"

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from neurokit.kernels.cpu.bits import lowest, popcount
from neurokit.kernels.cpu.lanes import (
    LANES,
    UNITS,
    add_rows,
    collect,
    leak,
    pull,
    scatter,
    stand_up,
    sum_back,
)

NEVER = np.float32(-1e30)  # potential of a unit that is none
CHUNK = 128  # steps whose currents are made at once
WIDE = 64  # inputs to which a row is filled


class Inputs(NamedTuple):
    """What reaches the first layer; what does not apply has no trials or no columns."""

    currents: np.ndarray  # (n_trials, n_steps, n_inputs)
    constant: np.ndarray  # (n_trials, n_places) as they reach the units
    raster: np.ndarray  # (n_trials, n_blocks, n_inputs)


class Rows(NamedTuple):
    """Connections by source, each row filled to a multiple of four with ones of weight zero."""

    starts: np.ndarray
    places: np.ndarray  # uint16, counted within the layer they lead to
    weights: np.ndarray


class Network(NamedTuple):
    """Layers in one row of places."""

    starts: np.ndarray  # first place of each layer, and the end
    dense: np.ndarray  # (n_inputs, n_places of the first layer)
    inputs: Rows  # from spiking inputs
    rows: Rows  # from each place to the layer above
    biases: np.ndarray
    betas: np.ndarray
    thetas: np.ndarray
    widths: np.ndarray


class Records(NamedTuple):
    """Units near their threshold, and where each block and layer of a trial ends."""

    places: np.ndarray  # uint32
    fired: np.ndarray  # uint8
    surrogates: np.ndarray  # (n_records, 8)
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
    n_records: int,
    learn: bool,
) -> int:
    """Run trials while there is room for the records of a whole one; say how many.

    ``n_records`` are there already.
    """
    starts = network.starts
    n_layers, n_blocks = len(starts) - 1, -(-n_steps // LANES)
    tile = np.zeros((LANES, starts[-1]), dtype=np.float32)
    flow = np.zeros((CHUNK, starts[1]), dtype=np.float32)
    last = np.zeros(starts[-1], dtype=np.float32)
    for trial in range(trials[0], trials[1]):
        if learn and n_records + n_blocks * starts[-1] > len(records.places):
            return trial - trials[0]
        last[:] = 0
        for block in range(n_blocks):
            n_here = min(LANES, n_steps - LANES * block)
            _arrive(inputs, network, trial, block, n_steps, tile, flow)
            for layer in range(n_layers):
                first = n_records if learn else 0
                currents = tile
                if layer == 0 and len(inputs.currents) > 0:
                    currents = flow[LANES * block % CHUNK :]
                n_records = _leak_layer(
                    network, layer, n_here, currents, tile, last, records, first
                )
                _count(records, first, n_records, counts[trial])
                if layer == tap:
                    _note(records, first, n_records, starts[tap], tapped[trial], block)
                if layer < n_layers - 1:
                    _send(network, records, first, n_records, tile, starts[layer + 1])
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
        if begin % CHUNK == 0:
            end = min(begin + CHUNK, n_steps)
            np.dot(inputs.currents[trial, begin:end], network.dense, flow[: end - begin])
    elif len(inputs.constant) > 0:
        tile[:, :width] = inputs.constant[trial]
    else:
        tile[:, :width] = 0
        for source in range(inputs.raster.shape[2]):
            bits = _bits(inputs.raster[trial, :, source], block)
            _fire(bits, network.inputs, source, tile, 0)


@njit(cache=True, nogil=True)
def _bits(words: np.ndarray, block: int) -> np.uint64:
    """Spikes of a block, from a raster of 16 steps a word."""
    return np.uint64(words[block // 2] >> (LANES * (block % 2)) & 255)


@njit(cache=True, nogil=True)
def _fire(bits: np.uint64, rows: Rows, source: int, tile: np.ndarray, start: int) -> None:
    """Add the weights of a unit's connections at each step in which it fired.

    The layer they lead to begins at a column of the tile.
    """
    begin, end = rows.starts[source], rows.starts[source + 1]
    places, weights = _address(rows.places, begin, 2), _address(rows.weights, begin, 4)
    while bits != 0:
        row = _address(tile[lowest(bits)], start, 4)
        scatter(places, weights, end - begin, row)
        bits &= bits - np.uint64(1)


@njit(cache=True, nogil=True)
def _leak_layer(
    network: Network,
    layer: int,
    n_here: int,
    currents: np.ndarray,
    tile: np.ndarray,
    last: np.ndarray,
    records: Records,
    n: int,
) -> int:
    """Turn currents into potentials, and write down the units that came near their threshold."""
    beta, theta = network.betas[layer], network.thetas[layer]
    width = network.widths[layer]
    start, stop = network.starts[layer], network.starts[layer + 1]
    tile[n_here:, start:stop] = NEVER
    for first in range(start, stop, UNITS):
        near = leak(
            _address(currents, first, 4), currents.strides[0],
            _address(tile, first, 4), tile.strides[0],
            _address(network.biases, first, 4), _address(last, first, 4),
            beta, theta, theta - width, n_here,
        )  # fmt: skip
        while near != 0:
            place = first + lowest(near)
            near &= near - np.uint64(1)
            column, out = _address(tile, place, 4), _address(records.surrogates, n, 4 * LANES)
            slope = np.float32(1) / width
            records.fired[n] = stand_up(column, tile.strides[0], theta, slope, out)
            records.places[n] = place
            n += 1
    return n


@njit(cache=True, nogil=True)
def _count(records: Records, first: int, stop: int, counts: np.ndarray) -> None:
    for n in range(first, stop):
        counts[records.places[n]] += popcount(np.uint64(records.fired[n]))


@njit(cache=True, nogil=True)
def _note(
    records: Records, first: int, stop: int, start: int, tapped: np.ndarray, block: int
) -> None:
    """Copy the spikes of the tap into a raster of 16 steps a word."""
    for n in range(first, stop):
        bits = np.uint16(records.fired[n]) << (LANES * (block % 2))
        tapped[block // 2, np.int64(records.places[n]) - start] |= bits


@njit(cache=True, nogil=True)
def _send(
    network: Network, records: Records, first: int, stop: int, tile: np.ndarray, start: int
) -> None:
    """Let the units that fired reach those above them."""
    for n in range(first, stop):
        if records.fired[n]:
            place = np.int64(records.places[n])
            _fire(np.uint64(records.fired[n]), network.rows, place, tile, start)


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
    begin: int,
    out: Slopes,
) -> None:
    """Add the gradients of some trials, whose records begin at a place."""
    starts = network.starts
    _, n_blocks, n_layers = records.ends.shape
    spiking = inputs.raster.shape[0] > 0
    adjoints = np.zeros((starts[-1], LANES), dtype=np.float32)
    n_wide = out.dense.shape[1] // WIDE
    filtered = np.zeros((n_wide, inputs.currents.shape[1] + LANES, WIDE), dtype=np.float32)
    weighed = _weighed(network.betas, LANES * n_blocks)
    ends = records.ends.ravel()
    for trial in range(trials[0], trials[1]):
        adjoints[:] = 0
        if len(inputs.currents) > 0:
            _filter(inputs.currents[trial], network.betas[0], filtered)
        for at in range(n_blocks * n_layers - 1, -1, -1):
            block, layer = at // n_layers, at % n_layers
            if layer > 0 or spiking:
                _fade(network.betas[layer], adjoints[starts[layer] : starts[layer + 1]])
            at += (trial - trials[0]) * n_blocks * n_layers
            few = (ends[at - 1] if at > 0 else begin, ends[at])
            _go_back_layer(
                network, block, layer, slopes[trial], records, few, weighed[layer], adjoints,
                filtered, len(inputs.currents) > 0, spiking, out.shares[trial:], out,
            )  # fmt: skip
            if layer == 0 and spiking:
                for source in range(inputs.raster.shape[2]):
                    bits = _bits(inputs.raster[trial, :, source], block)
                    _collect(bits, network.inputs, source, adjoints, out.input_weights)


@njit(cache=True, nogil=True)
def _go_back_layer(
    network: Network,
    block: int,
    layer: int,
    slopes: np.ndarray,
    records: Records,
    few: tuple[int, int],
    weighed: np.ndarray,
    adjoints: np.ndarray,
    filtered: np.ndarray,
    flowing: bool,
    spiking: bool,
    shares: np.ndarray,
    out: Slopes,
) -> None:
    """Add what the records of a layer in a block give, and their adjoints."""
    above = adjoints[network.starts[layer + 1] :]
    error = np.zeros(LANES, dtype=np.float32)
    lows = weighed[LANES * block : LANES * (block + 1)]
    for n in range(few[0], few[1]):
        place = np.int64(records.places[n])
        share = _go_back_one(network, slopes[place], records, n, above, error, lows)
        out.biases[place] += share
        if layer > 0 or spiking:
            out_row = _address(adjoints, place, 4 * LANES)
            sum_back(_address(error, 0, 4), network.betas[layer], out_row)
        elif flowing:
            _correlate(error, filtered, LANES * block, out.dense[place])
        else:
            shares[0, place] += share
        if records.fired[n]:
            _collect(np.uint64(records.fired[n]), network.rows, place, above, out.weights)


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _go_back_one(
    network: Network,
    slope: float,
    records: Records,
    n: int,
    above: np.ndarray,
    error: np.ndarray,
    lows: np.ndarray,
) -> float:
    """Surrogate times slope of one record, and the gradient of its bias."""
    place, rows = np.int64(records.places[n]), network.rows
    begin, end = rows.starts[place], rows.starts[place + 1]
    places, weights = _address(rows.places, begin, 2), _address(rows.weights, begin, 4)
    pull(places, weights, end - begin, _address(above, 0, 0), _address(error, 0, 0))
    share, surrogates = np.float32(0), records.surrogates[n]
    for lane in range(LANES):
        error[lane] = surrogates[lane] * (error[lane] + slope)
        share += error[lane] * lows[lane]
    return share


@njit(cache=True, nogil=True)
def _weighed(betas: np.ndarray, n_steps: int) -> np.ndarray:
    """What is left of a bias of one at each step, a row a layer."""
    weighed = np.ones((len(betas), n_steps), dtype=np.float32)
    for layer in range(len(betas)):
        for step in range(1, n_steps):
            weighed[layer, step] += betas[layer] * weighed[layer, step - 1]
    return weighed


@njit(cache=True, nogil=True)
def _filter(currents: np.ndarray, beta: float, filtered: np.ndarray) -> None:
    """What is left of the currents at each step, in columns of 64 inputs."""
    for i in range(currents.shape[1]):
        filtered[i // WIDE, 0, i % WIDE] = currents[0, i]
    for part in range(len(filtered)):
        few = currents[:, WIDE * part : WIDE * (part + 1)]
        for step in range(1, len(currents)):
            for i in range(few.shape[1]):
                filtered[part, step, i] = beta * filtered[part, step - 1, i] + few[step, i]


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
def _correlate(error: np.ndarray, filtered: np.ndarray, begin: int, out: np.ndarray) -> None:
    """Add the filtered inputs of each step, times its error."""
    for part in range(len(filtered)):
        rows = _address(filtered[part], begin, 4 * WIDE)
        add_rows(_address(error, 0, 0), rows, _address(out, part, 4 * WIDE))


@njit(cache=True, nogil=True)
def _collect(
    bits: np.uint64, rows: Rows, source: int, adjoints: np.ndarray, out: np.ndarray
) -> None:
    """Add the adjoints of the units that a unit reaches, at each step in which it fired."""
    begin, end = rows.starts[source], rows.starts[source + 1]
    places, slopes = _address(rows.places, begin, 2), _address(out, begin, 4)
    while bits != 0:
        collect(places, _address(adjoints, lowest(bits), 4), end - begin, slopes)
        bits &= bits - np.uint64(1)
