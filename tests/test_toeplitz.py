import numpy as np
import pytest
from pyriemann.estimation import TimeDelayCovariances

from neurokit.kernels import (
    lagged_covariances,
    lagged_from_coefficients,
    mean_and_logarithms_siegel,
    mean_siegel,
    reflection_coefficients,
    siegel_distances,
    siegel_exponentials,
    siegel_logarithms,
    siegel_translation,
)
from neurokit.kernels.reference.toeplitz import block_toeplitz

each_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])
each_window = pytest.mark.parametrize("window", ["circular", "padded"])
each_shape = pytest.mark.parametrize("shape", [(1, 1, 2), (7, 3, 5), (4, 6, 1), (3, 12, 8)])
rng = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _same_numbers_whichever_tests_run():
    rng.bit_generator.state = np.random.default_rng(0).bit_generator.state


def disk(n_points, n, largest=0.95):
    """Points of the Siegel disk, some near its edge."""
    points = rng.standard_normal((n_points, n, n))
    sizes = rng.uniform(0.05, largest, n_points) / np.linalg.norm(points, 2, axis=(1, 2))
    return points * sizes[:, None, None]


def orthogonal(n):
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def signals(n_epochs=6, n_channels=3, n_times=120):
    """Coloured noise, mixed over channels and with an offset."""
    noise = rng.standard_normal((n_epochs, n_channels, n_times))
    noise[..., 1:] += 0.6 * noise[..., :-1]
    mixing = np.eye(n_channels) + 0.2 * rng.standard_normal((n_channels, n_channels))
    return mixing @ noise + 3


@each_backend
def test_circular_blocks_are_those_of_pyriemann(backend):
    X = signals()
    delays = [0, 2, 4, 6]
    lagged = lagged_covariances(X, delays, window="circular", backend=backend)
    expected = TimeDelayCovariances(delays[1:], estimator="scm").transform(X)
    whole = np.stack([block_toeplitz(blocks) for blocks in lagged])
    np.testing.assert_allclose(whole, expected, rtol=1e-12, atol=1e-13)


@each_backend
def test_padded_blocks_see_zeros_before_the_epoch(backend):
    X = np.array([[[1.0, -1.0, 2.0, -2.0]]])
    lagged = lagged_covariances(X, [0, 1, 3], window="padded", backend=backend)
    np.testing.assert_allclose(lagged.ravel(), [10 / 4, -7 / 4, -2 / 4], rtol=1e-15)


@each_window
def test_the_block_toeplitz_matrix_is_positive_semidefinite(window):
    # more blocks than the samples can fill
    lagged = lagged_covariances(signals(n_times=20), range(15), window=window)
    for blocks in lagged:
        values = np.linalg.eigvalsh(block_toeplitz(blocks))
        assert values[0] > -1e-12 * values[-1]


@each_window
@pytest.mark.parametrize("n_channels", [1, 3, 8])
def test_levinson_agrees_with_the_direct_formula(window, n_channels):
    lagged = lagged_covariances(signals(n_channels=n_channels), range(0, 12, 2), window=window)
    fast, direct = (reflection_coefficients(lagged, backend=name) for name in ("cpu", "reference"))
    np.testing.assert_allclose(fast, direct, rtol=1e-9, atol=1e-11)


@each_backend
def test_blocks_come_back_from_their_coefficients(backend):
    lagged = lagged_covariances(signals(), range(6))
    made = reflection_coefficients(lagged, backend=backend)
    np.testing.assert_allclose(
        lagged_from_coefficients(made, backend=backend), lagged, rtol=1e-10, atol=1e-11
    )


@each_backend
def test_coefficients_give_the_log_determinant(backend):
    order, n = 5, 3
    lagged = lagged_covariances(signals(n_channels=n), range(order))
    made = reflection_coefficients(lagged, backend=backend)
    for blocks, (P, *omegas) in zip(lagged, made, strict=True):
        expected = order * np.linalg.slogdet(P)[1] + sum(
            (order - lag) * np.linalg.slogdet(np.eye(n) - omega @ omega.T)[1]
            for lag, omega in enumerate(omegas, start=1)
        )
        assert np.linalg.slogdet(block_toeplitz(blocks))[1] == pytest.approx(expected, rel=1e-11)


