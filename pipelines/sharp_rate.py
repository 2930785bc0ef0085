"""``RateSharpClassifier``: SHARP on rectified units, as published, to compare with."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from neurokit.pipelines.sharp import SharpClassifier
from neurokit.pipelines.sharp_codes import FloatCoder
from neurokit.pipelines.sharp_learning import Learner, Schedule
from neurokit.pipelines.sharp_rate_network import RateNetwork
from neurokit.pipelines.sharp_states import kept_share

HEAD = 8  # bytes of a stored trial's least value and step


class RateSharpClassifier(SharpClassifier):
    """SHARP on images with rectified units and the settings of its published code [1]_.

    It stands beside :class:`neurokit.pipelines.sharp.SharpClassifier`, whose methods it has, for
    comparison; that one is what a clinic wants. ``memory_bytes_`` counts codes of floats.

    Parameters
    ----------
    channels : tuple of int
        Of the convolutions of 3 x 3 pixels; what the last one gives is stored and replayed.
    pooled : tuple of bool
        Convolutions that pass on the largest of 2 x 2 pixels.
    units : tuple of int
        Of the layers above.
    density : float
        Share of connections that exist; of a convolution, of its kernels, but all of the first.
    window : int
        Episodes after its own in which a class is replayed.
    short_per_class, long_per_class : int
        Trials of a class that are kept, a byte a value, and codes.
    phases, epochs : int
        Phases of an episode, each with fresh Adadelta, and passes of each over its trials.
    batch_size : int
        Trials of a step, with as many replayed ones beside them.
    learning_rate : float
        Of Adadelta.
    temperature : float
        Of the supervised contrastive loss.
    min_activation : float
        Share of a layer's activity that its selected units carry at least.
    n_neighbors : int
        Nearest codes of all classes, which vote.
    replay, freeze : bool
        False to show what they are for.
    random_state : int, RandomState, optional

    Notes
    -----
    The published code was described to us and not copied. As there, connections become fewer once
    plastic units have no place left for more, and weights are drawn anew with a spread that grows
    as plastic units run out. It differs in that the trials which are
    watched and stored are drawn by chance, not the first; that each stored trial has its own least
    value and step, not each class; that an episode smaller than a batch is one batch; and that
    what is replayed no more is deleted.

    References
    ----------
    .. [1] M. B. Gurbuz, J. M. Moorman, C. Dovrolis, 2023, arXiv:2305.18563.

    Examples
    --------
    >>> model = RateSharpClassifier(random_state=0)
    >>> for X, y in visits:  # doctest: +SKIP
    ...     model.partial_fit(X, y)
    """

    memory_budget = None

    def __init__(
        self,
        *,
        channels: tuple[int, ...] = (16, 16),
        pooled: tuple[bool, ...] = (False, True),
        units: tuple[int, ...] = (200, 200),
        density: float = 0.4,
        window: int = 1,
        short_per_class: int = 25,
        long_per_class: int = 25,
        phases: int = 10,
        epochs: int = 3,
        batch_size: int = 64,
        learning_rate: float = 1.0,
        temperature: float = 0.1,
        min_activation: float = 0.9,
        n_neighbors: int = 5,
        replay: bool = True,
        freeze: bool = True,
        random_state: Any = None,
    ) -> None:
        self.channels = channels
        self.pooled = pooled
        self.units = units
        self.density = density
        self.window = window
        self.short_per_class = short_per_class
        self.long_per_class = long_per_class
        self.phases = phases
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.temperature = temperature
        self.min_activation = min_activation
        self.n_neighbors = n_neighbors
        self.replay = replay
        self.freeze = freeze
        self.random_state = random_state

    def _encoder(self, X: np.ndarray) -> Any:
        return ImageEncoder(X, 2 ** sum(self.pooled))

    def _begin(self, currents: np.ndarray, seed: int) -> Learner:
        _, height, width, n_channels = currents.shape
        network = RateNetwork(
            (height, width, n_channels),
            self.channels,
            self.pooled,
            self.units,
            self.density,
            np.random.default_rng(seed),
        )
        coder = FloatCoder(self.units[-1])
        return RateLearner(network, ByteCodec(), coder, self._schedule(), self.freeze)

    def _schedule(self) -> Schedule:
        return Schedule(
            phases=int(self.phases),
            adaptive=False,
            updates=self.epochs,
            batch_size=self.batch_size,
            temperature=self.temperature,
            rate=self.learning_rate,
            least_share=self.min_activation,
            reserve=1.0,
            window=self.window,
            replay=self.replay,
            short=self.short_per_class,
            long=self.long_per_class,
            budget=None,
        )

    def predict(self, X: Any) -> np.ndarray:
        """Class with most of the nearest codes, the first of equals: shape (n_trials,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Shares of the nearest codes: shape (n_trials, n_classes)."""
        distances, names = self._distances(X)
        nearest = np.argsort(distances, axis=1, kind="stable")[:, : self.n_neighbors]
        return (names[nearest][..., None] == self.classes_).mean(axis=1)


class ImageEncoder:
    """Images over the largest value of the first episode.

    Parameters
    ----------
    X : array, shape (n_trials, height * width) of squares, or (n_trials, height, width)
    blocks : int
        Height and width must be multiples of it.

    Raises
    ------
    ValueError
        If these are no such images.
    """

    def __init__(self, X: np.ndarray, blocks: int) -> None:
        side = int(np.sqrt(X.shape[1]))
        self.shape = X.shape[1:] if X.ndim == 3 else (side, side)
        if np.prod(self.shape) != np.prod(X.shape[1:]) or any(n % blocks for n in self.shape):
            raise ValueError(
                "images must be squares of shape (n_trials, height * width), or have shape "
                f"(n_trials, height, width), with sides that {blocks} divides, got {X.shape}; "
                "crop or fill them, or give other pooled"
            )
        self.largest = float(np.abs(X).max()) or 1.0

    def align(self, X: np.ndarray) -> Self:
        """Learn nothing of a visit."""
        return self

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """Images as float32, shape (n_trials, height, width, 1)."""
        return (X / self.largest).reshape(len(X), *self.shape, 1).astype(np.float32)


class ByteCodec:
    """A byte a value, between the least and the largest of a trial."""

    def encode(self, taps: np.ndarray, units: np.ndarray) -> list[np.ndarray]:
        """One array of bytes a trial; units that may change are kept too, as published."""
        least = taps.min(axis=1, keepdims=True)
        step = (taps.max(axis=1, keepdims=True) - least) / 255
        scaled = np.divide(taps - least, step, out=np.zeros_like(taps), where=step > 0)
        heads = np.hstack([least, step]).astype(np.float32).view(np.uint8)
        return list(np.hstack([heads, np.round(scaled).astype(np.uint8)]))

    def decode(self, stored: list[np.ndarray], units: np.ndarray) -> np.ndarray:
        """Return to float32, shape (n_trials, n_values)."""
        octets = np.stack(stored)
        least, step = np.ascontiguousarray(octets[:, :HEAD]).view(np.float32).T[..., None]
        return (least + step * octets[:, HEAD:]).astype(np.float32)


class RateLearner(Learner):
    """Learns as published: every layer is selected, and an episode is passed over as a whole."""

    def _select(self, watched: np.ndarray, phase: int, room: list[int]) -> None:
        share = kept_share(phase, self.schedule.least_share)
        for layer, activity in enumerate(self.network.activity(watched)):
            self.states.select(layer, activity, share, len(activity))

    def _train(self, stage: Any, phase: int) -> None:
        schedule, sizes = self.schedule, self.network.sizes
        self.network.begin_phase([self.states.is_frozen(k) for k in range(len(sizes))], 1.0)
        code_units = ~self.states.is_plastic(len(sizes) - 1)
        shown = np.concatenate(stage.groups)
        size = min(schedule.batch_size, len(shown))
        for _ in range(schedule.updates):
            order = stage.rng.permutation(shown)
            for first in range(0, len(order) - size + 1, size):
                labels, taps = stage.labels[order[first : first + size]], None
                images = stage.currents[order[first : first + size]]
                if stage.memory:
                    which = stage.rng.integers(len(stage.memory), size=size)
                    old = [stage.memory[k][stage.rng.integers(len(stage.memory[k]))] for k in which]
                    labels, taps = np.concatenate([labels, stage.known[which]]), np.stack(old)
                self.network.train(
                    images, taps, labels, code_units, schedule.temperature, schedule.rate
                )

    def mask(self, episode: int) -> np.ndarray:
        """Units on which codes of an episode are compared: those recruited by its end."""
        return self.states.known_by(len(self.network.sizes) - 1, episode)
