"""Spectra of epochs: Welch, multitaper and Burg; power in time, and its change in per cent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

PSD_METHODS = ("burg", "welch", "multitaper")
# HappyFeat's length of an autoregressive model: order 19 at 500 Hz
AR_SECONDS = 0.038
# of a taper's energy within the bandwidth
LEAST_CONCENTRATION = 0.9


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


def psd(
    epochs: np.ndarray,
    sfreq: float,
    *,
    method: str = "burg",
    window: float = 0.25,
    shift: float = 0.161,
    order: int | None = None,
    bandwidth: float = 2.0,
    resolution: float = 1.0,
    highest: float = 40.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Power spectral density of each epoch, averaged over its windows.

    The defaults are HappyFeat's. A step between frequencies that is finer than one over the
    window draws a smoother curve, and tells no more.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals in volts.
    sfreq : float
        Sampling rate in hertz.
    method : {"burg", "welch", "multitaper"}
        Burg's autoregressive model [1]_; the periodogram under a Hann window [2]_; the mean
        periodogram under Slepian tapers [3]_.
    window, shift : float
        Length of the windows and the step between two in seconds; an epoch that is shorter than
        a window is one.
    order : int, optional
        Of the autoregressive model; by default what 0.038 s are in samples.
    bandwidth : float
        Half width in hertz over which the tapers smooth; at least one over the window is taken.
    resolution : float
        Step between frequencies in hertz; need not be whole.
    highest : float
        Highest frequency in hertz.

    Returns
    -------
    frequencies : array, shape (n_frequencies,)
        0, ``resolution``, 2 ``resolution``, ... hertz.
    density : array, shape (n_epochs, n_channels, n_frequencies)
        In volts squared per hertz, one-sided.

    Raises
    ------
    ValueError
        If a setting does not fit the epochs; the message says which.

    References
    ----------
    .. [1] J. P. Burg, Maximum Entropy Spectral Analysis, 37th meeting of the Society of
       Exploration Geophysicists, 1967.
    .. [2] P. D. Welch, IEEE Trans. Audio Electroacoustics, 1967, doi:10.1109/TAU.1967.1161901.
    .. [3] D. J. Thomson, Proc. IEEE, 1982, doi:10.1109/PROC.1982.12433.
    """
    frequencies = _grid(sfreq, resolution, highest)
    n_window, n_shift = _samples(epochs.shape[-1], sfreq, window, shift)
    if method == "burg":
        order = max(round(AR_SECONDS * sfreq), 1) if order is None else order
        if not 0 < order < n_window:
            raise ValueError(
                f"the order {order} must lie between 1 and {n_window - 1}, since a window has "
                f"{n_window} samples; lower it or take longer windows"
            )
        estimate: Callable[[np.ndarray], np.ndarray] = _Burg(order, sfreq, frequencies)
    elif method in ("welch", "multitaper"):
        tapers = _tapers(method, n_window, sfreq, bandwidth)
        estimate = _Periodogram(tapers, sfreq, frequencies)
    else:
        raise ValueError(f"method must be one of {', '.join(PSD_METHODS)}, got {method!r}")
    density = np.empty((*epochs.shape[:-1], len(frequencies)))
    # one epoch at a time stays in the processor's cache
    for place, epoch in enumerate(epochs):
        density[place] = estimate(_windows(epoch, n_window, n_shift)).mean(axis=-2)
    return frequencies, density


