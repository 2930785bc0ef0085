"""Spectra of epochs by Welch's method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def band_powers(
    epochs: np.ndarray, sfreq: float, bands: Sequence[tuple[float, float]], *, window: float = 1.0
) -> np.ndarray:
    """Mean power density of each channel in some frequency bands.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals in volts.
    sfreq : float
        Sampling rate in hertz.
    bands : sequence of (lowest, highest)
        In hertz, both ends included.
    window : float
        Length of the Hann windows in seconds, half of each shared with the next; an epoch that is
        shorter is one window.

    Returns
    -------
    powers : array, shape (n_epochs, n_channels, n_bands)
        In volts squared per hertz.

    Raises
    ------
    ValueError
        If a band lies outside 0 to sfreq / 2, or holds no frequency of the spectrum.

    References
    ----------
    .. [1] P. D. Welch, IEEE Trans. Audio Electroacoustics, 1967, doi:10.1109/TAU.1967.1161901.
    """
    from scipy.signal import welch

    n_window = min(round(window * sfreq), epochs.shape[-1])
    frequencies, density = welch(epochs, sfreq, nperseg=n_window)
    inside = [frequencies_inside(frequencies, band) for band in bands]
    return np.stack([density[..., mask].mean(axis=-1) for mask in inside], axis=-1)


def frequencies_inside(frequencies: np.ndarray, band: tuple[float, float]) -> np.ndarray:
    """Mask of the frequencies within a band, both ends included.

    Parameters
    ----------
    frequencies : array, shape (n_frequencies,)
        From 0 to half the sampling rate, in hertz.
    band : (lowest, highest)
        In hertz.

    Raises
    ------
    ValueError
        If the band lies outside the spectrum, or between two of its frequencies.
    """
    lowest, highest = band
    if not 0 <= lowest < highest <= frequencies[-1]:
        raise ValueError(
            f"band {lowest}-{highest} Hz must lie within 0-{frequencies[-1]:g} Hz, "
            "half the sampling rate"
        )
    inside = (lowest <= frequencies) & (frequencies <= highest)
    if not inside.any():
        raise ValueError(
            f"band {lowest}-{highest} Hz falls between two frequencies, "
            f"{frequencies[1]:g} Hz apart; widen it or take longer epochs"
        )
    return inside
