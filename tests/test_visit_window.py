"""A whole visit in the window: what a person clicks, counted, and nothing typed."""

import shutil

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QPushButton

from neurokit.app.desktop.demo import choose_demo_patient
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Session
from neurokit.patients.workspace import Workspace

pytestmark = [pytest.mark.window, pytest.mark.slow]

MOST_CLICKS = 12
LONGEST_MS = 120_000
# a run of seconds instead of minutes; all else is the demo's
SHORT = {
    "trials_per_class": 4, "baseline": 0.5, "fixation": 0.2, "cue": 0.3, "imagery": 1.5,
    "pause_min": 0.2, "pause_max": 0.3, "sound": False,
}  # fmt: skip


class Person:
    """Clicks what is seen and can be clicked, and counts it."""

    def __init__(self, window, qtbot):
        self.window, self.qtbot, self.clicks = window, qtbot, 0

    def go(self, title):
        """Click an entry of the rail."""
        rail = self.window.rail
        (item,) = rail.findItems(title, Qt.MatchFlag.MatchExactly)
        place = rail.visualItemRect(item).center()
        self.clicks += 1
        self.qtbot.mouseClick(rail.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def click(self, text):
        """Click the one button of that text, once it can be clicked."""
        found = []

        def is_there():
            found[:] = [
                button
                for button in self.window.findChildren(QPushButton)
                if button.isVisible() and button.isEnabled() and button.text().strip() == text
            ]
            return len(found) == 1

        self.qtbot.waitUntil(is_there, timeout=LONGEST_MS)
        self.clicks += 1
        self.qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


@pytest.fixture
def window(qtbot, demo_workspace, tmp_path):
    shutil.copytree(demo_workspace, tmp_path / "demo")
    with Workspace(tmp_path / "demo") as workspace:
        session = Session(workspace)
        choose_demo_patient(session)
        session.go(
            protocol=session.state.protocol.model_copy(update=SHORT),
            training={"start": 0.4, "stop": 1.4},
            pipelines=("csp+lda", "ts+lr"),
            online={"trials": 2},
        )
        window = MainWindow(session)
        qtbot.addWidget(window)
        window.show()
        window.desk.tasks.warm()
        yield window
        window.close()


def test_calibration_training_and_feedback_take_at_most_twelve_clicks(window, qtbot):
    person, session = Person(window, qtbot), window.desk.session
    person.go("Calibrate")
    person.click("Start the calibration")
    qtbot.waitUntil(lambda: session.can_stop, timeout=LONGEST_MS)
    qtbot.waitUntil(lambda: not session.can_stop, timeout=LONGEST_MS)
    (run,) = window.desk.workspace.runs(session.state.visit)
    assert len(run.trials) == 8
    person.click("Train on this run")
    assert session.state.page == "train"
    assert session.state.runs == (run.id,)
    person.click("Train")
    person.click("Use this model")
    qtbot.waitUntil(lambda: session.state.page == "online", timeout=LONGEST_MS)
    person.click("Start feedback")
    qtbot.waitUntil(lambda: session.can_stop, timeout=LONGEST_MS)
    qtbot.waitUntil(lambda: not session.can_stop, timeout=LONGEST_MS)
    runs = window.desk.workspace.runs(session.state.visit)
    assert [each.kind for each in runs] == ["calibration", "online"]
    assert len(runs[1].trials) == 4
    person.click("To the patient's report")
    assert person.clicks <= MOST_CLICKS


@pytest.fixture
def clinic(qtbot, tmp_path, real_data):
    """A real person's first day, imported; the recording of the second day plays as if live."""
    folder = real_data / "eeg" / "openbci-three-days"
    (second_day,) = folder.glob("*day-2*.fif")
    # an address has no room for commas
    live = shutil.copy(second_day, tmp_path / "day-2_raw.fif")
    with Workspace(tmp_path / "clinic", create=True) as workspace:
        patient = workspace.add_patient("REAL-01", consent="given")
        visit = workspace.open_visit(patient.id)
        runs = [
            workspace.import_recording(visit.id, path, {"1": "right_hand", "2": "left_hand"})
            for path in sorted(folder.glob("*day-1*.fif"))[:2]
        ]
        session = Session(workspace)
        session.go(
            patient=patient.id,
            visit=visit.id,
            runs=tuple(run.id for run in runs),
            source=f"replay:{live}",
            training={"start": 0.5, "stop": 2.8},
            pipelines=("ts+lr",),
            online={"run": "free", "recentring": True},
        )
        window = MainWindow(session)
        qtbot.addWidget(window)
        window.show()
        window.desk.tasks.warm()
        yield window
        window.close()


@pytest.mark.realdata
def test_a_real_first_day_trains_and_the_second_one_is_decoded_until_escape(clinic, qtbot):
    window, person, session = clinic, Person(clinic, qtbot), clinic.desk.session
    person.go("Train")
    person.click("Train")
    person.click("Use this model")
    qtbot.waitUntil(lambda: session.state.page == "online", timeout=LONGEST_MS)
    (training,) = window.desk.workspace.trainings(session.state.visit)
    assert training.attempt["n_trials"] == 80
    assert training.attempt["score"] > 0.6
    outputs = []
    window.page("online").conductor.decoded.connect(outputs.extend)
    person.click("Start feedback")
    qtbot.waitUntil(lambda: len(outputs) >= 20, timeout=LONGEST_MS)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not session.state.recording, timeout=LONGEST_MS)
    run = window.desk.workspace.runs(session.state.visit)[-1]
    assert run.kind == "online"
    assert {output.label for output in outputs} <= {"left_hand", "right_hand", ""}
    assert person.clicks <= MOST_CLICKS
