import numpy as np
import pytest

from neurokit.simulators.simulation import (
    CHANNELS,
    simulate_epochs,
    simulate_lags_recording,
    simulate_recording,
)


def test_a_recording_is_in_volts_with_an_annotation_for_each_trial():
    raw = simulate_recording(trials=5, classes=("left_hand", "feet"), duration=2.0)
    assert raw.ch_names == list(CHANNELS[:8])
    assert sorted(set(raw.annotations.description)) == ["feet", "left_hand"]
    assert len(raw.annotations) == 10
    np.testing.assert_allclose(raw.annotations.duration, 2.0)
    assert np.ptp(np.diff(raw.annotations.onset)) > 0.1  # jittered
    fast = raw.copy().filter(1, 40, verbose="error").get_data().std(axis=1)
    assert np.all((fast > 5e-6) & (fast < 40e-6))


def test_subject_session_and_run_decide_the_signal_and_nothing_else():
    epochs, labels = simulate_epochs(subject=3, session=1, run=2, trials=2)
    again, same = simulate_epochs(subject=3, session=1, run=2, trials=2)
    np.testing.assert_array_equal(epochs, again)
    np.testing.assert_array_equal(labels, same)
    for other in ({"subject": 4}, {"session": 0}, {"run": 0}, {"seed": 1}):
        key = {"subject": 3, "session": 1, "run": 2, **other}
        assert np.abs(simulate_epochs(**key, trials=2)[0] - epochs).max() > 1e-6


def power(epochs, sfreq, band):
    spectrum = np.abs(np.fft.rfft(epochs, axis=-1)) ** 2
    frequencies = np.fft.rfftfreq(epochs.shape[-1], 1 / sfreq)
    return spectrum[..., (frequencies >= band[0]) & (frequencies <= band[1])].mean(-1)


@pytest.mark.parametrize("band", [(8, 13), (17, 24)])
def test_the_opposite_hemisphere_loses_mu_and_beta(band):
    loss = []
    for subject in range(1, 7):
        epochs, labels = simulate_epochs(subject=subject, channels=("C3", "C4"))
        level = np.log(power(epochs[..., 200:], 250, band))
        asymmetry = level[:, 0] - level[:, 1]
        loss.append(
            asymmetry[labels == "left_hand"].mean() - asymmetry[labels == "right_hand"].mean()
        )
    assert min(loss) > 0.1  # C4 is lower for the left hand, C3 for the right


def test_without_strength_the_classes_are_only_names():
    settings = {"strength": 0.0, "trials": 4, "seed": 5}
    hands, labels = simulate_epochs(classes=("left_hand", "right_hand"), **settings)
    others, names = simulate_epochs(classes=("feet", "rest"), **settings)
    np.testing.assert_array_equal(hands, others)
    np.testing.assert_array_equal(labels == "left_hand", names == "feet")


def test_mains_blinks_and_drop_outs_are_where_they_belong():
    quiet = {"blinks": 0.0, "mains": 0.0, "drift": 0.0, "channels": ("Fpz", "Cz"), "trials": 5}
    clean = simulate_recording(**quiet).get_data()
    hum = simulate_recording(**{**quiet, "mains": 60.0}).get_data()
    spectrum = np.abs(np.fft.rfft(hum[1] - clean[1]))
    peak = np.fft.rfftfreq(hum.shape[1], 1 / 250)[spectrum.argmax()]
    assert peak == pytest.approx(60, abs=0.2)
    blinking = simulate_recording(**{**quiet, "blinks": 30.0}).get_data() - clean
    assert blinking[0].max() > 5 * blinking[1].max() > 0
    dropped = simulate_recording(**{**quiet, "dropouts": 60.0}).get_data()
    assert (dropped == 0).sum() >= 125
    tense = simulate_recording(**{**quiet, "channels": ("T7", "Cz"), "muscle": 60.0}).get_data()
    assert (
        tense[0].std()
        > 1.3 * simulate_recording(**{**quiet, "channels": ("T7", "Cz")}).get_data()[0].std()
    )


def test_lagged_classes_are_each_other_backwards():
    """The instantaneous covariance is the same, the lagged one is transposed."""
    quiet = {"blinks": 0.0, "mains": 0.0, "drift": 0.0, "channels": ("C3", "FC4", "Pz", "C4")}
    raw = simulate_lags_recording(trials=150, strength=10.0, **quiet).filter(8, 32, verbose="error")
    onsets = np.round(raw.annotations.onset * 250).astype(int)
    data = raw.get_data()
    epochs = np.stack([data[:, onset : onset + 750] for onset in onsets])
    first = raw.annotations.description == "left_hand"

    def covariance(epochs, lag):
        stop = epochs.shape[-1] - lag
        return np.mean([each[:, lag:] @ each[:, :stop].T / stop for each in epochs], axis=0)

    scale = np.trace(covariance(epochs, 0)) / 4
    now = covariance(epochs[first], 0) - covariance(epochs[~first], 0)
    assert np.abs(now).max() < 0.05 * scale
    forward, backward = covariance(epochs[first], 4), covariance(epochs[~first], 4)
    assert np.abs(forward - backward.T).max() < 0.05 * scale
    assert np.abs(forward - backward).max() > 0.3 * scale


def test_lags_need_two_classes_and_a_whole_sample():
    with pytest.raises(ValueError, match="two classes"):
        simulate_lags_recording(classes=("left_hand", "right_hand", "feet"))
    with pytest.raises(ValueError, match="at least one sample"):
        simulate_lags_recording(delay=0.0)
