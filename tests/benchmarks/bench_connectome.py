"""Dynamic connectomes end to end: simulated worms, nulls, and Kato's three worms.

``python -m tests.benchmarks.bench_connectome [worms nulls kato alone]``: all of them, or some.
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

from neurokit.app.discover import discover
from neurokit.connectomes.locked import LEVEL
from neurokit.connectomes.simulation import LABELS, WormPlan, circuits_of, simulate_worms
from neurokit.connectomes.traces import align
from neurokit.datasets.worms import find_animals
from neurokit.pipelines.affinity import affinity_tensor
from neurokit.pipelines.connectome_tables import auc, factor_tables, locked_tables
from neurokit.pipelines.dynamic_connectome import DynamicConnectome
from neurokit.pipelines.factorisation import NonNegativeFactorisation
from neurokit.timing import machine

REVERSAL = {"rev1", "rev2", "revsus"}
FORWARD = {"fwd", "slow"}
COMMAND = {
    "reversal": ("AVAL", "AVAR", "AVEL", "AVER", "RIML", "RIMR", "AIBL", "AIBR"),
    "forward": ("AVBL", "AVBR", "RIBL", "RIBR", "RMED", "RMEL", "RMER", "RMEV"),
}
KATO_RANKS = tuple(range(2, 9))


def found_circuits(atlas, labels):
    """Circuit of each node by the atlas alone: the core of the motif that follows a stimulus."""
    circuits, strength = np.zeros(len(atlas.nodes), dtype=int), np.zeros(len(atlas.nodes))
    for number, label in enumerate(labels):
        rows = atlas.tables["stimuli"]
        rows = rows[(rows["label"] == label) & (rows["p"] <= LEVEL) & (rows["r"] > 0)]
        if rows.empty:
            continue
        members = atlas.members(rows.loc[rows["r"].idxmax(), "motif"])
        core = members["core"].to_numpy() & (members["strength"].to_numpy() > strength)
        circuits[core], strength[core] = number + 1, members["strength"].to_numpy()[core]
    return circuits


def worms():
    """Simulated worms from their traces to the page, as the command line does it."""
    print(
        "| seed | wall, s (bar 180) | processor, s | motifs | r with the stimulus (bar 0.9) "
        "| AMI (bar 0.8) |"
    )
    print("|---|---|---|---|---|---|")
    for seed in (42, 43, 44):
        plan = WormPlan(seed=seed)
        settings = {"rank": list(range(2, 21)), "n_starts": 20, "n_threads": 2}
        with tempfile.TemporaryDirectory() as folder:
            start, busy = time.perf_counter(), time.process_time()
            place = f"simulated-worms:seed={seed}"
            atlas = discover([place], Path(folder), settings=settings)
            spent, busy = time.perf_counter() - start, time.process_time() - busy
        labels = LABELS[: plan.circuits]
        follows = atlas.tables["stimuli"].groupby("label")["r"].max()[list(labels)]
        truth = circuits_of(plan)[[plan.names.index(name) for name in atlas.nodes]]
        ami = adjusted_mutual_info_score(truth, found_circuits(atlas, labels))
        told = ", ".join(f"{label} {r:.2f}" for label, r in zip(labels, follows, strict=True))
        print(
            f"| {seed} | {spent:.0f} | {busy:.0f} | {atlas.n_motifs} | {told} | {ami:.2f} |",
            flush=True,
        )


def nulls(n_runs=100):
    """Traces shifted in a circle: how often a motif is said to follow a stimulus."""
    print(f"| null | runs | with a motif that follows a stimulus (bar {0.05 * n_runs:.0f}) |")
    print("|---|---|---|")
    for what in ("each animal's traces shifted together", "each trace shifted by itself"):
        n_locked = 0
        for run in range(n_runs):
            rng = np.random.default_rng([7, run])
            plan = WormPlan(worms=6, neurons=40, members=8, seed=1000 + run)
            animals = [_shifted(one, rng, what) for one in simulate_worms(plan)]
            table = _follows(align(animals), run)
            n_locked += bool(((table["p"] <= LEVEL) & (table["r"] > 0)).any())
        print(f"| {what} | {n_runs} | {n_locked} |", flush=True)


def _follows(aligned, seed):
    """How motifs follow stimuli, without the communities, of which that does not depend."""
    tensor = affinity_tensor(aligned)
    fit = NonNegativeFactorisation(5, n_starts=2, mask=tensor.mask, random_state=seed)
    tables, _ = factor_tables(fit.fit(tensor.values), aligned, tensor)
    how = {"n_shifts": 199, "random_state": seed}
    return locked_tables(tables["courses"], aligned, tensor, **how)[0]


def _shifted(animal, rng, what):
    n_times, n_nodes = animal.traces.shape
    if what.startswith("each animal"):
        return replace(animal, traces=np.roll(animal.traces, rng.integers(1, n_times), axis=0))
    lags = rng.integers(1, n_times, n_nodes)
    rolled = [np.roll(column, lag) for column, lag in zip(animal.traces.T, lags, strict=True)]
    return replace(animal, traces=np.stack(rolled, axis=1))


def kato():
    """Kato's three worms, one graph a motif for all, each worm on its own clock."""
    animals = find_animals(["kato-2015-three-worms"])
    for signal in ("level", "change"):
        model = DynamicConnectome(
            KATO_RANKS, signal=signal, n_starts=10, sensitivity=False, n_threads=2
        ).fit(animals)
        print(f"\n{signal}: {model.rank_} motifs of {KATO_RANKS[0]} to {KATO_RANKS[-1]}\n")
        _kato_table(model.atlas_, animals)


