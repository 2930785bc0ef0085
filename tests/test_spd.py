import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from pyriemann.geometry.distance import distance_riemann as their_distance
from pyriemann.geometry.mean import mean_riemann as their_mean
from pyriemann.geometry.tangentspace import tangent_space as their_tangent_vectors

from neurokit.kernels import (
    available,
    distances_riemann,
    mean_and_tangent_vectors,
    mean_riemann,
    tangent_vectors,
)
from neurokit.kernels.karcher import descend
from neurokit.kernels.reference.spd import Cloud

# the simulator takes seconds for what a device does at once: few and small matrices there
SHAPES = [
    pytest.param(backend, n_matrices, n, id=f"{backend}-{n_matrices}-{n}")
    for backend in available()
    for n_matrices, n in (
        [(3, 3)] if backend == "gpu" else [(1, 3), (2, 1), (12, 5), (40, 22), (4, 70)]
    )
]
HOST_SHAPES = [shape for shape in SHAPES if shape.values[0] != "gpu"]
each_host_shape = pytest.mark.parametrize(("backend", "n_matrices", "n"), HOST_SHAPES)
each_shape = pytest.mark.parametrize(("backend", "n_matrices", "n"), SHAPES)
# laws of the loop and of what the public functions check, which are the same for every backend
each_backend = pytest.mark.parametrize("backend", ["reference", "cpu"])


def spd(n_matrices, n, *, condition=1e3, spread=0.5, seed=0):
    """Matrices around an ill-conditioned one, as covariances of filtered EEG are."""
    mixing = np.linalg.qr(np.random.default_rng(99).standard_normal((n, n)))[0]
    mixing *= np.geomspace(1, condition**-0.5, n)
    rng = np.random.default_rng(seed)
    logs = rng.standard_normal((n_matrices, n, n)) * spread / np.sqrt(n)
    values, vectors = np.linalg.eigh(logs + logs.transpose(0, 2, 1))
    roots = mixing @ (vectors * np.exp(values / 2)[:, None])
    return roots @ roots.transpose(0, 2, 1)


def distance(a, b):
    return distances_riemann(a[None], b[None], backend="reference")[0, 0]


def mean_logarithm(matrices, mean, weights=None):
    vectors = their_tangent_vectors(matrices, mean)
    return np.linalg.norm(np.average(vectors, axis=0, weights=weights))


@each_shape
@pytest.mark.parametrize("condition", [1e1, 1e7], ids=["well", "ill"])
def test_the_mean_agrees_with_pyriemann(backend, n_matrices, n, condition):
    matrices = spd(n_matrices, n, condition=condition)
    mean = mean_riemann(matrices, backend=backend)
    expected = their_mean(matrices)
    assert np.linalg.norm(mean - expected) <= 1e-8 * np.linalg.norm(expected)
    assert distance(mean, expected) <= 2e-8  # each is within 1e-8 of the true one
    np.testing.assert_array_equal(mean, mean.T)


@each_shape
@pytest.mark.parametrize("condition", [1e1, 1e7], ids=["well", "ill"])
def test_tangent_vectors_agree_with_pyriemann(backend, n_matrices, n, condition):
    matrices = spd(n_matrices, n, condition=condition)
    reference = spd(1, n, condition=condition, seed=1)[0]
    vectors = tangent_vectors(matrices, reference, backend=backend)
    expected = their_tangent_vectors(matrices, reference)
    np.testing.assert_allclose(vectors, expected, rtol=1e-8, atol=1e-8)


@each_shape
@pytest.mark.parametrize("condition", [1e1, 1e7], ids=["well", "ill"])
def test_distances_agree_with_pyriemann(backend, n_matrices, n, condition):
    matrices = spd(n_matrices, n, condition=condition)
    references = spd(3, n, condition=condition, seed=1)
    distances = distances_riemann(matrices, references, backend=backend)
    expected = np.stack([their_distance(matrices, r) for r in references], axis=1)
    np.testing.assert_allclose(distances, expected, rtol=1e-8)


