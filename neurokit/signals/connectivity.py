"""Functional connectivity of epochs: how channels go together in a frequency band."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurokit.signals.spectra import frequencies_inside

METHODS = ("coherence", "instantaneous", "imaginary", "plv", "wpli", "envelope")
# of a window, between two windows of an envelope: it must be followed, not only sampled
_ENVELOPE_STEP = 8


def connectivity(
    epochs: np.ndarray,
    sfreq: float,
    band: tuple[float, float],
    *,
    method: str = "coherence",
    window: float = 1.0,
) -> np.ndarray:
    """Connectivity of each pair of channels within each epoch, averaged over a band.

    The cross-spectrum ``S`` is averaged over Hann windows, half of each shared with the next. With
    a single window every coherence is one, so epochs must hold two at least.

    Parameters
    ----------
    epochs : array, shape (n_epochs, n_channels, n_times)
        Signals in volts.
    sfreq : float
        Sampling rate in hertz.
    band : (lowest, highest)
        In hertz, both ends included.
    method : {"coherence", "instantaneous", "imaginary", "plv", "wpli", "envelope"}
        Of the coherency ``S_ij / sqrt(S_ii S_jj)`` at each frequency: the squared magnitude, the
        squared real part, or the magnitude of the imaginary part [1]_; the phase-locking value,
        the magnitude of the mean of ``S_ij / |S_ij|`` over windows [2]_; the weighted phase-lag
        index, ``|sum Im S_ij| / sum |Im S_ij|`` over windows [3]_; or the correlation of the
        amplitudes' envelopes, the part that two channels share at once taken out [4]_.
    window : float
        Length of a window in seconds; shortened where an epoch does not hold two.

    Returns
    -------
    matrices : array, shape (n_epochs, n_channels, n_channels)
        From 0 to 1, symmetric, with ones on the diagonal; not always positive definite.

    Raises
    ------
    ValueError
        If the method is unknown, or the band or the epoch will not do.

    References
    ----------
    .. [1] G. Nolte et al., Clinical Neurophysiology, 2004, doi:10.1016/j.clinph.2004.04.029.
    .. [2] J.-P. Lachaux et al., Human Brain Mapping, 1999,
       doi:10.1002/(SICI)1097-0193(1999)8:4<194::AID-HBM4>3.0.CO;2-C.
    .. [3] M. Vinck et al., NeuroImage, 2011, doi:10.1016/j.neuroimage.2011.01.055.
    .. [4] J. F. Hipp et al., Nature Neuroscience, 2012, doi:10.1038/nn.3101.
    """
    _, matrices = connectivity_spectrum(epochs, sfreq, band, method=method, window=window)
    return matrices.mean(axis=1)


def connectivity_spectrum(
    epochs: np.ndarray,
    sfreq: float,
    band: tuple[float, float],
    *,
    method: str = "coherence",
    window: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Connectivity of each pair of channels within each epoch, at each frequency of a band.

    Parameters
    ----------
    epochs, sfreq, band, method, window
        As :func:`connectivity` takes them.

    Returns
    -------
    frequencies : array, shape (n_frequencies,)
        In hertz, one over the window apart.
    matrices : array, shape (n_epochs, n_frequencies, n_channels, n_channels)
        From 0 to 1, symmetric, with ones on the diagonal.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    step = _ENVELOPE_STEP if method == "envelope" else 2
    frequencies, spectra = _windowed_spectra(epochs, sfreq, band, window, step)
    measure: Callable[[np.ndarray], np.ndarray] = {
        "plv": lambda: _phase_locking,
        "wpli": lambda: _phase_lag,
        "envelope": lambda: _envelopes,
    }.get(method, lambda: lambda part: _coherency(part, method))()
    # one epoch at a time, since wPLI and envelopes look at every pair in every window
    matrices = np.stack([measure(epoch) for epoch in spectra])
    diagonal = np.arange(matrices.shape[-1])
    matrices[..., diagonal, diagonal] = 1.0
    return frequencies, matrices


def node_strength(matrices: np.ndarray) -> np.ndarray:
    """How much each channel is connected: its mean with all others.

    Parameters
    ----------
    matrices : array, shape (..., n_channels, n_channels)
        As :func:`connectivity` gives them.

    Returns
    -------
    strength : array, shape (..., n_channels)
        From 0 to 1, so that montages of other sizes compare.
    """
    others = matrices.sum(axis=-1) - np.einsum("...ii->...i", matrices)
    return others / max(matrices.shape[-1] - 1, 1)


def laterality(values: np.ndarray, ch_names: Sequence[str]) -> np.ndarray:
    """How much more there is on the left than on the right, from -1 to 1.

    Parameters
    ----------
    values : array, shape (..., n_channels)
        Power or strength, 0 or more.
    ch_names : sequence of str
        Names of the 10-05 system: odd numbers lie on the left, even ones on the right.

    Returns
    -------
    laterality : array, shape (...)
        ``(left - right) / (left + right)`` of the means; nan where a side has no channel.
    """
    last = [name[-1] if name[-1:].isdigit() else "" for name in ch_names]
    left = np.array([digit in ("1", "3", "5", "7", "9") for digit in last])
    right = np.array([digit in ("0", "2", "4", "6", "8") for digit in last])
    if not left.any() or not right.any():
        return np.full(values.shape[:-1], np.nan)
    a, b = values[..., left].mean(axis=-1), values[..., right].mean(axis=-1)
    return np.divide(a - b, a + b, out=np.zeros_like(a), where=a + b > 0)


def _coherency(spectra: np.ndarray, method: str) -> np.ndarray:
    """Parts of the coherency at each frequency, shape (n_frequencies, n_channels, n_channels)."""
    cross = spectra @ spectra.conj().swapaxes(-1, -2)
    power = np.sqrt(np.einsum("...ii->...i", cross).real)
    pairs = power[..., :, None] * power[..., None, :]
    coherency = np.divide(cross, pairs, out=np.zeros_like(cross), where=pairs > 0)
    if method == "coherence":
        return np.abs(coherency) ** 2
    return coherency.real**2 if method == "instantaneous" else np.abs(coherency.imag)


def _phase_locking(spectra: np.ndarray) -> np.ndarray:
    amplitude = np.abs(spectra)
    phases = np.divide(spectra, amplitude, out=np.zeros_like(spectra), where=amplitude > 0)
    cross = phases @ phases.conj().swapaxes(-1, -2)
    return np.abs(cross) / spectra.shape[-1]


def _phase_lag(spectra: np.ndarray) -> np.ndarray:
    cross = np.einsum("fiw,fjw->fijw", spectra, spectra.conj()).imag
    top, bottom = np.abs(cross.sum(axis=-1)), np.abs(cross).sum(axis=-1)
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _envelopes(spectra: np.ndarray) -> np.ndarray:
    """Correlation of log amplitudes, each channel without what it shares at once with the other."""
    amplitude = np.abs(spectra)
    phases = np.divide(spectra, amplitude, out=np.zeros_like(spectra), where=amplitude > 0)
    # rows: channel j made orthogonal to channel i
    apart = np.abs(np.einsum("fjw,fiw->fijw", spectra, phases.conj()).imag)
    tiny = np.finfo(float).tiny
    own, others = (_standardised(np.log(np.maximum(part, tiny))) for part in (amplitude, apart))
    correlation = np.einsum("fiw,fijw->fij", own, others)
    alive = amplitude.max(axis=-1) > 0
    both = alive[..., :, None] & alive[..., None, :]
    return np.where(both, np.abs(correlation + correlation.swapaxes(-1, -2)) / 2, 0.0)


def _standardised(values: np.ndarray) -> np.ndarray:
    """Centred, and of length one, along the last axis."""
    centred = values - values.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(centred, axis=-1, keepdims=True)
    return np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)


def _windowed_spectra(
    epochs: np.ndarray, sfreq: float, band: tuple[float, float], window: float, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Spectrum of each window, shape (n_epochs, n_frequencies, n_channels, n_windows)."""
    n_times = epochs.shape[-1]
    # two windows that share a half take one and a half lengths
    n_window = min(round(window * sfreq), 2 * n_times // 3)
    if n_window < 2:
        raise ValueError(f"an epoch of {n_times} samples holds no two windows; take longer epochs")
    grid = np.fft.rfftfreq(n_window, 1 / sfreq)
    inside = frequencies_inside(grid, band)
    pieces = np.lib.stride_tricks.sliding_window_view(epochs, n_window, axis=-1)
    pieces = pieces[..., :: max(n_window // step, 1), :]
    pieces = pieces - pieces.mean(axis=-1, keepdims=True)
    # the symmetric Hann window would start and end with zeros
    taper = np.hanning(n_window + 2)[1:-1]
    spectra = np.fft.rfft(pieces * taper, axis=-1)[..., inside]
    return grid[inside], spectra.transpose(0, 3, 1, 2)