def time_frequency(
    epochs: np.ndarray,
    sfreq: float,
    *,
    window: float = 0.5,
    shift: float = 0.1,
    resolution: float = 1.0,
    highest: float = 40.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Power of each epoch in time and frequency, under a Hann window that slides.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals in volts.
    sfreq : float
        Sampling rate in hertz.
    window, shift : float
        Length of the windows and the step between two in seconds.
    resolution, highest : float
        Step between frequencies and the highest, in hertz.

    Returns
    -------
    times : array, shape (n_windows,)
        Middle of each window, in seconds from the start of the epoch.
    frequencies : array, shape (n_frequencies,)
        In hertz.
    power : array, shape (n_epochs, n_channels, n_frequencies, n_windows)
        In volts squared per hertz.
    """
    frequencies = _grid(sfreq, resolution, highest)
    n_window, n_shift = _samples(epochs.shape[-1], sfreq, window, shift)
    pieces = _windows(epochs, n_window, n_shift)
    power = _Periodogram(_tapers("welch", n_window, sfreq, 0.0), sfreq, frequencies)(pieces)
    times = (np.arange(pieces.shape[-2]) * n_shift + n_window / 2) / sfreq
    return times, frequencies, power.swapaxes(-1, -2)


def erds(power: np.ndarray, times: np.ndarray, baseline: tuple[float, float]) -> np.ndarray:
    """Event-related desynchronisation (below 0) and synchronisation (above), in per cent.

    Parameters
    ----------
    power : array, shape (n_epochs, ..., n_times)
        Of each trial.
    times : array, shape (n_times,)
        In seconds.
    baseline : (first, last)
        Seconds of the reference, both included.

    Returns
    -------
    change : array, shape (..., n_times)
        Mean power of the trials against their mean in the reference, 0 for no change.

    References
    ----------
    .. [1] G. Pfurtscheller, F. H. Lopes da Silva, Clinical Neurophysiology, 1999,
       doi:10.1016/S1388-2457(99)00141-8.
    """
    inside = (baseline[0] <= times) & (times <= baseline[1])
    if not inside.any():
        raise ValueError(
            f"no window lies in the baseline {baseline[0]:g}-{baseline[1]:g} s; the windows' "
            f"middles go from {times[0]:.2f} to {times[-1]:.2f} s"
        )
    mean = power.mean(axis=0)
    reference = mean[..., inside].mean(axis=-1, keepdims=True)
    change = np.divide(mean, reference, out=np.ones_like(mean), where=reference > 0)
    return 100.0 * (change - 1.0)


def burg(signals: np.ndarray, order: int) -> tuple[np.ndarray, np.ndarray]:
    """Autoregressive models by Burg's method, all signals at once.

    Parameters
    ----------
    signals : array, shape (..., n_times)
        Each is centred.
    order : int
        Number of coefficients.

    Returns
    -------
    coefficients : array, shape (..., order)
        ``a`` of ``x[t] + a[0] x[t - 1] + a[1] x[t - 2] + ... = e[t]``.
    variance : array, shape (...)
        Of ``e``. A flat signal has coefficients and variance 0.
    """
    signals = signals - signals.mean(axis=-1, keepdims=True)
    coefficients = np.zeros((*signals.shape[:-1], order))
    variance = np.einsum("...t,...t->...", signals, signals) / signals.shape[-1]
    forward, backward = signals[..., 1:], signals[..., :-1]
    for k in range(order):
        energy = np.einsum("...t,...t->...", forward, forward)
        energy += np.einsum("...t,...t->...", backward, backward)
        product = -2.0 * np.einsum("...t,...t->...", forward, backward)
        reflection = np.divide(product, energy, out=np.zeros_like(energy), where=energy > 0)
        known = coefficients[..., :k]
        coefficients[..., :k] = known + reflection[..., None] * known[..., ::-1]
        coefficients[..., k] = reflection
        variance = variance * (1.0 - reflection**2)
        forward, backward = (
            forward[..., 1:] + reflection[..., None] * backward[..., 1:],
            backward[..., :-1] + reflection[..., None] * forward[..., :-1],
        )
    return coefficients, variance


class _Burg:
    """Spectrum of windows by an autoregressive model."""

    def __init__(self, order: int, sfreq: float, frequencies: np.ndarray) -> None:
        self.order, self.scale = order, _sides(frequencies, sfreq) / sfreq
        delays = np.arange(1, order + 1)
        self.waves = np.exp(-2j * np.pi * np.outer(delays, frequencies) / sfreq)

    def __call__(self, windows: np.ndarray) -> np.ndarray:
        coefficients, variance = burg(windows, self.order)
        response = 1.0 + coefficients @ self.waves
        gain = response.real**2 + response.imag**2
        power = self.scale * variance[..., None]
        # a flat window leaves rounding errors, which Burg predicts without an error
        return np.divide(power, gain, out=np.zeros_like(gain), where=gain > 0)


class _Periodogram:
    """Power of windows under some tapers, at any frequency."""

    def __init__(self, tapers: np.ndarray, sfreq: float, frequencies: np.ndarray) -> None:
        n_tapers, n_window = tapers.shape
        waves = np.exp(-2j * np.pi * np.outer(np.arange(n_window), frequencies) / sfreq)
        # tapers, cosines and sines in one matrix: a product instead of a transform
        both = np.stack([waves.real, waves.imag])
        self.matrix = np.einsum("kt,ptf->tkpf", tapers, both).reshape(n_window, -1)
        self.shape = (n_tapers, 2, len(frequencies))
        self.scale = _sides(frequencies, sfreq) / sfreq

    def __call__(self, windows: np.ndarray) -> np.ndarray:
        centred = windows - windows.mean(axis=-1, keepdims=True)
        parts = (centred @ self.matrix).reshape(*windows.shape[:-1], *self.shape)
        power: np.ndarray = self.scale * np.einsum("...kpf,...kpf->...f", parts, parts)
        return power


def _grid(sfreq: float, resolution: float, highest: float) -> np.ndarray:
    """Frequencies from 0 to the highest."""
    if not 0 < resolution <= highest <= sfreq / 2:
        raise ValueError(
            f"the step between frequencies ({resolution:g} Hz) must be above 0, and the highest "
            f"({highest:g} Hz) at most half the sampling rate, {sfreq / 2:g} Hz"
        )
    # a hair more, since 40 / 0.1 is not quite 400
    return resolution * np.arange(int(highest / resolution + 1e-9) + 1)


def _samples(n_times: int, sfreq: float, window: float, shift: float) -> tuple[int, int]:
    """Length of the windows and step between them in samples."""
    if window <= 0 or shift <= 0:
        raise ValueError(
            f"windows and the step between them must be longer than nothing, got {window:g} s "
            f"and {shift:g} s"
        )
    n_window = min(round(window * sfreq), n_times)
    if n_window < 4:
        raise ValueError(f"a window of {window:g} s is {n_window} samples; take longer ones")
    return n_window, max(round(shift * sfreq), 1)


def _windows(signals: np.ndarray, n_window: int, n_shift: int) -> np.ndarray:
    """Windows of signals, shape (..., n_windows, n_window)."""
    pieces = np.lib.stride_tricks.sliding_window_view(signals, n_window, axis=-1)
    return pieces[..., ::n_shift, :]


def _tapers(method: str, n_window: int, sfreq: float, bandwidth: float) -> np.ndarray:
    """Tapers whose energies add up to one, shape (n_tapers, n_window)."""
    from scipy.signal.windows import dpss, hann

    if method == "welch":
        tapers: np.ndarray = hann(n_window, sym=False)[None]
        return tapers / np.linalg.norm(tapers)
    half_product = min(max(bandwidth * n_window / sfreq, 1.0), n_window / 2 - 1)
    n_tapers = max(int(2 * half_product), 1)
    tapers, ratios = dpss(n_window, half_product, n_tapers, sym=False, return_ratios=True)
    # the others leak
    good = ratios >= min(LEAST_CONCENTRATION, ratios.max())
    weights: np.ndarray = ratios[good] / ratios[good].sum()
    return tapers[good] * np.sqrt(weights)[:, None]


def _sides(frequencies: np.ndarray, sfreq: float) -> np.ndarray:
    """2 where negative frequencies are added, 1 at nothing and at half the sampling rate."""
    return np.where((frequencies == 0) | (frequencies == sfreq / 2), 1.0, 2.0)
