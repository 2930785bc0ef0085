"""A visit of the simulated patient, as ``neurokit demo`` tells it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from neurokit.visits.visit import Decoded, Trained

ONLINE_TRIALS = 10
# twenty minutes of two past visits have passed when this one begins
SESSION = 2


def show_visit(folder: Path, seed: int) -> Path:
    """Calibrate, train, decode and report, and say each step.

    Parameters
    ----------
    folder : Path
        The demo workspace, made where there is none; a visit of the same day goes on.
    seed : int
        Of the order of the cues, and of what is trained.

    Returns
    -------
    report : Path
        The visit's report.
    """
    from neurokit.live.online import OnlineSettings
    from neurokit.patients.bids import add_to_bids
    from neurokit.patients.demo_workspace import PIPELINES, PSEUDONYM, SEED, SOURCE, make_demo
    from neurokit.patients.workspace import Workspace
    from neurokit.simulators.simulated_patient import SimulatedPatient
    from neurokit.visits.protocol import GrazProtocol
    from neurokit.visits.visit import VirtualClock, judge, record_run, train_visit
    from neurokit.visits.visit_report import write_visit_report

    if not folder.is_dir():
        make_demo(folder)
    clock = VirtualClock()
    person = SimulatedPatient(channels=16, seed=SEED, session=SESSION, clock=clock)
    protocol = GrazProtocol(seed=seed)
    with Workspace(folder) as workspace:
        patient = workspace.find_patient(PSEUDONYM)
        visit = workspace.open_visit(patient.id)
        typer.echo(f"\n{PSEUDONYM} comes for visit {visit.number}, on a clock that runs ahead.")
        run = record_run(workspace, visit, person, protocol, clock, address=SOURCE)
        typer.echo(f"Calibration: {len(run.trials)} trials, {run.seconds:.0f} s of signal.")
        trained = train_visit(workspace, visit, [run], PIPELINES, seed=seed)
        _tell_training(trained)
        shorter = protocol.model_copy(update={"trials_per_class": ONLINE_TRIALS, "seed": seed + 1})
        settings = OnlineSettings(hop=0.2, recentring=True)
        online = record_run(
            workspace, visit, person, shorter, clock, address=SOURCE, model=trained.model,
            settings=settings,
        )  # fmt: skip
        _tell_decoding(judge(online))
        for each in (run, online):
            add_to_bids(workspace, each)
        report = write_visit_report(folder, visit.id)
    return report.html


def _tell_training(trained: Trained) -> None:
    for each in trained.attempts:
        if each.score is not None:
            typer.echo(
                f"  {each.pipeline}: {each.score:.0%} ({each.low:.0%} to {each.high:.0%}); "
                f"guessing gives {each.chance_low:.0%} to {each.chance_high:.0%}"
            )
    typer.echo(f"{trained.best.pipeline} goes online, SHA-256 {trained.model.fingerprint[:12]} ...")


def _tell_decoding(decoded: Decoded) -> None:
    again = "the same" if decoded.is_replayed else "NOT the same"
    typer.echo(
        f"Feedback: {decoded.score.in_words()}.\n"
        f"Decoded again from its file: {again}, bit for bit, in {decoded.n_outputs} decisions."
    )
