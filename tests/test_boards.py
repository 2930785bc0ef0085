import threading
import time

import numpy as np
import pytest

from neurokit.live import boards
from neurokit.live.boards import BoardSource
from neurokit.live.streams import SourceLost, open_source

pytest.importorskip("brainflow", reason="BrainFlow is not installed: neurokit-bci[devices]")


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)


def test_the_synthetic_board_streams_in_volts_on_our_clock():
    source = open_source("brainflow:SYNTHETIC_BOARD")
    began = time.perf_counter()
    info = source.open()
    try:
        assert info.channels[:4] == ("Fz", "C3", "Cz", "C4")
        assert (info.sfreq, len(info.channels), info.impedances) == (250.0, 16, ())
        pieces = []
        wait_until(lambda: pieces.append(source.read()) or sum(map(len, pieces)) > 250)
        ended = time.perf_counter()
    finally:
        source.close()
        source.close()
    values = np.concatenate([samples.values for samples in pieces])
    stamps = np.concatenate([samples.stamps for samples in pieces])
    assert values.shape == (len(stamps), 16)
    assert began - 0.1 < stamps[0] < stamps[-1] < ended + 0.1
    # the board counts 250 packages a second
    assert np.diff(stamps).mean() == pytest.approx(1 / 250, rel=0.1)
    assert 1e-6 < np.median(values.std(axis=0)) < 1e-3
    with pytest.raises(SourceLost, match="open it first"):
        source.read()


def test_a_board_can_be_opened_again():
    source = BoardSource("SYNTHETIC_BOARD")
    for _ in range(2):
        source.open()
        wait_until(lambda: len(source.read()))
    source.close()


def test_names_may_be_given_where_the_cap_is_another():
    source = BoardSource("SYNTHETIC_BOARD", names="C3 C4")
    info = source.open()
    wait_until(lambda: source.read().values.shape[1] == 2)
    source.close()
    assert info.channels == ("C3", "C4")
    with pytest.raises(ValueError, match="16 EEG channels, 17 were named"):
        BoardSource("SYNTHETIC_BOARD", names=" ".join(f"E{k}" for k in range(17)))


def test_resistances_of_every_electrode_come_as_channels():
    source = BoardSource("BRAINBIT_BOARD")
    assert len(source._resistances) == len(source.channels) == 4


def test_boards_that_measure_eeg_are_listed():
    names = boards.boards()
    assert "CYTON_BOARD" in names
    assert "EMOTIBIT_BOARD" not in names
    assert "PLAYBACK_FILE_BOARD" not in names


def test_a_board_that_does_not_answer_says_so():
    source = open_source("brainflow:CYTON_BOARD,serial_port=/dev/none")
    with pytest.raises(SourceLost, match=r"CYTON_BOARD does not answer .*check its port"):
        source.open()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("brainflow:TELEPATHY", "no board 'TELEPATHY'; use one of SYNTHETIC_BOARD"),
        ("brainflow:SYNTHETIC_BOARD,colour=red", "no setting 'colour'; use names, .*serial_port"),
        ("brainflow:EMOTIBIT_BOARD", "has 0 EEG channels"),
        ("brainflow:", "cannot be made"),
    ],
)
def test_what_no_board_can_do_is_refused(address, words):
    with pytest.raises(ValueError, match=words):
        open_source(address)


def test_without_brainflow_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "brainflow.board_shim", None)
    with pytest.raises(ValueError, match=r"pip install 'neurokit-bci\[devices\]'"):
        open_source("brainflow:SYNTHETIC_BOARD")
    assert boards.boards() == ()
