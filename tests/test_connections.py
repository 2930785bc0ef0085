"""Connections between layers and their edits: the density stays to the edge."""

import numpy as np
import pytest

from neurokit.kernels.connections import (
    Connections,
    between,
    connect,
    drop,
    follow,
    grow,
    random_connections,
    rewire,
)


@pytest.fixture
def made():
    return random_connections(30, 20, 0.3, np.random.default_rng(0))


def test_the_density_is_the_one_asked_for_to_the_edge():
    for density in (0.0, 0.017, 0.3, 1.0):
        made = random_connections(31, 17, density, np.random.default_rng(1))
        assert made.n_connections == round(density * 31 * 17)


def test_a_seed_alone_decides_the_connections(made):
    again = random_connections(30, 20, 0.3, np.random.default_rng(0))
    np.testing.assert_array_equal(made.dense(), again.dense())


def test_rows_and_columns_tell_the_same(made):
    dense = made.dense()
    starts, places = made.by_target
    for target in range(20):
        column = places[starts[target] : starts[target + 1]]
        assert np.all(np.diff(made.sources[column]) > 0)
        np.testing.assert_array_equal(dense[made.sources[column], target], made.values[column])
        assert len(column) == np.count_nonzero(dense[:, target])


def test_weights_have_a_variance_of_two_over_the_fan_in():
    made = random_connections(2000, 50, 0.2, np.random.default_rng(2))
    scaled = made.dense() * np.sqrt(np.bincount(made.indices) / 2)
    assert scaled[scaled != 0].std() == pytest.approx(1, abs=0.02)


def test_a_mask_connects_what_it_names():
    present = np.random.default_rng(3).random((7, 5)) < 0.4
    weights = np.arange(1, 36).reshape(7, 5)
    np.testing.assert_array_equal(connect(present, weights).dense(), weights * present)


def test_a_drop_takes_away_just_the_connections_named(made):
    sources, targets = np.arange(30) < 9, np.arange(20) >= 12
    which = between(made, sources, targets)
    fewer, kept = drop(made, which)
    expected = made.dense()
    expected[np.ix_(sources, targets)] = 0
    np.testing.assert_array_equal(fewer.dense(), expected)
    np.testing.assert_array_equal(fewer.values, made.values[kept])


def test_rewiring_keeps_the_number_and_leaves_the_rest_to_the_bit(made):
    sources, targets = np.arange(30) < 9, np.arange(20) >= 12
    which = between(made, sources, targets)
    assert which.any()
    other, origins = rewire(made, which, ~targets, np.random.default_rng(4))
    assert other.n_connections == made.n_connections
    assert not between(other, sources, targets).any()
    fresh = origins < 0
    assert fresh.sum() == which.sum()
    assert np.all(other.values[fresh] == 0)
    assert not targets[other.indices[fresh]].any()
    old = other.values[~fresh]
    assert old.tobytes() == made.values[~which].tobytes() == made.values[origins[~fresh]].tobytes()


def test_a_connection_that_was_dropped_is_not_grown_again_at_once(made):
    everyone = np.ones(20, dtype=bool)
    which = np.arange(made.n_connections) % 7 == 0
    other, _ = rewire(made, which, everyone, np.random.default_rng(5))
    present = np.zeros((30, 20), dtype=bool)
    present[other.sources, other.indices] = True
    assert not present[made.sources[which], made.indices[which]].any()


def test_where_there_is_no_room_fewer_are_grown(made):
    only = np.arange(20) == 3
    missing = 30 - np.count_nonzero(made.dense()[:, 3])
    grown, origins = grow(made, 1000, only, np.random.default_rng(6))
    assert grown.n_connections == made.n_connections + missing
    assert np.all(grown.indices[origins < 0] == 3)


def test_connections_may_come_from_some_sources_only(made):
    few = np.arange(30) < 4
    grown, origins = grow(made, 20, np.ones(20, bool), np.random.default_rng(7), sources=few)
    assert (origins < 0).sum() == 20
    assert grown.sources[origins < 0].max() < 4


def test_the_memory_of_an_optimiser_follows_an_edit(made):
    memory = np.arange(2 * made.n_connections).reshape(-1, 2)
    other, origins = rewire(made, made.values < 0, np.ones(20, bool), np.random.default_rng(8))
    carried = follow(memory, origins)
    assert carried.shape == (other.n_connections, 2)
    np.testing.assert_array_equal(carried[origins < 0], 0)
    np.testing.assert_array_equal(carried[origins >= 0], memory[made.values >= 0])


def test_what_does_not_fit_is_refused(made):
    with pytest.raises(ValueError, match="from 0 to 1"):
        random_connections(3, 3, 1.2, np.random.default_rng(0))
    with pytest.raises(ValueError, match="masks must have 30 sources"):
        between(made, np.ones(3, bool), np.ones(20, bool))
    with pytest.raises(ValueError, match="one target and one value each"):
        Connections(np.array([0, 2]), np.zeros(2, np.int32), np.zeros(1, np.float32), 3)
