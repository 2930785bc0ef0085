"""Spikes as bits."""

import numpy as np
import pytest

from neurokit.kernels.rasters import (
    pack_spikes,
    raster_of_events,
    spike_counts,
    spike_events,
    unpack_spikes,
)


@pytest.mark.parametrize("n_steps", [1, 15, 16, 17, 40])
def test_spikes_come_back_from_bits_and_from_events(n_steps):
    spikes = np.random.default_rng(n_steps).random((3, n_steps, 5)) < 0.2
    raster = pack_spikes(spikes)
    assert raster.nbytes == 3 * -(-n_steps // 16) * 5 * 2
    np.testing.assert_array_equal(unpack_spikes(raster, n_steps), spikes)
    np.testing.assert_array_equal(spike_counts(raster), spikes.sum(axis=1))
    trials, steps, units = spike_events(raster)
    np.testing.assert_array_equal((trials, steps, units), np.nonzero(spikes))
    np.testing.assert_array_equal(raster_of_events(trials, steps, units, spikes.shape), raster)


def test_a_single_trial_needs_an_axis():
    with pytest.raises(ValueError, match="add an axis"):
        pack_spikes(np.zeros((4, 3)))
