import numpy as np
import pytest

from neurokit.studies.evaluation import evaluate

PERSON = "simulated:subjects=1"


@pytest.mark.parametrize("paradigm", ["left-right", "rest-task", "all"])
def test_whole_recordings_are_evaluated(paradigm):
    frame = evaluate(PERSON, "dummy", paradigm=paradigm, evaluation="pseudo-online", jobs=0)
    assert frame.error.isna().all()
    assert set(frame.scorer) == {"nmcc"}
    # two runs a session: each is left out once
    assert frame.groupby("session").size().tolist() == [2, 2]
    np.testing.assert_allclose(frame.score, 0.5)


def test_the_transfer_rate_is_that_of_windows_of_their_length():
    options = {"evaluation": "pseudo-online", "window": (0, 1.5), "scorer": "itr", "jobs": 0}
    frame = evaluate(PERSON, "mdm", **options)
    assert frame.error.isna().all()
    assert set(frame.scorer) == {"itr/1.5"}
    assert (frame.score > 0).all()
