"""A hundred people of noise through every way of Train: the mean accuracy must be chance.

Bar: within 3 points of 50 %. Beside it what the same picks would have said if they were kept, as
other programs do, and how often a result is called above chance (at most 2.5 % by right).
"""

import sys

import joblib
import numpy as np

from neurokit.timing import machine
from tests.clinic_noise import attempts


def main(n_people=100):
    print(machine("scikit-learn", "pyriemann"))
    people = joblib.Parallel(n_jobs=-1)(
        joblib.delayed(attempts)(subject) for subject in range(1, n_people + 1)
    )
    print(f"\n| way through Train, {n_people} people of noise | accuracy | standard error ", end="")
    print("| called above chance | with the picks kept | passes |\n|---|---|---|---|---|---|")
    passed = True
    for path in people[0]:
        scores = np.array([person[path].score for person in people])
        kept = [person[path].flattered for person in people]
        shown = f"{np.mean(kept):.1%}" if kept[0] is not None else ""
        error = scores.std(ddof=1) / np.sqrt(n_people)
        fine = abs(scores.mean() - 0.5) <= 0.03
        above = np.mean([person[path].is_above_chance for person in people])
        print(
            f"| {path} | {scores.mean():.1%} | {error:.1%} | {above:.0%} | {shown} "
            f"| {'yes' if fine else 'NO'} |",
            flush=True,
        )
        passed &= bool(fine)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