@each_backend
def test_a_lower_order_is_the_start_of_a_higher_one(backend):
    lagged = lagged_covariances(signals(), range(6))
    higher = reflection_coefficients(lagged, backend=backend)
    lower = reflection_coefficients(lagged[:, :3], backend=backend)
    np.testing.assert_allclose(higher[:, :3], lower, rtol=1e-12, atol=1e-13)


@each_backend
def test_an_autoregression_of_order_one_has_one_coefficient(backend):
    A = 0.8 * orthogonal(3)
    # x(t) = A x(t-1) + e: R(0) = I / (1 - 0.64) for an orthogonal matrix times 0.8
    lagged = np.stack([np.linalg.matrix_power(A, d) / 0.36 for d in range(4)])[None]
    made = reflection_coefficients(lagged, backend=backend)[0]
    np.testing.assert_allclose(made[1], A, atol=1e-12)
    np.testing.assert_allclose(made[2:], 0, atol=1e-10)


@each_shape
def test_the_backends_agree_on_the_disk(shape):
    n_points, n, _ = shape
    points, reference = disk(n_points, n), disk(1, n)[0]
    for kernel in (siegel_translation, siegel_logarithms, siegel_exponentials):
        one, other = (kernel(points, reference, backend=name) for name in ("cpu", "reference"))
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)
    one, other = (siegel_distances(points, points, backend=name) for name in ("cpu", "reference"))
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-7)
    one, other = (mean_siegel(points, tol=1e-10, backend=name) for name in ("cpu", "reference"))
    np.testing.assert_allclose(one, other, atol=1e-10)


@each_backend
def test_logarithm_and_exponential_are_inverse(backend):
    points, reference = disk(8, 5, largest=0.999), disk(1, 5)[0]
    logarithms = siegel_logarithms(points, reference, backend=backend)
    back = siegel_exponentials(logarithms, reference, backend=backend)
    np.testing.assert_allclose(back, points, atol=1e-12)
    again = siegel_logarithms(back, reference, backend=backend)
    np.testing.assert_allclose(again, logarithms, rtol=1e-8, atol=1e-10)


@each_backend
def test_the_translation_takes_its_reference_home_and_has_an_inverse(backend):
    points, reference = disk(6, 4), disk(1, 4)[0]
    home = siegel_translation(reference[None], reference, backend=backend)
    np.testing.assert_allclose(home, 0, atol=1e-14)
    there = siegel_translation(points, reference, backend=backend)
    back = siegel_translation(there, -reference, backend=backend)
    np.testing.assert_allclose(back, points, atol=1e-12)


@each_backend
def test_distances_survive_translations_and_rotations(backend):
    points, reference = disk(6, 4), disk(1, 4)[0]
    U, V = orthogonal(4), orthogonal(4)
    expected = siegel_distances(points, points, backend=backend)
    for moved in (siegel_translation(points, reference), U @ points @ V.T, points.swapaxes(1, 2)):
        found = siegel_distances(moved, moved, backend=backend)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-7)


@each_backend
def test_a_distance_is_the_length_of_the_logarithm(backend):
    points, reference = disk(6, 4), disk(1, 4)[0]
    lengths = np.linalg.norm(siegel_logarithms(points, reference, backend=backend), axis=(1, 2))
    distances = siegel_distances(points, reference[None], backend=backend)
    np.testing.assert_allclose(distances[:, 0], lengths, rtol=1e-10)


@each_backend
def test_the_distance_of_one_by_one_matrices_is_that_of_poincare(backend):
    distance = siegel_distances([[[0.5]]], [[[-0.3]], [[0.0]]], backend=backend)
    expected = np.arctanh([(0.5 + 0.3) / (1 + 0.15), 0.5])
    np.testing.assert_allclose(distance[0], expected, rtol=1e-13)


@each_backend
def test_the_distance_has_the_squared_form_of_its_definition(backend):
    a, b = disk(2, 4)
    identity = np.eye(4)
    S = (
        (b - a)
        @ np.linalg.inv(identity - a.T @ b)
        @ (b.T - a.T)
        @ np.linalg.inv(identity - a @ b.T)
    )
    roots = np.sqrt(np.linalg.eigvals(S).real)
    expected = np.linalg.norm(np.log((1 + roots) / (1 - roots)) / 2)
    found = siegel_distances(b[None], a[None], backend=backend)[0, 0]
    assert found == pytest.approx(expected, rel=1e-9)


