"""Simulated people: motor imagery over realistic noise, and classes that differ only in lags.

A person is drawn from ``seed`` and ``subject`` alone, a session from these and its number, a run
likewise, so subject 7 of seed 42 is the same person whoever else is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurokit.simulators import sources

if TYPE_CHECKING:
    import mne

# the hand and foot areas first: a small cap covers what matters
_CAP = (
    "C3 C4 Cz CP3 CP4 FC3 FC4 Pz Fz C1 C2 FCz CPz C5 C6 CP1 CP2 FC1 FC2 P3 P4 F3 F4 Fp1 Fp2 Oz "
    "O1 O2 FC5 FC6 CP5 CP6 T7 T8 P1 P2 P5 P6 P7 P8 F1 F2 F5 F6 F7 F8 Fpz AF3 AFz AF4 AF7 AF8 FT7 "
    "FT8 TP7 TP8 PO3 POz PO4 PO7 PO8 Iz T9 T10"
)
CHANNELS = tuple(_CAP.split())
# how much of a person's desynchronisation each kind of imagery shows at C3, C4, Cz
DESYNCHRONISES = {
    "left_hand": (0.3, 1.0, 0.1),
    "right_hand": (1.0, 0.3, 0.1),
    "hands": (0.9, 0.9, 0.1),
    "feet": (-0.1, -0.1, 1.0),
    "tongue": (-0.3, -0.3, -0.3),
    "rest": (0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Protocol:
    """What a run holds: who sits where for how long, and how noisy the room is.

    Parameters
    ----------
    channels : tuple of str
        Electrodes, by their names in the 10-05 system.
    sfreq : float
        Sampling rate in hertz.
    classes : tuple of str
        What is imagined, of ``left_hand``, ``right_hand``, ``hands``, ``feet``, ``tongue``,
        ``rest``.
    trials : int
        Trials of each class in a run.
    duration : float
        Seconds of imagery in a trial.
    strength : float
        Desynchronisation: 1 is a good subject, 0 is noise that knows nothing of the classes.
    mains : float
        Frequency of the mains in hertz; 0 for none.
    blinks, muscle, dropouts : float
        Events a minute: blinks, bursts of muscle, a channel that falls to zero.
    drift : float
        Root mean square of the slow drift in volts.
    """

    channels: tuple[str, ...] = CHANNELS[:8]
    sfreq: float = 250.0
    classes: tuple[str, ...] = ("left_hand", "right_hand")
    trials: int = 20
    duration: float = 3.0
    strength: float = 1.0
    mains: float = 50.0
    blinks: float = 12.0
    drift: float = 20e-6
    muscle: float = 0.0
    dropouts: float = 0.0
    gap: tuple[float, float] = (1.5, 2.5)  # seconds between trials

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        unknown = [name for name in self.channels if name.lower() not in sources.positions()]
        if unknown or not self.channels or len(set(self.channels)) < len(self.channels):
            raise ValueError(
                f"channels must be different electrodes of the 10-05 system, got {self.channels}"
            )
        strange = [name for name in self.classes if name not in DESYNCHRONISES]
        if strange or len(set(self.classes)) < max(2, len(self.classes)):
            raise ValueError(
                f"classes must be two or more of {', '.join(DESYNCHRONISES)}, "
                f"got {', '.join(self.classes)}"
            )
        if self.trials < 1 or self.duration < 0.5:
            raise ValueError(
                f"a run needs trials of at least 0.5 s, got {self.trials} of {self.duration} s"
            )
        if self.sfreq < 80:
            raise ValueError(f"sfreq must be at least 80 Hz to carry beta, got {self.sfreq}")
        if self.strength < 0:
            raise ValueError(f"strength must not be negative, got {self.strength}")


def simulate_recording(
    *, subject: int = 1, session: int = 0, run: int = 0, seed: int = 42, **protocol: object
) -> mne.io.BaseRaw:
    """Record one run of a simulated person who imagines movements.

    Mu (about 10 Hz) and beta (about 20 Hz) rhythms over C3, C4 and Cz lose power while the
    person imagines moving the opposite hand or the feet. Around them lie a 1/f background with
    the smooth topographies of sources in the head, alpha over the occiput, mains, blinks and
    drift. People differ in frequency, power, depth and background, sessions in cap position,
    electrode gain and frequency.

    Parameters
    ----------
    subject, session, run : int
        Which person, which day, which run.
    seed : int
        Seed of the whole population.
    **protocol
        Fields of :class:`Protocol`.

    Returns
    -------
    raw : mne.io.Raw
        In volts, with an annotation for each trial, named as its class and as long.

    Raises
    ------
    ValueError
        If a channel, class or number cannot be simulated.
    """
    chosen = Protocol(**protocol)  # type: ignore[arg-type]
    data, onsets, labels = _imagery(chosen, subject, session, run, seed)
    return _as_raw(data, onsets, labels, chosen)


def simulate_epochs(
    *, subject: int = 1, session: int = 0, run: int = 0, seed: int = 42, **protocol: object
) -> tuple[np.ndarray, np.ndarray]:
    """Cut the trials of :func:`simulate_recording` out, unfiltered.

    Parameters
    ----------
    subject, session, run : int
        Which person, which day, which run.
    seed : int
        Seed of the whole population.
    **protocol
        Fields of :class:`Protocol`.

    Returns
    -------
    epochs : array, shape (n_epochs, n_channels, n_times)
        In volts, from the cue to the end of the trial.
    labels : array of str, shape (n_epochs,)
        Class of each epoch.
    """
    chosen = Protocol(**protocol)  # type: ignore[arg-type]
    data, onsets, labels = _imagery(chosen, subject, session, run, seed)
    return _cut(data, onsets, chosen), labels


def simulate_lags_recording(
    *,
    subject: int = 1,
    session: int = 0,
    run: int = 0,
    seed: int = 42,
    delay: float = 0.016,
    **protocol: object,
) -> mne.io.BaseRaw:
    """Record one run whose two classes differ only in lagged structure.

    In the first class some sources lead their partners by ``delay``, in the second they trail
    by as much. One is the other played backwards, so the instantaneous covariance and every
    power spectrum are the same for both, in the population and in their sampling distribution:
    no method without lags can do better than chance.

    Parameters
    ----------
    subject, session, run : int
        Which person, which day, which run.
    seed : int
        Seed of the whole population.
    delay : float
        Seconds by which the sources lead or trail.
    **protocol
        Fields of :class:`Protocol`; two classes. With strength 0 the partners are unrelated.

    Returns
    -------
    raw : mne.io.Raw
        In volts, with an annotation for each trial, named as its class and as long.

    Raises
    ------
    ValueError
        If there are not two classes, or the delay is shorter than a sample.
    """
    chosen = Protocol(**protocol)  # type: ignore[arg-type]
    data, onsets, labels = _lagged(chosen, subject, session, run, seed, delay)
    return _as_raw(data, onsets, labels, chosen)


def _cut(data: np.ndarray, onsets: np.ndarray, protocol: Protocol) -> np.ndarray:
    """Trials of a run, from the cue to the end of imagery."""
    length = round(protocol.duration * protocol.sfreq)
    return np.stack([data[:, onset : onset + length] for onset in onsets])


def _as_raw(
    data: np.ndarray, onsets: np.ndarray, labels: np.ndarray, protocol: Protocol
) -> mne.io.BaseRaw:
    """Make a recording with a montage and one annotation a trial."""
    import mne

    info = mne.create_info(list(protocol.channels), protocol.sfreq, "eeg")
    raw = mne.io.RawArray(data, info, verbose="error")
    raw.set_montage("colin27_1005", match_case=False, verbose="error")
    raw.info["line_freq"] = protocol.mains or None
    raw.set_annotations(mne.Annotations(onsets / protocol.sfreq, protocol.duration, labels))
    return raw


def _schedule(
    protocol: Protocol, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int]:
    """Onsets in samples, shuffled labels, and the length of the run in samples."""
    labels = random.permutation(np.repeat(protocol.classes, protocol.trials))
    gaps = random.uniform(*protocol.gap, size=labels.size)
    starts = 2.0 + np.cumsum(gaps) + protocol.duration * np.arange(labels.size)
    onsets = np.round(starts * protocol.sfreq).astype(np.int64)
    end = starts[-1] + protocol.duration + 2.0
    return onsets, labels, round(end * protocol.sfreq)


def _imagery(
    protocol: Protocol, subject: int, session: int, run: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals in volts, onsets in samples, labels."""
    person = sources.draw_person(sources.generator(seed, subject))
    cap = sources.draw_cap(protocol.channels, sources.generator(seed, subject, session))
    random = sources.generator(seed, subject, session, run)
    onsets, labels, n_times = _schedule(protocol, random)
    gain = _desynchronisation(protocol, person.skill, onsets, labels, n_times, random)
    data = sources.background(person, cap, protocol.sfreq, n_times, random)
    data += sources.rhythms(person, cap, gain, protocol.sfreq, random)
    return _spoil(data, cap, protocol, random), onsets, labels


