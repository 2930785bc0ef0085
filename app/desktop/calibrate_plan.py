"""Before a run: what is asked of the patient, how long it takes, and one button that starts it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from neurokit.app.desktop.cards import Columns, Facts, card, label, scrolled, start_button
from neurokit.app.desktop.cue_painting import word
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.translations import told, tr
from neurokit.app.desktop.trial_pictures import TrialOrder, TrialStory
from neurokit.visits.protocol import CLASSES, GrazProtocol

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.recordings import Live
    from neurokit.app.desktop.session import State

FIRST = ("classes", "trials_per_class", "imagery", "sound")
TIMES = ("baseline", "fixation", "cue", "pause_min", "pause_max")


class PlanView(QWidget):
    """Shows the protocol and the plan that follows from it.

    Signals
    -------
    start(), check()
        Begin the run; check this computer.
    take_up(object), end(object)
        Go on with a run that lost its window, or end it and keep what there is.
    """

    start = pyqtSignal()
    check = pyqtSignal()
    take_up = pyqtSignal(object)
    end = pyqtSignal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.live: Live | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(label(tr("Calibrate"), "title"))
        hint = tr("The patient imagines what the screen asks for, and the program learns from it.")
        layout.addWidget(label(hint, "hint"))
        layout.addWidget(self._make_banner())
        columns = Columns((self._make_protocol(), 3), (self._make_plan(), 2))
        layout.addWidget(scrolled(columns), 1)
        layout.addLayout(self._make_footer())
        self.show_starting(False)

    # made once

    def _make_banner(self) -> QFrame:
        self.banner = QFrame()
        self.banner.setProperty("role", "banner")
        self.banner_text = QLabel()
        self.banner_text.setWordWrap(True)
        self.go_on_button = QPushButton(tr("Go on with it"))
        self.go_on_button.setProperty("main", True)
        self.go_on_button.clicked.connect(lambda: self.take_up.emit(self.live))
        self.end_button = QPushButton(tr("End it and keep it"))
        self.end_button.clicked.connect(lambda: self.end.emit(self.live))
        layout = QHBoxLayout(self.banner)
        layout.addWidget(self.banner_text, 1)
        layout.addWidget(self.go_on_button)
        layout.addWidget(self.end_button)
        self.banner.hide()
        return self.banner

    def _make_protocol(self) -> QWidget:
        protocol = self.desk.session.state.protocol
        self.form = Form(protocol, fields=FIRST, choices={"classes": CLASSES})
        self.times = Form(protocol, fields=TIMES)
        self.times.hide()
        for form in (self.form, self.times):
            form.changed.connect(self._change)
        self.times_button = QPushButton(tr("All times"))
        self.times_button.setCheckable(True)
        self.times_button.toggled.connect(self.times.setVisible)
        self.story = TrialStory(self.desk)
        self.trials = TrialOrder(self.desk)
        frame, layout = card(tr("Protocol"))
        layout.addWidget(self.form)
        layout.addWidget(self.times_button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.times)
        layout.addStretch(1)
        layout.addWidget(label(tr("One trial"), "strong"))
        layout.addWidget(self.story)
        layout.addStretch(3)
        return frame

    def _make_plan(self) -> QWidget:
        frame, layout = card(tr("This run"))
        self.facts = Facts()
        for name in ("Patient", "Signal", "Trials", "Takes", "Patient's screen"):
            self.facts.add(tr(name), name)
        self.order_button = QPushButton(tr("Another order"))
        self.order_button.setToolTip(tr("Draw the order of the trials and the pauses anew"))
        self.order_button.clicked.connect(self._another_order)
        self.order = label("", "strong")
        layout.addLayout(self.facts)
        layout.addSpacing(8)
        layout.addWidget(self.order)
        layout.addWidget(self.trials)
        layout.addWidget(self.order_button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        return frame

    def _make_footer(self) -> QHBoxLayout:
        self.problem = label("", "problem")
        self.start_button = start_button(self, self._start)
        self.check_button = QPushButton(tr("Check this computer"))
        self.check_button.clicked.connect(self.check)
        layout = QHBoxLayout()
        layout.addWidget(self.check_button)
        layout.addWidget(self.problem, 1)
        layout.addWidget(self.start_button)
        return layout

    # what the user does

    def _change(self, protocol: GrazProtocol) -> None:
        self.desk.session.change(tr("the protocol"), protocol=protocol)

    def _another_order(self) -> None:
        protocol = self.desk.session.state.protocol
        self._change(protocol.model_copy(update={"seed": protocol.seed + 1}))

    def _start(self) -> None:
        if self.desk.session.state.patient is None:
            self.desk.session.go(page="patients")
        else:
            self.start.emit()

    # what is shown

    def show_state(self, state: State) -> None:
        """Draw the state."""
        protocol = state.protocol
        self.form.show_model(protocol)
        self.times.show_model(protocol)
        has_patient = state.patient is not None
        patient = self.desk.workspace.patient(state.patient).pseudonym if has_patient else "–"
        counts = Counter(trial.label for trial in protocol.schedule())
        kinds = ", ".join(f"{count} × {word(name)}" for name, count in counts.items())
        self.facts.say("Patient", patient)
        self.facts.say("Signal", source_in_words(state.source))
        self.facts.say("Trials", f"{sum(counts.values())} ({kinds})")
        self.facts.say("Takes", in_minutes(protocol.duration))
        self.facts.say("Patient's screen", _where())
        self.story.show_protocol(protocol)
        self.trials.show_trials([(trial.label, "to come") for trial in protocol.schedule()])
        self.order.setText(tr("Order of the trials (number {seed})").format(seed=protocol.seed))
        self.show_starting(False)

    def show_starting(self, is_starting: bool) -> None:
        """Say that the recorder is about to begin, or that the button begins it."""
        state, workspace = self.desk.session.state, self.desk.workspace
        text = tr("Start the calibration")
        if state.patient is None:
            text = tr("Choose a patient first")
        elif state.recording:
            text = tr("A recording goes on")
        self.start_button.setText(tr("Starting…") if is_starting else text)
        can_write = workspace is not None and not workspace.read_only
        self.start_button.setEnabled(can_write and not is_starting and not state.recording)
        self.start_button.setMinimumHeight(3 * self.fontMetrics().height())
        self.start_button.setMinimumWidth(28 * self.fontMetrics().horizontalAdvance("x"))

    def show_problem(self, text: str) -> None:
        """Say why it did not begin; nothing where all is well."""
        text = told(text)
        self.problem.setText(text[:1].upper() + text[1:])

    def show_live(self, live: Live | None) -> None:
        """Offer a run that lost its window."""
        self.live = live
        self.banner.setVisible(live is not None)
        if live is not None:
            text = tr("The calibration {name} is still recorded, but no window leads it.")
            self.banner_text.setText(text.format(name=live.name))


def in_minutes(seconds: float) -> str:
    """A length of time in words."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    return tr("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def source_in_words(address: str) -> str:
    """Where the signal comes from."""
    kind, _, rest = address.partition(":")
    name = rest.partition(",")[0]
    if kind == "lsl":
        return name or tr("the only LSL stream there is")
    if kind == "simulated":
        return tr("a simulated patient")
    if kind == "replay":
        return tr("a recording, played again: {name}").format(name=name.rpartition("/")[2])
    return f"{kind} {name}".strip()


def _where() -> str:
    if len(QGuiApplication.screens()) > 1:
        return tr("The second screen, all of it")
    return tr("A window on this screen; a double click fills the screen")
