import warnings
from pathlib import Path

import mne
import numpy as np
import pytest
import yaml
from moabb.paradigms import LeftRightImagery

from neurokit.datasets import files_of, find, identity, is_on_disk, require_on_disk
from neurokit.simulators.simulation import simulate_recording

EXAMPLES = Path(__file__).parent / "data"
PROTOCOL = {"trials": 3, "channels": ("C3", "Cz", "C4"), "sfreq": 128.0, "duration": 1.0}


def settings(folder, **changes):
    told = {
        "files": "{subject}_day{session}_run{run}.edf",
        "events": {"left_hand": "left_hand", "right_hand": ["right_hand"]},
        "interval": [0.0, 1.0],
        **changes,
    }
    told = {key: value for key, value in told.items() if value is not None}
    (folder / "neurokit-files.yaml").write_text(yaml.safe_dump(told))
    return f"files:{folder}"


def write(folder, name, subject=1, change=None, **protocol):
    raw = simulate_recording(subject=subject, **{**PROTOCOL, **protocol})
    if change is not None:
        raw = change(raw) or raw
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    if name.endswith("fif"):
        raw.save(folder / name, verbose="error")
    else:
        raw.export(folder / name, verbose="error")


@pytest.fixture
def folder(tmp_path):
    for subject in (1, 2, 10):
        for session in (1, 2):
            write(tmp_path, f"{subject}_day{session}_run1.edf", subject=subject)
    return tmp_path


def test_a_pattern_tells_subjects_sessions_and_runs_apart(folder):
    dataset = find(settings(folder))
    assert dataset.subject_list == [1, 2, 10]
    epochs, labels, metadata = LeftRightImagery().get_data(dataset, [10])
    assert epochs.shape == (12, 3, 129)
    assert sorted(labels) == ["left_hand"] * 6 + ["right_hand"] * 6
    assert list(metadata.session.unique()) == ["1", "2"]
    assert list(metadata.run.unique()) == ["1"]


def test_the_trials_are_where_the_file_has_them(folder):
    """The second half of a recording, cropped out of it, gives its trials."""
    whole = simulate_recording(**PROTOCOL)
    half = whole.copy().crop(tmin=whole.annotations.onset[3] - 1.0)
    half.save(folder / "half_raw.fif", verbose="error")
    dataset = find(settings(folder, files="half_raw.fif"))
    run = dataset.get_data()[1]["0"]["0"]
    onsets = np.flatnonzero(run.get_data("STIM")[0])
    expected = whole.time_as_index(whole.annotations.onset[3:], use_rounding=True)
    np.testing.assert_array_equal(onsets, expected - half.first_samp)
    assert onsets[0] == 128


def test_files_and_identity_are_those_of_the_settings(folder):
    dataset = find(settings(folder))
    assert [path.name for path in files_of(dataset, [2])] == ["2_day1_run1.edf", "2_day2_run1.edf"]
    assert len(files_of(dataset)) == 6
    assert is_on_disk(dataset)
    require_on_disk(dataset)
    assert identity(dataset) != identity(find(settings(folder, interval=[0.0, 0.5])))


