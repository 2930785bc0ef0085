"""Non-negative factorisation of whole tensors beside TensorLy's HALS.

``python -m tests.benchmarks.bench_factorisation [agreement target roofline ensemble] [one-seed]``:
all sections, or some. Ours are whole fits, with the checks and the compression at their beginning.
"""

import sys
import time
import warnings

import numpy as np
import tensorly
from tensorly.cp_tensor import CPTensor
from tensorly.decomposition import non_negative_parafac_hals
from tensorly.plugins import use_default_einsum, use_opt_einsum

from neurokit.pipelines.ensemble import fit_ensemble
from neurokit.pipelines.factorisation import NonNegativeFactorisation, random_start
from neurokit.timing import Timing, machine, markdown
from tests.planted_tensors import planted

SHAPE = (120, 150, 8)  # nodes (7,140 pairs), times, animals
RANK = 10
SWEEPS = 200


def seconds_of(function):
    start = time.process_time()
    function()
    return time.process_time() - start


def overlapping(seed):
    """Overlapping motifs with 30 % noise, and a start."""
    tensor, _ = planted(*SHAPE, RANK, noise=0.3, overlap=0.5, seed=seed)
    squared_norm = float(np.sum(tensor**2))
    return tensor, random_start(tensor.shape, RANK, np.random.RandomState(seed), squared_norm)


def by_hals(tensor, start, n_sweeps, tol=-1.0):
    """Errors of tensorly's HALS by sweep, and the seconds that a sweep takes."""
    init = CPTensor((None, [factor.copy() for factor in start]))
    begun = time.process_time()
    _, errors = non_negative_parafac_hals(
        tensor, RANK, n_iter_max=n_sweeps, init=init, tol=tol, return_errors=True,
        cvg_criterion="abs_rec_error",
    )  # fmt: skip
    return np.array(errors, dtype=float), (time.process_time() - begun) / len(errors)


def to_error(tensor, start, error, **options):
    """Seconds of a fit that ends when it reaches an error; infinite if it never does."""
    model = NonNegativeFactorisation(RANK, random_state=0, tol=0, **options)
    model.set_params(callback=lambda sweep, reached, factors: reached <= error)
    spent = seconds_of(lambda: model.fit(tensor, init=start))
    return spent if model.error_ <= error else np.inf


def target(seeds):
    """Time to 1.001 times the lowest error that tensorly's HALS reaches in 200 sweeps."""
    found = []
    ways = [{}, {"compress": False}, {"compress": False, "extrapolate": False}]
    for seed in seeds:
        tensor, start = overlapping(seed)
        single = tensor.astype(np.float32)
        for values in (tensor, single):
            to_error(values, start, 0.5)
        errors, sweep = by_hals(tensor, start, SWEEPS)
        error = 1.001 * errors.min()
        n_sweeps = 1 + int(np.argmax(errors <= error))
        use_opt_einsum()
        sweep_einsum = by_hals(tensor, start, 5)[1]
        use_default_einsum()
        ours = [
            np.median([to_error(tensor, start, error, **way) for _ in range(3)]) for way in ways
        ]
        ours.append(np.median([to_error(single, start, error) for _ in range(3)]))
        found.append([*ours, n_sweeps * sweep, n_sweeps * sweep_einsum])
        print(f"seed {seed}: {n_sweeps} sweeps of tensorly", file=sys.stderr, flush=True)
    found = np.array(found)
    for what, mine, theirs, peer, bar in [
        ("float64", 0, 4, "tensorly", 12),
        ("float64", 0, 5, "tensorly, einsum", None),
        ("float64, not compressed", 1, 4, "tensorly", None),
        ("float64, neither compressed nor extrapolated", 2, 4, "tensorly", None),
        ("float32 data", 3, 4, "tensorly, float64", None),
    ]:
        ratio = np.median(found[:, theirs] / found[:, mine])
        ours, peers = np.median(found[:, mine]), np.median(found[:, theirs])
        yield Timing(f"7,140 pairs x 150 x 8, rank 10, {what}", ours, peers, ratio, bar, peer)


