"""A whole visit without a window: calibration, training, feedback, on the modules that it uses.

Nothing here is a stand-in: the recorder writes real files, the calibration shows its screens to
nobody, the decoder reads the ring. Only the clock is virtual, so that minutes pass in a second;
with ``neurokit.live.streams.now`` the same runs in real time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np

from neurokit.live.decoding_process import DecodedRecorder, LiveDecoder
from neurokit.live.online import Decoder, OnlineSettings, Output
from neurokit.live.online_score import Score, score
from neurokit.live.outputs import read_outputs, replay
from neurokit.live.recorder import Recorder
from neurokit.live.streams import ReplaySource, Source
from neurokit.patients.records import Model, Run, Trial, Visit
from neurokit.patients.workspace import Workspace
from neurokit.visits.attempts import Attempt, Candidate
from neurokit.visits.calibration import Run as GuidedRun
from neurokit.visits.protocol import GrazProtocol

STEP_SECONDS = 0.1
LEAST_SECONDS = 1e-3
LINGER_SECONDS = 0.5
QUICK = (Candidate(pipeline="csp+lda"), Candidate(pipeline="ts+lr"))
Kind = Literal["calibration", "online"]


class VirtualClock:
    """A clock that goes on when it is told to.

    Parameters
    ----------
    seconds : float
        What it shows at first.
    """

    def __init__(self, seconds: float = 1000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        """Seconds that it shows."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


class Recording:
    """A recording on a virtual clock, and what decodes it.

    Parameters
    ----------
    source : Source
        Not yet open, on the same clock.
    path : path-like
        The XDF file to make.
    clock : VirtualClock
        Moved by ``pass_time``.
    about : dict
        Kept in the sidecar.
    model : path-like, optional
        Decodes what is recorded.
    settings : OnlineSettings, optional
        How.

    Attributes
    ----------
    recorder : Recorder or DecodedRecorder
        Where markers go, the decoder's too.
    """

    def __init__(
        self,
        source: Source,
        path: str | os.PathLike[str],
        clock: VirtualClock,
        about: dict[str, Any] | None = None,
        *,
        model: str | os.PathLike[str] | None = None,
        settings: OnlineSettings | None = None,
    ) -> None:
        self.clock = clock
        self._recorder = Recorder(source, path, about, clock=clock)
        self._live: LiveDecoder | None = None
        self.recorder: Recorder | DecodedRecorder = self._recorder
        if model is None:
            return
        try:
            decoder = Decoder(
                Path(model),
                settings,
                channels=self._recorder.info.channels,
                sfreq=self._recorder.info.sfreq,
            )
        except BaseException:
            self._recorder.close()
            raise
        self._live = LiveDecoder(self._recorder.ring, decoder, path)
        self.recorder = DecodedRecorder(self._recorder, self._live)

    @property
    def must_end(self) -> str:
        """Why it cannot go on; empty while it can."""
        return self._recorder.must_end

    def pass_time(self, seconds: float) -> None:
        """Let time pass, record and decode what it brings."""
        self.clock.advance(float(np.clip(seconds, LEAST_SECONDS, STEP_SECONDS)))
        self._recorder.step()
        if self._live is not None:
            self._live.keep(self._live.step())

    def told(self, model: Model | None) -> dict[str, Any]:
        """What an online run says of its decoding, as the window's runs do."""
        if self._live is None or model is None:
            return {}
        decoder = self._live.decoder
        return {
            "online": decoder.settings.model_dump(mode="json"),
            "model": model.id,
            "fingerprint": model.fingerprint,
            "score": asdict(score(decoder.trials, len(decoder.classes))),
        }

    def linger(self) -> None:
        """Record a little more, for a decoder hears the end of a trial with its next decision."""
        for _ in range(round(LINGER_SECONDS / STEP_SECONDS)):
            self.pass_time(STEP_SECONDS)


def record_run(
    workspace: Workspace,
    visit: Visit,
    source: Source,
    protocol: GrazProtocol,
    clock: VirtualClock,
    *,
    address: str = "",
    model: Model | None = None,
    settings: OnlineSettings | None = None,
) -> Run:
    """Lead a source through a run, and add it to a visit.

    Parameters
    ----------
    workspace : Workspace
        Open for writing.
    visit : Visit
        Whose run it becomes.
    source : Source
        On the clock; a simulated patient obeys the cues.
    protocol : GrazProtocol
        What is asked.
    clock : VirtualClock
        Passes as quickly as the computer allows.
    address : str
        Of the source, for the record.
    model : Model, optional
        With a model it is an online run, decoded as it is recorded.
    settings : OnlineSettings, optional
        How it is decoded.

    Returns
    -------
    run : Run
        As it is stored.
    """
    kind: Kind = "calibration" if model is None else "online"
    about = {"visit": visit.id, "kind": kind, "protocol": protocol.model_dump()}
    path = workspace.new_recording_path(visit.id, kind)
    recording = _begin(source, path, clock, about, model, settings)
    guided = GuidedRun(protocol, cast("Recorder", recording.recorder), clock=clock)
    try:
        while not guided.is_done:
            guided.step(clock())
            guided.shown(clock())
            recording.pass_time(guided.seconds_to_next)
        recording.linger()
    except BaseException:
        recording.recorder.stop()
        raise
    return guided.finish(
        workspace, visit.id, kind=kind, source=address, settings=recording.told(model)
    )