def test_the_settings_may_lie_elsewhere(folder, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("RECORDINGS", str(folder))
    beside = tmp_path_factory.mktemp("elsewhere")
    settings(beside, root="$RECORDINGS")
    assert find(f"files:{beside / 'neurokit-files.yaml'}").subject_list == [1, 2, 10]
    monkeypatch.delenv("RECORDINGS")
    with pytest.raises(FileNotFoundError, match=r"\$RECORDINGS names a variable that is not set"):
        find(f"files:{beside}")


def test_sessions_with_names_get_a_number_in_order(folder):
    write(folder, "anna/offline/a.fif")
    write(folder, "anna/online/2/a.fif")
    write(folder, "anna/online/10/a.fif")
    dataset = find(
        settings(
            folder,
            files=[
                {"pattern": "{subject}/offline/*.fif", "session": "offline"},
                {"pattern": "{subject}/online/{part}/*.fif", "session": "online{part}"},
            ],
        )
    )
    assert dataset.subject_list == ["anna"]
    assert list(dataset.get_data()["anna"]) == ["0offline", "1online2", "2online10"]


def test_a_regular_expression_and_deep_folders_serve_too(folder):
    write(folder, "deep/er/P7-x.fif")
    assert find(settings(folder, files="regex:.*/P(?P<subject>[0-9]+)-.*")).subject_list == [7]
    assert find(settings(folder, files="**/P{subject}-?.fif")).subject_list == [7]


def test_what_fits_no_pattern_is_said(folder):
    with pytest.raises(FileNotFoundError, match=r"no recording in .* fits 'a/\*\.gdf' or 'b'"):
        find(settings(folder, files=["a/*.gdf", "b"]))


def test_two_files_of_one_run_are_refused(folder):
    with pytest.raises(ValueError, match=r"1_day1_run1\.edf and 1_day2_run1\.edf are both subj"):
        find(settings(folder, files="{subject}_day*_run{run}.edf"))


def test_a_folder_without_settings_says_what_to_write(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no .*neurokit-files\.yaml; write one"):
        find(f"files:{tmp_path}")
    with pytest.raises(FileNotFoundError, match="there is no such folder; check the path"):
        find(f"files:{tmp_path / 'none'}")
    with pytest.raises(ValueError, match="needs the path of a folder"):
        find("files:")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events": None}, "events: Field required"),
        ({"interval": [2.0, 1.0]}, r"interval: must be \[from, to\] in seconds"),
        ({"window": [0, 1]}, r"window: Extra inputs .*keys are name, root, files"),
        ({"units": "inches"}, "units: Input should be 'volts'"),
        ({"channels": {"pik": ["C3"]}}, "channels.pik: Extra inputs"),
        ({"files": "regex:("}, "files: missing"),
        ({"files": {"pattern": "{subject}*.edf", "run": "{x}"}}, r"run: '\{x\}' names a part"),
        ({"root": "nowhere"}, "root: there is no folder"),
    ],
)
def test_wrong_settings_are_refused_in_one_sentence(folder, changes, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message) as raised:
        find(settings(folder, **changes))
    assert "\n" not in str(raised.value)


def test_settings_that_are_no_yaml_are_refused(folder):
    (folder / "neurokit-files.yaml").write_text("files: [")
    with pytest.raises(ValueError, match=r"neurokit-files\.yaml is not YAML"):
        find(f"files:{folder}")


def test_channels_are_renamed_typed_dropped_and_picked(folder):
    told = {"rename": {"C3": "F3", "Cz": "EOG1"}, "types": {"EOG1": "eog"}, "pick": ["C4", "F3"]}
    raw = find(settings(folder, channels=told)).get_data([1])[1]["1"]["1"]
    assert raw.ch_names == ["C4", "F3", "STIM"]
    raw = find(settings(folder, channels={"drop": ["Cz"]})).get_data([1])[1]["1"]["1"]
    assert raw.ch_names == ["C3", "C4", "STIM"]
    with pytest.raises(ValueError, match="has no channel Oz; it has C3, Cz, C4"):
        find(settings(folder, channels={"pick": ["Oz"]})).get_data([1])


def test_an_unknown_event_is_answered_with_those_there_are(folder):
    dataset = find(settings(folder, events={"left_hand": 769, "right_hand": "right_hand"}))
    with pytest.raises(
        ValueError, match=r"left_hand is 769, and no file of subject 1 .* there are"
    ):
        dataset.get_data([1])


def test_codes_of_a_stimulus_channel_are_events(folder):
    def with_codes(raw):
        codes = np.zeros((1, raw.n_times))
        for each in raw.annotations:
            codes[0, round(each["onset"] * 128)] = 1 + (each["description"] == "right_hand")
        stimulus = mne.io.RawArray(codes, mne.create_info(["Mark"], 128.0, "stim"), verbose=False)
        raw.set_annotations(None).add_channels([stimulus], force_update_info=True)

    write(folder, "coded_raw.fif", change=with_codes)
    told = settings(folder, files="coded_raw.fif", events={"right_hand": 2, "left_hand": [1, 9]})
    raw = find(told).get_data()[1]["0"]["0"]
    assert raw.ch_names == ["C3", "Cz", "C4", "STIM"]
    plain = simulate_recording(**PROTOCOL).annotations
    assert list(raw.annotations.description) == list(plain.description)
    np.testing.assert_allclose(raw.annotations.onset, plain.onset, atol=0.005)


def test_different_rates_are_refused_or_resampled(folder):
    write(folder, "1_day3_run1.edf", sfreq=256.0)
    with pytest.raises(ValueError, match=r"256 Hz and the first .* 128 Hz; write `resample: 128`"):
        find(settings(folder)).get_data([1])
    data = find(settings(folder, resample=128)).get_data([1])[1]
    assert {raw.info["sfreq"] for day in data.values() for raw in day.values()} == {128.0}


