"""Simulated cohorts: what maps of cycles tell and degrees do not, and what a leak would look like.

Bars: cycles at least 0.78 accurate where degree stays at or under 0.60, without sites and motion;
at least 0.70 with them; random labels within two standard errors of one half; the mask overlaps the
plant by a Dice of 0.6.
"""

import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from neurokit.cohorts.simulation import Plan, positions, regions, simulate
from neurokit.pipelines import adhd_classifier
from neurokit.timing import machine

CLEAN, SITES = {}, {"sites": 4, "motion": 1.0}
FIXED, TUNED = (0.45,), (0.45, 0.5, 0.55)  # degree is neutral at the first


def made(draw, plan, features, thresholds=FIXED, **options):
    """A simulated cohort of eighty people, who is a patient, and the classifier."""
    chosen = Plan(seed=draw, **plan)
    people = simulate(chosen)
    X = pd.DataFrame(
        {"series": [one.series for one in people], "site": [one.site for one in people]}
    )
    model = adhd_classifier(
        features=features, thresholds=thresholds, voxels=positions(chosen.voxels), **options
    )
    return X, np.array([one.patient for one in people]), model


def accuracy(draw, plan, features, permuted=False, **options):
    """Five folds on one cohort."""
    X, y, model = made(draw, plan, features, **options)
    if permuted:
        y = np.random.default_rng(draw).permutation(y)
    folds = StratifiedKFold(5, shuffle=True, random_state=draw)
    return np.mean(cross_val_predict(model, X, y, cv=folds) == y)


def overlap(draw, plan, thresholds):
    """Dice of the mask that a cohort teaches with the region and its partners."""
    X, y, model = made(draw, plan, ("cycles",), thresholds=thresholds)
    mask = model.fit(X, y).best_estimator_.named_steps["mask"].mask_
    lumps = regions(Plan(**plan))
    planted = np.zeros(len(mask), dtype=bool)
    planted[np.concatenate([lumps["R"], lumps["P"]])] = True
    return 2 * np.count_nonzero(mask & planted) / (mask.sum() + planted.sum())


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
        ("with sites and motion, ComBat", "cycles", n_draws, SITES,
         {"site_correction": "combat"}),
        ("with sites and motion, threshold of three", "cycles", n_draws, SITES,
         {"thresholds": TUNED}),
        (f"random labels, {n_permuted} draws", "cycles", n_permuted, SITES, {"permuted": True}),
    ]  # fmt: skip
    for what, maps, draws, plan, options in rows:
        scores = joblib.Parallel(n_jobs=2)(
            joblib.delayed(accuracy)(draw, plan, (maps,), **options) for draw in range(draws)
        )
        error = np.std(scores, ddof=1) / np.sqrt(draws)
        print(f"| {what} | {maps} | {np.mean(scores):.3f} | {error:.3f} |", flush=True)
    print("\n| mask of the whole cohort beside the plant | Dice, mean | least |\n|---|---|---|")
    for what, plan, thresholds in (
        ("neutral plant", CLEAN, FIXED),
        ("with sites and motion", SITES, FIXED),
        ("with sites and motion, threshold of three", SITES, TUNED),
    ):
        found = joblib.Parallel(n_jobs=2)(
            joblib.delayed(overlap)(draw, plan, thresholds) for draw in range(n_draws)
        )
        print(f"| {what} | {np.mean(found):.3f} | {min(found):.3f} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
