import numpy as np
import pytest

from neurokit.kernels import affinities, available, hals_update, sweep_rows

each_backend = pytest.mark.parametrize("backend", available())
each_kernel = pytest.mark.parametrize("kernel", ["geometric", "product", "minimum", "opposite"])


def make_step(n_rows=21, n_columns=30, rank=3, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    rows, columns = rng.random((n_rows, n_columns)), rng.random((n_columns, rank))
    factor, before = rng.random((n_rows, rank)), rng.random((n_rows, rank))
    return rows.astype(dtype), columns, columns.T @ columns, factor, before


def by_hand(d_i, d_j, kernel):
    up, down = max(d_i, 0) * max(d_j, 0), max(-d_i, 0) * max(-d_j, 0)
    if kernel == "opposite":
        return np.sqrt(max(d_i, 0) * max(-d_j, 0)) + np.sqrt(max(-d_i, 0) * max(d_j, 0))
    if kernel == "minimum":
        return min(abs(d_i), abs(d_j)) if d_i * d_j > 0 else 0
    return up + down if kernel == "product" else np.sqrt(up) + np.sqrt(down)


@each_backend
@each_kernel
def test_affinities_are_what_their_formula_says(backend, kernel):
    changes = np.random.default_rng(0).standard_normal((7, 4))
    changes[2] = 0
    pairs = zip(*np.triu_indices(4, 1), strict=True)
    expected = [[by_hand(d[i], d[j], kernel) for d in changes] for i, j in pairs]
    found = affinities(changes, kernel=kernel, backend=backend)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@each_backend
@pytest.mark.parametrize("window", [3, 6, 20])
def test_window_correlations_equal_numpys(backend, window):
    series = np.random.default_rng(0).standard_normal((20, 3)).cumsum(axis=0) + 100
    found = affinities(series, kernel="correlation", window=window, backend=backend)
    for t in range(20):
        some = series[max(t - window // 2, 0) : t - window // 2 + window]
        expected = np.abs(np.corrcoef(some.T))[np.triu_indices(3, 1)]
        np.testing.assert_allclose(found[:, t], expected, atol=1e-5)


@each_backend
def test_a_constant_series_correlates_with_nothing(backend):
    series = np.random.default_rng(0).standard_normal((12, 2))
    series[3:9, 0] = 5
    found = affinities(series, kernel="correlation", window=5, backend=backend)
    assert np.isfinite(found).all()
    assert (found[:, 5:7] == 0).all()


@each_backend
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "rank"), [((21, 30), 3), ((1, 1), 1), ((13, 5), 2)])
def test_a_pass_over_the_rows_is_its_two_products_and_the_update(backend, dtype, shape, rank):
    rows, columns, gram, factor, before = make_step(*shape, rank, dtype)
    fresh, ahead, products = sweep_rows(
        rows, columns, gram, factor, before, 0.7, patience=0, backend=backend
    )
    expected = factor.copy()
    for _ in range(5):
        for r in range(rank):
            gap = rows.astype(float) @ columns[:, r] - expected @ gram[r]
            expected[:, r] = np.maximum(expected[:, r] + gap / gram[r, r], 0)
    tolerance = 1e-4 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(fresh, expected, rtol=tolerance, atol=tolerance)
    expected = np.maximum(fresh + 0.7 * (fresh - before), 0)
    np.testing.assert_allclose(ahead, expected, atol=1e-12)
    np.testing.assert_allclose(products, ahead.T @ rows, rtol=tolerance, atol=tolerance)


@each_backend
def test_each_group_of_rows_has_its_own_gram_matrix(backend):
    rows, columns, gram, factor, _ = make_step(rank=2)
    products = rows @ columns
    grams = np.array([gram, 2 * gram])
    found = hals_update(products, grams, factor, bounds=np.array([0, 4, 21]), backend=backend)
    parts = [
        hals_update(products[some], one, factor[some], backend="reference")
        for one, some in zip(grams, [slice(4), slice(4, 21)], strict=True)
    ]
    np.testing.assert_allclose(found, np.concatenate(parts), atol=1e-12)


@each_backend
def test_a_column_whose_others_are_zero_stays(backend):
    _, _, gram, factor, _ = make_step(rank=2)
    gram[1] = gram[:, 1] = 0
    found = hals_update(np.zeros_like(factor), gram, factor, backend=backend)
    np.testing.assert_array_equal(found[:, 1], factor[:, 1])


def test_a_pass_is_the_same_to_the_bit_for_any_number_of_threads():
    step = make_step(5000, 12, 3)
    one, two = (sweep_rows(*step, 0.5, n_threads=n) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        (np.zeros(5), {}, "two nodes or more"),
        (np.array([[0.0, np.nan], [1, 1]]), {}, "node 1 has a change that is not finite"),
        (np.zeros((5, 2)), {"kernel": "cosine"}, "kernel must be one of"),
        (np.zeros((5, 2)), {"kernel": "correlation"}, "window="),
        (np.zeros((5, 2)), {"window": 4}, "only it"),
        (np.zeros((5, 2)), {"kernel": "correlation", "window": 6}, "from 3 to the 5 times"),
    ],
)
def test_bad_changes_are_refused(changes, options, message):
    with pytest.raises(ValueError, match=message):
        affinities(changes, **options)
