"""A network of spiking layers that is trained, pruned and grown in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurokit.kernels.connections import (
    Connections,
    between,
    normal_weights,
    random_connections,
    rewire,
)
from neurokit.kernels.contrastive import supervised_contrastive
from neurokit.kernels.optimisers import Adam
from neurokit.kernels.spiking import LayerGradient, SpikingLayer, gradients, simulate

TRIALS = 256  # simulated at a time where nothing is learnt


class SpikingNetwork:
    """Layers of leaky integrate-and-fire units; the lowest is the tap.

    Parameters
    ----------
    n_inputs : int
    sizes : sequence of int
        Units of each layer.
    density : float
        Share of connections that exist, from 0 to 1.
    neuron : dict
        ``beta``, ``theta`` and ``width`` of :class:`neurokit.kernels.spiking.SpikingLayer`.
    random_state : numpy.random.Generator
    n_threads, backend
        Of the kernels.

    Attributes
    ----------
    n_steps : int
        Steps of a trial, set by what it is first shown.
    """

    tap = 0

    def __init__(
        self,
        n_inputs: int,
        sizes: Sequence[int],
        density: float,
        neuron: dict[str, float],
        random_state: np.random.Generator,
        *,
        n_steps: int,
        n_threads: int = 1,
        backend: str = "cpu",
    ) -> None:
        shapes = zip((n_inputs, *sizes[:-1]), sizes, strict=True)
        self.connections = [
            random_connections(below, size, density, random_state) for below, size in shapes
        ]
        self.biases = [np.zeros(size, dtype=np.float32) for size in sizes]
        self.neuron = neuron
        self.n_steps = n_steps
        self.n_threads = n_threads
        self.backend = backend
        self._optimisers: list[tuple[Adam, Adam]] = []

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of each layer."""
        return tuple(len(biases) for biases in self.biases)

    @property
    def n_connections(self) -> tuple[int, ...]:
        """Connections into each layer."""
        return tuple(each.n_connections for each in self.connections)

    def _layers(self) -> list[SpikingLayer]:
        pairs = zip(self.connections, self.biases, strict=True)
        return [SpikingLayer(weights, biases, **self.neuron) for weights, biases in pairs]

    def _run(self, layers: list[SpikingLayer], inputs: np.ndarray, **how: Any) -> Any:
        if not (inputs.ndim == 3 and inputs.dtype != np.uint16):
            how["n_steps"] = self.n_steps
        return simulate(layers, inputs, n_threads=self.n_threads, backend=self.backend, **how)

    def taps(self, currents: np.ndarray) -> np.ndarray:
        """Spikes of the tap: a raster of :mod:`neurokit.kernels.rasters`."""
        layers = self._layers()[: self.tap + 1]
        parts = [
            self._run(layers, currents[first : first + TRIALS], tap=self.tap).raster
            for first in range(0, len(currents), TRIALS)
        ]
        return np.concatenate(parts)

    def counts(self, taps: np.ndarray) -> list[np.ndarray]:
        """Spikes of the units of each layer from the tap on, by trial."""
        layers = self._layers()[self.tap + 1 :]
        parts = [
            self._run(layers, taps[first : first + TRIALS]).counts
            for first in range(0, len(taps), TRIALS)
        ]
        above = [np.concatenate(each) for each in zip(*parts, strict=True)]
        return [np.bitwise_count(taps).sum(axis=1, dtype=np.int32), *above]

    def activity(self, currents: np.ndarray) -> list[np.ndarray]:
        """Mean number of spikes of the units of each layer."""
        return [counts.mean(axis=0) for counts in self.counts(self.taps(currents))]

    def rewire(
        self, layer: int, below: np.ndarray, plastic: np.ndarray, rng: np.random.Generator
    ) -> None:
        """Drop connections from plastic units to others, and grow as many into plastic ones.

        Parameters
        ----------
        layer : int
        below, plastic : arrays of bool
            Plastic units of the layer below and of this one.
        rng : numpy.random.Generator
        """
        connections = self.connections[layer]
        which = between(connections, below, ~plastic)
        if which.any():
            self.connections[layer] = rewire(connections, which, plastic, rng)[0]

    def renew(self, layer: int, plastic: np.ndarray, rng: np.random.Generator) -> None:
        """Draw the weights into plastic units anew, as large as their number of sources asks."""
        connections = self.connections[layer]
        fan_in = np.bincount(connections.indices, minlength=connections.n_targets)
        which = plastic[connections.indices]
        connections.values[which] = normal_weights(fan_in[connections.indices[which]], rng)
        self.biases[layer][plastic] = 0

    def begin_phase(self, frozen: list[np.ndarray], rate: float) -> None:
        """Begin fresh optimisers that leave frozen units alone to the bit."""
        self._live = [
            (~each[connections.indices], ~each)
            for each, connections in zip(frozen, self.connections, strict=True)
        ]
        self._optimisers = [
            (Adam.of(connections.n_connections, rate=rate), Adam.of(size, rate=rate))
            for connections, size in zip(self.connections, self.sizes, strict=True)
        ]

    def train(
        self,
        currents: np.ndarray | None,
        taps: np.ndarray | None,
        labels: np.ndarray,
        code_units: np.ndarray,
        temperature: float,
        rate: float,
    ) -> float:
        """Take one step of the contrastive loss.

        Parameters
        ----------
        currents : array or None
            Trials that pass the whole network.
        taps : array of uint16 or None
            Trials that enter above the tap: from memory, or all where the tap is frozen.
        labels : array of int
            Of the one, then of the other.
        code_units : array of bool, shape (n_units,)
            Units of the last layer that belong to the code.
        temperature, rate : float

        Returns
        -------
        loss : float
        """
        layers = self._layers()
        runs, parts = [], []
        if currents is not None:
            runs.append((0, self._run(layers, currents, learn=True)))
        if taps is not None and len(taps):
            first = self.tap + 1
            runs.append((first, self._run(layers[first:], taps, learn=True)))
        codes = np.concatenate([run.counts[-1] for _, run in runs]).astype(np.float32)
        loss, slopes = supervised_contrastive(codes * code_units, labels, temperature)
        slopes = (slopes * code_units).astype(np.float32)
        start = 0
        for first, run in runs:
            stop = start + len(run.counts[-1])
            found = gradients(layers[first:], run, slopes[start:stop], n_threads=self.n_threads)
            parts.append((first, found))
            start = stop
        self._descend(parts, rate)
        return loss

    def _descend(self, parts: list[tuple[int, tuple[LayerGradient, ...]]], rate: float) -> None:
        for layer, (weights, biases) in enumerate(self._optimisers):
            found = [part[layer - first] for first, part in parts if layer >= first]
            if not found:
                continue
            live, live_biases = self._live[layer]
            weights.rate = biases.rate = rate
            values = np.sum([each.values for each in found], axis=0)
            sums = np.sum([each.biases for each in found], axis=0)
            how = {"backend": self.backend}
            weights.step(self.connections[layer].values, values, live, **how)
            biases.step(self.biases[layer], sums, live_biases, **how)

    def snapshot(self) -> Any:
        """Copy what training changes."""
        copies = [
            Connections(each.indptr, each.indices, each.values.copy(), each.n_targets)
            for each in self.connections
        ]
        return copies, [each.copy() for each in self.biases]

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot."""
        self.connections, self.biases = snapshot

    def __getstate__(self) -> dict[str, Any]:
        # plain arrays: a file may hold nothing else of the kernels
        state = {name: value for name, value in self.__dict__.items() if name[0] != "_"}
        state["connections"] = [
            [each.indptr, each.indices, each.values, each.n_targets] for each in self.connections
        ]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _optimisers=[], _live=[])
        self.connections = [Connections(*each) for each in state["connections"]]
