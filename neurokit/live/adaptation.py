"""Follow a patient from day to day: small steps, each logged and each taken back at will.

Recentring moves the mean of this visit's covariances to where the mean of the training's was, so
that a cap that sits differently is no longer seen. The bias adds a bounded number to the score of
each class, learnt from what was asked (supervised) or from the wish that no class be favoured
(unsupervised). All of it depends on the samples and the markers alone, so that a replay adapts in
the same way.

References
----------
.. [1] P. Zanini et al., IEEE Trans. Biomedical Engineering, 2018, doi:10.1109/TBME.2017.2742541.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Learning = Literal["none", "supervised", "unsupervised"]

# trials that the training's mean counts for, when the first one of a visit comes
PRIOR_TRIALS = 2
# no trial moves the mean further than this, in Riemannian distance
LONGEST_STEP = 1.5
# of the bias, a trial
RATE = 0.2
# e^1 = 2.7: a class that is asked 27 % of its due is the most that the bias makes up for
LARGEST_BIAS = 1.0


class Stages:
    """A fitted pipeline, taken apart where its covariances meet the mean that it has learnt.

    Parameters
    ----------
    model : estimator
        Fitted; a pipeline, or a search over pipelines.

    Attributes
    ----------
    classes : tuple of str
        Labels, in the order of the scores.
    mean : array, shape (n, n), or None
        The training's mean; None where the pipeline keeps none, and cannot be recentred.
    """

    def __init__(self, model: Any) -> None:
        self.classes = tuple(str(label) for label in model.classes_)
        steps = tuple(_steps(model))
        means = [_training_mean(step) for step in steps]
        place = next((k for k, mean in enumerate(means) if mean is not None), 0)
        self.mean = means[place]
        self._before, self._after, self._last = steps[:place], steps[place:-1], steps[-1]

    @property
    def why_not(self) -> str:
        """Why it cannot be recentred, in words; empty where it can."""
        if self.mean is not None:
            return ""
        names = ", ".join(type(step).__name__ for step in (*self._after, self._last))
        return (
            f"this pipeline ({names}) keeps no mean of covariances, so it cannot be recentred; "
            "choose one with a tangent space or with distances to means, such as ts+lr or mdm"
        )

    def matrices(self, epochs: np.ndarray) -> Any:
        """What stands before the mean: covariances, or the epochs themselves where there is none.

        Raises
        ------
        ValueError
            If the signals will not do: a channel is flat, or a value is missing.
        """
        for step in self._before:
            epochs = step.transform(epochs)
        return epochs

    def probabilities(self, matrices: Any) -> np.ndarray:
        """Probability of each class, shape (n_epochs, n_classes).

        Of a classifier that gives scores instead, the softmax of the scores.
        """
        for step in self._after:
            matrices = step.transform(matrices)
        if hasattr(self._last, "predict_proba"):
            return np.asarray(self._last.predict_proba(matrices), dtype=np.float64)
        scores = np.asarray(self._last.decision_function(matrices), dtype=np.float64)
        if scores.ndim == 1:
            scores = np.stack([-scores, scores], axis=1) / 2
        return _softmax(scores)


@dataclass(frozen=True)
class Adapted:
    """How far the model has been moved: this visit's mean, of how many trials, and the bias."""

    mean: np.ndarray | None
    n_trials: int
    bias: np.ndarray


@dataclass(frozen=True)
class Update:
    """One step: its number from 0, after how many samples, what, before and after.

    ``amount`` is how far the mean moved, the largest bias, or the step that was gone back to.
    """

    number: int
    sample: int
    kind: str
    text: str
    amount: float
    before: Adapted
    after: Adapted


