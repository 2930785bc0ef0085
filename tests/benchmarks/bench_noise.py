"""A hundred people of noise through every pipeline: the mean accuracy must be chance.

Bar: within three standard errors of 50 %, and within 3 points of it.
"""

import sys
import time

import joblib
import numpy as np

from neurokit.pipelines import names
from neurokit.timing import machine
from tests.noise import accuracy


def main(n_people=100):
    print(machine("scikit-learn", "pyriemann"))
    print(f"\n| pipeline | accuracy of {n_people} people of noise | standard error | at chance |")
    print("|---|---|---|---|")
    for name in names():
        start = time.perf_counter()
        scores = joblib.Parallel(n_jobs=2)(
            joblib.delayed(accuracy)(name, subject) for subject in range(1, n_people + 1)
        )
        mean, error = np.mean(scores), np.std(scores, ddof=1) / np.sqrt(n_people)
        fits = abs(mean - 0.5) <= min(3 * error, 0.03) or mean == 0.5
        print(f"| {name} | {mean:.3f} | {error:.3f} | {'yes' if fits else 'NO'} |", flush=True)
        print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
