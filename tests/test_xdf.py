import os

import numpy as np
import pytest
import pyxdf
from hypothesis import given, settings
from hypothesis import strategies as st

from neurokit.files.xdf import FORMATS, XdfStream, XdfWriter
from neurokit.files.xdf_mender import mend

EEG = XdfStream(
    "amplifier", "EEG", ["C3", "Cz", "C4"], 250.0, "float32", ["microvolts"] * 3, "amp-1"
)
XDF = b"XDF:"
MARKERS = XdfStream("markers", "Markers", ["marker"], 0.0, "string")


def read(path):
    streams, _ = pyxdf.load_xdf(path, synchronize_clocks=False, dejitter_timestamps=False)
    return {stream["info"]["name"][0]: stream for stream in streams}


def record(path, n_chunks=4, size=10, close=True):
    """A file of counted samples, and where each of its chunks of samples ends."""
    writer = XdfWriter(path, [EEG, MARKERS])
    ends = []
    for chunk in range(n_chunks):
        first = chunk * size
        counter = np.arange(first, first + size)
        writer.write(0, np.stack([counter, -counter, counter / 2], axis=1), counter / 250)
        ends.append(path.stat().st_size)
    writer.write(1, ["left_hand"], [0.02])
    if close:
        writer.close()
    else:
        writer.sync()
        writer._file.close()  # as a killed process leaves it
    return ends


def test_pyxdf_reads_what_was_written(tmp_path):
    path = tmp_path / "run.xdf"
    record(path)
    streams = read(path)
    assert streams["amplifier"]["time_series"][:, 0].tolist() == list(range(40))
    np.testing.assert_array_equal(streams["amplifier"]["time_stamps"], np.arange(40) / 250)
    assert streams["markers"]["time_series"] == [["left_hand"]]
    channels = streams["amplifier"]["info"]["desc"][0]["channels"][0]["channel"]
    assert [channel["label"][0] for channel in channels] == ["C3", "Cz", "C4"]
    assert {channel["unit"][0] for channel in channels} == {"microvolts"}
    assert streams["amplifier"]["footer"]["info"]["sample_count"] == ["40"]


