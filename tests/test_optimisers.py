"""Steps on the live weights; frozen ones keep every bit."""

import numpy as np
import pytest

from neurokit.kernels import available
from neurokit.kernels.optimisers import Adadelta, Adam

each_backend = pytest.mark.parametrize("backend", available())
each_optimiser = pytest.mark.parametrize(
    "make",
    [lambda n: Adadelta.of(n, rate=0.7), lambda n: Adam.of(n, rate=0.01)],
    ids=["adadelta", "adam"],
)


def run(make, backend, n_values=20, live=None, n_steps=6):
    rng = np.random.default_rng(0)
    values = rng.standard_normal(n_values).astype(np.float32)
    optimiser = make(n_values)
    for _ in range(n_steps):
        gradient = rng.standard_normal(n_values).astype(np.float32)
        optimiser.step(values, gradient, live, backend=backend)
    return values, optimiser


@each_backend
@each_optimiser
def test_every_backend_steps_the_same(make, backend):
    live = np.arange(20) % 3 > 0
    expected, _ = run(make, "reference", live=live)
    np.testing.assert_allclose(run(make, backend, live=live)[0], expected, rtol=1e-6)


@each_backend
@each_optimiser
def test_frozen_weights_and_their_memory_keep_every_bit(make, backend):
    live = np.arange(20) % 3 > 0
    values = np.random.default_rng(0).standard_normal(20).astype(np.float32)
    after, optimiser = run(make, backend, live=live)
    assert after[~live].tobytes() == values[~live].tobytes()
    assert np.all(after[live] != values[live])
    first, second = (each for each in vars(optimiser).values() if isinstance(each, np.ndarray))
    assert not first[~live].any()
    assert not second[~live].any()


@each_optimiser
def test_steps_are_those_of_torch(make):
    torch = pytest.importorskip("torch", reason="pip install torch==2.13.0, the oracle")
    rng = np.random.default_rng(0)
    leaf = torch.tensor(rng.standard_normal(20).astype(np.float32), requires_grad=True)
    ours, optimiser = run(make, "cpu")
    kind = torch.optim.Adadelta if isinstance(optimiser, Adadelta) else torch.optim.Adam
    theirs = kind([leaf], lr=optimiser.rate)
    for _ in range(6):
        leaf.grad = torch.tensor(rng.standard_normal(20).astype(np.float32))
        theirs.step()
    np.testing.assert_allclose(ours, leaf.detach().numpy(), rtol=1e-5)


def test_a_memory_of_another_length_is_refused():
    values = np.zeros(3, np.float32)
    with pytest.raises(ValueError, match="one length"):
        Adam.of(4).step(values, values)
    with pytest.raises(ValueError, match="float32"):
        Adadelta.of(3).step(values.astype(float), values)