class Adaptation:
    """Moves a model, trial by trial.

    Parameters
    ----------
    stages : Stages
        The model.
    recentring : bool
        Whether the visit's mean is followed.
    learning : {"none", "supervised", "unsupervised"}
        How the bias is learnt.

    Attributes
    ----------
    state : Adapted
        Where it stands.
    log : list of Update
        All steps, those that were taken back among them.

    Raises
    ------
    ValueError
        If the pipeline cannot be recentred.
    """

    def __init__(
        self, stages: Stages, *, recentring: bool = False, learning: Learning = "none"
    ) -> None:
        if recentring and stages.why_not:
            raise ValueError(stages.why_not)
        self.stages, self.recentring, self.learning = stages, recentring, learning
        self.state = Adapted(stages.mean, 0, np.zeros(len(stages.classes)))
        self.log: list[Update] = []
        self._move: np.ndarray | None = None

    def apply(self, matrices: Any) -> np.ndarray:
        """Probabilities by the model as it stands now, of what ``Stages.matrices`` gave."""
        if self._move is not None:
            matrices = self._move @ matrices @ self._move.T
            matrices = (matrices + np.swapaxes(matrices, -1, -2)) / 2
        probabilities = self.stages.probabilities(matrices)
        if self.state.bias.any():
            probabilities = probabilities * np.exp(self.state.bias)
            probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
        return probabilities

    def observe(
        self, matrices: Any, probabilities: np.ndarray, label: str | None, sample: int
    ) -> None:
        """Learn from a trial that has ended.

        Parameters
        ----------
        matrices : array, shape (1, n, n)
            Of its last window, as ``Stages.matrices`` gave it.
        probabilities : array, shape (n_classes,)
            Of its windows, on the mean, as ``apply`` gave them.
        label : str or None
            What was asked, where it is known.
        sample : int
            Samples decoded until now.
        """
        if self.recentring and self.state.mean is not None:
            self._recentre(self.state.mean, matrices[0], sample)
        classes = self.stages.classes
        if self.learning == "supervised" and label in classes:
            wanted = np.eye(len(classes))[classes.index(label)]
            self._lean(wanted - probabilities, sample, f"asked for {label}")
        elif self.learning == "unsupervised":
            self._lean(1 / len(classes) - probabilities, sample, "no class is favoured")

    def _recentre(self, mean: np.ndarray, matrix: np.ndarray, sample: int) -> None:
        n_trials = self.state.n_trials + 1
        root, inverse = _power(mean, 0.5), _power(mean, -0.5)
        seen = inverse @ matrix @ inverse
        length = float(np.sqrt((np.log(np.linalg.eigvalsh(seen)) ** 2).sum()))
        share = min(1 / (n_trials + PRIOR_TRIALS), LONGEST_STEP / max(length, 1e-12))
        moved = root @ _power(seen, share) @ root
        amount = share * length
        text = f"trial {n_trials} moved the visit's mean by {amount:.2f}"
        after = Adapted((moved + moved.T) / 2, n_trials, self.state.bias)
        self._note("recentring", text, amount, sample, after)

    def _lean(self, error: np.ndarray, sample: int, why: str) -> None:
        state = self.state
        bias = state.bias + RATE * error
        bias = np.clip(bias - bias.mean(), -LARGEST_BIAS, LARGEST_BIAS)
        said = ", ".join(
            f"{name} {value:+.2f}" for name, value in zip(self.stages.classes, bias, strict=True)
        )
        after = Adapted(state.mean, state.n_trials, bias)
        amount = float(np.abs(bias).max())
        self._note(self.learning, f"bias {said} ({why})", amount, sample, after)

    def revert(self, number: int, sample: int) -> None:
        """Go back to where the model stood before a step; the steps after it go too.

        Raises
        ------
        ValueError
            If there is no such step.
        """
        if not 0 <= number < len(self.log):
            raise ValueError(
                f"there is no step {number} of the adaptation; it has taken {len(self.log)}"
            )
        text = f"back to before step {number}"
        self._note("revert", text, float(number), sample, self.log[number].before)

    def _note(self, kind: str, text: str, amount: float, sample: int, after: Adapted) -> None:
        self.log.append(Update(len(self.log), sample, kind, text, amount, self.state, after))
        self.state = after
        still = after.mean is self.stages.mean or after.mean is None or self.stages.mean is None
        self._move = None if still else _power(self.stages.mean, 0.5) @ _power(after.mean, -0.5)


def _steps(model: Any) -> Iterator[Any]:
    """Fitted steps in the order of the signal, whatever searches stand around them."""
    if hasattr(model, "steps"):
        for _, step in model.steps:
            if step is not None and step != "passthrough":
                yield from _steps(step)
    elif hasattr(model, "best_estimator_"):
        yield from _steps(model.best_estimator_)
    else:
        yield model


def _training_mean(step: Any) -> np.ndarray | None:
    """Riemannian mean of the matrices that a step has learnt from; None where it keeps none."""
    # pyriemann's geodesic filter keeps its tangent space to itself
    filtering = getattr(getattr(step, "_fgda", None), "_ts", step)
    mean = getattr(filtering, "reference_", None)
    if mean is None and hasattr(step, "covmeans_"):
        from neurokit.kernels import mean_riemann

        mean = mean_riemann(np.asarray(step.covmeans_))
    return mean if isinstance(mean, np.ndarray) and mean.ndim == 2 else None


def _power(matrix: Any, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * values**exponent) @ vectors.T)


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
