"""Runs that know nothing of the classes, and every way through Train that a clinician can take."""

import tempfile
from pathlib import Path

import numpy as np
from scipy.signal import welch

from neurokit.patients.runs import run_epochs
from neurokit.signals.contrast import r_squared
from neurokit.simulators.simulation import simulate_recording
from neurokit.visits.attempts import Candidate
from neurokit.visits.training import train

N_PICKS = 4


def noise_epochs(subject):
    """Two runs of twenty trials, eight channels, strength zero, cut as Train cuts them."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"run{run}_raw.fif" for run in range(2)]
        for run, path in enumerate(paths):
            raw = simulate_recording(subject=subject, run=run, strength=0.0, sfreq=128.0, trials=10)
            raw.save(path, verbose="error")
        return run_epochs(paths, ["left_hand", "right_hand"])


def picks_of_map(epochs, rows):
    """What a person sees on Explore's map of some trials: the best places of the best channels."""
    frequencies, density = welch(epochs.X[rows], epochs.sfreq, nperseg=round(epochs.sfreq))
    inside = (frequencies >= 8) & (frequencies <= 30)
    power, frequencies = np.log(density[..., inside]), frequencies[inside]
    r2 = r_squared(*(power[epochs.y[rows] == name] for name in epochs.classes))
    best = np.argsort(-r2.max(axis=1))[:N_PICKS]
    peaks = frequencies[r2[best].argmax(axis=1)]
    return [
        (epochs.ch_names[place], max(float(peak) - 1, 8.0), min(float(peak) + 1, 30.0))
        for place, peak in zip(best, peaks, strict=True)
    ]


def candidates(epochs):
    """By name: what is trained, and how trials are held out."""
    by_hand = {"features": picks_of_map(epochs, epochs.runs >= 0)}
    picked = {
        "automatic picks": {},
        "automatic picks, best combination": {"combine": True},
        "picks on the map of these trials": by_hand,
        "picks on the map, best combination": by_hand | {"combine": True},
    }
    paths = {
        name: (Candidate(pipeline="picked+lda", settings=settings), "k-fold")
        for name, settings in picked.items()
    }
    for name in ("mrmr+lda", "stability+lda", "psd+lda", "csp+lda", "ts+lr"):
        paths[name] = (Candidate(pipeline=name), "k-fold")
    first = {"features": picks_of_map(epochs, epochs.runs == 0)}
    held_out = Candidate(pipeline="picked+lda", settings=first, seen=(0,))
    paths["picks on the map of the first run, by run"] = (held_out, "leave-one-run-out")
    return paths


def attempts(subject):
    """Name of the path to the attempt of one person of noise."""
    epochs = noise_epochs(subject)
    paths, found = candidates(epochs), {}
    for split in ("k-fold", "leave-one-run-out"):
        chosen = {name: each for name, (each, how) in paths.items() if how == split}
        trained = train(epochs, list(chosen.values()), split=split, seed=subject, jobs=0)
        found |= dict(zip(chosen, trained, strict=True))
    return found
