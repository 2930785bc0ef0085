"""The window: its rail, its menus, its keys; what it must survive."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QDialog
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.app.desktop import screen
from neurokit.app.desktop.main_window import PAGES, MainWindow
from neurokit.app.desktop.session import Session

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.window


@pytest.fixture(autouse=True)
def _own_memory(tmp_path, monkeypatch):
    """Let the program remember nothing in the user's home."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def run_app(*folder):
    """The program, its window drawn once."""
    run = [sys.executable, "-m", "neurokit.app", "app", *folder, "--quit-after-start"]
    return subprocess.run(run, timeout=60, capture_output=True, text=True)


def test_the_command_opens_the_window_and_ends(tmp_path):
    ended = run_app(tmp_path / "new folder")
    assert ended.returncode == 0
    assert (tmp_path / "new folder" / "workspace.sqlite").exists()
    # and opens the same one again when it is not told which
    (tmp_path / "new folder" / "logs" / "neurokit.log").unlink()
    assert run_app().returncode == 0
    assert (tmp_path / "new folder" / "logs" / "neurokit.log").exists()


def test_a_second_window_is_refused_in_words(workspace):
    ended = run_app(workspace.folder)
    assert ended.returncode == 2
    assert "another window" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_escape_ends_what_runs_from_a_dialog_too(window, qtbot):
    stopped = []
    dialog = QDialog(window)
    qtbot.addWidget(dialog)
    dialog.open()
    window.desk.session.on_stop(lambda: stopped.append("feedback"))
    forget = window.desk.session.on_stop(lambda: stopped.append("run"))
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


def test_the_rail_goes_to_each_page(window, qtbot):
    window.rail.setFocus()
    seen = [window.desk.session.state.page]
    while seen[-1] != "batch":
        qtbot.keyClick(window.rail, Qt.Key.Key_Down)
        seen.append(window.desk.session.state.page)
    assert tuple(seen) == PAGES


def test_what_qt_needs_is_named_alike_by_the_makefile_and_the_doctor():
    assert " ".join(screen.QT_PACKAGES) in (ROOT / "Makefile").read_text()


def test_a_screen_without_its_library_is_refused_with_the_line_that_mends_it(monkeypatch):
    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.setenv("DISPLAY", ":77")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(screen, "_has_library", lambda name: False)
    result = CliRunner().invoke(cli, ["app"])
    assert str(result.exception).endswith(
        "mend it: apt-get install " + " ".join(screen.X11_PACKAGES)
    )


def test_no_thread_timer_or_process_outlives_its_window(qtbot, workspace):
    threads, processes = set(threading.enumerate()), children()
    window = MainWindow(Session(workspace))
    qtbot.addWidget(window)
    window.show()
    window.desk.tasks.warm()
    for name in PAGES:
        window.go(name)
        qtbot.wait(50)
    window.desk.tasks.start("sleeping", time.sleep, 100)
    assert children() - processes
    window.close()
    qtbot.waitUntil(lambda: children() <= processes, timeout=10_000)
    qtbot.waitUntil(lambda: set(threading.enumerate()) <= threads, timeout=10_000)
    assert [timer for timer in window.findChildren(QTimer) if timer.isActive()] == []


def children():
    """Processes that this one has started and that still run."""
    tasks = Path("/proc/self/task").iterdir()
    return {pid for task in tasks for pid in (task / "children").read_text().split()}


def test_no_page_imports_what_is_heavy_before_it_is_asked_for():
    code = (
        "import pkgutil, sys; from importlib import import_module\n"
        "import neurokit.app.desktop as desktop\n"
        "for each in pkgutil.iter_modules(desktop.__path__, desktop.__name__ + '.'):\n"
        "    import_module(each.name)\n"
        "heavy = {'mne', 'sklearn', 'scipy', 'pyriemann', 'matplotlib', 'pandas', 'numba'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "[]\n", run.stderr
