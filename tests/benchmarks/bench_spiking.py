"""Training of spiking layers beside torch.

``python -m tests.benchmarks.bench_spiking [peers wide threads memory kernels]``: all of them, or
some. 64 real inputs into H units, at a density of 10 % into H more, mean rates, two classes;
beta 0.95, theta 1, 512 steps. What is timed is a batch of 30 trials, a tenth of an epoch: forward,
loss, and the gradients of both layers. torch runs its two best forms: step by step, and layer by
layer with the products of all steps at once and ``unbind``.
"""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from neurokit.kernels.binary_codes import hamming_neighbours, pack_codes
from neurokit.kernels.connections import connect, random_connections
from neurokit.kernels.optimisers import Adadelta, Adam
from neurokit.kernels.spiking import SpikingLayer, gradients, simulate
from neurokit.timing import Timing, compare, machine, markdown

N_TRIALS, N_STEPS, N_INPUTS = 30, 512, 64
BARS = {1024: 8, 256: 9}
HERE = f"{__package__}.bench_spiking"


def make_layers(n_units, width=0.3):
    """Layers that fire at 0.020 and 0.008 a step; 6.5 % of the first are near the threshold."""
    rng = np.random.default_rng(0)
    dense = 0.04 * rng.standard_normal((N_INPUTS, n_units))
    inputs = connect(np.ones(dense.shape), dense)
    between = random_connections(n_units, n_units, 0.1, rng)
    spread = 0.12 * np.sqrt(1024 / n_units)
    between.values[:] = spread * rng.standard_normal(between.n_connections)
    zero = np.zeros(n_units, dtype=np.float32)
    return [SpikingLayer(each, zero, width=width) for each in (inputs, between)]


def make_trials():
    shape = (N_TRIALS, N_STEPS, N_INPUTS)
    return np.random.default_rng(1).standard_normal(shape, dtype=np.float32)


def make_readout(n_units):
    readout = np.random.default_rng(2).standard_normal((n_units, 2)).astype(np.float32)
    return readout, np.arange(N_TRIALS) % 2


def our_step(layers, trials, n_threads=1):
    """Loss of a batch and gradients of all weights."""
    activity = simulate(layers, trials, learn=True, n_threads=n_threads)
    readout, labels = make_readout(layers[-1].n_units)
    scores = activity.counts[-1] / np.float32(N_STEPS) @ readout
    labels = labels[: len(trials)]
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    loss = -np.log(shares[np.arange(len(trials)), labels]).mean()
    shares[np.arange(len(trials)), labels] -= 1
    slopes = (shares @ readout.T / (len(trials) * N_STEPS)).astype(np.float32)
    return loss, gradients(layers, activity, slopes, n_threads=n_threads), activity


def torch_steps(layers, trials):
    """The same in torch: a function a form, each giving loss and gradients."""
    import torch

    torch.set_num_threads(1)

    class Spike(torch.autograd.Function):
        @staticmethod
        def forward(ctx, apart):
            ctx.save_for_backward(apart)
            return (apart > 0).to(apart.dtype)

        @staticmethod
        def backward(ctx, slope):
            (apart,) = ctx.saved_tensors
            return slope * torch.clamp(1 - apart.abs() / layers[0].width, min=0)

    def fire(currents):
        potential = fired = torch.zeros_like(currents[0])
        spikes = []
        for current in currents.unbind(0):
            potential = 0.95 * potential + current - fired.detach()
            fired = Spike.apply(potential - 1)
            spikes.append(fired)
        return torch.stack(spikes)

    def by_layer(first, second):
        return fire(fire(given @ first) @ second).mean(0)

    def by_step(first, second):
        v1 = s1 = v2 = s2 = torch.zeros(N_TRIALS, first.shape[1])
        total = 0
        for now in given.unbind(0):
            v1 = 0.95 * v1 + now @ first - s1.detach()
            s1 = Spike.apply(v1 - 1)
            v2 = 0.95 * v2 + s1 @ second - s2.detach()
            s2 = Spike.apply(v2 - 1)
            total = total + s2
        return total / N_STEPS

    given = torch.tensor(trials.transpose(1, 0, 2).copy())
    leaves = [torch.tensor(layer.connections.dense(), requires_grad=True) for layer in layers]
    present = (leaves[1] != 0).detach()
    readout, labels = (torch.tensor(each) for each in make_readout(layers[-1].n_units))

    def step(form):
        for leaf in leaves:
            leaf.grad = None
        rates = form(leaves[0], leaves[1] * present)
        loss = torch.nn.functional.cross_entropy(rates @ readout, labels)
        loss.backward()
        return loss.item(), [leaf.grad.numpy() for leaf in leaves]

    return {"layer by layer": lambda: step(by_layer), "step by step": lambda: step(by_step)}


