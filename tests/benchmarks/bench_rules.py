"""Which rule and grid of ``acm+ts+svm`` loses nothing to ``ts+lr`` on simulated people.

``python -m tests.benchmarks.bench_rules toeplitz`` asks the same of ``btacm+ts+svm``.

Five outer folds a person; paired differences of the area under the curve, with 95 % intervals.
"""

import sys
from functools import partial

import mne
import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from neurokit.pipelines import (
    AugmentedCovarianceSearch,
    BlockToeplitzSearch,
    automatic_grid,
    build,
)
from neurokit.pipelines.search_results import simplest
from neurokit.simulators.simulation import simulate_lags_recording, simulate_recording

SFREQ = 160.0
PEOPLE = {"imagery, strength 0.4": 10, "imagery, strength 0.7": 10, "lags": 4}
SEARCHES = {
    "augmented": partial(AugmentedCovarianceSearch, estimator="oas"),
    "toeplitz": BlockToeplitzSearch,
}
WHOLE = {"C": (0.5, 1, 1.5), "kernels": ("linear", "rbf")}
SMALL = {"C": (0.05,), "kernels": ("linear",)}
TRIED = [
    (name, grid, n)
    for name, grid in (("MOABB's", WHOLE), ("linear, C 0.05", SMALL))
    for n in (0, 1, 2)
]


def recording(kind, subject):
    if kind == "lags":
        raw = simulate_lags_recording(subject=subject, trials=22, sfreq=SFREQ)
    else:
        strength = float(kind.split()[-1])
        raw = simulate_recording(subject=subject, strength=strength, trials=22, sfreq=SFREQ)
    raw.filter(8, 32)
    epochs = mne.Epochs(raw, tmin=0.5, tmax=2.5, baseline=None, preload=True)
    return epochs.get_data(), epochs.events[:, 2]


def scores(X, y, make_search):
    """Mean area over the outer folds: of ts+lr, then of each grid and rule."""
    outer = list(StratifiedKFold(5, shuffle=True, random_state=42).split(X, y))
    orders, lags = automatic_grid(X.shape[1], X.shape[2], len(outer[0][0]), sfreq=SFREQ)

    def table(cv, rows=slice(None)):
        """Scores of every row that is tried, a column a fold."""
        search = make_search(
            orders=orders,
            lags=lags,
            C=(*SMALL["C"], *WHOLE["C"]),
            scoring="roc_auc",
            cv=cv,
            random_state=42,
        )
        return search.fit(X[rows], y[rows]).cv_results_

    inner = [table(None, train) for train, _ in outer]
    tested = table(outer)  # fitted to a training fold, scored on its test fold
    rivals = []
    for train, test in outer:
        rival = build("ts+lr").fit(X[train], y[train])
        rivals.append(roc_auc_score(y[test], rival.decision_function(X[test])))
    means = [np.mean(rivals)]
    for _, grid, n_errors in TRIED:
        rows = [
            row
            for row, params in enumerate(tested["params"])
            if params["svc__C"] in grid["C"] and params["svc__kernel"] in grid["kernels"]
        ]
        chosen = [rows[choose(within, rows, n_errors)] for within in inner]
        means.append(np.mean([tested[f"split{k}_test_score"][row] for k, row in enumerate(chosen)]))
    return means


def choose(table, rows, n_errors):
    """Row among some that a rule takes; no errors is scikit-learn's best."""
    some = {
        "params": [table["params"][row] for row in rows],
        "mean_test_score": table["mean_test_score"][rows],
        "std_test_score": table["std_test_score"][rows],
    }
    if n_errors == 0:
        return int(np.argmax(some["mean_test_score"]))
    (step,) = {key.removesuffix("__order") for key in some["params"][0] if "__order" in key}
    return simplest(some, 3, step, n_errors)


def main(which="augmented"):
    print("| people | grid | standard errors | area | minus ts+lr |\n|---|---|---|---|---|")
    for kind, n_people in PEOPLE.items():
        people = range(1, n_people + 1)
        found = np.array([scores(*recording(kind, each), SEARCHES[which]) for each in people])
        print(f"| {kind} ({n_people}) | ts+lr | | {found[:, 0].mean():.3f} | |")
        for (name, _, n_errors), column in zip(TRIED, found.T[1:], strict=True):
            difference = column - found[:, 0]
            half = 1.96 * difference.std(ddof=1) / np.sqrt(n_people)
            print(
                f"| | {name} | {n_errors or 'best'} | {column.mean():.3f} "
                f"| {difference.mean():+.3f} ± {half:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    mne.set_log_level("error")
    main(*sys.argv[1:])
