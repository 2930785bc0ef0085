"""Explore in the window: runs are extracted, and every figure follows what is looked at."""

import shutil

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt

from neurokit.app.desktop.explore import Page
from neurokit.app.desktop.explore_steps import toggled
from neurokit.app.desktop.history import History
from neurokit.app.desktop.main_window import Desk
from neurokit.app.desktop.session import Feature, Session
from neurokit.app.desktop.tasks import Tasks
from neurokit.patients.records import Trial
from neurokit.patients.runs import read_run, run_trials
from neurokit.patients.workspace import Workspace
from neurokit.visits.extraction import Extraction, extract
from tests.imagery import record_imagery

pytestmark = pytest.mark.window
PATIENCE = 60000
# in the order in which they come
LABELS = ("left_hand", "right_hand")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A run of a good subject, recorded once."""
    path = tmp_path_factory.mktemp("recorded") / "run.xdf"
    record_imagery(path, artefacts=4.0, trials=15)
    for settings in (Extraction(), Extraction(connectivity="coherence")):
        extract([path], LABELS, settings, path.with_name("cache"))
    return path


@pytest.fixture
def workspace(tmp_path, recorded):
    with Workspace(tmp_path / "clinique é", create=True) as workspace:
        visit = workspace.open_visit(workspace.add_patient("KR-27").id)
        path = workspace.new_recording_path(visit.id, "calibration")
        path.write_bytes(recorded.read_bytes())
        trials = [
            Trial(each.number, each.label, each.onset, each.onset)
            for each in run_trials(read_run(path))
        ]
        workspace.add_run(visit.id, path, trials=trials, source="simulated:")
        shutil.copytree(recorded.with_name("cache"), workspace.folder / "cache", dirs_exist_ok=True)
        yield workspace


@pytest.fixture(scope="module")
def tasks(qapp):
    """One process for all tests of this file: to start one takes its time."""
    tasks = Tasks()
    tasks.warm()
    yield tasks
    tasks.close()


@pytest.fixture
def desk(workspace, tasks):
    desk = Desk(Session(workspace), tasks, History())
    patient = workspace.patients()[0].id
    desk.session.go(patient=patient, visit=workspace.visits(patient)[0].id, page="explore")
    return desk


@pytest.fixture
def page(desk, qtbot):
    page = Page(desk)
    qtbot.addWidget(page)
    page.resize(1150, 700)
    page.show()
    qtbot.waitUntil(lambda: page.p is not None, timeout=PATIENCE)
    yield page
    page.close()


def cell(page, channel, frequency):
    """Where a cell of the map is on its viewport."""
    plot = page.figures.map
    place = QPointF(frequency, plot.channels.index(channel))
    return plot.mapFromScene(plot.getViewBox().mapViewToScene(place))


def test_the_runs_of_the_visit_are_explored_without_a_click(page):
    assert "Beyond chance" in page.verdict.text()
    assert page.desk.session.state.focus_channel in ("C3", "C4", "CP3", "CP4", "FC3", "FC4")
    assert page.figures.head_title.text().startswith("R² at ")
    assert "R²" in page.readout.text()
    (step,) = page.desk.history.steps
    assert step.command.startswith("neurokit explore")
    compile(step.python, "history", "exec")


def test_a_click_looks_and_picks_and_a_second_one_takes_it_back(page, qtbot):
    session = page.desk.session
    spot = cell(page, "C3", 11.0)
    qtbot.mouseClick(page.figures.map.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert (session.state.focus_channel, session.state.focus_frequency) == ("C3", 11.0)
    assert session.state.features == (Feature(channel="C3", low=10, high=12),)
    assert page.figures.spectra_title.text().startswith("C3")
    assert page.figures.head_title.text() == "R² at 11 Hz"
    assert len(page.figures.map.boxes) == len(page.features.buttons) == 1
    qtbot.mouseClick(page.figures.map.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert session.state.features == ()
    session.undo()
    assert len(session.state.features) == 1
    assert session.state.picked_on == page.steps.runs


def test_with_control_held_a_click_only_looks(page, qtbot):
    qtbot.mouseClick(
        page.figures.map.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        cell(page, "Cz", 20.0),
    )
    assert page.desk.session.state.focus_channel == "Cz"
    assert page.desk.session.state.features == ()


def test_a_drag_picks_a_band_of_several_channels(page, qtbot):
    channels = page.figures.map.channels
    start, stop = cell(page, channels[1], 10.0), cell(page, channels[2], 14.0)
    view = page.figures.map.viewport()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, stop)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=stop)
    assert page.desk.session.state.features == tuple(
        Feature(channel=name, low=10, high=14) for name in channels[1:3]
    )
    qtbot.mouseClick(page.features.buttons[0], Qt.MouseButton.LeftButton)
    assert [each.channel for each in page.desk.session.state.features] == [channels[2]]
    qtbot.mouseClick(page.features.clear, Qt.MouseButton.LeftButton)
    assert page.desk.session.state.features == ()


def test_the_map_is_used_by_the_keys_alone(page, qtbot):
    session, plot = page.desk.session, page.figures.map
    session.go(focus_channel=plot.channels[0], focus_frequency=10.0)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(plot, key)
    assert session.state.focus_frequency == 12.0
    assert session.state.features == (Feature(channel=plot.channels[1], low=11, high=13),)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(plot, key)
    assert session.state.focus_channel == plot.channels[0]


def test_the_head_chooses_the_channel_and_the_spectra_the_frequency(page, qtbot):
    head = page.figures.head
    spot = head.place_of("CP4").toPoint() + QPoint(2, -1)
    qtbot.mouseClick(head, Qt.MouseButton.LeftButton, pos=spot)
    assert page.desk.session.state.focus_channel == "CP4"
    qtbot.keyClick(head, Qt.Key.Key_Up)
    assert page.desk.session.state.focus_channel == "C4"
    page.figures.spectra.frequency_chosen.emit(20.3)
    assert page.desk.session.state.focus_frequency == 20.0
    assert page.figures.head_title.text() == "R² at 20 Hz"


def test_rejecting_trials_changes_the_map_and_can_be_undone(page, qtbot, workspace):
    before = page.exploration.r2.copy()
    run = page.steps.runs[0]
    flagged = page.trials.flagged()
    assert flagged
    qtbot.mouseClick(page.trials.reject_flagged, Qt.MouseButton.LeftButton)
    assert {(run, t.number) for t in workspace.run(run).trials if t.rejected} == flagged
    assert not np.allclose(page.exploration.r2, before)
    assert not page.trials.flagged()
    qtbot.waitUntil(lambda: page.p is not None, timeout=PATIENCE)
    assert f"{len(flagged)} left out" in page.verdict.text()
    assert "--reject 1:" in page.desk.history.steps[-1].command
    page.desk.session.undo()
    np.testing.assert_allclose(page.exploration.r2, before)
    assert not any(trial.rejected for trial in workspace.run(run).trials)


def test_a_trial_is_rejected_in_the_list_and_restored(page, qtbot, workspace):
    tree, run = page.trials.tree, page.steps.runs[0]
    tree.setCurrentItem(tree.topLevelItem(3))
    qtbot.keyClick(page.trials, Qt.Key.Key_Delete)
    assert [t.number for t in workspace.run(run).trials if t.rejected] == [3]
    tree.topLevelItem(3).setCheckState(0, Qt.CheckState.Checked)
    assert not any(trial.rejected for trial in workspace.run(run).trials)
    assert page.trials.restore_all.isEnabled() is False


def test_other_settings_are_extracted_anew_and_show_connections(page, qtbot):
    page.choices.unfold.setChecked(True)
    page.choices.form.editors["connectivity"].box.setCurrentText("coherence")
    qtbot.waitUntil(lambda: page.p is None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.p is not None, timeout=PATIENCE)
    assert page.desk.session.state.extraction["connectivity"] == "coherence"
    page.figures.tabs.setCurrentWidget(page.figures.connections)
    assert page.figures.connections.ring.links()
    assert "Laterality" in page.figures.connections.words.text()
    page.choices.measure.setCurrentIndex(1)
    assert page.exploration.measure == "strength"
    page.desk.session.undo()
    assert page.extracted is None


def test_classes_may_be_exchanged_and_the_sign_left_out(page, qtbot):
    before = page.exploration.r2
    page.choices.signed.setChecked(False)
    assert page.figures.shown().min() >= 0
    first = page.choices.first.currentText()
    page.choices.first.setCurrentText(page.choices.second.currentText())
    assert "two different classes" in page.verdict.text()
    page.choices.second.setCurrentText(first)
    np.testing.assert_allclose(page.exploration.r2, -before)


def test_what_cannot_be_written_is_said_and_the_trial_still_counts(page, workspace, monkeypatch):
    def refuse(*_):
        raise PermissionError("this workspace is open for reading only")

    monkeypatch.setattr(workspace, "set_rejected", refuse)
    item = page.trials.tree.topLevelItem(0)
    item.setCheckState(0, Qt.CheckState.Unchecked)
    assert "for reading only" in page.desk.session.state.message
    assert page.trials.tree.topLevelItem(0).checkState(0) == Qt.CheckState.Checked
    assert page.desk.session.undo_text is None


def test_one_run_at_least_stays_chosen(page):
    page.choices.runs.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert page.choices.runs.item(0).checkState() == Qt.CheckState.Checked
    assert page.extracted is not None


def test_without_a_patient_it_says_what_to_do(desk, qtbot):
    desk.session.go(patient=None, visit=None)
    page = Page(desk)
    qtbot.addWidget(page)
    page.show()
    assert "Choose a patient first" in page.verdict.text()
    assert not page.figures.isEnabled()
    page.close()


def test_a_recording_that_is_gone_is_said_in_words(desk, qtbot, workspace):
    workspace.runs(desk.session.state.visit)[0].path.unlink()
    page = Page(desk)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "does not exist" in page.verdict.text(), timeout=PATIENCE)
    page.close()


def test_nothing_goes_on_after_it_is_closed(desk, qtbot):
    page = Page(desk)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page._extracting is not None, timeout=PATIENCE)
    task = page._extracting
    page.close()
    assert not task.is_running
    assert not page._timer.isActive()


def test_a_point_within_a_feature_takes_it_away_and_a_band_replaces_it():
    band = Feature(channel="C3", low=8, high=12)
    point = Feature(channel="C3", low=9, high=11)
    other = Feature(channel="C4", low=8, high=12)
    assert toggled((band, other), (point,)) == (other,)
    assert toggled((band,), (other,)) == (band, other)
    assert toggled((point,), (band, other)) == (band, other)
