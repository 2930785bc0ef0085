"""``SharpClassifier``: visit after visit, without forgetting, by SHARP replay of stored spikes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from neurokit.pipelines.sharp_codes import BinaryCoder, FloatCoder
from neurokit.pipelines.sharp_encoder import EpochEncoder, constant_currents
from neurokit.pipelines.sharp_learning import Learner, Schedule
from neurokit.pipelines.sharp_memory import SpikeCodec
from neurokit.pipelines.sharp_network import SpikingNetwork


class SharpClassifier(ClassifierMixin, BaseEstimator):
    def __init__(
        self,
        *,
        layers: tuple[int, ...] = (256, 256, 256),
        density: float = 0.4,
        n_steps: int = 2,
        beta: float = 0.9,
        theta: float = 1.0,
        width: float = 1.0,
        window: int | None = None,
        short_per_class: int = 25,
        long_per_class: int = 25,
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
        self.window = window
        self.short_per_class = short_per_class
        self.long_per_class = long_per_class
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

    def fit(self, X, y):
        self.__dict__.pop("learner_", None)
        return self.partial_fit(X, y)

    def partial_fit(self, X, y, *, episode=None, person=""):
        if not hasattr(self, "learner_"):
            self.seed_ = int(check_random_state(self.random_state).randint(2**31))
            rng = np.random.default_rng([self.seed_])
            learner = self._born(X, rng); self.names_ = np.array([], dtype=np.asarray(y).dtype); ep=0
        else:
            learner = deepcopy(self.learner_); ep = learner.states.episode + 1
        ep = ep if episode is None else episode
        for c in np.unique(y):
            if c not in self.names_: self.names_ = np.append(self.names_, c)
        lab = np.array([np.flatnonzero(self.names_ == c)[0] for c in y])
        self.n_phases_ = learner.learn(constant_currents(X), lab, ep, person, np.random.default_rng([self.seed_, ep]))
        self.learner_ = learner
        self.classes_ = np.sort(self.names_)
        return self

    def _born(self, X, rng):
        auto = self.phases == "auto"
        schedule = Schedule(15 if auto else self.phases, auto, self.updates, self.batch_size, self.temperature, self.learning_rate, self.min_activation, self.reserve, self.window, self.replay, self.short_per_class, self.long_per_class)
        net = SpikingNetwork(X.shape[1], self.layers, self.density, dict(beta=self.beta, theta=self.theta, width=self.width), rng, n_steps=self.n_steps, n_threads=self.n_threads, backend=self.backend)
        return Learner(net, SpikeCodec(self.layers[0], self.n_steps), BinaryCoder(self.layers[-1]) if self.codes=="bits" else FloatCoder(), schedule, self.freeze)

    def predict(self, X):
        d, lab = self.learner_.distances(constant_currents(X))
        ks = np.unique(lab)
        near = np.stack([np.sort(d[:, lab == k], 1)[:, : self.n_neighbors].mean(1) for k in ks], 1)
        return self.names_[ks[near.argmin(1)]]

    @property
    def memory_bytes_(self):
        l = self.learner_
        return sum(s.nbytes for s in l.short + l.long) + l.states.nbytes + l.coder.nbytes