@each_shape
def test_the_training_vectors_are_those_at_the_mean(backend, n_matrices, n):
    matrices = spd(n_matrices, n)
    mean, vectors = mean_and_tangent_vectors(matrices, backend=backend)
    np.testing.assert_array_equal(mean, mean_riemann(matrices, backend=backend))
    np.testing.assert_allclose(vectors, their_tangent_vectors(matrices, mean), atol=1e-9)


@each_host_shape
def test_tangent_vectors_at_the_mean_sum_to_zero(backend, n_matrices, n):
    _, vectors = mean_and_tangent_vectors(spd(n_matrices, n), backend=backend)
    assert np.linalg.norm(vectors.mean(axis=0)) <= 1e-8


@each_host_shape
def test_the_norm_of_a_tangent_vector_is_the_distance(backend, n_matrices, n):
    matrices, reference = spd(n_matrices, n), spd(1, n, seed=1)
    norms = np.linalg.norm(tangent_vectors(matrices, reference[0], backend=backend), axis=1)
    distances = distances_riemann(matrices, reference, backend=backend)[:, 0]
    np.testing.assert_allclose(norms, distances, rtol=1e-10)


@each_backend
def test_the_mean_of_two_is_the_midpoint_of_their_geodesic(backend):
    a, b = spd(2, 4)
    root = np.linalg.cholesky(a)
    values, vectors = np.linalg.eigh(np.linalg.solve(root, np.linalg.solve(root, b).T))
    half = root @ vectors * values**0.25
    np.testing.assert_allclose(mean_riemann(np.stack([a, b]), backend=backend), half @ half.T)


@each_backend
def test_mixing_the_channels_mixes_the_mean_and_keeps_distances(backend):
    matrices = spd(3, 4)
    W = np.random.default_rng(3).standard_normal((4, 4))
    mean = mean_riemann(matrices, backend=backend)
    mixed = mean_riemann(W @ matrices @ W.T, backend=backend)
    assert distance(mixed, W @ mean @ W.T) <= 2e-8
    np.testing.assert_allclose(
        distances_riemann(W @ matrices @ W.T, mixed[None], backend=backend),
        distances_riemann(matrices, mean[None], backend=backend),
        rtol=1e-7,
    )


@each_backend
def test_the_mean_of_inverses_is_the_inverse_of_the_mean(backend):
    matrices = spd(3, 4)
    mean = mean_riemann(np.linalg.inv(matrices), backend=backend)
    assert distance(np.linalg.inv(mean), mean_riemann(matrices, backend=backend)) <= 2e-8


@each_backend
def test_the_order_of_the_matrices_does_not_matter(backend):
    matrices = spd(3, 4)
    mean = mean_riemann(matrices, backend=backend)
    assert distance(mean, mean_riemann(matrices[::-1], backend=backend)) <= 2e-8


@each_backend
def test_a_weight_of_two_counts_a_matrix_twice(backend):
    matrices = spd(3, 4)
    mean = mean_riemann(matrices, sample_weight=[2, 1, 0], backend=backend)
    assert distance(mean, mean_riemann(matrices[[0, 0, 1]], backend=backend)) <= 2e-8


@each_backend
def test_the_mean_of_identical_matrices_is_that_matrix(backend):
    matrix = spd(1, 4)
    mean = mean_riemann(np.repeat(matrix, 3, axis=0), backend=backend)
    np.testing.assert_allclose(mean, matrix[0], rtol=1e-9)


@each_backend
def test_matrices_twenty_apart_have_a_mean(backend):
    matrices = spd(3, 4, spread=4)
    assert distances_riemann(matrices, matrices, backend="reference").max() > 20
    mean = mean_riemann(matrices, backend=backend)
    assert mean_logarithm(matrices, mean) <= 1e-7  # rounding, seen from the mean


