"""Spiking layers: against autograd, and the same in every backend."""

from itertools import pairwise

import numpy as np
import pytest

from neurokit.kernels import available
from neurokit.kernels.connections import connect, random_connections
from neurokit.kernels.rasters import spike_counts, unpack_spikes
from neurokit.kernels.spiking import SpikingLayer, gradients, simulate

each_backend = pytest.mark.parametrize("backend", available())


def make_layers(sizes, *, density=0.5, seed=0, scale=1.0, **settings):
    """Layers that fire; the inputs are connected whole."""
    rng = np.random.default_rng(seed)
    layers = []
    for n_sources, n_targets in pairwise(sizes):
        made = random_connections(n_sources, n_targets, density if layers else 1.0, rng)
        made.values[:] = scale * (made.values + (0.1 if layers else 0.0))
        biases = rng.uniform(0, 0.05, n_targets).astype(np.float32)
        layers.append(SpikingLayer(made, biases, **settings))
    return layers


def make_currents(n_trials, n_steps, n_inputs, seed=0):
    return np.random.default_rng(seed).standard_normal((n_trials, n_steps, n_inputs), np.float32)


def close(found, expected, tolerance=1e-5):
    """Compare by the largest entry."""
    largest = np.abs(expected).max()
    assert largest > 0
    assert np.abs(found - expected).max() <= tolerance * largest


def by_autograd(layers, inputs, slopes):
    """Counts and gradients of torch, in double precision."""
    torch = pytest.importorskip("torch", reason="pip install torch==2.13.0, the oracle")

    class Spike(torch.autograd.Function):
        @staticmethod
        def forward(ctx, apart, width):
            ctx.save_for_backward(apart)
            ctx.width = width
            return (apart > 0).to(apart.dtype)

        @staticmethod
        def backward(ctx, slope):
            (apart,) = ctx.saved_tensors
            return slope * torch.clamp(1 - apart.abs() / ctx.width, min=0), None

    leaves, counts = [], []
    arriving = torch.tensor(inputs, dtype=torch.float64)
    for layer in layers:
        weights = torch.tensor(layer.connections.dense(), dtype=torch.float64, requires_grad=True)
        biases = torch.tensor(layer.biases, dtype=torch.float64, requires_grad=True)
        leaves.append((weights, biases))
        potential = fired = torch.zeros(len(arriving), layer.n_units, dtype=torch.float64)
        spikes = []
        for current in (arriving @ weights + biases).unbind(1):
            potential = layer.beta * potential + current - layer.theta * fired.detach()
            fired = Spike.apply(potential - layer.theta, layer.width)
            spikes.append(fired)
        arriving = torch.stack(spikes, dim=1)
        counts.append(arriving.sum(1))
    total = sum((count * torch.tensor(s)).sum() for count, s in zip(counts, slopes, strict=True))
    total.backward()
    found = [
        (w.grad.numpy()[layer.connections.sources, layer.connections.indices], b.grad.numpy())
        for (w, b), layer in zip(leaves, layers, strict=True)
    ]
    return [count.detach().numpy() for count in counts], found


def random_slopes(activity, seed=1):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(each.shape).astype(np.float32) for each in activity.counts]


@pytest.mark.parametrize("backend", ["reference", "cpu"])
@pytest.mark.parametrize("width", [0.3, 1.0])
@pytest.mark.parametrize(("sizes", "n_steps"), [((7, 130, 70), 100), ((9, 40, 64, 30), 33)])
def test_gradients_are_those_of_autograd(backend, width, sizes, n_steps):
    layers = make_layers(sizes, width=width)
    inputs = 0.3 * make_currents(6, n_steps, sizes[0])
    activity = simulate(layers, inputs, learn=True, backend=backend)
    slopes = random_slopes(activity)
    counts, expected = by_autograd(layers, inputs, slopes)
    for found, theirs in zip(activity.counts, counts, strict=True):
        assert found.sum() > 30
        np.testing.assert_array_equal(found, theirs)
    for found, (values, biases) in zip(gradients(layers, activity, slopes), expected, strict=True):
        close(found.values, values)
        close(found.biases, biases)


