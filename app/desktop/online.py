"""The online page: the plan, the run with feedback, and what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QCloseEvent, QShowEvent
from PyQt6.QtWidgets import QStackedWidget

from neurokit.app.desktop.online_conductor import OnlineConductor
from neurokit.app.desktop.online_plan import PlanView
from neurokit.app.desktop.online_result import ResultView
from neurokit.app.desktop.online_run import RunView
from neurokit.app.desktop.translations import tr
from neurokit.live.online_score import score
from neurokit.live.streams import now

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.session import State
    from neurokit.live.online import Output
    from neurokit.patients.records import Run
    from neurokit.visits.calibration import Screen


class Page(QStackedWidget):
    """One view before the run, one during it, one after it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.conductor = OnlineConductor(desk, self)
        self.plan = PlanView(desk)
        self.running = RunView(desk)
        self.result = ResultView(desk)
        for view in (self.plan, self.running, self.result):
            self.addWidget(view)
        self.plan.start.connect(self._start)
        self.running.pause.connect(self.conductor.pause)
        self.running.repeat.connect(self._repeat)
        self.running.stop.connect(desk.session.stop_now)
        self.running.revert.connect(self.conductor.revert)
        self.result.again.connect(self._show_plan)
        self.conductor.began.connect(self._began)
        self.conductor.told.connect(self._told)
        self.conductor.changed.connect(self._changed)
        self.conductor.decoded.connect(self._decoded)
        self.conductor.silent.connect(lambda: self.running.show_silence(self.conductor))
        self.conductor.kept.connect(self._kept)
        self.conductor.failed.connect(self._failed)
        self._forget = desk.session.listen(self.show_state)

    def show_state(self, state: State) -> None:
        """Draw the state."""
        if self.currentWidget() is self.plan and self.isVisible():
            self.plan.show_state(state, self._step())

    def _step(self) -> str:
        """What goes on while a run is about to begin."""
        if self.conductor.is_loading:
            return tr("Loading the model…")
        return tr("Starting…") if self.conductor.is_starting else ""

    def showEvent(self, event: QShowEvent | None) -> None:
        """Choose the patient's newest model where none of this patient's is chosen."""
        super().showEvent(event)
        session = self.desk.session
        patient = session.state.patient
        own = [] if patient is None else [each.id for each in self.desk.workspace.models(patient)]
        if session.state.model not in own:
            session.go(model=own[-1] if own else None)
        self.show_state(session.state)

    def _show_plan(self) -> None:
        self.setCurrentWidget(self.plan)
        self.show_state(self.desk.session.state)
        self.plan.start_button.setFocus()

    # intentions

    def _start(self) -> None:
        self.plan.show_problem("")
        self.conductor.begin()
        self.show_state(self.desk.session.state)

    def _repeat(self) -> None:
        number = self.conductor.repeat()
        if number is None:
            text = tr("There is no trial to repeat yet")
        else:
            text = tr("Trial {number} is void and comes again").format(number=number + 1)
        self.desk.session.go(message=text)

    # news

    def _began(self) -> None:
        self.running.begin(self.conductor)
        self.setCurrentWidget(self.running)
        self.running.pause_button.setFocus()
        self._told()

    def _told(self) -> None:
        conductor = self.conductor
        if conductor.run is None or conductor.decoder is None:
            self.show_state(self.desk.session.state)
            return
        found = score(conductor.decoder.trials, len(conductor.decoder.classes))
        self.running.show_run(conductor, found)

    def _changed(self, screen: Screen) -> None:
        self.running.show_screen(screen, now())
        self._told()

    def _decoded(self, outputs: list[Output]) -> None:
        if self.conductor.run is not None:
            self.running.show_outputs(outputs, self.conductor)

    def _kept(self, run: Run) -> None:
        outcomes = self.conductor.outcomes
        by_class = {
            name: (
                sum(outcome.decided == name for outcome in outcomes if outcome.label == name),
                sum(outcome.label == name for outcome in outcomes),
            )
            for name in dict.fromkeys(outcome.label for outcome in outcomes)
        }
        self.result.show_run(run, by_class, self.conductor.n_steps)
        self.setCurrentWidget(self.result)
        self.result.again_button.setFocus()
        self.desk.session.refresh()

    def _failed(self, text: str) -> None:
        self._show_plan()
        self.plan.show_problem(text)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """End a run that goes on, and keep it."""
        self._forget()
        self.conductor.leave()
        super().closeEvent(event)
