from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurokit.live.recorder import Recorder, Status
from neurokit.live.recording_process import RecorderGone
from neurokit.patients.runs import read_run, run_trials
from neurokit.simulators.simulated_patient import SimulatedPatient
from neurokit.visits.calibration import FRAME, Run
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.trials import read_markers

SHORT = GrazProtocol(
    trials_per_class=2, baseline=2, fixation=1, cue=1, imagery=2, pause_min=0.5, pause_max=1
)


class Notes:
    """A recorder that writes its markers down."""

    def __init__(self, path):
        self.path = path
        self.markers = []
        self.told = Status(state="recording")
        self.is_gone = False
        self.asked = []

    def marker(self, label, stamp):
        if self.is_gone:
            raise RecorderGone("the recorder of run.xdf has died; mend the recording")
        self.markers.append((label, stamp))

    def status(self):
        if self.is_gone:
            raise RecorderGone("the recorder of run.xdf has died; mend the recording")
        return self.told

    @property
    def labels(self):
        return [label for label, _ in self.markers]


class Patient:
    """Looks at a run, frame after frame, on a clock of his own.

    ``delay`` is how long a screen takes to be seen, ``foreseen`` how much of it was allowed for.
    """

    def __init__(self, protocol=SHORT, path=None, **options):
        self.seconds = 100.0
        self.delay = self.foreseen = 0.0
        self.recorder = Notes(path)
        self.run = Run(protocol, self.recorder, clock=lambda: self.seconds, **options)
        self.seen = []

    def look(self):
        screen = self.run.step(self.seconds + self.foreseen)
        if not self.seen or screen is not self.seen[-1]:
            self.seen.append(screen)
            self.seconds += self.delay
            self.run.shown(self.seconds)
        self.seconds += FRAME
        return screen

    def look_until(self, wanted):
        """Look until a screen of a kind, or a condition."""
        if isinstance(wanted, str):
            kind = wanted

            def wanted():
                return self.run.screen is not None and self.run.screen.kind == kind

        for _ in range(100_000):
            self.look()
            if wanted():
                return
        pytest.fail("it never came")


def test_a_run_shows_the_plan_and_marks_what_was_shown():
    patient = Patient()
    patient.look_until("done")
    kinds = [screen.kind for screen in patient.seen]
    assert kinds == ["baseline"] + ["fixation", "cue", "imagery", "pause"] * 3 + [
        "fixation", "cue", "imagery", "done",
    ]  # fmt: skip
    order = [trial.label for trial in SHORT.schedule()]
    expected = ["run/start", "baseline"]
    for label in order:
        expected += ["fixation", label, "imagery/end"]
    assert patient.recorder.labels == [*expected, "run/end"]
    assert patient.run.n_done == patient.run.n_trials == 4
    assert patient.run.n_late == 0


def test_each_marker_carries_the_stamp_of_the_frame_that_showed_it():
    patient = Patient()
    patient.delay = patient.foreseen = FRAME
    patient.look_until("done")
    assert patient.run.n_late == 0
    start = patient.recorder.markers[0][1]
    cues = [stamp for label, stamp in patient.recorder.markers if label in SHORT.classes]
    for stamp, planned in zip(cues, SHORT.schedule(), strict=True):
        assert stamp - start == pytest.approx(planned.cue, abs=2 * FRAME)


def test_what_comes_late_is_flagged_and_not_cut_short():
    patient = Patient()
    patient.look_until("fixation")
    patient.delay = 0.3
    patient.look_until("cue")
    patient.delay = 0.0
    patient.look_until("done")
    assert patient.run.n_late == 1
    stamps = dict(reversed(patient.recorder.markers))
    first = SHORT.schedule()[0].label
    assert stamps["imagery/end"] - stamps[first] == pytest.approx(2, abs=2 * FRAME)


def test_a_pause_voids_the_trial_under_way_and_asks_it_again():
    patient = Patient()
    patient.look_until("imagery")
    patient.run.pause()
    patient.look()
    assert patient.run.is_paused
    patient.seconds += 600
    patient.look()
    assert patient.run.is_paused
    patient.run.resume()
    patient.look_until("done")
    labels = patient.recorder.labels
    first = SHORT.schedule()[0].label
    assert labels[2:10] == [
        "fixation", first, "imagery/end", "repeat 0", "pause", "continue", "fixation", first,
    ]  # fmt: skip
    assert sum(label in SHORT.classes for label in labels) == 5
    assert patient.run.n_done == 4


def test_a_pause_in_the_baseline_or_before_a_cue_voids_nothing():
    patient = Patient()
    patient.look_until("baseline")
    patient.run.pause()
    patient.look()
    patient.run.resume()
    assert patient.look().kind == "baseline"
    patient.look_until("fixation")
    patient.run.pause()
    patient.look()
    assert patient.run.n_trials == 4
    patient.run.resume()
    assert patient.look().kind == "fixation"
    patient.look_until("done")
    assert not [label for label in patient.recorder.labels if label.startswith("repeat")]
    assert patient.run.n_done == 4


