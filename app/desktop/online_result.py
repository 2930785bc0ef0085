"""After an online run: how well it went, and whether the recording gives the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from neurokit.app.desktop.calibrate_plan import in_minutes
from neurokit.app.desktop.cards import Facts, card, change_role, label
from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.online_run import guessing_in_words, success_in_words
from neurokit.app.desktop.translations import tr
from neurokit.live.online_score import Score

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.patients.records import Run

FACTS = (
    "Trials decided as asked", "Guessing", "By class", "Feedback", "Adaptation", "Model", "Length",
    "Saved in", "Replay",
)  # fmt: skip


def check_replay(path: str) -> str:
    """Decode a recording again, and say whether the outputs are the same."""
    from neurokit.live import outputs

    return outputs.check_replay(path)


class ResultView(QWidget):
    """Says what a run gave.

    Signals
    -------
    again()
        Another run is wanted.
    """

    again = pyqtSignal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.run: Run | None = None
        self.title = label("", "title")
        self.verdict = label("")
        self.facts = Facts()
        for name in FACTS:
            self.facts.add(tr(name), name)
        frame, inside = card()
        inside.addLayout(self.facts)
        self.again_button = QPushButton(tr("Another run"))
        self.again_button.setProperty("main", True)
        self.again_button.clicked.connect(self.again)
        self.replay_button = QPushButton(tr("Check the replay"))
        self.replay_button.setToolTip(
            tr("Decode the recording again: the outputs must be the same, bit for bit")
        )
        self.replay_button.clicked.connect(self._check)
        self.patient_button = QPushButton(tr("To the patient's report"))
        self.patient_button.clicked.connect(lambda: desk.session.go(page="patients"))
        buttons = QHBoxLayout()
        for button in (self.again_button, self.replay_button, self.patient_button):
            button.setMinimumHeight(3 * self.fontMetrics().height())
            buttons.addWidget(button)
        buttons.addStretch(1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for widget in (self.title, self.verdict, frame):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 24)
        layout.addWidget(body)

    def show_run(self, run: Run, by_class: dict[str, tuple[int, int]], n_steps: int) -> None:
        """Say what a run gave; ``by_class`` counts right and all trials of each class."""
        self.run = run
        settings = run.settings["online"]
        score = Score(**run.settings["score"])
        is_cued = settings["run"] == "cued"
        self.title.setText(tr("Run {number} is kept").format(number=run.number))
        self.verdict.setText(_verdict(score, settings) if is_cued else "")
        change_role(self.verdict, "good" if score.is_above_chance else "")
        self.facts.say("Trials decided as asked", success_in_words(score) if is_cued else "–")
        self.facts.say("Guessing", guessing_in_words(score) or "–")
        counts = ", ".join(
            tr("{name} {right} of {total}").format(name=word(name), right=right, total=total)
            for name, (right, total) in by_class.items()
        )
        self.facts.say("By class", counts or "–")
        sham = tr("a sham, not the patient's") if settings["sham"] else tr("the patient's own")
        self.facts.say("Feedback", f"{tr(settings['feedback'].capitalize())}: {sham}")
        self.facts.say("Adaptation", tr("{count} steps").format(count=n_steps))
        self.facts.say("Model", run.settings["fingerprint"][:16])
        self.facts.say("Length", in_minutes(run.seconds))
        self.facts.say("Saved in", str(run.path))
        self.facts.say("Replay", tr("not checked yet"))
        self.replay_button.setEnabled(True)

    def _check(self) -> None:
        if self.run is None:
            return
        self.replay_button.setEnabled(False)
        self.facts.say("Replay", tr("decoding the recording again…"))
        task = self.desk.tasks.start(tr("Checking the replay"), check_replay, str(self.run.path))
        task.done.connect(lambda text: self._say(text, "good" if "bit for bit" in text else ""))
        task.failed.connect(lambda text: self._say(text, "problem"))

    def _say(self, text: str, role: str) -> None:
        self.facts.say("Replay", text[:1].upper() + text[1:], role)
        self.replay_button.setEnabled(True)


def _verdict(score: Score, settings: dict) -> str:
    """What to think of a run, in one sentence."""
    if settings["sham"]:
        return tr("A sham: the score is of what was decoded, not of what the patient saw.")
    if score.accuracy is None:
        return tr("No trial was decided: lower the threshold, or train another model.")
    if score.is_above_chance:
        return tr("The patient controls the feedback: this is more than guessing.")
    return tr(
        "This is not distinguishable from guessing: more trials, recentring or a new "
        "calibration may help."
    )
