import json
import time
from datetime import datetime, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from neurokit import models
from neurokit.app.cli.main import cli
from neurokit.live.online import Decoder, OnlineSettings
from neurokit.patients.workspace import Workspace
from neurokit.visits.attempts import Candidate
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.training import fit_runs
from neurokit.visits.updating import update_decoder, update_history
from tests.visits import CHANNELS, attempt, write_recording

CUT = {"band": (8.0, 30.0), "window": (0.5, 2.0)}
CLASSES = ["left_hand", "right_hand"]
FIRST = datetime(2026, 3, 2, 10)


def add_run(workspace, patient, day, seed):
    visit = workspace.open_visit(patient.id, when=FIRST + timedelta(days=day))
    path = workspace.new_recording_path(visit.id, "calibration")
    trials = write_recording(path, seconds=86.0, seed=seed)
    return workspace.add_run(
        visit.id,
        path,
        trials=trials,
        protocol=GrazProtocol(),
        source="lsl:cap",
        started=visit.started,
    )


@pytest.fixture
def clinic(tmp_path):
    """A person with two visits and a model of the first."""
    with Workspace(tmp_path / "clinic", create=True) as workspace:
        yield workspace, *fill(workspace)


def fill(workspace, pipeline="sharp"):
    patient = workspace.add_patient("KT-4827")
    first = workspace.run(_number(add_run(workspace, patient, 0, 1)))
    training = workspace.add_training(
        first.visit_id,
        attempt(pipeline=pipeline, run_ids=[first.id], asked={"classes": CLASSES, "cut": CUT}),
    )
    path = workspace.new_model_path(training)
    digest = fit_runs([first.path], CLASSES, Candidate(pipeline=pipeline), path, cut=CUT)
    model = workspace.add_model(training, path, digest)
    second = workspace.run(_number(add_run(workspace, patient, 7, 2)))
    return patient, model, first, second


def _number(run):
    return getattr(run, "id", run)


def test_a_visit_makes_a_new_model_and_leaves_the_old_one(clinic):
    workspace, patient, old, first, second = clinic
    started = time.perf_counter()
    made, told = update_decoder(workspace, old.id)
    print(f"update of {len(second.trials)} trials: {time.perf_counter() - started:.2f} s")
    assert models.fingerprint(old.path) == old.fingerprint
    assert models.fingerprint(made.path) == made.fingerprint != old.fingerprint
    assert told["run_ids"] == [first.id, second.id]
    assert told["memory_bytes"] > models.load(old.path)[-1].memory_bytes_ / 2
    (line,) = update_history(workspace, patient.id)
    assert line["model"] == made.id
    assert line["from_model"] == old.id
    assert line["low"] <= line["score"] <= line["high"]
    assert {run.person for run in models.load(made.path)[-1].learner_.long} >= {"KT-4827"}


def test_the_score_is_that_of_the_model_before_it_learnt(clinic):
    workspace, _, old, _, second = clinic
    made, _ = update_decoder(workspace, old.id, [second.id])
    from neurokit.patients.runs import run_epochs

    epochs = run_epochs([second.path], CLASSES, **CUT)
    before = np.mean(models.load(old.path).predict(epochs.X) == epochs.y)
    told = workspace.training(made.training_id).attempt
    assert told["score"] == before
    assert told["n_trials"] == len(epochs)
    assert told["split"] == "cross-visit"


def test_the_updated_model_decodes_online(clinic):
    workspace, _, old, _, _ = clinic
    made, _ = update_decoder(workspace, old.id)
    decoder = Decoder(made.path, OnlineSettings(), channels=CHANNELS, sfreq=125.0)
    samples = np.random.default_rng(3).normal(0, 1e-5, (625, len(CHANNELS)))
    outputs = decoder.process(samples, np.arange(625) / 125.0)
    decided = [output for output in outputs if output.reason != "signal"]
    assert decided
    assert all(abs(sum(output.probabilities) - 1) < 1e-6 for output in decided)


def test_what_stops_an_update_leaves_everything_as_it_was(clinic, monkeypatch):
    workspace, patient, old, _, _ = clinic
    files = sorted((workspace.folder / "models").rglob("*"))

    def stop(*_, **__):
        raise KeyboardInterrupt

    for place in ("neurokit.visits.updating._learn", "neurokit.models.json.dumps"):
        with monkeypatch.context() as patch:
            patch.setattr(place, stop)
            with pytest.raises(KeyboardInterrupt):
                update_decoder(workspace, old.id)
        assert sorted((workspace.folder / "models").rglob("*")) == files
        assert models.fingerprint(old.path) == old.fingerprint
        assert len(workspace.models(patient.id)) == 1
        assert update_history(workspace, patient.id) == []


def test_runs_that_it_cannot_learn_are_refused(clinic):
    workspace, _, old, first, second = clinic
    with pytest.raises(ValueError, match=f"has learnt run {first.id} already; choose a run"):
        update_decoder(workspace, old.id, [first.id])
    with pytest.raises(ValueError, match="run 99 is not a run with trials of the model's person"):
        update_decoder(workspace, old.id, [99])
    made, _ = update_decoder(workspace, old.id, [second.id])
    with pytest.raises(ValueError, match="has learnt every run of this person; record another"):
        update_decoder(workspace, made.id)


def test_a_model_that_cannot_learn_is_refused(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as workspace:
        _, model, _, _ = fill(workspace, "psd+lda")
        with pytest.raises(ValueError, match="cannot learn a visit; train sharp, which can"):
            update_decoder(workspace, model.id)


def test_the_command_tells_the_history(tmp_path):
    with Workspace(tmp_path / "clinic", create=True) as workspace:
        fill(workspace)
    arguments = ["sharp", "update", str(tmp_path / "clinic"), "KT-4827", "--json"]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    (line,) = json.loads(done.stdout)
    assert (line["visit"], line["from_model"]) == (2, 1)
