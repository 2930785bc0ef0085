"""What a simulated head and its surroundings add to a recording.

Stationary Gaussian parts are drawn as spectra, so that a run costs one inverse transform a channel.
Amplitudes are root mean squares in volts, frequencies in hertz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

N_BACKGROUND = 30  # sources of the background
RHYTHM_WIDTH = 0.45  # radians that a cortical patch spreads on the scalp
BACKGROUND_WIDTH = 0.6


@dataclass(frozen=True)
class Person:
    """What stays the same from day to day."""

    mu: np.ndarray  # (3,) frequencies at C3, C4, Cz
    beta: np.ndarray
    mu_rms: np.ndarray
    beta_rms: np.ndarray
    alpha: float
    alpha_rms: float
    skill: float
    exponent: float  # of the background's power, f ** -exponent
    background: np.ndarray  # (n, 3) directions
    background_rms: np.ndarray
    sites: np.ndarray  # (3, 3) directions of the rhythms


@dataclass(frozen=True)
class Cap:
    """How the electrodes sit on one day."""

    electrodes: np.ndarray  # (n_channels, 3) directions
    gains: np.ndarray  # (n_channels,)
    detuning: float  # hertz that this day adds to the person's rhythms
    noise_rms: np.ndarray  # (n_channels,)
    mains_rms: np.ndarray  # (n_channels,)


def generator(seed: int, *key: int) -> np.random.Generator:
    """Random numbers that belong to one person, session or run alone."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(len(key), *key)))


@lru_cache
def positions() -> dict[str, np.ndarray]:
    """Directions of the 10-05 electrodes from the middle of the head, by lower-case name."""
    import mne

    found = mne.channels.make_standard_montage("colin27_1005").get_positions()["ch_pos"]
    points = np.array(list(found.values()))
    # the cap's centre: the lowest electrodes lie a little under the equator
    points = points - np.array([0.0, points[:, 1].mean(), np.quantile(points[:, 2], 0.2)])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return dict(zip((name.lower() for name in found), points, strict=True))


def directions(names: tuple[str, ...]) -> np.ndarray:
    """Directions of electrodes, shape (n, 3)."""
    return np.array([positions()[name.lower()] for name in names])


def project(electrodes: np.ndarray, sources: np.ndarray, width: float) -> np.ndarray:
    """Smooth projection of sources to electrodes, shape (n_electrodes, n_sources)."""
    angles = np.arccos(np.clip(electrodes @ sources.T, -1.0, 1.0))
    return np.exp(-0.5 * (angles / width) ** 2)


def _nearby(directions: np.ndarray, spread: float, random: np.random.Generator) -> np.ndarray:
    """Directions moved by about ``spread`` radians."""
    moved = directions + spread * random.standard_normal(directions.shape)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def draw_person(random: np.random.Generator) -> Person:
    """One of the population."""
    return Person(
        mu=random.normal(10.3, 0.7) + random.normal(0.0, 0.2, 3),
        beta=random.normal(20.5, 1.5) + random.normal(0.0, 0.5, 3),
        mu_rms=6e-6 * random.lognormal(0.0, 0.25, 3),
        beta_rms=2.5e-6 * random.lognormal(0.0, 0.25, 3),
        alpha=random.normal(10.0, 0.7),
        alpha_rms=8e-6 * random.lognormal(0.0, 0.4),
        skill=random.uniform(0.7, 1.2),
        exponent=random.uniform(1.0, 1.5),
        background=_nearby(np.tile([0.0, 0.0, 0.6], (N_BACKGROUND, 1)), 0.8, random),
        background_rms=5e-6 * random.lognormal(0.0, 0.3, N_BACKGROUND),
        sites=_nearby(directions(("C3", "C4", "Cz")), 0.08, random),
    )


def draw_cap(channels: tuple[str, ...], random: np.random.Generator) -> Cap:
    """Put the cap on: a little askew, some electrodes better than others."""
    electrodes = directions(channels) + 0.04 * random.standard_normal(3)
    n_channels = len(channels)
    return Cap(
        detuning=random.normal(0.0, 0.15),
        electrodes=electrodes / np.linalg.norm(electrodes, axis=1, keepdims=True),
        gains=1.0 + 0.08 * random.standard_normal(n_channels),
        noise_rms=1.5e-6 * random.lognormal(0.0, 0.3, n_channels),
        mains_rms=2e-6 * random.lognormal(0.0, 0.8, n_channels),
    )


