"""A whole visit without a window: what the demo shows, and the same with a real recording."""

from datetime import datetime, timedelta

import pytest

from neurokit.live.online import OnlineSettings
from neurokit.models import fingerprint
from neurokit.patients.runs import run_epochs
from neurokit.patients.workspace import Workspace
from neurokit.simulators.simulated_patient import SimulatedPatient
from neurokit.visits.attempts import Candidate
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.trials import read_markers
from neurokit.visits.visit import VirtualClock, judge, record_run, replay_run, train_visit

PROTOCOL = GrazProtocol(trials_per_class=12, baseline=2, imagery=3, seed=3)
ONLINE = PROTOCOL.model_copy(update={"trials_per_class": 8, "seed": 4})
SETTINGS = OnlineSettings(hop=0.2, recentring=True, threshold=0.5)
PIPELINES = (Candidate(pipeline="csp+lda"), Candidate(pipeline="ts+lr"))


@pytest.fixture
def workspace(tmp_path):
    with Workspace(tmp_path / "clinique d'été", create=True) as workspace:
        yield workspace


def test_a_patient_is_calibrated_trained_and_decoded(workspace):
    clock = VirtualClock()
    visit = workspace.open_visit(workspace.add_patient().id)
    person = SimulatedPatient(channels=8, seed=7, strength=1.5, clock=clock)

    calibration = record_run(workspace, visit, person, PROTOCOL, clock, address="simulated:")
    assert clock() - 1000 == pytest.approx(PROTOCOL.duration, abs=5)
    assert [trial.label for trial in calibration.trials] == [
        trial.label for trial in PROTOCOL.schedule()
    ]
    assert not any(trial.late or trial.rejected for trial in calibration.trials)
    # the file is the workspace's word: markers and samples as the recorder wrote them
    cues = [stamp for label, stamp in read_markers(calibration.path) if label in PROTOCOL.classes]
    assert cues == [trial.actual for trial in calibration.trials]
    assert len(run_epochs([calibration.path], PROTOCOL.classes, window=(0.5, 2.5))) == 24

    trained = train_visit(workspace, visit, [calibration], PIPELINES, window=(0.5, 2.5))
    assert [each.pipeline for each in trained.attempts] == ["csp+lda", "ts+lr"]
    assert trained.best.score == max(each.score for each in trained.attempts)
    assert trained.best.is_above_chance
    (model,) = workspace.models(visit.patient_id)
    assert model == trained.model
    assert fingerprint(model.path) == model.fingerprint

    online = record_run(workspace, visit, person, ONLINE, clock, model=model, settings=SETTINGS)
    assert (online.kind, online.settings["fingerprint"]) == ("online", model.fingerprint)
    decoded = judge(online)
    assert decoded.score.trials == 16
    assert decoded.score.is_above_chance
    assert online.settings["score"]["right"] == decoded.score.right
    # about one decision each hop, from the first whole window on
    assert decoded.n_outputs == pytest.approx(online.seconds / SETTINGS.hop, rel=0.05)
    assert decoded.is_replayed


def test_a_patient_whose_signals_know_nothing_is_not_decoded(workspace):
    clock = VirtualClock()
    visit = workspace.open_visit(workspace.add_patient().id)
    person = SimulatedPatient(channels=4, seed=7, strength=0, clock=clock)
    calibration = record_run(workspace, visit, person, PROTOCOL, clock)
    trained = train_visit(
        workspace, visit, [calibration], [Candidate(pipeline="ts+lr")], window=(0.5, 2.5)
    )
    assert not trained.best.is_above_chance
    online = record_run(
        workspace, visit, person, ONLINE, clock, model=trained.model, settings=SETTINGS
    )
    decoded = judge(online)
    assert not decoded.score.is_above_chance


def test_a_run_that_breaks_off_leaves_a_whole_recording(workspace):
    clock = VirtualClock()
    visit = workspace.open_visit(workspace.add_patient().id)

    class Unruly(SimulatedPatient):
        def notice(self, label):
            if label == "imagery/end":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record_run(workspace, visit, Unruly(channels=4, clock=clock), PROTOCOL, clock)
    (path,) = (workspace.folder / "recordings").rglob("*.xdf")
    assert path.with_suffix(".json").exists()
    assert read_markers(path)[-1][0] == "imagery/end"


@pytest.mark.realdata
def test_the_first_day_of_a_real_person_decodes_the_second(workspace, real_data):
    """Across days the cap sits differently: recentring is what it is for."""
    folder = real_data / "eeg" / "openbci-three-days"
    cues = {"1": "right_hand", "2": "left_hand"}
    clock = VirtualClock()
    patient = workspace.add_patient()
    first = workspace.open_visit(patient.id, when=datetime.now() - timedelta(days=1))
    runs = [
        workspace.import_recording(first.id, path, cues)
        for path in sorted(folder.glob("*day-1*.fif"))
    ]
    trained = train_visit(workspace, first, runs, [Candidate(pipeline="ts+lr")], window=(0.5, 2.8))
    assert trained.best.n_trials == 120
    assert 0.6 < trained.best.score < 0.9
    second = workspace.open_visit(patient.id)
    hits = {}
    for recentring in (False, True):
        run = replay_run(
            workspace,
            second,
            folder / "person-a_day-2_run-1_raw.fif",
            cues,
            clock,
            imagery=3.0,
            model=trained.model,
            settings=OnlineSettings(hop=0.2, recentring=recentring, threshold=0),
        )
        decoded = judge(run)
        assert decoded.is_replayed
        assert decoded.score.trials == 40
        hits[recentring] = decoded.score.right
    # 22 without and 27 with it: 95 % of guessers lie between 14 and 26
    assert 16 <= hits[False] <= 30
    assert hits[True] > hits[False]
    assert [run.kind for run in workspace.runs(second.id)] == ["online", "online"]
    assert [round(run.seconds) for run in workspace.runs(second.id)] == [313, 313]
