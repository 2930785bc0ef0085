import numpy as np
import pytest

from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.patients.runs import gaps, read_run, run_epochs, run_trials
from neurokit.signals.preprocessing import CausalFilter

SFREQ = 100.0


def record(path, markers, seconds=60.0, lost=None, channels=("C3", "Cz", "C4"), sfreq=SFREQ):
    """Write a run as the recorder does; a ramp per channel, in microvolts."""
    rng = np.random.default_rng(0)
    stamps = 10 + np.arange(round(seconds * sfreq)) / sfreq
    values = 50 + rng.standard_normal((len(stamps), len(channels))).cumsum(axis=0)
    keep = np.ones(len(stamps), dtype=bool)
    if lost is not None:
        keep = (stamps < 10 + lost[0]) | (stamps >= 10 + lost[1])
    writer = XdfWriter(
        path,
        [
            XdfStream("amplifier", "EEG", channels, sfreq, "float32", ["uV"] * len(channels)),
            XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string"),
        ],
    )  # fmt: skip
    writer.write(0, values[keep].astype(np.float32), stamps[keep])
    for at, text in markers:
        writer.write(1, [text], np.array([10 + at]))
    writer.close()
    return values.astype(np.float32).astype(float)[keep] * 1e-6


TRIALS = [
    (0.0, "run/start"), (1.0, "baseline"),
    (3.0, "fixation"), (5.0, "left_hand"), (9.0, "imagery/end"),
    (11.0, "fixation"), (13.0, "right_hand"), (15.0, "note: coughs, left"), (17.0, "imagery/end"),
    (19.0, "fixation"), (21.0, "left_hand"), (25.0, "imagery/end"),
    (27.0, "fixation"), (29.0, "right_hand"), (33.0, "imagery/end"),
]  # fmt: skip


def test_a_run_gives_its_trials_in_volts_and_in_order(tmp_path):
    values = record(tmp_path / "run é.xdf", TRIALS)
    epochs = run_epochs([tmp_path / "run é.xdf"], ("left_hand", "right_hand"), band=None)
    assert epochs.y.tolist() == ["left_hand", "right_hand", "left_hand", "right_hand"]
    assert epochs.trials.tolist() == [0, 1, 2, 3]
    assert epochs.ch_names == ("C3", "Cz", "C4")
    np.testing.assert_allclose(epochs.X[1], values[1350:1650].T, rtol=1e-12)
    assert epochs.in_words() == "4 trials: 2 left_hand, 2 right_hand"
    assert epochs.notes == ()


def test_epochs_are_filtered_to_the_bit_as_the_live_stream_was(tmp_path):
    lost = (14.0, 16.5)
    values = record(tmp_path / "run.xdf", TRIALS, lost=lost)
    epochs = run_epochs([tmp_path / "run.xdf"], ("left_hand", "right_hand"))
    live = CausalFilter((8.0, 30.0), SFREQ, 3)
    seen = np.concatenate([live.process(chunk) for chunk in np.array_split(values, 77)])
    assert epochs.trials.tolist() == [0, 2, 3]
    np.testing.assert_array_equal(epochs.X[0], seen[550:850].T)
    # the live stream never had the 250 lost samples
    np.testing.assert_array_equal(epochs.X[1], seen[2150 - 250 : 2450 - 250].T)
    assert epochs.in_words().endswith("left out: 1 (samples were lost)")


def test_gaps_are_annotated(tmp_path):
    record(tmp_path / "run.xdf", TRIALS, lost=(14.0, 16.5))
    raw = read_run(tmp_path / "run.xdf")
    assert gaps(raw) == [(1400, 1650)]
    assert "BAD_gap" in raw.annotations.description


