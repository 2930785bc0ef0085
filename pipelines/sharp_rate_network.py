"""A network of rectified units that is trained, pruned and grown in place."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np

from neurokit.kernels.contrastive import supervised_contrastive
from neurokit.kernels.optimisers import Adadelta
from neurokit.pipelines.sharp_rate_layers import Convolution, Dense

TRIALS = 256  # passed at a time where nothing is learnt


class RateNetwork:
    """Maps of 3 x 3 pixels, the last of them the tap, below rectified units.

    It answers to the same calls as :class:`neurokit.pipelines.sharp_network.SpikingNetwork`; a
    tap is the flat map of the last convolution, and a unit of a convolution is a channel.

    Parameters
    ----------
    image : tuple of int
        Height, width and channels.
    channels : sequence of int
        Of each convolution; the first is dense.
    pooled : sequence of bool
        Convolutions that halve height and width.
    units : sequence of int
        Of each layer above the tap.
    density : float
        Share of connections that exist.
    rng : numpy.random.Generator
    """

    def __init__(
        self,
        image: tuple[int, int, int],
        channels: Sequence[int],
        pooled: Sequence[bool],
        units: Sequence[int],
        density: float,
        rng: np.random.Generator,
    ) -> None:
        self.tap = len(channels) - 1
        height, width, below = image
        self.layers: list[Dense] = []
        for size, halves in zip(channels, pooled, strict=True):
            share = density if self.layers else 1.0
            self.layers.append(Convolution(below, size, share, rng, bool(halves)))
            height, width, below = height // (1 + halves), width // (1 + halves), size
        self.tap_shape = (height, width, below)
        below = height * width * below
        for size in units:
            self.layers.append(Dense(below, size, density, rng))
            below = size
        self._optimisers: list[tuple[Adadelta, Adadelta]] = []
        self._live: list[tuple[np.ndarray, np.ndarray]] = []

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of each layer."""
        return tuple(len(layer.biases) for layer in self.layers)

    @property
    def n_connections(self) -> tuple[int, ...]:
        """Connections into each layer."""
        return tuple(int(layer.mask.sum()) for layer in self.layers)

    def taps(self, images: np.ndarray) -> np.ndarray:
        """Activity of the tap: float32, shape (n_trials, n_values)."""
        parts = []
        for first in range(0, len(images), TRIALS):
            activity = images[first : first + TRIALS]
            for layer in self.layers[: self.tap + 1]:
                activity = layer.forward(activity)[0]
            parts.append(activity.reshape(len(activity), -1))
        return np.concatenate(parts)

    def counts(self, taps: np.ndarray) -> list[np.ndarray]:
        """Activity of the units of each layer from the tap on, by trial."""
        found = [taps.reshape(len(taps), -1, self.sizes[self.tap]).mean(axis=1)]
        for layer in self.layers[self.tap + 1 :]:
            taps = layer.forward(taps)[0]
            found.append(taps)
        return found

    def activity(self, images: np.ndarray) -> list[np.ndarray]:
        """Mean activity of the units of each layer, over trials and pixels."""
        found, activity = [], images
        for layer in self.layers:
            activity = layer.forward(activity)[0]
            found.append(activity.reshape(-1, activity.shape[-1]).mean(axis=0))
        return found

    def rewire(
        self, layer: int, below: np.ndarray, plastic: np.ndarray, rng: np.random.Generator
    ) -> None:
        """See :meth:`neurokit.pipelines.sharp_rate_layers.Dense.rewire`."""
        self.layers[layer].rewire(below, plastic, rng)

    def renew(self, layer: int, plastic: np.ndarray, rng: np.random.Generator) -> None:
        """See :meth:`neurokit.pipelines.sharp_rate_layers.Dense.renew`."""
        self.layers[layer].renew(plastic, rng)

    def begin_phase(self, frozen: list[np.ndarray], rate: float) -> None:
        """Begin fresh optimisers that leave frozen units alone to the bit."""
        self._live = [
            ((layer.exists() & ~each[:, None]).ravel(), ~each)
            for layer, each in zip(self.layers, frozen, strict=True)
        ]
        self._optimisers = [
            (Adadelta.of(layer.weights.size, rate=rate), Adadelta.of(len(layer.biases), rate=rate))
            for layer in self.layers
        ]

    def loss(
        self,
        images: np.ndarray | None,
        taps: np.ndarray | None,
        labels: np.ndarray,
        code_units: np.ndarray,
        temperature: float,
    ) -> tuple[float, list[tuple[np.ndarray, np.ndarray]]]:
        """Contrastive loss of a batch, and its gradients.

        Parameters
        ----------
        images : array or None, shape (n_images, height, width, n_channels)
            Trials that pass the whole network.
        taps : array or None, shape (n_taps, n_values)
            Trials that enter above the tap.
        labels : array of int
            Of the one, then of the other.
        code_units : array of bool, shape (n_units,)
            Units of the last layer that belong to the code.
        temperature : float

        Returns
        -------
        loss : float
        gradients : list of tuple
            Of weights and biases of each layer; of the upper ones only where there are no images.
        """
        kept, activity = [], images
        if activity is not None:
            for layer in self.layers[: self.tap + 1]:
                activity, each = layer.forward(activity)
                kept.append(each)
            activity = activity.reshape(len(activity), -1)
        above = np.concatenate([each for each in (activity, taps) if each is not None])
        for layer in self.layers[self.tap + 1 :]:
            above, each = layer.forward(above)
            kept.append(each)
        value, slopes = supervised_contrastive(above * code_units, labels, temperature)
        slopes, found = slopes * code_units, []
        for place in range(len(self.layers) - 1, len(self.layers) - 1 - len(kept), -1):
            if place == self.tap and images is not None:
                slopes = slopes[: len(images)].reshape(len(images), *self.tap_shape)
            weights, biases, slopes = self.layers[place].backward(slopes, kept.pop())
            found.append((weights, biases))
        return value, found[::-1]

    def train(
        self,
        images: np.ndarray | None,
        taps: np.ndarray | None,
        labels: np.ndarray,
        code_units: np.ndarray,
        temperature: float,
        rate: float,
    ) -> float:
        """Take one step down the gradients of :meth:`loss`, and return it."""
        value, found = self.loss(images, taps, labels, code_units, temperature)
        for place, slopes in zip(range(-len(found), 0), found, strict=True):
            layer = self.layers[place]
            values = (layer.weights, layer.biases)
            pairs = zip(self._optimisers[place], values, slopes, self._live[place], strict=True)
            for optimiser, each, slope, live in pairs:
                optimiser.rate = rate
                optimiser.step(each.reshape(-1), np.ravel(slope).astype(np.float32), live)
        return value

    def snapshot(self) -> Any:
        """Copy what training changes."""
        return deepcopy(self.layers)

    def restore(self, snapshot: Any) -> None:
        """Go back to a snapshot."""
        self.layers = snapshot

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name[0] != "_"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _optimisers=[], _live=[])
