"""The page of patients: what a person clicks, what is kept then, what undo takes back."""

import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialogButtonBox
from typer.testing import CliRunner

from neurokit.app.cli.main import cli
from neurokit.app.desktop import patient_actions as actions
from neurokit.app.desktop.erase_dialog import EraseDialog
from neurokit.app.desktop.import_dialog import ImportDialog
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Session
from neurokit.app.desktop.translations import phrases
from neurokit.app.desktop.visit_tree import KINDS
from neurokit.app.desktop.words import LABELS
from neurokit.patients.records import CHOICES
from neurokit.patients.workspace import Workspace
from neurokit.visits.protocol import GrazProtocol
from tests.visits import add_visit, write_recording

pytestmark = pytest.mark.window


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as opened:
        yield opened


@pytest.fixture
def window(workspace, qtbot):
    opened = MainWindow(Session(workspace))
    qtbot.addWidget(opened)
    opened.show()
    yield opened
    opened.close()


@pytest.fixture
def page(window):
    return window.page("patients")


def click(qtbot, button):
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def state(page):
    return page.desk.session.state


def test_two_clicks_begin_the_visit_of_a_new_patient_and_nothing_is_typed(page, qtbot):
    click(qtbot, page.list.add)
    click(qtbot, page.card.visit)
    assert state(page).page == "signals"
    (patient,) = page.desk.workspace.patients()
    (visit,) = page.desk.workspace.visits(patient.id)
    assert (state(page).patient, state(page).visit) == (patient.id, visit.id)


def test_same_as_last_time_fills_in_what_was_used(page, workspace, qtbot):
    patient = workspace.add_patient()
    old = add_visit(workspace, patient, when=datetime.now() - timedelta(days=3))
    other = workspace.add_patient()
    page.desk.session.go(source="lsl:other", pipelines=("mdm",), protocol=GrazProtocol(seed=1))
    actions.open_patient(page.desk, patient.id)
    assert state(page).visit == old.id
    assert state(page).runs == (workspace.runs(old.id)[0].id,)
    click(qtbot, page.card.again)
    assert state(page).source == "lsl:cap"
    assert state(page).protocol == GrazProtocol()
    assert state(page).model == workspace.models(patient.id)[-1].id
    assert [visit.number for visit in workspace.visits(patient.id)] == [1, 2]
    actions.open_patient(page.desk, other.id)
    page.desk.session.go(page="patients")
    assert state(page).model is None
    assert not page.card.again.isEnabled()


def test_an_edit_is_kept_shown_and_undone(page, workspace, qtbot):
    patient = workspace.add_patient()
    actions.open_patient(page.desk, patient.id)
    box = page.card.form.boxes["consent"]
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert workspace.patient(patient.id).consent == "given"
    assert page.desk.session.undo_text == f"consent of {patient.pseudonym}"
    page.desk.session.undo()
    assert workspace.patient(patient.id).consent == "unknown"
    assert box.currentData() == "unknown"


def test_a_note_is_kept_when_the_writer_pauses_or_leaves(page, workspace, qtbot):
    first, second = workspace.add_patient(), workspace.add_patient()
    actions.open_patient(page.desk, first.id)
    qtbot.keyClicks(page.card.form.note, "tires early")
    qtbot.waitUntil(lambda: workspace.patient(first.id).note == "tires early", timeout=4000)
    qtbot.keyClicks(page.card.form.note, "!")
    page.list.table.selectRow([each.id for each in page.list.patients].index(second.id))
    assert state(page).patient == second.id
    assert workspace.patient(first.id).note.replace("!", "") == "tires early"
    assert "!" in workspace.patient(first.id).note
    assert page.card.form.note.toPlainText() == ""


def test_undo_takes_a_new_patient_out_of_the_list(page, workspace, qtbot):
    click(qtbot, page.list.add)
    page.desk.session.undo()
    assert workspace.patients() == []
    assert page.list.table.rowCount() == 0
    page.desk.session.redo()
    assert page.list.table.rowCount() == 1


def test_the_search_finds_any_word(page, workspace, qtbot):
    workspace.add_patient("KT-0001", note="Hémiparésie")
    workspace.add_patient("KT-0002")
    page.desk.session.refresh()
    page.list.search.setText("hémi kt")
    assert [patient.pseudonym for patient in page.list.patients] == ["KT-0001"]


