"""What comes from a source, whatever it does, is in the file and the ring once."""

import json
import re
import warnings

import numpy as np
import pytest

from neurokit.files.xdf_reader import read_xdf
from neurokit.live import recorder as recorder_module
from neurokit.live.recorder import Recorder
from neurokit.live.streams import ReplaySource, Samples
from neurokit.simulators.simulated_patient import SimulatedPatient
from tests.counting import SFREQ, Clock, Counter, read, run_for, wait_until


@pytest.fixture
def clock():
    return Clock()


def test_every_sample_reaches_the_file_and_the_ring_once(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", {"patient": "P01"}, clock=clock)
    run_for(recorder, clock, 3)
    recorder.marker("left_hand", clock() - 0.1)
    held = recorder.ring.latest(1.0)
    recorder.stop()
    eeg, markers = read(tmp_path / "run.xdf")
    assert eeg["time_series"][:, 0].tolist() == list(range(source.given))
    assert markers == ["left_hand"]
    assert source.labels == ["left_hand"]
    # what decodes online is to the bit what the file gives back
    stored = eeg["time_series"][-500:].astype(float) * 1e-6
    np.testing.assert_array_equal(held.samples, stored)
    # the ring's stamps are this machine's, the file's are the sender's
    np.testing.assert_allclose(held.stamps, eeg["time_stamps"][-500:] + 0.25)
    about = json.loads((tmp_path / "run.json").read_text())
    assert about["about"] == {"patient": "P01"}
    assert about["status"]["state"] == "stopped"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "run.xdf"]


