"""Factorisation with missing neurons, of symmetric tensors, and from traces, beside peers.

``python -m tests.benchmarks.bench_missing [sweeps symmetric memory]``: all of them, or some.
Ours are whole fits, with the checks and copies at their beginning.
"""

import subprocess
import sys
import time
import warnings

import numpy as np
import tensorly
import tensortools
from tensorly.cp_tensor import CPTensor
from tensorly.decomposition import non_negative_parafac, non_negative_parafac_hals
from tensorly.plugins import use_default_einsum, use_opt_einsum
from tensortools.tensors import KTensor

from neurokit.pipelines.factorisation import NonNegativeFactorisation, random_start
from neurokit.pipelines.observed import AffinityTensor
from neurokit.timing import Timing, machine, markdown
from tests.planted_tensors import planted

HERE = f"{__package__}.bench_missing"
SYMMETRIC = (100, 100, 120, 8)


def seconds_of(function):
    start = time.process_time()
    function()
    return time.process_time() - start


def in_turn(functions, repeats=5):
    """Median seconds of each, called in turn after a call that does not count."""
    for function in functions:
        function()
    rounds = [[seconds_of(function) for function in functions] for _ in range(repeats)]
    return np.median(rounds, axis=0)


def row(what, ours, theirs, peer, bar=None):
    return Timing(what, ours, theirs, theirs / ours, bar, peer)


def sweeps():
    """A sweep with 30 % of 60 neurons missing, and one with as many entries missing anywhere."""
    tensor, _ = planted(60, 120, 8, 6, noise=0.2)
    seen = np.random.default_rng(1000).random((60, 8)) >= 0.3
    i, j = np.triu_indices(60, 1)
    mask = seen[i] & seen[j]
    entries = np.repeat(mask[:, None], 120, axis=1)
    start = random_start(tensor.shape, 6, np.random.RandomState(0), np.sum(tensor**2))

    def ours(values, seen, n_sweeps):
        model = NonNegativeFactorisation(6, mask=seen, max_iter=n_sweeps, tol=0)
        assert model.fit(values, init=start).n_iter_ == n_sweeps

    def by_tensortools(n_sweeps=4):
        init = KTensor([factor.copy() for factor in start])
        tensortools.ncp_hals(
            tensor, 6, mask=entries, init=init, max_iter=n_sweeps - 1, tol=-1, verbose=False
        )

    def by_tensorly(n_sweeps=2):
        init = CPTensor((None, [factor.copy() for factor in start]))
        non_negative_parafac(tensor, 6, n_iter_max=n_sweeps, init=init, mask=entries, tol=0)

    single = tensor.astype(np.float32)
    spent = in_turn(
        [
            lambda: ours(tensor, mask, 20),
            lambda: ours(single, mask, 20),
            lambda: ours(tensor, entries, 10),
            by_tensortools,
            by_tensorly,
        ]
    )
    double, single, anywhere, tools, ly = spent / [20, 20, 10, 4, 2]
    yield row("a sweep, 30 % of neurons missing, float64", double, tools, "tensortools", 10)
    yield row("the same", double, ly, "tensorly MU", 60)
    yield row("a sweep, 30 % of neurons missing, float32", single, tools, "tensortools")
    yield row("a sweep, a mask of entries, float64", anywhere, tools, "tensortools")


def communities(seed):
    """Soft communities in time and animals, with symmetric noise, and a start."""
    rng = np.random.default_rng(seed)
    n_nodes, _, n_times, n_animals = SYMMETRIC
    nodes = rng.gamma(1, 1, (n_nodes, 8)) * (rng.random((n_nodes, 8)) < 0.4)
    t = np.arange(n_times)[:, None, None]
    places, widths = rng.uniform(0, n_times, (8, 2)), rng.uniform(0.02, 0.08, (8, 2)) * n_times
    times = np.exp(-(((t - places) / widths) ** 2) / 2).sum(axis=2)
    animals = rng.gamma(1, 1, (n_animals, 8)) * (rng.random((n_animals, 8)) < 0.7) + 0.05
    tensor = np.einsum("ir,jr,tr,wr->ijtw", nodes, nodes, times, animals, optimize=True)
    noise = rng.exponential(size=tensor.shape)
    noise += noise.swapaxes(0, 1)
    tensor += 0.2 * np.linalg.norm(tensor) / np.linalg.norm(noise) * noise
    start = random_start(tensor.shape, 8, np.random.RandomState(seed), np.sum(tensor**2))
    start[1] = start[0]
    return tensor, start


