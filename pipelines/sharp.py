"""``SharpClassifier``: visit after visit, without forgetting, by SHARP replay of stored spikes."""

from __future__ import annotations

import warnings
from copy import deepcopy
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from neurokit.pipelines.sharp_checks import checked_labels, checked_trials
from neurokit.pipelines.sharp_codes import BinaryCoder, FloatCoder
from neurokit.pipelines.sharp_encoder import EpochEncoder, constant_currents
from neurokit.pipelines.sharp_learning import Learner, Schedule
from neurokit.pipelines.sharp_memory import SpikeCodec
from neurokit.pipelines.sharp_network import SpikingNetwork

MOST_PHASES = 15
# distance by which one class must be nearer than another to be e times as likely
NEARER = 0.05


class SharpClassifier(ClassifierMixin, BaseEstimator):
    """Sparse spiking network that keeps learning, by SHARP replay [1]_ of its own stored spikes.

    Parameters
    ----------
    layers : tuple of int
        Units of each layer; the first is the tap, whose spikes are stored and replayed.
    density : float
        Share of connections that exist.
    n_steps : int
        Steps for which features are held as constant currents; epochs have their own.
    beta, theta, width : float
        Leak, threshold and reach of the surrogate: :class:`neurokit.kernels.spiking.SpikingLayer`.
    encoder : {"currents", "events"}
        Of epochs, see :class:`neurokit.pipelines.sharp_encoder.EpochEncoder`.
    alignment : {"euclidean", "riemannian", "none"}
        Of each visit's epochs, below the tap.
    delta : float
        Level of the events, in standard deviations.
    window : int, optional
        Episodes after its own in which a class is replayed; then its spikes are deleted, and the
        units that it recruited freeze for good: its codes keep every bit. The published code has
        1. By default every class is replayed for ever, and only the tap freezes: on the digits
        this is what wins.
    short_per_class, long_per_class : int
        Trials of a class that are kept as spikes, and as codes.
    memory_budget : int, optional
        Bytes that all memories may take together; the trials of a class are then as many as fit.
    codes : {"bits", "floats"}
        A bit a unit, or a number in single precision: 32 times as many bytes.
    phases : int or "auto"
        Of an episode, each with its own selection, drop and growth. ``"auto"`` holds out a fifth
        of the episode's trials, stops when they gain no more, and keeps the best phase.
    updates, batch_size : int
        Steps of a phase, and trials of each, with as many replayed ones beside them.
    learning_rate : float
        Of Adam, at the beginning of a phase.
    temperature : float
        Of the supervised contrastive loss.
    min_activation : float
        Share of a layer's activity that its selected units carry at least.
    reserve : float
        Share of the plastic units of a layer above the tap that an episode may recruit.
    n_neighbors : int
        Codes of each class that a trial is compared with.
    replay, freeze : bool
        False to show what they are for.
    n_threads, backend
        Of the kernels.
    random_state : int, RandomState, optional

    Attributes
    ----------
    classes_ : array
        Labels met so far and not forgotten.
    n_phases_ : int
        Of the last episode.
    capacity_ : tuple of float
        Share of each layer's units that may still change.
    memory_bytes_ : int
        All that is kept of the past: spikes, codes, masks and states of units, thresholds.

    Notes
    -----
    Stored spikes say less than a recording, but are no anonymisation; :meth:`forget` deletes those
    of a person, while the weights stay as that person's trials left them.

    References
    ----------
    .. [1] M. B. Gurbuz, J. M. Moorman, C. Dovrolis, 2023, arXiv:2305.18563.

    Examples
    --------
    >>> model = SharpClassifier(random_state=0)
    >>> for episode, (X, y) in enumerate(visits):  # doctest: +SKIP
    ...     model.partial_fit(X, y, episode=episode)
    """

    seed_: int
    episode_: int
    names_: np.ndarray
    encoder_: Any
    learner_: Learner

    def __init__(
        self,
        *,
        layers: tuple[int, ...] = (256, 256, 256),
        density: float = 0.4,
        n_steps: int = 2,
        beta: float = 0.9,
        theta: float = 1.0,
        width: float = 1.0,
        encoder: str = "currents",
        alignment: str = "euclidean",
        delta: float = 0.5,
        window: int | None = None,
        short_per_class: int = 25,
        long_per_class: int = 25,
        memory_budget: int | None = None,
        codes: str = "bits",
        phases: int | str = "auto",
        updates: int = 30,
        batch_size: int = 64,
        learning_rate: float = 0.005,
        temperature: float = 0.1,
        min_activation: float = 0.9,
        reserve: float = 1.0,
        n_neighbors: int = 1,
        replay: bool = True,
        freeze: bool = True,
        n_threads: int = 1,
        backend: str = "cpu",
        random_state: Any = None,
    ) -> None:
        self.layers = layers
        self.density = density
        self.n_steps = n_steps
        self.beta = beta
        self.theta = theta
        self.width = width
        self.encoder = encoder
        self.alignment = alignment
        self.delta = delta
        self.window = window
        self.short_per_class = short_per_class
        self.long_per_class = long_per_class
        self.memory_budget = memory_budget
        self.codes = codes
        self.phases = phases
        self.updates = updates
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.temperature = temperature
        self.min_activation = min_activation
        self.reserve = reserve
        self.n_neighbors = n_neighbors
        self.replay = replay
        self.freeze = freeze
        self.n_threads = n_threads
        self.backend = backend
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Forget everything, and learn one episode; see :meth:`partial_fit`."""
        X = checked_trials(X, None)
        y = checked_labels(y, len(X), None)
        return self._learn(X, y, None, "", fresh=True)

    def partial_fit(self, X: Any, y: Any, *, episode: int | None = None, person: str = "") -> Self:
        """Learn one more episode.

        Parameters
        ----------
        X : array, shape (n_trials, n_features) or (n_trials, n_channels, n_times)
            Features, or band-passed epochs in volts, of one visit.
        y : array, shape (n_trials,)
            Classes need not be known before, and may return.
        episode : int, optional
            From 0; the next one by default.
        person : str
            Whose trials these are, for :meth:`forget`.

        Returns
        -------
        self
            Unchanged if anything fails on the way.

        Raises
        ------
        ValueError
            If trials or labels do not fit the model, the episode is past, the memory budget is too
            small, or no unit is left to learn.

        Warns
        -----
        UserWarning
            If one more episode like this would use a layer up.
        """
        born = hasattr(self, "learner_")
        X = checked_trials(X, self.trial_shape_ if born else None)
        y = checked_labels(y, len(X), self.classes_ if born else None)
        return self._learn(X, y, episode, person, fresh=not born)

    def _learn(
        self, X: np.ndarray, y: np.ndarray, episode: int | None, person: str, *, fresh: bool
    ) -> Self:
        """Learn on copies, and take them over when all is done."""
        seed = int(check_random_state(self.random_state).randint(2**31)) if fresh else self.seed_
        names = np.unique(y) if fresh else self.names_
        names = np.concatenate([names, np.setdiff1d(y, names)])
        encoder = self._encoder(X) if fresh else deepcopy(self.encoder_)
        currents = encoder.align(X)(X) if encoder else constant_currents(X)
        learner = self._begin(currents, seed) if fresh else deepcopy(self.learner_)
        last = -1 if fresh else self.episode_
        episode = last + 1 if episode is None else int(episode)
        if episode < max(last, 0):
            raise ValueError(
                f"episode {episode} is past: the model has learnt episode {last}; number episodes "
                "from 0 in the order in which they come, or leave episode out"
            )
        _refuse_full(learner)
        _refuse_budget(self.memory_budget, learner, len(names))
        before = learner.states.room()
        places = np.argmax(y[:, None] == names, axis=1)
        rng = np.random.default_rng([seed, episode])
        n_phases = learner.learn(currents, places, episode, str(person), rng)
        _warn_of_end(before, learner)
        self.n_phases_, self.episode_, self.seed_ = n_phases, episode, seed
        self.names_, self.encoder_, self.learner_ = names, encoder, learner
        self.trial_shape_ = X.shape[1:]
        self.n_features_in_ = X.shape[1]
        self._name_classes()
        return self

    def _name_classes(self) -> None:
        labels = sorted({shelf.label for shelf in self.learner_.long})
        self.classes_ = np.sort(self.names_[labels])

    def _encoder(self, X: np.ndarray) -> Any:
        epochs = X.ndim == 3
        return EpochEncoder(self.encoder, self.alignment, self.delta) if epochs else None

    def _begin(self, currents: np.ndarray, seed: int) -> Learner:
        n_steps = currents.shape[1] if currents.ndim == 3 else self.n_steps
        network = SpikingNetwork(
            currents.shape[-1],
            self.layers,
            self.density,
            {"beta": self.beta, "theta": self.theta, "width": self.width},
            np.random.default_rng(seed),
            n_steps=n_steps,
            n_threads=self.n_threads,
            backend=self.backend,
        )
        if self.codes not in ("bits", "floats"):
            raise ValueError(f"codes must be bits or floats, got {self.codes!r}")
        coder = (
            BinaryCoder(self.layers[-1], n_steps)
            if self.codes == "bits"
            else FloatCoder(self.layers[-1])
        )
        codec = SpikeCodec(self.layers[0], n_steps)
        return Learner(network, codec, coder, self._schedule(), self.freeze)

    def _schedule(self) -> Schedule:
        adaptive = self.phases == "auto"
        return Schedule(
            phases=MOST_PHASES if adaptive else int(self.phases),
            adaptive=adaptive,
            updates=self.updates,
            batch_size=self.batch_size,
            temperature=self.temperature,
            rate=self.learning_rate,
            least_share=self.min_activation,
            reserve=self.reserve,
            window=self.window,
            replay=self.replay,
            short=self.short_per_class,
            long=self.long_per_class,
            budget=self.memory_budget,
        )

    def align(self, X: Any) -> Self:
        """Meet a visit: learn the alignment of its epochs, without labels.

        Parameters
        ----------
        X : array, shape (n_trials, n_channels, n_times)
            Epochs of the visit, some or all. What follows is aligned by them; by default by those
            of the last episode. Features need no alignment.
        """
        check_is_fitted(self, "learner_")
        X = checked_trials(X, self.trial_shape_)
        if self.encoder_:
            self.encoder_.align(X)
        return self

    def _distances(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """Distance of each trial to each code, and the codes' classes."""
        check_is_fitted(self, "learner_")
        if not len(self.classes_):
            raise ValueError("the model has forgotten everybody; learn an episode first")
        X = checked_trials(X, self.trial_shape_)
        currents = self.encoder_(X) if self.encoder_ else constant_currents(X)
        distances, labels = self.learner_.distances(currents)
        return distances, self.names_[labels]

    def _nearness(self, X: Any) -> np.ndarray:
        """Distance of each trial to each class."""
        distances, names = self._distances(X)
        near = np.empty((len(distances), len(self.classes_)))
        for place, name in enumerate(self.classes_):
            mine = np.sort(distances[:, names == name], axis=1)
            near[:, place] = mine[:, : self.n_neighbors].mean(axis=1)
        return near

    def predict(self, X: Any) -> np.ndarray:
        """Class whose codes lie nearest: shape (n_trials,)."""
        return self.classes_[self._nearness(X).argmin(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:
        """Shares that fall with a class's distance, not calibrated: shape (n_trials, n_classes)."""
        near = self._nearness(X)
        shares = np.exp((near.min(axis=1, keepdims=True) - near) / NEARER)
        return shares / shares.sum(axis=1, keepdims=True)

    def forget(self, person: str) -> Self:
        """Delete all spikes and codes of a person.

        Raises
        ------
        ValueError
            If there are none.
        """
        check_is_fitted(self, "learner_")
        learner = self.learner_
        people = {shelf.person for shelf in learner.short + learner.long}
        if person not in people:
            raise ValueError(
                f"there is nothing of {person!r} in this model; it remembers "
                f"{', '.join(map(repr, sorted(people)))}"
            )
        learner.short = [shelf for shelf in learner.short if shelf.person != person]
        learner.long = [shelf for shelf in learner.long if shelf.person != person]
        self._name_classes()
        return self

    @property
    def capacity_(self) -> tuple[float, ...]:
        """Share of each layer's units that the next episode may change."""
        check_is_fitted(self, "learner_")
        states = self.learner_.states
        pairs = zip(states.room(), self.learner_.network.sizes, strict=True)
        return tuple(free / size for free, size in pairs)

    @property
    def memory_bytes_(self) -> int:
        """Bytes of all that is kept of the past."""
        check_is_fitted(self, "learner_")
        return self.learner_.nbytes

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _refuse_full(learner: Learner) -> None:
    for layer, free in enumerate(learner.states.room()):
        if layer > learner.network.tap and not free:
            raise ValueError(
                f"no unit of layer {layer + 1} is left to learn: the model's capacity is used up; "
                "fit a new model with larger layers, a smaller reserve or a longer window"
            )


def _refuse_budget(budget: int | None, learner: Learner, n_classes: int) -> None:
    if budget is not None and budget < (least := learner.least_bytes(n_classes)):
        raise ValueError(
            f"a memory budget of {budget} bytes cannot hold a trial and a code of each of "
            f"{n_classes} classes; give {least} or more, or smaller layers"
        )


def _warn_of_end(before: list[int], learner: Learner) -> None:
    after = learner.states.room()
    for layer in range(learner.network.tap + 1, len(after)):
        if after[layer] < before[layer] - after[layer]:
            warnings.warn(
                f"layer {layer + 1} has {after[layer]} units left, fewer than this episode took: "
                "one more like it uses the layer up; plan a new model with larger layers",
                stacklevel=4,
            )
