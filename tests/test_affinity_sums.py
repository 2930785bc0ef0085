import numpy as np
import pytest

from neurokit.kernels.affinity_sums import FACTORING, halves, pair_sums, time_sums
from neurokit.kernels.tensors import affinities

each_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])
each_kernel = pytest.mark.parametrize("kernel", FACTORING)
each_shape = pytest.mark.parametrize("shape", [(1, 2), (40, 3), (33, 21)])


def changes(shape):
    return np.random.default_rng(0).standard_normal(shape)


@each_backend
@each_kernel
@each_shape
def test_sums_are_those_of_the_table_of_pairs(backend, kernel, shape):
    table = affinities(changes(shape), kernel=kernel).astype(float)
    parts = halves(changes(shape), kernel=kernel)
    rng = np.random.default_rng(1)
    times, pairs = rng.random((shape[0], 4)), rng.random((len(table), 4))
    np.testing.assert_allclose(pair_sums(parts, times, backend=backend), table @ times, rtol=2e-6)
    np.testing.assert_allclose(time_sums(parts, pairs, backend=backend), table.T @ pairs, rtol=2e-6)


@each_backend
def test_of_one_component_both_sums_share_their_product(backend):
    parts = halves(changes((30, 9)))
    rng = np.random.default_rng(2)
    times, pairs = rng.random((30, 1)), rng.random((36, 1))
    one = np.sum(pairs * pair_sums(parts, times, backend=backend))
    other = np.sum(times * time_sums(parts, pairs, backend=backend))
    assert one == pytest.approx(other, rel=1e-5)


def test_a_kernel_that_does_not_factor_is_refused():
    with pytest.raises(ValueError, match="only the kernels geometric and product factor"):
        halves(changes((5, 3)), kernel="minimum")