def background(
    person: Person, cap: Cap, sfreq: float, n_times: int, random: np.random.Generator
) -> np.ndarray:
    """1/f activity of the whole cortex, occipital alpha and sensor noise."""
    frequencies, n_fft = _frequencies(sfreq, n_times)
    # flat below 1 Hz: the drift is made elsewhere
    shape = np.maximum(frequencies, 1.0) ** (-person.exponent / 2)
    spectra = person.background_rms[:, None] * _spectra(shape, n_fft, N_BACKGROUND, random)
    mixed = project(cap.electrodes, person.background, BACKGROUND_WIDTH) @ spectra
    hump = np.exp(-0.5 * ((frequencies - person.alpha) / 0.8) ** 2)
    alpha = person.alpha_rms * _spectra(hump, n_fft, 1, random)
    mixed += project(cap.electrodes, directions(("Oz",)), RHYTHM_WIDTH) @ alpha
    data = cap.gains[:, None] * _back(mixed, n_fft)[:, :n_times]
    return data + cap.noise_rms[:, None] * random.standard_normal(data.shape)


def rhythms(
    person: Person, cap: Cap, gain: np.ndarray, sfreq: float, random: np.random.Generator
) -> np.ndarray:
    """Mu and beta over the hand and foot areas, modulated by ``gain``, shape (3, n_times)."""
    activity = rhythm_activity(person, cap, sfreq, gain.shape[1], random)
    return rhythm_fields(person, cap) @ (activity * gain)


def rhythm_activity(
    person: Person, cap: Cap, sfreq: float, n_times: int, random: np.random.Generator
) -> np.ndarray:
    """Mu and beta at C3, C4 and Cz at rest, shape (3, n_times)."""
    frequencies, n_fft = _frequencies(sfreq, n_times)
    activity = np.zeros((3, n_times))
    for centres, rms, width in (
        (person.mu, person.mu_rms, 0.9),
        (person.beta, person.beta_rms, 2.0),
    ):
        humps = np.exp(-0.5 * ((frequencies - cap.detuning - centres[:, None]) / width) ** 2)
        activity += rms[:, None] * _back(_spectra(humps, n_fft, 3, random), n_fft)[:, :n_times]
    return activity


def rhythm_fields(person: Person, cap: Cap) -> np.ndarray:
    """How the electrodes see the rhythms, shape (n_channels, 3)."""
    return cap.gains[:, None] * project(cap.electrodes, person.sites, RHYTHM_WIDTH)


def coupled(
    cap: Cap,
    leads: np.ndarray,
    shift: int,
    coherence: float,
    sfreq: float,
    random: np.random.Generator,
) -> np.ndarray:
    """Two sources and their partners, which trail where ``leads`` and are ahead elsewhere."""
    n_times = leads.size
    frequencies, n_fft = _frequencies(sfreq, n_times + 2 * shift)
    shape = np.exp(-0.5 * ((frequencies - 18.0) / 7.0) ** 2)
    source, other = (
        _back(_spectra(shape, n_fft, 2, random), n_fft)[:, : n_times + 2 * shift] for _ in range(2)
    )
    middle = slice(shift, shift + n_times)
    partner = np.where(leads, source[:, :n_times], source[:, 2 * shift :])
    partner = np.sqrt(coherence) * partner + np.sqrt(1.0 - coherence) * other[:, middle]
    sites = directions(("C3", "FC4", "Pz", "C4"))
    activity = 6e-6 * np.concatenate([source[:, middle], partner])
    return cap.gains[:, None] * (project(cap.electrodes, sites, RHYTHM_WIDTH) @ activity)


def drift(
    cap: Cap, rms: float, sfreq: float, n_times: int, random: np.random.Generator
) -> np.ndarray:
    """Slow potentials of skin and electrode, each channel its own."""
    frequencies, n_fft = _frequencies(sfreq, n_times)
    shape = np.zeros_like(frequencies)
    slow = (frequencies > 0) & (frequencies < 0.3)
    shape[slow] = 1.0 / frequencies[slow]
    spectra = _spectra(shape, n_fft, len(cap.gains), random)
    return rms * _back(spectra, n_fft)[:, :n_times]