@each_backend
@pytest.mark.parametrize("seed", range(5))
def test_many_widely_scattered_matrices_have_a_mean(backend, seed):
    matrices = spd(20, 10, spread=2, seed=seed)
    mean = mean_riemann(matrices, backend=backend)
    assert mean_logarithm(matrices, mean) <= 1e-7


@each_backend
def test_a_condition_number_of_1e10_is_no_obstacle(backend):
    matrices = spd(30, 12, condition=1e10)
    mean = mean_riemann(matrices, backend=backend)
    assert mean_logarithm(matrices, mean) <= 1e-5  # what is left of sixteen digits


def test_a_step_too_far_is_taken_back():
    class Flat(Cloud):
        def hessian(self, direction):
            return 0.3 * super().hessian(direction)  # so that each step is three times too long

    matrices = spd(20, 5)
    place = descend(Flat(matrices, np.full(20, 1 / 20)), tol=1e-8, max_iter=60)
    assert distance(place.mean, mean_riemann(matrices)) <= 1e-3


@pytest.mark.parametrize("spread", [1e-12, 0.01, 1, 4, 12])
def test_logarithms_without_eigenvalues_hold_for_narrow_and_wide_spectra(spread):
    matrices = np.exp(np.linspace(-spread, spread, 40))[None, :, None] * np.eye(40)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((40, 40)))[0]
    matrices = turn @ matrices @ turn.T
    matrices = (matrices + matrices.transpose(0, 2, 1)) / 2
    for kernel, reference in [(tangent_vectors, np.eye(40)), (distances_riemann, np.eye(40)[None])]:
        expected = kernel(matrices, reference, backend="reference")
        # a spectrum e^24 wide leaves seven digits to its lower end
        accuracy = 1e-11 if spread < 12 else 1e-4
        np.testing.assert_allclose(kernel(matrices, reference), expected, atol=accuracy)


def test_the_number_of_threads_changes_no_bit():
    matrices, references = spd(37, 22), spd(2, 22, seed=1)
    alone = [
        *mean_and_tangent_vectors(matrices),
        tangent_vectors(matrices, references[0]),
        distances_riemann(matrices, references),
    ]
    together = [
        *mean_and_tangent_vectors(matrices, n_threads=3),
        tangent_vectors(matrices, references[0], n_threads=3),
        distances_riemann(matrices, references, n_threads=3),
    ]
    for one, three in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, three)


@each_backend
def test_a_mean_that_is_not_found_says_so_with_numbers(backend):
    with pytest.warns(RuntimeWarning, match=r"not found in 1 passes: .* norm .* tol is 1\.0e-08"):
        mean = mean_riemann(spd(3, 4), max_iter=1, backend=backend)
    assert np.isfinite(mean).all()


def test_a_looser_tolerance_is_met_and_no_more_is_promised():
    matrices = spd(20, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for tol in (1e-2, 1e-5, 1e-11):
            assert mean_logarithm(matrices, mean_riemann(matrices, tol=tol)) <= tol + 1e-12


def singular(matrices, which):
    matrices = matrices.copy()
    matrices[which, :, -1] = matrices[which, :, 0]
    matrices[which, -1, :] = matrices[which, 0, :]
    return matrices


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda X: singular(X, 2), r"matrices\[2\] is not positive definite \(1 of 4.*oas"),
        (lambda X: -X, r"matrices\[0\] is not positive definite \(4 of 4"),
        (lambda X: X * np.array([1, np.nan, 1, 1])[:, None, None], r"matrices\[1\] is not finite"),
        (lambda X: X + np.triu(np.ones((5, 5)), 1), r"matrices\[0\] is not symmetric"),
        (lambda X: X[0], r"n_matrices, n, n.*got \(5, 5\).*matrices\[None\]"),
        (lambda X: X[:0], r"at least one matrix, got \(0, 5, 5\)"),
    ],
)
@pytest.mark.parametrize(
    "kernel",
    [
        mean_riemann,
        mean_and_tangent_vectors,
        lambda X: tangent_vectors(X, np.eye(5)),
        lambda X: distances_riemann(X, np.eye(5)[None]),
    ],
)
def test_what_is_not_positive_definite_is_refused_and_named(kernel, spoil, message):
    with pytest.raises(ValueError, match=message):
        kernel(spoil(spd(4, 5)))


