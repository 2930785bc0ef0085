"""The calibration's page, as a clinician uses it: a simulated patient, the real recorder."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
import yaml
from PyQt6.QtCore import QPoint, QSize, Qt

from neurokit.app.desktop import calibrate_run, calibrate_summary
from neurokit.app.desktop.main_window import MainWindow
from neurokit.app.desktop.session import Session, Settings
from neurokit.app.desktop.translations import phrases
from neurokit.live.recorder import Status
from neurokit.live.recording_process import attach
from neurokit.patients.runs import read_run
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.trials import read_markers

pytestmark = pytest.mark.window
QUICK = GrazProtocol(
    trials_per_class=2, baseline=0.2, fixation=0.2, cue=0.2, imagery=0.4,
    pause_min=0.05, pause_max=0.1, sound=False,
)  # fmt: skip
LONG = QUICK.model_copy(update={"trials_per_class": 20})
WAIT = 30_000


@pytest.fixture
def page(window, qtbot):
    """The page, ready for a short run on a simulated patient."""
    window.desk.session.go(
        page="calibrate", patient=1, source="simulated:channels=8", protocol=QUICK
    )
    with qtbot.waitExposed(window):
        pass
    return window.page("calibrate")


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))


def start(qtbot, page):
    """Start a run, and give it once it is led."""
    with qtbot.waitSignal(page.conductor.began, timeout=WAIT):
        click(qtbot, page.plan.start_button)
    return page.conductor.run


def wait_for(qtbot, run, kind):
    qtbot.waitUntil(lambda: run.screen is not None and run.screen.kind == kind, timeout=WAIT)


def wait_kept(qtbot, page):
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        pass
    return kept.args[0]


def test_one_click_records_a_run_and_keeps_it_with_its_visit(page, window, qtbot):
    workspace, session = window.desk.workspace, window.desk.session
    run = start(qtbot, page)
    assert page.view is page.running
    assert session.state.recording.endswith("run-01-calibration.recording")
    assert page.conductor.cues.isVisible()
    row = wait_kept(qtbot, page)
    assert page.view is page.summary
    assert page.summary.title.text() == "Run 1 is kept: 4 trials"
    assert session.state.recording == ""
    assert session.state.runs == (row.id,)
    assert workspace.runs(session.state.visit) == [row]
    assert [trial.label for trial in row.trials] == [each.label for each in QUICK.schedule()]
    # the stamps that are kept are those in the file, and no cue is more than a frame off its time
    cues = [at for label, at in read_markers(row.path) if label in QUICK.classes]
    assert [trial.actual for trial in row.trials] == cues
    for trial in row.trials:
        assert trial.late or abs(trial.actual - trial.planned) <= run.frame
    assert row.settings["late_frames"] == run.n_late
    # the patient does not meet the same order again, and the run is on its way into BIDS
    assert session.state.protocol.seed == QUICK.seed + 1
    qtbot.waitUntil(lambda: not window.desk.tasks.running, timeout=WAIT)
    assert list((workspace.folder / "bids").rglob("*task-graz_run-01_eeg.vhdr"))
    step = window.desk.history.steps[-1]
    assert step.text == "a calibration"
    assert "neurokit record --source simulated:channels=8" in step.command
    line = step.command.splitlines()[0].removesuffix("> protocol.yaml")
    told = subprocess.run(line, shell=True, capture_output=True, text=True, check=True).stdout
    assert GrazProtocol.model_validate(yaml.safe_load(told)) == QUICK


def test_the_live_traces_show_what_the_patient_was_asked(page, window, qtbot):
    window.desk.session.go(protocol=LONG)
    run = start(qtbot, page)
    wait_for(qtbot, run, "cue")
    window.go("signals")
    view = window.page("signals").view
    qtbot.waitUntil(lambda: len(view._markers) > 1, timeout=WAIT)
    shown = [(trial.actual, trial.label.replace("_", " ")) for trial in run.trials]
    assert list(view._markers) == shown[: len(view._markers)]
    window.go("calibrate")
    click(qtbot, page.running.stop_button)
    wait_kept(qtbot, page)
    assert window.desk.led == []


def test_pause_repeat_and_go_on(page, window, qtbot):
    run = start(qtbot, page)
    wait_for(qtbot, run, "cue")
    click(qtbot, page.running.pause_button)
    qtbot.waitUntil(lambda: page.running.pause_button.text() == "Go on")
    assert "short break" in page.running.doing.text()
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert not run.is_paused
    wait_for(qtbot, run, "cue")
    click(qtbot, page.running.repeat_button)
    assert window.desk.session.state.message == "Trial 2 is void and comes again"
    row = wait_kept(qtbot, page)
    assert [trial.flags for trial in row.trials if trial.rejected] == [("paused",), ("repeated",)]
    assert sum(not trial.rejected for trial in row.trials) == 4


def test_nothing_can_be_repeated_before_the_first_cue(page, window, qtbot):
    run = start(qtbot, page)
    wait_for(qtbot, run, "baseline")
    click(qtbot, page.running.repeat_button)
    assert window.desk.session.state.message == "There is no trial to repeat yet"
    window.desk.session.stop_now()
    wait_kept(qtbot, page)


def test_escape_on_the_patients_window_stops_and_keeps_what_there_is(page, window, qtbot):
    window.desk.session.go(protocol=LONG)
    run = start(qtbot, page)
    qtbot.waitUntil(lambda: run.n_done == 1, timeout=WAIT)
    wait_for(qtbot, run, "imagery")
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        qtbot.keyClick(page.conductor.cues, Qt.Key.Key_Escape)
    (row,) = kept.args
    assert [trial.flags for trial in row.trials] == [(), ("stopped",)]
    assert [label for label, _ in read_markers(row.path)][-1] == "run/end"
    assert not window.desk.session.can_stop


def test_closing_the_patients_window_pauses_and_going_on_brings_it_back(page, window, qtbot):
    run = start(qtbot, page)
    wait_for(qtbot, run, "cue")
    page.conductor.cues.close()
    assert run.is_paused
    click(qtbot, page.running.pause_button)
    assert page.conductor.cues.isVisible()
    row = wait_kept(qtbot, page)
    assert sum(not trial.rejected for trial in row.trials) == 4


def test_a_killed_recorder_is_said_in_words_and_loses_nothing(page, window, qtbot):
    window.desk.session.go(protocol=LONG)
    run = start(qtbot, page)
    qtbot.waitUntil(lambda: run.n_done == 2, timeout=WAIT)
    acknowledged = run.recorder.status().acknowledged
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        os.kill(run.recorder.pid, signal.SIGKILL)
    (row,) = kept.args
    assert "has died; what was recorded is kept" in window.desk.session.state.message
    assert len([trial for trial in row.trials if not trial.rejected]) >= 2
    assert read_run(row.path).n_times >= acknowledged
    assert row.seconds > 0
    assert not list(Path(row.path).parent.glob("*.recording"))


def test_a_recorder_that_cannot_start_is_said_beside_the_button(page, window, qtbot):
    window.desk.session.go(source="lsl:nobody,timeout=0.2")
    with qtbot.waitSignal(page.conductor.failed, timeout=WAIT):
        click(qtbot, page.plan.start_button)
    assert page.view is page.plan
    assert "switch the amplifier's LSL program on" in page.plan.problem.text()
    assert page.plan.start_button.isEnabled()


def test_escape_ends_a_recorder_that_is_still_starting(page, window, qtbot, workspace):
    click(qtbot, page.plan.start_button)
    assert page.plan.start_button.text() == "Starting…"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert page.plan.problem.text() == "Stopped before the run began"
    assert page.plan.start_button.isEnabled()
    assert not list((workspace.folder / "recordings").rglob("*.recording"))
    run = start(qtbot, page)
    window.desk.session.stop_now()
    assert wait_kept(qtbot, page).trials == run.trials


def test_a_window_closed_while_the_recorder_starts_leaves_none(page, window, qtbot, workspace):
    click(qtbot, page.plan.start_button)
    pid = page.conductor._starting.pid
    window.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not list((workspace.folder / "recordings").rglob("*.recording"))


def test_a_window_closed_in_a_run_leaves_it_to_the_next_one(page, window, qtbot, workspace):
    window.desk.session.go(protocol=LONG)
    run = start(qtbot, page)
    qtbot.waitUntil(lambda: run.n_done == 1, timeout=WAIT)
    wait_for(qtbot, run, "imagery")
    sidecar = run.recorder.sidecar
    window.close()
    client = attach(sidecar)
    assert "repeat 1" in [label for label, _ in read_markers(client.path)]
    before = client.status().written
    qtbot.waitUntil(lambda: client.status().written > before, timeout=WAIT)
    client.close()
    again = MainWindow(Session(workspace))
    qtbot.addWidget(again)
    again.desk.session.go(page="calibrate", patient=1, source="simulated:channels=8")
    with qtbot.waitExposed(again):
        again.show()
    page = again.page("calibrate")
    with qtbot.waitSignal(page.conductor.began, timeout=WAIT):
        click(qtbot, page.plan.go_on_button)
    assert page.conductor.run.is_paused
    assert page.conductor.run.n_done == 1
    click(qtbot, page.running.pause_button)
    qtbot.waitUntil(lambda: page.conductor.run.n_done == 2, timeout=WAIT)
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        click(qtbot, page.running.stop_button)
    assert sum(not trial.rejected for trial in kept.args[0].trials) == 2
    again.close()


def test_a_window_closed_after_the_last_trial_keeps_the_run(page, window, qtbot, workspace):
    run = start(qtbot, page)
    wait_for(qtbot, run, "done")
    assert page.running.doing.text() == "The run is over"
    window.close()
    (row,) = workspace.runs_of(1)
    assert len(row.trials) == 4
    assert not list((workspace.folder / "recordings").rglob("*.recording"))


def test_a_stall_is_said_beside_the_trials_and_a_gap_is_remembered(page, window, qtbot):
    run = start(qtbot, page)
    run.status = Status("stalled", stalled_since=run.clock() - 3.2)
    page.running.show_run(run)
    assert page.running.facts.values["Signal"].text() == "▲ no signal for 3 s"
    run.status = Status("recording", gaps=[(0.0, 2.0)])
    page.running.show_run(run)
    assert page.running.facts.values["Signal"].text() == "● arriving"
    assert page.running.problem.text().startswith("Losses of the signal: 1")
    window.desk.session.stop_now()
    wait_kept(qtbot, page)


def test_an_abandoned_run_can_be_ended_and_kept(page, window, qtbot, workspace):
    window.desk.session.go(protocol=LONG)
    run = start(qtbot, page)
    qtbot.waitUntil(lambda: run.n_done == 1, timeout=WAIT)
    page.conductor.leave()
    page.show_view(page.plan)
    window.desk.session.go(page="history")
    window.desk.session.go(page="calibrate")
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        click(qtbot, page.plan.end_button)
    assert kept.args[0].trials[0].rejected is False
    assert not page.plan.banner.isVisible()


def test_without_a_patient_the_button_leads_to_the_patients(window, qtbot):
    window.desk.session.go(page="calibrate")
    page = window.page("calibrate")
    assert page.plan.start_button.text() == "Choose a patient first"
    click(qtbot, page.plan.start_button)
    assert window.desk.session.state.page == "patients"


def test_nothing_is_started_beside_another_recording(page, window):
    window.desk.session.go(recording="run-01-online.recording")
    assert not page.plan.start_button.isEnabled()
    assert page.plan.start_button.text() == "A recording goes on"
    window.desk.session.go(recording="")
    assert page.plan.start_button.isEnabled()


def test_the_plan_follows_the_protocol_and_undo_takes_it_back(page, window, qtbot):
    seed = QUICK.seed
    assert page.plan.facts.values["Trials"].text() == "4 (2 × Left hand, 2 × Right hand)"
    page.plan.form.editors["classes"].boxes["feet"].click()
    assert "2 × Feet" in page.plan.facts.values["Trials"].text()
    click(qtbot, page.plan.order_button)
    assert window.desk.session.state.protocol.seed == seed + 1
    window.desk.session.undo()
    window.desk.session.undo()
    assert window.desk.session.state.protocol == QUICK
    page.plan.form.editors["classes"].boxes["right_hand"].click()
    assert "at least two classes" in page.plan.form.problem.text()
    assert window.desk.session.state.protocol == QUICK


def test_large_letters_leave_room_for_the_buttons(page, window, qtbot):
    session = window.desk.session
    session.go(settings=Settings(font_percent=200, language="fr"))
    page = window.page("calibrate")
    qtbot.waitUntil(page.plan.start_button.isVisible)
    corner = page.plan.start_button.rect().bottomRight()
    corner = page.plan.start_button.mapTo(window, corner)
    assert window.size() == QSize(1280, 800)
    assert window.rect().contains(corner)
    for view in (page.plan, page.running, page.summary):
        assert view.minimumSizeHint().width() <= window.stack.width()
        assert view.minimumSizeHint().height() <= window.stack.height()


def test_every_word_of_the_page_has_its_french():
    words = [*calibrate_run.STATES.values(), *calibrate_run.FACTS, *calibrate_summary.FACTS]
    words += [field.description for field in GrazProtocol.model_fields.values()]
    assert [word for word in words if word not in phrases("fr")] == []


def test_the_page_is_used_by_keys_alone(page, window, qtbot):
    with qtbot.waitSignal(page.conductor.began, timeout=WAIT):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    window.desk.session.stop_now()
    wait_kept(qtbot, page)
    assert window.focusWidget() is page.summary.train_button
    qtbot.keyClick(page.summary.train_button, Qt.Key.Key_Space)
    assert window.desk.session.state.page == "train"
