"""Epochs as they come in: arrays or ``mne.Epochs``, checked once, before any step computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

# below this share of the loudest channel's range a channel carries rounding, not signal
_FLAT = 1e-10


def as_array(X: Any) -> np.ndarray:
    """Signals of epochs as an array of floats.

    Parameters
    ----------
    X : array, shape (n_epochs, n_channels, n_times), or mne.Epochs
        Of ``mne.Epochs`` the data channels are taken that are not marked bad.

    Returns
    -------
    epochs : array, shape (n_epochs, n_channels, n_times)
        float64, C order; not copied where the input is so already.

    Raises
    ------
    ValueError
        If the shape is another one.
    """
    data = X.get_data(picks=_signals(X)) if hasattr(X, "get_data") else X
    epochs = np.ascontiguousarray(data, dtype=np.float64)
    if epochs.ndim != 3 or 0 in epochs.shape:
        hint = "; add an axis for a single epoch: epochs[None]" if epochs.ndim == 2 else ""
        raise ValueError(
            f"epochs must have shape (n_epochs, n_channels, n_times), got {epochs.shape}{hint}"
        )
    return epochs


def sampling_rate(X: Any, sfreq: float | None) -> float:
    """Find the sampling rate in hertz: the one given, or the one that ``mne.Epochs`` carry.

    Raises
    ------
    ValueError
        If neither says it, or the two differ.
    """
    carried: float | None = X.info["sfreq"] if hasattr(X, "info") else None
    rate = carried if sfreq is None else sfreq
    if rate is None:
        raise ValueError(
            "an array has no sampling rate and sfreq is not set; "
            "give it (sfreq=250.0) or pass mne.Epochs"
        )
    if carried is not None and not np.isclose(rate, carried):
        raise ValueError(
            f"sfreq is {sfreq} Hz but the epochs are sampled at {carried} Hz; leave sfreq out"
        )
    return float(rate)


def channel_names(X: Any, ch_names: Sequence[str] | None) -> list[str] | None:
    """Names of the channels: those that ``mne.Epochs`` carry, else the ones given; None without.

    Raises
    ------
    ValueError
        If there are not as many names as channels.
    """
    names = [X.ch_names[pick] for pick in _signals(X)] if hasattr(X, "ch_names") else ch_names
    if names is None:
        return None
    n_channels = as_array(X).shape[1]
    if len(names) != n_channels:
        raise ValueError(
            f"ch_names has {len(names)} names and the epochs {n_channels} channels; "
            "give one name a channel"
        )
    return list(names)


def check_epochs(X: Any) -> np.ndarray:
    """Refuse missing values and flat channels; return the array.

    Raises
    ------
    ValueError
        If a value is not finite, or a channel does not move within an epoch.
    """
    epochs = as_array(X)
    # a sum is finite unless a value is not (or the volts overflow, which is no signal either)
    if not np.isfinite(epochs.sum()):
        epoch, channel = np.argwhere(~np.isfinite(epochs).all(axis=-1))[0]
        raise ValueError(
            f"epoch {epoch} has missing or infinite values in channel {_name(X, channel)}; "
            "drop the epoch or interpolate the channel"
        )
    ranges = np.ptp(epochs, axis=-1)
    flat = ranges <= _FLAT * ranges.max()
    if flat.any():
        epoch, channel = np.argwhere(flat)[0]
        raise ValueError(
            f"channel {_name(X, channel)} is flat in epoch {epoch}; "
            "leave the channel out or drop the epoch"
        )
    return epochs


def check_labels(y: Any, n_epochs: int) -> None:
    """Refuse labels that no classifier can learn from.

    Raises
    ------
    ValueError
        If their number is not that of the epochs, or a class has fewer than two epochs.
    """
    labels = np.asarray(y)
    if labels.shape != (n_epochs,):
        raise ValueError(f"y must hold one label an epoch, shape ({n_epochs},), got {labels.shape}")
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"two classes at least are needed, got only {classes[0]!s}; check y")
    if counts.min() < 2:
        raise ValueError(
            f"class {classes[counts.argmin()]!s} has one epoch; "
            "record more of it or leave the class out"
        )


class CheckedEpochs(TransformerMixin, BaseEstimator):
    """First step of every named pipeline: refuse bad input with a reason, pass on the rest.

    ``mne.Epochs`` are passed on as they are, so that later steps find the sampling rate.

    Attributes
    ----------
    n_channels_ : int
        Channels at fit; a transform of another number is refused.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Check epochs and labels, and learn the number of channels.

        Raises
        ------
        ValueError
            If shape, values, channels or labels will not do.
        """
        epochs = check_epochs(X)
        if y is not None:
            check_labels(y, len(epochs))
        self.n_channels_ = epochs.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        """Check epochs and return them untouched.

        Raises
        ------
        ValueError
            If shape, values or channels will not do.
        """
        n_channels = check_epochs(X).shape[1]
        if n_channels != self.n_channels_:
            raise ValueError(
                f"fitted on {self.n_channels_} channels, got {n_channels}; use the same channels"
            )
        return X


def _signals(X: Any) -> list[int]:
    """Channels of ``mne.Epochs`` that carry brain signals; all of them where none is typed so."""
    from mne import pick_types

    kinds = dict.fromkeys(("meg", "eeg", "csd", "seeg", "ecog", "dbs", "fnirs"), True)
    picks = [int(pick) for pick in pick_types(X.info, **kinds, exclude="bads")]
    return picks or [i for i, name in enumerate(X.ch_names) if name not in X.info["bads"]]


def _name(X: Any, channel: int) -> str:
    """Name a channel as the recording does, else by its number."""
    return X.ch_names[_signals(X)[channel]] if hasattr(X, "ch_names") else str(channel)