@settings(max_examples=40, deadline=None)
@given(
    form=st.sampled_from(sorted(FORMATS)),
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=5),
    n_channels=st.integers(1, 5),
    seed=st.integers(0, 2**16),
)
def test_every_numeric_format_comes_back_to_the_bit(
    tmp_path_factory, form, sizes, n_channels, seed
):
    path = tmp_path_factory.mktemp("xdf") / "run.xdf"
    random = np.random.default_rng(seed)
    values = random.integers(-100, 100, (sum(sizes), n_channels)).astype(FORMATS[form])
    stamps = np.sort(random.random(sum(sizes)))
    channels = [f"c{number}" for number in range(n_channels)]
    with XdfWriter(path, [XdfStream("s", "EEG", channels, 100.0, form)]) as writer:
        for stop, size in zip(np.cumsum(sizes), sizes, strict=True):
            writer.write(0, values[stop - size : stop], stamps[stop - size : stop])
    stream = read(path)["s"]
    if sum(sizes):
        np.testing.assert_array_equal(stream["time_series"], values)
    np.testing.assert_array_equal(stream["time_stamps"], stamps)
    assert mend(path).lost_bytes == 0


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.text(max_size=300), min_size=1, max_size=8))
def test_markers_of_any_text_come_back(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("xdf") / "run.xdf"
    with XdfWriter(path, [MARKERS]) as writer:
        writer.write(0, texts, np.arange(len(texts)))
    assert [row[0] for row in read(path)["markers"]["time_series"]] == texts
    assert mend(path).complete


def test_clock_offsets_are_applied_by_the_reader(tmp_path):
    path = tmp_path / "run.xdf"
    with XdfWriter(path, [EEG]) as writer:
        writer.clock_offset(0, 0.0, 5.0)
        writer.write(0, np.zeros((500, 3)), np.arange(500) / 250)
        writer.clock_offset(0, 2.0, 5.0)
    streams, _ = pyxdf.load_xdf(path, dejitter_timestamps=False)
    np.testing.assert_allclose(streams[0]["time_stamps"][0], 5.0)


def test_a_cut_at_any_byte_loses_only_what_lies_at_and_after_it(tmp_path, monkeypatch):
    path = tmp_path / "run.xdf"
    monkeypatch.setattr(os, "fsync", lambda _: None)  # two thousand times would take its time
    ends = record(path, close=False)
    whole = path.read_bytes()
    # the headers are long and alike: every seventh byte of them
    for cut in (*range(0, ends[0], 7), *range(ends[0], len(whole))):
        torn = tmp_path / "torn.xdf"
        torn.write_bytes(whole[:cut])
        if cut < len(XDF):
            with pytest.raises(ValueError, match="there is nothing to mend"):
                mend(torn)
            continue
        mended = mend(torn)
        n_whole = sum(end <= cut for end in ends)
        streams = read(mended.path)  # the header of the stream itself may be lost
        counted = np.reshape(streams["amplifier"]["time_series"] if streams else [], (-1, 3))[:, 0]
        assert counted.tolist() == list(range(10 * n_whole)), cut
        assert mended.kept_bytes + mended.lost_bytes == cut
        assert not mended.complete


def test_after_damage_in_the_middle_reading_goes_on_at_the_next_boundary(tmp_path):
    path = tmp_path / "run.xdf"
    with XdfWriter(path, [EEG]) as writer:
        ends = []
        for chunk in range(4):
            writer.write(0, np.full((10, 3), chunk), np.arange(10) + 10.0 * chunk)
            ends.append(path.stat().st_size)
            if chunk == 2:
                writer.boundary()
    damaged = bytearray(path.read_bytes())
    damaged[ends[0]] = 77  # no chunk has a length of 77 bytes
    path.write_bytes(damaged)
    mended = mend(path)
    chunks = sorted(set(read(mended.path)["amplifier"]["time_series"][:, 0].tolist()))
    assert chunks == [0, 3]
    assert mended.gaps == 1
    assert mended.complete


def test_a_file_that_was_not_closed_is_whole_but_incomplete(tmp_path):
    path = tmp_path / "run.xdf"
    record(path, close=False)
    mended = mend(path)
    assert (mended.path, mended.lost_bytes, mended.complete) == (path, 0, False)


def test_a_recording_is_never_overwritten(tmp_path):
    path = tmp_path / "run.xdf"
    record(path)
    with pytest.raises(FileExistsError):
        XdfWriter(path, [EEG])


def test_a_full_disk_leaves_a_whole_file(tmp_path, monkeypatch):
    path = tmp_path / "run.xdf"
    writer = XdfWriter(path, [EEG])
    writer.write(0, np.ones((10, 3)), np.arange(10.0))
    real = writer._file

    class Full:
        def write(self, data):
            real.write(data[: len(data) // 2])
            raise OSError(28, "No space left on device")

        def __getattr__(self, name):
            return getattr(real, name)

    monkeypatch.setattr(writer, "_file", Full())
    with pytest.raises(OSError, match="No space"):
        writer.write(0, np.ones((10, 3)), np.arange(10.0))
    real.close()
    assert mend(path).lost_bytes == 0
    assert len(read(path)["amplifier"]["time_series"]) == 10


def test_what_is_not_xdf_is_refused_by_name(tmp_path):
    path = tmp_path / "letter.xdf"
    path.write_text("dear reader")
    with pytest.raises(ValueError, match=r"letter\.xdf is not an XDF file"):
        mend(path)


def test_samples_without_their_stamps_are_refused(tmp_path):
    with (
        XdfWriter(tmp_path / "run.xdf", [EEG]) as writer,
        pytest.raises(ValueError, match="10 samples came with 9 time stamps"),
    ):
        writer.write(0, np.ones((10, 3)), np.arange(9.0))
