"""What a clinic would otherwise do visit after visit: the baselines of continual learning.

Each has ``partial_fit(X, y, *, episode=None)``, ``predict(X)`` and ``memory_bytes_``, as
:class:`neurokit.pipelines.sharp.SharpClassifier` has, and takes any estimator inside.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.preprocessing import LabelEncoder

WORD = {"pixels": 1, "recording": 2, "features": 4}  # bytes a value


class SmallNetwork(ClassifierMixin, BaseEstimator):
    """A network of two hidden layers that goes on learning from where it stands, by Adam.

    Parameters
    ----------
    classes : sequence
        All that will ever come: its head does not grow.
    hidden : tuple of int
        Units of the hidden layers.
    epochs : int
        Passes over the data of one call.
    batch : int
        Trials a step.
    random_state : int
    """

    def __init__(
        self,
        classes: Any,
        *,
        hidden: tuple[int, ...] = (200, 200),
        epochs: int = 30,
        batch: int = 64,
        random_state: int = 0,
    ) -> None:
        self.classes = classes
        self.hidden = hidden
        self.epochs = epochs
        self.batch = batch
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> Self:
        """Begin anew."""
        self.__dict__.pop("network_", None)
        return self.partial_fit(X, y)

    def partial_fit(self, X: Any, y: Any) -> Self:
        """Go on learning."""
        from sklearn.neural_network import MLPClassifier

        X = np.asarray(X, dtype=np.float32)
        if not hasattr(self, "network_"):
            self.labels_ = LabelEncoder().fit(np.asarray(self.classes))
            self.classes_ = self.labels_.classes_
            self.scale_ = float(np.abs(X).max()) or 1.0
            self.network_ = MLPClassifier(
                self.hidden, batch_size=self.batch, random_state=self.random_state
            )
        numbers = self.labels_.transform(y)
        self.network_.batch_size = min(self.batch, len(X))
        known = np.arange(len(self.classes_))
        for _ in range(self.epochs):
            self.network_.partial_fit(X / self.scale_, numbers, classes=known)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Class of each trial."""
        numbers = self.network_.predict(np.asarray(X, dtype=np.float32) / self.scale_)
        found: np.ndarray = self.labels_.inverse_transform(numbers)
        return found

    @property
    def connections_(self) -> int:
        """Weights."""
        return sum(weights.size for weights in self.network_.coefs_)


class Aligned(ClassifierMixin, BaseEstimator):
    """An estimator that sees each visit's epochs with the identity for mean covariance [1]_.

    Parameters
    ----------
    estimator : estimator
        Of epochs; a clone is fitted.

    References
    ----------
    .. [1] H. He, D. Wu, IEEE Trans. Biomedical Engineering, 2020, doi:10.1109/TBME.2019.2913914.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: Any, y: Any) -> Self:
        """Fit to one visit."""
        self.model_ = clone(self.estimator).fit(self.align(X)._whitened(X), y)
        self.classes_ = self.model_.classes_
        return self

    def align(self, X: Any) -> Self:
        """Meet a visit without its labels: epochs of shape (n_trials, n_channels, n_times)."""
        values, vectors = np.linalg.eigh(np.mean(X @ np.swapaxes(X, 1, 2), axis=0) / X.shape[-1])
        values = np.maximum(values, 1e-12 * values[-1])
        self.whitener_ = (vectors / np.sqrt(values)) @ vectors.T
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Class of each trial, of the visit that was met last."""
        found: np.ndarray = self.model_.predict(self._whitened(X))
        return found

    def _whitened(self, X: Any) -> np.ndarray:
        return np.asarray(self.whitener_ @ X)


class _Visits(ClassifierMixin, BaseEstimator):
    """What all share: an estimator inside, and the classes seen."""

    estimator: Any
    classes_: np.ndarray
    model_: Any
    X_: np.ndarray
    y_: np.ndarray

    def fit(self, X: Any, y: Any) -> Self:
        """Begin anew with one episode."""
        for name in [name for name in vars(self) if name.endswith("_") and name[0] != "_"]:
            delattr(self, name)
        return self.partial_fit(X, y)

    def partial_fit(self, X: Any, y: Any, *, episode: Any = None) -> Self:
        """Learn one episode."""
        raise NotImplementedError

    def predict(self, X: Any) -> np.ndarray:
        """Class of each trial."""
        found: np.ndarray = self.model_.predict(X)
        return found

    def align(self, X: Any) -> Self:
        """Meet a visit without its labels, where the estimator inside can."""
        if hasattr(self.model_, "align"):
            self.model_.align(X)
        return self

    @property
    def memory_bytes_(self) -> int:
        """Bytes of trials that are kept for later."""
        return 0

    def _see(self, y: Any) -> np.ndarray:
        seen = np.unique(y)
        self.classes_ = np.union1d(self.classes_, seen) if hasattr(self, "classes_") else seen
        return np.asarray(y)


class Frozen(_Visits):
    """The model of the first episode for ever.

    Parameters
    ----------
    estimator : estimator
        Of which a clone is fitted.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def partial_fit(self, X: Any, y: Any, *, episode: Any = None) -> Self:
        """Fit, the first time."""
        if not hasattr(self, "model_"):
            self._see(y)
            self.model_ = clone(self.estimator).fit(X, y)
        return self


class LastEpisode(_Visits):
    """A new model of the last episode alone; one with a single class keeps the one before.

    Parameters
    ----------
    estimator : estimator
        Of which a clone is fitted.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def partial_fit(self, X: Any, y: Any, *, episode: Any = None) -> Self:
        """Fit anew."""
        self._see(y)
        if len(np.unique(y)) > 1 or not hasattr(self, "model_"):
            self.model_ = clone(self.estimator).fit(X, y)
        return self


