import os
import signal
import subprocess
import sys
import threading
import time
import uuid

import numpy as np
import pytest

from neurokit.live.lsl import Outlet
from neurokit.live.preview import Preview


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    poll = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        poll.wait(0.02)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def preview():
    made = []

    def make(address):
        made.append(Preview(address))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def test_a_preview_fills_a_ring_and_leaves_nothing_behind(preview):
    shown = preview("simulated:channels=4,seed=1")
    wait_until(lambda: shown.poll() == "live" and shown.ring.n_written > 100)
    assert shown.info.channels == ("C3", "C4", "Cz", "CP3")
    piece = shown.ring.latest(0.2)
    np.testing.assert_allclose(np.diff(piece.stamps), 1 / 250, rtol=1e-6)
    assert piece.stamps[-1] == pytest.approx(time.perf_counter(), abs=1.0)
    folder = shown.ring.path.parent
    shown.stop()
    assert not is_alive(shown.pid)
    assert not folder.exists()
    assert shown.poll() == "ended"


def test_a_source_that_cannot_be_made_says_why(preview):
    shown = preview("telepathy:")
    wait_until(lambda: shown.poll() == "ended")
    assert "there is no source 'telepathy'" in shown.problem


def test_a_source_that_is_not_there_is_looked_for_until_it_comes(preview):
    name = f"amplifier-{uuid.uuid4().hex[:8]}"
    shown = preview(f"lsl:{name},timeout=0.3")
    wait_until(lambda: shown.poll() == "lost")
    assert "switch the amplifier's LSL program on" in shown.problem
    assert shown.ring is None
    outlet = Outlet(name, "EEG", ["C3", "C4"], sfreq=250.0)
    chunk = np.zeros((5, 2), dtype=np.float32)
    wait_until(lambda: outlet.push_chunk(chunk) or shown.poll() == "live")
    wait_until(lambda: outlet.push_chunk(chunk) or shown.ring.n_written > 20)
    assert shown.problem == ""
    outlet.close()
    wait_until(lambda: shown.poll() == "lost")


def test_a_recording_that_was_played_to_its_end_ends_the_preview(preview, tmp_path):
    from neurokit.simulators.simulation import simulate_recording

    raw = simulate_recording(trials=1, duration=0.5)
    raw.crop(0, 1.0).save(tmp_path / "an hour, or less_raw.fif", verbose="error")
    shown = preview(f"replay:{tmp_path / 'an hour, or less_raw.fif'}")
    wait_until(lambda: shown.poll() == "ended")
    assert "is at its end" in shown.problem
    assert shown.ring.n_written == raw.n_times


def test_a_killed_preview_is_told(preview):
    shown = preview("simulated:channels=2")
    wait_until(lambda: shown.poll() == "live")
    os.kill(shown.pid, signal.SIGKILL)
    wait_until(lambda: shown.poll() == "ended")
    assert "start it again" in shown.problem


def test_the_preview_ends_with_the_one_who_looks():
    code = (
        "import os, sys, time; from neurokit.live.preview import Preview\n"
        "shown = Preview('simulated:channels=2')\n"
        "while shown.poll() != 'live': time.sleep(0.02)\n"
        "print(shown.pid, shown.ring.path.parent, flush=True); os.kill(os.getpid(), 9)"
    )
    window = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    pid, folder = window.stdout.split()
    wait_until(lambda: not os.path.exists(folder))
    wait_until(lambda: not is_alive(int(pid)))
