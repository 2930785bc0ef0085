"""The causal filter: the same bits however the signal is cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurokit.signals.preprocessing import CausalFilter


def brain(n_samples=600, n_channels=3, seed=0):
    return np.random.default_rng(seed).standard_normal((n_samples, n_channels)) * 1e-5 + 3e-3


@settings(deadline=None)  # the first call imports scipy
@given(
    cuts=st.lists(st.integers(0, 600), max_size=12),
    mains=st.sampled_from([None, 50.0, 60.0]),
    band=st.sampled_from([(8.0, 30.0), (0.5, 40.0), (4.0, 62.0)]),
)
def test_the_output_does_not_depend_on_how_the_signal_is_cut(cuts, mains, band):
    signal = brain()
    whole = CausalFilter(band, 125.0, 3, mains=mains).process(signal)
    piecewise = CausalFilter(band, 125.0, 3, mains=mains)
    pieces = np.split(signal, sorted(cuts))
    together = np.concatenate([piecewise.process(piece) for piece in pieces])
    assert together.tobytes() == whole.tobytes()


def test_the_signal_of_the_future_changes_nothing():
    signal = brain()
    changed = signal.copy()
    changed[400:] += 1.0
    first, second = (
        CausalFilter((8, 30), 250.0, 3, mains=50).process(each) for each in (signal, changed)
    )
    assert first[:400].tobytes() == second[:400].tobytes()
    assert np.abs(first[400:] - second[400:]).max() > 0.1


@pytest.mark.parametrize(("frequency", "gain"), [(12, 1), (20, 1), (2, 0), (50, 0), (100, 0)])
def test_what_lies_in_the_band_passes_and_the_rest_does_not(frequency, gain):
    times = np.arange(2000) / 250
    wave = np.sin(2 * np.pi * frequency * times)[:, None]
    filtered = CausalFilter((8, 110), 250.0, 1, mains=50).process(wave)[1000:]
    assert filtered.std() / wave.std() == pytest.approx(gain, abs=0.05)


def test_the_offset_of_an_electrode_makes_no_transient():
    steady = np.full((500, 2), 0.2)
    filtered = CausalFilter((8, 30), 250.0, 2).process(steady)
    assert np.abs(filtered).max() < 1e-9


def test_after_a_reset_a_signal_is_filtered_as_a_new_one():
    signal = brain()
    used = CausalFilter((8, 30), 250.0, 3)
    used.process(signal)
    used.reset()
    fresh = CausalFilter((8, 30), 250.0, 3)
    assert used.process(signal).tobytes() == fresh.process(signal).tobytes()


def test_a_band_beyond_half_the_rate_is_refused():
    with pytest.raises(ValueError, match=r"between 0 and 62\.5 Hz, half the sampling rate"):
        CausalFilter((8, 70), 125.0, 3)


def test_another_number_of_channels_is_refused():
    with pytest.raises(ValueError, match=r"shape \(n_samples, 3\), got \(600, 2\)"):
        CausalFilter((8, 30), 250.0, 3).process(brain(n_channels=2))
