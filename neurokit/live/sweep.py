"""A live signal as it is drawn: filtered for the eye, and cut into the columns of a screen.

What is recorded is never touched by it. No Qt here: ``app/desktop/sweep.py`` paints the columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

# what jitters less is no gap
GAP_SECONDS = 0.3
NOTCH_QUALITY = 30.0


class DisplayFilter:
    """High-pass, low-pass and mains notch that go on from chunk to chunk.

    It starts as if the first sample had stood there for ever, so that an offset draws no slope.

    Parameters
    ----------
    sfreq : float
        In hertz.
    high_pass, low_pass : float
        In hertz, order 2; 0 for none.
    mains : float
        Frequency of the mains in hertz; it and its double are cut out. 0 for no notch.
    """

    def __init__(
        self,
        sfreq: float,
        *,
        high_pass: float = 1.0,
        low_pass: float = 0.0,
        mains: float = 50.0,
    ) -> None:
        from scipy.signal import butter, iirnotch, sosfilt_zi, tf2sos

        sections = []
        if high_pass:
            sections.append(butter(2, high_pass, "highpass", fs=sfreq, output="sos"))
        if low_pass and low_pass < sfreq / 2:
            sections.append(butter(2, low_pass, "lowpass", fs=sfreq, output="sos"))
        for frequency in (mains, 2 * mains) if mains else ():
            if frequency < sfreq / 2:
                sections.append(tf2sos(*iirnotch(frequency, NOTCH_QUALITY, fs=sfreq)))
        self._sections = np.concatenate(sections) if sections else np.empty((0, 6))
        self._start = sosfilt_zi(self._sections) if sections else np.empty((0, 2))
        self._state: np.ndarray | None = None

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Filter samples, shape (n_samples, n_channels)."""
        from scipy.signal import sosfilt

        if not len(samples) or not len(self._sections):
            return samples
        if self._state is None or self._state.shape[2] != samples.shape[1]:
            self._state = self._start[:, :, None] * samples[0]
        filtered, self._state = sosfilt(self._sections, samples, axis=0, zi=self._state)
        return np.asarray(filtered)

    def reset(self) -> None:
        """Forget the signal."""
        self._state = None


@dataclass(frozen=True)
class Strip:
    """New columns of the picture.

    ``first`` is the number of the first one, counted from the start for ever; ``low`` and
    ``high``, shape (n_columns, n_channels), are what each holds, NaN where nothing came.
    """

    first: int
    low: np.ndarray
    high: np.ndarray

    def __len__(self) -> int:
        return len(self.low)