def test_scores_are_added_removed_and_brought_back(page, workspace, qtbot):
    patient = workspace.add_patient()
    actions.open_patient(page.desk, patient.id)
    scores = page.card.scores
    scores.value.setValue(31)
    click(qtbot, scores.add)
    assert [(each.scale, each.value) for each in workspace.scores(patient.id)] == [("FMA-UE", 31)]
    scores.table.selectRow(0)
    click(qtbot, scores.remove)
    assert workspace.scores(patient.id) == []
    page.desk.session.undo()
    assert workspace.scores(patient.id)[0].value == 31
    page.desk.session.undo()
    assert workspace.scores(patient.id) == []


def test_the_trend_says_interval_and_guessing_of_each_visit(page, workspace):
    patient = workspace.add_patient()
    for days, score in ((5, 0.5), (1, 0.8)):
        add_visit(workspace, patient, when=datetime.now() - timedelta(days=days), score=score)
    actions.open_patient(page.desk, patient.id)
    assert page.card.trend.in_words() == [
        "Visit 1: 50 %, interval 40–60 %, guessing 36–64 %",
        "Visit 2: 80 %, interval 70–90 %, guessing 36–64 %",
    ]
    newest = page.card.visits.topLevelItem(0)
    assert "80 %  ● above guessing" in newest.text(4)
    assert newest.childCount() == 1


def test_an_online_run_shows_what_it_reached(page, workspace):
    patient = workspace.add_patient()
    visit = workspace.open_visit(patient.id)
    path = workspace.new_recording_path(visit.id, "online")
    path.write_bytes(b"XDF:")
    score = {
        "right": 15, "decided": 20, "trials": 20, "accuracy": 0.75, "low": 0.53, "high": 0.89,
        "chance": 0.5, "chance_low": 0.3, "chance_high": 0.7, "majority": 0.5,
    }  # fmt: skip
    workspace.add_run(visit.id, path, kind="online", settings={"score": score})
    actions.open_patient(page.desk, patient.id)
    row = page.card.visits.topLevelItem(0).child(0)
    shown = [row.text(column).strip() for column in (4, 5, 6)]
    assert shown == ["75 %  ● above guessing", "53–89 %", "30–70 %"]
    assert page.card.trend.in_words() == [
        "Visit 1, feedback: 75 %, interval 53–89 %, guessing 30–70 %"
    ]


def test_an_old_visit_is_opened_with_its_own_runs(page, workspace):
    patient = workspace.add_patient()
    old = add_visit(workspace, patient, when=datetime.now() - timedelta(days=5))
    add_visit(workspace, patient)
    run = workspace.runs(old.id)[0]
    workspace.set_rejected(run.id, {2})
    actions.open_patient(page.desk, patient.id)
    tree = page.card.visits
    tree.setCurrentItem(tree.topLevelItem(1))
    assert (state(page).visit, state(page).runs) == (old.id, (run.id,))
    assert state(page).rejected == {(run.id, 2)}


def test_nobody_leaves_a_visit_while_it_is_recorded(page, workspace):
    first, second = workspace.add_patient(), workspace.add_patient()
    actions.open_patient(page.desk, first.id)
    page.desk.session.go(recording="x.recording")
    page.list.table.selectRow([each.id for each in page.list.patients].index(second.id))
    assert state(page).patient == first.id
    assert "is being recorded" in state(page).message
    marked = page.list.table.selectionModel().selectedRows()[0].row()
    assert page.list.patients[marked].id == first.id
    page.desk.session.go(recording="")


def test_erasing_waits_for_the_pseudonym_and_then_remembers_nothing(page, workspace, qtbot):
    patient = workspace.add_patient("KT-0001")
    add_visit(workspace, patient)
    actions.open_patient(page.desk, patient.id)
    actions.edit_patient(page.desk, patient, "note", "secret")
    click(qtbot, page.card.erase)
    dialog = page.findChild(EraseDialog)
    assert not dialog.erase.isEnabled()
    qtbot.keyClicks(dialog.typed, "KT-0001")
    click(qtbot, dialog.erase)
    assert workspace.patients(archived=True) == []
    assert page.desk.session.undo_text is None
    assert (state(page).patient, state(page).visit, state(page).runs) == (None, None, ())
    assert "KT-0001" not in page.desk.history.as_python() + page.desk.history.as_commands()
    for path in workspace.folder.rglob("*"):
        assert not path.is_file() or b"KT-0001" not in path.read_bytes()


