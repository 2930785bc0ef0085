import numpy as np
import pytest
from tensorly.cp_tensor import cp_to_tensor

from neurokit.kernels.tensors import affinities
from neurokit.pipelines.factor_match import factor_match
from neurokit.pipelines.factorisation import NonNegativeFactorisation, random_start
from neurokit.pipelines.observed import AffinityTensor
from tests.planted_tensors import planted

PLAIN = {"extrapolate": False, "compress": False, "tol": 0, "max_iter": 15}


def seen_pairs(n_nodes, n_animals, missing, seed=0):
    """Pairs of which both nodes were identified."""
    seen = np.random.default_rng(seed).random((n_nodes, n_animals)) >= missing
    i, j = np.triu_indices(n_nodes, 1)
    return seen[i] & seen[j]


@pytest.fixture(scope="module")
def gappy():
    """A planted tensor, NaN where neurons are missing, its mask and its factors."""
    tensor, factors = planted(20, 40, 5, 3, noise=0.2, seed=1)
    mask = seen_pairs(20, 5, 0.4)
    assert not mask.any(axis=1).all()
    return np.where(mask[:, None], tensor, np.nan), mask, factors


def each_entry(mask, n_times):
    return np.repeat(mask[:, None], n_times, axis=1)


@pytest.mark.parametrize("of_entries", [False, True])
def test_without_gaps_a_mask_changes_nothing(of_entries):
    tensor, _ = planted(12, 30, 4, 3, noise=0.3)
    mask = np.ones((66, 4), dtype=bool)
    start = random_start(tensor.shape, 3, np.random.RandomState(0), 1.0)
    plain = NonNegativeFactorisation(3, **PLAIN).fit(tensor, init=start)
    mask = each_entry(mask, 30) if of_entries else mask
    masked = NonNegativeFactorisation(3, mask=mask, ridge=0, **PLAIN).fit(tensor, init=start)
    np.testing.assert_allclose(masked.errors_, plain.errors_, rtol=1e-9)
    np.testing.assert_allclose(masked.factors_[0], plain.factors_[0], atol=1e-7)


@pytest.mark.parametrize("ridge", [0, 1e-3])
def test_a_mask_of_pairs_is_a_mask_of_entries_that_do_not_change_in_time(gappy, ridge):
    tensor, mask, _ = gappy
    start = random_start(tensor.shape, 3, np.random.RandomState(0), 1.0)
    pairs = NonNegativeFactorisation(3, mask=mask, ridge=ridge, **PLAIN).fit(tensor, init=start)
    entries = NonNegativeFactorisation(3, mask=each_entry(mask, 40), ridge=ridge, **PLAIN)
    entries.fit(tensor, init=start)
    np.testing.assert_allclose(entries.errors_, pairs.errors_, rtol=1e-9)
    np.testing.assert_allclose(entries.factors_[0], pairs.factors_[0], atol=1e-7)


