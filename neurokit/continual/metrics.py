"""What is measured of a model that goes on learning, from its matrix of accuracies.

``R[t, j]`` is the balanced accuracy on task j after episode t; NaN where it was not tested.
"""

from __future__ import annotations

import numpy as np

from neurokit.intervals import mean_interval


def final_accuracy(R: np.ndarray) -> float:
    """Mean over tasks after the last episode.

    Parameters
    ----------
    R : array, shape (n_episodes, n_tasks)

    Returns
    -------
    accuracy : float
    """
    return float(np.nanmean(_matrix(R)[-1]))


def forgetting(R: np.ndarray) -> float:
    """Mean over all tasks but the last of the best accuracy once reached less the final one.

    Parameters
    ----------
    R : array, shape (n_episodes, n_tasks)
        Task j is learnt in episode j.

    Returns
    -------
    loss : float
        NaN for a single task. Low forgetting alone says little: a model that learns nothing new
        forgets nothing.

    References
    ----------
    .. [1] A. Chaudhry et al., ECCV 2018, arXiv:1801.10112.
    """
    R = _matrix(R)
    n_old = min(R.shape) - 1
    if n_old < 1:
        return np.nan
    lost = [np.nanmax(R[j:-1, j]) - R[-1, j] for j in range(n_old)]
    return float(np.mean(lost))


def learning_accuracy(R: np.ndarray) -> float:
    """Mean accuracy on each task just after its episode.

    Parameters
    ----------
    R : array, shape (n_episodes, n_tasks)

    Returns
    -------
    accuracy : float
    """
    return float(np.nanmean(np.diagonal(_matrix(R))))


def last_accuracy(R: np.ndarray) -> float:
    """Accuracy on the last task after the last episode.

    Parameters
    ----------
    R : array, shape (n_episodes, n_tasks)

    Returns
    -------
    accuracy : float
    """
    R = _matrix(R)
    return float(R[-1, min(R.shape) - 1])


def next_accuracy(R: np.ndarray) -> float:
    """Mean accuracy on episode t + 1 before any of its labels was seen.

    Parameters
    ----------
    R : array, shape (n_episodes, n_tasks)

    Returns
    -------
    accuracy : float
        NaN where tasks to come were not tested.
    """
    after = np.diagonal(_matrix(R), offset=1)
    known = after[~np.isnan(after)]
    return float(known.mean()) if len(known) else np.nan


def paired_trials(
    first: np.ndarray, second: np.ndarray, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Difference of two models in hits on the same trials, with its interval over trials.

    Parameters
    ----------
    first, second : array, shape (n_trials,)
        Share of hits on each trial: 0 or 1, or a mean over seeds.
    level : float
        Confidence.

    Returns
    -------
    difference, low, high : float
        First less second. The interval tells of other trials of these visits and this person, not
        of other people.

    Raises
    ------
    ValueError
        If they are not of the same trials.
    """
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if first.shape != second.shape:
        raise ValueError(
            f"models must be compared on the same trials, got {len(first)} and {len(second)}"
        )
    differences = first - second
    low, high = mean_interval(differences, level=level) if len(differences) else (np.nan, np.nan)
    return float(differences.mean()), low, high


def _matrix(R: np.ndarray) -> np.ndarray:
    R = np.asarray(R, dtype=float)
    if R.ndim != 2 or 0 in R.shape:
        raise ValueError(f"accuracies must have shape (n_episodes, n_tasks), got {R.shape}")
    return R
