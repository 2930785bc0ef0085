"""How far a cue's marker is from its time: planned, stamped, stored, and beside the signal.

A run is shown on the patient's window and recorded by the recorder's own process from an LSL
stream whose samples tell the time. Without a display the drawing is offscreen; under xvfb-run it
is OpenGL.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from neurokit.app.desktop.screen import has_screen

if not has_screen():
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PyQt6.QtWidgets import QApplication, QWidget

from neurokit.app.desktop.cue_painting import patient_colours
from neurokit.app.desktop.cues import Presenter, open_cues
from neurokit.app.desktop.session import Settings
from neurokit.live.recording_process import start
from neurokit.visits.calibration import Run
from neurokit.visits.certify import Metronome, read_metronome
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.trials import read_markers

PROTOCOL = GrazProtocol(
    trials_per_class=20, baseline=1, fixation=0.4, cue=0.4, imagery=0.8,
    pause_min=0.2, pause_max=0.4, sound=False,
)  # fmt: skip


def show(application, path, metronome):
    """Show the run to its end; returns it and the back end's name."""
    recorder = start(f"lsl:{metronome.name}", path)
    clinician = QWidget()
    clinician.show()
    cues = open_cues(patient_colours(Settings()), clinician)
    run = Run(PROTOCOL, recorder, frame=cues.frame)
    presenter = Presenter(run, cues)
    presenter.ended.connect(application.quit)
    presenter.begin()
    application.exec()
    presenter.close()
    cues.close()
    recorder.stop()
    recorder.close()
    return run, type(cues).__name__


def main():
    application = QApplication(sys.argv[:1])
    metronome = Metronome()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.xdf"
        run, back_end = show(application, path, metronome)
        stamps, _, told = read_metronome(path)
        stored = [at for label, at in read_markers(path) if label in PROTOCOL.classes]
    metronome.stop()
    trials = run.trials
    sent = np.array([trial.actual for trial in trials])
    planned = np.array([trial.planned for trial in trials])
    beside = np.interp(sent, stamps, told + metronome.start) - sent
    print(f"{len(trials)} cues by {back_end}, a frame takes {run.frame * 1e3:.1f} ms\n")
    print("| error | median, ms | 95 %, ms | most, ms | more than a frame |\n|---|---|---|---|---|")
    for name, errors in (
        ("frame against plan", sent - planned),
        ("marker in the file against its stamp", np.array(stored) - sent),
        ("marker against the signal beside it", beside),
    ):
        size = np.abs(errors) * 1e3
        print(
            f"| {name} | {np.median(size):.3f} | {np.quantile(size, 0.95):.3f} | {size.max():.3f} "
            f"| {int((size > run.frame * 1e3).sum())} |"
        )
    print(f"\n{sum(trial.late for trial in trials)} cues are flagged as late")


if __name__ == "__main__":
    main()
