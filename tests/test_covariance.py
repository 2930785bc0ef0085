import os
import subprocess
import sys

import numpy as np
import pytest
from moabb.pipelines.features import AugmentedDataset
from pyriemann.estimation import Covariances, TimeDelayCovariances

from neurokit.kernels import (
    augmented_covariance_grid,
    augmented_covariances,
    available,
    covariances,
)
from neurokit.kernels.covariance import ESTIMATORS, WINDOWS

each_backend = pytest.mark.parametrize("backend", available())
each_host_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])
each_estimator = pytest.mark.parametrize("estimator", ESTIMATORS)
each_window = pytest.mark.parametrize("window", WINDOWS)


def make_epochs(n_epochs, n_channels, n_times, seed=0):
    """Random walks, mixed: smooth in time as recordings are, with means that differ by window."""
    rng = np.random.default_rng(seed)
    walks = rng.standard_normal((n_epochs, n_channels, n_times)).cumsum(axis=-1)
    return rng.standard_normal((n_channels, n_channels)) @ walks


def peer(epochs, order, lag, window, estimator):
    if window == "crop":
        return Covariances(estimator).transform(AugmentedDataset(order, lag).transform(epochs))
    return TimeDelayCovariances([k * lag for k in range(1, order)], estimator).transform(epochs)


def relative_error(found, expected):
    largest = np.abs(expected).max(axis=(1, 2))
    return (np.abs(found - expected).max(axis=(1, 2)) / largest).max()


@each_backend
@each_estimator
@pytest.mark.parametrize("shape", [(1, 1, 2), (2, 3, 20), (1, 5, 3)])
def test_covariances_equal_pyriemanns(backend, estimator, shape):
    epochs = make_epochs(*shape)
    found = covariances(epochs, estimator=estimator, backend=backend)
    assert relative_error(found, Covariances(estimator).transform(epochs)) < 1e-13


@each_backend
@each_window
@each_estimator
@pytest.mark.parametrize(("order", "lag"), [(1, 4), (2, 1), (3, 2), (3, 6)])
def test_small_augmented_covariances_equal_the_peers(backend, window, estimator, order, lag):
    epochs = make_epochs(2, 2, 21)
    found = augmented_covariances(
        epochs, order, lag, window=window, estimator=estimator, backend=backend
    )
    assert relative_error(found, peer(epochs, order, lag, window, estimator)) < 1e-12


@each_host_backend
@each_window
@pytest.mark.parametrize("n_channels", [1, 3, 22, 64])
@pytest.mark.parametrize(("order", "lag"), [(1, 1), (2, 10), (5, 5), (7, 3), (10, 10)])
def test_augmented_covariances_equal_the_peers(backend, window, n_channels, order, lag):
    epochs = make_epochs(2, n_channels, 250)
    estimator = "cov" if window == "crop" else "scm"
    found = augmented_covariances(
        epochs, order, lag, window=window, estimator=estimator, backend=backend
    )
    assert relative_error(found, peer(epochs, order, lag, window, estimator)) < 1e-12


@each_window
@pytest.mark.parametrize(("order", "lag"), [(10, 9), (9, 10), (7, 14), (2, 49)])
def test_windows_that_share_no_sample_equal_the_peers(window, order, lag):
    epochs = make_epochs(2, 3, 100)
    found = augmented_covariances(epochs, order, lag, window=window)
    assert relative_error(found, peer(epochs, order, lag, window, "cov")) < 1e-12


@each_window
@each_estimator
@pytest.mark.parametrize("at_once", [1, 2**20])
def test_the_grid_equals_single_points(monkeypatch, window, estimator, at_once):
    monkeypatch.setattr("neurokit.kernels.cpu.covariance.AT_ONCE", at_once)
    epochs = make_epochs(5, 4, 90)
    orders, lags = [3, 1, 8, 2], [2, 6, 9, 4]
    grid = list(augmented_covariance_grid(epochs, orders, lags, window=window, estimator=estimator))
    points = [point for point, _ in grid]
    expected = [(1, 2)] + [(order, lag) for order in (2, 3, 8) for lag in lags]
    assert sorted(points) == sorted(expected)
    for (order, lag), matrices in grid:
        error = relative_error(matrices, peer(epochs, order, lag, window, estimator))
        assert error < 1e-12, (order, lag)


@each_window
def test_matrices_of_a_grid_are_not_written_again_while_a_part_of_them_is_held(window):
    epochs = make_epochs(3, 2, 60)
    held, expected, addresses = [], [], set()
    for (order, lag), matrices in augmented_covariance_grid(
        epochs, [4], range(1, 9), window=window
    ):
        addresses.add(matrices.ctypes.data)
        if lag % 3 == 0:
            held.append(matrices[1, :, 2:5])
            expected.append(augmented_covariances(epochs, order, lag, window=window)[1, :, 2:5])
    np.testing.assert_allclose(held, expected, rtol=1e-9)
    assert len(addresses) < 8  # and memory that nobody holds is used again


@each_host_backend
@each_window
def test_matrices_are_symmetric_to_the_bit(backend, window):
    matrices = augmented_covariances(
        make_epochs(2, 5, 80), 4, 3, window=window, estimator="oas", backend=backend
    )
    np.testing.assert_array_equal(matrices, matrices.transpose(0, 2, 1))


@each_host_backend
@each_window
def test_a_large_offset_costs_no_digits(backend, window):
    epochs = make_epochs(2, 4, 200)
    # whole numbers: adding the offset rounds nothing
    epochs = np.round(epochs * 1000)
    expected = augmented_covariances(epochs, 3, 2, window=window, backend="reference")
    found = augmented_covariances(epochs + 1e10, 3, 2, window=window, backend=backend)
    assert relative_error(found, expected) < 1e-12