def agreement(seeds):
    """Print the largest difference of errors after 20 plain sweeps, and the steepest rise."""
    apart, rise = 0.0, 0.0
    for seed in seeds:
        tensor, start = overlapping(seed)
        theirs, _ = by_hals(tensor, start, 20)
        plain = NonNegativeFactorisation(
            RANK, extrapolate=False, compress=False, max_iter=100, tol=0
        ).fit(tensor, init=start)
        same = NonNegativeFactorisation(
            RANK, extrapolate=False, compress=False, max_iter=20, tol=0
        ).fit(tensor, init=start)
        apart = max(apart, abs(same.error_ - theirs[-1]))
        rise = max(rise, float(np.diff(plain.errors_).max()))
    print(
        f"relative error after 20 plain sweeps, ours and tensorly's: at most {apart:.1e} apart "
        f"(bar 1e-6); steepest rise of ours in 100 sweeps {max(rise, 0):.1e} (bar 0)"
    )
    return []


def peaks(dtype):
    """Floating point operations and bytes read a second, best of five."""
    n = 1024
    a = np.random.default_rng(0).random((n, n)).astype(dtype)
    wide = np.ones(2**27 // np.dtype(dtype).itemsize, dtype)
    gemm = min(seconds_of(lambda: a @ a) for _ in range(5))
    read = min(seconds_of(wide.sum) for _ in range(5))
    return 2 * n**3 / gemm, wide.nbytes / read


def roofline(seeds):
    """Print the share of the roofline that a sweep over the whole tensor reaches."""
    tensor, start = overlapping(seeds[0])
    lines = []
    for dtype in (np.float64, np.float32):
        values = tensor.astype(dtype)
        flops, bytes_read = peaks(dtype)

        def spent(n, values=values):
            model = NonNegativeFactorisation(RANK, compress=False, max_iter=n, tol=0)
            return seconds_of(lambda: model.fit(values, init=start))

        spent(2)
        # checks and the sum of squares fall out of the difference
        sweep = np.median([spent(24) - spent(4) for _ in range(5)]) / 20
        floor = max(4 * values.size * RANK / flops, values.nbytes / bytes_read)
        share = floor / sweep
        lines.append(
            f"{np.dtype(dtype).name}: a sweep takes {1e3 * sweep:.1f} ms, the floor is "
            f"{1e3 * floor:.1f} ms ({flops / 1e9:.0f} GFlop/s, {bytes_read / 1e9:.0f} GB/s): "
            f"{100 * share:.0f} % (bar 25 %{'' if share >= 0.25 else ', missed'})"
        )
    print("\n".join(lines))
    return []


def ensemble(seeds):
    """Eight ranks from eight starts beside one fit that knows nothing of them."""
    tensor, _ = overlapping(seeds[0])
    ranks = range(6, 14)
    fit_ensemble(tensor[:500], [3], 1, random_state=0)  # compiles

    def cold(seed):
        model = NonNegativeFactorisation(RANK, compress=False, tol=1e-5, random_state=seed)
        return seconds_of(lambda: model.fit(tensor))

    one = np.median([cold(seed) for seed in range(5)])
    many = seconds_of(lambda: fit_ensemble(tensor, ranks, 8, random_state=0))
    times = many / one
    print(
        f"ensemble of ranks 6-13 from 8 starts each (64 fits): {many:.1f} s, {times:.1f} times one "
        f"cold fit of rank {RANK} ({one:.2f} s; bar 8 times{'' if times <= 8 else ', missed'})"
    )
    return []


def main(*names):
    warnings.simplefilter("ignore")
    tensorly.set_backend("numpy")
    seeds = range(1 if "one-seed" in names else 5)
    names = [name for name in names if name != "one-seed"]
    print(machine("numpy", "numba", "tensorly", "opt_einsum"))
    for section in (agreement, roofline, ensemble, target):
        if not names or section.__name__ in names:
            lines = list(section(seeds))
            print(f"\n{markdown(lines)}" if lines else "", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
