"""Train: choose runs and pipelines, see what each is worth, and take one online."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PyQt6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from neurokit.app.desktop.attempt_detail import AttemptDetail, comparison_text
from neurokit.app.desktop.attempt_table import AttemptTable, Row
from neurokit.app.desktop.session import State
from neurokit.app.desktop.theme import colours
from neurokit.app.desktop.train_choices import TrainChoices
from neurokit.app.desktop.train_plan import Plan, make_plan
from neurokit.app.desktop.train_steps import keep_attempt, model_steps
from neurokit.app.desktop.translations import tr
from neurokit.visits.attempts import Attempt, Comparison, compare_attempts

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.tasks import Task
    from neurokit.patients.records import Training

# widths in letters
CHOICES, RESULTS = 46, 78


class Page(QWidget):
    """Left what is asked for, right the results, best first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.choices = TrainChoices(desk)
        self.table, self.detail = AttemptTable(), AttemptDetail()
        self.empty = QLabel(
            tr(
                "No result yet. Press Train: each way of decoding is tested on trials that it did "
                "not learn from, and the first result is there in a few seconds."
            )
        )
        self.legend = QLabel(
            tr(
                "● accuracy, filled where it is above chance; the line is its 95 % range; grey is "
                "where 95 of 100 guessers fall. The best of several is partly lucky: test it on a "
                "new run."
            )
        )
        for label in (self.empty, self.legend):
            label.setWordWrap(True)
            label.setProperty("role", "hint")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._task: Task | None = None
        self._selected: list[int] = []
        self._attempts: dict[int, Attempt] = {}
        self._compared: tuple[int, ...] = ()
        self._lay_out()
        self._connect()
        self._forget = desk.session.listen(self.show_state)

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.addWidget(self.empty, 1)
        self.results = QWidget()
        column = QVBoxLayout(self.results)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.legend)
        column.addWidget(self.detail)
        right.addWidget(self.results, 1)
        self.columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self.columns.setContentsMargins(12, 12, 12, 12)
        self.columns.setSpacing(16)
        self.columns.addWidget(self.choices)
        self.columns.addLayout(right, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put the results below the choices where there is no room beside them."""
        super().resizeEvent(event)
        letter = self.fontMetrics().averageCharWidth()
        is_wide = self.width() > (CHOICES + RESULTS) * letter
        way = QBoxLayout.Direction
        self.columns.setDirection(way.LeftToRight if is_wide else way.TopToBottom)
        self.choices.setMinimumWidth(CHOICES * letter if is_wide else 0)
        self.choices.setMaximumWidth(CHOICES * letter if is_wide else 16777215)
        self.table.setMinimumHeight(14 * self.fontMetrics().height())

    def _connect(self) -> None:
        self.choices.train.connect(self.train)
        self.choices.cancel.connect(self.cancel)
        self.table.chosen.connect(self._choose)
        self.detail.use.connect(self.use)
        self.detail.pin.connect(self._pin)
        self.detail.delete.connect(self._delete)
        self.detail.noted.connect(self._note)
        start = QShortcut(QKeySequence("Ctrl+Return"), self)
        start.activated.connect(self.choices.button.click)
        remove = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table)
        remove.setContext(Qt.ShortcutContext.WidgetShortcut)
        remove.activated.connect(self._delete)

    # the state

    def showEvent(self, event: QShowEvent | None) -> None:
        """Draw what changed while another page was shown."""
        super().showEvent(event)
        self.show_state(self.desk.session.state)

    def show_state(self, state: State) -> None:
        """Draw the state."""
        if not self.isVisible():
            return
        self.choices.show_state(state)
        self.choices.show_problem(self._problem(state))
        rows = self._rows(state)
        there = {row.training for row in rows}
        self._selected = [training for training in self._selected if training in there]
        if not self._selected and state.attempt in there:
            self._selected = [state.attempt]
        chosen = colours(state.settings)
        self.table.show_rows(rows, self._selected, chosen)
        for widget, is_there in ((self.empty, not rows), (self.results, bool(rows))):
            widget.setVisible(is_there)
        self._show_detail(rows, state)

    def _problem(self, state: State) -> str:
        """What keeps the training from starting."""
        if self.choices.is_training:
            return ""
        try:
            plan = make_plan(self.desk.workspace, state)
        except ValueError as error:
            self.choices.button.setEnabled(False)
            return tr(str(error))
        self.choices.button.setEnabled(bool(plan.candidates))
        return "" if plan.candidates else tr("Choose what to train.")

    def _rows(self, state: State) -> list[Row]:
        workspace = self.desk.workspace
        if workspace is None or state.visit is None:
            return []
        saved = {model.training_id for model in workspace.models(state.patient)}
        return [
            Row(each.id, self._attempt(each), each.note, each.pinned, each.id in saved)
            for each in workspace.trainings(state.visit)
        ]

    def _attempt(self, kept: Training) -> Attempt:
        """The attempt of a training, which never changes, read once."""
        if kept.id not in self._attempts:
            self._attempts[kept.id] = Attempt.model_validate(kept.attempt)
        return self._attempts[kept.id]

    def _show_detail(self, rows: list[Row], state: State) -> None:
        by_number = {row.training: row for row in rows}
        selected = [by_number[training] for training in self._selected]
        fingerprint = ""
        if len(selected) == 1 and selected[0].has_model:
            models = self.desk.workspace.models(state.patient)
            fingerprint = [
                model.fingerprint for model in models if model.training_id == selected[0].training
            ][-1]
        pair = tuple(self._selected) if len(selected) == 2 else ()
        if not pair or pair != self._compared:
            self.detail.show_rows(selected, colours(state.settings), fingerprint)
        if pair and pair != self._compared:
            self._compare(selected)
        self._compared = pair

    def _compare(self, rows: list[Row]) -> None:
        attempts = [row.attempt for row in rows]
        task = self.desk.tasks.start(tr("Comparing"), compare_attempts, *attempts)

        def show(comparison: Comparison) -> None:
            if [row.training for row in rows] == self._selected:
                self.detail.show_comparison(rows, comparison_text(comparison, rows))

        def fail(_: str) -> None:
            text = tr("They were tested on different trials. Train both on the same runs.")
            self.detail.show_comparison(rows, text)

        task.done.connect(show)
        task.failed.connect(fail)

    # intentions

    def train(self) -> None:
        """Train what is chosen; results come one by one."""
        from neurokit.visits.training import train_runs

        state = self.desk.session.state
        try:
            plan = make_plan(self.desk.workspace, state)
        except ValueError as error:
            self.choices.show_problem(tr(str(error)))
            return
        self.choices.show_training(True)
        self.choices.show_problem("")
        task = self.desk.tasks.start(
            tr("Training"), train_runs, *plan.arguments(), **plan.options()
        )
        self._task = task
        visit = state.visit
        task.progress.connect(self.choices.show_progress)
        task.item.connect(lambda attempt: self._keep(visit, attempt, plan))
        task.failed.connect(self._fail)
        task.done.connect(lambda _: self._finish(plan))
        task.ended.connect(self._end)

    def cancel(self) -> None:
        """End the training; what was found is kept."""
        if self._task is not None:
            self._task.cancel()

    def _keep(self, visit: int, attempt: Attempt, plan: Plan) -> None:
        try:
            keep_attempt(self.desk.workspace, visit, attempt, plan)
        except (OSError, ValueError) as error:
            self.cancel()
            self.desk.session.go(message=str(error))
            return
        self.desk.session.refresh()

    def _finish(self, plan: Plan) -> None:
        self.desk.history.append(tr("a training"), plan.as_python(), plan.as_command())
        rows = [row for row in self._rows(self.desk.session.state) if row.attempt.score is not None]
        if rows:
            best = max(rows, key=lambda row: (row.attempt.score, -row.training))
            self._choose([best.training])
            self.detail.use_button.setFocus()

    def _fail(self, problem: str) -> None:
        text = tr("The training was cancelled; its results are kept")
        self.desk.session.go(message=text if problem == "cancelled" else problem)

    def _end(self) -> None:
        self._task = None
        self.choices.show_training(False)
        self.show_state(self.desk.session.state)

    def _choose(self, trainings: list[int]) -> None:
        self._selected = trainings
        self.desk.session.go(attempt=trainings[0] if trainings else None)
        self.show_state(self.desk.session.state)

    def use(self) -> None:
        """Fit the selected attempt's pipeline to all its trials, save it, and go online."""
        row = self._selected_rows()[0]
        workspace, session = self.desk.workspace, self.desk.session
        if row.has_model:
            models = workspace.models(session.state.patient)
            model = [each for each in models if each.training_id == row.training][-1]
            session.go(model=model.id, page="online")
            return
        try:
            path = workspace.new_model_path(row.training)
        except (OSError, ValueError) as error:
            session.go(message=str(error))
            return
        steps = model_steps(workspace, row.attempt, path)
        self.detail.use_button.setEnabled(False)
        task = self.desk.tasks.start(tr("Saving the model"), *steps.arguments, **steps.options)

        def keep(fingerprint: str) -> None:
            model = workspace.add_model(row.training, path, fingerprint)
            self.desk.history.append(tr("a model"), steps.python, steps.command)
            said = tr("The model is saved, SHA-256 {hash}").format(hash=f"{fingerprint[:16]}…")
            session.go(model=model.id, message=said, page="online")

        task.done.connect(keep)
        task.failed.connect(lambda problem: session.go(message=problem))
        task.ended.connect(lambda: self.show_state(session.state))

    def _selected_rows(self) -> list[Row]:
        rows = {row.training: row for row in self._rows(self.desk.session.state)}
        return [rows[training] for training in self._selected if training in rows]

    def _pin(self) -> None:
        rows = self._selected_rows()
        is_pinned = not all(row.pinned for row in rows)
        self._update(tr("a pin"), rows, "pinned", is_pinned)

    def _delete(self) -> None:
        rows = self._selected_rows()
        if rows:
            self._update(tr("deleting a result"), rows, "deleted", True)
            self.desk.session.go(message=tr("The result is deleted; undo brings it back"))

    def _note(self, text: str) -> None:
        rows = self._selected_rows()
        if len(rows) == 1 and text != rows[0].note:
            self._update(tr("a note"), rows, "note", text)

    def _update(self, text: str, rows: list[Row], field: str, value: Any) -> None:
        """Change a field of some attempts; it can be undone."""
        workspace = self.desk.workspace
        before = {row.training: getattr(row, field, False) for row in rows}

        def redo() -> None:
            for training in before:
                workspace.update_training(training, **{field: value})

        def undo() -> None:
            for training, was in before.items():
                workspace.update_training(training, **{field: was})

        try:
            self.desk.session.do(text, redo, undo)
        except OSError as error:
            self.desk.session.go(message=str(error))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Hear no more; what trains is ended with the window's tasks."""
        self._forget()
        self.cancel()
        super().closeEvent(event)
