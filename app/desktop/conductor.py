"""Conducts a calibration: recorder, patient's window and run, from the start to the kept run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

from neurokit.app.desktop.cue_painting import patient_colours
from neurokit.app.desktop.recordings import KIND, Live, add_to_bids
from neurokit.app.desktop.translations import tr

if TYPE_CHECKING:
    from neurokit.app.desktop.cues import Cues, Presenter
    from neurokit.app.desktop.main_window import Desk
    from neurokit.live.recording_process import RecorderClient, Starting
    from neurokit.patients.records import Run as StoredRun
    from neurokit.visits.calibration import Run
    from neurokit.visits.protocol import GrazProtocol

START_MS = 20
TOLD_MS = 250
LINGER_MS = 1500


class Conductor(QObject):
    """Leads one run at a time.

    A subclass leads online runs: it says what kind they are, what is asked, and what shows it.

    Signals
    -------
    began(), told(), changed(object)
        It runs; there is news of it; the patient sees another screen.
    kept(object), failed(str)
        It has ended: the run as the workspace keeps it; or words that say what went wrong.
    """

    kind = KIND
    began = pyqtSignal()
    told = pyqtSignal()
    changed = pyqtSignal(object)
    kept = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self.desk, self.window = desk, window
        self.run: Run | None = None
        self.cues: Cues | None = None
        self.is_starting = False
        self._presenter: Presenter | None = None
        self._visit = 0
        self._source = ""
        self._forget_stop = lambda: None
        self._starting: Starting | None = None
        self._starter = QTimer(self)
        self._starter.setInterval(START_MS)
        self._starter.timeout.connect(self._poll_start)
        self._teller = QTimer(self)
        self._teller.setInterval(TOLD_MS)
        self._teller.timeout.connect(self.told)
        self._is_stopped = False
        self._ending = QTimer(self)
        self._ending.setSingleShot(True)
        self._ending.timeout.connect(self._finish)

    @property
    def protocol(self) -> GrazProtocol:
        """What is asked of the patient."""
        return self.desk.session.state.protocol

    # beginning

    def begin(self) -> None:
        """Start the recorder, and then the run."""
        state = self.desk.session.state
        if self.run is not None or self.is_starting or state.patient is None:
            return
        workspace = self.desk.workspace
        try:
            visit = state.visit or workspace.open_visit(state.patient).id
            path = workspace.new_recording_path(visit, self.kind)
        except (OSError, ValueError) as error:
            self.failed.emit(str(error))
            return
        self.desk.session.go(visit=visit)
        self.is_starting = True
        self._visit, self._source = visit, state.source
        about = {
            "patient": workspace.patient(state.patient).pseudonym,
            "visit": visit,
            "kind": self.kind,
            "protocol": self.protocol.model_dump(mode="json"),
            "source": state.source,
        }
        from neurokit.live.recording_process import Starting

        self._starting = Starting(state.source, path, about)
        self._forget_stop = self.desk.session.on_stop(self.stop)
        self._starter.start()

    def _poll_start(self) -> None:
        """Look whether the recorder records."""
        try:
            client = self._starting.poll()
        except OSError as error:
            self._starter.stop()
            self._forget_stop()
            self._not_recorded(str(error))
            return
        if client is not None:
            self._starter.stop()
            self._forget_stop()
            self.is_starting = False
            self._attached(client, str(client.sidecar))

    def _cancel_start(self) -> None:
        self._starter.stop()
        self._forget_stop()
        self._starting.cancel()

    def _not_recorded(self, reason: str) -> None:
        self.is_starting = False
        self.failed.emit(reason)

    def _attached(self, client: RecorderClient, sidecar: str) -> None:
        """The signal is recorded: the run may begin."""
        from neurokit.visits.calibration import Run

        self._lead(Run(self.protocol, client), sidecar)

    def take_up(self, live: Live) -> None:
        """Take up a run whose window was lost; it waits, paused."""
        from neurokit.live.recording_process import attach
        from neurokit.visits.calibration import Run
        from neurokit.visits.trials import read_markers

        self._visit, self._source = live.visit, live.source
        try:
            client = attach(live.sidecar)
            markers = read_markers(client.path)
        except (OSError, ValueError) as error:
            self.failed.emit(str(error))
            return
        self._lead(Run.take_up(live.protocol, client, markers), str(live.sidecar))

    def _lead(self, run: Run, sidecar: str) -> None:
        from neurokit.app.desktop.cues import Presenter

        self.run = run
        self.desk.led.append(run)
        session = self.desk.session
        session.go(recording=sidecar, message="")
        self._forget_stop = session.on_stop(self.stop)
        self._open_cues()
        self._presenter = Presenter(run, self.cues, self)
        self._presenter.changed.connect(self.changed)
        self._presenter.ended.connect(self._ended)
        self._is_stopped = False
        self._teller.start()
        self.began.emit()
        self._presenter.begin()

    def _make_cues(self) -> Cues:
        from neurokit.app.desktop.cues import open_cues

        colours = patient_colours(self.desk.session.state.settings)
        return open_cues(colours, self.window.window())

    def _open_cues(self) -> None:
        self.cues = self._make_cues()
        self.run.frame = self.cues.frame
        self.cues.closed.connect(self._lost_cues)

    def _lost_cues(self) -> None:
        """Somebody closed the patient's window: the run waits until it is resumed."""
        if self._presenter is not None and self.run is not None and not self.run.is_done:
            self.run.pause()
            self._presenter.advance()
            self.told.emit()

    # on the way

    def pause(self) -> None:
        """Interrupt the run, or go on with it."""
        if self.run is None:
            return
        if self.run.is_paused:
            self.run.resume()
            self._show_again()
        else:
            self.run.pause()
        self._presenter.advance()
        self.told.emit()

    def _show_again(self) -> None:
        """Bring the patient's window back if it was closed."""
        if not self.cues.isVisible():
            self.cues.show()
            self.cues.begin()

    def repeat(self) -> int | None:
        """Ask the latest trial again; returns its number."""
        if self.run is None:
            return None
        number = self.run.repeat()
        self.told.emit()
        return number

    def stop(self) -> None:
        """End the run now, and keep what there is."""
        if self.is_starting:
            self._cancel_start()
            self._not_recorded(tr("Stopped before the run began"))
        if self.run is None or self._presenter is None:
            return
        self._is_stopped = True
        if self.run.is_done:
            self._finish()
        else:
            self.run.stop()
            self._presenter.advance()

    # the end

    def _ended(self) -> None:
        """Let the patient read that it is over, and the signal settle, unless there is haste."""
        in_haste = self._is_stopped or self.run.problem
        self._ending.start(0 if in_haste else LINGER_MS)

    def _finish(self) -> None:
        run = self.run
        if run is None:
            return
        problem = run.problem
        try:
            row = self._store(run)
        except (OSError, ValueError) as error:
            self._let_go()
            self.failed.emit(str(error))
            return
        self._let_go()
        self._tell_history(row)
        self._add_to_bids(row)
        self.kept.emit(row)
        if problem:
            self.desk.session.go(message=problem)

    def _store(self, run: Run) -> StoredRun:
        return run.finish(self.desk.workspace, self._visit, kind=self.kind, source=self._source)

    def _tell_history(self, row: StoredRun) -> None:
        folder = self.desk.workspace.folder
        visit = self.desk.workspace.visit(row.visit_id)
        patient = self.desk.workspace.patient(visit.patient_id).pseudonym
        settings = shlex.quote(row.protocol.model_dump_json())
        where = shlex.quote(str(folder))
        # a patient cannot be asked again by a script: it takes the run that there is
        self.desk.history.append(
            tr("a calibration"),
            "from neurokit.patients.workspace import Workspace\n"
            f"workspace = Workspace({str(folder)!r})\n"
            f"run = workspace.run({row.id})",
            f"echo {settings} > protocol.yaml\n"
            f"neurokit record --source {shlex.quote(row.source)} --workspace {where} "
            f"--patient {patient} --protocol protocol.yaml",
        )

    def _add_to_bids(self, row: StoredRun) -> None:
        folder = str(self.desk.workspace.folder)
        task = self.desk.tasks.start(tr("Writing the run as BIDS"), add_to_bids, folder, row.id)
        task.failed.connect(lambda text: self.desk.session.go(message=text))

    def _let_go(self) -> None:
        """Close the patient's window and forget the run."""
        self._teller.stop()
        self._ending.stop()
        self._forget_stop()
        if self._presenter is not None:
            self._presenter.close()
            self._presenter = None
        if self.cues is not None:
            cues, self.cues = self.cues, None
            cues.close()
            cues.deleteLater()
        self.run = None
        self.desk.led.clear()
        self.desk.session.go(recording="")

    def leave(self) -> None:
        """Let go of the run; its recording goes on, and can be taken up again."""
        run = self.run
        if self.is_starting:
            self._cancel_start()
            self.is_starting = False
        if run is None:
            return
        if run.is_done:
            self._finish()
            return
        if not run.is_paused:
            run.pause()
        run.recorder.close()
        self._let_go()
