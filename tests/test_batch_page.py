"""The batch page drives ``neurokit evaluate``, shows its table, and can end it."""

import pytest
from PyQt6.QtCore import Qt

pytestmark = pytest.mark.window


@pytest.fixture
def page(window):
    window.go("batch")
    page = window.page("batch")
    page.dataset.setEditText("simulated:subjects=1,sessions=1,runs=1,channels=3")
    for row in range(page.pipelines.count()):
        item = page.pipelines.item(row)
        chosen = item.text() in ("dummy", "ts+lr")
        item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
    return page


def test_an_evaluation_is_run_shown_and_can_be_done_again(page, window, qtbot):
    with qtbot.waitSignal(page.process.ended, timeout=120_000) as ended:
        qtbot.mouseClick(page.run, Qt.MouseButton.LeftButton)
    assert ended.args == [""]
    qtbot.waitUntil(lambda: page.table.rowCount() == 2, timeout=30_000)
    qtbot.waitUntil(lambda: not window.desk.tasks.running, timeout=60_000)
    shown = {page.table.item(row, 1).text(): page.table.item(row, 2).text() for row in range(2)}
    assert shown["dummy"] == "0.50"
    assert "--pipeline dummy --pipeline ts+lr" in window.desk.history.as_commands()
    assert page.report.isEnabled()


def test_an_evaluation_is_ended_and_says_so(page, qtbot):
    page.start()
    qtbot.waitUntil(lambda: page.process.is_running)
    with qtbot.waitSignal(page.process.ended, timeout=20_000) as ended:
        page.cancel.click()
    assert ended.args == ["cancelled"]
    assert page.run.isEnabled()


def test_bad_input_is_said_in_words(page, qtbot, monkeypatch):
    # another command that fails sooner: evaluate reads its libraries first
    monkeypatch.setattr(page, "arguments", lambda: ["results", "show", "/nowhere/at/all"])
    with qtbot.waitSignal(page.process.ended, timeout=60_000) as ended:
        page.start()
    assert "/nowhere/at/all" in ended.args[0]
    assert "Traceback" not in page.status.text()
    assert page.status.text() == ended.args[0]


def test_nothing_is_started_without_a_pipeline(page, window):
    for row in range(page.pipelines.count()):
        page.pipelines.item(row).setCheckState(Qt.CheckState.Unchecked)
    page.start()
    assert not page.process.is_running
    assert window.desk.session.state.message == "Choose at least one pipeline"
