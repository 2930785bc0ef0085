"""Functional connectivity of epochs: how channels go together in a frequency band."""

from __future__ import annotations

import numpy as np

from neurokit.spectra import frequencies_inside

METHODS = ("coherence", "instantaneous", "imaginary", "plv")


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
    method : {"coherence", "instantaneous", "imaginary", "plv"}
        Of the coherency ``S_ij / sqrt(S_ii S_jj)`` at each frequency: the squared magnitude, the
        squared real part, or the magnitude of the imaginary part; or the phase-locking value, the
        magnitude of the mean of ``S_ij / |S_ij|`` over windows.
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
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    spectra = _windowed_spectra(epochs, sfreq, band, window)
    if method == "plv":
        spectra = spectra / np.abs(spectra)
    # one product a frequency: (n_epochs, n_frequencies, n_channels, n_windows)
    cross = spectra @ spectra.conj().swapaxes(-1, -2)
    power = np.sqrt(np.einsum("...ii->...i", cross).real)
    coherency = cross / (power[..., :, None] * power[..., None, :])
    parts = {
        "coherence": lambda: np.abs(coherency) ** 2,
        "instantaneous": lambda: coherency.real**2,
        "imaginary": lambda: np.abs(coherency.imag),
        "plv": lambda: np.abs(coherency),
    }
    matrices: np.ndarray = parts[method]().mean(axis=1)
    diagonal = np.arange(matrices.shape[-1])
    matrices[:, diagonal, diagonal] = 1.0
    return matrices


def _windowed_spectra(
    epochs: np.ndarray, sfreq: float, band: tuple[float, float], window: float
) -> np.ndarray:
    """Spectrum of each window, shape (n_epochs, n_frequencies, n_channels, n_windows)."""
    n_times = epochs.shape[-1]
    # two windows that share a half take one and a half lengths
    n_window = min(round(window * sfreq), 2 * n_times // 3)
    if n_window < 2:
        raise ValueError(f"an epoch of {n_times} samples holds no two windows; take longer epochs")
    inside = frequencies_inside(np.fft.rfftfreq(n_window, 1 / sfreq), band)
    pieces = np.lib.stride_tricks.sliding_window_view(epochs, n_window, axis=-1)
    pieces = pieces[..., :: n_window // 2, :]
    pieces = pieces - pieces.mean(axis=-1, keepdims=True)
    # the symmetric Hann window would start and end with zeros
    taper = np.hanning(n_window + 2)[1:-1]
    spectra = np.fft.rfft(pieces * taper, axis=-1)[..., inside]
    return spectra.transpose(0, 3, 1, 2)
