"""The online page, as a clinician uses it: a simulated patient, recorder and decoder for real."""

import os
import signal

import pytest
from PyQt6.QtCore import QPoint, Qt

from neurokit.app.desktop import online_plan, online_result, online_run
from neurokit.app.desktop.feedback import Feedback, FeedbackWidget, turns
from neurokit.app.desktop.theme import THEMES
from neurokit.app.desktop.translations import phrases
from neurokit.live.online_settings import OnlineSettings
from neurokit.live.outputs import read_outputs
from neurokit.models import fingerprint
from neurokit.visits.calibration import Screen
from neurokit.visits.protocol import GrazProtocol
from tests.decoding import saved_model

pytestmark = pytest.mark.window
QUICK = GrazProtocol(
    baseline=0.2, fixation=0.2, cue=0.2, imagery=2.8, pause_min=0.05, pause_max=0.1, sound=False
)
WAIT = 90_000
ATTEMPT = {
    "id": "a", "pipeline": "ts+lr", "score": 0.8, "low": 0.65, "high": 0.9, "chance": 0.5,
    "chance_low": 0.3, "chance_high": 0.7, "majority": 0.5, "n_trials": 24,
}  # fmt: skip


def add_model(workspace, pipeline="ts+lr", **changes):
    visit = workspace.open_visit(1)
    training = workspace.add_training(visit.id, {**ATTEMPT, **changes})
    path = saved_model(workspace.new_model_path(training).parent, pipeline)
    path = path.rename(path.with_stem(f"{path.stem}-{training}"))
    return workspace.add_model(training, path, fingerprint(path))


@pytest.fixture
def page(window, qtbot):
    """The page, ready for a run of two trials on a simulated patient."""
    add_model(window.desk.workspace)
    window.desk.session.go(
        page="online", patient=1, source="simulated:channels=8,seed=42,strength=1.5",
        protocol=QUICK, online={"trials": 1, "recentring": True, "threshold": 0.0},
    )  # fmt: skip
    with qtbot.waitExposed(window):
        pass
    return window.page("online")


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))


def start(qtbot, page):
    with qtbot.waitSignal(page.conductor.began, timeout=WAIT):
        click(qtbot, page.plan.start_button)
    return page.conductor.run


def wait_kept(qtbot, page):
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        pass
    return kept.args[0]


def test_one_click_gives_feedback_and_keeps_the_run_with_its_score(page, window, qtbot):
    workspace, session = window.desk.workspace, window.desk.session
    model = workspace.models(1)[-1]
    assert session.state.model == model.id
    assert page.plan.facts.values["Score"].text() == "80 % (65–90 %)"
    assert page.plan.facts.values["Guessing"].text() == "30–70 %"
    assert page.plan.facts.values["Hash"].text() == model.fingerprint[:16]
    run = start(qtbot, page)
    assert page.currentWidget() is page.running
    cues = page.conductor.cues
    qtbot.waitUntil(lambda: bool(cues.feedback and cues.feedback.target), timeout=WAIT)
    assert cues.feedback.target == run.screen.label
    assert page.running.trace.outputs
    row = wait_kept(qtbot, page)
    assert page.currentWidget() is page.result
    assert row.kind == "online"
    assert row.settings["model"] == model.id
    assert row.settings["fingerprint"] == model.fingerprint
    assert row.settings["score"]["trials"] == 2
    assert "of 2" in page.result.facts.values["Trials decided as asked"].text()
    assert page.result.facts.values["Guessing"].text().startswith("Guessing gives")
    assert page.result.facts.values["Adaptation"].text() == "2 steps"
    stored = read_outputs(row.path)
    assert [trial.label for trial in stored.trials] == [trial.label for trial in row.trials]
    assert stored.about["fingerprint"] == model.fingerprint
    click(qtbot, page.result.replay_button)
    replay = page.result.facts.values["Replay"]
    qtbot.waitUntil(lambda: "bit for bit" in replay.text(), timeout=WAIT)
    assert "come again" in replay.text()
    assert window.desk.history.steps[-1].text == "an online run"
    qtbot.waitUntil(lambda: not window.desk.tasks.running, timeout=WAIT)
    assert list((workspace.folder / "bids").rglob("*_eeg.vhdr"))


