import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurokit.visits.protocol import CLASSES, GrazProtocol, balanced_order


@given(n_classes=st.integers(2, 5), trials=st.integers(1, 40), seed=st.integers(0, 2**32 - 1))
def test_classes_are_balanced_and_at_most_three_alike_follow(n_classes, trials, seed):
    classes = CLASSES[:n_classes]
    order = balanced_order(classes, trials, np.random.default_rng(seed))
    assert Counter(order) == dict.fromkeys(classes, trials)
    assert max(len(list(group)) for _, group in itertools.groupby(order)) <= 3


@given(seed=st.integers(0, 1000), blocks=st.integers(1, 5))
def test_a_run_that_is_stopped_after_a_block_is_balanced(seed, blocks):
    order = balanced_order(CLASSES[:2], 20, np.random.default_rng(seed))
    assert len(set(Counter(order[: 8 * blocks]).values())) == 1


def test_the_next_class_cannot_be_told_from_the_last():
    orders = [balanced_order(("a", "b"), 20, np.random.default_rng(seed)) for seed in range(400)]
    repeats = np.mean([[x == y for x, y in itertools.pairwise(order)] for order in orders])
    # blocks of eight without replacement repeat a little less than half the time
    assert 0.37 < repeats < 0.5


def test_the_seed_alone_decides_the_plan():
    protocol = GrazProtocol(seed=7)
    assert protocol.schedule() == GrazProtocol(seed=7).schedule()
    assert protocol.schedule() != GrazProtocol(seed=8).schedule()


def test_times_follow_the_settings():
    protocol = GrazProtocol(baseline=5, fixation=2, imagery=4, pause_min=1, pause_max=1.5)
    trials = protocol.schedule()
    assert trials[0].fixation == 5
    for trial, after in itertools.pairwise(trials):
        assert trial.cue - trial.fixation == pytest.approx(2)
        assert trial.end - trial.cue == pytest.approx(4)
        assert 1 <= after.fixation - trial.end <= 1.5
    assert protocol.duration == trials[-1].end


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": ("left_hand",)}, "at least two classes"),
        ({"classes": ("feet", "feet")}, "each once"),
        ({"pause_min": 3, "pause_max": 2}, "swap them"),
        ({"cue": 5, "imagery": 4}, "shorten the cue"),
        ({"trials_per_class": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(settings, message):
    with pytest.raises(ValueError, match=message):
        GrazProtocol(**settings)
