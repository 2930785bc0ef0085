"""On noise every way through Train says chance; a hundred people are in bench_clinic_noise.py."""

import numpy as np
import pytest

from tests.clinic_noise import attempts


@pytest.mark.slow
def test_ten_people_of_noise_are_at_chance_whichever_way_they_are_trained():
    people = [attempts(subject) for subject in range(1, 11)]
    for path in people[0]:
        scores = [person[path].score for person in people]
        error = np.std(scores, ddof=1) / np.sqrt(len(scores))
        assert abs(np.mean(scores) - 0.5) <= max(3 * error, 0.03), (path, scores)
    # with the picks kept, the same trials would flatter
    kept = [person["picks on the map of these trials"].flattered for person in people]
    assert np.mean(kept) > 0.6
    told = [person[path].is_above_chance for person in people for path in person]
    assert np.mean(told) < 0.1
