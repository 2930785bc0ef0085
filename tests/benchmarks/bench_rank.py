"""The rank chosen for twenty planted tensors of 4 to 12 motifs.

``python -m tests.benchmarks.bench_rank [N_SETS]``: pairs held out beside the error's elbow and the
nuclear norm's knee. The noise is exponential, whose mean is one more component that never changes.
"""

import sys
import time

import numpy as np

from neurokit.pipelines.rank import choose_rank
from neurokit.timing import machine
from tests.planted_tensors import planted

RANKS = range(2, 16)


def planted_set(number):
    """Motifs overlap in every second set; in every fourth a fifth of the neurons is missing."""
    rank = 4 + number % 9
    tensor, _ = planted(40, 100, 10, rank, noise=0.3, overlap=0.5 * (number % 2), seed=100 + number)
    mask = np.ones((780, 10), dtype=bool)
    if number % 4 == 3:
        seen = np.random.default_rng(number).random((40, 10)) >= 0.2
        i, j = np.triu_indices(40, 1)
        mask = seen[i] & seen[j]
    return rank, tensor, mask


def main(n_sets=20):
    print(machine("numpy", "numba"))
    print("\n| planted | held out | elbow | knee | agreement at the choice | CPU seconds |")
    print("|---|---|---|---|---|---|")
    near = dict.fromkeys(("rank", "elbow", "knee"), 0)
    for number in range(n_sets):
        rank, tensor, mask = planted_set(number)
        start = time.process_time()
        choice = choose_rank(tensor, RANKS, mask=mask, random_state=0)
        spent = time.process_time() - start
        for rule in near:
            near[rule] += abs(getattr(choice, rule) - rank) <= 1
        agreement = choice.table.set_index("rank")["agreement"][choice.rank]
        found = f"{choice.rank} | {choice.elbow} | {choice.knee}"
        print(f"| {rank} | {found} | {agreement:.2f} | {spent:.1f} |", flush=True)
    print("\n| rule | within one of the truth | bar |\n|---|---|---|")
    for rule, count in near.items():
        bar = ""
        if rule == "rank":
            bar = f"80 %{'' if count >= 0.8 * n_sets else ' (missed)'}"
        print(f"| {rule.replace('rank', 'held out')} | {count / n_sets:.0%} | {bar} |")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