def test_channels_in_other_units_do_not_make_a_matrix_singular():
    units = np.array([1e-4, 1.0, 1e4])
    matrices = spd(5, 3, condition=10)
    mean = mean_riemann(matrices * units * units[:, None])
    np.testing.assert_allclose(mean, mean_riemann(matrices) * units * units[:, None], rtol=1e-7)


def test_a_covariance_with_more_dimensions_than_samples_is_refused():
    epochs = np.random.default_rng(0).standard_normal((3, 20, 15))
    with pytest.raises(ValueError, match="more dimensions than samples"):
        mean_riemann(epochs @ epochs.transpose(0, 2, 1))


def test_a_reference_of_another_size_is_refused():
    with pytest.raises(ValueError, match="5 x 5 and the reference is 4 x 4"):
        tangent_vectors(spd(2, 5), np.eye(4))
    with pytest.raises(ValueError, match="5 x 5 and the reference is 4 x 4"):
        distances_riemann(spd(2, 5), np.eye(4)[None])


@each_backend
def test_what_sixteen_digits_do_not_hold_is_refused(backend):
    far = spd(20, 10, spread=4)
    with pytest.raises(ValueError, match="sixteen digits"):
        distances_riemann(far, far, backend=backend)


@pytest.mark.parametrize("weights", [[1, 1], [1, -1, 1], [0, 0, 0], [1, np.nan, 1]])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(ValueError, match="sample_weight must"):
        mean_riemann(spd(3, 4), sample_weight=weights)


def test_threads_and_shared_memory_suit_the_matrix():
    from neurokit.kernels.gpu import linear_algebra

    assert [linear_algebra.threads(n) for n in (1, 4, 22, 220, 500)] == [1, 4, 32, 256, 256]
    assert linear_algebra.shared_bytes(22) == 2 * 22 * 22 * 8
    assert linear_algebra.shared_bytes(220) == 0


def test_jacobi_without_shared_memory_finds_the_same_vectors(monkeypatch):
    from neurokit.kernels.gpu import linear_algebra

    matrices, reference = spd(2, 3), spd(1, 3, seed=1)[0]
    shared = tangent_vectors(matrices, reference, backend="gpu")
    monkeypatch.setattr(linear_algebra, "SHARED_BYTES", 0)
    in_global = tangent_vectors(matrices, reference, backend="gpu")
    np.testing.assert_array_equal(shared, in_global)


COMPILE = """
from types import SimpleNamespace
from numba import cuda, float64, int64
from numba.cuda import dispatcher
from numba.cuda.cudadrv import nvvm
try:
    from numba.cuda.cudadrv.nvrtc import get_supported_ccs
    nvvm.NVVM(), get_supported_ccs()
except Exception as error:
    print("skip", type(error).__name__)
    raise SystemExit
from neurokit.kernels.gpu import linear_algebra as la
dispatcher.get_current_device = lambda: SimpleNamespace(compute_capability=(8, 0))
flat, square, stack = float64[::1], float64[:, ::1], float64[:, :, ::1]
for kernel, signature in [
    (la.multiply, (stack, stack, int64, int64, stack)),
    (la.scale_columns, (stack, square, stack)),
    (la.bend, (square, stack)),
    (la.weighted_sum, (stack, flat, square)),
    (la.jacobi, (stack, stack, square, int64)),
]:
    ptx, _ = cuda.compile_ptx(kernel.py_func, signature, cc=(8, 0))
    assert ".entry" in ptx
print("compiled")
"""


def test_the_cuda_kernels_compile_for_a_device_that_is_not_here():
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "0"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMPILE],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    if run.stdout.startswith("skip"):
        pytest.skip(f"no libNVVM or NVRTC to compile with: {run.stdout}")
    assert "compiled" in run.stdout
