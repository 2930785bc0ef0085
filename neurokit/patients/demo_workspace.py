"""A workspace to try everything in: a patient who is not there, with two past visits."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from neurokit.patients.records import to_text
from neurokit.patients.workspace import Run, Visit, Workspace
from neurokit.simulators.simulated_patient import SimulatedPatient
from neurokit.visits.attempts import Candidate
from neurokit.visits.protocol import GrazProtocol
from neurokit.visits.visit import VirtualClock, record_run, train_visit

PSEUDONYM = "DEMO-01"
SOURCE = "simulated:strength=1.0,channels=16"
SEED = 7
# strength of the patient in each past visit, days ago, and a clinical score of then
VISITS = ((0.55, 21, 38.0), (0.75, 7, 44.0))
N_RUNS = 2
FORSAKEN_SECONDS = 3600
PROTOCOL = GrazProtocol(trials_per_class=10, baseline=5.0, seed=SEED)
PIPELINES = (Candidate(pipeline="ts+lr"), Candidate(pipeline="csp+lda"))


def make_demo(folder: str | os.PathLike[str], progress: Callable[..., None] | None = None) -> Path:
    """Make the workspace, whole or not at all.

    Parameters
    ----------
    folder : path-like
        Where it goes; there is nothing yet.
    progress : callable
        Is told the part that is done, and what comes next.

    Returns
    -------
    folder : Path
        Where it is.
    """
    folder = Path(folder).absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    tell = progress or (lambda *_: None)
    _sweep(folder)
    part = Path(tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent))
    try:
        with Workspace(part, create=True) as workspace:
            _fill(workspace, tell)
        # whoever was quicker has made the same
        if not folder.is_dir():
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _prefix(folder: Path) -> str:
    return f".{folder.name}-"


def _sweep(folder: Path) -> None:
    """Take away what was begun here long ago and killed."""
    for part in folder.parent.glob(f"{_prefix(folder)}*"):
        if time.time() - part.stat().st_mtime > FORSAKEN_SECONDS:
            shutil.rmtree(part, ignore_errors=True)


def _fill(workspace: Workspace, tell: Callable[..., None]) -> None:
    patient = workspace.add_patient(
        PSEUDONYM,
        consent="given",
        handedness="right",
        lesion_side="left",
        note="A simulated patient: no person stands behind these data.",
    )
    for number, (strength, days, score) in enumerate(VISITS):
        when = datetime.now() - timedelta(days=days)
        visit = workspace.open_visit(patient.id, when=when)
        runs = []
        for run in range(N_RUNS):
            tell((number + run / (N_RUNS + 1)) / len(VISITS), f"visit {number + 1}, run {run + 1}")
            seed = SEED + 10 * number + run
            started = when + timedelta(minutes=10 * run)
            runs.append(_record(workspace, visit, strength, number, seed, started))
        workspace.add_score(patient.id, "FMA-UE", score, when)
        later = when + timedelta(minutes=10 * N_RUNS)
        workspace.note(visit.id, "Sat still, a little tired at the end", later)
        tell((number + N_RUNS / (N_RUNS + 1)) / len(VISITS), f"visit {number + 1}, training")
        _train(workspace, visit, runs, later + timedelta(minutes=5))


def _record(
    workspace: Workspace, visit: Visit, strength: float, session: int, seed: int, started: datetime
) -> Run:
    """A run on a virtual clock: minutes in a second."""
    clock = VirtualClock()
    protocol = PROTOCOL.model_copy(update={"seed": seed})
    patient = SimulatedPatient(
        strength=strength, channels=16, seed=SEED, session=session, run=seed, clock=clock
    )
    stored = record_run(workspace, visit, patient, protocol, clock, address=SOURCE)
    # it was recorded in a moment, some days ago
    workspace.update("runs", stored.id, {"started": to_text(started)})
    return workspace.run(stored.id)


def _train(workspace: Workspace, visit: Visit, runs: list[Run], when: datetime) -> None:
    """Train on the runs of a visit, on its day."""
    trained = train_visit(workspace, visit, runs, PIPELINES, classes=PROTOCOL.classes)
    for training in workspace.trainings(visit.id):
        workspace.update("trainings", training.id, {"created": to_text(when)})
    workspace.update("models", trained.model.id, {"created": to_text(when)})