def test_recordings_are_imported_after_their_events_were_told(page, workspace, qtbot, tmp_path):
    patient = workspace.add_patient()
    actions.open_patient(page.desk, patient.id)
    paths = [tmp_path / f"old{number}.xdf" for number in range(2)]
    for number, path in enumerate(paths):
        write_recording(path, seed=number)
    actions.import_recordings(page.desk, patient, page, [str(path) for path in paths])
    qtbot.waitUntil(lambda: page.findChild(ImportDialog) is not None, timeout=30000)
    dialog = page.findChild(ImportDialog)
    assert dialog.cues() == {"left_hand": "left_hand", "right_hand": "right_hand"}
    box = dialog.findChild(QDialogButtonBox)
    click(qtbot, box.buttons()[0])
    qtbot.waitUntil(lambda: len(workspace.runs_of(patient.id)) == 2, timeout=30000)
    qtbot.waitUntil(lambda: not page.desk.tasks.running)
    assert [len(run.trials) for run in workspace.runs_of(patient.id)] == [6, 6]
    assert page.desk.history.as_commands().count("neurokit patients import") == 2


def test_what_the_page_did_can_be_done_again_by_script_and_command_lines(
    page, workspace, tmp_path, qtbot
):
    click(qtbot, page.list.add)
    patient = page.patient
    actions.edit_patient(page.desk, patient, "consent", "given")
    actions.add_score(page.desk, patient, "ARAT", 12.0, datetime(2026, 3, 14, 12))
    script = page.desk.history.as_python().replace(str(workspace.folder), str(tmp_path / "again"))
    with Workspace(tmp_path / "again", create=True):
        pass
    exec(compile(script, "history", "exec"), {})
    with Workspace(tmp_path / "again") as again:
        (found,) = again.patients()
        assert (found.pseudonym, found.consent) == (patient.pseudonym, "given")
        assert again.scores(found.id)[0].value == 12.0
    lines = page.desk.history.as_commands().replace(str(workspace.folder), str(tmp_path / "third"))
    for line in lines.splitlines():
        if not line.startswith("#"):
            CliRunner().invoke(cli, shlex.split(line)[1:], catch_exceptions=False)
    with Workspace(tmp_path / "third") as third:
        (found,) = third.patients()
        assert (found.consent, third.scores(found.id)[0].value) == ("given", 12.0)


def test_export_and_backup_run_beside_the_window(page, workspace, qtbot, tmp_path):
    patient = workspace.add_patient()
    add_visit(workspace, patient)
    actions.export_patient(page.desk, patient, str(tmp_path / "out"))
    qtbot.waitUntil(lambda: not page.desk.tasks.running, timeout=60000)
    actions.back_up(page.desk, str(tmp_path / "all.zip"))
    qtbot.waitUntil(lambda: not page.desk.tasks.running, timeout=60000)
    assert Path(tmp_path / "out.zip").is_file()
    assert Path(tmp_path / "all.zip").is_file()


def test_the_report_of_the_open_visit_is_written_and_shown(page, workspace, qtbot, monkeypatch):
    shown = []
    monkeypatch.setattr(actions.QDesktopServices, "openUrl", lambda url: shown.append(url))
    patient = workspace.add_patient("KT-0001")
    add_visit(workspace, patient)
    actions.open_patient(page.desk, patient.id)
    click(qtbot, page.card.report)
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60000)
    assert Path(shown[0].toLocalFile()).is_file()
    assert state(page).message.endswith("KT-0001-visit-01.pdf")
    command = f"neurokit report visit {workspace.folder} KT-0001 1 --language en"
    assert command in page.desk.history.as_commands()


def test_every_choice_has_its_french():
    said = {value for values in CHOICES.values() for value in values}
    said |= set(KINDS.values()) | set(LABELS.values()) | set(actions.FIELDS.values())
    assert sorted(said - set(phrases("fr"))) == []