def test_a_repeated_trial_is_void_and_comes_again():
    patient = Patient()
    patient.look_until("imagery")
    assert patient.run.repeat() == 0
    assert patient.run.repeat() is None
    assert patient.run.n_trials == 4
    patient.look_until("done")
    cues = [label for label in patient.recorder.labels if label in SHORT.classes]
    assert Counter(cues[1:]) == dict.fromkeys(SHORT.classes, 2)
    assert cues[0] == SHORT.schedule()[0].label


def test_the_last_trial_can_be_repeated_in_its_imagery():
    patient = Patient()
    patient.look_until(lambda: patient.run.n_done == 3 and patient.run.screen.kind == "imagery")
    assert patient.run.repeat() == 3
    patient.look_until("done")
    assert patient.run.n_done == patient.run.n_trials == 4


def test_a_trial_that_is_repeated_and_then_interrupted_comes_again_once():
    patient = Patient()
    patient.look_until("imagery")
    patient.run.repeat()
    patient.run.pause()
    patient.look()
    assert patient.run.n_trials == 4
    patient.run.resume()
    patient.look_until("done")
    cues = [label for label in patient.recorder.labels if label in SHORT.classes]
    assert len(cues) == 5


def test_stop_ends_at_once_and_voids_what_was_cut():
    patient = Patient()
    patient.look_until("imagery")
    patient.run.stop()
    assert patient.recorder.labels[-3:] == ["imagery/end", "repeat 0", "run/end"]
    patient.look()
    patient.run.stop()
    patient.run.pause()
    assert patient.run.is_done
    assert patient.recorder.labels.count("run/end") == 1


def test_a_run_stopped_before_it_began_marks_nothing():
    patient = Patient()
    patient.run.stop()
    patient.look()
    assert patient.recorder.labels == []


def test_a_note_is_one_line_in_the_recording():
    patient = Patient()
    patient.look()
    patient.run.note("moved\nhis head")
    assert patient.recorder.labels[-1] == "note: moved his head"


def test_a_dead_recorder_ends_the_run_in_words(tmp_path):
    patient = Patient(path=tmp_path / "run.xdf")
    patient.look_until("imagery")
    patient.recorder.is_gone = True
    patient.look_until("done")
    assert patient.run.problem == "the recorder of run.xdf has died; what was recorded is kept"
    assert patient.run.trials[0].flags == ("stopped",)


def test_the_recorder_is_left_alone_just_before_a_frame_is_due():
    patient = Patient()
    run = patient.run

    def status():
        patient.recorder.asked.append(run.seconds_to_next)
        return Status(state="recording")

    patient.recorder.status = status
    patient.look_until("done")
    assert len(patient.recorder.asked) > 10
    assert min(patient.recorder.asked) > 0.25


def test_a_recorder_is_asked_even_where_no_moment_is_quiet():
    hasty = SHORT.model_copy(
        update={"trials_per_class": 20, "baseline": 0, "fixation": 0.2, "cue": 0.2, "imagery": 0.2}
    )
    patient = Patient(hasty.model_copy(update={"pause_min": 0.1, "pause_max": 0.1}))
    patient.look_until(lambda: patient.run.n_done == 20)
    assert patient.run.status.state == "recording"


def test_the_time_that_is_left_runs_down():
    patient = Patient()
    patient.look()
    assert patient.run.seconds_left == pytest.approx(SHORT.duration, abs=1.1)
    before = patient.run.seconds_left
    for _ in range(60):
        patient.look()
    assert patient.run.seconds_left == pytest.approx(before - 1, abs=0.1)
    patient.look_until("done")
    assert patient.run.seconds_left == 0


@given(
    seed=st.integers(0, 1000),
    deeds=st.lists(st.sampled_from(["pause", "repeat", "look", "late"]), max_size=30),
    gaps=st.lists(st.integers(1, 400), min_size=30, max_size=30),
)
def test_whatever_the_clinician_does_the_trials_that_count_are_balanced(seed, deeds, gaps):
    protocol = SHORT.model_copy(update={"trials_per_class": 4, "seed": seed})
    patient = Patient(protocol)
    for deed, gap in zip(deeds, gaps, strict=False):
        for _ in range(gap):
            patient.look()
        if deed == "pause":
            patient.run.pause()
            patient.look()
            patient.run.resume()
        elif deed == "repeat":
            patient.run.repeat()
        elif deed == "late":
            patient.seconds += 0.2
    patient.look_until("done")
    labels = patient.recorder.labels
    cues = [label for label in labels if label in protocol.classes]
    void = {int(label.split()[1]) for label in labels if label.startswith("repeat")}
    valid = [label for number, label in enumerate(cues) if number not in void]
    assert Counter(valid) == dict.fromkeys(protocol.classes, 4)
    assert labels.count("fixation") >= len(cues)
    # each cue has one end, and no two trials overlap
    inside = [label for label in labels if label in (*protocol.classes, "imagery/end")]
    assert all((label == "imagery/end") == bool(place % 2) for place, label in enumerate(inside))


