import numpy as np
from pyriemann.artifact_detection import Potato
from pyriemann.estimation import Covariances

from neurokit.signals.artefacts import POTATO_Z, amplitude_flags, potato_scores


def noise(*shape, seed=0):
    return 1e-5 * np.random.default_rng(seed).standard_normal(shape)


def test_large_and_flat_channels_are_named():
    epochs = noise(4, 3, 200)
    epochs[1, 0, 50] = 400e-6
    epochs[1, 2] *= 10
    epochs[2, 1] = 7.0
    flags = amplitude_flags(epochs, ("C3", "Cz", "C4"))
    assert [len(each) for each in flags] == [0, 2, 1, 0]
    assert flags[1][0].startswith("C4: ")
    assert flags[1][1].startswith("C3: 4")
    assert flags[2] == ("Cz: flat",)


def test_the_potato_is_that_of_pyriemann():
    epochs = noise(40, 5, 250)
    epochs[[3, 17]] *= 4
    epochs[25, 2] += 1e-4 * np.sin(np.arange(250) / 5)
    matrices = Covariances("lwf").transform(epochs)
    expected = Potato(threshold=POTATO_Z).fit(matrices).transform(matrices)
    np.testing.assert_allclose(potato_scores(epochs), expected, atol=1e-4)


def test_the_potato_flags_what_is_unlike_the_rest_and_little_else():
    flagged = np.zeros(40)
    for seed in range(20):
        epochs = noise(40, 6, 250, seed=seed)
        epochs[5] *= 3
        flagged += potato_scores(epochs) > POTATO_Z
    assert flagged[5] == 20
    assert np.delete(flagged, 5).mean() < 0.5


def test_a_flat_channel_or_few_trials_break_nothing():
    epochs = noise(20, 4, 100)
    epochs[:, 2] = 0.0
    assert np.isfinite(potato_scores(epochs)).all()
    assert not potato_scores(epochs[:5]).any()