def same(layers, ours, theirs):
    """Stop where torch gives another loss or gradient."""
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-5)
    for layer, found, whole in zip(layers, ours[1], theirs[1], strict=True):
        expected = whole[layer.connections.sources, layer.connections.indices]
        error = np.abs(found.values - expected).max() / np.abs(expected).max()
        assert error < 1e-5, error


def peers(width=0.3, bars=BARS):
    """Both forms of torch, one thread each, processor time."""
    trials = make_trials()
    for n_units, bar in bars.items():
        layers = make_layers(n_units, width)
        for name, step in torch_steps(layers, trials).items():
            same(layers, our_step(layers, trials), step())
            yield compare(
                f"{n_units:,} units, w = {width}: torch {name}",
                lambda layers=layers: our_step(layers, trials),
                step,
                peer_name="torch",
                bar=bar,
                repeats=5 if name == "layer by layer" else 3,
            )


def wide():
    """The same with a surrogate so wide that a third of all steps count; no bar."""
    yield from peers(1.0, {1024: None, 256: None})


def threads():
    """Wall time of two threads beside one."""
    trials = make_trials()
    for n_units in BARS:
        layers = make_layers(n_units)
        yield compare(
            f"{n_units:,} units, wall time of two threads",
            lambda layers=layers: our_step(layers, trials, 2),
            lambda layers=layers: our_step(layers, trials, 1),
            peer_name="numpy",
            bar=1.8,
            repeats=7,
            clock=time.perf_counter,
        )


def memory():
    """Print the memory of a batch above that of the process before it, ours and torch's."""
    for who in ("ours", "torch"):
        command = [sys.executable, "-m", HERE, "child", who]
        line = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"1,024 units, {N_TRIALS} trials, {who}: {line.strip()}")
    return []


def child(who):
    """Run a batch, and say how much more memory it took."""
    layers, trials = make_layers(1024), make_trials()
    if who == "torch":
        step = torch_steps(layers, trials)["layer by layer"]
    else:
        our_step(layers[:1], trials[:2])
        step = lambda: our_step(layers, trials)  # noqa: E731
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    before = _kilobytes("VmRSS")
    kept = step()
    assert kept
    print(f"{(_kilobytes('VmHWM') - before) / 1e3:.0f} MB above the input")


def _kilobytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def kernels():
    """What stands beside the layers; no peer."""
    rng = np.random.default_rng(0)
    layers = make_layers(1024)
    for n_threads in (1, 2):
        held = rng.uniform(0, 1, (N_TRIALS, N_INPUTS))
        yield compare(
            f"1,024 units, constant currents, 32 steps, counts only, {n_threads} threads",
            lambda held=held, n=n_threads: simulate(layers, held, n_steps=32, n_threads=n),
        )
    above = [replace(layers[1], biases=layers[1].biases + np.float32(0.01))]
    raster = simulate(layers, make_trials(), tap=0).raster
    yield compare(
        "1,024 units above a tap of 1,024, 512 steps, counts only",
        lambda: simulate(above, raster, n_steps=N_STEPS),
    )
    values, gradient = rng.standard_normal((2, 104_858)).astype(np.float32)
    live = rng.random(len(values)) < 0.5
    for kind in (Adadelta, Adam):
        fresh = kind.of(len(values))
        yield compare(
            f"{kind.__name__}, {len(values):,} weights, half of them live",
            lambda fresh=fresh: fresh.step(values, gradient, live),
        )
    queries, stored, masks = (pack_codes(rng.random((n, 512)) < 0.3) for n in (1000, 250, 10))
    yield compare(
        "1,000 queries among 250 codes of 512 bits, 5 neighbours",
        lambda: hamming_neighbours(queries, stored, masks, 5, mask_of=np.arange(250) // 25),
    )


def main(*names):
    print(machine("torch", "numpy", "numba"))
    for section in (peers, wide, threads, memory, kernels):
        if not names or section.__name__ in names:
            rows: list[Timing] = list(section())
            if rows:
                print(f"\n{markdown(rows)}", flush=True)


if __name__ == "__main__":
    child(sys.argv[2]) if sys.argv[1:2] == ["child"] else main(*sys.argv[1:])
