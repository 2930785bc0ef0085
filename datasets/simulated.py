"""Simulated people as MOABB data sets."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mne
from moabb.datasets.base import BaseDataset

from neurokit.files.recordings import add_stimulus_channel
from neurokit.simulators.simulation import (
    CHANNELS,
    Protocol,
    simulate_lags_recording,
    simulate_recording,
)

EVENTS = {"left_hand": 1, "right_hand": 2, "feet": 3, "rest": 4, "hands": 5}


class _Simulated(BaseDataset):
    """What both sets share: people, sessions and runs made on demand, nothing on disk."""

    name: str
    record: Callable[..., mne.io.BaseRaw]
    usual_trials: int
    usual_classes: tuple[str, ...]

    def __init__(
        self,
        *,
        subjects: int = 10,
        sessions: int = 2,
        runs: int = 2,
        trials: int | None = None,
        classes: Sequence[str] | None = None,
        channels: int | str | Sequence[str] = 8,
        strength: float = 1.0,
        sfreq: float = 250.0,
        duration: float = 3.0,
        seed: int = 42,
        mains: float = 50.0,
        blinks: float = 12.0,
        drift: float = 20e-6,
        muscle: float = 0.0,
        dropouts: float = 0.0,
    ):
        _require_counts(self.name, subjects=subjects, sessions=sessions, runs=runs)
        self.n_runs, self.seed = runs, seed
        classes = self.usual_classes if classes is None else classes
        room = {"mains": mains, "blinks": blinks, "muscle": muscle, "dropouts": dropouts}
        signal = {"sfreq": sfreq, "duration": duration, "strength": strength, "drift": drift}
        numbers: dict[str, Any] = {key: float(each) for key, each in {**signal, **room}.items()}
        self.protocol = Protocol(
            channels=_channel_names(channels),
            classes=(classes,) if isinstance(classes, str) else tuple(classes),
            trials=self.usual_trials if trials is None else trials,
            **numbers,
        )
        self.n_channels = len(self.protocol.channels)
        settings = {"sessions": sessions, "runs": runs, "seed": seed, **vars(self.protocol)}
        self.identity = f"{self.name} {settings}"
        super().__init__(
            subjects=list(range(1, subjects + 1)),
            sessions_per_subject=sessions,
            events={label: EVENTS[label] for label in self.protocol.classes},
            code=self._code(settings),
            interval=[0.0, float(duration)],
            paradigm="imagery",
        )

    def _code(self, settings: dict[str, Any]) -> str:
        """MOABB's code: the class and what differs from its defaults, in letters and digits."""
        signature = inspect.signature(type(self).__init__).parameters
        usual = {
            **{key: parameter.default for key, parameter in signature.items()},
            "channels": _channel_names(signature["channels"].default),
            "trials": self.usual_trials,
            "classes": self.usual_classes,
        }
        parts = [type(self).__name__]
        for key, value in settings.items():
            if key in usual and value != usual[key]:
                text = "".join(value) if isinstance(value, tuple) else f"{value:g}"
                text = text.replace(".", "p").replace("-", "m")
                parts.append(key + re.sub("[^a-z0-9]", "", text.lower()))
        return "-".join(parts)

    def _get_single_subject_data(self, subject: int) -> dict[str, dict[str, mne.io.BaseRaw]]:
        """Sessions and runs of one person."""
        return {
            str(session): {str(run): self._run(subject, session, run) for run in range(self.n_runs)}
            for session in range(self.n_sessions)
        }

    def _run(self, subject: int, session: int, run: int) -> mne.io.BaseRaw:
        """One run, with the stimulus channel that MOABB prefers."""
        raw = type(self).record(
            subject=subject, session=session, run=run, seed=self.seed, **vars(self.protocol)
        )
        return add_stimulus_channel(raw, self.event_id)

    def data_path(
        self,
        subject: int,
        path: Any = None,
        force_update: bool = False,
        update_path: Any = None,
        verbose: Any = None,
    ) -> list[Path]:
        """No file holds what is simulated."""
        return []


class Simulated(_Simulated):
    """Patients who imagine movements: mu and beta desynchronisation over realistic noise.

    Parameters
    ----------
    subjects, sessions, runs : int
        How many people, days for each, runs a day. Subject 1 of 10 is subject 1 of 100.
    trials : int
        Trials of each class in a run.
    classes : tuple of str
        Of ``left_hand``, ``right_hand``, ``hands``, ``feet``, ``rest``.
    channels : int or tuple of str
        So many electrodes, the hand and foot areas first, or their names.
    strength : float
        1 is a good subject; 0 is noise that knows nothing of the classes.
    sfreq : float
        Sampling rate in hertz.
    duration : float
        Seconds of imagery in a trial.
    seed : int
        Seed of the whole population.
    mains : float
        Frequency of the mains in hertz; 0 for none.
    blinks, muscle, dropouts : float
        Events a minute.
    drift : float
        Root mean square of the slow drift in volts.
    """

    name = "simulated"
    record = staticmethod(simulate_recording)
    usual_trials = 10
    usual_classes = ("left_hand", "right_hand", "feet", "rest")


class SimulatedLags(_Simulated):
    """Two classes that differ only in lagged structure: order 1 stays at chance.

    Parameters
    ----------
    subjects, sessions, runs : int
        How many people, days for each, runs a day. Subject 1 of 10 is subject 1 of 100.
    trials : int
        Trials of each class in a run.
    classes : tuple of str
        Two names; which two makes no difference to the signals.
    channels : int or tuple of str
        So many electrodes, the hand and foot areas first, or their names.
    strength : float
        Coherence of the coupled sources is 0.08 times this: at 1 the right lag tells all.
    sfreq : float
        Sampling rate in hertz.
    duration : float
        Seconds of a trial.
    seed : int
        Seed of the whole population.
    mains : float
        Frequency of the mains in hertz; 0 for none.
    blinks, muscle, dropouts : float
        Events a minute.
    drift : float
        Root mean square of the slow drift in volts.
    """

    name = "simulated-lags"
    record = staticmethod(simulate_lags_recording)
    usual_trials = 20
    usual_classes = ("left_hand", "right_hand")


def _require_counts(name: str, **counts: int) -> None:
    """Refuse less than one of anything."""
    for what, number in counts.items():
        if not isinstance(number, int) or number < 1:
            raise ValueError(f"{name}: {what} must be a whole number from 1, got {number}")


def _channel_names(channels: int | str | Sequence[str]) -> tuple[str, ...]:
    """Names of so many electrodes, or the names themselves."""
    if isinstance(channels, str):
        return (channels,)
    if not isinstance(channels, int):
        return tuple(str(name) for name in channels)
    if not 1 <= channels <= len(CHANNELS):
        raise ValueError(f"channels must be 1 to {len(CHANNELS)} or names, got {channels}")
    return CHANNELS[:channels]
