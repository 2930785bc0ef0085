"""The filter that decoding sees the signal through: causal, and the same offline and online.

A filter that looks ahead cannot run online, and a model trained behind another filter than the one
it decodes behind is not the model that was evaluated. So there is one filter, and it forgets how
its input was cut.
"""

from __future__ import annotations

import numpy as np

Band = tuple[float, float]
ORDER = 4
# of the notch at the mains and its first harmonic: 3 dB wide a thirtieth of its frequency
NOTCH_QUALITY = 30.0


class CausalFilter:
    """Butterworth band-pass of order 4, and a notch at the mains, that go on from chunk to chunk.

    The output does not depend, to the bit, on how the signal is cut. The filter starts as if the
    first sample had stood there for ever, so that the offset of an electrode makes no transient.
    It counts samples, not seconds: over a gap it goes on as if the samples before and after it
    were neighbours, and what rings from that is gone after about a second.

    Parameters
    ----------
    band : tuple of float
        Lowest and highest frequency in hertz.
    sfreq : float
        Sampling rate in hertz.
    n_channels : int
        Channels of the signal.
    mains : float, optional
        Frequency of the mains in hertz; it and its double are cut out where they lie below half
        the sampling rate.

    Raises
    ------
    ValueError
        If the band does not lie between 0 and half the sampling rate.
    """

    def __init__(
        self, band: Band, sfreq: float, n_channels: int, mains: float | None = None
    ) -> None:
        low, high = band
        if not 0 < low < high < sfreq / 2:
            raise ValueError(
                f"the band {low:g}-{high:g} Hz must lie between 0 and {sfreq / 2:g} Hz, half the "
                f"sampling rate of {sfreq:g} Hz; choose another band"
            )
        self.band, self.sfreq, self.n_channels, self.mains = band, sfreq, n_channels, mains
        self._sections, self._start = _design((low, high), sfreq, mains)
        self._state: np.ndarray | None = None

    def process(self, chunk: np.ndarray) -> np.ndarray:
        """Filter what has come.

        Parameters
        ----------
        chunk : array, shape (n_samples, n_channels)
            The next samples, in any unit; none at all is fine.

        Returns
        -------
        filtered : array, shape (n_samples, n_channels)

        Raises
        ------
        ValueError
            If the number of channels is another one.
        """
        from scipy.signal import sosfilt

        chunk = np.asarray(chunk, dtype=np.float64)
        if chunk.ndim != 2 or chunk.shape[1] != self.n_channels:
            raise ValueError(
                f"the filter takes samples of shape (n_samples, {self.n_channels}), "
                f"got {chunk.shape}"
            )
        if len(chunk) == 0:
            return chunk
        if self._state is None:
            self._state = self._start[:, :, None] * chunk[0]
        filtered, self._state = sosfilt(self._sections, chunk, axis=0, zi=self._state)
        return np.asarray(filtered)

    def reset(self) -> None:
        """Forget the signal: the next sample is a first one."""
        self._state = None


def _design(band: Band, sfreq: float, mains: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Second-order sections, and their state for a constant of 1, shape (n_sections, 2)."""
    from scipy.signal import butter, iirnotch, sosfilt_zi, tf2sos

    sections = [butter(ORDER, band, "bandpass", fs=sfreq, output="sos")]
    for frequency in (mains, 2 * mains) if mains else ():
        if frequency < sfreq / 2:
            sections.append(tf2sos(*iirnotch(frequency, NOTCH_QUALITY, fs=sfreq)))
    design = np.concatenate(sections)
    return design, sosfilt_zi(design)
