import numpy as np
import pytest
from scipy.signal import coherence

from neurokit.signals.connectivity import (
    METHODS,
    connectivity,
    connectivity_spectrum,
    laterality,
    node_strength,
)

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
    shared, own = together[:, 0], 0.3 * together[:, 2]
    mixed = np.stack([shared + own, shared - own], axis=1)
    assert connectivity(mixed, SFREQ, BAND, method="envelope")[:, 0, 1].mean() < 0.2
    assert connectivity(mixed, SFREQ, BAND, method="wpli")[:, 0, 1].mean() < 0.3


def test_a_quarter_of_a_period_has_only_an_imaginary_part():
    # 5 of the 20 samples of a period at 10 Hz
    late = delayed_pair(5)
    assert connectivity(late, SFREQ, (10, 10.5), method="imaginary")[:, 0, 1].min() > 0.9
    assert connectivity(late, SFREQ, (10, 10.5), method="instantaneous")[:, 0, 1].max() < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_unrelated_channels_are_not_connected(method):
    between = connectivity(delayed_pair(0), SFREQ, BAND, method=method)[:, 0, 2]
    assert between.mean() < 0.3


def test_a_steady_delay_is_seen_by_the_phase_lag_index():
    late = delayed_pair(5) + 0.3 * noise(20, 3, 4000, seed=3)
    assert connectivity(late, SFREQ, BAND, method="wpli")[:, 0, 1].min() > 0.9


def test_amplitudes_that_rise_together_are_connected_though_their_phases_are_not():
    times = np.arange(4000) / SFREQ
    swell = 1.2 + np.sin(2 * np.pi * 0.3 * times)
    carriers = np.sin(2 * np.pi * np.array([[10.0], [10.4]]) * times)
    X = swell * carriers + 0.05 * noise(20, 2, 4000)
    unrelated = carriers + 0.5 * noise(20, 2, 4000)
    assert connectivity(X, SFREQ, (9.5, 10.5), method="envelope")[:, 0, 1].mean() > 0.5
    assert connectivity(unrelated, SFREQ, (9.5, 10.5), method="envelope")[:, 0, 1].mean() < 0.3


def test_a_spectrum_shows_at_which_frequency_channels_are_connected():
    times = np.arange(4000) / SFREQ
    shared = np.sin(2 * np.pi * 20 * times)
    X = noise(10, 2, 4000) + shared
    frequencies, matrices = connectivity_spectrum(X, SFREQ, (2, 40), method="coherence")
    assert frequencies[matrices[..., 0, 1].mean(axis=0).argmax()] == 20
    band = connectivity(X, SFREQ, (2, 40))
    np.testing.assert_allclose(matrices.mean(axis=1), band)


@pytest.mark.parametrize("method", METHODS)
def test_a_flat_channel_is_connected_to_nothing(method):
    X = noise(3, 4, 500)
    X[:, 2] = 0.0
    matrices = connectivity(X, SFREQ, BAND, method=method)
    assert np.isfinite(matrices).all()
    assert matrices[:, 2, [0, 1, 3]].max() == 0


def test_strength_is_the_mean_of_the_others():
    matrix = np.array([[1.0, 0.2, 0.6], [0.2, 1.0, 0.0], [0.6, 0.0, 1.0]])
    np.testing.assert_allclose(node_strength(matrix), [0.4, 0.1, 0.3])


def test_laterality_tells_left_from_right():
    names = ("C3", "Cz", "C4", "CP10")
    assert laterality(np.array([3.0, 9.0, 1.0, 1.0]), names) == pytest.approx(0.5)
    assert np.isnan(laterality(np.ones(2), ("Cz", "C4")))


def test_a_short_epoch_has_shorter_windows():
    assert connectivity(noise(2, 3, 150), SFREQ, (8, 30)).shape == (2, 3, 3)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "pli"}, "method must be one of coherence"),
        ({"band": (90, 120)}, "within 0-100 Hz"),
        ({"band": (8.1, 8.2)}, "falls between two frequencies"),
        ({"epochs": np.ones((1, 2, 2))}, "no two windows"),
    ],
)
def test_bad_input_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        connectivity(**{"epochs": noise(1, 2, 500), "sfreq": SFREQ, "band": BAND} | options)
