"""The calibration's page: the plan, the run, and what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QCloseEvent, QShowEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from neurokit.app.desktop.calibrate_plan import PlanView
from neurokit.app.desktop.calibrate_run import RunView
from neurokit.app.desktop.calibrate_summary import SummaryView
from neurokit.app.desktop.conductor import Conductor
from neurokit.app.desktop.recordings import Live, find_live
from neurokit.app.desktop.translations import tr

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.app.desktop.session import State
    from neurokit.patients.records import Run
    from neurokit.visits.calibration import Screen


class Page(QWidget):
    """One view before the run, one during it, one after it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.conductor = Conductor(desk, self)
        self.plan = PlanView(desk)
        self.running = RunView(desk)
        self.summary = SummaryView(desk)
        # a stacked widget would ask for the room that its views would like best
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for view in (self.plan, self.running, self.summary):
            layout.addWidget(view)
        self.show_view(self.plan)
        self.plan.start.connect(self._start)
        self.plan.check.connect(lambda: self.window().check_computer())
        self.plan.take_up.connect(self._take_up)
        self.plan.end.connect(self._end)
        self.running.pause.connect(self.conductor.pause)
        self.running.repeat.connect(self._repeat)
        self.running.stop.connect(desk.session.stop_now)
        self.summary.again.connect(self._plan_another)
        self.conductor.began.connect(self._began)
        self.conductor.told.connect(self._told)
        self.conductor.changed.connect(self._changed)
        self.conductor.kept.connect(self._kept)
        self.conductor.failed.connect(self._failed)
        self._forget = desk.session.listen(self.show_state)

    def show_view(self, view: QWidget) -> None:
        """Show one of the three views."""
        self.view = view
        for each in (self.plan, self.running, self.summary):
            each.setVisible(each is view)

    def show_state(self, state: State) -> None:
        """Draw the state."""
        if self.view is self.plan:
            self.plan.show_state(state)
            self.plan.show_starting(self.conductor.is_starting)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Look for a run that lost its window, and for an order that was used before."""
        super().showEvent(event)
        state = self.desk.session.state
        if self.conductor.run is None and self.desk.workspace is not None:
            folder = self.desk.workspace.folder / "recordings"
            self.plan.show_live(None if state.recording else next(find_live(folder), None))
            self._draw_new_order(state)
        self.show_state(self.desk.session.state)

    def _draw_new_order(self, state: State) -> None:
        """Let no patient meet the same order twice: they would come to know it."""
        if state.patient is None:
            return
        runs = self.desk.workspace.runs_of(state.patient)
        used = {run.protocol.seed for run in runs if run.protocol is not None}
        if state.protocol.seed in used:
            seed = max(used) + 1
            self.desk.session.go(protocol=state.protocol.model_copy(update={"seed": seed}))

    # intentions

    def _start(self) -> None:
        self.plan.show_problem("")
        self.conductor.begin()
        self.plan.show_starting(self.conductor.is_starting)

    def _take_up(self, live: Live) -> None:
        self.plan.show_live(None)
        self.conductor.take_up(live)

    def _end(self, live: Live) -> None:
        self.plan.show_live(None)
        self.conductor.take_up(live)
        self.conductor.stop()

    def _plan_another(self) -> None:
        self.show_view(self.plan)
        self.show_state(self.desk.session.state)
        self.plan.start_button.setFocus()

    def _repeat(self) -> None:
        number = self.conductor.repeat()
        if number is None:
            text = tr("There is no trial to repeat yet")
        else:
            text = tr("Trial {number} is void and comes again").format(number=number + 1)
        self.desk.session.go(message=text)

    # news

    def _began(self) -> None:
        self.show_view(self.running)
        self.running.pause_button.setFocus()
        self._told()

    def _told(self) -> None:
        if self.conductor.run is not None:
            self.running.show_run(self.conductor.run)

    def _changed(self, screen: Screen) -> None:
        self.running.show_screen(screen)
        self._told()

    def _kept(self, run: Run) -> None:
        self.summary.show_run(run)
        self.show_view(self.summary)
        self.summary.train_button.setFocus()
        session = self.desk.session
        own = {each.id for each in self.desk.workspace.runs_of(session.state.patient)}
        chosen = [number for number in session.state.runs if number in own]
        session.go(runs=(*chosen, run.id))
        self._draw_new_order(session.state)
        session.refresh()

    def _failed(self, text: str) -> None:
        self.show_view(self.plan)
        self.show_state(self.desk.session.state)
        self.plan.show_problem(text)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Let go of a run that goes on: its recording does not end with its window."""
        self._forget()
        self.conductor.leave()
        super().closeEvent(event)
