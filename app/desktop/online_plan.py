"""Before an online run: which model decodes, what the patient sees, and one button to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from neurokit.app.desktop.calibrate_plan import in_minutes, source_in_words
from neurokit.app.desktop.cards import Columns, Facts, card, label, scrolled, start_button
from neurokit.app.desktop.cue_painting import patient_colours, word
from neurokit.app.desktop.feedback import Feedback, FeedbackWidget
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.online_conductor import plan, read_model, read_settings
from neurokit.app.desktop.translations import told, tr
from neurokit.app.desktop.words import day_text, percent, span, time_text
from neurokit.visits.calibration import Screen

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.session import State
    from neurokit.live.online import OnlineSettings

FIRST = ("run", "trials", "feedback", "threshold", "smoothing", "recentring", "learning")
MORE = ("hop", "lsl", "osc", "sham")
TIPS = {
    "threshold": "Below it nothing is decided, and the patient sees a neutral screen",
    "smoothing": "0 follows every window, 0.9 is calm and slow",
    "recentring": "Follows how the cap sits today: for a model of another day",
    "learning": "Small steps that are shown, bounded, and can be taken back",
    "lsl": "For other programs and devices on this machine; empty sends nothing",
    "osc": "For other programs and devices, such as 127.0.0.1:9000; empty sends nothing",
    "sham": "For studies: the patient sees chance; the run says so",
}


class PlanView(QWidget):
    """Shows the model and the settings.

    Signals
    -------
    start()
        Begin the run.
    """

    start = pyqtSignal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(label(tr("Online"), "title"))
        hint = tr("A trained model decodes the live signal, and the patient sees what it decides.")
        layout.addWidget(label(hint, "hint"))
        columns = Columns((self._make_settings(), 3), (self._make_model(), 2))
        layout.addWidget(scrolled(columns), 1)
        layout.addLayout(self._make_footer())

    # made once

    def _make_settings(self) -> QWidget:
        settings = read_settings(self.desk)
        self.form = Form(settings, fields=FIRST)
        self.more = Form(settings, fields=MORE)
        self.more.hide()
        for form in (self.form, self.more):
            for name, editor in form.editors.items():
                editor.setToolTip(tr(TIPS.get(name, "")) if name in TIPS else "")
            form.changed.connect(self._change)
        self.more_button = QPushButton(tr("More settings"))
        self.more_button.setCheckable(True)
        self.more_button.toggled.connect(self.more.setVisible)
        self.preview = FeedbackWidget(patient_colours(self.desk.session.state.settings))
        self.preview.current = Screen("imagery", "", 0.0)
        self.preview.setMinimumHeight(11 * self.fontMetrics().height())
        frame, layout = card(tr("This run"))
        layout.addWidget(self.form)
        layout.addWidget(self.more_button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.more)
        layout.addWidget(label(tr("The patient sees"), "strong"))
        layout.addWidget(self.preview, 1)
        return frame

    def _make_model(self) -> QWidget:
        frame, layout = card(tr("Model"))
        self.models = QComboBox()
        self.models.setAccessibleName(tr("Model"))
        self.models.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.models.currentIndexChanged.connect(self._choose)
        self.facts = Facts()
        for name in ("Score", "Guessing", "Trained on", "Classes", "Signal it needs", "Hash"):
            self.facts.add(tr(name), name)
        self.warning = label("", "problem")
        layout.addWidget(self.models)
        layout.addLayout(self.facts)
        layout.addWidget(self.warning)
        self.advice = label("", "hint")
        layout.addWidget(self.advice)
        layout.addSpacing(12)
        layout.addWidget(label(tr("This patient, now"), "strong"))
        self.now = Facts()
        for name in ("Patient", "Signal", "Takes"):
            self.now.add(tr(name), name)
        layout.addLayout(self.now)
        layout.addStretch(1)
        return frame

    def _make_footer(self) -> QHBoxLayout:
        self.problem = label("", "problem")
        self.start_button = start_button(self, self._start)
        layout = QHBoxLayout()
        layout.addWidget(self.problem, 1)
        layout.addWidget(self.start_button)
        return layout

    # what the user does

    def _change(self, settings: OnlineSettings) -> None:
        kept = {**self.desk.session.state.online, **settings.model_dump(mode="json")}
        self.desk.session.change(tr("the online settings"), online=kept)

    def _choose(self, place: int) -> None:
        number = self.models.itemData(place)
        if number is not None:
            self.desk.session.change(tr("the model"), model=number)

    def _start(self) -> None:
        state = self.desk.session.state
        if state.patient is None:
            self.desk.session.go(page="patients")
        elif state.model is None:
            self.desk.session.go(page="train")
        else:
            self.start.emit()

    # what is shown

    def show_state(self, state: State, step: str = "") -> None:
        """Draw the state; ``step`` says what goes on while a run is about to begin."""
        settings = read_settings(self.desk)
        self.form.show_model(settings)
        self.more.show_model(settings)
        is_cued = settings.run == "cued"
        self.form.editors["trials"].setEnabled(is_cued)
        self._show_models(state)
        about = read_model(self.desk, state.model)
        self._show_about(about, settings)
        self._show_preview(settings, about)
        known = state.patient is not None
        patient = self.desk.workspace.patient(state.patient).pseudonym if known else "–"
        length = in_minutes(plan(self.desk, settings).duration) if is_cued else tr("until stopped")
        self.now.say("Patient", patient)
        self.now.say("Signal", source_in_words(state.source))
        self.now.say("Takes", length)
        self._show_button(state, step)

    def show_problem(self, text: str) -> None:
        """Say why it did not begin; nothing where all is well."""
        text = told(text)
        self.problem.setText(text[:1].upper() + text[1:])

    def _show_button(self, state: State, step: str) -> None:
        text = tr("Start feedback")
        if state.patient is None:
            text = tr("Choose a patient first")
        elif state.model is None:
            text = tr("Train a model first")
        self.start_button.setText(step or text)
        self.start_button.setEnabled(not step and not self.desk.workspace.read_only)
        self.start_button.setMinimumHeight(3 * self.fontMetrics().height())
        self.start_button.setMinimumWidth(28 * self.fontMetrics().horizontalAdvance("x"))

    def _show_models(self, state: State) -> None:
        found = self.desk.workspace.models(state.patient) if state.patient is not None else []
        with QSignalBlocker(self.models):
            self.models.clear()
            for model in reversed(found):
                text = f"{model.name}  ({day_text(model.created)}, {time_text(model.created)})"
                self.models.addItem(text, model.id)
            self.models.setCurrentIndex(self.models.findData(state.model))
        self.models.setEnabled(bool(found))

    def _show_about(self, about: dict[str, Any] | None, settings: OnlineSettings) -> None:
        said = dict.fromkeys(self.facts.values, "–")
        self.warning.setText("")
        self.advice.setText("")
        if about is not None:
            attempt = self._attempt()
            said["Score"], said["Guessing"] = score_in_words(attempt)
            said["Trained on"] = tr("{count} trials").format(count=about.get("trials", "–"))
            said["Classes"] = ", ".join(word(name) for name in about["classes"])
            said["Signal it needs"] = tr("{count} channels at {rate:g} Hz").format(
                count=len(about["channels"]), rate=about["sfreq"]
            )
            model = self.desk.workspace.model(self.desk.session.state.model)
            said["Hash"] = model.fingerprint[:16]
            self._advise(model.training_id, settings)
            above = attempt.get("score") is not None and attempt["score"] > attempt["chance_high"]
            if attempt.get("score") is not None and not above:
                self.warning.setText(
                    tr("This model is not distinguishable from chance: train another one first.")
                )
        for name, text in said.items():
            self.facts.say(name, text)

    def _advise(self, training: int, settings: OnlineSettings) -> None:
        """Say so where the model is of another day and is not recentred."""
        state, workspace = self.desk.session.state, self.desk.workspace
        own = {each.id for each in workspace.trainings(state.visit)} if state.visit else set()
        if training not in own and not settings.recentring:
            text = tr("This model is of another visit: recentring lets it follow today's signal.")
            self.advice.setText(text)

    def _attempt(self) -> dict[str, Any]:
        """The attempt behind the model, as the workspace keeps it."""
        workspace = self.desk.workspace
        model = workspace.model(self.desk.session.state.model)
        return dict(workspace.training(model.training_id).attempt)

    def _show_preview(self, settings: OnlineSettings, about: dict[str, Any] | None) -> None:
        classes = tuple(about["classes"]) if about else ("left_hand", "right_hand")
        label_ = classes[-1]
        shares = tuple(0.8 if name == label_ else 0.2 / (len(classes) - 1) for name in classes)
        target = label_ if settings.run == "cued" else ""
        self.preview.show_feedback(Feedback(settings.feedback, classes, shares, label_, target))


def score_in_words(attempt: dict[str, Any]) -> tuple[str, str]:
    """An accuracy with its interval, and what guessing gives."""
    if attempt.get("score") is None:
        return tr("not evaluated"), "–"
    score = f"{percent(attempt['score'])} ({span(attempt['low'], attempt['high'])})"
    return score, span(attempt["chance_low"], attempt["chance_high"])
