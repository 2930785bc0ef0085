import numpy as np
import pytest

from neurokit.pipelines.observed import AffinityTensor
from neurokit.pipelines.rank import choose_rank
from tests.planted_tensors import planted


@pytest.fixture(scope="module")
def four():
    """Four motifs in eight animals, and noise, whose mean makes a fifth."""
    tensor, _ = planted(20, 60, 8, 4, noise=0.2, seed=2)
    return tensor


def test_the_planted_rank_is_chosen_and_its_starts_agree(four):
    choice = choose_rank(four, range(2, 9), random_state=0)
    assert abs(choice.rank - 4) <= 1
    table = choice.table.set_index("rank")
    assert table.agreement[choice.rank] > 0.95
    assert table.held_out[choice.rank] < 0.7 * table.held_out[2]
    assert (np.diff(table.error) < 0).all()
    assert abs(choice.elbow - 4) <= 1


def test_times_averaged_in_bins_leave_the_rank(four):
    averaged = choose_rank(four, range(2, 8), most_times=25, random_state=0)
    assert abs(averaged.rank - 4) <= 1
    by_hand = four.reshape(190, 20, 3, 8).mean(axis=2)
    bins = choose_rank(four, [3], most_times=20, random_state=0)
    alone = choose_rank(by_hand, [3], random_state=0)
    np.testing.assert_allclose(bins.table, alone.table, rtol=1e-6)


def test_neurons_may_be_missing(four):
    seen = np.random.default_rng(0).random((20, 8)) >= 0.25
    i, j = np.triu_indices(20, 1)
    mask = seen[i] & seen[j]
    gappy = np.where(mask[:, None], four, np.nan)
    pairs = choose_rank(gappy, [2, 4, 5, 7], mask=mask, random_state=0)
    assert pairs.rank in (4, 5)
    few = np.repeat(mask[:, None], 60, axis=1)
    entries = choose_rank(gappy, [2, 4, 5, 7], mask=few, random_state=0)
    np.testing.assert_allclose(entries.table.held_out, pairs.table.held_out, rtol=0.02)


def test_a_tensor_without_motifs_has_one_component_at_most():
    noise = np.random.default_rng(0).exponential(size=(190, 60, 8))
    assert choose_rank(noise, range(1, 6), random_state=0).rank == 1


def test_the_rank_of_traces_is_chosen_without_their_tensor():
    changes = np.random.default_rng(0).standard_normal((50, 8, 4))
    changes[:, 2, 1] = np.nan
    choice = choose_rank(AffinityTensor(changes), [1, 2, 3], random_state=0, max_iter=30)
    assert choice.rank == 1  # of noise
    assert choice.table.held_out[0] < 1


def test_the_same_seed_chooses_alike_with_any_threads_and_tells_how_far_it_is(four):
    told = []

    def progress(done, total):
        told.append((done, total))

    one = choose_rank(four, [2, 3], random_state=5, max_iter=10, progress=progress)
    other = choose_rank(four, [2, 3], random_state=5, max_iter=10, n_threads=2)
    np.testing.assert_array_equal(one.table, other.table)
    assert told[-1] == (12, 12)
    assert sorted(told) == told


def test_it_ends_within_a_sweep_when_progress_raises(four):
    class Stopped(Exception):
        pass

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        choose_rank(four, [2, 3], progress=stop)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"ranks": [3, 10**6]}, "rank must be"),
        ({"ranks": []}, "give at least one rank"),
        ({"n_starts": 1}, "two starts or more"),
        ({"mask": np.eye(190, 8, dtype=bool)}, "animal 0 has no pair that could be held out"),
    ],
)
def test_what_cannot_be_chosen_from_is_said(four, given, what):
    with pytest.raises(ValueError, match=what):
        choose_rank(four, **{"ranks": [2], **given})