@pytest.mark.parametrize("extrapolate", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_objective_never_rises_and_the_error_is_that_of_what_was_seen(
    gappy, extrapolate, dtype
):
    tensor, mask, _ = gappy
    model = NonNegativeFactorisation(
        3, mask=mask, extrapolate=extrapolate, tol=0, max_iter=60, random_state=0
    ).fit(tensor.astype(dtype))
    assert (np.diff(model.errors_) <= 0).all()
    entries = each_entry(mask, 40)
    left = (tensor - cp_to_tensor(model.to_tensorly()))[entries]
    assert model.error_ == pytest.approx(
        np.linalg.norm(left) / np.linalg.norm(tensor[entries]), rel=1e-5
    )
    assert model.error_ < model.errors_[-1]


def test_pairs_never_seen_together_are_unobserved_and_not_zero(gappy):
    tensor, mask, _ = gappy
    model = NonNegativeFactorisation(3, mask=mask, random_state=0).fit(tensor)
    np.testing.assert_array_equal(np.isnan(model.factors_[0]).all(axis=1), ~mask.any(axis=1))
    seen = np.nan_to_num(model.factors_[0])
    np.testing.assert_allclose(np.linalg.norm(seen, axis=0), 1)


@pytest.mark.parametrize("missing", [0.3, 0.5])
def test_motifs_are_found_with_neurons_missing_from_any_start(missing):
    tensor, factors = planted(30, 80, 8, 3, noise=0.1, seed=2)
    mask = seen_pairs(30, 8, missing)
    for seed in range(3):
        model = NonNegativeFactorisation(3, mask=mask, random_state=seed).fit(tensor)
        assert factor_match(factors, model.factors_) > 0.97


def test_gaps_at_some_times_are_left_out():
    tensor, factors = planted(16, 50, 5, 3, noise=0.1, seed=1)
    mask = np.ones(tensor.shape, dtype=bool)
    mask[:, 10:18, 2] = False
    spoilt = np.where(mask, tensor, 1e6)
    model = NonNegativeFactorisation(3, mask=mask, n_starts=2, random_state=0).fit(spoilt)
    assert factor_match(factors, model.factors_) > 0.97


def test_threads_do_not_change_the_numbers(gappy):
    tensor, mask, _ = gappy
    fits = [
        NonNegativeFactorisation(3, mask=mask, random_state=0, n_threads=n, max_iter=20).fit(tensor)
        for n in (1, 2)
    ]
    np.testing.assert_array_equal(fits[0].factors_[0], fits[1].factors_[0])


@pytest.mark.parametrize("kernel", ["geometric", "product"])
def test_a_tensor_made_from_traces_is_factorised_as_the_one_in_memory(kernel):
    changes = np.random.default_rng(0).standard_normal((60, 11, 3)).cumsum(axis=0)
    changes[:, 4, 1] = np.nan
    traces = AffinityTensor(changes, kernel=kernel)
    filled = np.nan_to_num(changes)
    dense = np.stack([affinities(filled[:, :, k], kernel=kernel) for k in range(3)], axis=-1)
    start = random_start(dense.shape, 3, np.random.RandomState(0), 1.0)
    there = NonNegativeFactorisation(3, mask=traces.mask, **PLAIN).fit(dense, init=start)
    made = NonNegativeFactorisation(3, **PLAIN).fit(traces, init=start)
    np.testing.assert_allclose(made.errors_, there.errors_, rtol=1e-5)
    for one, other in zip(made.factors_, there.factors_, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def bad(tensor, mask, what):
    tensor, mask = tensor.copy(), mask.copy()
    if what == "shape":
        mask = mask[:-1]
    elif what == "must be boolean":
        mask = mask.astype(float)
    elif what == "animal 2 has no pair":
        mask[:, 2] = False
    elif what == "NaN numbers where the mask says observed in animal 1":
        tensor[np.flatnonzero(mask[:, 1])[0], 3, 1] = np.nan
    elif what == "zero wherever it was observed":
        tensor[:] = 0
    elif what == "rank must be":
        return tensor, mask, 10_000
    elif what == "time 7 has no pair":
        mask = each_entry(mask, 40)
        mask[:, 7] = False
    return tensor, mask, 3


@pytest.mark.parametrize(
    "what",
    [
        "shape",
        "must be boolean",
        "animal 2 has no pair",
        "time 7 has no pair",
        "NaN numbers where the mask says observed in animal 1",
        "zero wherever it was observed",
        "rank must be",
    ],
)
def test_a_mask_that_does_not_fit_is_refused_with_the_cure(gappy, what):
    tensor, mask, rank = bad(*gappy[:2], what)
    with pytest.raises(ValueError, match=what):
        NonNegativeFactorisation(rank, mask=mask).fit(tensor)


def test_traces_with_gaps_are_refused():
    changes = np.ones((10, 4, 2))
    changes[3, 1, 1] = np.nan
    with pytest.raises(ValueError, match="node 1 of animal 1 is NaN at some times only"):
        AffinityTensor(changes)
    changes[:, 1, 1] = np.nan
    with pytest.raises(ValueError, match="True only where an animal has both nodes"):
        NonNegativeFactorisation(1, mask=np.ones((6, 2), dtype=bool)).fit(AffinityTensor(changes))
