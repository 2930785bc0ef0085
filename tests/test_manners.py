"""How the window behaves: what it keeps, how it speaks, and what it says when things go wrong."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QLineEdit

from neurokit.app.desktop import diagnostics
from neurokit.app.desktop.application import _begin, forget_what_is_over
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Session
from neurokit.app.desktop.settings_dialog import SettingsDialog
from neurokit.live import recording_process
from neurokit.live.streams import now
from neurokit.patients.workspace import Workspace

pytestmark = pytest.mark.window

DIES = """
import sys
from PyQt6.QtCore import QTimer
from neurokit.app.desktop.application import make_application
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Feature, Session
from neurokit.patients.workspace import Workspace

application = make_application()
workspace = Workspace(sys.argv[1], create=True)
window = MainWindow(Session(workspace))
window.show()
window.go("history")
window.desk.session.change("picking", features=(Feature(channel="C3", low=8, high=12),))

def tell():
    if workspace.load_state():
        print("kept", flush=True)

timer = QTimer()
timer.timeout.connect(tell)
timer.start(50)
application.exec()
"""


def test_a_killed_window_comes_back_to_its_page_and_its_picks(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", DIES, tmp_path / "w"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "kept\n"
        os.kill(process.pid, signal.SIGKILL)
    with Workspace(tmp_path / "w") as workspace:
        session = Session(workspace)
        session.restore()
    assert session.state.page == "history"
    assert [str(each) for each in session.state.features] == ["C3 8-12 Hz"]


def test_a_visit_of_another_day_is_not_gone_on_with(workspace):
    (patient,) = workspace.patients()
    yesterday = workspace.open_visit(patient.id, when=datetime.now() - timedelta(days=1))
    session = Session(workspace)
    session.go(patient=patient.id, visit=yesterday.id, page="train")
    forget_what_is_over(session)
    assert (session.state.visit, session.state.page) == (None, "train")
    today = workspace.open_visit(patient.id)
    session.go(visit=today.id)
    forget_what_is_over(session)
    assert session.state.visit == today.id
    session.go(patient=77, runs=(3,))
    forget_what_is_over(session)
    assert (session.state.patient, session.state.runs) == (None, ())


@pytest.fixture
def visit(window):
    """A visit that is open in the window."""
    workspace = window.desk.workspace
    (patient,) = workspace.patients()
    visit = workspace.open_visit(patient.id)
    window.desk.session.go(patient=patient.id, visit=visit.id)
    return visit


def test_a_note_is_of_the_moment_it_was_asked_for(window, visit, qtbot):
    assert "P-001 · visit 1" in window.top.patient.text()
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.notes.isVisible)
    asked = window.notes._when
    qtbot.keyClicks(window.notes.line, "patient is tired")
    qtbot.keyClick(window.notes.line, Qt.Key.Key_Return)
    (note,) = window.desk.workspace.notes(visit.id)
    assert (note.text, note.when) == ("patient is tired", asked.astimezone(note.when.tzinfo))
    assert not window.notes.isVisible()
    (step,) = window.desk.history.steps
    assert step.command.endswith("P-001 'patient is tired'")
    window.menus.undo.trigger()
    assert window.desk.workspace.notes(visit.id) == []
    # the script writes the same note
    window.close()
    window.desk.workspace.close()
    exec(window.desk.history.as_python())
    with Workspace(window.desk.workspace.folder, read_only=True) as again:
        assert [(each.text, each.when) for each in again.notes(visit.id)] == [
            (note.text, note.when)
        ]


def test_a_note_during_a_run_becomes_a_marker_of_its_moment(window, visit, monkeypatch, tmp_path):
    marked = []

    class Client:
        def __init__(self, sidecar):
            self.sidecar = sidecar

        def marker(self, label, stamp):
            marked.append((label, stamp))

        def close(self):
            marked.append("closed")

    monkeypatch.setattr(recording_process, "attach", Client)
    window.desk.session.go(recording=str(tmp_path / "run.recording"))
    assert window.top.recording.isVisible()
    window.notes.ask()
    stamp = window.notes._stamp
    window.notes.line.setText("coughs")
    window.notes.keep()
    assert marked == [("note: coughs", stamp), "closed"]


@pytest.fixture
def recorder(window, visit, qtbot):
    """A recording that goes on without a window, two trials long."""
    path = window.desk.workspace.new_recording_path(visit.id, "online")
    about = {"visit": visit.id, "kind": "online"}
    recorder = recording_process.start("simulated:channels=2", path, about)
    for place, label in enumerate(("left_hand", "right_hand"), 1):
        recorder.marker(label, now())
        qtbot.waitUntil(lambda n=250 * place: recorder.status().acknowledged > n, timeout=20_000)
    yield recorder
    recorder.close()


def answer_banner(window, qtbot, label):
    """Press a button of the banner, and wait until that is done."""
    _begin(window, quit_after_start=False)
    banner = window.column.itemAt(1).widget()
    text = banner.text.text()
    qtbot.mouseClick(banner.buttons[label], Qt.MouseButton.LeftButton)
    (task,) = window.desk.tasks.running
    with qtbot.waitSignal(task.ended, timeout=30_000):
        pass
    return text


def test_a_recording_that_was_not_ended_is_mended_from_the_banner(window, visit, recorder, qtbot):
    os.kill(recorder.pid, signal.SIGKILL)
    assert "was not ended" in answer_banner(window, qtbot, "Mend it")
    (run,) = window.desk.workspace.runs(visit.id)
    assert [trial.label for trial in run.trials] == ["left_hand", "right_hand"]
    assert run.seconds >= 2
    assert not list(recorder.path.parent.glob("*.recording"))


def test_a_recording_that_still_goes_on_is_ended_from_the_banner(window, visit, recorder, qtbot):
    assert "still goes on" in answer_banner(window, qtbot, "End it")
    (run,) = window.desk.workspace.runs(visit.id)
    assert (run.kind, len(run.trials)) == ("online", 2)


def test_a_workspace_that_can_only_be_read_is_served_and_says_so(qtbot, workspace):
    with Workspace(workspace.folder, read_only=True) as reading:
        window = MainWindow(Session(reading))
        qtbot.addWidget(window)
        _begin(window, quit_after_start=True)
        assert "can only be read" in window.column.itemAt(1).widget().text.text()
        window.close()


def test_what_nobody_caught_is_said_in_words_and_logged(tmp_path, bare_hooks):
    path = diagnostics.keep_log(tmp_path)
    said = []
    restore = diagnostics.catch_errors(said.append)
    try:
        raise_and_hook(KeyError("x"))
        raise_and_hook(OSError("the disk is full; make room"))
        thread = threading.Thread(target=int, args=("a",))
        thread.start()
        thread.join()
    finally:
        restore()
        diagnostics.close_log()
    assert "Copy diagnostics" in said[0]
    assert said[1] == "The disk is full; make room"
    assert said[2].startswith("Invalid literal")
    assert path.read_text().count("Traceback") == 3


@pytest.fixture
def bare_hooks(monkeypatch):
    """Let the test, not pytest, hear of what nobody caught."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)