def test_an_artefact_outside_the_windows_costs_no_digits():
    epochs = make_epochs(2, 3, 200)
    expected = augmented_covariances(epochs, 4, 5, backend="reference")
    epochs[..., -5:] = 1e12  # MOABB's windows leave out the last lag samples
    assert relative_error(augmented_covariances(epochs, 4, 5), expected) < 1e-12
    ((_, grid),) = augmented_covariance_grid(epochs, [4], [5])
    assert relative_error(grid, expected) < 1e-12


def test_circular_matrices_are_block_toeplitz_and_nest():
    epochs = make_epochs(2, 3, 60)
    high = augmented_covariances(epochs, 4, 3, window="circular")
    np.testing.assert_array_equal(high[:, :-3, :-3], high[:, 3:, 3:])
    low = augmented_covariances(epochs, 3, 3, window="circular")
    np.testing.assert_allclose(high[:, :9, :9], low, rtol=1e-12)


@each_host_backend
@each_estimator
def test_a_flat_channel_and_too_few_samples_are_computed(backend, estimator):
    epochs = make_epochs(2, 6, 12)
    epochs[:, 1] = 3.0
    matrices = augmented_covariances(epochs, 4, 2, estimator=estimator, backend=backend)
    assert np.isfinite(matrices).all()
    flat = covariances(np.ones((1, 2, 9)), estimator=estimator, backend=backend)
    np.testing.assert_array_equal(flat, 0)


@each_window
def test_the_number_of_threads_changes_nothing(window):
    epochs = make_epochs(7, 22, 700)
    alone = augmented_covariances(epochs, 5, 3, window=window)
    for n_threads in (2, 3):
        shared = augmented_covariances(epochs, 5, 3, window=window, n_threads=n_threads)
        np.testing.assert_array_equal(shared, alone)
    for n_threads in (1, 2):
        grid = augmented_covariance_grid(epochs, [5, 2], [3], window=window, n_threads=n_threads)
        np.testing.assert_array_equal(next(grid)[1], alone)


def test_no_epochs_give_no_matrices():
    assert covariances(np.empty((0, 3, 10))).shape == (0, 3, 3)


@pytest.mark.parametrize(
    "function", [covariances, lambda epochs: augmented_covariances(epochs, 2, 3)]
)
def test_wrong_epochs_are_refused_in_a_sentence(function):
    epochs = make_epochs(3, 4, 30)
    with pytest.raises(ValueError, match=r"got \(4, 30\); add an axis"):
        function(epochs[0])
    with pytest.raises(ValueError, match="at least one channel and two samples"):
        function(epochs[:, :0])
    with pytest.raises(ValueError, match="real numbers, got complex128"):
        function(epochs + 0j)
    epochs[1, 2, 29] = np.nan
    with pytest.raises(
        ValueError, match="got nan in epoch 1, channel 2, sample 29; drop or repair"
    ):
        function(epochs)


def test_huge_but_finite_values_are_not_taken_for_infinite_ones():
    epochs = np.full((1, 2, 8), 1e308)
    augmented_covariance_grid(epochs, [2], [2])
    epochs[0, 1, 7] = np.inf
    with pytest.raises(ValueError, match="got inf in epoch 0, channel 1, sample 7"):
        augmented_covariance_grid(epochs, [2], [2])


@each_window
def test_points_that_the_epoch_does_not_carry_are_refused(window):
    epochs = make_epochs(1, 2, 30)
    assert augmented_covariances(epochs, 4, 7, window=window).shape == (1, 8, 8)
    sentence = "order 5 with lag 6 needs epochs of at least 32 samples, got 30; lower the order"
    with pytest.raises(ValueError, match=sentence):
        augmented_covariances(epochs, 5, 6, window=window)
    with pytest.raises(ValueError, match=sentence):
        augmented_covariance_grid(epochs, [1, 5], [1, 6], window=window)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"order": 0}, r"order must be a whole number of at least 1, got \[0\]"),
        ({"lag": 1.5}, r"lag must be a whole number of at least 1, got \[1.5\]"),
        ({"window": "cut"}, "window must be one of crop, circular, got 'cut'"),
        ({"estimator": "mcd"}, "estimator must be one of cov, scm, oas, lwf, got 'mcd'"),
    ],
)
def test_wrong_options_are_refused_in_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        augmented_covariances(make_epochs(1, 2, 30), **{"order": 2, "lag": 1, **options})


COMPILE = """
from numba import cuda, float64, int64
from neurokit.kernels.gpu import covariance
cube, table = float64[:, :, ::1], float64[:, ::1]
for kernel, signature in (
    (covariance.fill_rows, (cube, int64, int64, cube)),
    (covariance.fill_means, (cube, int64, int64, table)),
    (covariance.fill_circular, (cube, int64, int64, float64, cube)),
    (covariance.fill_crop, (cube, table, int64, int64, int64, float64, cube)),
    (covariance.fill_norms, (cube, table, int64, int64, table)),
):
    ptx, _ = cuda.compile_ptx(kernel.py_func, signature, cc=(8, 0))
    assert ".visible .entry" in ptx and ".f64" in ptx
"""


def test_the_gpu_kernels_compile_for_a_device():
    pytest.importorskip("numba_cuda")
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "0"}
    ended = subprocess.run(
        [sys.executable, "-c", COMPILE], env=environment, capture_output=True, text=True
    )
    if "DynamicLibNotFoundError" in ended.stderr or "NvvmSupportError" in ended.stderr:
        pytest.skip("no CUDA compiler here (libnvvm, libnvrtc): pip install numba-cuda[cu12]")
    assert ended.returncode == 0, ended.stderr