def test_the_last_layer_alone_may_be_seen_by_the_loss():
    layers = make_layers((5, 30, 20))
    inputs = 0.4 * make_currents(4, 50, 5)
    activity = simulate(layers, inputs, learn=True)
    slope = random_slopes(activity)[-1]
    whole = gradients(layers, activity, [np.zeros_like(activity.counts[0], float), slope])
    for one, other in zip(gradients(layers, activity, slope), whole, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert np.any(one.values != 0)


@each_backend
@pytest.mark.parametrize("beta", [0.0, 0.9, 1.0])
def test_every_backend_fires_and_learns_the_same(backend, beta):
    layers = make_layers((3, 11, 6), beta=beta, width=0.7, scale=1.5 - beta)
    inputs = 0.5 * make_currents(2, 19, 3)
    expected = simulate(layers, inputs, tap=0, learn=True, backend="reference")
    found = simulate(layers, inputs, tap=0, learn=True, backend=backend)
    for one, other in zip(found.counts, expected.counts, strict=True):
        np.testing.assert_array_equal(one, other)
        assert other.any()
    np.testing.assert_array_equal(found.raster, expected.raster)
    np.testing.assert_array_equal(spike_counts(found.raster), found.counts[0])
    slopes = random_slopes(found)
    pairs = zip(gradients(layers, found, slopes), gradients(layers, expected, slopes), strict=True)
    for one, other in pairs:
        close(one.values, other.values)
        close(one.biases, other.biases)


@each_backend
def test_a_constant_current_is_one_that_does_not_change(backend):
    layers = make_layers((4, 10, 5), scale=0.5)
    constant = np.abs(make_currents(1, 3, 4)[0])
    held = np.repeat(constant[:, None], 21, axis=1)
    one = simulate(layers, constant, n_steps=21, learn=True, backend=backend)
    other = simulate(layers, held, learn=True, backend="reference")
    np.testing.assert_array_equal(one.counts[1], other.counts[1])
    slopes = random_slopes(one)
    pairs = zip(gradients(layers, one, slopes), gradients(layers, other, slopes), strict=True)
    for mine, theirs in pairs:
        close(mine.values, theirs.values)
        close(mine.biases, theirs.biases)


@each_backend
def test_training_may_begin_at_the_tap(backend):
    layers = make_layers((3, 12, 8, 5), scale=2.0, width=0.8)
    inputs = 0.6 * make_currents(3, 20, 3)
    whole = simulate(layers, inputs, tap=0, learn=True, backend=backend)
    above = simulate(layers[1:], whole.raster, n_steps=20, learn=True, backend=backend)
    for one, other in zip(whole.counts[1:], above.counts, strict=True):
        np.testing.assert_array_equal(one, other)
    slope = random_slopes(whole)[-1]
    pairs = zip(
        gradients(layers, whole, slope)[1:], gradients(layers[1:], above, slope), strict=True
    )
    for one, other in pairs:
        close(one.values, other.values, 1e-6)
        close(one.biases, other.biases, 1e-6)


def test_a_potential_leaks_sums_and_falls_by_the_threshold():
    layer = SpikingLayer(connect(np.ones((1, 1)), 1.0), np.zeros(1, np.float32), beta=0.5)
    currents = np.array([0.75, 0.75, 0.0, 2.0, 0.0], dtype=np.float32)[None, :, None]
    # potentials: 0.75, 1.125 (fires), -0.4375, 1.78125 (fires), -0.109375
    for backend in ("reference", "cpu"):
        fired = simulate([layer], currents, tap=0, backend=backend).raster
        expected = [False, True, False, True, False]
        np.testing.assert_array_equal(unpack_spikes(fired, 5)[0, :, 0], expected)


def test_threads_change_no_bit():
    layers = make_layers((6, 90, 50), density=0.2)
    inputs = 0.4 * make_currents(13, 70, 6)
    runs = [simulate(layers, inputs, learn=True, n_threads=n) for n in (1, 2, 3)]
    slopes = random_slopes(runs[0])
    results = [gradients(layers, run, slopes, n_threads=n) for n, run in enumerate(runs, 1)]
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            assert one.values.tobytes() == two.values.tobytes()
            assert one.biases.tobytes() == two.biases.tobytes()


def test_silent_layers_have_no_gradient_and_an_empty_batch_no_counts():
    layers = make_layers((3, 5, 4), scale=1e-3)
    quiet = simulate(layers, np.zeros((2, 20, 3)), learn=True)
    assert not any(counts.any() for counts in quiet.counts)
    for each in gradients(layers, quiet, random_slopes(quiet)):
        assert not each.values.any()
    nobody = simulate(layers, np.zeros((0, 20, 3)), learn=True)
    assert [counts.shape for counts in nobody.counts] == [(0, 5), (0, 4)]


def test_what_does_not_fit_is_refused():
    layers = make_layers((3, 5, 4))
    with pytest.raises(ValueError, match="connected to 3 inputs, got 2"):
        simulate(layers, np.zeros((1, 9, 2)))
    with pytest.raises(ValueError, match="n_steps must be"):
        simulate(layers, np.zeros((1, 3)))
    with pytest.raises(ValueError, match="not finite"):
        simulate(layers, np.full((1, 9, 3), np.nan))
    with pytest.raises(ValueError, match="stands below one"):
        simulate(layers[::-1], np.zeros((1, 9, 3)))
    with pytest.raises(ValueError, match="learn=True"):
        gradients(layers, simulate(layers, np.zeros((1, 9, 3))), np.zeros((1, 4)))
    with pytest.raises(ValueError, match="has 2 blocks"):
        simulate(layers, np.zeros((1, 1, 3), np.uint16), n_steps=17)
    kept = simulate(layers, np.zeros((1, 9, 3)), learn=True)
    with pytest.raises(ValueError, match="slopes must have shapes"):
        gradients(layers, kept, np.zeros((1, 5)))
