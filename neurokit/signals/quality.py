"""Does each electrode sit well: a verdict in words from the last seconds of the signal.

Where the amplifier measures impedances they decide first; everywhere else the signal tells. One
Fourier transform of the last seconds serves all of it, so that 64 channels take a few milliseconds.

References
----------
.. [1] N. Bigdely-Shamlo et al., The PREP pipeline, Front. Neuroinform. 9:16, 2015,
   doi:10.3389/fninf.2015.00016 (correlation with the other channels).
.. [2] D. M. Alschuler et al., Clin. Neurophysiol. 125:484, 2014,
   doi:10.1016/j.clinph.2013.08.024 (bridges of gel).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurokit.live.streams import SourceInfo

Verdict = Literal["good", "fair", "bad", "unknown"]
SECONDS = 4.0
LEAST_SECONDS = 1.0
# fair from the first, bad from the second; volts, and ohms for the impedance
LIMITS = {
    "impedance": (20e3, 50e3),
    "swing": (500e-6, 1000e-6),
    "mains": (15e-6, 40e-6),
    "muscle": (12e-6, 25e-6),
}
FLAT = 0.1e-6  # peak to peak
RAIL_SHARE = 0.02  # of the samples stand at the highest or lowest value
BRIDGE = 0.998
ALONE = 0.4
COHERENT_BAND = (1.0, 30.0)
BRIDGE_BAND = (8.0, 30.0)  # blinks make all of the forehead alike below it
MUSCLE_BAND = (30.0, 100.0)
# what is wrong, what to do; the window translates these
WORDS = {
    "good": "good",
    "unknown": "no signal yet",
    "impedance": "impedance of {value:.0f} kΩ: add gel, or part the hair and press",
    "flat": "flat: plug the electrode in, or replace it",
    "rail": "at the amplifier's limit: press the electrode, check reference and ground",
    "swing": "swings by {value:.0f} µV: press the electrode, ask the patient to sit still",
    "mains": "mains hum of {value:.0f} µV: press the electrode, keep cables and chargers away",
    "muscle": "muscle of {value:.0f} µV: ask the patient to relax jaw and forehead",
    "bridge": "the same as {other}: gel joins the two, dry the skin between them",
    "alone": "unlike all other channels: check the electrode",
}
_SCALE = {"impedance": 1e-3, "swing": 1e6, "mains": 1e6, "muscle": 1e6}


@dataclass(frozen=True)
class Quality:
    """How an electrode sits.

    Parameters
    ----------
    name : str
        Of the electrode.
    verdict : {"good", "fair", "bad", "unknown"}
        ``fair`` may be recorded, ``bad`` should be mended first.
    kind : str
        What decided, a key of ``WORDS``.
    value : float
        In the unit of those words.
    other : str
        The electrode that it is bridged with.
    """

    name: str
    verdict: Verdict
    kind: str
    value: float = 0.0
    other: str = ""

    @property
    def words(self) -> str:
        """What is wrong, and what to do."""
        return WORDS[self.kind].format(value=self.value, other=self.other)


def check(
    samples: np.ndarray,
    sfreq: float,
    channels: Sequence[str],
    *,
    mains: float = 50.0,
    impedances: Sequence[float | None] | None = None,
) -> list[Quality]:
    """Judge each channel by its last seconds.

    Parameters
    ----------
    samples : array, shape (n_samples, n_channels)
        In volts, unfiltered; the last four seconds serve.
    sfreq : float
        In hertz.
    channels : sequence of str
        Names of the electrodes.
    mains : float
        Frequency of the mains in hertz.
    impedances : sequence of float or None, optional
        Of each electrode in ohms; None, NaN or 0 where the amplifier does not say.

    Returns
    -------
    quality : list of Quality
        One a channel; ``unknown`` where less than a second has come.

    Raises
    ------
    ValueError
        If samples and names do not fit.
    """
    if samples.ndim != 2 or samples.shape[1] != len(channels):
        raise ValueError(
            f"samples must have shape (n_samples, {len(channels)}), one column a channel, "
            f"got {samples.shape}"
        )
    samples = samples[-round(SECONDS * sfreq) :]
    if len(samples) < LEAST_SECONDS * sfreq:
        return [Quality(name, "unknown", "unknown") for name in channels]
    ohms = [value or np.nan for value in impedances or [None] * len(channels)]
    measured = {"impedance": np.array(ohms, dtype=float), **_measure(samples, sfreq, mains)}
    return [_judge(k, channels, measured) for k in range(len(channels))]


def check_source(samples: np.ndarray, info: SourceInfo, *, mains: float = 50.0) -> list[Quality]:
    """Judge the electrodes of a source.

    Parameters
    ----------
    samples : array, shape (n_samples, n_channels)
        All channels of the source, as its ring holds them.
    info : SourceInfo
        What the source gives.
    mains : float
        Frequency of the mains in hertz.

    Returns
    -------
    quality : list of Quality
        One for each EEG channel.
    """
    eeg = [k for k, kind in enumerate(info.types) if kind == "eeg"]
    names = [info.channels[k] for k in eeg]
    places = impedance_channels(info)
    ohms = [
        float(samples[-1, places[name]]) if name in places and len(samples) else None
        for name in names
    ]
    return check(samples[:, eeg], info.sfreq, names, mains=mains, impedances=ohms)


def impedance_channels(info: SourceInfo) -> dict[str, int]:
    """Place of the channel that carries each electrode's impedance.

    Found by its name (``C3 impedance``), or by its order where every electrode has one.
    """
    eeg = [name for name, kind in zip(info.channels, info.types, strict=True) if kind == "eeg"]
    named = {
        name: place
        for place in info.impedances
        for name in eeg
        if name.lower() in info.channels[place].lower().split()
    }
    if not named and len(info.impedances) == len(eeg):
        return dict(zip(eeg, info.impedances, strict=True))
    return named


def summary(quality: Sequence[Quality], mains: float = 50.0) -> tuple[Verdict, str, dict[str, str]]:
    """One verdict for the whole cap.

    Returns
    -------
    verdict : {"good", "fair", "bad", "unknown"}
        Of the cap.
    words : str
        A sentence with gaps in braces, which the window translates.
    filling : dict
        What goes into the gaps.
    """
    counted = Counter(each.verdict for each in quality)
    good, total = counted["good"], len(quality)
    numbers = {"good": str(good), "total": str(total)}
    if not total or counted["unknown"] == total:
        return "unknown", "No signal yet.", {}
    worst = [each for each in quality if each.verdict == "bad"]
    weak = [each for each in quality if each.verdict == "fair"]
    hums = sum(each.kind == "mains" for each in quality)
    numbers["names"] = ", ".join(each.name for each in (worst or weak)[:6])
    numbers["names"] += " ..." if len(worst or weak) > 6 else ""
    if hums > max(total / 2, 2):
        words = "Most channels hum: check the ground and reference electrodes first."
        return ("bad" if worst else "fair"), words, numbers
    if worst:
        return "bad", "{good} of {total} electrodes are good. Mend first: {names}.", numbers
    if weak:
        return "fair", "{good} of {total} electrodes are good. Could be better: {names}.", numbers
    return "good", "All {total} electrodes are good. Ready to record.", numbers


def _measure(samples: np.ndarray, sfreq: float, mains: float) -> dict[str, np.ndarray]:
    """What a verdict stands on, an array with one number a channel each."""
    n_samples = len(samples)
    span = samples.max(axis=0) - samples.min(axis=0)
    at_ends = (samples == samples.max(axis=0)) | (samples == samples.min(axis=0))
    ramp = np.linspace(-1.0, 1.0, n_samples)
    slope = ramp @ (samples - samples.mean(axis=0)) / (ramp @ ramp)
    straight = samples - samples.mean(axis=0) - ramp[:, None] * slope
    window = np.hanning(n_samples)
    spectrum = np.fft.rfft((straight * window[:, None]).T, axis=1)
    power = 2 * np.abs(spectrum) ** 2 / (n_samples * (window @ window))
    frequencies = np.fft.rfftfreq(n_samples, 1 / sfreq)
    hum = np.zeros(len(frequencies), dtype=bool)
    for harmonic in (mains, 2 * mains):
        hum |= np.abs(frequencies - harmonic) <= 1.0

    def within(band: tuple[float, float]) -> np.ndarray:
        return (frequencies >= band[0]) & (frequencies <= band[1])

    bridged = _correlation(spectrum[:, within(BRIDGE_BAND)])
    return {
        "span": span,
        "rail": at_ends.mean(axis=0),
        "swing": straight.max(axis=0) - straight.min(axis=0),
        "mains": np.sqrt(power[:, hum].sum(axis=1)),
        "muscle": np.sqrt(power[:, within(MUSCLE_BAND) & ~hum].sum(axis=1)),
        "closest": bridged.argmax(axis=1),
        "bridge": bridged.max(axis=1),
        "alone": _correlation(spectrum[:, within(COHERENT_BAND)]).max(axis=1),
    }


def _correlation(spectrum: np.ndarray) -> np.ndarray:
    """Size of the correlation of each pair of channels in a band; 0 of a channel with itself."""
    shared = (spectrum @ spectrum.conj().T).real
    scale = np.sqrt(np.maximum(np.diag(shared), np.finfo(float).tiny))
    correlation = np.abs(shared) / scale / scale[:, None]
    np.fill_diagonal(correlation, 0.0)
    return np.asarray(correlation)


def _judge(k: int, channels: Sequence[str], measured: dict[str, np.ndarray]) -> Quality:
    """The verdict of a channel: the worst that was found, the plainest first."""
    name = channels[k]
    if measured["span"][k] < FLAT:
        return Quality(name, "bad", "flat")
    if measured["rail"][k] > RAIL_SHARE:
        return Quality(name, "bad", "rail")
    found = [
        Quality(name, "bad" if value >= limits[1] else "fair", kind, value * _SCALE[kind])
        for kind, limits in LIMITS.items()
        if (value := float(measured[kind][k])) >= limits[0]
    ]
    if measured["bridge"][k] > BRIDGE:
        other = channels[int(measured["closest"][k])]
        found.append(Quality(name, "fair", "bridge", float(measured["bridge"][k]), other))
    if len(channels) > 3 and measured["alone"][k] < ALONE:
        found.append(Quality(name, "fair", "alone", float(measured["alone"][k])))
    found.sort(key=lambda each: each.verdict != "bad")
    return found[0] if found else Quality(name, "good", "good")