def replay_run(
    workspace: Workspace,
    visit: Visit,
    path: str | os.PathLike[str],
    cues: Mapping[str, str],
    clock: VirtualClock,
    *,
    imagery: float,
    model: Model,
    settings: OnlineSettings | None = None,
) -> Run:
    """Play a recording as if live, decode it, and add it to a visit as an online run.

    Parameters
    ----------
    workspace, visit, clock, model, settings
        As of ``record_run``.
    path : path-like
        Anything that ``read_recording`` reads.
    cues : mapping
        Class of each event that is a cue.
    imagery : float
        Seconds from a cue to the end of imagery.
    """
    from neurokit.files.recordings import events, read_recording

    raw = read_recording(path)
    shown = [(each.sample / raw.info["sfreq"], cues[each.name])
             for each in events(raw) if each.name in cues]  # fmt: skip
    start = clock()
    markers = [(start + when, label) for when, label in shown]
    markers += [(start + when + imagery, "imagery/end") for when, _ in shown]
    about = {"visit": visit.id, "kind": "online", "replayed": Path(path).name}
    target = workspace.new_recording_path(visit.id, "online")
    source = ReplaySource(Path(path), clock=clock)
    recording = _begin(source, target, clock, about, model, settings)
    try:
        _play(recording, sorted(markers))
    except BaseException:
        recording.recorder.stop()
        raise
    told = recording.told(model)
    recording.recorder.stop()
    trials = [Trial(number, label, start + when, start + when)
              for number, (when, label) in enumerate(shown)]  # fmt: skip
    return workspace.add_run(
        visit.id,
        target,
        kind="online",
        trials=trials,
        source=f"replay:{Path(path).name}",
        settings=told,
    )


def _play(recording: Recording, markers: list[tuple[float, str]]) -> None:
    """Record until the source is at its end, with the markers when they are due."""
    clock = recording.clock
    recording.recorder.marker("run/start", clock())
    while not recording.must_end:
        while markers and markers[0][0] <= clock():
            stamp, label = markers.pop(0)
            recording.recorder.marker(label, stamp)
        recording.pass_time(markers[0][0] - clock() if markers else STEP_SECONDS)
    recording.recorder.marker("run/end", clock())


def _begin(
    source: Source,
    path: Path,
    clock: VirtualClock,
    about: dict[str, Any],
    model: Model | None,
    settings: OnlineSettings | None,
) -> Recording:
    where = None if model is None else model.path
    return Recording(source, path, clock, about, model=where, settings=settings)


@dataclass(frozen=True)
class Trained:
    """What training came to: all attempts, the best of them, and its model on the disk."""

    attempts: tuple[Attempt, ...]
    best: Attempt
    model: Model


def train_visit(
    workspace: Workspace,
    visit: Visit,
    runs: Sequence[Run],
    candidates: Sequence[Candidate] = QUICK,
    *,
    classes: Sequence[str] = ("left_hand", "right_hand"),
    seed: int = 42,
    jobs: int = 0,
    progress: Callable[[float, str], None] | None = None,
    **cut: Any,
) -> Trained:
    """Train on runs, keep the attempts, and fit and keep the best one's model.

    Parameters
    ----------
    workspace, visit
        Where they are kept.
    runs : sequence of Run
        Their trials, less those that were rejected.
    candidates : sequence of Candidate
        What is tried; of equal ones the first is the best.
    classes : sequence of str
        Which cues.
    seed, jobs, progress
        As in ``neurokit.visits.training.train``.
    **cut
        ``band``, ``window``, ``channels`` and ``mains`` of ``run_epochs``.

    Raises
    ------
    ValueError
        If no candidate could be trained.
    """
    from neurokit.models import fingerprint
    from neurokit.patients.runs import run_epochs
    from neurokit.visits.training import about_attempt, fit_final, train

    rejected = [(place, trial.number) for place, run in enumerate(runs)
                for trial in run.trials if trial.rejected]  # fmt: skip
    epochs = run_epochs([run.path for run in runs], classes, rejected=rejected, **cut)
    names = [run.path.stem for run in runs]
    attempts = tuple(
        train(epochs, candidates, names=names, seed=seed, jobs=jobs, progress=progress)
    )
    numbers = [workspace.add_training(visit.id, each.model_dump(mode="json")) for each in attempts]
    place = max(range(len(attempts)), key=lambda k: (attempts[k].score or -1.0, -k))
    best, number = attempts[place], numbers[place]
    if best.score is None:
        raise ValueError(f"no pipeline could be trained: {best.problem}")
    path = fit_final(
        epochs, best, workspace.new_model_path(number), seed=seed, about=about_attempt(best)
    )
    return Trained(attempts, best, workspace.add_model(number, path, fingerprint(path)))


@dataclass(frozen=True)
class Decoded:
    """How an online run was decoded.

    ``is_replayed`` says whether its recording, decoded again, gave the same outputs to the bit.
    """

    run: Run
    score: Score
    n_outputs: int
    is_replayed: bool


def judge(run: Run) -> Decoded:
    """Count what was decided in an online run, and decode its recording again.

    Raises
    ------
    FileNotFoundError, ValueError
        If it was not decoded.
    """
    stored = read_outputs(run.path)
    _, again = replay(run.path)
    same = [_numbers(each) for each in again] == [_numbers(each) for each in stored.outputs]
    found = score(stored.trials, len(stored.about["classes"]))
    return Decoded(run, found, len(stored.outputs), same)


def _numbers(output: Output) -> tuple[object, ...]:
    """What must be the same again; stamps are the recorder's live and the file's in a replay."""
    return (output.sample, output.probabilities, output.smoothed, output.feedback, output.label)
