import mne_bids
import numpy as np
import pytest
from moabb.paradigms import LeftRightImagery

from neurokit.datasets import files_of, find, identity
from neurokit.simulators.simulation import simulate_recording

PROTOCOL = {"trials": 3, "channels": ("C3", "Cz", "C4"), "sfreq": 128.0, "duration": 1.0}


def write(root, subject, session=None, run=None, task="imagery", rename=None, **protocol):
    raw = simulate_recording(subject=1, **{**PROTOCOL, **protocol})
    raw.annotations.rename(rename or {})
    raw.info["line_freq"] = 50
    mne_bids.write_raw_bids(
        raw,
        mne_bids.BIDSPath(
            root=root, subject=subject, session=session, run=run, task=task, datatype="eeg"
        ),
        format="EDF",
        allow_preload=True,
        overwrite=True,
        verbose="error",
    )


@pytest.fixture
def root(tmp_path):
    for subject in ("01", "02"):
        for session in ("1", "2"):
            write(tmp_path, subject, session, "1")
    return tmp_path


pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # mne-bids on what it converts


def test_a_bids_folder_names_its_own_events(root):
    dataset = find(f"bids:{root}")
    assert dataset.subject_list == [1, 2]
    assert list(dataset.event_id) == ["left_hand", "right_hand"]
    assert dataset.interval == [0.0, 1.0]
    epochs, labels, metadata = LeftRightImagery().get_data(dataset, [2])
    assert epochs.shape == (12, 3, 129)
    assert sorted(set(labels)) == ["left_hand", "right_hand"]
    assert list(metadata.session.unique()) == ["1", "2"]
    assert 1 < np.std(epochs) < 30


def test_its_files_are_named(root):
    files = [path.name for path in files_of(find(f"bids:{root}"), [1])]
    assert "sub-01_ses-2_task-imagery_run-1_eeg.edf" in files
    assert "sub-01_ses-2_task-imagery_run-1_events.tsv" in files
    assert not any("sub-02" in name for name in files)


def test_sessions_with_names_get_numbers_and_subjects_stay_text(tmp_path):
    write(tmp_path, "anna", "pre")
    write(tmp_path, "anna", "post")
    data = find(f"bids:{tmp_path}").get_data()
    assert list(data["anna"]) == ["0post", "1pre"]


def test_settings_choose_the_task_and_name_the_classes(root):
    write(root, "01", "1", "1", task="rest", rename={"left_hand": "eyes", "right_hand": "open"})
    plain = find(f"bids:{root}")
    assert sorted(plain.event_id) == ["eyes", "left_hand", "open", "right_hand"]
    (root / "neurokit-bids.yaml").write_text(
        "task: imagery\nevents: {right_hand: left_hand, left_hand: right_hand}\ninterval: [0, 0.5]"
    )
    chosen = find(f"bids:{root}")
    assert list(chosen.event_id) == ["right_hand", "left_hand"]
    assert chosen.interval == [0.0, 0.5]
    assert identity(chosen) != identity(plain)


def test_an_event_that_is_nowhere_is_answered_with_those_there_are(root):
    (root / "neurokit-bids.yaml").write_text("events: {feet: both_feet}")
    with pytest.raises(ValueError, match="no event is called both_feet; there are left_hand"):
        find(f"bids:{root}")


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        find(f"bids:{tmp_path / 'nowhere'}")
    with pytest.raises(FileNotFoundError, match=r"no EEG; sub-\*"):
        find(f"bids:{tmp_path}")


def test_a_cut_recording_is_named(root):
    path = next(root.rglob("sub-01*run-1_eeg.edf"))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(ValueError, match="is cut short: its header promises"):
        find(f"bids:{root}").get_data([1])
