"""On noise every pipeline says chance; a hundred people are in tests/benchmarks/bench_noise.py."""

import numpy as np
import pytest

from neurokit.pipelines import names
from tests.noise import accuracy

SLOW = ("csp+svm", "fbcsp+svm", "fucone", "ts+en", "acm+ts+svm/mdop", "acm+ts+svm/fnn")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in names() if name not in SLOW])
def test_ten_people_of_noise_are_at_chance(name):
    scores = [accuracy(name, subject) for subject in range(1, 11)]
    error = np.std(scores, ddof=1) / np.sqrt(len(scores))
    # the dummy is always at chance, and has no error
    assert abs(np.mean(scores) - 0.5) <= max(3 * error, 0.03), scores
