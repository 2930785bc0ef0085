import numpy as np
import pytest
from mne.time_frequency import psd_array_multitaper
from scipy.signal import lfilter, welch

from neurokit.signals.spectra import burg, erds, psd, time_frequency

SFREQ = 250.0
METHODS = ("burg", "welch", "multitaper")
# an autoregressive process of order 4 with peaks at 10 and 22 Hz
POLES = [0.92 * np.exp(2j * np.pi * 10 / SFREQ), 0.85 * np.exp(2j * np.pi * 22 / SFREQ)]
TRUE = np.real(np.poly([*POLES, *np.conj(POLES)]))


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def process(*shape, seed=0):
    return lfilter([1.0], TRUE, noise(*shape[:-1], shape[-1] + 1000, seed=seed))[..., 1000:]


def density_of_the_process(frequencies):
    delays = np.arange(len(TRUE))
    response = np.exp(-2j * np.pi * np.outer(frequencies, delays) / SFREQ) @ TRUE
    return 2 / SFREQ / np.abs(response) ** 2


def burg_by_the_book(x, order):
    """One signal and plain loops, as the textbooks print it."""
    x = x - x.mean()
    n, a, error = len(x), np.array([1.0]), np.dot(x, x) / len(x)
    f, b = x.copy(), x.copy()
    for k in range(1, order + 1):
        top = -2 * sum(f[t] * b[t - 1] for t in range(k, n))
        bottom = sum(f[t] ** 2 + b[t - 1] ** 2 for t in range(k, n))
        mu = top / bottom
        padded = np.append(a, 0.0)
        a = padded + mu * padded[::-1]
        f[k:], b[k:] = f[k:] + mu * b[k - 1 : -1], b[k - 1 : -1] + mu * f[k:]
        error *= 1 - mu**2
    return a[1:], error


def test_burg_is_that_of_the_textbook():
    signals = noise(2, 3, 60) + np.arange(60)
    coefficients, variance = burg(signals, 7)
    for place in np.ndindex(2, 3):
        expected, error = burg_by_the_book(signals[place], 7)
        np.testing.assert_allclose(coefficients[place], expected, rtol=1e-9)
        assert variance[place] == pytest.approx(error)


def test_burg_is_that_of_spectrum():
    spectrum = pytest.importorskip("spectrum")
    signal = process(500)
    signal -= signal.mean()
    expected, error, _ = spectrum.arburg(signal, 19)
    coefficients, variance = burg(signal, 19)
    np.testing.assert_allclose(coefficients, expected.real, rtol=1e-8)
    assert variance == pytest.approx(error)


def test_burg_finds_an_autoregressive_process():
    coefficients, variance = burg(process(20, 5000), 4)
    np.testing.assert_allclose(coefficients.mean(axis=0), TRUE[1:], atol=0.02)
    assert variance.mean() == pytest.approx(1, abs=0.02)


def test_welch_is_that_of_scipy():
    epochs = noise(3, 2, 1000)
    frequencies, density = psd(epochs, SFREQ, method="welch", window=1.0, shift=0.5, highest=125)
    expected = welch(epochs, SFREQ, nperseg=250, noverlap=125)
    np.testing.assert_allclose(frequencies, expected[0])
    np.testing.assert_allclose(density, expected[1], rtol=1e-9)


def test_multitaper_is_that_of_mne():
    epochs = noise(3, 2, 500)
    frequencies, density = psd(
        epochs, SFREQ, method="multitaper", window=2.0, resolution=0.5, highest=40
    )
    expected, grid = psd_array_multitaper(
        epochs, SFREQ, fmax=40, bandwidth=4.0, normalization="full", verbose="error"
    )
    np.testing.assert_allclose(frequencies, grid)
    np.testing.assert_allclose(density, expected, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_the_density_of_a_known_process(method):
    frequencies, density = psd(
        process(40, 2, 2000), SFREQ, method=method, window=2.0, shift=1.0, order=12
    )
    expected = density_of_the_process(frequencies)
    found = density.mean(axis=(0, 1))
    np.testing.assert_allclose(found[5:], expected[5:], rtol=0.3)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("resolution", [0.5, 0.8, 1.0, 2.0])
def test_a_rhythm_stands_at_its_frequency_whatever_the_resolution(method, resolution):
    times = np.arange(750) / SFREQ
    epochs = np.sin(2 * np.pi * 12 * times)[None, None] + 0.1 * noise(1, 1, 750)
    frequencies, density = psd(
        epochs, SFREQ, method=method, window=1.0, shift=0.5, resolution=resolution
    )
    np.testing.assert_allclose(np.diff(frequencies), resolution)
    assert frequencies[-1] == pytest.approx(40)
    assert abs(frequencies[density[0, 0].argmax()] - 12) <= max(resolution / 2, 0.5)


@pytest.mark.parametrize("method", METHODS)
def test_a_flat_channel_has_no_power_and_breaks_nothing(method):
    epochs = noise(2, 3, 750)
    epochs[:, 1] = 4.2
    density = psd(epochs, SFREQ, method=method)[1]
    assert np.isfinite(density).all()
    assert density[:, 1].max() < 1e-20


def test_the_defaults_are_those_of_happyfeat():
    epochs = noise(1, 1, 1500)
    explicit = psd(epochs, 500.0, method="burg", window=0.25, shift=0.161, order=19)
    np.testing.assert_array_equal(psd(epochs, 500.0)[1], explicit[1])
    np.testing.assert_array_equal(psd(epochs, 500.0)[0], np.arange(41))


def test_a_rhythm_that_halves_its_power_is_desynchronised_by_half():
    times = np.arange(1500) / SFREQ
    gain = np.where(times < 3, 1.0, np.sqrt(0.5))
    phases = np.random.default_rng(0).uniform(0, 2 * np.pi, (30, 1, 1))
    epochs = gain * np.sin(2 * np.pi * 10 * times + phases)
    at, frequencies, power = time_frequency(epochs, SFREQ)
    change = erds(power, at, (0.5, 2.5))[0, frequencies == 10][0]
    np.testing.assert_allclose(change[at > 3.5], -50, atol=1)
    np.testing.assert_allclose(change[at < 2.5], 0, atol=1)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "fft"}, "method must be one of burg, welch, multitaper"),
        ({"order": 62}, "the order 62 must lie between 1 and 61"),
        ({"highest": 130}, "at most half the sampling rate, 125 Hz"),
        ({"resolution": 0}, "must be above 0"),
        ({"window": 0.01}, "take longer ones"),
        ({"shift": 0}, "longer than nothing"),
    ],
)
def test_settings_that_do_not_fit_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        psd(noise(1, 1, 500), SFREQ, **options)


def test_a_baseline_without_a_window_is_refused():
    with pytest.raises(ValueError, match="no window lies in the baseline"):
        erds(np.ones((2, 3)), np.arange(3.0), (5, 6))
