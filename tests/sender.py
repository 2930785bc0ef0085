"""``python -m tests.sender NAME N_CHANNELS SFREQ [FIRST]`` sends a stream whose channels count.

A process of its own, so that it can be killed as an amplifier's program is. It prints a line once
it sends, and ends with its parent.
"""

import os
import sys
import threading
import time

import numpy as np

from neurokit.live.lsl import Outlet

CHUNK_SECONDS = 0.02


def send(name, n_channels, sfreq, first):
    channels = [f"c{number}" for number in range(n_channels)]
    outlet = Outlet(name, "EEG", channels, sfreq=sfreq, source_id=name)
    print("sending", flush=True)
    start, sent = time.perf_counter() + 1 / sfreq, 0
    wait = threading.Event().wait
    while True:
        due = int((time.perf_counter() - start) * sfreq) + 1
        counter = np.arange(first + sent, first + max(due, sent), dtype=np.float32)
        if len(counter):
            sent += len(counter)
            values = np.tile(counter[:, None], (1, n_channels))
            outlet.push_chunk(values, start + (sent - 1) / sfreq)
        wait(CHUNK_SECONDS)


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    send(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int([*sys.argv, 0][4]))