def test_a_repeated_trial_is_void_and_keeps_its_number(tmp_path):
    markers = [*TRIALS[:8], (17.5, "repeat 1"), (19.0, "fixation"), (21.0, "left_hand"),
               (25.0, "imagery/end"), (27.0, "fixation"), (29.0, "right_hand")]  # fmt: skip
    values = record(tmp_path / "run.xdf", markers)
    epochs = run_epochs([tmp_path / "run.xdf"], ("left_hand", "right_hand"), band=None)
    assert list(zip(epochs.trials.tolist(), epochs.y.tolist(), strict=True)) == [
        (0, "left_hand"), (2, "left_hand"), (3, "right_hand")
    ]  # fmt: skip
    np.testing.assert_allclose(epochs.X[1], values[2150:2450].T, rtol=1e-12)
    assert epochs.dropped == ((0, 1, "right_hand", "interrupted or repeated"),)
    trials = run_trials(read_run(tmp_path / "run.xdf"))
    assert [trial.is_void for trial in trials] == [False, True, False, False]
    assert trials[1].label == "right_hand"


def test_no_trial_goes_silently(tmp_path):
    markers = [*TRIALS[:5], (11.0, "fixation"), (13.0, "right_hand"), (14.0, "pause"),
               (18.0, "continue"), (22.0, "left_hand"), (26.0, "right_hand"),
               (38.0, "left_hand")]  # fmt: skip
    record(tmp_path / "run.xdf", markers, seconds=40)
    epochs = run_epochs(
        [tmp_path / "run.xdf"], ("left_hand", "right_hand"), rejected={(0, 2), (1, 0)}
    )
    assert epochs.trials.tolist() == [0, 3]
    assert [(each.trial, each.reason) for each in epochs.dropped] == [
        (1, "interrupted"), (2, "rejected"), (4, "cut short by the recording's end")
    ]  # fmt: skip


def test_numbers_of_trials_do_not_depend_on_the_classes_that_are_asked_for(tmp_path):
    record(tmp_path / "run.xdf", TRIALS)
    epochs = run_epochs([tmp_path / "run.xdf"], {"right_hand": "right"})
    assert epochs.trials.tolist() == [1, 3]
    assert set(epochs.y) == {"right"}
    assert [trial.number for trial in run_trials(read_run(tmp_path / "run.xdf"))] == [0, 1, 2, 3]


def test_runs_are_joined_by_the_channels_that_they_share(tmp_path):
    record(tmp_path / "a.xdf", TRIALS)
    record(tmp_path / "b.xdf", TRIALS, channels=("C4", "C3"))
    epochs = run_epochs([tmp_path / "a.xdf", tmp_path / "b.xdf"], ("left_hand", "right_hand"))
    assert epochs.ch_names == ("C3", "C4")
    assert epochs.runs.tolist() == [0] * 4 + [1] * 4
    assert epochs.notes == ("channels that not all runs have are left out: Cz",)


def test_what_does_not_fit_is_said_with_the_cure(tmp_path):
    record(tmp_path / "a.xdf", TRIALS)
    record(tmp_path / "b.xdf", TRIALS, sfreq=125.0)
    with pytest.raises(ValueError, match="different sampling rates"):
        run_epochs([tmp_path / "a.xdf", tmp_path / "b.xdf"], ("left_hand",))
    with pytest.raises(ValueError, match=r"has no channel Fz; it has C3, Cz, C4"):
        run_epochs([tmp_path / "a.xdf"], ("left_hand",), channels=("Fz",))
    with pytest.raises(ValueError, match=r"no trial of tongue .* they have left_hand, right_hand"):
        run_epochs([tmp_path / "a.xdf"], ("tongue",))
    with pytest.raises(ValueError, match="no trial is left: 4 rejected; restore some"):
        run_epochs([tmp_path / "a.xdf"], ("left_hand", "right_hand"),
                   rejected=[(0, number) for number in range(4)])  # fmt: skip
    with pytest.raises(ValueError, match="choose one"):
        run_epochs([], ("left_hand",))


@pytest.mark.realdata
def test_the_real_runs_of_three_days_are_read(real_data):
    paths = sorted((real_data / "eeg" / "openbci-three-days").glob("*day-1*.fif"))
    epochs = run_epochs(paths, {"1": "right_hand", "2": "left_hand"})
    assert epochs.X.shape == (120, 13, 375)
    assert np.unique(epochs.y, return_counts=True)[1].tolist() == [60, 60]
    assert not epochs.dropped
