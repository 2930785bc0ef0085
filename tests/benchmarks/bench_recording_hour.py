"""Record 64 channels at 500 Hz in real time: nothing lost, nothing doubled, memory flat.

``python -m tests.benchmarks.bench_recording_hour --minutes 3`` is quicker than the hour. The
sender, whose channels count, is a process of its own, and so is the recorder.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import numpy as np
import pyxdf

from neurokit.files.xdf_mender import mend
from neurokit.live.recording_process import start
from neurokit.timing import machine

N_CHANNELS, SFREQ = 64, 500.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid):
    """Memory of a process that is its own; the file's pages and the ring's are the system's."""
    _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(resident) - int(shared)) * PAGE / 2**20


def watch(client, minutes):
    """Look at a recorder once a second."""
    memory, unsafe, answered = [], [], []
    wait = threading.Event().wait
    begun, used = time.perf_counter(), cpu_seconds(client.pid)
    while (left := begun + 60 * minutes - time.perf_counter()) > 0:
        wait(min(left, 1.0))
        asked = time.perf_counter()
        status = client.status()
        answered.append(time.perf_counter() - asked)
        memory.append(memory_mb(client.pid))
        unsafe.append((status.written - status.acknowledged) / SFREQ)
    seconds = time.perf_counter() - begun
    # the first minute fills buffers and caches
    settled = memory[min(60, len(memory) // 3) :]
    parts = np.array_split(settled, 4)
    return {
        "minutes": round(seconds / 60, 2),
        "cpu_share": (cpu_seconds(client.pid) - used) / seconds,
        "memory_mb": float(np.median(settled)),
        "memory_growth_mb": float(np.median(parts[-1]) - np.median(parts[0])),
        "most_unsafe_seconds": max(unsafe),
        "slowest_answer_ms": 1e3 * max(answered),
    }


def count(path):
    """How many samples there are, and how many of the sender's are lost or doubled or wrong."""
    wrong = []

    def first_channel(values, stamps, stream, number):
        if len(values) and np.ndim(values) == 2 and np.shape(values)[1] == N_CHANNELS:
            values = np.asarray(values)
            wrong.append(int((values != values[:, :1]).sum()))
            values = values[:, :1]
        return values, stamps, stream

    streams, _ = pyxdf.load_xdf(path, on_chunk=first_channel, dejitter_timestamps=False)
    (eeg,) = (each for each in streams if each["info"]["type"] == ["EEG"])
    counted = np.asarray(eeg["time_series"])[:, 0].astype(np.int64)
    steps = np.diff(counted)
    return {
        "samples": len(counted),
        "lost": int((steps[steps > 1] - 1).sum()),
        "doubled": int((steps < 1).sum()),
        "wrong_values": sum(wrong),
    }


def record(minutes):
    """Send, record, count."""
    name = f"counter-{uuid.uuid4().hex[:8]}"
    command = [sys.executable, "-m", "tests.sender", name, str(N_CHANNELS), str(SFREQ)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sender,
    ):
        sender.stdout.readline()
        path = Path(folder) / "run.xdf"
        client = start(f"lsl:{name},timeout=20", path)
        try:
            found = watch(client, minutes)
            status = client.stop()
        finally:
            with contextlib.suppress(OSError):
                client.stop()
            client.close()
            sender.kill()
        found |= {"gaps": len(status.gaps), "megabytes": path.stat().st_size / 1e6}
        return found | count(path) | {"complete": mend(path).complete}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--json", type=Path, help="where the numbers go, besides the screen")
    options = parser.parse_args()
    # no sender and no recorder outlives us
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(machine("mne-lsl", "pyxdf"))
    found = record(options.minutes)
    for name, value in found.items():
        print(f"{name:>20}  {value:.3g}" if isinstance(value, float) else f"{name:>20}  {value}")
    if options.json:
        part = options.json.with_suffix(".part")
        part.write_text(json.dumps(found))
        part.replace(options.json)


if __name__ == "__main__":
    main()
