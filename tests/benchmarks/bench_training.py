"""The clinic's choice on a run of 40 trials and 16 channels: first result, and all of them.

Bar: the first result in under 5 s, all in under a minute, on two cores (two processes, BLAS pinned
to one thread). The compiled kernels are warm, as after the first training on a computer.
"""

import sys
import tempfile
import time
from pathlib import Path

from neurokit.simulation import CHANNELS, simulate_recording
from neurokit.timing import machine
from neurokit.training import CLINIC, train_runs

CLASSES = ("left_hand", "right_hand")


def clinic(path, candidates=CLINIC):
    """Seconds until each result."""
    start = time.perf_counter()
    trained = train_runs([path], CLASSES, candidates, jobs=2)
    return [(attempt, time.perf_counter() - start) for attempt in trained]


def main():
    print(machine("scikit-learn", "pyriemann"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run_raw.fif"
        simulate_recording(channels=CHANNELS[:16], trials=20).save(path, verbose="error")
        clinic(path)
        results = clinic(path)
    print("\n| pipeline | accuracy | its seconds of processor | seconds since the start |")
    print("|---|---|---|---|")
    for attempt, seconds in results:
        score = "failed" if attempt.score is None else f"{attempt.score:.0%}"
        print(f"| {attempt.pipeline} | {score} | {attempt.seconds:.1f} | {seconds:.1f} |")
    first, last = results[0][1], results[-1][1]
    print(f"\nFirst result after {first:.1f} s (bar 5 s), all after {last:.1f} s (bar 60 s).")
    sys.exit(0 if first < 5 and last < 60 else 1)


if __name__ == "__main__":
    main()
