"""``neurokit patients``: who is in a workspace; add, import, export, erase."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from neurokit.patients.workspace import Patient, Workspace

app = typer.Typer(help="Patients of a workspace.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="WORKSPACE", help="Folder of the workspace.")]
Who = Annotated[str, typer.Argument(metavar="PATIENT", help="Pseudonym.")]


@app.callback()
def patients() -> None:
    """Patients of a workspace."""


@app.command("list")
def list_patients(
    folder: Folder,
    search: Annotated[str, typer.Option(help="Words of pseudonym or note.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List patients with their visits, the latest first.

    Example: neurokit patients list clinic --search left
    """
    from neurokit.patients.workspace import Workspace

    with Workspace(folder, read_only=True) as workspace:
        found = workspace.patients(search)
    if as_json:
        typer.echo(json.dumps([_told(patient) for patient in found], indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("patient", "visits", "last visit", "consent", "hand", "lesion", "note")
    for patient in found:
        last = f"{patient.last_visit:%Y-%m-%d}" if patient.last_visit else ""
        fields = (patient.consent, patient.handedness, patient.lesion_side, patient.note)
        table.add_row(patient.pseudonym, str(patient.n_visits), last, *fields)
    Console().print(table)


def _told(patient: Patient) -> dict[str, object]:
    return {
        "pseudonym": patient.pseudonym,
        "visits": patient.n_visits,
        "last_visit": patient.last_visit.isoformat() if patient.last_visit else None,
        "consent": patient.consent,
        "handedness": patient.handedness,
        "lesion_side": patient.lesion_side,
        "note": patient.note,
    }


@app.command()
def add(
    folder: Folder,
    pseudonym: Annotated[
        str | None, typer.Argument(help="Never a name; made by chance if left out.")
    ] = None,
    consent: Annotated[str, typer.Option(help="unknown, given, refused, withdrawn.")] = "unknown",
    handedness: Annotated[str, typer.Option(help="unknown, right, left, both.")] = "unknown",
    lesion_side: Annotated[str, typer.Option(help="unknown, none, left, right, both.")] = "unknown",
    note: Annotated[str, typer.Option(help="Anything but who it is.")] = "",
) -> None:
    """Add a patient, and print the pseudonym; the workspace is made if there is none.

    Example: neurokit patients add clinic --consent given --lesion-side left
    """
    from neurokit.patients.workspace import Workspace

    with Workspace(folder, create=True) as workspace:
        patient = workspace.add_patient(
            pseudonym, consent=consent, handedness=handedness, lesion_side=lesion_side, note=note
        )
    typer.echo(patient.pseudonym)


@app.command()
def note(
    folder: Folder,
    who: Who,
    text: Annotated[str, typer.Argument(help="What is noted.")],
) -> None:
    """Write a note of today's visit, which is opened if there is none yet.

    Example: neurokit patients note clinic KT-4827 "slept badly"
    """
    from neurokit.patients.workspace import Workspace

    with Workspace(folder) as workspace:
        visit = workspace.open_visit(workspace.find_patient(who).id)
        workspace.note(visit.id, text)
    typer.echo(f"noted in visit {visit.number} of {who}")


@app.command()
def edit(
    folder: Folder,
    who: Who,
    consent: Annotated[str | None, typer.Option(help="unknown, given, refused, withdrawn.")] = None,
    handedness: Annotated[str | None, typer.Option(help="unknown, right, left, both.")] = None,
    lesion_side: Annotated[
        str | None, typer.Option(help="unknown, none, left, right, both.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Replaces the note.")] = None,
    score: Annotated[
        list[str] | None, typer.Option(help="SCALE=VALUE, such as FMA-UE=31; is added.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="Day of the scores, YYYY-MM-DD.")] = None,
) -> None:
    """Change what is known of a patient, or add clinical scores.

    Example: neurokit patients edit clinic KT-4827 --consent given --score FMA-UE=31
    """
    from neurokit.patients.workspace import Workspace

    asked = {"consent": consent, "handedness": handedness, "lesion_side": lesion_side, "note": note}
    fields = {name: value for name, value in asked.items() if value is not None}
    scores = [_score(text) for text in score or ()]
    when = _noon(day)
    with Workspace(folder) as workspace:
        patient = workspace.find_patient(who)
        workspace.update_patient(patient.id, **fields)
        for scale, value in scores:
            workspace.add_score(patient.id, scale, value, when)


def _score(text: str) -> tuple[str, float]:
    scale, _, value = text.rpartition("=")
    try:
        return scale, float(value)
    except ValueError:
        raise ValueError(f"--score wants SCALE=VALUE, such as FMA-UE=31, got {text!r}") from None


def _noon(day: str | None) -> datetime | None:
    """Noon of a day."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(f"{day}T12:00") if day else None
    except ValueError:
        raise ValueError(f"--day wants YYYY-MM-DD, such as 2026-03-14, got {day!r}") from None


@app.command()
def visit(folder: Folder, who: Who) -> None:
    """Open today's visit of a patient, and print its number.

    Example: neurokit patients visit clinic KT-4827
    """
    from neurokit.patients.workspace import Workspace

    with Workspace(folder) as workspace:
        opened = workspace.open_visit(workspace.find_patient(who).id)
    typer.echo(opened.number)


@app.command("import")
def import_recordings(
    folder: Folder,
    who: Who,
    recordings: Annotated[list[Path], typer.Argument(help="EDF, BDF, GDF, FIF, XDF, ...")],
    cue: Annotated[
        list[str] | None, typer.Option(help="EVENT=CLASS, such as T1=left_hand.")
    ] = None,
    day: Annotated[
        str | None, typer.Option(help="Day of the visit, YYYY-MM-DD; today by default.")
    ] = None,
    units: Annotated[str | None, typer.Option(help="volts, microvolts, ...")] = None,
) -> None:
    """Import old recordings as runs of one visit; no name comes along.

    Example: neurokit patients import clinic KT-4827 old/run1.edf --cue T1=left_hand
    --cue T2=right_hand --day 2025-03-14
    """
    from neurokit.patients.workspace import Workspace

    cues = dict(_pair(text) for text in cue) if cue else None
    when = _noon(day)
    with Workspace(folder) as workspace:
        visit = workspace.open_visit(workspace.find_patient(who).id, when=when)
        for path in recordings:
            run = workspace.import_recording(visit.id, path, cues, units=units)
            typer.echo(f"run {run.number} of visit {visit.number}: {len(run.trials)} trials")


def _pair(text: str) -> tuple[str, str]:
    event, found, label = text.partition("=")
    if not (event and found and label):
        raise ValueError(f"--cue wants EVENT=CLASS, such as T1=left_hand, got {text!r}")
    return event, label


@app.command()
def export(
    folder: Folder,
    who: Who,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to make.")],
) -> None:
    """Copy a patient's recordings and results into a file that does not say whose they are.

    Example: neurokit patients export clinic KT-4827 for-a-colleague.zip
    """
    from neurokit.patients.archive import export_patient
    from neurokit.patients.workspace import Workspace

    with Workspace(folder, read_only=True) as workspace:
        patient = workspace.find_patient(who)
    typer.echo(export_patient(folder, patient.id, file))


@app.command()
def erase(
    folder: Folder,
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase every trace of a patient: database, recordings, BIDS, models, reports, caches.

    Example: neurokit patients erase clinic KT-4827
    """
    from neurokit.patients.workspace import Workspace

    with Workspace(folder) as workspace:
        patient = workspace.find_patient(who)
        if not yes:
            _ask(workspace, patient)
        erased = workspace.erase(patient.id)
    typer.echo(
        f"a patient was erased: {erased.visits} visits, {erased.runs} runs, {erased.files} files; "
        "backups and exports that lie elsewhere are not reached"
    )


def _ask(workspace: Workspace, patient: Patient) -> None:
    runs = len(workspace.runs_of(patient.id))
    what = f"visits: {patient.n_visits}, runs: {runs}"
    typer.echo(f"All of {patient.pseudonym} would go for ever ({what}).", err=True)
    typed = typer.prompt("Type the pseudonym to erase", err=True)
    if typed.strip() != patient.pseudonym:
        raise ValueError("the pseudonym was another one; nothing was erased")
