"""Decode a live signal with a saved model: the same outputs however the stream is cut.

A decision falls every hop, on the grid of samples. What a decoder gives depends on the samples
and on the marks alone, each of which is logged with the sample at which it took effect, so that
``neurokit.live.outputs.replay`` gives the same outputs again, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from neurokit import models
from neurokit.live.adaptation import Adaptation, Stages
from neurokit.live.online_settings import OnlineSettings
from neurokit.signals.preprocessing import CausalFilter

# nominal rates and their written form may differ by this much
RATE_TOLERANCE = 1e-3
# where stamps leap by more, samples were lost
GAP_SECONDS = 0.25
# a sham's wandering is forgotten in this time, and shows this much conviction
SHAM_SECONDS, SHAM_SIZE = 1.5, 1.2
__all__ = ["Decoder", "Mark", "OnlineSettings", "Output", "TrialOutcome"]
ENDS = ("imagery/end",)
BREAKS = ("pause", "run/end")


@dataclass(frozen=True)
class Output:
    """A decision.

    Parameters
    ----------
    sample : int
        Samples decoded until then; the window ends with the last of them.
    stamp : float
        When that sample was taken, in seconds of the stream's clock.
    probabilities : tuple of float
        Of the classes, by the model, adapted.
    smoothed : tuple of float
        The same, smoothed.
    feedback : tuple of float
        What is shown and sent: the smoothed ones, or the sham's.
    label : str
        The class that was decided for, empty where none was.
    reason : str
        Why none was: ``unsure``, ``gap`` or ``signal``.
    """

    sample: int
    stamp: float
    probabilities: tuple[float, ...]
    smoothed: tuple[float, ...]
    feedback: tuple[float, ...]
    label: str
    reason: str

    @property
    def rejected(self) -> bool:
        """Whether nothing was decided, and the feedback is neutral."""
        return bool(self.reason)


@dataclass(frozen=True)
class Mark:
    """Something that was said to the decoder: ``sample`` is when it was, ``due`` when it counts."""

    label: str
    sample: int
    due: int


@dataclass(frozen=True)
class TrialOutcome:
    """What a trial was decided as, empty where it was not.

    ``number`` counts all cues of the run from 0; ``share`` is the mean probability of what was
    asked.
    """

    number: int
    label: str
    decided: str
    share: float
    sample: int


@dataclass
class _Trial:
    number: int
    label: str
    cue: int
    # windows as late as the training's: their probabilities, and the matrices of the first
    whole: list[np.ndarray] = field(default_factory=list)
    part: np.ndarray | None = None
    matrices: Any = None


class Decoder:
    """A saved model, and the state of what it decodes.

    Parameters
    ----------
    path : path-like
        The model, with ``band``, ``window``, ``channels``, ``classes`` and ``sfreq`` in its
        metadata.
    settings : OnlineSettings
        How it decodes.
    channels : sequence of str, optional
        Channels of the stream, in its order; by default the model's own.
    sfreq : float, optional
        Sampling rate of the stream in hertz; by default the model's own.
    find_gaps : bool
        Whether leaps of the stamps are gaps; a replay is told them instead.

    Attributes
    ----------
    classes : tuple of str
        In the order of the probabilities.
    count : int
        Samples decoded.
    marks, trials : list
        What was said, and what the trials came to.
    adaptation : Adaptation
        How the model was moved.

    Raises
    ------
    ValueError
        If the model does not say what it was trained on, or the stream does not fit it.
    """

    def __init__(
        self,
        path: str | Path,
        settings: OnlineSettings | None = None,
        *,
        channels: Sequence[str] | None = None,
        sfreq: float | None = None,
        find_gaps: bool = True,
    ) -> None:
        self.path, self.settings = Path(path), settings or OnlineSettings()
        self.about = _about(self.path)
        self.fingerprint = models.fingerprint(self.path)
        self.sfreq = float(self.about["sfreq"])
        self.channels = tuple(self.about["channels"])
        self._picks = _places(self.channels, channels if channels is not None else self.channels)
        _check_rate(self.sfreq, self.sfreq if sfreq is None else sfreq)
        self.stages = Stages(models.load(self.path))
        self.classes = self.stages.classes
        start, stop = self.about["window"]
        self.n_window = round((stop - start) * self.sfreq)
        self.n_lead = round(start * self.sfreq)
        self.n_hop = max(round(self.settings.hop * self.sfreq), 1)
        self.find_gaps = find_gaps
        self.adaptation = Adaptation(
            self.stages,
            recentring=self.settings.recentring,
            learning="none" if self.settings.sham else self.settings.learning,
        )
        self.marks: list[Mark] = []
        self.trials: list[TrialOutcome] = []
        self.count = 0
        self._pending: list[Mark] = []
        self._tail = np.empty((0, len(self.channels)))
        self._filter = self._new_filter()
        self._last_stamp: float | None = None
        self._gap = -1
        self._trial: _Trial | None = None
        self._n_cues, self._learnt = 0, (-1, 0)
        self._smoothed = self._neutral()
        self._sham = np.zeros(len(self.classes))
        self._chance = np.random.default_rng(self.settings.seed)
        self._warm()
        # after all libraries are loaded: the bits must not depend on how many threads add them up
        self._threads = ThreadpoolController()

    def _new_filter(self) -> CausalFilter | None:
        band = self.about.get("band")
        if band is None:
            return None
        mains = self.about.get("mains") or None
        return CausalFilter((band[0], band[1]), self.sfreq, len(self.channels), mains)

    def _neutral(self) -> np.ndarray:
        return np.full(len(self.classes), 1 / len(self.classes))

    def _warm(self) -> None:
        """Decide once on noise: what is compiled or imported is so before the patient waits."""
        noise = np.random.default_rng(0).standard_normal((1, len(self.channels), self.n_window))
        self.adaptation.apply(self.stages.matrices(noise * 1e-5))

    # what is said to it

    @property
    def is_waiting(self) -> bool:
        """Whether something was said whose sample has not come yet."""
        return bool(self._pending)

    def mark(self, label: str, sample: int | None = None, *, due: int | None = None) -> None:
        """Say what happens: a cue, its end, a pause, ``repeat N``, ``revert N``.

        Parameters
        ----------
        label : str
            As in the recording.
        sample : int, optional
            Samples before it happened, counted from the first one decoded; by default now.
        due : int, optional
            From which count on it takes effect; by default as soon as that sample is decoded.
        """
        sample = self.count if sample is None else sample
        # what has been decoded stays as it is
        due = max(sample, self.count + 1) if due is None else due
        self._pending.append(Mark(label, sample, due))
        self._pending.sort(key=lambda mark: mark.due)

    # the signal

    def process(self, samples: np.ndarray, stamps: np.ndarray) -> list[Output]:
        """Decode what has come.

        Parameters
        ----------
        samples : array, shape (n_samples, n_channels of the stream)
            In volts.
        stamps : array, shape (n_samples,)
            In seconds.

        Returns
        -------
        outputs : list of Output
            One for each hop that ended with these samples.
        """
        if len(stamps) == 0:
            return []
        if self.find_gaps:
            self._see_gaps(stamps)
        picked = np.asarray(samples, dtype=np.float64)[:, self._picks]
        filtered = picked if self._filter is None else self._filter.process(picked)
        filtered = np.concatenate([self._tail, filtered])
        with self._threads.limit(limits=1):
            return self._decide_all(filtered, len(picked), stamps)

    def _decide_all(self, filtered: np.ndarray, n_new: int, stamps: np.ndarray) -> list[Output]:
        """Decide at each point of the grid among the latest samples."""
        first, before = self.count - len(self._tail), self.count
        outputs = []
        due = range((before // self.n_hop + 1) * self.n_hop, before + n_new + 1, self.n_hop)
        for count in due:
            self.count = count
            self._hear(count)
            if count >= self.n_window:
                window = filtered[count - self.n_window - first : count - first]
                outputs.append(self._decide(window, float(stamps[count - 1 - before])))
        self.count = before + n_new
        self._tail = filtered[-self.n_window :]
        return outputs

    def _see_gaps(self, stamps: np.ndarray) -> None:
        before = stamps[0] if self._last_stamp is None else self._last_stamp
        leaps = np.flatnonzero(np.diff(stamps, prepend=before) > GAP_SECONDS + 1 / self.sfreq)
        for place in leaps:
            self.mark("gap", self.count + int(place))
        self._last_stamp = float(stamps[-1])

    def _decide(self, window: np.ndarray, stamp: float) -> Output:
        reason = "gap" if self.count - self.n_window < self._gap < self.count else ""
        matrices, probabilities = None, self._neutral()
        if not reason:
            try:
                matrices = self.stages.matrices(np.ascontiguousarray(window.T[None]))
                probabilities = self.adaptation.apply(matrices)[0]
            except ValueError:  # a channel is flat, or worse
                reason = "signal"
        if not reason:
            kept = self.settings.smoothing
            self._smoothed = kept * self._smoothed + (1 - kept) * probabilities
            self._learn(matrices, probabilities)
        feedback = self._wander() if self.settings.sham else self._smoothed
        if not reason and feedback.max() < self.settings.threshold:
            reason = "unsure"
        return Output(
            self.count,
            stamp,
            tuple(probabilities.tolist()),
            tuple(self._smoothed.tolist()),
            tuple(feedback.tolist()),
            "" if reason else self.classes[int(feedback.argmax())],
            reason,
        )

    def _wander(self) -> np.ndarray:
        """Feedback that comes from chance, as smooth as the real one."""
        kept = float(np.exp(-self.settings.hop / SHAM_SECONDS))
        fresh = self._chance.standard_normal(len(self.classes))
        self._sham = kept * self._sham + np.sqrt(1 - kept**2) * fresh
        powers = np.exp(SHAM_SIZE * self._sham)
        return np.asarray(powers / powers.sum())

    # the trials

    def _hear(self, count: int) -> None:
        while self._pending and self._pending[0].due <= count:
            mark = self._pending.pop(0)
            self._take(mark)
            self.marks.append(mark)

    def _take(self, mark: Mark) -> None:
        word, _, number = mark.label.partition(" ")
        if mark.label == "gap":
            self._gap = max(self._gap, mark.sample)
        elif mark.label in self.classes:
            self._trial = _Trial(self._n_cues, mark.label, mark.sample)
            self._n_cues += 1
            self._smoothed = self._neutral()
        elif mark.label in ENDS:
            self._end_trial()
        elif mark.label in BREAKS:
            self._trial = None
        elif word == "repeat" and number.isdigit():
            self._void(int(number))
        elif word == "revert" and number.isdigit() and int(number) < len(self.adaptation.log):
            self.adaptation.revert(int(number), self.count)

    def _learn(self, matrices: Any, probabilities: np.ndarray) -> None:
        trial = self._trial
        if self.settings.run == "free":
            # nobody says what is imagined: a window after the other counts as a trial
            if self.count % (self.n_window // self.n_hop * self.n_hop) == 0:
                self.adaptation.observe(matrices, probabilities, None, self.count)
        elif trial is not None:
            if not trial.whole:
                trial.part, trial.matrices = probabilities, matrices
            if self.count - self.n_window >= trial.cue + self.n_lead:
                trial.whole.append(probabilities)

    def _end_trial(self) -> None:
        trial, self._trial = self._trial, None
        if trial is None:
            return
        mean = self._neutral() if trial.part is None else trial.part
        if trial.whole:
            mean = np.mean(trial.whole, axis=0)
        is_sure = trial.part is not None and mean.max() >= self.settings.threshold
        decided = self.classes[int(mean.argmax())] if is_sure else ""
        share = float(mean[self.classes.index(trial.label)])
        self.trials.append(TrialOutcome(trial.number, trial.label, decided, share, self.count))
        self._learnt = trial.number, len(self.adaptation.log)
        if trial.matrices is not None:
            self.adaptation.observe(trial.matrices, mean, trial.label, self.count)

    def _void(self, number: int) -> None:
        """Forget a trial, and what was learnt from it if it was the latest."""
        self.trials = [trial for trial in self.trials if trial.number != number]
        latest, step = self._learnt
        if number == latest and step < len(self.adaptation.log):
            self.adaptation.revert(step, self.count)


def _about(path: Path) -> dict[str, Any]:
    """Metadata of a model that can decode."""
    about: dict[str, Any] = models.describe(path)["metadata"]
    missing = [key for key in ("window", "channels", "classes", "sfreq") if not about.get(key)]
    if missing:
        raise ValueError(
            f"{path} does not say its {', '.join(missing)}, so it cannot decode a stream; "
            "train it with neurokit train, which writes them down"
        )
    return about


def _places(wanted: Sequence[str], there: Sequence[str]) -> list[int]:
    """Where the model's channels stand in the stream."""
    names = [name.strip().rstrip(".").lower() for name in there]
    missing = [name for name in wanted if name.lower() not in names]
    if missing:
        raise ValueError(
            f"the model was trained on channels that the stream does not have: "
            f"{', '.join(missing)}; it has {', '.join(there)}. Use the cap of the calibration, or "
            "train a model on these channels"
        )
    return [names.index(name.lower()) for name in wanted]


def _check_rate(wanted: float, sfreq: float) -> None:
    if abs(sfreq / wanted - 1) > RATE_TOLERANCE:
        raise ValueError(
            f"the model was trained at {wanted:g} Hz and the stream comes at {sfreq:g} Hz; set the "
            "amplifier to the rate of the calibration, or train a model at this one"
        )