class FineTuned(_Visits):
    """A network that simply goes on with each episode, and forgets what came before.

    Parameters
    ----------
    estimator : estimator
        With ``partial_fit``.
    features : transformer, optional
        Fitted on the first episode, and before the network ever after.
    """

    def __init__(self, estimator: Any, *, features: Any = None) -> None:
        self.estimator = estimator
        self.features = features

    def partial_fit(self, X: Any, y: Any, *, episode: Any = None) -> Self:
        """Go on learning."""
        y = self._see(y)
        if not hasattr(self, "model_"):
            self.model_ = clone(self.estimator)
            self.features_ = _fitted(self.features, X, y)
        self.model_.partial_fit(_through(self.features_, X), y)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Class of each trial."""
        return super().predict(_through(self.features_, X))


class Everything(_Visits):
    """A new model of all trials so far, which keeps them all: the bound of what can be reached.

    Parameters
    ----------
    estimator : estimator
        Of which a clone is fitted.
    kind : {"pixels", "recording", "features"}
        What a value is, which says how many bytes it takes.
    """

    def __init__(self, estimator: Any, *, kind: str = "recording") -> None:
        self.estimator = estimator
        self.kind = kind

    def partial_fit(self, X: Any, y: Any, *, episode: Any = None) -> Self:
        """Fit anew to all."""
        y = self._see(y)
        self.X_ = np.concatenate([self.X_, X]) if hasattr(self, "X_") else np.asarray(X)
        self.y_ = np.concatenate([self.y_, y]) if hasattr(self, "y_") else y
        self.model_ = clone(self.estimator).fit(self.X_, self.y_)
        return self

    @property
    def memory_bytes_(self) -> int:
        """Bytes of all trials."""
        return int(self.X_.size * WORD[self.kind])


class Replay(_Visits):
    """Experience replay: some trials of each class are kept, and learnt again with what is new.

    Parameters
    ----------
    estimator : estimator
        A network goes on learning; what has no ``partial_fit`` is fitted anew.
    n_bytes : int
        What the kept trials may take, shared evenly by the classes.
    features : transformer, optional
        Fitted on the first episode; its features are kept instead of the trials themselves.
    kind : {"pixels", "recording", "features"}
        What a kept value is: one byte, two (with a scale a trial), or four.
    random_state : int

    Notes
    -----
    Kept trials are repeated until a class has about as many as a class of the new episode. Labels
    and what ``features`` learnt are not counted, in favour of this baseline.
    """

    def __init__(
        self,
        estimator: Any,
        *,
        n_bytes: int,
        features: Any = None,
        kind: str = "recording",
        random_state: int = 0,
    ) -> None:
        self.estimator = estimator
        self.n_bytes = n_bytes
        self.features = features
        self.kind = kind
        self.random_state = random_state

    def partial_fit(self, X: Any, y: Any, *, episode: Any = None) -> Self:
        """Learn what is new and what was kept, then keep some of what is new."""
        y = self._see(y)
        if not hasattr(self, "model_"):
            self.features_ = _fitted(self.features, X, y)
            self.kept_: dict[Any, np.ndarray] = {}
            self.random_ = np.random.default_rng(self.random_state)
        values = np.asarray(_through(self.features_, X))
        together, labels = self._with_kept(values, y)
        if not hasattr(self, "model_") or not hasattr(self.model_, "partial_fit"):
            self.model_ = clone(self.estimator).fit(together, labels)
        else:
            self.model_.partial_fit(together, labels)
        self._keep(values, y)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Class of each trial."""
        return super().predict(_through(self.features_, X))

    @property
    def memory_bytes_(self) -> int:
        """Bytes of the trials that are kept."""
        return sum(len(kept) * self._trial_bytes(kept[0]) for kept in self.kept_.values())

    def _trial_bytes(self, trial: np.ndarray) -> int:
        return int(trial.size * WORD[self.kind]) + 4 * (self.kind == "recording")

    def _with_kept(self, values: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take new and kept trials together, the kept ones often enough."""
        usual = len(y) / len(np.unique(y))
        parts, labels = [values], [y]
        for label, kept in self.kept_.items():
            times = max(1, round(usual / len(kept)))
            parts += [kept] * times
            labels.append(np.repeat(np.asarray([label], dtype=y.dtype), times * len(kept)))
        return np.concatenate(parts), np.concatenate(labels)

    def _keep(self, values: np.ndarray, y: np.ndarray) -> None:
        """Share the bytes evenly among the classes; old and new trials of a class mix by number."""
        room = self.n_bytes // (len(self.classes_) * self._trial_bytes(values[0]))
        for label in np.unique(y).tolist():
            new = self._stored(values[y == label])
            old = self.kept_.get(label)
            self.kept_[label] = new if old is None else np.concatenate([old, new])
        for label, kept in list(self.kept_.items()):
            if room == 0:
                del self.kept_[label]
            elif len(kept) > room:
                self.kept_[label] = kept[np.sort(self.random_.permutation(len(kept))[:room])]

    def _stored(self, trials: np.ndarray) -> np.ndarray:
        """As they come back from so many bytes."""
        if self.kind == "features":
            return trials.astype(np.float32)
        if self.kind == "pixels":
            return trials
        top = np.abs(trials).max(axis=tuple(range(1, trials.ndim)), keepdims=True)
        scale = np.where(top > 0, top, 1.0) / 32767
        found: np.ndarray = np.round(trials / scale) * scale
        return found


def _fitted(features: Any, X: Any, y: Any) -> Any:
    return None if features is None else clone(features).fit(X, y)


def _through(features: Any, X: Any) -> Any:
    return X if features is None else features.transform(X)