def raise_and_hook(error):
    try:
        raise error
    except type(error):
        sys.excepthook(*sys.exc_info())


def test_the_diagnostics_name_no_patient(window, visit, tmp_path):
    window.desk.session.go(page="history", message="P-001 is here")
    window.menus.copy_diagnostics()
    told = QGuiApplication.clipboard().text()
    assert json.loads(told)["page"] == "history"
    assert "P-001" not in told


def test_the_window_speaks_french_at_once_and_on_every_page(window):
    window.set(language="fr")
    assert window.rail.item(0).text() == "Patients"
    assert window.rail.item(1).text() == "Signaux"
    assert window.bottom.warning.text() == "Pas un dispositif médical"
    window.set(language="en")
    assert window.rail.item(1).text() == "Signals"


def test_text_grows_to_twice_its_size_and_the_rail_with_it(window):
    width, size = window.rail.width(), QApplication.font().pointSizeF()
    for _ in range(5):
        window.zoom(25)
    assert QApplication.font().pointSizeF() == 2 * size
    assert window.rail.width() > 1.7 * width
    window.desk.session.undo()
    assert QApplication.font().pointSizeF() == 1.75 * size


def test_settings_are_seen_at_once_and_undone(window, qtbot):
    window.show_settings()
    (dialog,) = window.findChildren(SettingsDialog)
    box = dialog.form.editors["theme"].box
    box.setCurrentIndex(box.findData("dark"))
    assert window.desk.session.state.settings.theme == "dark"
    dialog.accept()
    window.menus.undo.trigger()
    assert window.desk.session.state.settings.theme == "light"


def test_the_keyboard_reaches_rail_and_page(window, qtbot):
    window.activateWindow()
    window.rail.setFocus()
    qtbot.keyClick(window.rail, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    assert window.desk.session.state.page == "explore"
    page = window.stack.currentWidget()
    inside = page.findChild(QLineEdit) or page
    inside.setFocus()
    window.hop()
    assert QApplication.focusWidget() is window.rail


def test_copies_of_what_was_done_are_python_and_command_lines(window, desk):
    desk.history.append("a step", "import os", "neurokit step")
    window.menus.copy_python()
    assert QGuiApplication.clipboard().text().startswith("import os")
    window.menus.copy_commands()
    assert QGuiApplication.clipboard().text().endswith("neurokit step\n")