def _desynchronisation(
    protocol: Protocol,
    skill: float,
    onsets: np.ndarray,
    labels: np.ndarray,
    n_times: int,
    random: np.random.Generator,
) -> np.ndarray:
    """Amplitude of the rhythms at C3, C4 and Cz, 1 at rest, shape (3, n_times)."""
    gain = np.ones((3, n_times))
    length = round(protocol.duration * protocol.sfreq)
    # it begins about 0.3 s after the cue and takes half a second
    seconds = np.arange(length) / protocol.sfreq
    course = np.clip((seconds - 0.3) / 0.5, 0.0, 1.0)
    trials = 1.0 + 0.25 * random.standard_normal((labels.size, 3))
    for onset, label, trial in zip(onsets, labels, trials, strict=True):
        depth = 0.6 * protocol.strength * skill * np.array(DESYNCHRONISES[label]) * trial
        gain[:, onset : onset + length] -= np.clip(depth, -0.5, 0.95)[:, None] * course
    return gain


def _spoil(
    data: np.ndarray, cap: sources.Cap, protocol: Protocol, random: np.random.Generator
) -> np.ndarray:
    """Add what the room and the rest of the body do; none of it knows the classes."""
    n_times = data.shape[1]
    data += sources.drift(cap, protocol.drift, protocol.sfreq, n_times, random)
    if protocol.mains:
        data += sources.mains(cap, protocol.mains, protocol.sfreq, n_times, random)
    sources.add_blinks(data, cap, protocol.blinks, protocol.sfreq, random)
    sources.add_muscle(data, cap, protocol.muscle, protocol.sfreq, random)
    sources.drop_out(data, protocol.dropouts, protocol.sfreq, random)
    return data


def _lagged(
    protocol: Protocol, subject: int, session: int, run: int, seed: int, delay: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals in volts, onsets in samples, labels."""
    shift = round(delay * protocol.sfreq)
    if len(protocol.classes) != 2 or shift < 1:
        raise ValueError(
            "lags need two classes and a delay of at least one sample, got "
            f"{len(protocol.classes)} classes and {delay} s at {protocol.sfreq} Hz"
        )
    person = sources.draw_person(sources.generator(seed, subject))
    cap = sources.draw_cap(protocol.channels, sources.generator(seed, subject, session))
    random = sources.generator(seed, subject, session, run)
    onsets, labels, n_times = _schedule(protocol, random)
    # the sign changes in the middle of the gaps
    middles = onsets[1:] - round(np.mean(protocol.gap) * protocol.sfreq / 2)
    leads = (labels == protocol.classes[0])[np.searchsorted(middles, np.arange(n_times), "right")]
    data = sources.background(person, cap, protocol.sfreq, n_times, random)
    coherence = min(0.08 * protocol.strength, 1.0)
    data += sources.coupled(cap, leads, shift, coherence, protocol.sfreq, random)
    return _spoil(data, cap, protocol, random), onsets, labels
