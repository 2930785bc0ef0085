"""Planted motifs found again with 30 % and 50 % of the neurons missing, beside tensortools.

``python -m tests.benchmarks.bench_missing_recovery [STARTS [PERCENT...]]``: ten data sets of 60
neurons, 120 times and 8 animals, six motifs, 20 % noise. Of each method the start of lowest error
is kept, as its own count of the error goes; tensortools runs as it comes. It takes an hour, nearly
all of it tensortools: give a smaller number of starts for less (10 if none is given).
"""

import sys
import time
import warnings

import numpy as np

from neurokit.pipelines.factor_match import factor_match
from neurokit.pipelines.factorisation import NonNegativeFactorisation
from neurokit.timing import machine
from tests.planted_tensors import planted

RANK, DATA_SEEDS = 6, range(10)


def with_gaps(missing, seed):
    """A tensor, which pairs were seen in which animal, and the planted factors."""
    tensor, factors = planted(60, 120, 8, RANK, noise=0.2, seed=seed)
    seen = np.random.default_rng(1000 + seed).random((60, 8)) >= missing
    i, j = np.triu_indices(60, 1)
    return tensor, seen[i] & seen[j], factors


def ours(tensor, mask, n_starts, ridge):
    model = NonNegativeFactorisation(RANK, mask=mask, n_starts=n_starts, ridge=ridge)
    return model.set_params(random_state=0).fit(tensor).factors_


def theirs(tensor, mask, n_starts):
    import tensortools

    entries = np.repeat(mask[:, None], tensor.shape[1], axis=1)
    fits = [
        tensortools.ncp_hals(tensor, RANK, mask=entries, random_state=start, verbose=False)
        for start in range(n_starts)
    ]
    pairs, times, animals = min(fits, key=lambda fit: fit.obj).factors.factors
    # as ours: what was never seen is not compared
    return [np.where(mask.any(axis=1)[:, None], pairs, np.nan), times, animals]


def main(n_starts=10, *percents):
    warnings.simplefilter("ignore")  # numba's, about how tensortools is written
    print(machine("numpy", "numba", "tensortools"), f", {n_starts} starts", sep="")
    for missing, bar in ((0.5, None), (0.3, 0.95)):
        if percents and round(100 * missing) not in percents:
            continue
        methods = {
            "neurokit": lambda *data: ours(*data, n_starts, 3e-4),
            "neurokit, no ridge": lambda *data: ours(*data, n_starts, 0),
            "tensortools": lambda *data: theirs(*data, n_starts),
        }
        scores, seconds = {name: [] for name in methods}, dict.fromkeys(methods, 0.0)
        for seed in DATA_SEEDS:
            tensor, mask, factors = with_gaps(missing, seed)
            for name, method in methods.items():
                start = time.process_time()
                found = method(tensor, mask)
                seconds[name] += time.process_time() - start
                scores[name].append(factor_match(factors, found))
            last = ", ".join(f"{name} {values[-1]:.3f}" for name, values in scores.items())
            print(f"{missing:.0%} missing, data {seed}: {last}", file=sys.stderr, flush=True)
        print(f"\n{missing:.0%} of neurons missing, factor match of ten data sets\n")
        print("| method | median | lowest | highest | CPU seconds a data set |")
        print("|---|---|---|---|---|")
        for name, values in scores.items():
            spent = seconds[name] / len(values)
            spread = f"{np.median(values):.3f} | {min(values):.3f} | {max(values):.3f}"
            print(f"| {name} | {spread} | {spent:.2f} |")
        mine, peer = np.median(scores["neurokit"]), np.median(scores["tensortools"])
        wanted = peer if bar is None else max(bar, peer - 0.01)
        print(f"\nbar {wanted:.3f}: {'reached' if mine >= wanted else 'missed'}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
