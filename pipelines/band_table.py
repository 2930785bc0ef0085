"""A table of band powers, channel by channel and band by band, and what the classes explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Band = tuple[float, float]
# a channel by its name, or by its number where epochs carry no names, and a band in hertz
PowerFeature = tuple[Any, float, float]
Place = tuple[int, float, float]
TWO_HERTZ: tuple[Band, ...] = tuple((float(low), low + 2.0) for low in range(8, 30, 2))


def explained_variance(table: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Share of each feature's variance that the classes explain: R² of any number of classes.

    Parameters
    ----------
    table : array, shape (n_epochs, n_features)
        Features.
    y : array, shape (n_epochs,)
        Classes.

    Returns
    -------
    r2 : array, shape (n_features,)
        0 to 1; 0 where a feature does not vary.
    """
    centred = table - table.mean(axis=0)
    total = (centred**2).sum(axis=0)
    between = np.zeros(table.shape[1])
    for label in np.unique(y):
        inside = centred[y == label]
        between += len(inside) * inside.mean(axis=0) ** 2
    varies = total > 0
    return np.divide(between, total, out=np.zeros_like(total), where=varies)


def feature_text(feature: PowerFeature) -> str:
    """Write a feature as people do: ``C3 8-12 Hz``."""
    channel, low, high = feature
    return f"{channel} {low:g}-{high:g} Hz"


def log_powers(epochs: np.ndarray, sfreq: float, features: Sequence[Place]) -> np.ndarray:
    """Log of the mean Welch power of each feature's channel in its band."""
    from scipy.signal import welch

    used = sorted({channel for channel, _, _ in features})
    n_window = min(round(sfreq), epochs.shape[-1])
    frequencies, density = welch(epochs[:, used], sfreq, nperseg=n_window)
    places, masks = {channel: place for place, channel in enumerate(used)}, {}
    table = np.empty((len(epochs), len(features)))
    for column, (channel, low, high) in enumerate(features):
        if (low, high) not in masks:
            masks[low, high] = _inside(frequencies, low, high)
        table[:, column] = density[:, places[channel], masks[low, high]].mean(axis=-1)
    return np.log(table)


def _inside(frequencies: np.ndarray, low: float, high: float) -> np.ndarray:
    """Frequencies within a band; of one narrower than their distance, the nearest."""
    if not 0 < low <= high <= frequencies[-1]:
        raise ValueError(
            f"band {low:g}-{high:g} Hz must lie above 0 and up to {frequencies[-1]:g} Hz, "
            "half the sampling rate"
        )
    inside = (low <= frequencies) & (frequencies <= high)
    if not inside.any():
        inside[np.argmin(np.abs(frequencies - (low + high) / 2))] = True
    return inside


def find_channel(channel: Any, n_channels: int, names: Sequence[str] | None) -> int:
    """Find the number of a channel that is named as people write it.

    Raises
    ------
    ValueError
        If there is no such channel, or there are no names.
    """
    if isinstance(channel, str):
        if names is None:
            raise ValueError(
                f"the feature at {channel} needs the names of the channels; give ch_names, "
                "or pass mne.Epochs"
            )
        lower = [name.lower() for name in names]
        if channel.lower() in lower:
            return lower.index(channel.lower())
        raise ValueError(f"there is no channel {channel}; there are {', '.join(names)}")
    if not 0 <= channel < n_channels:
        raise ValueError(f"there is no channel {channel}; there are 0 to {n_channels - 1}")
    return int(channel)


def named(pick: Place, names: Sequence[str] | None) -> PowerFeature:
    """Name the channel of a pick, where it has a name."""
    channel, low, high = pick
    return (channel if names is None else names[channel], low, high)
