"""What is trained, on what, and how it is tested: the left side of Train."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PyQt6.QtCore import QSignalBlocker, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from neurokit.app.desktop.attempt_detail import class_text
from neurokit.app.desktop.forms import Form
from neurokit.app.desktop.session import State
from neurokit.app.desktop.train_plan import (
    NOTHING,
    OFFERED,
    SPLIT_WORDS,
    WORDS,
    Cut,
    RunItem,
    choices,
    chosen,
    classes_of,
    cut_of,
    runs_of,
)
from neurokit.app.desktop.translations import tr
from neurokit.app.desktop.words import day_text
from neurokit.visits.training_folds import SPLITS

DATA = Qt.ItemDataRole.UserRole
MOST_ROWS = 5


class TrainChoices(QWidget):
    """Runs, pipelines and the split, and the button that trains.

    Signals
    -------
    train(), cancel()
        The large button.
    """

    train = pyqtSignal()
    cancel = pyqtSignal()

    def __init__(self, desk) -> None:
        super().__init__()
        self.desk = desk
        self._make_lists()
        self._make_options()
        self._make_button()
        self._lay_out()

    def _make_lists(self) -> None:
        self.runs, self.pipelines = QListWidget(), QListWidget()
        self.runs.setAccessibleName(tr("Runs"))
        self.pipelines.setAccessibleName(tr("What to train"))
        self.runs.itemChanged.connect(self._choose_runs)
        self.pipelines.itemChanged.connect(self._choose_pipelines)
        self.all_button, self.none_button = QToolButton(), QToolButton()
        self.all_button.setText(tr("All"))
        self.none_button.setText(tr("None"))
        self.all_button.setAccessibleName(tr("Train all"))
        self.none_button.setAccessibleName(tr("Train none"))
        self.all_button.clicked.connect(lambda: self._check_all(Qt.CheckState.Checked))
        self.none_button.clicked.connect(lambda: self._check_all(Qt.CheckState.Unchecked))
        self.picks = QLabel()
        self.picks.setWordWrap(True)
        self.beforehand = QCheckBox(tr("Picked before these trials were seen"))
        self.beforehand.setToolTip(
            tr("From an earlier visit or the literature: then your picks are tested as they are")
        )
        self.beforehand.clicked.connect(self._choose_beforehand)

    def _make_options(self) -> None:
        self.split, self.classes = QComboBox(), QComboBox()
        self.split.setAccessibleName(tr("What is held out for the test"))
        self.classes.setAccessibleName(tr("Classes"))
        for key, words in SPLIT_WORDS.items():
            self.split.addItem(tr(words), key)
        self.split.currentIndexChanged.connect(lambda: self._change(split=self.split.currentData()))
        self.classes.currentIndexChanged.connect(
            lambda: self._change(classes=self.classes.currentData())
        )
        self.assumes = QLabel()
        self.assumes.setProperty("role", "hint")
        self.assumes.setWordWrap(True)
        self.details = QToolButton()
        self.details.setText(tr("Band and time"))
        self.details.setCheckable(True)
        self.details.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.details.setArrowType(Qt.ArrowType.RightArrow)
        self.form = Form(Cut(), fields=("low", "high", "start", "stop"))
        self.form.hide()
        self.details.toggled.connect(self._show_form)
        self.form.changed.connect(
            lambda cut: self._change(**cut.model_dump(include={"low", "high", "start", "stop"}))
        )

    def _make_button(self) -> None:
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.button = QPushButton()
        self.button.setProperty("main", True)
        self.button.setMinimumHeight(2 * self.fontMetrics().height() + 12)
        self.button.setToolTip("Ctrl+Return")
        self.button.clicked.connect(self._press)
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.progress.setAccessibleName(tr("Progress"))
        self.progress.setTextVisible(False)
        self.at_work = QLabel()
        self.at_work.setProperty("role", "hint")
        self.is_training = False
        self.show_training(False)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(_title(tr("What to train")), 1)
        head.addWidget(self.all_button)
        head.addWidget(self.none_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(_title(tr("Runs")))
        layout.addWidget(self.runs)
        layout.addWidget(self.classes)
        layout.addLayout(head)
        layout.addWidget(self.pipelines, 1)
        layout.addWidget(self.picks)
        layout.addWidget(self.beforehand)
        layout.addWidget(_title(tr("Tested on")))
        for widget in (
            *(self.split, self.assumes, self.details, self.form),
            *(self.problem, self.at_work, self.progress, self.button),
        ):
            layout.addWidget(widget)

    # the state

    def show_state(self, state: State) -> None:
        """Draw the state."""
        items = runs_of(self.desk.workspace, state.patient)
        self._show_runs(items, state)
        self._show_pipelines(state)
        self._show_classes([item for item in items if item.run.id in state.runs], state)
        cut = cut_of(state)
        with QSignalBlocker(self.split):
            self.split.setCurrentIndex(self.split.findData(cut.split))
        self.assumes.setText(tr(SPLITS[cut.split]))
        self.form.show_model(cut)
        self.picks.setText(
            tr("Your picks: {features}").format(features=", ".join(map(str, state.features)))
        )
        for widget in (self.picks, self.beforehand):
            widget.setVisible(bool(state.features))
        with QSignalBlocker(self.beforehand):
            self.beforehand.setChecked(state.picked_on == ())

    def _show_runs(self, items: Sequence[RunItem], state: State) -> None:
        with QSignalBlocker(self.runs):
            self.runs.clear()
            for item in items:
                trials = sum(not trial.rejected for trial in item.run.trials)
                words = tr("Visit {visit}, run {run}: {n} trials, {day}").format(
                    visit=item.visit,
                    run=item.run.number,
                    n=trials,
                    day=day_text(item.run.started),
                )
                _add(self.runs, words, item.run.id, item.run.id in state.runs)
        tall = self.runs.sizeHintForRow(0) if items else self.fontMetrics().height()
        self.runs.setFixedHeight(tall * max(min(len(items), MOST_ROWS), 1) + 14)
        self.pipelines.setMinimumHeight(8 * tall)

    def _show_pipelines(self, state: State) -> None:
        there, wanted = choices(state.features), chosen(state)
        with QSignalBlocker(self.pipelines):
            if [self.pipelines.item(k).data(DATA) for k in range(self.pipelines.count())] != there:
                self.pipelines.clear()
                for key in there:
                    words, detail = WORDS.get(key, (key, ""))
                    _add(self.pipelines, tr(words), key, True).setToolTip(tr(detail))
            for k in range(self.pipelines.count()):
                item = self.pipelines.item(k)
                item.setCheckState(_state(item.data(DATA) in wanted))

    def _show_classes(self, items: Sequence[RunItem], state: State) -> None:
        """Offer all classes together and in pairs, where there are more than two."""
        there = classes_of(items)
        pairs = [(a, b) for k, a in enumerate(there) for b in there[k + 1 :]]
        offered: list[tuple[str, ...]] = [(), *pairs]
        with QSignalBlocker(self.classes):
            self.classes.clear()
            for classes in offered:
                self.classes.addItem(_versus(classes or there), classes)
            wanted = cut_of(state).classes
            self.classes.setCurrentIndex(offered.index(wanted) if wanted in offered else 0)
        self.classes.setVisible(len(there) > 2)

    def show_training(self, is_training: bool) -> None:
        """Say what the large button does now."""
        self.is_training = is_training
        self.button.setText(tr("Cancel training") if is_training else tr("Train"))
        for widget in (self.at_work, self.progress):
            widget.setVisible(is_training)
        self.at_work.setText(tr("Reading the runs"))
        self.progress.setValue(0)

    def show_progress(self, share: float, key: str) -> None:
        """Show how far the training is."""
        self.progress.setValue(round(100 * share))
        if key in WORDS:
            self.at_work.setText(f"{100 * share:.0f} % · {tr(WORDS[key][0])}")

    def show_problem(self, text: str) -> None:
        """Say what is in the way."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    # intentions

    def _press(self) -> None:
        (self.cancel if self.is_training else self.train).emit()

    def _choose_runs(self) -> None:
        self.desk.session.go(runs=tuple(sorted(_checked(self.runs))))

    def _choose_pipelines(self) -> None:
        wanted = _checked(self.pipelines)
        there = choices(self.desk.session.state.features)
        usual = [key for key in there if key not in OFFERED]
        self.desk.session.change(
            tr("what is trained"), pipelines=() if wanted == usual else tuple(wanted) or (NOTHING,)
        )

    def _check_all(self, state: Qt.CheckState) -> None:
        with QSignalBlocker(self.pipelines):
            for k in range(self.pipelines.count()):
                self.pipelines.item(k).setCheckState(state)
        self._choose_pipelines()

    def _choose_beforehand(self, is_so: bool) -> None:
        seen = () if is_so else tuple(self.desk.session.state.runs)
        self.desk.session.change(tr("when the features were picked"), picked_on=seen)

    def _change(self, **changes: Any) -> None:
        state = self.desk.session.state
        cut = {**cut_of(state).model_dump(), **changes}
        self.desk.session.change(tr("how trials are cut"), training=cut)

    def _show_form(self, is_open: bool) -> None:
        self.form.setVisible(is_open)
        self.details.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)


def _title(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "strong")
    return label


def _versus(classes: Sequence[str]) -> str:
    return f" {tr('or')} ".join(class_text(name) for name in classes)


def _state(is_checked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if is_checked else Qt.CheckState.Unchecked


def _add(box: QListWidget, text: str, data: object, is_checked: bool) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setData(DATA, data)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(_state(is_checked))
    box.addItem(item)
    return item


def _checked(box: QListWidget) -> list[Any]:
    items = [box.item(k) for k in range(box.count())]
    return [item.data(DATA) for item in items if item.checkState() == Qt.CheckState.Checked]
