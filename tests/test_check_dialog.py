"""'Check this computer' in the window."""

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication

from neurokit.app.desktop.check_dialog import PARTS, VERDICTS, CheckDialog
from neurokit.app.desktop.display_check import DisplayCheck
from neurokit.app.desktop.translations import phrases

pytestmark = pytest.mark.window
WAIT = 60_000


@pytest.fixture
def dialog(window):
    window.show()
    window.check_computer()
    (dialog,) = window.findChildren(CheckDialog)
    yield dialog
    if window.findChildren(CheckDialog):
        dialog.close()


def windows():
    return [each for each in QGuiApplication.topLevelWindows() if each.isVisible()]


def test_every_part_is_measured_and_the_sheet_is_kept(dialog, window, qtbot):
    qtbot.waitUntil(dialog.again_button.isEnabled, timeout=WAIT)
    assert [each.what for each in dialog.findings] == list(PARTS)
    for state, found in dialog.rows.values():
        assert state.text() in {text for text, _ in VERDICTS.values()}
        assert found.text().endswith(".")
    # nothing is seen without a screen, and the sheet does not claim it
    assert dialog.findings[0].passed is None
    assert dialog.findings[0].numbers["cues"] == 40
    (sheet,) = (window.desk.workspace.folder / "reports").glob("computer-*.html")
    assert dialog.sheet == sheet
    assert dialog.sheet_button.isEnabled()
    assert window.desk.history.steps[-1].command.startswith("neurokit certify")


def test_closing_it_ends_what_is_being_measured(dialog, window, qtbot):
    assert len(windows()) == 3
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert len(windows()) == 1
    assert not window.desk.tasks.running


def test_closing_it_ends_the_task_too(dialog, window, qtbot):
    qtbot.waitUntil(lambda: bool(window.desk.tasks.running), timeout=WAIT)
    dialog.close()
    assert not window.desk.tasks.running


def test_it_waits_until_a_recording_has_ended(window):
    window.desk.session.go(recording="run.recording")
    window.check_computer()
    assert not window.findChildren(CheckDialog)
    assert window.desk.session.state.message == "Wait until the recording has ended"
    window.desk.session.go(recording="")


def test_a_patients_window_that_is_closed_leaves_the_display_unmeasured(window, qtbot):
    check = DisplayCheck(window, n_cues=1000)
    check.begin()
    with qtbot.waitSignal(check.done) as done:
        check.cues.close()
    assert done.args[0].passed is None
    assert "of 1000 cues" in done.args[0].found


def test_every_word_of_it_has_its_french():
    words = [word for part in PARTS.values() for word in part]
    words += [text for text, _ in VERDICTS.values()]
    assert [word for word in words if word not in phrases("fr")] == []