def by_hals(tensor, start, n_sweeps, tol=-1.0):
    """Errors of tensorly's HALS by sweep, and the seconds that a sweep takes."""
    init = CPTensor((None, [factor.copy() for factor in start]))
    begun = time.process_time()
    _, errors = non_negative_parafac_hals(
        tensor, 8, n_iter_max=n_sweeps, init=init, tol=tol, return_errors=True,
        cvg_criterion="abs_rec_error",
    )  # fmt: skip
    return np.array(errors, dtype=float), (time.process_time() - begun) / len(errors)


def to_error(tensor, start, error):
    """Seconds of a fit that ends when it reaches an error; infinite if it never does."""
    model = NonNegativeFactorisation(8, symmetric=True, max_iter=200, tol=0)
    model.set_params(callback=lambda sweep, reached, factors: reached <= error)
    spent = seconds_of(lambda: model.fit(tensor, init=start))
    return spent if model.errors_[-1] <= error else np.inf


def symmetric():
    """Time to 1.001 times the lowest error that tensorly's HALS reaches in 200 sweeps."""
    found = []
    for seed in range(5):
        tensor, start = communities(seed)
        single = tensor.astype(np.float32)
        for values in (tensor, single):
            to_error(values, start, 0.5)
        # once it falls by less than 1e-7 a sweep, the lowest is known
        errors, sweep = by_hals(tensor, start, 200, tol=1e-7)
        error = 1.001 * errors.min()
        n_sweeps = 1 + np.argmax(errors <= error)
        sweep_32 = by_hals(single, start, 4)[1]
        use_opt_einsum()
        sweep_einsum = by_hals(tensor, start, 4)[1]
        use_default_einsum()
        ours = [
            np.median([to_error(values, start, error) for _ in range(3)])
            for values in (tensor, single)
        ]
        found.append([*ours, *(n_sweeps * s for s in (sweep, sweep_einsum, sweep_32))])
        print(f"seed {seed}: {n_sweeps} sweeps of tensorly", file=sys.stderr, flush=True)
    found = np.array(found)
    for what, mine, theirs, peer, bar in [
        ("float64", 0, 2, "tensorly", 10),
        ("float64", 0, 3, "tensorly, einsum", None),
        ("float32 data", 1, 2, "tensorly, float64", 18),
        ("float32 data", 1, 4, "tensorly, float32", None),
    ]:
        ratio = np.median(found[:, theirs] / found[:, mine])
        ours, peers = np.median(found[:, mine]), np.median(found[:, theirs])
        yield Timing(f"symmetric 100 x 100 x 120 x 8, {what}", ours, peers, ratio, bar, peer)


def memory():
    """Print the peak memory of a process that factorises without the tensor."""
    command = [sys.executable, "-m", HERE, "child"]
    print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())
    return []


def child(n_nodes=300, n_times=3000, n_animals=20, n_sweeps=3):
    """Factorise made traces, and say how much memory that took."""
    import resource

    rng = np.random.default_rng(0)
    changes = rng.standard_normal((n_times, n_nodes, n_animals), dtype=np.float32)
    changes[:, rng.random((n_nodes, n_animals)) < 0.2] = np.nan
    traces = AffinityTensor(changes)
    model = NonNegativeFactorisation(10, max_iter=n_sweeps, tol=0, random_state=0)
    spent = seconds_of(lambda: model.fit(traces))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    missed = "" if peak <= 4 else ", missed"
    print(
        f"{n_nodes} neurons x {n_times} frames x {n_animals} animals, 20 % missing, rank 10: peak "
        f"{peak:.2f} GB of the process (bar 4 GB{missed}; the tensor alone would be "
        f"{np.prod(traces.shape) * 4 / 2**30:.1f} GB), {spent:.0f} CPU s for {n_sweeps} sweeps and "
        "the sum of squares"
    )


def main(*names):
    warnings.simplefilter("ignore")  # numba's, about how tensortools is written
    tensorly.set_backend("numpy")
    print(machine("numpy", "numba", "tensorly", "tensortools", "opt_einsum"))
    for section in (sweeps, symmetric, memory):
        if not names or section.__name__ in names:
            lines = list(section())
            print(f"\n{markdown(lines)}" if lines else "", flush=True)


if __name__ == "__main__":
    child() if sys.argv[1:2] == ["child"] else main(*sys.argv[1:])
