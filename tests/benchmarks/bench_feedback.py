"""From a sample to the patient's screen over LSL: sender, recorder, decoder and window.

Each is a process. The age of an output is counted from the stamp of the last sample that it was
decoded from, so it is what comes on top of the hop. Offscreen there is no display: its own delay
is not counted.
"""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
N_CHANNELS, SECONDS, HOP = 16, 30.0, 0.1
BARS_MS = {50: None, 95: 50.0, 99: 100.0}
DECISION_MS = 10.0


def own_lsl_session(folder):
    """Let nobody else hear these streams."""
    config = folder / "lsl_api.cfg"
    config.write_text(
        "[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n"
        f"SessionID = {uuid.uuid4()}\n[log]\nlevel = -2\n"
    )
    os.environ["LSLAPICFG"] = str(config)


def measure(folder):
    """Ages of samples in the ring and of outputs on the screen, in milliseconds."""
    from PyQt6.QtWidgets import QApplication

    from neurokit.app.desktop.feedback import Feedback, FeedbackWidget
    from neurokit.app.desktop.theme import THEMES
    from neurokit.live import recording_process
    from neurokit.live.decoding_process import DecoderClient
    from neurokit.live.online import OnlineSettings
    from neurokit.live.streams import now
    from neurokit.visits.calibration import Screen
    from tests.decoding import saved_model

    application = QApplication([])
    widget = FeedbackWidget(THEMES["dark"])
    widget.resize(1280, 800)
    widget.show()
    widget.current = Screen("imagery", "", 0.0)
    name = f"bench-{uuid.uuid4()}"
    words = ["--lsl", name, "--channels", str(N_CHANNELS)]
    sender = subprocess.Popen(
        [sys.executable, "-m", "neurokit.simulators.simulated_patient", *words]
    )
    recorder = recording_process.start(f"lsl:{name},timeout=20", folder / "run.xdf")
    model = saved_model(folder, n_channels=N_CHANNELS)
    decoder = DecoderClient(recorder, model, OnlineSettings(hop=HOP, recentring=True))
    in_ring, on_screen, heard = [], [], recorder.ring.n_written
    try:
        while not decoder.is_ready:
            decoder.receive(0.05)
            if decoder.problem:
                raise RuntimeError(decoder.problem)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            for output in decoder.receive(0.001):
                feedback = Feedback("bar", decoder.classes, output.feedback, output.label)
                widget.show_feedback(feedback)
                widget.repaint()
                on_screen.append(1e3 * (now() - output.stamp))
            if recorder.ring.n_written > heard:
                heard = recorder.ring.n_written
                in_ring.append(1e3 * (now() - recorder.ring.latest(0.01).stamps[-1]))
            application.processEvents()
        return np.array(in_ring), np.array(on_screen), 1e3 * decoder.slowest
    finally:
        decoder.stop()
        recorder.stop()
        recorder.close()
        sender.terminate()
        sender.wait()
        widget.close()


def decide(folder):
    """Processor time of single decisions, in milliseconds."""
    from neurokit.live.online import Decoder, OnlineSettings
    from tests.decoding import recorded, saved_model

    decoder = Decoder(saved_model(folder, n_channels=N_CHANNELS), OnlineSettings(hop=HOP))
    samples = recorded(run=1, n_channels=N_CHANNELS, trials=6)[0]
    spent = []
    for start in range(0, len(samples), decoder.n_hop):
        piece = samples[start : start + decoder.n_hop]
        before = time.process_time()
        if decoder.process(piece, np.arange(start, start + len(piece)) / decoder.sfreq):
            spent.append(1e3 * (time.process_time() - before))
    return np.array(spent)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        own_lsl_session(Path(name))
        in_ring, on_screen, slowest = measure(Path(name))
        spent = decide(Path(name))
    print(f"sample to ring, {len(in_ring)} pieces, ms: " + ", ".join(
        f"p{share} {np.percentile(in_ring, share):.1f}" for share in BARS_MS))  # fmt: skip
    print(f"sample to feedback, {len(on_screen)} outputs of {N_CHANNELS} channels, hop {HOP:g} s:")
    missed = []
    for share, bar in BARS_MS.items():
        age = float(np.percentile(on_screen, share))
        print(f"  p{share} {age:.1f} ms" + (f" (bar {bar:g})" if bar else ""))
        missed += [f"p{share}"] if bar and age > bar else []
    print(f"  most {on_screen.max():.1f} ms; slowest decision among them {slowest:.1f} ms")
    decision = float(np.percentile(spent, 99))
    print(
        f"a decision, processor time: median {np.median(spent):.1f} ms, p99 {decision:.1f} ms "
        f"(bar {DECISION_MS:g})"
    )
    assert decision < DECISION_MS, "a decision takes longer than its bar"
    assert not missed, f"feedback comes later than its bar: {', '.join(missed)}"
