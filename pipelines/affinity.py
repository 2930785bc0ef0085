"""Affinities of traces: scaled, filtered, and how much each two nodes do together at each time.

Scaling, filter and kernels are ours: the exact formula of Dyballa et al. (arXiv:2402.14102) is not
known to us.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from neurokit.connectomes.traces import Aligned
from neurokit.fingerprint import digest
from neurokit.kernels.tensors import affinities
from neurokit.memory import require
from neurokit.pipelines.observed import AffinityTensor

FACTORING = ("geometric", "product")  # kernels whose sums need no table of pairs
KERNELS = ("geometric", "product", "minimum", "correlation", "signed")
SIGNALS = ("change", "level")
WINDOW = 10  # smoothings, of the windowed correlation
SMOOTHING = 0.5  # seconds, or a frame where that is longer


@dataclass(frozen=True)
class Affinities:
    """Affinities of all animals.

    Parameters
    ----------
    values : array of float32, shape (n_layers * n_pairs, n_times, n_animals), or AffinityTensor
        Of the pairs of ``np.triu_indices(n_nodes, 1)``; the second layer of ``signed`` is that of
        opposite changes. On clocks of their own the animals' times stand one after the other, and
        the last axis has length one. 0 where nothing was observed.
    mask : array of bool, shape (n_layers * n_pairs, n_animals), or that of ``values``
        True where a pair was seen.
    bounds : array of int
        Where each clock's times begin and end: ``bounds[k]`` to ``bounds[k + 1]``.
    step : float
        Seconds from time to time.
    smoothing : float
        Seconds.
    n_layers : int
    """

    values: Any
    mask: np.ndarray
    bounds: np.ndarray
    step: float
    smoothing: float
    n_layers: int = 1

    @cached_property
    def digest(self) -> str:
        """Name of the contents."""
        return digest(self.values, self.mask)


def scale_traces(traces: np.ndarray) -> np.ndarray:
    """Scale each trace so that its 1st percentile is 0 and its 99th is 1, and clip it there.

    Parameters
    ----------
    traces : array, shape (n_times, n_nodes)

    Returns
    -------
    scaled : array, shape (n_times, n_nodes)
        A trace whose percentiles are equal is scaled by its range.
    """
    low, high = np.percentile(traces, [1, 99], axis=0)
    flat = high - low <= 0
    low = np.where(flat, traces.min(axis=0), low)
    high = np.where(flat, traces.max(axis=0), high)
    scaled: np.ndarray = np.clip((traces - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)
    return scaled


def node_signals(
    traces: np.ndarray, sfreq: float, *, signal: str = "change", smoothing: float = 1.0
) -> np.ndarray:
    """What affinities are made of: the change of the scaled traces, or their level.

    Parameters
    ----------
    traces : array, shape (n_times, n_nodes)
    sfreq : float
        Frames a second.
    signal : {"change", "level"}
        The derivative by a Gaussian filter, a second, for nodes that change together; or the
        smoothed trace itself, for nodes that are high together.
    smoothing : float
        Seconds: sigma of the Gaussian.

    Returns
    -------
    signals : array, shape (n_times, n_nodes)

    Raises
    ------
    ValueError
        If there is no such signal, or the traces are shorter than the filter.
    """
    from scipy.ndimage import gaussian_filter1d

    if signal not in SIGNALS:
        raise ValueError(f"signal must be one of {', '.join(SIGNALS)}, got {signal!r}")
    if not smoothing > 0:
        raise ValueError(f"smoothing must be above 0 seconds, got {smoothing}")
    if len(traces) < 4 * smoothing * sfreq:
        raise ValueError(
            f"{len(traces) / sfreq:.3g} s of traces are too short for a smoothing of "
            f"{smoothing:g} s; give a smaller one, or longer traces"
        )
    order = 1 if signal == "change" else 0
    filtered: np.ndarray = gaussian_filter1d(
        scale_traces(traces), smoothing * sfreq, axis=0, order=order, mode="nearest"
    )
    return filtered * sfreq if order else filtered


def affinity_tensor(
    aligned: Aligned,
    *,
    kernel: str = "geometric",
    signal: str = "change",
    smoothing: float | None = None,
    step: float | None = None,
    from_traces: bool = False,
) -> Affinities:
    """Affinities of all pairs, times and animals.

    Parameters
    ----------
    aligned : Aligned
        Of :func:`neurokit.connectomes.traces.align`.
    kernel : {"geometric", "product", "minimum", "correlation", "signed"}
        See :func:`neurokit.kernels.tensors.affinities`; the correlation's window is ten
        smoothings, ``signed`` is ``geometric`` with ``opposite`` as a second layer.
    signal : {"change", "level"}
        See :func:`node_signals`.
    smoothing : float, optional
        Seconds; half a second or a frame by default, whichever is longer.
    step : float, optional
        Seconds over which affinities are averaged; two smoothings by default.
    from_traces : bool
        Make affinities anew whenever they are needed: memory goes with nodes, not with pairs. One
        frame stands for each step then. With a kernel that factors, on one clock.

    Returns
    -------
    tensor : Affinities

    Raises
    ------
    ValueError
        If there is no such kernel, or it does not go with the signal.
    OSError
        If the tensor would not fit the memory.
    """
    layers, smoothing, frames = _plan(aligned, kernel, signal, smoothing, step)
    signals = [
        node_signals(one.traces, aligned.sfreq, signal=signal, smoothing=smoothing)
        for one in aligned.animals
    ]
    if from_traces:
        return _made_from(signals, aligned, kernel, frames, smoothing)
    counts = [len(one) // frames for one in signals]
    n_pairs = len(aligned.names) * (len(aligned.names) - 1) // 2
    shared = aligned.clock == "shared"
    n_times, n_last = (counts[0], len(counts)) if shared else (sum(counts), 1)
    require(
        2 * 4 * len(layers) * n_pairs * n_times * n_last,
        f"affinities of {len(aligned.names)} nodes at {n_times} times",
        "give --from-traces, a longer --step, or fewer nodes",
    )
    values = np.zeros((len(layers) * n_pairs, n_times, n_last), dtype=np.float32)
    bounds = np.array([0, n_times]) if shared else np.concatenate(([0], np.cumsum(counts)))
    seen = np.zeros((len(layers) * n_pairs, len(counts)), dtype=bool)
    for number, animal in enumerate(aligned.animals):
        rows = _pair_rows(aligned.columns(animal), len(aligned.names))
        where = (slice(None), number) if shared else (slice(*bounds[number : number + 2]), 0)
        for place, layer in enumerate(layers):
            slab = _averaged(signals[number], layer, frames, smoothing * aligned.sfreq)
            values[(place * n_pairs + rows, *where)] = slab
            seen[place * n_pairs + rows, number] = True
    mask = seen if shared else np.repeat(seen, counts, axis=1)[:, :, None]
    return Affinities(values, mask, bounds, frames / aligned.sfreq, smoothing, len(layers))


def _plan(
    aligned: Aligned, kernel: str, signal: str, smoothing: float | None, step: float | None
) -> tuple[tuple[str, ...], float, int]:
    """Layers, smoothing in seconds, and frames a step."""
    if kernel not in KERNELS:
        raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {kernel!r}")
    if kernel == "signed" and signal != "change":
        raise ValueError("the signed kernel looks at changes; give signal='change'")
    layers = ("geometric", "opposite") if kernel == "signed" else (kernel,)
    smoothing = max(SMOOTHING, 1 / aligned.sfreq) if smoothing is None else smoothing
    frames = max(round((2 * smoothing if step is None else step) * aligned.sfreq), 1)
    n_steps = min(len(one.traces) for one in aligned.animals) // frames
    if n_steps < 2:
        raise ValueError(
            f"{n_steps} steps of {frames / aligned.sfreq:.3g} s are too few; give a smaller "
            "smoothing, or longer traces"
        )
    return layers, smoothing, frames


def _made_from(
    signals: list[np.ndarray], aligned: Aligned, kernel: str, frames: int, smoothing: float
) -> Affinities:
    """Affinities that are made from the nodes' signals in each sweep."""
    if kernel not in FACTORING or aligned.clock != "shared":
        raise ValueError(
            f"from the traces only {' and '.join(FACTORING)} affinities can be made, of animals "
            f"on one clock; got {kernel} on {aligned.clock} clocks: leave --from-traces out"
        )
    n_times = len(signals[0]) // frames
    changes = np.full((n_times, len(aligned.names), len(signals)), np.nan)
    for number, animal in enumerate(aligned.animals):
        own = signals[number][frames // 2 :: frames][:n_times]
        changes[:, aligned.columns(animal), number] = own
    tensor = AffinityTensor(changes, kernel=kernel)
    bounds = np.array([0, n_times])
    return Affinities(tensor, tensor.mask, bounds, frames / aligned.sfreq, smoothing)


def _averaged(signals: np.ndarray, kernel: str, frames: int, sigma: float) -> np.ndarray:
    """Affinities, mean over blocks of frames, shape (n_pairs, n_times)."""
    window = None
    if kernel == "correlation":
        window = int(np.clip(round(WINDOW * sigma), 3, len(signals)))
    full = affinities(signals, kernel=kernel, window=window)
    n_times = full.shape[1] // frames
    blocks = full[:, : n_times * frames].reshape(len(full), n_times, frames)
    averaged: np.ndarray = blocks.mean(axis=2)
    return averaged


def _pair_rows(columns: np.ndarray, n_nodes: int) -> np.ndarray:
    """Rows of an animal's own pairs among the pairs of all nodes."""
    first, second = np.triu_indices(len(columns), 1)
    low = np.minimum(columns[first], columns[second])
    high = np.maximum(columns[first], columns[second])
    rows: np.ndarray = low * n_nodes - low * (low + 1) // 2 + high - low - 1
    return rows


def node_matrix(row: np.ndarray, n_nodes: int) -> np.ndarray:
    """Symmetric matrix of the pairs of ``np.triu_indices(n_nodes, 1)``, its diagonal NaN.

    Parameters
    ----------
    row : array, shape (n_pairs,)
    n_nodes : int

    Returns
    -------
    matrix : array, shape (n_nodes, n_nodes)
    """
    matrix = np.full((n_nodes, n_nodes), np.nan)
    first, second = np.triu_indices(n_nodes, 1)
    matrix[first, second] = matrix[second, first] = row
    return matrix
