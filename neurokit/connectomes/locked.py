"""Whether time courses follow stimuli or behaviour, against themselves shifted in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from neurokit.connectomes.traces import Stimulus

# a motif is said to follow at this p of the whole table: of a hundred nulls two are let through
LEVEL = 0.02
DECAY = 2.0  # seconds: of a calcium indicator and of the filters after it


def regressors(
    stimuli: Sequence[Stimulus], n_times: int, sfreq: float, *, decay: float = DECAY
) -> dict[str, np.ndarray]:
    """Time course that each kind of stimulus would have, seen through an indicator that decays.

    Parameters
    ----------
    stimuli : sequence of Stimulus
    n_times : int
    sfreq : float
        Frames a second.
    decay : float
        Seconds.

    Returns
    -------
    regressors : dict of str to array, shape (n_times,)
        From 0 to 1, by label.
    """
    from scipy.signal import lfilter

    edges = np.arange(n_times + 1) / sfreq
    keep = np.exp(-1 / (decay * sfreq)) if decay else 0.0
    found = {}
    for label in dict.fromkeys(one.label for one in stimuli):
        on = np.zeros(n_times)
        for one in (each for each in stimuli if each.label == label):
            # the share of each frame that the stimulus fills, or the frame of its onset
            end = one.onset + max(one.duration, 1 / sfreq)
            on += np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], one.onset), 0, None)
        found[label] = lfilter([1 - keep], [1, -keep], np.minimum(on * sfreq, 1.0))
    return {label: values for label, values in found.items() if np.ptp(values) > 0}


def locked(
    courses: Sequence[np.ndarray],
    wanted: Sequence[dict[str, np.ndarray]],
    *,
    n_shifts: int = 499,
    random_state: int | None = None,
) -> pd.DataFrame:
    """Correlate motifs with what stimuli or behaviour would give.

    The null shifts all motifs of an animal together in a circle, each animal by a lag of its own,
    and takes the largest correlation over motifs and labels: p holds for all of them at once.

    Parameters
    ----------
    courses : sequence of array, shape (n_times, n_motifs)
        One a clock: one for all animals that share theirs, or one each.
    wanted : sequence of dict of str to array, shape (n_times,)
        By label, one dict a clock; a label that a clock lacks is passed over there.
    n_shifts : int
    random_state : int, optional

    Returns
    -------
    table : DataFrame
        ``motif`` (from 1), ``label``, ``r`` (mean over clocks, weighted by their length), ``p``.
    """
    labels = list(dict.fromkeys(label for one in wanted for label in one))
    columns = ["motif", "label", "r", "p"]
    if not labels:
        return pd.DataFrame(columns=columns)
    rng = np.random.default_rng(random_state)
    observed = np.zeros((courses[0].shape[1], len(labels)))
    null = np.zeros((n_shifts, *observed.shape))
    weights = np.zeros(len(labels))
    for course, one in zip(courses, wanted, strict=True):
        places = [place for place, label in enumerate(labels) if label in one]
        if not places:
            continue
        by_lag = _correlations_by_lag(course, np.stack([one[labels[place]] for place in places]))
        observed[:, places] += len(course) * by_lag[0]
        null[:, :, places] += len(course) * by_lag[rng.integers(1, len(course), n_shifts)]
        weights[places] += len(course)
    highest = (null / weights).max(axis=(1, 2))
    observed = observed / weights
    rows: list[dict[str, Any]] = [
        {
            "motif": motif + 1,
            "label": label,
            "r": observed[motif, place],
            "p": (1 + np.count_nonzero(highest >= observed[motif, place])) / (1 + n_shifts),
        }
        for motif in range(len(observed))
        for place, label in enumerate(labels)
    ]
    return pd.DataFrame(rows, columns=columns)


def _correlations_by_lag(courses: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Correlations at every circular lag, shape (n_times, n_motifs, n_labels)."""
    first, second = (_standard(values) for values in (courses, wanted.T))
    n_times = len(courses)
    spectra = np.fft.rfft(first, axis=0)[:, :, None].conj() * np.fft.rfft(second, axis=0)[:, None]
    return np.fft.irfft(spectra, n=n_times, axis=0) / n_times


def _standard(values: np.ndarray) -> np.ndarray:
    """Columns of mean zero and variance one; constant ones are zero."""
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    return centred / np.where(spread > 1e-12, spread, np.inf)


def states_of(behaviour: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Behaviours as numbers: a state named in words becomes one series of 0 and 1 for each word."""
    found: dict[str, np.ndarray] = {}
    for key, values in behaviour.items():
        values = np.asarray(values)
        if values.dtype.kind in "fiub" and len(np.unique(values)) > 2:
            found[key] = values.astype(float)
        elif values.dtype.kind in "fiub":
            found[key] = (values > values.min()).astype(float)
        else:
            found |= {f"{key}: {word}": (values == word) * 1.0 for word in sorted(set(values))}
    return {label: values for label, values in found.items() if np.ptp(values) > 0}