def test_different_channels_are_refused_until_common_ones_are_picked(folder):
    write(folder, "1_day3_run1.edf", channels=("C4", "C3", "Pz", "Cz"))
    with pytest.raises(ValueError, match="Pz stand in one of them only; name those that all have"):
        find(settings(folder)).get_data([1])
    told = settings(folder, channels={"pick": ["C3", "C4"]})
    epochs, _, _ = LeftRightImagery().get_data(find(told), [1])
    assert epochs.shape[1] == 2


def test_channels_come_in_the_order_of_the_first_file(folder):
    write(folder, "1_day3_run1.edf", channels=("C4", "C3", "Cz"))
    raw = find(settings(folder)).get_data([1])[1]["3"]["1"]
    assert raw.ch_names == ["C3", "Cz", "C4", "STIM"]


def test_a_large_offset_is_filtered_away_and_said(folder):
    def lift(raw):
        raw._data += 5e-3

    write(folder, "off_raw.fif", change=lift)
    dataset = find(settings(folder, files="off_raw.fif"))
    with pytest.warns(UserWarning, match=r"off_raw\.fif stands 5\.0 mV off zero and is high-pass"):
        raw = dataset.get_data()[1]["0"]["0"]
    assert abs(raw.get_data("eeg").mean()) < 1e-6
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        find(settings(folder, files="off_raw.fif", high_pass=0.5)).get_data()


def test_numbers_that_are_not_volts_are_said(folder):
    def grow(raw):
        raw._data *= 1e6

    write(folder, "big_raw.fif", change=grow)
    with pytest.warns(UserWarning, match="which EEG does not: .* write `units: microvolts`"):
        find(settings(folder, files="big_raw.fif", high_pass=1.0)).get_data()
    raw = find(settings(folder, files="big_raw.fif", units="microvolts")).get_data()[1]["0"]["0"]
    assert 1e-6 < raw.get_data("eeg").std() < 1e-4


def test_the_mains_are_taken_out(folder):
    write(folder, "hum_raw.fif", mains=50.0)
    levels = []
    for line_noise in (None, 50):
        told = settings(folder, files="hum_raw.fif", line_noise=line_noise)
        signal = find(told).get_data()[1]["0"]["0"].get_data("eeg")
        spectrum = np.abs(np.fft.rfft(signal)) ** 2
        frequencies = np.fft.rfftfreq(signal.shape[1], 1 / 128)
        levels.append(spectrum[:, np.abs(frequencies - 50) < 0.3].mean())
    assert levels[1] < 0.1 * levels[0]


def test_bad_stretches_stay_annotated(folder):
    def spoil(raw):
        raw.annotations.append(raw.annotations.onset[0] + 0.1, 0.5, "BAD_gap")

    write(folder, "bad_raw.fif", change=spoil)
    epochs, _, _ = LeftRightImagery().get_data(find(settings(folder, files="bad_raw.fif")))
    assert len(epochs) == 5


def test_a_cut_file_is_named(folder):
    path = folder / "2_day1_run1.edf"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match=r"2_day1_run1\.edf is cut short: its header promises"):
        find(settings(folder)).get_data([2])


@pytest.mark.realdata
def test_three_days_load_and_decode(real_data):
    assert 0.68 <= within_day("openbci-three-days", 1, n_epochs=240, n_sessions=3) <= 0.9


@pytest.mark.realdata
def test_a_gel_cap_loads_and_decodes(real_data):
    assert 0.68 <= within_day("gel-three-sessions", 4, n_epochs=200, n_sessions=3) <= 0.9


def within_day(name, subject, n_epochs, n_sessions):
    """Mean accuracy within the sessions of a real recording."""
    from pyriemann.estimation import Covariances
    from pyriemann.tangentspace import TangentSpace
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline

    dataset = find(f"files:{EXAMPLES / name}.yaml")
    epochs, labels, metadata = LeftRightImagery().get_data(dataset, [subject])
    assert len(epochs) == n_epochs
    assert metadata.session.nunique() == n_sessions
    pipeline = make_pipeline(Covariances("oas"), TangentSpace(), LogisticRegression())
    folds = StratifiedKFold(5, shuffle=True, random_state=42)
    return np.mean(
        [
            cross_val_score(pipeline, epochs[day], labels[day], cv=folds).mean()
            for session in metadata.session.unique()
            for day in [(metadata.session == session).to_numpy()]
        ]
    )
