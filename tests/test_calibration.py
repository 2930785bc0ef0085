from collections import Counter
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurokit.calibration import FRAME, Run
from neurokit.protocol import GrazProtocol
from neurokit.recorder import Status
from neurokit.recording_process import RecorderGone

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
            raise RecorderGone("the recorder of run.xdf has ended")
        self.markers.append((label, stamp))

    def status(self):
        if self.is_gone:
            raise RecorderGone("the recorder of run.xdf has ended")
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
    assert "has ended; what it recorded until then is on the disk" in patient.run.problem


def test_a_recorder_that_ended_by_itself_has_said_why(tmp_path):
    patient = Patient(path=tmp_path / "run.xdf")
    patient.look_until("imagery")
    (tmp_path / "run.json").write_text('{"status": {"state": "the disk is full"}}')
    patient.recorder.is_gone = True
    patient.look_until("done")
    assert patient.run.problem.startswith("the disk is full")


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