# nobody listens at that OSC address, which must not matter
def test_a_free_run_adapts_takes_it_back_and_escape_ends_it(page, window, qtbot):
    window.desk.session.go(
        online={"run": "free", "recentring": True, "hop": 0.5, "osc": "127.0.0.1:9"}
    )
    run = start(qtbot, page)
    cues, running = page.conductor.cues, page.running
    qtbot.waitUntil(lambda: running.steps.count() > 0, timeout=WAIT)
    assert cues.feedback.target == ""
    # a decoder that is held up gives the patient nothing to steer
    os.kill(page.conductor.decoder.process.pid, signal.SIGSTOP)
    qtbot.waitUntil(lambda: cues.feedback.shares == (), timeout=WAIT)
    assert "the signal was lost" in running.facts.values["Decoded as"].text()
    os.kill(page.conductor.decoder.process.pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: cues.feedback.shares != (), timeout=WAIT)
    running.steps.setCurrentRow(0)
    click(qtbot, running.revert_button)
    back = "Back to before step 1"
    qtbot.waitUntil(
        lambda: any(back in running.steps.item(row).text() for row in range(running.steps.count())),
        timeout=WAIT,
    )
    with qtbot.waitSignal(page.conductor.kept, timeout=WAIT) as kept:
        qtbot.keyClick(cues, Qt.Key.Key_Escape)
    (row,) = kept.args
    assert run.is_done
    assert row.trials == ()
    assert not window.desk.session.can_stop
    stored = read_outputs(row.path)
    assert stored.outputs
    assert "revert" in [step["step"] for step in stored.updates]


def test_a_model_that_does_not_fit_the_signal_is_refused_in_words(page, window, qtbot):
    window.desk.session.go(source="simulated:channels=3")
    with qtbot.waitSignal(page.conductor.failed, timeout=WAIT):
        click(qtbot, page.plan.start_button)
    assert "trained on channels that the stream does not have" in page.plan.problem.text()
    assert page.currentWidget() is page.plan
    assert not list((window.desk.workspace.folder / "recordings").rglob("*.xdf"))
    assert not window.desk.session.can_stop


def test_closing_the_window_ends_the_run_and_keeps_it(page, window, qtbot):
    workspace = window.desk.workspace
    window.desk.session.go(online={"run": "free"})
    start(qtbot, page)
    decoder = page.conductor.decoder
    window.close()
    assert not decoder.process.is_alive()
    (row,) = workspace.runs_of(1)
    assert row.kind == "online"
    assert read_outputs(row.path).about["settings"]["run"] == "free"


def test_a_model_no_better_than_chance_is_warned_of(page, window):
    add_model(window.desk.workspace, score=0.6)
    session = window.desk.session
    session.go(model=window.desk.workspace.models(1)[-1].id)
    assert "not distinguishable from chance" in page.plan.warning.text()


def test_without_a_model_the_button_leads_to_training(window, qtbot):
    window.desk.session.go(page="online", patient=1)
    button = window.page("online").plan.start_button
    assert button.text() == "Train a model first"
    window.page("online").plan._start()
    assert window.desk.session.state.page == "train"


@pytest.mark.parametrize("kind", ["bar", "arrow", "ball"])
def test_what_is_rejected_is_drawn_neutral_and_what_is_sure_goes_far(qtbot, kind):
    widget = FeedbackWidget(THEMES["dark"])
    qtbot.addWidget(widget)
    widget.resize(480, 400)
    classes = ("left_hand", "right_hand")

    def ink(shares, label):
        """Accent's pixels left and right of the middle."""
        widget.current = Screen("imagery", "", 0.0)
        widget.show_feedback(Feedback(kind, classes, shares, label))
        picture = widget.grab().toImage()
        accent = THEMES["dark"].accent.lower()
        found = [
            x for x in range(picture.width()) for y in range(150, 210, 2)
            if picture.pixelColor(x, y).name() == accent
        ]  # fmt: skip
        return sum(x < 240 for x in found), sum(x > 240 for x in found)

    assert ink((0.45, 0.55), "") == (0, 0)
    left, right = ink((0.1, 0.9), "right_hand")
    assert right > 5 * max(left, 1)
    left, right = ink((0.9, 0.1), "left_hand")
    assert left > 5 * max(right, 1)


def test_classes_without_a_direction_take_free_ones():
    assert turns(("left_hand", "hop", "rest")) == {"left_hand": 180, "hop": 0}
    assert turns(("a", "b")) == {"a": 180, "b": 0}


def test_every_word_of_the_page_is_there_in_french():
    french = phrases("fr")
    said = [*online_run.FACTS, *online_run.REASONS.values(), *online_result.FACTS]
    said += [*online_run.STEPS.values(), *online_plan.TIPS.values()]
    for field in OnlineSettings.model_fields.values():
        labels = (field.json_schema_extra or {}).get("labels", {})
        said += [field.description, *labels.values()]
    said += [*online_plan.score_in_words({"score": None})[:1], "Bar", "Arrow", "Ball"]
    assert [text for text in said if text not in french] == []
