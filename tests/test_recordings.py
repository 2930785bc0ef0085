import struct
import warnings

import mne
import numpy as np
import pytest
from scipy.io import savemat

from neurokit.files.recordings import clean_names, events, read_recording
from neurokit.files.xdf import XdfStream, XdfWriter

SFREQ = 200.0
NAMES = ["C3", "Cz", "C4"]


def recording(seconds=8, names=NAMES):
    rng = np.random.default_rng(0)
    signals = 2e-5 * rng.standard_normal((len(names), round(seconds * SFREQ)))
    raw = mne.io.RawArray(signals, mne.create_info(names, SFREQ, "eeg"), verbose="error")
    return raw.set_annotations(mne.Annotations([1.0, 4.0], 0.5, ["left", "right"]))


def write_brainvision(path, raw):
    import pybv

    pybv.write_brainvision(
        data=raw.get_data(),
        sfreq=SFREQ,
        ch_names=raw.ch_names,
        fname_base=path.stem,
        folder_out=path.parent,
        events=[
            {"onset": round(each["onset"] * SFREQ), "description": str(each["description"]),
             "type": "Comment"}
            for each in raw.annotations
        ],
    )  # fmt: skip


WRITERS = {
    "a.edf": lambda path, raw: raw.export(path, verbose="error"),
    "a.bdf": lambda path, raw: raw.export(path, verbose="error"),
    "a.set": lambda path, raw: raw.export(path, verbose="error"),
    "a_raw.fif": lambda path, raw: raw.save(path, verbose="error"),
    "a.vhdr": write_brainvision,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_signals_and_events(name, tmp_path):
    raw = recording()
    WRITERS[name](tmp_path / name, raw)
    read = read_recording(tmp_path / name)
    assert read.ch_names == NAMES
    assert read.get_montage() is not None
    np.testing.assert_allclose(read.get_data(), raw.get_data(), atol=1e-8)
    told = [(event.sample, event.name.removeprefix("Comment/")) for event in events(read)]
    assert told == [(200, "left"), (800, "right")]


def write_gdf(path, raw, codes):
    """GDF 2.2: a header, one for all channels, samples, and a table of events."""
    n = len(raw.ch_names)
    signals = raw.get_data()
    limit = [np.full(n, sign * 1e3) for sign in (-1, 1)]
    fixed = b"".join([
        b"GDF 2.20".ljust(152, b"\0"), bytes(32), struct.pack("<H", n + 1), bytes(50),
        struct.pack("<qIIHH", signals.shape[1], 1, int(SFREQ), n, 0),
    ])  # fmt: skip
    channels = b"".join([
        *(name.encode().ljust(16, b"\0") for name in raw.ch_names), bytes(86 * n),
        np.full(n, 4275, "<u2").tobytes(),  # microvolts
        *(values.astype("<f8").tobytes() for values in limit * 2), bytes(80 * n),
        np.ones(n, "<i4").tobytes(), np.full(n, 17, "<i4").tobytes(), bytes(32 * n),
    ])  # fmt: skip
    onsets = np.round(raw.annotations.onset * SFREQ).astype("<u4") + 1
    table = struct.pack("<B3Bf", 1, len(codes), 0, 0, SFREQ) + onsets.tobytes()
    assert len(fixed) == 256
    assert len(channels) == 256 * n
    path.write_bytes(
        fixed + channels + (1e6 * signals.T).astype("<f8").tobytes() + table
        + np.array(codes, "<u2").tobytes()
    )  # fmt: skip


def test_gdf_gives_the_same_signals_and_the_codes_of_its_events(tmp_path):
    raw = recording()
    write_gdf(tmp_path / "a.gdf", raw, [769, 770])
    read = read_recording(tmp_path / "a.gdf")
    assert read.ch_names == NAMES
    np.testing.assert_allclose(read.get_data(), raw.get_data(), atol=1e-12)
    assert [tuple(event)[:2] for event in events(read)] == [(200, "769"), (800, "770")]


def test_channel_names_become_those_of_the_10_05_system():
    names = ["C3..", "EEG Fp1-LE", "FCZ", "EEG Cz-Ref", "EMG left", "A1", "channel 7"]
    assert list(clean_names(names).values()) == [
        "C3", "Fp1", "FCz", "Cz", "EMG left", "A1", "channel 7",
    ]  # fmt: skip


def test_an_electrode_against_two_references_keeps_both_names():
    assert clean_names(["C3-A1", "C3-A2", "C4-A1"]) == {
        "C3-A1": "C3-A1",
        "C3-A2": "C3-A2",
        "C4-A1": "C4",
    }


def test_what_is_not_eeg_is_known_by_its_name(tmp_path):
    raw = recording(names=["EEG C3-Ref", "VEOG", "ECG", "Status"])
    raw.save(tmp_path / "a_raw.fif", verbose="error")
    read = read_recording(tmp_path / "a_raw.fif")
    assert read.get_channel_types() == ["eeg", "eog", "ecg", "stim"]


def test_codes_of_a_stimulus_channel_are_events_in_digits(tmp_path):
    raw = recording(names=["C3", "C4", "Status"]).set_annotations(None)
    raw._data[2] = 0
    raw._data[2, [300, 301, 900]] = [7, 7, 12]
    raw.save(tmp_path / "a_raw.fif", verbose="error")
    read = read_recording(tmp_path / "a_raw.fif")
    assert [(event.sample, event.name) for event in events(read)] == [(300, "7"), (900, "12")]


def test_units_can_be_told(tmp_path):
    raw = recording()
    raw.save(tmp_path / "a_raw.fif", verbose="error")
    read = read_recording(tmp_path / "a_raw.fif", units="microvolts")
    np.testing.assert_allclose(read.get_data(), 1e-6 * raw.get_data(), rtol=1e-5)
    with pytest.raises(ValueError, match="units must be one of volts, millivolts"):
        read_recording(tmp_path / "a_raw.fif", units="inches")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("kept", [0.0, 0.02, 0.6])
def test_a_cut_file_is_named_in_one_sentence(name, kept, tmp_path):
    WRITERS[name](tmp_path / name, recording())
    cut = tmp_path / (name if name != "a.vhdr" else "a.vhdr")
    whole = cut.read_bytes()
    cut.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises((ValueError, FileNotFoundError), match=cut.name) as raised:
        read_recording(cut)
    assert "\n" not in str(raised.value)


def test_events_after_the_end_are_said(tmp_path):
    write_brainvision(tmp_path / "a.vhdr", recording())
    signals = tmp_path / "a.eeg"
    signals.write_bytes(signals.read_bytes()[: signals.stat().st_size // 4])
    with pytest.warns(UserWarning, match=r"a\.vhdr has events after its end: it may be cut short"):
        assert read_recording(tmp_path / "a.vhdr").n_times == 400


def test_a_missing_companion_is_named(tmp_path):
    write_brainvision(tmp_path / "a.vhdr", recording())
    (tmp_path / "a.eeg").unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.eeg"):
        read_recording(tmp_path / "a.vhdr")


def test_other_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_recording(tmp_path / "a.edf")
    (tmp_path / "a.txt").write_text("1,2,3")
    with pytest.raises(ValueError, match=r"not a recording that can be read: \.edf"):
        read_recording(tmp_path / "a.txt")


def write_pair(folder, dimension=4275):
    rng = np.random.default_rng(0)
    signals = np.vstack([50 * rng.standard_normal((1000, 3)), np.zeros((24, 3))])
    signals[:, 2] = 0
    event = {"TYP": [769, 770], "POS": [101, 501], "DUR": [0, 0]}
    header = {
        "Label": ["FCZ", "C3", "Status"],
        "SampleRate": 100,
        "PhysDimCode": [dimension, dimension, 0],
        "EVENT": event,
    }
    savemat(folder / "s1.mat", {"s": signals})
    savemat(folder / "h1.mat", {"h": header})
    return signals


def test_a_biosig_pair_is_read(tmp_path):
    signals = write_pair(tmp_path)
    raw = read_recording(tmp_path / "s1.mat")
    assert raw.ch_names == ["FCz", "C3", "Status"]
    assert raw.n_times == 1000  # without the zeros that fill the last block
    np.testing.assert_allclose(raw.get_data("eeg"), 1e-6 * signals[:1000, :2].T)
    assert [(event.sample, event.name) for event in events(raw)] == [(100, "769"), (500, "770")]


def test_a_biosig_pair_without_units_is_taken_for_microvolts_with_a_warning(tmp_path):
    signals = write_pair(tmp_path, dimension=0)
    with pytest.warns(UserWarning, match=r"h1\.mat names no unit: .* microvolts"):
        raw = read_recording(tmp_path / "s1.mat")
    np.testing.assert_allclose(raw.get_data("eeg"), 1e-6 * signals[:1000, :2].T)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_recording(tmp_path / "s1.mat", units="volts").get_data("eeg").std() > 10


def test_half_a_biosig_pair_is_refused(tmp_path):
    write_pair(tmp_path)
    (tmp_path / "h1.mat").unlink()
    with pytest.raises(FileNotFoundError, match=r"s1\.mat needs its header h1\.mat"):
        read_recording(tmp_path / "s1.mat")


def write_xdf(path, stamps, units=("microvolts",) * 3, sfreq=SFREQ):
    samples = np.random.default_rng(0).standard_normal((len(stamps), 3))
    streams = [
        XdfStream("amplifier", "EEG", NAMES, sfreq, "double64", units),
        XdfStream("cues", "Markers", ["marker"], 0.0, "string"),
    ]
    with XdfWriter(path, streams) as writer:
        writer.write(0, samples, stamps)
        writer.write(1, ["left", "right"], stamps[[100, 900]])
    return samples


def test_an_xdf_file_of_ours_is_read(tmp_path):
    samples = write_xdf(tmp_path / "a.xdf", 1000 + np.arange(1600) / SFREQ)
    raw = read_recording(tmp_path / "a.xdf")
    assert raw.ch_names == NAMES
    assert raw.info["sfreq"] == SFREQ
    np.testing.assert_allclose(raw.get_data(), 1e-6 * samples.T)
    assert [(event.sample, event.name) for event in events(raw)] == [(100, "left"), (900, "right")]


def test_a_pause_in_an_xdf_stream_is_filled_annotated_and_said(tmp_path):
    stamps = 1000 + np.arange(1600) / SFREQ
    stamps[700:] += 3.0
    samples = write_xdf(tmp_path / "a.xdf", stamps)
    with pytest.warns(UserWarning, match=r"paused 1 times, 3\.00 s in all"):
        raw = read_recording(tmp_path / "a.xdf")
    assert raw.n_times == 2200
    assert not raw.get_data()[:, 700:1300].any()
    np.testing.assert_allclose(raw.get_data()[:, 1300:], 1e-6 * samples[700:].T)
    names = {event.name: event.sample for event in events(raw)}
    assert names == {"left": 100, "BAD_gap": 700, "right": 1500}


def test_an_xdf_stream_that_lies_of_its_rate_is_measured(tmp_path):
    write_xdf(tmp_path / "a.xdf", 1000 + np.arange(1600) / 190.0)
    with pytest.warns(UserWarning, match=r"says 200 Hz and came at 190\.00 Hz"):
        assert read_recording(tmp_path / "a.xdf").info["sfreq"] == pytest.approx(190)


def test_a_cut_xdf_file_gives_what_is_whole(tmp_path):
    path = tmp_path / "a.xdf"
    streams = [XdfStream("amplifier", "EEG", NAMES, SFREQ, "double64", ("microvolts",) * 3)]
    with XdfWriter(path, streams) as writer:
        for block in range(8):
            writer.write(0, np.ones((200, 3)), (np.arange(200) + 200 * block) / SFREQ)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(0.7 * len(whole))])
    with pytest.warns(UserWarning, match=r"a\.xdf is cut or damaged"):
        raw = read_recording(path)
    assert 800 <= raw.n_times < 1600


def test_an_xdf_file_without_eeg_says_what_it_has(tmp_path):
    with XdfWriter(tmp_path / "a.xdf", [XdfStream("cues", "Markers", ["m"], 0.0, "string")]) as it:
        it.write(0, ["left"], np.array([1.0]))
    with pytest.raises(ValueError, match=r"a\.xdf .*no stream 'of type EEG'; it has none"):
        read_recording(tmp_path / "a.xdf")


@pytest.mark.realdata
def test_clock_resets_are_joined(real_data):
    with pytest.warns(UserWarning, match=r"paused 1 times|came at 92\.93 Hz"):
        raw = read_recording(real_data / "files" / "clock_resets.xdf", units="microvolts")
    assert len(events(raw)) == 176


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "n_channels"), [("test.edf", 139), ("test.bdf", 73), ("test.vhdr", 32)]
)
def test_real_files_are_read(real_data, name, n_channels):
    assert len(read_recording(real_data / "files" / name).ch_names) == n_channels
