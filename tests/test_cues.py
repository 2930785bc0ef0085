"""The patient's screen: what is drawn, when it is stamped."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor, QImage, QPainter
from PyQt6.QtWidgets import QWidget

from neurokit.app.desktop.beep import RATE, SECONDS, tone
from neurokit.app.desktop.cue_painting import SENTENCES, WORDS, paint_screen, patient_colours
from neurokit.app.desktop.cues import CueWidget, Presenter, can_swap, open_cues
from neurokit.app.desktop.session import Settings
from neurokit.app.desktop.translations import phrases
from neurokit.live.recorder import Status
from neurokit.live.streams import now
from neurokit.visits.calibration import Run, Screen
from neurokit.visits.protocol import CLASSES, GrazProtocol

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("qapp")]
COLOURS = patient_colours(Settings())
QUICK = GrazProtocol(
    trials_per_class=2, baseline=0.2, fixation=0.2, cue=0.2, imagery=0.4,
    pause_min=0.1, pause_max=0.2, sound=False,
)  # fmt: skip


class Notes:
    """A recorder that writes its markers down."""

    def __init__(self):
        self.markers = []

    def marker(self, label, stamp):
        self.markers.append((label, stamp))

    def status(self):
        return Status(state="recording")


def drawn(kind, label="", size=(640, 400)):
    image = QImage(*size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_screen(painter, QRectF(0, 0, *size), Screen(kind, label, 0.0), COLOURS)
    painter.end()
    bits = image.constBits()
    bits.setsize(image.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(size[1], size[0], 4)[..., 2::-1].copy()


def centre_of(image, colour):
    """Where a colour lies from the middle of the picture, in pixels to the right and down."""
    wanted = np.array(QColor(colour).getRgb()[:3])
    rows, columns = np.nonzero((np.abs(image.astype(int) - wanted) < 3).all(axis=2))
    return columns.mean() - image.shape[1] / 2, rows.mean() - 0.44 * image.shape[0]


@pytest.mark.parametrize(
    ("label", "x", "y"),
    [("left_hand", -1, 0), ("right_hand", 1, 0), ("feet", 0, 1), ("tongue", 0, -1), ("rest", 0, 0)],
)
def test_each_class_has_its_place(label, x, y):
    right, down = centre_of(drawn("cue", label), COLOURS.accent)
    assert np.sign(round(right / 20)) == x
    assert np.sign(round(down / 20)) == y


def test_every_screen_is_another_one():
    screens = [drawn("cue", label) for label in CLASSES]
    screens += [drawn(kind) for kind in ("fixation", "pause", *SENTENCES)]
    assert len({screen.tobytes() for screen in screens}) == len(screens)
    assert (drawn("imagery", "feet") == drawn("fixation")).all()


def test_the_patient_reads_french_too():
    assert {*WORDS.values(), *SENTENCES.values()} <= set(phrases("fr"))


def test_a_word_is_never_wider_than_its_screen():
    image = drawn("cue", "a_very_long_name_of_an_imagined_movement_of_both_hands", (320, 400))
    assert (image[:, 0] == image[0, 0]).all()
    assert (image[:, -1] == image[0, 0]).all()


def test_the_stamp_comes_when_the_screen_has_been_painted(qtbot):
    painted = []

    class Watched(CueWidget):
        def paintEvent(self, event):
            super().paintEvent(event)
            painted.append((self.current, now()))

    cues = Watched(COLOURS)
    qtbot.addWidget(cues)
    with qtbot.waitExposed(cues):
        cues.show()
    screen = Screen("cue", "feet", now())
    with qtbot.waitSignal(cues.seen) as seen:
        cues.show_screen(screen)
    shown = [stamp for each, stamp in painted if each is screen]
    assert shown
    assert 0 <= seen.args[0] - shown[0] < 0.05


def test_a_run_is_shown_and_its_stamps_hold(qtbot):
    cues = CueWidget(COLOURS)
    qtbot.addWidget(cues)
    cues.show()
    recorder = Notes()
    run = Run(QUICK, recorder, frame=cues.frame)
    presenter = Presenter(run, cues)
    kinds = []
    presenter.changed.connect(lambda screen: kinds.append(screen.kind))
    with qtbot.waitSignal(presenter.ended, timeout=20_000):
        presenter.begin()
    presenter.close()
    assert kinds == ["baseline"] + ["fixation", "cue", "imagery", "pause"] * 3 + [
        "fixation", "cue", "imagery", "done",
    ]  # fmt: skip
    stamps = [stamp for label, stamp in recorder.markers if label in CLASSES]
    assert stamps == [trial.actual for trial in run.trials]
    for trial in run.trials:
        # a busy machine may be late, and then it says so
        assert trial.late == (trial.actual - trial.planned > cues.frame)
        assert trial.actual >= trial.planned
    assert not cues._timer.isActive()


def test_what_nobody_can_see_is_not_shown(qtbot):
    cues = CueWidget(COLOURS)
    qtbot.addWidget(cues)
    run = Run(QUICK, Notes(), frame=cues.frame)
    presenter = Presenter(run, cues)
    with qtbot.waitExposed(cues):
        cues.show()
    cues.hide()
    presenter.begin()
    for _ in range(3):
        with qtbot.waitSignal(cues._timer.timeout):
            pass
    assert run.screen is None
    with qtbot.waitSignal(presenter.changed):
        cues.show()
    presenter.close()


def test_without_a_second_screen_the_patients_window_is_a_plain_one(qtbot):
    clinician = QWidget()
    qtbot.addWidget(clinician)
    clinician.show()
    assert not can_swap()
    cues = open_cues(COLOURS, clinician)
    qtbot.addWidget(cues)
    assert isinstance(cues, CueWidget)
    assert cues.isVisible()
    assert not cues.isFullScreen()
    qtbot.keyClick(cues, Qt.Key.Key_F11)
    assert cues.isFullScreen()
    cues.begin()
    with qtbot.waitSignal(cues.closed):
        cues.close()
    assert not cues._timer.isActive()


TWO_SCREENS = """
import sys
from PyQt6.QtWidgets import QApplication, QWidget
application = QApplication([])
from neurokit.app.desktop.cues import open_cues
from tests.test_cues import COLOURS
first, second = application.screens()
clinician = QWidget()
clinician.show()
cues = open_cues(COLOURS, clinician)
assert clinician.screen() is first
assert cues.screen() is second, cues.screen().name()
assert cues.isFullScreen()
assert cues.geometry() == second.geometry(), cues.geometry()
"""


def test_a_second_screen_is_the_patients(tmp_path):
    screens = [
        {"name": name, "x": x, "y": 0, "width": 800, "height": 600, "logicalDpi": 96, "dpr": 1.0}
        for name, x in (("clinician", 0), ("patient", 800))
    ]
    setup = tmp_path / "screens.json"
    setup.write_text(json.dumps({"screens": screens}))
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={setup}"}
    code = [sys.executable, "-c", TWO_SCREENS]
    done = subprocess.run(code, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_tone_is_short_and_does_not_click():
    samples = np.frombuffer(tone(), "<i2")
    assert len(samples) == round(SECONDS * RATE)
    assert abs(samples[0]) < 200
    assert abs(samples[-1]) < 200
    assert 0.3 < np.abs(samples).max() / 32767 < 0.5


SWAPPED = """
import sys
from PyQt6.QtWidgets import QApplication, QWidget
application = QApplication([])
from neurokit.app.desktop.cues import SwappedCues, Presenter, open_cues
from tests.test_cues import COLOURS, CLASSES, QUICK, Notes, Run
clinician = QWidget()
clinician.show()
cues = open_cues(COLOURS, clinician)
assert isinstance(cues, SwappedCues), cues
recorder = Notes()
run = Run(QUICK, recorder, frame=cues.frame)
presenter = Presenter(run, cues)
cues.seen.connect(lambda _: run.is_done and application.quit())
presenter.begin()
application.exec()
assert [label for label, _ in recorder.markers if label in CLASSES] == [
    trial.label for trial in QUICK.schedule()
]
# without a vertical sync a frame may come before its time, by less than one frame
early = [trial.planned - trial.actual for trial in run.trials]
assert max(early) < 1.5 * cues.frame, early
assert run.n_done == 4
assert cues._is_rehearsed
presenter.close()
cues.close()
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs Xvfb")
def test_the_opengl_back_end_stamps_the_swapped_frame():
    environment = {key: text for key, text in os.environ.items() if key != "QT_QPA_PLATFORM"}
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1024x768x24"]
    done = subprocess.run(
        [*screen, sys.executable, "-c", SWAPPED],
        env=environment, capture_output=True, text=True, timeout=90,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
