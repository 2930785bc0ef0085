import numpy as np
import pytest
from scipy.signal import coherence

from neurokit.connectivity import METHODS, connectivity

SFREQ = 200.0
BAND = (8.0, 12.0)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def delayed_pair(delay):
    """Noise in two channels, the second some samples behind the first, and an unrelated third."""
    source = noise(20, 4000 + delay)
    pair = [source[:, delay:], source[:, :4000]]
    return np.stack([*pair, noise(20, 4000, seed=1)], axis=1)


def test_coherence_is_that_of_scipy():
    X = delayed_pair(3) + 0.5 * noise(20, 3, 4000, seed=2)
    found = connectivity(X, SFREQ, BAND, method="coherence")
    frequencies, expected = coherence(X[:, 0], X[:, 1], SFREQ, nperseg=200)
    inside = (frequencies >= BAND[0]) & (frequencies <= BAND[1])
    # scipy's window has another symmetry
    np.testing.assert_allclose(found[:, 0, 1], expected[:, inside].mean(axis=1), atol=5e-3)


@pytest.mark.parametrize("method", METHODS)
def test_matrices_are_symmetric_with_ones_on_the_diagonal(method):
    matrices = connectivity(noise(5, 4, 500), SFREQ, BAND, method=method)
    np.testing.assert_allclose(matrices, matrices.swapaxes(1, 2), atol=1e-12)
    np.testing.assert_array_equal(np.diagonal(matrices, axis1=1, axis2=2), 1)
    assert matrices.min() >= 0
    assert matrices.max() <= 1 + 1e-12


@pytest.mark.parametrize("method", METHODS)
def test_the_gain_of_a_channel_does_not_matter(method):
    X = noise(5, 4, 500)
    gains = np.array([1e-6, 1, 3, 1e4])[:, None]
    found = connectivity(X * gains, SFREQ, BAND, method=method)
    np.testing.assert_allclose(found, connectivity(X, SFREQ, BAND, method=method), atol=1e-10)


def test_what_arrives_at_once_has_no_imaginary_part():
    together = delayed_pair(0)
    assert connectivity(together, SFREQ, BAND, method="imaginary")[:, 0, 1].max() < 1e-10
    assert connectivity(together, SFREQ, BAND, method="instantaneous")[:, 0, 1].min() > 0.99


def test_a_quarter_of_a_period_has_only_an_imaginary_part():
    # 5 of the 20 samples of a period at 10 Hz
    late = delayed_pair(5)
    assert connectivity(late, SFREQ, (10, 10.5), method="imaginary")[:, 0, 1].min() > 0.9
    assert connectivity(late, SFREQ, (10, 10.5), method="instantaneous")[:, 0, 1].max() < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_unrelated_channels_are_not_connected(method):
    between = connectivity(delayed_pair(0), SFREQ, BAND, method=method)[:, 0, 2]
    assert between.mean() < 0.3


def test_a_short_epoch_has_shorter_windows():
    assert connectivity(noise(2, 3, 150), SFREQ, (8, 30)).shape == (2, 3, 3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "wpli"}, "method must be one of coherence"),
        ({"band": (90, 120)}, "within 0-100 Hz"),
        ({"band": (8.1, 8.2)}, "falls between two frequencies"),
        ({"epochs": np.ones((1, 2, 2))}, "no two windows"),
    ],
)
def test_bad_input_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        connectivity(**{"epochs": noise(1, 2, 500), "sfreq": SFREQ, "band": BAND} | options)