@each_backend
def test_the_mean_of_two_points_is_the_midpoint(backend):
    points = disk(2, 4)
    mean = mean_siegel(points, tol=1e-11, backend=backend)
    distances = siegel_distances(np.stack([mean, points[0]]), points, backend=backend)
    assert distances[0] == pytest.approx([distances[1, 1] / 2] * 2, rel=1e-9)


@each_backend
def test_the_mean_moves_with_its_points(backend):
    points, reference = disk(9, 4), disk(1, 4)[0]
    U = orthogonal(4)
    mean = mean_siegel(points, tol=1e-11, backend=backend)
    moved = mean_siegel(U @ siegel_translation(points, reference), tol=1e-11, backend=backend)
    np.testing.assert_allclose(moved, U @ siegel_translation(mean[None], reference)[0], atol=1e-10)


@each_backend
def test_the_mean_counts_weights_as_repetitions(backend):
    points = disk(3, 4)
    weighted = mean_siegel(points, sample_weight=[2, 0, 1], tol=1e-11, backend=backend)
    repeated = mean_siegel(points[[0, 2, 0]], tol=1e-11, backend=backend)
    np.testing.assert_allclose(weighted, repeated, atol=1e-10)


@each_backend
def test_the_mean_is_found_among_points_far_apart(backend):
    points = disk(30, 6, largest=0.999999)
    points /= np.linalg.norm(points, 2, axis=(1, 2))[:, None, None] * (1 + 1e-6)
    mean, logarithms = mean_and_logarithms_siegel(points, backend=backend)
    assert np.linalg.norm(logarithms.mean(axis=0)) <= 1e-8
    expected = siegel_logarithms(points, mean, backend=backend)
    np.testing.assert_array_equal(logarithms, expected)


def test_a_mean_that_is_not_found_in_time_says_so():
    with pytest.warns(RuntimeWarning, match="not found within 1 steps"):
        mean_siegel(disk(5, 3), max_iter=1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: lagged_covariances(np.ones((3, 9)), [0]), "add an axis"),
        (lambda: lagged_covariances(np.full((1, 2, 9), np.nan), [0]), "missing"),
        (lambda: lagged_covariances(signals(), [0], window="crop"), "circular, padded, got 'crop'"),
        (lambda: lagged_covariances(signals(), [0, 120]), "from 0 to 119.*lower the order"),
        (lambda: lagged_covariances(signals(), []), "delays must lie"),
        (lambda: reflection_coefficients(np.ones((2, 3, 3))), "got .2, 3, 3."),
        (lambda: siegel_logarithms(disk(2, 3), 2 * np.eye(3)), r"reference\[0\] lies outside"),
        (lambda: siegel_distances(disk(2, 3) / 0.0001, disk(1, 3)), r"points\[0\] lies outside"),
        (lambda: mean_siegel(disk(2, 3) * np.nan), "missing"),
        (lambda: mean_siegel(disk(2, 3), sample_weight=[1, -1]), "not negative"),
        (lambda: mean_siegel(disk(2, 3), backend="gpu"), "has no gpu backend|cannot run here"),
        (lambda: lagged_from_coefficients(-np.ones((1, 2, 1, 1))), "not positive definite"),
    ],
)
def test_bad_input_is_refused_with_a_cure(call, said):
    with pytest.raises(ValueError, match=said) as caught:
        call()
    assert "\n" not in str(caught.value)


@each_backend
def test_a_matrix_that_is_not_positive_definite_is_refused(backend):
    # block averages of the crop window can be so: v v' + small I with v = (1, 0, 0, 1)
    blocks = np.array([np.eye(2) * 0.5, [[0.0, 1.0], [0.0, 0.0]]])
    good = np.array([np.eye(2), np.zeros((2, 2))])
    with pytest.raises(ValueError, match=r"item 1 is not positive definite \(1 of 2"):
        reflection_coefficients(np.stack([good, blocks]), backend=backend)
    copied = signals()[:, [0, 1, 1]]
    with pytest.raises(ValueError, match="some channels are sums"):
        reflection_coefficients(lagged_covariances(copied, range(3)), backend=backend)