class Sweep:
    """Cuts a signal into columns, each with the lowest and highest value of every channel.

    A column begins with the last value of the one before it, so that the line has no holes.

    Parameters
    ----------
    sfreq : float
        In hertz.
    n_channels : int
        Channels of the signal.
    columns_a_second : float
        How fast the picture goes.
    """

    def __init__(self, sfreq: float, n_channels: int, columns_a_second: float) -> None:
        self.sfreq, self.n_channels = sfreq, n_channels
        self.columns_a_second = columns_a_second
        self.origin: float | None = None
        self._count = 0  # samples, and those that a gap has swallowed
        self._last: np.ndarray | None = None
        self._open: np.ndarray | None = None  # what the last column holds already
        self.following = 0  # number of the column that comes next

    def column(self, stamp: float) -> int:
        """The column of a moment, in seconds of the stamps."""
        return int((stamp - (self.origin or 0.0)) * self.columns_a_second)

    def feed(self, samples: np.ndarray, stamps: np.ndarray) -> list[Strip]:
        """Take samples, shape (n_samples, n_channels); a gap begins a new strip."""
        if not len(samples):
            return []
        if self.origin is None:
            self.origin = float(stamps[0])
        gaps = np.flatnonzero(np.diff(stamps) > GAP_SECONDS) + 1
        edges = [0, *gaps.tolist(), len(stamps)]
        return [
            self._feed(samples[start:stop], float(stamps[start])) for start, stop in pairwise(edges)
        ]

    def _feed(self, samples: np.ndarray, stamp: float) -> Strip:
        # columns count samples, since stamps jitter; only a gap moves them
        ahead = stamp - (self.origin or 0.0) - self._count / self.sfreq
        if ahead > GAP_SECONDS:
            self._count += round(ahead * self.sfreq)
            self._last = self._open = None
        dense, places = self._dense(samples)
        columns = (places * (self.columns_a_second / self.sfreq)).astype(np.int64)
        strip = self._cut(dense, columns)
        self._count += len(samples)
        return strip

    def _dense(self, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """At least one value a column, on straight lines between the samples."""
        places = self._count + np.arange(len(samples), dtype=float)
        fold = int(np.ceil(self.columns_a_second / self.sfreq))
        if fold <= 1:
            return samples, places
        before = samples[:1] if self._last is None else self._last[None]
        known = np.concatenate([before, samples])
        share = (np.arange(1, fold + 1) / fold)[None, :, None]
        between = known[:-1, None] + share * (known[1:] - known[:-1])[:, None]
        finer = places[:, None] - 1 + share[:, :, 0]
        return between.reshape(-1, samples.shape[1]), np.maximum(finer.ravel(), 0.0)

    def _cut(self, samples: np.ndarray, columns: np.ndarray) -> Strip:
        starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
        numbers = columns[starts]
        first = self.following if self._last is None and self.following else int(numbers[0])
        first = min(first, int(numbers[0]))
        shape = (int(numbers[-1]) - first + 1, self.n_channels)
        low, high = np.full(shape, np.nan), np.full(shape, np.nan)
        # what came last joins the columns
        before = np.concatenate([samples[:1] if self._last is None else self._last[None], samples])
        ends = before[starts]
        low[numbers - first] = np.fmin(np.minimum.reduceat(samples, starts, axis=0), ends)
        high[numbers - first] = np.fmax(np.maximum.reduceat(samples, starts, axis=0), ends)
        if self._open is not None and numbers[0] == self.following - 1:
            low[0], high[0] = np.fmin(low[0], self._open[0]), np.fmax(high[0], self._open[1])
        self._last, self.following = samples[-1].copy(), int(numbers[-1]) + 1
        self._open = np.stack([low[-1], high[-1]])
        return Strip(first, low, high)


def paint(
    strip: Strip, rows: np.ndarray, scale: float, height: int, *, thickness: float = 1.0
) -> np.ndarray:
    """Draw columns: how much of each pixel the lines cover.

    Parameters
    ----------
    strip : Strip
        Columns of those channels that are drawn.
    rows : array, shape (n_channels,)
        Height of each channel's zero line in pixels, from the top.
    scale : float
        Pixels a volt.
    height : int
        Of the picture in pixels.
    thickness : float
        Of the line in pixels.

    Returns
    -------
    cover : array, shape (height, n_columns)
        0 to 1.
    """
    top = rows - strip.high * scale - thickness / 2
    bottom = rows - strip.low * scale + thickness / 2
    there = np.isfinite(top)
    top = np.clip(np.where(there, top, 0.0), 0.0, height)
    bottom = np.clip(np.where(there, bottom, 0.0), 0.0, height)
    # each line is a step down at its bottom less one at its top; sums of differences draw them all
    n_columns = len(strip)
    drawn = np.zeros((height + 2) * n_columns)
    places = np.broadcast_to(np.arange(n_columns)[:, None], top.shape)
    for edge, sign in ((bottom, 1.0), (top, -1.0)):
        whole = np.floor(edge).astype(np.int64)
        part = edge - whole
        for row, weight in ((whole, part - 1.0), (whole + 1, -part)):
            flat = (row * n_columns + places).ravel()
            drawn += np.bincount(flat, (sign * weight).ravel(), drawn.size)
    cover = np.cumsum(drawn.reshape(height + 2, n_columns), axis=0)[:height]
    return np.asarray(np.clip(cover, 0.0, 1.0))