def mains(
    cap: Cap,
    frequency: float,
    sfreq: float,
    n_times: int,
    random: np.random.Generator,
    start: float = 0.0,
) -> np.ndarray:
    """Hum of the mains, one phase a channel; the grid is never exactly on its frequency."""
    seconds = start + np.arange(n_times) / sfreq
    phases = random.uniform(0.0, 2 * np.pi, (len(cap.gains), 1))
    turning = 2 * np.pi * (frequency + random.normal(0.0, 0.02)) * seconds
    hum = np.cos(phases) * np.cos(turning) - np.sin(phases) * np.sin(turning)
    return np.sqrt(2.0) * cap.mains_rms[:, None] * hum


def add_blinks(
    data: np.ndarray, cap: Cap, per_minute: float, sfreq: float, random: np.random.Generator
) -> None:
    """Add blinks, largest over the forehead, in place."""
    fields = project(cap.electrodes, directions(("Fpz",)), 0.5)[:, 0]
    seconds = np.arange(round(0.5 * sfreq)) / sfreq
    course = np.exp(-0.5 * ((seconds - 0.2) / 0.06) ** 2)
    for start in _moments(per_minute, seconds.size, data.shape[1], sfreq, random):
        height = 120e-6 * random.lognormal(0.0, 0.3)
        data[:, start : start + seconds.size] += height * fields[:, None] * course


def add_muscle(
    data: np.ndarray, cap: Cap, per_minute: float, sfreq: float, random: np.random.Generator
) -> None:
    """Add bursts of muscle, largest over one temple, in place."""
    length = round(1.0 * sfreq)
    fields = project(cap.electrodes, directions(("T7", "T8")), 0.5)
    frequencies, n_fft = _frequencies(sfreq, length)
    shape = 1.0 / (1.0 + np.exp(-(frequencies - 20.0) / 3.0))
    for start in _moments(per_minute, length, data.shape[1], sfreq, random):
        burst = _back(_spectra(shape, n_fft, 1, random), n_fft)[0, :length] * np.hanning(length)
        data[:, start : start + length] += 25e-6 * fields[:, random.integers(2), None] * burst


def drop_out(
    data: np.ndarray, per_minute: float, sfreq: float, random: np.random.Generator
) -> None:
    """Set one channel to zero for half a second, in place."""
    length = round(0.5 * sfreq)
    for start in _moments(per_minute, length, data.shape[1], sfreq, random):
        data[random.integers(len(data)), start : start + length] = 0.0


def _moments(
    per_minute: float, length: int, n_times: int, sfreq: float, random: np.random.Generator
) -> np.ndarray:
    """Onsets of events that fall anywhere, in samples."""
    count = random.poisson(per_minute * n_times / sfreq / 60)
    return random.integers(0, max(n_times - length, 1), count)


def _frequencies(sfreq: float, n_times: int) -> tuple[np.ndarray, int]:
    """Frequencies of a real transform at least n_times long, and its length."""
    from scipy.fft import next_fast_len

    n_fft = next_fast_len(n_times, real=True)
    return np.fft.rfftfreq(n_fft, 1 / sfreq), n_fft


def _spectra(shape: np.ndarray, n_fft: int, n_rows: int, random: np.random.Generator) -> np.ndarray:
    """Random spectra whose signals have unit root mean square."""
    shape = np.broadcast_to(shape, (n_rows, shape.shape[-1]))
    scaled = shape * (0.5 * n_fft / np.linalg.norm(shape, axis=1, keepdims=True))
    spectra = np.zeros(shape.shape, dtype=np.complex128)
    # most of a narrow band is empty: draw what matters
    used = np.flatnonzero((shape > 1e-6 * shape.max()).any(axis=0))
    drawn = random.standard_normal((2, n_rows, used.size))
    spectra[:, used] = scaled[:, used] * (drawn[0] + 1j * drawn[1])
    return spectra


def _back(spectra: np.ndarray, n_fft: int) -> np.ndarray:
    """Signals of spectra."""
    from scipy.fft import irfft

    return irfft(spectra, n_fft, axis=-1)