def test_a_stall_is_seen_within_a_second_marked_and_survived(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    source.silent = True
    run_for(recorder, clock, 1)
    assert recorder.status().state == "stalled"
    source.gone = True
    run_for(recorder, clock, 3)
    assert recorder.status().problem == "the amplifier is off"
    source.gone = source.silent = False
    run_for(recorder, clock, 2)
    assert recorder.status().state == "recording"
    assert source.opened > 1
    recorder.stop()
    ((start_of_gap, length),) = recorder.status().gaps
    assert length == pytest.approx(4, abs=0.1)
    eeg, markers = read(tmp_path / "run.xdf")
    assert markers[0] == "stall"
    assert markers[1].startswith("resume after")
    assert len(set(eeg["time_series"][:, 0])) == len(eeg["time_series"])
    assert start_of_gap == pytest.approx(101, abs=0.05)


def test_a_stream_that_comes_back_changed_is_not_mixed_in(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    source.gone = True
    run_for(recorder, clock, 1)
    source.gone = False
    source.n_channels = 5
    run_for(recorder, clock, 2)
    assert "5 channels" in recorder.status().problem
    source.n_channels = 3
    run_for(recorder, clock, 2)
    assert recorder.status().state == "recording"
    recorder.stop()
    assert read(tmp_path / "run.xdf")[0]["time_series"].shape[1] == 3


def test_a_recording_is_refused_where_there_is_no_room(tmp_path, clock, monkeypatch):
    monkeypatch.setattr(recorder_module, "LEAST_FREE_BYTES", 2**60)
    with pytest.raises(OSError, match="make room or choose another disk"):
        Recorder(Counter(clock), tmp_path / "run.xdf")
    assert not list(tmp_path.iterdir())


def test_a_source_whose_driver_raises_anything_is_survived(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    source.read = lambda: 1 / 0
    run_for(recorder, clock, 0.1)
    assert recorder.status().state == "stalled"
    assert recorder.status().problem == "division by zero"
    del source.read
    run_for(recorder, clock, 1)
    assert recorder.status().state == "recording"
    assert recorder.status().problem == ""
    recorder.stop()
    counted = read(tmp_path / "run.xdf")[0]["time_series"][:, 0]
    assert counted.tolist() == list(range(source.given))


def test_a_source_at_its_end_ends_the_recording(tmp_path, clock):
    first = Recorder(Counter(clock), tmp_path / "run.xdf", clock=clock)
    run_for(first, clock, 3)
    first.marker("left_hand", clock() - 0.5)
    first.stop()
    source = ReplaySource(tmp_path / "run.xdf", clock=clock)
    recorder = Recorder(source, tmp_path / "again.xdf", clock=clock)
    run_for(recorder, clock, 4)
    assert recorder.must_end == "the recording run.xdf is at its end"
    assert recorder.stop("x").state == "the recording run.xdf is at its end"
    eeg, markers = read(tmp_path / "again.xdf")
    assert eeg["time_series"][:, 0].tolist() == list(range(len(eeg["time_series"])))
    assert markers == []


def test_a_sender_whose_clock_is_set_does_not_tear_the_recording(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 60)
    source.skew = 1000.0
    run_for(recorder, clock, 60)
    held = recorder.ring.latest(2.0)
    assert clock() - held.stamps[-1] < 0.3
    recorder.marker("left_hand", clock() - 10)
    recorder.stop()
    note, cue = read(tmp_path / "run.xdf")[1]
    assert float(re.search(r"was set by (.*) s", note)[1]) == pytest.approx(1000, abs=0.1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*clock was set 1 times")
        raw = read_xdf(tmp_path / "run.xdf")
    counted = np.rint(raw.get_data()[0] * 1e6)
    assert counted.tolist() == list(range(source.given))
    onset = raw.annotations.onset[list(raw.annotations.description).index(cue)]
    assert onset == pytest.approx(110, abs=0.1)


def test_jitter_and_bursts_are_no_gaps(tmp_path, clock):
    """An amplifier over radio: packets come up to half a second late, stamped as they come."""
    generator = np.random.default_rng(0)
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    given = source.read

    def stamped_late():
        samples = given()
        return Samples(samples.values, samples.stamps + generator.uniform(0, 0.004, len(samples)))

    source.read = stamped_late
    for _ in range(200):
        run_for(recorder, clock, 1, step=generator.uniform(0.002, 0.5))
    recorder.stop()
    eeg, markers = read(tmp_path / "run.xdf")
    assert eeg["time_series"][:, 0].tolist() == list(range(source.given))
    assert markers == []
    raw = read_xdf(tmp_path / "run.xdf")
    assert raw.n_times == source.given
    assert "BAD_gap" not in raw.annotations.description


def test_samples_that_an_amplifier_lost_are_a_gap_where_they_are_missing(tmp_path, clock):
    source = Counter(clock)
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 10)
    clock.seconds += 0.7
    before = source.given
    source.read()  # 350 samples, too short a silence for a stall
    lost = range(before, source.given)
    run_for(recorder, clock, 10)
    recorder.stop()
    counted = read(tmp_path / "run.xdf")[0]["time_series"][:, 0].tolist()
    assert counted == [n for n in range(source.given) if n not in lost]
    with pytest.warns(UserWarning, match="paused 1 times"):
        raw = read_xdf(tmp_path / "run.xdf")
    values = np.rint(raw.get_data()[0] * 1e6)
    # what comes after the gap lies where it belongs
    assert values[lost.stop + 1000] == pytest.approx(lost.stop + 1000, abs=2)
    ((onset, duration),) = [
        (one["onset"], one["duration"])
        for one in raw.annotations
        if one["description"] == "BAD_gap"
    ]
    assert onset == pytest.approx(lost.start / SFREQ, abs=0.01)
    assert duration == pytest.approx(0.7, abs=0.01)


def test_the_types_of_the_channels_are_kept(tmp_path, clock):
    source = Counter(clock)
    opened = source.open
    source.open = lambda: recorder_module.replace(opened(), types=("eeg", "eog", "misc"))
    recorder = Recorder(source, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 1)
    recorder.stop()
    raw = read_xdf(tmp_path / "run.xdf")
    assert raw.get_channel_types() == ["eeg", "eog", "misc"]
    np.testing.assert_allclose(raw.get_data()[:2, 100], 1e-4)
    np.testing.assert_allclose(raw.get_data()[2, 100], 1e-4)


def test_a_simulated_amplifier_that_drops_out_is_survived(tmp_path):
    clock = Clock()
    patient = SimulatedPatient(channels=4, dropouts=2, clock=clock, seed=1)
    recorder = Recorder(patient, tmp_path / "run.xdf", clock=clock)
    run_for(recorder, clock, 150, step=0.1)
    status = recorder.stop()
    assert status.gaps
    assert all(2.5 < length < 8 for _, length in status.gaps)
    assert status.problem == ""
    with pytest.warns(UserWarning, match=f"paused {len(status.gaps)} times"):
        raw = read_xdf(tmp_path / "run.xdf")
    assert raw.times[-1] == pytest.approx(150, abs=0.5)


def test_a_board_that_falls_silent_is_opened_again(tmp_path, monkeypatch):
    pytest.importorskip("brainflow")
    from neurokit.live.boards import BoardSource

    monkeypatch.setattr(recorder_module, "SILENT_SECONDS", 0.5)
    source = BoardSource("SYNTHETIC_BOARD")
    recorder = Recorder(source, tmp_path / "run.xdf")

    def is_in_state(state, least):
        recorder.step()
        return recorder.status().state == state and recorder.status().written > least

    wait_until(lambda: is_in_state("recording", 100))
    source._shim.stop_stream()
    wait_until(lambda: is_in_state("stalled", 100))
    before = recorder.status().written
    wait_until(lambda: is_in_state("recording", before + 50))
    status = recorder.stop()
    assert len(status.gaps) == 1
    assert [marker.split()[0] for marker in read(tmp_path / "run.xdf")[1]] == ["stall", "resume"]
