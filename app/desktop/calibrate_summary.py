"""After a run: what there is, what is wrong with it, and where to go."""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from neurokit.app.desktop.calibrate_plan import in_minutes
from neurokit.app.desktop.cards import Facts, card, label, scrolled
from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.trial_pictures import TrialOrder
from neurokit.visits.calibration import FRAME

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.patients.records import Run, Trial

FEW = 10
FACTS = (
    "Trials", "Repeated or interrupted", "Cues that came late", "Cue against plan",
    "Other late frames", "Losses of the signal", "Length", "Saved in",
)  # fmt: skip


class SummaryView(QWidget):
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
        self.title = label("", "title")
        self.verdict = label("")
        self.facts = Facts()
        for name in FACTS:
            self.facts.add(tr(name), name)
        self.trials = TrialOrder(desk)
        frame, inside = card()
        inside.addLayout(self.facts)
        inside.addWidget(self.trials)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)
        column.addStretch(1)
        self.train_button = self._button(tr("Train on this run"), "train")
        self.train_button.setProperty("main", True)
        self.explore_button = self._button(tr("Explore this run"), "explore")
        self.again_button = QPushButton(tr("Another run"))
        self.again_button.clicked.connect(self.again)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.again_button, self.explore_button, self.train_button):
            button.setMinimumHeight(3 * self.fontMetrics().height())
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 24)
        layout.setSpacing(12)
        layout.addWidget(self.title)
        layout.addWidget(self.verdict)
        layout.addWidget(scrolled(top), 1)
        layout.addLayout(buttons)

    def _button(self, text: str, page: str) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda: self.desk.session.go(page=page))
        return button

    def show_run(self, run: Run) -> None:
        """Say what a run gave."""
        good = [trial for trial in run.trials if not trial.rejected]
        void = len(run.trials) - len(good)
        gaps = sum("gap" in trial.flags for trial in good)
        late = sum(trial.late for trial in good)
        title = tr("Run {number} is kept: {count} trials")
        self.title.setText(title.format(number=run.number, count=len(good)))
        self.verdict.setText(_verdict(len(good), late, gaps))
        counts = Counter(trial.label for trial in good)
        kinds = ", ".join(f"{count} × {word(name)}" for name, count in counts.items())
        fates = [
            ("void" if each.rejected else "late" if each.late else "done") for each in run.trials
        ]
        labels = [each.label for each in run.trials]
        self.trials.show_trials(list(zip(labels, fates, strict=True)))
        self.facts.say("Trials", kinds or "0")
        self.facts.say("Repeated or interrupted", str(void))
        self.facts.say(
            "Cues that came late", tr("{late} of {total}").format(late=late, total=len(good))
        )
        others = run.settings.get("late_frames", late) - late
        self.facts.say("Cue against plan", _error(good, run.settings.get("frame", FRAME)))
        self.facts.say("Other late frames", str(max(others, 0)))
        self.facts.say("Losses of the signal", str(run.settings.get("gaps", 0)))
        self.facts.say("Length", in_minutes(run.seconds))
        self.facts.say("Saved in", str(run.path))


def _error(trials: list[Trial], frame: float) -> str:
    """How far the cues were from their time."""
    errors = [abs(each.actual - each.planned) * 1e3 for each in trials if each.actual is not None]
    if not errors:
        return "–"
    text = tr("{median} ms in the median, {most} ms at most; a frame takes {frame} ms")
    return text.format(
        median=f"{median(errors):.1f}", most=f"{max(errors):.1f}", frame=f"{frame * 1e3:.1f}"
    )


def _verdict(n_good: int, n_late: int, n_gaps: int) -> str:
    """What to think of a run, in one sentence."""
    if n_good < FEW:
        return tr(
            "These are few trials: record another run before you trust what is trained on it."
        )
    if n_gaps:
        return tr("The signal was lost in some trials: those are left out. Look at the amplifier.")
    if n_late > n_good // 10:
        return tr("Many cues came late: close other programs, and check this computer.")
    return tr("All is well: go on to training, or record another run.")
