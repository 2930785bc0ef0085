"""Conducts an online run: recorder, decoder, patient's window and run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSignal

from neurokit.app.desktop.conductor import Conductor
from neurokit.app.desktop.cue_painting import patient_colours
from neurokit.app.desktop.translations import tr
from neurokit.live.streams import now

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from neurokit.app.desktop.cues import Cues
    from neurokit.app.desktop.main_window import Desk
    from neurokit.live.decoding_process import DecoderClient
    from neurokit.live.online import OnlineSettings, Output, TrialOutcome
    from neurokit.live.recording_process import RecorderClient
    from neurokit.patients.records import Run as StoredRun
    from neurokit.visits.calibration import Run
    from neurokit.visits.protocol import GrazProtocol

POLL_MS = 8
SILENT_SECONDS = 1.0


class OnlineConductor(Conductor):
    """Leads an online run.

    Signals
    -------
    decoded(object), silent()
        Outputs that have come, as a list; none has come for a while.
    """

    kind = "online"
    decoded = pyqtSignal(object)
    silent = pyqtSignal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(desk, window)
        self.decoder: DecoderClient | None = None
        self.settings = read_settings(desk)
        self._protocol = desk.session.state.protocol
        self.is_loading = self._is_leaving = False
        # of the run that ended last
        self.outcomes: tuple[TrialOutcome, ...] = ()
        self.n_steps = 0
        self._client: RecorderClient | None = None
        self._sidecar = ""
        self._heard = 0.0
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._receive)

    @property
    def protocol(self) -> GrazProtocol:
        """What is asked of the patient."""
        return self._protocol

    def begin(self) -> None:
        """Start recorder and decoder, and then the run."""
        from neurokit.live.decoding_process import DecoderClient

        self.settings = read_settings(self.desk)
        self._protocol = plan(self.desk, self.settings)
        state = self.desk.session.state
        super().begin()
        if self.is_starting:
            model = self.desk.workspace.model(state.model).path
            sinks = {"lsl": self.settings.lsl, "osc": self.settings.osc}
            # it loads the model while the recorder starts
            self._end_decoder()
            self.decoder = DecoderClient(None, model, self.settings, **sinks)

    def _not_recorded(self, reason: str) -> None:
        super()._not_recorded(reason)
        self._let_go()

    def _attached(self, client: RecorderClient, sidecar: str) -> None:
        self._client, self._sidecar, self.is_loading = client, sidecar, True
        self.decoder.attach(client)
        self._forget_stop = self.desk.session.on_stop(self.stop)
        self._poll.start()
        self.told.emit()

    def _receive(self) -> None:
        """Take what the decoder gave, and tell the patient at once."""
        if self.decoder is None:
            return
        outputs = self.decoder.receive()
        if self.is_loading and (self.decoder.is_ready or self.decoder.problem):
            self.is_loading = False
            self._begin_run() if self.decoder.is_ready else self._give_up(self.decoder.problem)
        if outputs:
            self._heard = now()
            self._show(outputs)
            self.decoded.emit(outputs)
        elif self.run is not None and now() - self._heard > SILENT_SECONDS + self.settings.hop:
            # a patient must not go on steering what stands still
            self.cues.show_feedback(self.neutral())
            self.silent.emit()

    def neutral(self):
        """What the patient sees where nothing is decided."""
        from neurokit.app.desktop.feedback import Feedback

        return Feedback(self.settings.feedback, self.decoder.classes)

    def _begin_run(self) -> None:
        from neurokit.live.decoding_process import DecodedRecorder
        from neurokit.visits.calibration import Run
        from neurokit.visits.free_run import FreeRun

        self._forget_stop()
        self._heard = now()
        recorder = DecodedRecorder(self._client, self.decoder)
        is_cued = self.settings.run == "cued"
        run = Run(self.protocol, recorder) if is_cued else FreeRun(recorder)
        self._lead(run, self._sidecar)

    def _give_up(self, problem: str) -> None:
        """Nothing was asked of the patient yet: the recording of it is not kept."""
        path = self._client.path
        with contextlib.suppress(OSError):
            self._client.stop()
        self._client.close()
        for leftover in (path, path.with_suffix(".json")):
            leftover.unlink(missing_ok=True)
        self._let_go()
        self.failed.emit(problem)

    def _make_cues(self) -> Cues:
        from neurokit.app.desktop.cues import place_cues
        from neurokit.app.desktop.feedback import FeedbackWidget

        colours = patient_colours(self.desk.session.state.settings)
        return place_cues(FeedbackWidget(colours), self.window.window())

    def _show(self, outputs: list[Output]) -> None:
        if self.cues is not None and self.run is not None:
            self.cues.show_feedback(self.feedback(outputs[-1]))

    def feedback(self, output: Output):
        """What the patient sees of an output."""
        from neurokit.app.desktop.feedback import Feedback

        screen = self.run.screen if self.run is not None else None
        target = screen.label if screen is not None and screen.kind == "imagery" else ""
        classes = self.decoder.classes
        return Feedback(self.settings.feedback, classes, output.feedback, output.label, target)

    # on the way and at the end

    def stop(self) -> None:
        """End the run now; one that has not begun is given up."""
        if self.is_loading:
            self.is_loading = False
            self._give_up(tr("Stopped before the run began"))
        else:
            super().stop()

    def revert(self, number: int) -> None:
        """Take a step of the adaptation back."""
        if self.decoder is not None:
            self.decoder.revert(number)

    def _store(self, run: Run) -> StoredRun:
        from neurokit.live.online_score import score

        workspace, decoder = self.desk.workspace, self.decoder
        model = workspace.model(self.desk.session.state.model)
        # stopping gives the last trial too
        run.recorder.decoder.stop()
        self.outcomes, self.n_steps = decoder.trials, len(decoder.steps)
        found = score(decoder.trials, max(len(decoder.classes), 2))
        settings = {
            "online": self.settings.model_dump(mode="json"),
            "model": model.id,
            "fingerprint": model.fingerprint,
            "score": vars(found),
            "slowest_decision": decoder.slowest,
        }
        return run.finish(
            workspace, self._visit, kind="online", source=self._source, settings=settings
        )

    def _tell_history(self, row: StoredRun) -> None:
        model = self.desk.workspace.model(self.desk.session.state.model)
        self.desk.history.append(
            tr("an online run"),
            "from neurokit.live.outputs import replay\n"
            f"decoder, outputs = replay({str(row.path)!r})  # as it was decoded online",
            f"neurokit decode {model.path} --recording {row.path}",
        )

    def _let_go(self) -> None:
        self._poll.stop()
        self._end_decoder()
        self._client = None
        super()._let_go()

    def leave(self) -> None:
        """The window closes: the run ends with it, and is kept."""
        if self.is_starting:
            self._cancel_start()
        if self.is_loading:
            self.stop()
        elif self.run is not None:
            self._is_leaving = True
            self.run.stop()
            self._finish()
        self._end_decoder()

    def _add_to_bids(self, row: StoredRun) -> None:
        # no task outlives its window
        if not self._is_leaving:
            super()._add_to_bids(row)

    def _end_decoder(self) -> None:
        if self.decoder is not None:
            self.decoder.close()
        self.decoder = None


def read_settings(desk: Desk) -> OnlineSettings:
    """Settings of online runs as the session has them."""
    from neurokit.live.online import OnlineSettings

    return OnlineSettings.model_validate(desk.session.state.online)


def read_model(desk: Desk, number: int | None) -> dict | None:
    """What a model's file says of itself; None where there is none."""
    from neurokit.models import describe

    if number is None:
        return None
    try:
        return describe(desk.workspace.model(number).path)["metadata"]
    except (OSError, ValueError):
        return None


def plan(desk: Desk, settings: OnlineSettings) -> GrazProtocol:
    """The calibration's protocol with the model's classes, in an order new to the patient."""
    state = desk.session.state
    about = read_model(desk, state.model)
    runs = desk.workspace.runs_of(state.patient) if state.patient is not None else []
    used = [run.protocol.seed for run in runs if run.protocol is not None]
    changes = {
        "classes": tuple(about["classes"]) if about else state.protocol.classes,
        "trials_per_class": settings.trials,
        "seed": max([state.protocol.seed, *used]) + 1,
    }
    return state.protocol.model_copy(update=changes)
