"""During an online run: what the patient sees, what is decoded, how well, and what was learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.calibrate_plan import in_minutes
from neurokit.app.desktop.calibrate_run import STATES
from neurokit.app.desktop.cards import (
    Columns,
    Facts,
    card,
    change_role,
    label,
    run_button,
    scrolled,
)
from neurokit.app.desktop.cue_painting import patient_colours, word
from neurokit.app.desktop.feedback import FeedbackWidget
from neurokit.app.desktop.probability_trace import ProbabilityTrace
from neurokit.app.desktop.theme import colours
from neurokit.app.desktop.translations import told, tr
from neurokit.app.desktop.words import percent

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.online_conductor import OnlineConductor
    from neurokit.live.decoding_process import Step
    from neurokit.live.online import Output
    from neurokit.live.online_score import Score
    from neurokit.visits.calibration import Screen

REASONS = {
    "unsure": "not sure enough",
    "gap": "the signal was lost",
    "signal": "a channel is dead",
}
FACTS = ("Decoded as", "Signal", "Slowest decision")
STEPS = {
    "recentring": "{number}. Mean moved by {amount}",
    "supervised": "{number}. Bias of up to {amount}, from what was asked",
    "unsupervised": "{number}. Bias of up to {amount}, so that no class is favoured",
    "revert": "{number}. Back to before step {step}",
}


class RunView(QWidget):
    """Shows an online run that goes on.

    Signals
    -------
    pause(), repeat(), stop(), revert(int)
        What the buttons ask for.
    """

    pause = pyqtSignal()
    repeat = pyqtSignal()
    stop = pyqtSignal()
    revert = pyqtSignal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        state = desk.session.state
        self.preview = FeedbackWidget(patient_colours(state.settings))
        expanding = QSizePolicy.Policy.Expanding
        self.preview.setSizePolicy(expanding, expanding)
        self.trace = ProbabilityTrace(colours(state.settings))
        self.trace.setSizePolicy(expanding, expanding)
        self.heading = label("", "title")
        self.doing = QLabel()
        self.left = QLabel()
        below = QHBoxLayout()
        below.addWidget(self.doing, 1)
        below.addWidget(self.left)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.heading)
        column.addWidget(self.preview, 3)
        column.addLayout(below)
        column.addWidget(label(tr("Probabilities, as the patient sees them"), "strong"))
        column.addWidget(self.trace, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 24)
        layout.addWidget(Columns((left, 3), (self._make_side(), 2)))

    def _make_side(self) -> QWidget:
        frame, layout = card()
        top = QWidget()
        inside = QVBoxLayout(top)
        inside.setContentsMargins(0, 0, 0, 0)
        self.success = label("", "strong")
        self.success.setWordWrap(True)
        self.success_title = label(tr("Trials decided as asked"), "strong")
        self.guessing = label("", "hint")
        self.problem = label("", "problem")
        self.facts = Facts()
        for name in FACTS:
            self.facts.add(tr(name), name)
        self.steps_title = label(tr("Adaptation"), "strong")
        self.steps = QListWidget()
        self.steps.setAccessibleName(tr("Steps of the adaptation"))
        self.steps.setWordWrap(True)
        self.steps.currentRowChanged.connect(lambda _row: self._show_revert())
        self.revert_button = QPushButton(tr("Take it back"))
        self.revert_button.setToolTip(tr("Take back the chosen step and those after it"))
        self.revert_button.clicked.connect(lambda: self.revert.emit(self.steps.currentRow()))
        for widget in (self.success_title, self.success, self.guessing):
            inside.addWidget(widget)
        inside.addSpacing(8)
        inside.addLayout(self.facts)
        inside.addWidget(self.problem)
        inside.addSpacing(8)
        inside.addWidget(self.steps_title)
        inside.addWidget(self.steps, 1)
        inside.addWidget(self.revert_button)
        # takes what the list of steps does not while it is hidden
        inside.addStretch()
        layout.addWidget(scrolled(top), 1)
        self.pause_button = run_button(self, tr("Pause"), "P", self.pause)
        self.repeat_button = run_button(self, tr("Repeat this trial"), "R", self.repeat)
        self.stop_button = run_button(self, "■ " + tr("Stop now (Esc)"), "", self.stop)
        self.stop_button.setProperty("danger", True)
        for button in (self.pause_button, self.repeat_button, self.stop_button):
            layout.addWidget(button)
        return frame

    def begin(self, conductor: OnlineConductor) -> None:
        """A run begins."""
        settings = conductor.settings
        self.trace.clear(conductor.decoder.classes, settings.threshold)
        self.preview.show_feedback(None)
        self.steps.clear()
        is_cued = settings.run == "cued"
        adapts = settings.recentring or settings.learning != "none"
        scored = (self.success_title, self.success, self.guessing, self.repeat_button)
        adapted = (self.steps_title, self.steps, self.revert_button)
        for widgets, is_seen in ((scored, is_cued), (adapted, adapts)):
            for widget in widgets:
                widget.setVisible(is_seen)
        self._show_revert()

    def show_screen(self, screen: Screen, stamp: float) -> None:
        """Show the patient's screen small, and say what it asks for."""
        self.preview.current = screen
        self.preview.update()
        if screen.kind in ("cue", "imagery") and screen.label:
            self.doing.setText(tr("Imagines: {what}").format(what=word(screen.label)))
        else:
            self.doing.setText(tr(STATES.get(screen.kind, "Feedback without cues")))
        if screen.kind == "cue":
            self.trace.ask(screen.label, stamp)
        elif screen.kind != "imagery":
            self.trace.ask("", stamp)

    def show_outputs(self, outputs: list[Output], conductor: OnlineConductor) -> None:
        """Show what was decoded."""
        latest = outputs[-1]
        self.trace.add(outputs)
        self.preview.show_feedback(conductor.feedback(latest))
        if latest.label:
            self.facts.say("Decoded as", f"● {word(latest.label)}")
        else:
            self.facts.say("Decoded as", f"○ {tr(REASONS[latest.reason])}")

    def show_silence(self, conductor: OnlineConductor) -> None:
        """Show that nothing is decoded at present."""
        self.preview.show_feedback(conductor.neutral())
        self.facts.say("Decoded as", f"○ {tr(REASONS['gap'])}")

    def show_run(self, conductor: OnlineConductor, score: Score) -> None:
        """Show how far it is, how well it goes, and what was learnt."""
        run, decoder = conductor.run, conductor.decoder
        sham = "  ·  " + tr("SHAM: the feedback is not the patient's")
        if conductor.settings.run == "cued":
            current = min(run.n_done + 1, run.n_trials)
            text = tr("Trial {number} of {total}").format(number=current, total=run.n_trials)
            left = tr("about {time} left").format(time=in_minutes(run.seconds_left))
        else:
            text, left = tr("Feedback without cues"), ""
        self.heading.setText(text + (sham if conductor.settings.sham else ""))
        self.left.setText(left)
        self.pause_button.setText(tr("Go on") if run.is_paused else tr("Pause"))
        self.success.setText(success_in_words(score))
        self.guessing.setText(guessing_in_words(score))
        change_role(self.success, "good" if score.is_above_chance else "strong")
        milliseconds = f"{1000 * decoder.slowest:.1f} ms" if decoder.slowest else "…"
        self.facts.say("Slowest decision", milliseconds)
        self._show_signal(conductor)
        for step in decoder.steps[self.steps.count() :]:
            self.steps.addItem(step_in_words(step))
            self.steps.scrollToBottom()
        self._show_revert()

    def _show_signal(self, conductor: OnlineConductor) -> None:
        status, problem = conductor.run.status, conductor.decoder.problem
        if status.stalled_since is not None:
            silent = round(conductor.run.clock() - status.stalled_since)
            self.facts.say(
                "Signal", tr("▲ no signal for {seconds} s").format(seconds=silent), "problem"
            )
        else:
            self.facts.say("Signal", tr("● arriving"), "good")
        text = told(problem or status.problem)
        self.problem.setText(text[:1].upper() + text[1:])
        self.problem.setVisible(bool(text))

    def _show_revert(self) -> None:
        self.revert_button.setEnabled(self.steps.currentRow() >= 0)


def step_in_words(step: Step) -> str:
    """A step of the adaptation, counted from 1."""
    amount, before = f"{step.amount:.2f}", round(step.amount) + 1
    return tr(STEPS[step.kind]).format(number=step.number + 1, amount=amount, step=before)


def success_in_words(score: Score) -> str:
    """Trials that were decided as asked, with the interval of their share."""
    if score.accuracy is None:
        return tr("none yet") if not score.trials else tr("no trial was decided")
    text = tr("{right} of {decided}: {share} ({low} to {high})").format(
        right=score.right,
        decided=score.decided,
        share=percent(score.accuracy),
        low=percent(score.low),
        high=percent(score.high),
    )
    undecided = score.trials - score.decided
    if undecided:
        text += ", " + tr("{count} undecided").format(count=undecided)
    return text


def guessing_in_words(score: Score) -> str:
    """What guessing gives on as many trials."""
    if score.accuracy is None:
        return ""
    return tr("Guessing gives {low} to {high}").format(
        low=percent(score.chance_low), high=percent(score.chance_high)
    )