def alone():
    """Each of Kato's worms by itself."""
    for animal in find_animals(["kato-2015-three-worms"]):
        model = DynamicConnectome(
            KATO_RANKS, signal="level", n_starts=10, sensitivity=False, n_threads=2
        ).fit([animal])
        print(f"\n{animal.name} alone, level: {model.rank_} motifs\n")
        _kato_table(model.atlas_, [animal])


def _kato_table(atlas, animals):
    """AUC of the motif that follows each state best over all worms, and who is in its core."""
    print(
        "| worm | state | motif | AUC (bar 0.85) | 95 % of shifted states stay below "
        "| its neurons in the core | the other state's in it | nodes in it |"
    )
    print("|---|---|---|---|---|---|---|---|")
    n_motifs = atlas.n_motifs
    for state, words in (("reversal", REVERSAL), ("forward", FORWARD)):
        states = [_state(one, words, len(atlas.course(1, one.name)), atlas) for one in animals]
        areas = np.array(
            [
                [auc(atlas.course(k + 1, one.name), there) for k in range(n_motifs)]
                for one, there in zip(animals, states, strict=True)
            ]
        )
        best = int(areas.mean(axis=0).argmax()) + 1
        core = set(atlas.core(best))
        for one, there, found in zip(animals, states, areas, strict=True):
            limit = _limit(atlas, one.name, there)
            known = [name for name in COMMAND[state] if name in one.names]
            out = [name for name in known if name not in core]
            told = f"{len(known) - len(out)} of {len(known)} identified"
            told += f", not {', '.join(out)}" if out else ""
            others = COMMAND["forward" if state == "reversal" else "reversal"]
            wrong = sum(name in core and name in one.names for name in others)
            here = sum(name in core for name in one.names)
            print(
                f"| {one.name} | {state} | {best} | {found[best - 1]:.2f} | {limit:.2f} | {told} "
                f"| {wrong} | {here} of {len(one.names)} |"
            )


def _state(animal, words, n_steps, atlas):
    """Whether most of a step is spent in the state."""
    frames = max(round(atlas.step * animal.sfreq), 1)
    there = np.isin(animal.behaviour["state"], list(words))[: n_steps * frames]
    return there.reshape(n_steps, frames).mean(axis=1) > 0.5


def _limit(atlas, name, there, n_shifts=200):
    """95th percentile of the best motif's AUC when the states are shifted in a circle."""
    rng = np.random.default_rng(0)
    courses = [atlas.course(k + 1, name) for k in range(atlas.n_motifs)]
    highest = [
        max(auc(course, np.roll(there, lag)) for course in courses)
        for lag in rng.integers(1, len(there), n_shifts)
    ]
    return np.quantile(highest, 0.95)


def main(*names):
    print(machine("numpy", "numba", "scikit-learn"))
    for section in (worms, nulls, kato, alone):
        if not names or section.__name__ in names:
            print()
            section()


if __name__ == "__main__":
    main(*sys.argv[1:])
