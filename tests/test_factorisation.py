import numpy as np
import pytest
from sklearn.base import clone
from tensorly.cp_tensor import cp_to_tensor
from tensorly.decomposition import non_negative_parafac_hals

from neurokit.pipelines.factor_match import factor_match, matched
from neurokit.pipelines.factorisation import NonNegativeFactorisation, random_start
from tests.planted_tensors import planted


@pytest.fixture(scope="module")
def small():
    tensor, _ = planted(16, 30, 5, 3, noise=0.3, overlap=0.5)
    return tensor


def plain(rank=3, **options):
    """Stop after a number of sweeps, neither extrapolated nor compressed."""
    return NonNegativeFactorisation(
        rank, **{"extrapolate": False, "compress": False, "tol": 0, "max_iter": 20, **options}
    )


@pytest.mark.parametrize("shape", [(120, 30, 5), (6, 40, 5), (9, 8, 12, 4)])
def test_plain_sweeps_reach_tensorlys_error(shape):
    rng = np.random.default_rng(1)
    tensor = rng.random(shape) ** 2
    start = random_start(shape, 3, np.random.RandomState(0), 1.0)
    _, errors = non_negative_parafac_hals(
        tensor, 3, n_iter_max=20, init=(np.ones(3), [f.copy() for f in start]), tol=1e-300,
        return_errors=True, cvg_criterion="abs_rec_error",
    )  # fmt: skip
    found = plain().fit(tensor, init=start)
    # with other modes first, other sweeps lead to the same place
    assert abs(found.error_ - errors[-1]) < (1e-6 if np.argmax(shape) == 0 else 1e-3)


def test_the_error_is_that_of_the_factors(small):
    model = NonNegativeFactorisation(3, random_state=0).fit(small)
    left = small - cp_to_tensor(model.to_tensorly())
    assert model.error_ == pytest.approx(np.linalg.norm(left) / np.linalg.norm(small), rel=1e-10)


@pytest.mark.parametrize("extrapolate", [False, True])
@pytest.mark.parametrize("compress", [False, True])
def test_the_error_never_rises(small, extrapolate, compress):
    model = NonNegativeFactorisation(
        3, extrapolate=extrapolate, compress=compress, tol=0, max_iter=150, random_state=0
    ).fit(small)
    assert (np.diff(model.errors_) <= 0).all()
    assert model.errors_[-1] == model.error_


def test_an_easy_plant_is_found():
    tensor, factors = planted(24, 60, 6, 3, noise=0.1, seed=1)
    model = NonNegativeFactorisation(3, n_starts=3, random_state=0).fit(tensor)
    assert factor_match(factors, model.factors_) > 0.99
    assert (np.diff(model.weights_) <= 0).all()
    for factor in model.factors_:
        np.testing.assert_allclose(np.linalg.norm(factor, axis=0), 1)


def test_the_same_seed_gives_the_same_numbers_for_any_number_of_threads(small):
    model = NonNegativeFactorisation(3, n_starts=2, random_state=3, max_iter=30)
    one = clone(model).fit(small)
    two = clone(model).set_params(n_threads=2).fit(small)
    for a, b in zip(one.factors_, two.factors_, strict=True):
        np.testing.assert_array_equal(a, b)


def test_animals_in_another_order_have_the_same_motifs(small):
    order = np.array([3, 0, 4, 2, 1])
    start = random_start(small.shape, 3, np.random.RandomState(0), 1.0)
    turned = [start[0], start[1], start[2][order]]
    one = plain().fit(small, init=start)
    other = plain().fit(small[:, :, order], init=turned)
    np.testing.assert_allclose(other.factors_[0], one.factors_[0], atol=1e-8)
    np.testing.assert_allclose(other.factors_[2], one.factors_[2][order], atol=1e-8)


def test_a_tensor_in_another_unit_has_the_same_motifs(small):
    one, other = (plain(random_state=0).fit(unit * small) for unit in (1, 1e-6))
    np.testing.assert_allclose(other.weights_, 1e-6 * one.weights_, rtol=1e-6)
    np.testing.assert_allclose(other.factors_[1], one.factors_[1], atol=1e-6)


def test_compression_ends_where_the_whole_does(small):
    models = [
        NonNegativeFactorisation(3, compress=c, random_state=0, tol=1e-9).fit(small)
        for c in (False, True)
    ]
    assert models[1].error_ == pytest.approx(models[0].error_, rel=1e-5)


def test_a_warm_start_goes_on_where_the_other_ended(small):
    first = plain(max_iter=10, random_state=0).fit(small)
    start = [f * w for f, w in zip(first.factors_, [first.weights_, 1, 1], strict=True)]
    second = plain(max_iter=10).fit(small, init=start)
    assert second.errors_[0] < first.error_
    assert second.error_ == pytest.approx(plain(random_state=0).fit(small).error_, rel=1e-3)


def test_single_precision_gives_the_same_motifs(small):
    one, other = (
        NonNegativeFactorisation(3, random_state=0).fit(small.astype(kind))
        for kind in (np.float64, np.float32)
    )
    assert other.error_ == pytest.approx(one.error_, rel=1e-4)
    assert factor_match(one.factors_, other.factors_) > 0.99


def test_a_callback_sees_each_sweep_and_may_end_it(small):
    seen = []

    def note(number, error, factors):
        seen.append(error)
        return number == 4

    model = plain(callback=note, random_state=0).fit(small)
    assert seen == list(model.errors_)
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: -x, "negative"),
        (lambda x: np.where(x == x.max(), np.nan, x), "1 of 18000 entries"),
        (lambda x: np.where(x == x.max(), np.inf, x), "NaN or infinite"),
        (np.ones_like, "constant"),
        (lambda x: x[0], "three or four modes"),
        (lambda x: x[:, :, :0], "none of them empty"),
        (lambda x: x.astype(complex), "real numbers"),
    ],
)
def test_bad_tensors_are_refused(small, spoil, message):
    with pytest.raises(ValueError, match=message):
        NonNegativeFactorisation(3).fit(spoil(small))


@pytest.mark.parametrize("rank", [0, 151, 2.5])
def test_a_rank_that_the_data_cannot_carry_is_refused(small, rank):
    with pytest.raises(ValueError, match="rank must be a whole number from 1 to 150"):
        NonNegativeFactorisation(rank).fit(small)


def test_a_start_of_another_shape_is_refused(small):
    with pytest.raises(ValueError, match="one factor a mode"):
        NonNegativeFactorisation(3).fit(small, init=[np.ones((3, 3))] * 3)
    start = random_start(small.shape, 3, np.random.RandomState(0), 1.0)
    start[1][0, 0] = -1
    with pytest.raises(ValueError, match="not negative"):
        NonNegativeFactorisation(3).fit(small, init=start)


def test_the_match_ignores_order_scale_and_unobserved_rows():
    rng = np.random.default_rng(0)
    left = [rng.random((n, 3)) for n in (9, 7, 5)]
    order = [2, 0, 1]
    right = [3 * f[:, order] for f in left]
    right[0][4] = np.nan
    score, partners = matched(left, right)
    assert score == pytest.approx(1)
    assert list(np.array(order)[partners]) == [0, 1, 2]
    assert factor_match(left, [f[:, :2] for f in left]) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="same modes"):
        factor_match(left, left[:2])
