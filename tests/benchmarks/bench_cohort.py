"""Simulated cohorts: what maps of cycles tell and degrees do not, and what a leak would look like.

Bars: cycles at least 0.78 accurate where degree stays at or under 0.60, without sites and motion;
at least 0.70 with them; random labels within two standard errors of one half.
"""

import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from neurokit.cohorts.simulation import Plan, positions, simulate
from neurokit.pipelines import adhd_classifier
from neurokit.timing import machine

CLEAN, SITES = {}, {"sites": 4, "motion": 1.0}


def accuracy(draw, plan, features, permuted=False, **options):
    """Five folds on one simulated cohort of eighty people."""
    chosen = Plan(seed=draw, **plan)
    people = simulate(chosen)
    X = pd.DataFrame(
        {"series": [one.series for one in people], "site": [one.site for one in people]}
    )
    y = np.array([one.patient for one in people])
    if permuted:
        y = np.random.default_rng(draw).permutation(y)
    model = adhd_classifier(
        features=features, thresholds=(0.45,), voxels=positions(chosen.voxels), **options
    )
    folds = StratifiedKFold(5, shuffle=True, random_state=draw)
    return np.mean(cross_val_predict(model, X, y, cv=folds) == y)


def main(n_draws=10, n_permuted=50):
    print(machine("scikit-learn"))
    print(f"\n| cohort | maps | accuracy, mean of {n_draws} draws | standard error |")
    print("|---|---|---|---|")
    rows = [
        ("neutral plant", "cycles", n_draws, CLEAN, {}),
        ("neutral plant", "degree", n_draws, CLEAN, {}),
        ("with sites and motion", "cycles", n_draws, SITES, {}),
        ("with sites and motion, blind to sites", "cycles", n_draws, SITES,
         {"site_correction": "none"}),
        (f"random labels, {n_permuted} draws", "cycles", n_permuted, SITES, {"permuted": True}),
    ]  # fmt: skip
    for what, maps, draws, plan, options in rows:
        scores = joblib.Parallel(n_jobs=2)(
            joblib.delayed(accuracy)(draw, plan, (maps,), **options) for draw in range(draws)
        )
        error = np.std(scores, ddof=1) / np.sqrt(draws)
        print(f"| {what} | {maps} | {np.mean(scores):.3f} | {error:.3f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
