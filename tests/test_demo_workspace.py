"""The demo workspace: a patient who is not there, with a past."""

import shutil

import pytest

from neurokit.app.desktop import demo
from neurokit.app.desktop.session import Session
from neurokit.models import fingerprint, load
from neurokit.patients.demo_workspace import PROTOCOL
from neurokit.patients.workspace import Workspace

pytestmark = pytest.mark.window


@pytest.fixture
def made(demo_workspace, tmp_path):
    return shutil.copytree(demo_workspace, tmp_path / "demo")


def test_there_are_two_visits_with_runs_a_training_and_a_model(made):
    with Workspace(made) as workspace:
        (patient,) = workspace.patients()
        visits = workspace.visits(patient.id)
        runs = [run for visit in visits for run in workspace.runs(visit.id)]
        assert [len(run.trials) for run in runs] == [2 * PROTOCOL.trials_per_class] * 4
        assert all(abs(t.actual - t.planned) < 1e-3 for run in runs for t in run.trials)
        assert [len(workspace.trainings(visit.id)) for visit in visits] == [2, 2]
        for model in workspace.models(patient.id):
            assert fingerprint(model.path) == model.fingerprint
            load(model.path)
        assert visits[0].started < visits[1].started


def test_it_opens_on_the_patient_with_a_visit_of_today(made):
    with Workspace(made) as workspace:
        session = Session(workspace)
        demo.choose_demo_patient(session)
        assert workspace.visit(session.state.visit).number == 3
        assert session.state.source.startswith("simulated:")


def test_waiting_for_it_can_be_given_up(qtbot, tmp_path):
    dialog = demo._Making(tmp_path / "demo")
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.reject()
    assert not dialog.task.is_running
    assert not (tmp_path / "demo").exists()
    assert dialog.problem == ""
