"""During a run: what the patient sees, how far it is, how the recording stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.calibrate_plan import in_minutes
from neurokit.app.desktop.cards import Facts, card, label, run_button, scrolled
from neurokit.app.desktop.cue_painting import patient_colours, word
from neurokit.app.desktop.translations import told, tr
from neurokit.app.desktop.trial_pictures import TrialOrder

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.visits.calibration import Run, Screen

GIGABYTE = 1e9
STATES = {
    "baseline": "Baseline: the patient rests",
    "fixation": "Get ready: the cross is shown",
    "pause": "Between two trials",
    "paused": "Paused: the patient sees a short break",
    "done": "The run is over",
}
FACTS = ("Signal", "Saved", "Free space", "Late frames", "Repeated")


class RunView(QWidget):
    """Shows a run that goes on.

    Signals
    -------
    pause(), repeat(), stop()
        What the buttons ask for; ``pause`` both interrupts and goes on.
    """

    pause = pyqtSignal()
    repeat = pyqtSignal()
    stop = pyqtSignal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        from neurokit.app.desktop.cues import CueWidget

        self.desk = desk
        self.preview = CueWidget(patient_colours(desk.session.state.settings))
        self.preview.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.heading = QLabel()
        self.heading.setProperty("role", "title")
        self.doing = label("")
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.left = label("", "hint")
        below = QHBoxLayout()
        below.addWidget(self.doing, 1)
        below.addWidget(self.left)
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(self.heading)
        column.addWidget(self.preview, 1)
        column.addWidget(self.progress)
        column.addLayout(below)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 24)
        layout.setSpacing(16)
        layout.addLayout(column, 3)
        layout.addWidget(self._make_side(), 2)

    def _make_side(self) -> QFrame:
        frame, layout = card()
        self.facts = Facts()
        for name in FACTS:
            self.facts.add(tr(name), name)
        self.problem = label("", "problem")
        self.trials = TrialOrder(self.desk)
        top = QWidget()
        inside = QVBoxLayout(top)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(label(tr("Recording"), "strong"))
        inside.addLayout(self.facts)
        inside.addWidget(self.problem)
        inside.addSpacing(8)
        inside.addWidget(label(tr("Trials"), "strong"))
        inside.addWidget(self.trials)
        inside.addStretch(1)
        layout.addWidget(scrolled(top), 1)
        self.pause_button = run_button(self, tr("Pause"), "P", self.pause)
        self.repeat_button = run_button(self, tr("Repeat this trial"), "R", self.repeat)
        self.stop_button = run_button(self, "■ " + tr("Stop now (Esc)"), "", self.stop)
        self.stop_button.setProperty("danger", True)
        for button in (self.pause_button, self.repeat_button, self.stop_button):
            layout.addWidget(button)
        return frame

    def show_screen(self, screen: Screen) -> None:
        """Show the patient's screen small, and say what it asks for."""
        self.preview.current = screen
        self.preview.update()
        if screen.kind in ("cue", "imagery"):
            self.doing.setText(tr("Imagines: {what}").format(what=word(screen.label)))
        else:
            self.doing.setText(tr(STATES[screen.kind]))

    def show_run(self, run: Run) -> None:
        """Show how far it is, and how the recording stands."""
        current = min(run.n_done + 1, run.n_trials)
        text = tr("Trial {number} of {total}").format(number=current, total=run.n_trials)
        self.heading.setText(text)
        self.progress.setRange(0, max(run.n_trials, 1))
        self.progress.setValue(run.n_done)
        self.progress.setFormat(f"{run.n_done} / {run.n_trials}")
        self.left.setText(tr("about {time} left").format(time=in_minutes(run.seconds_left)))
        self.pause_button.setText(tr("Go on") if run.is_paused else tr("Pause"))
        self.trials.show_trials(run.order)
        self._show_status(run)

    def _show_status(self, run: Run) -> None:
        status = run.status
        if status.stalled_since is not None:
            silent = run.clock() - status.stalled_since
            text = tr("▲ no signal for {seconds} s").format(seconds=round(silent))
            self.facts.say("Signal", text, "problem")
        elif status.state == "starting":
            self.facts.say("Signal", "…")
        else:
            self.facts.say("Signal", tr("● arriving"), "good")
        sfreq = run.recorder.info.sfreq
        safe = in_minutes(status.acknowledged / sfreq)
        self.facts.say("Saved", safe)
        self.facts.say("Free space", f"{status.free_bytes / GIGABYTE:.0f} GB")
        self.facts.say("Late frames", str(run.n_late), "problem" if run.n_late > 2 else "")
        self.facts.say("Repeated", str(run.n_void))
        gaps = len(status.gaps)
        lost = tr("Losses of the signal: {count}; the trials they touched are flagged.")
        problem = told(status.problem) or (lost.format(count=gaps) if gaps else "")
        self.problem.setText(problem[:1].upper() + problem[1:])
        self.problem.setVisible(bool(problem))
