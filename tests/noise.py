"""People whose signals know nothing of the classes, and what a pipeline scores on them."""

import mne
import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_val_score
from threadpoolctl import threadpool_limits

from neurokit.pipelines import build
from neurokit.simulators.simulation import Protocol, simulate_recording
from neurokit.studies.folds import configure

# smaller than the catalogue's, so that a hundred people take minutes
SMALL_GRIDS = {
    "csp+svm": {"n_filters": (2, 4), "C": (1,)},
    "fbcsp+svm": {"C": (0.1, 1.0)},
    "acm+mdm": {"orders": (1, 2), "lags": (1, 4)},
    "acm+ts+svm/full": {"orders": (1, 2, 4), "lags": (1, 4)},
    "btacm+ts+svm": {"orders": (1, 2, 4), "lags": (1, 4)},
    "acm+ts+svm/mdop": {"max_trials": 8},
    "acm+ts+svm/fnn": {"max_trials": 8},
}


def noise_epochs(subject):
    """Forty trials of eight channels at strength zero, as MOABB would cut them."""
    raw = simulate_recording(subject=subject, strength=0.0, sfreq=128.0)
    raw.filter(8, 32, method="iir", verbose="error")
    epochs = mne.Epochs(raw, tmin=0, tmax=2, baseline=None, preload=True, verbose="error")
    return epochs.get_data(), epochs.events[:, 2]


def accuracy(name, subject):
    """Mean accuracy of a pipeline over five folds of one person."""
    X, y = noise_epochs(subject)
    pipeline = configure(
        build(name, **SMALL_GRIDS.get(name, {})),
        seed=42,
        sfreq=128.0,
        ch_names=list(Protocol().channels),
        scoring="accuracy",
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=subject)
    with threadpool_limits(1):
        return float(np.mean(cross_val_score(pipeline, X, y, cv=folds, error_score="raise")))
