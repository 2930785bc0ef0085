"""The window: its rail, its menus, its keys; what it must survive."""

import subprocess
import sys

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog

from neurokit.app.desktop.main_window import PLANNED, MainWindow
from neurokit.app.desktop.session import PAGES, Session

pytestmark = pytest.mark.window


@pytest.fixture
def bare(qtbot):
    """The window without a workspace."""
    window = MainWindow(Session())
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def test_the_command_opens_the_window_and_ends():
    run = [sys.executable, "-m", "neurokit.app", "app", "--quit-after-start"]
    assert subprocess.run(run, timeout=60).returncode == 0


def test_escape_ends_what_runs_from_a_dialog_too(bare, qtbot):
    stopped = []
    dialog = QDialog(bare)
    qtbot.addWidget(dialog)
    dialog.open()
    bare.desk.session.on_stop(lambda: stopped.append("feedback"))
    forget = bare.desk.session.on_stop(lambda: stopped.append("run"))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert stopped == ["run", "feedback"]
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    forget()


def test_all_is_stopped_even_where_one_stop_fails():
    session, stopped = Session(), []

    def fail():
        raise OSError("the recorder has ended")

    session.on_stop(lambda: stopped.append(1))
    session.on_stop(fail)
    session.stop_now()
    assert stopped == [1]
    assert session.state.message == "the recorder has ended"
    assert not session.can_stop


def test_the_rail_goes_to_each_page_that_is_not_planned(bare, qtbot):
    bare.rail.setFocus()
    seen = [bare.desk.session.state.page]
    while seen[-1] != PAGES[-1]:
        qtbot.keyClick(bare.rail, Qt.Key.Key_Down)
        seen.append(bare.desk.session.state.page)
    assert tuple(seen) == tuple(page for page in PAGES if page not in PLANNED)
