import numpy as np
import pytest
from tensorly.cp_tensor import cp_to_tensor

from neurokit.kernels.symmetric import pack_symmetric, tied_rows
from neurokit.pipelines.factor_match import factor_match
from neurokit.pipelines.factorisation import NonNegativeFactorisation

each_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])


def tied(n_nodes=12, n_times=30, n_animals=4, rank=3, noise=0.0, seed=0):
    """A tensor of soft communities, and its factors."""
    rng = np.random.default_rng(seed)
    nodes = rng.random((n_nodes, rank)) * (rng.random((n_nodes, rank)) < 0.5)
    factors = [nodes, nodes, rng.random((n_times, rank)) ** 3, rng.random((n_animals, rank))]
    tensor = cp_to_tensor((None, factors))
    disturbance = rng.exponential(size=tensor.shape)
    return tensor + noise * (disturbance + disturbance.swapaxes(0, 1)), factors


def misfit(nodes, products, gram):
    """Part of the squared error that depends on the nodes."""
    shared = np.einsum("rij,ir,jr->", products, nodes, nodes)
    return np.sum(gram * (nodes.T @ nodes) ** 2) - 2 * shared


def problem(n_nodes=9, rank=4, seed=0):
    rng = np.random.default_rng(seed)
    products = rng.standard_normal((rank, n_nodes, n_nodes)) + 0.5
    others = rng.random((20, rank))
    nodes = rng.random((n_nodes, rank)) * (rng.random((n_nodes, rank)) < 0.7)
    return nodes, products + products.swapaxes(1, 2), others.T @ others


@pytest.mark.parametrize("seed", range(5))
def test_tied_updates_agree_with_the_roots_of_the_cubic(seed):
    given = problem(seed=seed)
    expected = tied_rows(*given, backend="reference")
    np.testing.assert_allclose(tied_rows(*given), expected, atol=1e-9)


@each_backend
@pytest.mark.parametrize("scale", [1e-6, 1, 1e6])
def test_a_tied_update_never_raises_the_misfit(backend, scale):
    nodes, products, gram = problem(seed=3)
    before = misfit(nodes, products * scale, gram)
    for _ in range(4):
        nodes = tied_rows(nodes, products * scale, gram, backend=backend)
        after = misfit(nodes, products * scale, gram)
        assert after <= before + 1e-9 * abs(before)
        before = after


@each_backend
def test_an_upper_triangle_is_packed_row_by_row(backend):
    tensor, _ = tied(noise=0.1)
    packed = pack_symmetric(tensor.astype(np.float32), backend=backend)
    assert packed.dtype == np.float32
    np.testing.assert_array_equal(packed, tensor.astype(np.float32)[np.triu_indices(12)])


def broken(what):
    tensor, _ = tied()
    if what == "not symmetric":
        tensor[0, 1] += 1
    elif what == "NaN":
        tensor[3, 2, 1, 1] = np.nan
    elif what == "negative":
        tensor = -tensor
    elif what == "infinite":
        tensor[1, 1, 0, 0] = np.inf
    else:
        tensor = tensor[:, :5]
    return tensor


@each_backend
@pytest.mark.parametrize("what", ["not symmetric", "NaN", "negative", "infinite", "shape"])
def test_what_is_not_symmetric_and_non_negative_is_refused(backend, what):
    with pytest.raises(ValueError, match=what.replace("infinite", "infinite or NaN")):
        pack_symmetric(broken(what), backend=backend)


@pytest.mark.parametrize("extrapolate", [False, True])
def test_soft_communities_are_found_and_the_error_is_theirs(extrapolate):
    tensor, factors = tied(noise=0.01)
    model = NonNegativeFactorisation(
        3, symmetric=True, n_starts=3, extrapolate=extrapolate, random_state=0
    ).fit(tensor)
    assert factor_match(factors, model.factors_) > 0.98
    np.testing.assert_array_equal(model.factors_[0], model.factors_[1])
    left = tensor - cp_to_tensor(model.to_tensorly())
    assert model.error_ == pytest.approx(np.linalg.norm(left) / np.linalg.norm(tensor), rel=1e-7)
    assert (np.diff(model.errors_) <= 0).all()


def test_a_mask_over_a_symmetric_tensor_is_refused():
    tensor, _ = tied()
    with pytest.raises(ValueError, match="without a mask"):
        NonNegativeFactorisation(3, symmetric=True, mask=tensor > 0).fit(tensor)