def test_a_repeated_trial_keeps_at_most_three_alike_in_a_row():
    protocol = SHORT.model_copy(update={"trials_per_class": 8})
    for seed in range(20):
        patient = Patient(protocol.model_copy(update={"seed": seed}))
        patient.look_until("imagery")
        patient.run.repeat()
        patient.look_until("done")
        cues = [label for label in patient.recorder.labels if label in SHORT.classes]
        assert max(len(list(same)) for _, same in groupby(cues)) <= 3


class Visit(Patient):
    """The same on a real recorder and a simulated patient, all on one virtual clock."""

    def __init__(self, workspace, protocol=SHORT, **source):
        self.seconds, self.delay, self.foreseen = 100.0, 0.0, 0.0
        self.seen = []
        self.visit = workspace.open_visit(1)
        path = workspace.new_recording_path(self.visit.id, "calibration")
        patient = SimulatedPatient(channels=8, clock=self.clock, run=1, **source)
        self.recorder = Recorder(patient, path, clock=self.clock)
        self.run = Run(protocol, self.recorder, clock=self.clock)

    def clock(self):
        return self.seconds

    def look(self):
        self.recorder.step()
        return super().look()


def test_a_run_is_kept_with_the_trials_that_its_file_holds(workspace):
    visit = Visit(workspace)
    visit.look_until(lambda: visit.run.n_done == 1)
    visit.run.repeat()
    visit.look_until("done")
    row = visit.run.finish(workspace, visit.visit.id, source="simulated:")
    assert row == workspace.run(row.id)
    assert (row.kind, row.source, row.protocol) == ("calibration", "simulated:", SHORT)
    assert row.seconds == pytest.approx(visit.run.clock() - 100, abs=0.5)
    stored = [(label, at) for label, at in read_markers(row.path) if label in SHORT.classes]
    assert [(trial.label, trial.actual) for trial in row.trials] == stored
    assert [trial.rejected for trial in row.trials] == [True, False, False, False, False]
    assert all(abs(trial.actual - trial.planned) <= FRAME for trial in row.trials)
    found = run_trials(read_run(row.path))
    assert [(each.number, each.label, each.is_void) for each in found] == [
        (trial.number, trial.label, trial.rejected) for trial in row.trials
    ]


def test_a_stall_flags_the_trials_that_it_touches_and_pauses_nothing(workspace):
    visit = Visit(workspace, SHORT.model_copy(update={"trials_per_class": 10}), dropouts=2, seed=3)
    visit.look_until("done")
    assert visit.run.n_done == 20
    trials = visit.run.trials
    gaps = visit.recorder.status().gaps
    assert gaps
    for trial in trials:
        start, end = trial.actual - SHORT.fixation, trial.actual + SHORT.imagery
        touched = any(
            begin < end - FRAME and start + FRAME < begin + length for begin, length in gaps
        )
        assert ("gap" in trial.flags) == touched
    visit.recorder.close()


def test_a_run_whose_window_was_lost_is_taken_up(workspace):
    visit = Visit(workspace)
    visit.look_until("imagery")
    visit.run.repeat()
    visit.look_until(lambda: visit.run.n_done == 2 and visit.run.screen.kind == "imagery")
    visit.look()
    trials = visit.run.trials
    visit.recorder.step()
    markers = read_markers(visit.recorder.path)
    visit.run = Run.take_up(SHORT, visit.recorder, markers, clock=visit.clock)
    assert visit.run.is_paused
    assert (visit.run.n_done, visit.run.n_trials) == (2, 4)
    for before, after in zip(trials, visit.run.trials, strict=True):
        assert (after.number, after.label, after.actual) == (
            before.number, before.label, before.actual,
        )  # fmt: skip
        assert after.planned == pytest.approx(before.planned, abs=2 * FRAME)
    visit.look()
    visit.run.resume()
    visit.look_until("done")
    row = visit.run.finish(workspace, visit.visit.id)
    valid = [trial.label for trial in row.trials if not trial.rejected]
    assert Counter(valid) == dict.fromkeys(SHORT.classes, 2)
    assert [trial.flags for trial in row.trials[:4]] == [("repeated",), (), (), ("stopped",)]


def test_a_run_that_had_ended_before_its_window_was_lost_is_only_kept(workspace):
    visit = Visit(workspace)
    visit.look_until("done")
    visit.recorder.step()
    run = Run.take_up(SHORT, visit.recorder, read_markers(visit.recorder.path), clock=visit.clock)
    assert run.is_done
    assert len(run.finish(workspace, visit.visit.id).trials) == 4
