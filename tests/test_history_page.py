"""The history page: the visit as it went, and the session as a script."""

from datetime import datetime, timedelta

import pytest
from PyQt6.QtGui import QGuiApplication

from neurokit.patients.workspace import Trial

pytestmark = pytest.mark.window

ATTEMPT = {
    "pipeline": "ts+lr", "score": 0.8, "low": 0.65, "high": 0.9, "n_trials": 40,
    "chance_low": 0.35, "chance_high": 0.65,
}  # fmt: skip


@pytest.fixture
def page(window):
    workspace = window.desk.workspace
    (patient,) = workspace.patients()
    visit = workspace.open_visit(patient.id)
    path = workspace.new_recording_path(visit.id, "calibration")
    path.write_bytes(b"")
    trials = [Trial(number=k, label="feet", planned=k, rejected=k == 1) for k in range(3)]
    workspace.add_run(visit.id, path, trials=trials, seconds=65)
    workspace.add_training(visit.id, ATTEMPT)
    workspace.note(visit.id, "tired")
    window.desk.session.go(patient=patient.id, visit=visit.id, page="history")
    return window.page("history")


def cells(page):
    table = page.visit.table
    return [table.item(row, 2).text() for row in range(table.rowCount())]


def test_the_visit_is_told_in_the_order_of_time(page):
    assert cells(page) == [
        "run 1, calibration, 1:05 min, 2 trials (1 left out)",
        "ts+lr: 80 % of 40 trials right (65 to 90 %; guessing gives 35 to 65 %)",
        "tired",
    ]


def test_a_new_note_is_seen_at_once(page, window):
    window.notes.ask()
    window.notes.line.setText("better now")
    window.notes.keep()
    assert cells(page)[-1] == "better now"


def test_an_old_visit_can_be_looked_at_and_stays_chosen(page, window):
    workspace = window.desk.workspace
    patient = window.desk.session.state.patient
    old = workspace.open_visit(patient, when=datetime.now() + timedelta(days=3))
    workspace.note(old.id, "another day")
    window.desk.session.refresh()
    page.visit.choice.setCurrentIndex(page.visit.choice.findData(old.id))
    window.desk.session.go(message="something else")
    assert cells(page) == ["another day"]


def test_the_session_is_copied_and_saved_as_a_script(page, window, tmp_path, monkeypatch):
    window.desk.history.append("a step", "import os", "neurokit step")
    page.script.copy.click()
    assert QGuiApplication.clipboard().text() == "import os\n\n# a step\n"
    page.script.language.setCurrentIndex(1)
    monkeypatch.setattr(
        "neurokit.app.desktop.history_page.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path / "s.sh"), ""),
    )
    page.script.save.click()
    assert (tmp_path / "s.sh").read_text() == "# a step\nneurokit step\n"
    monkeypatch.setattr(
        "neurokit.app.desktop.history_page.QFileDialog.getSaveFileName",
        lambda *_: (str(tmp_path), ""),
    )
    page.script.save.click()
    assert "choose another folder" in window.desk.session.state.message
