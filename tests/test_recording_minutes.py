"""Three minutes of recording in real time, beside whatever else is tested meanwhile.

The recording begins with the first of all tests and is looked at by the last one (see conftest), so
that a full run of the suite, which takes longer, does not wait for it. An hour of the same is
``python -m tests.benchmarks.bench_recording_hour``.
"""

import json
import os
import subprocess
import sys
import threading
import time

import pytest

MINUTES = 3


@pytest.fixture(scope="session")
def numbers(tmp_path_factory):
    """Where the numbers will lie; the first to ask, in whichever process, begins the recording."""
    # the processes of pytest-xdist share the parent of their folders
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = folder / "recording-minutes.json"
    try:
        os.close(os.open(path.with_suffix(".begun"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        yield path
        return
    command = [sys.executable, "-m", "tests.benchmarks.bench_recording_hour"]
    process = subprocess.Popen(
        [*command, "--minutes", str(MINUTES), "--json", str(path)], stdout=subprocess.DEVNULL
    )
    yield path
    if folder == base:  # otherwise another process may be the last to look, and waits for it
        process.terminate()
    process.wait()


@pytest.mark.slow
@pytest.mark.first
def test_a_recording_of_three_minutes_begins(numbers):
    assert numbers.with_suffix(".begun").exists()


@pytest.mark.slow
@pytest.mark.last
def test_three_minutes_are_recorded_whole_with_flat_memory_and_little_work(numbers):
    deadline = time.monotonic() + 60 * MINUTES + 60
    poll = threading.Event()
    while not numbers.exists():
        if time.monotonic() > deadline:
            pytest.fail("the recording of three minutes gave no numbers")
        poll.wait(0.5)
    found = json.loads(numbers.read_text())
    assert found["samples"] > 0.95 * MINUTES * 60 * 500
    assert (found["lost"], found["doubled"], found["wrong_values"]) == (0, 0, 0)
    assert found["complete"]
    assert found["memory_growth_mb"] < 2
    assert found["cpu_share"] < 0.15
