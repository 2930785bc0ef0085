"""Live view of 64 channels x 10 s at 500 Hz: what a frame costs the window's thread.

A frame is reading the ring, filtering, cutting into columns, drawing and painting, in processor
time of the window's thread, on Qt's offscreen platform. The second line is the whole page on a
live source, verdicts and head included; the third the verdict alone. Bars: 10 ms a frame, 30
frames a second, 50 ms a verdict.
"""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PyQt6.QtWidgets import QApplication

from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Session, Settings
from neurokit.app.desktop.sweep import FRAME_MS, SweepView
from neurokit.app.desktop.sweep_picture import Look
from neurokit.app.desktop.theme import apply_theme, colours
from neurokit.live.ring import Ring
from neurokit.signals.quality import check_source
from neurokit.simulators.simulated_patient import SimulatedPatient
from neurokit.timing import machine

N_CHANNELS, SFREQ, SIZE = 64, 500.0, (1280, 800)
FRAMES, LIVE_SECONDS = 1200, 10.0
FRAME_BAR_MS, RATE_BAR, VERDICT_BAR_MS = 10.0, 30.0, 50.0


def frames(application, ring, patient, info, moment):
    """Milliseconds of the window's thread for each frame."""
    view = SweepView(colours(Settings()))
    view.resize(*SIZE)
    view.set_look(Look(page_size=N_CHANNELS))
    view.show_ring(ring, info)
    view.show()
    application.processEvents()
    view._frames.stop()
    costs = []
    for _ in range(FRAMES):
        moment[0] += FRAME_MS / 1000
        samples = patient.read()
        ring.append(samples.values, samples.stamps)
        began = time.thread_time()
        view.step()
        application.processEvents()
        costs.append(1e3 * (time.thread_time() - began))
    began = time.thread_time()
    view._restart()
    whole = 1e3 * (time.thread_time() - began)
    view.close()
    return costs, whole


def live_page(application):
    """Frames a second, and the window's thread in milliseconds a frame, of the whole page."""
    session = Session()
    session.go(page="signals", source=f"simulated:channels={N_CHANNELS},sfreq={SFREQ:g}")
    window = MainWindow(session)
    window.show()
    page = window.page("signals")
    page.view.set_look(replace(page.view.look, page_size=N_CHANNELS))
    while not page.status.text().startswith("●"):
        application.processEvents()
    drawn, steps = [], page.view.step
    page.view._frames.timeout.disconnect()
    page.view._frames.timeout.connect(lambda: drawn.append(steps()))
    began, used = time.perf_counter(), time.thread_time()
    while time.perf_counter() - began < LIVE_SECONDS:
        application.processEvents()
        time.sleep(0.001)
    seconds, used = time.perf_counter() - began, time.thread_time() - used
    window.close()
    shown = sum(count > 0 for count in drawn)
    return shown / seconds, 1e3 * used / max(shown, 1)


def main():
    application = QApplication([])
    apply_theme(application, Settings())
    moment = [100.0]
    patient = SimulatedPatient(channels=N_CHANNELS, sfreq=SFREQ, clock=lambda: moment[0])
    info = patient.open()
    with tempfile.TemporaryDirectory() as folder:
        ring = Ring.create(Path(folder) / "live.ring", N_CHANNELS, SFREQ, 60)
        costs, whole = frames(application, ring, patient, info, moment)
        samples = ring.latest(10).samples
    verdicts = []
    for _ in range(20):
        began = time.thread_time()
        check_source(samples, info)
        verdicts.append(1e3 * (time.thread_time() - began))
    rate, each = live_page(application)
    frame, verdict = statistics.median(costs), statistics.median(verdicts)
    print(f"live view, {N_CHANNELS} channels x 10 s at {SFREQ:g} Hz, {machine()}")
    print(
        f"frame: median {frame:.2f} ms, p99 {np.quantile(costs, 0.99):.2f} ms, whole picture anew "
        f"{whole:.0f} ms (bar {FRAME_BAR_MS:g} ms)"
    )
    print(f"page: {rate:.1f} frames a second, {each:.2f} ms a frame in all (bar {RATE_BAR:g})")
    print(f"verdict: {verdict:.2f} ms (bar {VERDICT_BAR_MS:g} ms)")
    reached = frame < FRAME_BAR_MS and rate >= RATE_BAR and each < FRAME_BAR_MS
    if not (reached and verdict < VERDICT_BAR_MS):
        sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
