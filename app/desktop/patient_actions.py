"""What can be done with a patient: visits, import, export, backup, erasing; each leaves its line.

No dialog here but those that ask; a path that is given is not asked for.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QFileDialog, QWidget

from neurokit.app.desktop.translations import language, tr
from neurokit.patients.records import Patient, Run

if TYPE_CHECKING:
    from neurokit.app.desktop.main_window import Desk
    from neurokit.patients.importing import Converted, Inspection
    from neurokit.visits.visit_report import VisitReport

# of a patient, and of no use for the next one
_THEIRS: dict[str, Any] = {
    "runs": (), "rejected": frozenset(), "features": (), "attempt": None, "model": None,
    "focus_channel": "", "focus_frequency": None,
}  # fmt: skip


def open_patient(desk: Desk, patient_id: int | None, visit_id: int | None = None) -> None:
    """Look at a patient: at a visit of theirs, the last one by default."""
    if desk.session.state.recording:
        desk.session.go(
            message=tr("A run is being recorded; end it before you go to another visit")
        )
        return
    workspace = desk.workspace
    visits = workspace.visits(patient_id) if patient_id is not None else []
    if visit_id is None and visits:
        visit_id = visits[-1].id
    runs = workspace.runs(visit_id) if visit_id is not None else []
    chosen = [run for run in runs if run.kind != "online"]
    models = workspace.models(patient_id) if patient_id is not None else []
    changes = _THEIRS | {
        "patient": patient_id,
        "visit": visit_id,
        "runs": tuple(run.id for run in chosen),
        "rejected": _rejected(chosen),
        "model": models[-1].id if models else None,
        "message": "",
    }
    desk.session.go(**changes)


def _rejected(runs: Sequence[Run]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (run.id, trial.number) for run in runs for trial in run.trials if trial.rejected
    )


def new_visit(desk: Desk, patient: Patient) -> None:
    """Open today's visit, and go to the signals."""
    visit = desk.workspace.open_visit(patient.id)
    open_patient(desk, patient.id, visit.id)
    _step(desk, tr("a visit"), patient, "workspace.open_visit({patient})", "visit")
    desk.session.go(page="signals")


def same_as_last_time(desk: Desk, patient: Patient) -> None:
    """Open today's visit with all that the last one was made with."""
    settings = desk.workspace.same_as_last_time(patient.id)
    new_visit(desk, patient)
    for name, value in settings.items():
        try:
            desk.session.go(**{name: value})
        except ValueError:
            # kept by an older program: what no longer fits is left as it is
            continue
    desk.session.go(message=tr("Everything is set as it was last time"))


def add_patient(desk: Desk) -> Patient:
    """Add a patient under a made pseudonym, and open it; undo takes it out of the list."""
    workspace = desk.workspace
    patient = workspace.add_patient()

    def show(*, archived: bool) -> None:
        workspace.update_patient(patient.id, archived=archived)

    desk.session.do(
        tr("the new patient"), lambda: show(archived=False), lambda: show(archived=True)
    )
    python = f"workspace.add_patient({patient.pseudonym!r})"
    _step(desk, tr("a patient"), patient, python, "add")
    open_patient(desk, patient.id)
    return patient


def edit_patient(desk: Desk, patient: Patient, name: str, value: object) -> None:
    """Change a field of a patient; it can be undone."""
    workspace = desk.workspace
    before = getattr(patient, name)

    def put(field: object) -> None:
        workspace.update_patient(patient.id, **{name: field})

    text = tr("{field} of {patient}").format(field=tr(FIELDS[name]), patient=patient.pseudonym)
    desk.session.do(text, lambda: put(value), lambda: put(before))
    python = f"workspace.update_patient({{patient}}, {name}={value!r})"
    option = "--" + name.replace("_", "-")
    _step(desk, text, patient, python, "edit", option, str(value))


FIELDS = {
    "consent": "consent",
    "handedness": "handedness",
    "lesion_side": "side of the lesion",
    "note": "note",
}


def add_score(desk: Desk, patient: Patient, scale: str, value: float, when: datetime) -> None:
    """Keep a value on a clinical scale; it can be undone."""
    workspace = desk.workspace
    try:
        score = workspace.add_score(patient.id, scale, value, when)
    except ValueError as error:
        desk.session.go(message=str(error))
        return
    workspace.remove_score(score.id)
    desk.session.do(
        tr("a score"),
        lambda: workspace.restore_score(score),
        lambda: workspace.remove_score(score.id),
    )
    python = f"workspace.add_score({{patient}}, {scale!r}, {value!r}, {_moment(when)})"
    told = ("--score", f"{scale}={value:g}", "--day", f"{when:%Y-%m-%d}")
    _step(desk, tr("a score"), patient, python, "edit", *told)


def remove_score(desk: Desk, patient: Patient, score_id: int) -> None:
    """Take a score away; it can be undone."""
    workspace = desk.workspace
    (score,) = (each for each in workspace.scores(patient.id) if each.id == score_id)
    desk.session.do(
        tr("removing a score"),
        lambda: workspace.remove_score(score.id),
        lambda: workspace.restore_score(score),
    )


def _moment(when: datetime) -> str:
    return f"datetime.fromisoformat({when.isoformat()!r})"


# files that come and go


def import_recordings(desk: Desk, patient: Patient, parent: QWidget, paths: list[str]) -> None:
    """Look into recordings, ask what their events mean, and import them."""
    from neurokit.patients.importing import inspect_recordings

    task = desk.tasks.start(tr("Looking into the recordings"), inspect_recordings, paths)
    task.failed.connect(lambda text: desk.session.go(message=text))
    task.done.connect(lambda found: _ask(desk, patient, parent, found))


def _ask(desk: Desk, patient: Patient, parent: QWidget, found: Inspection) -> None:
    from neurokit.app.desktop.import_dialog import ImportDialog

    dialog = ImportDialog(found, parent)
    dialog.accepted.connect(
        lambda: _convert(desk, patient, list(found.paths), dialog.cues(), dialog.when())
    )
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _convert(
    desk: Desk, patient: Patient, paths: list[str], cues: dict[str, str], when: datetime
) -> None:
    """Import the first of some recordings in a process of its own, and then the others."""
    from neurokit.patients.importing import convert_recording

    path, *others = paths
    workspace = desk.workspace
    visit = workspace.open_visit(patient.id, when=when)
    target = workspace.new_recording_path(visit.id, "imported")
    name = tr("Importing {name}").format(name=Path(path).name)
    task = desk.tasks.start(name, convert_recording, path, target, cues)

    def keep(converted: Converted) -> None:
        try:
            run = workspace.add_imported(visit.id, converted)
        except ValueError as error:
            desk.session.go(message=str(error))
        else:
            _told_import(desk, patient, run, path, cues, when)
        if others:
            _convert(desk, patient, others, cues, when)

    task.done.connect(keep)
    task.failed.connect(lambda text: desk.session.go(message=text))


def _told_import(
    desk: Desk, patient: Patient, run: Run, path: str, cues: dict[str, str], when: datetime
) -> None:
    options = [word for event, label in cues.items() for word in ("--cue", f"{event}={label}")]
    python = (
        f"visit = workspace.open_visit({{patient}}, when={_moment(when)})\n"
        f"workspace.import_recording(visit.id, {path!r}, {cues!r})"
    )
    told = (path, *options, "--day", f"{when:%Y-%m-%d}")
    _step(desk, tr("an imported recording"), patient, python, "import", *told)
    open_patient(desk, patient.id, run.visit_id)
    text = tr("The recording is imported: {count} trials").format(count=len(run.trials))
    desk.session.go(message=text)
    desk.session.refresh()


def write_report(desk: Desk, patient: Patient) -> None:
    """Write the report of the open visit, and show it."""
    from neurokit.visits.visit_report import write_visit_report

    visit = desk.workspace.visit(desk.session.state.visit)
    task = desk.tasks.start(
        tr("Writing the report"),
        write_visit_report,
        desk.workspace.folder,
        visit.id,
        language=language(),
    )
    task.failed.connect(lambda text: desk.session.go(message=text))
    task.done.connect(lambda written: _show_report(desk, written))
    find = f"workspace.visits({{patient}})[{visit.number - 1}].id"
    python = f"write_visit_report(workspace.folder, {find}, language={language()!r})"
    told = (str(visit.number), "--language", language())
    _step(desk, tr("a report"), patient, python, "report", *told)


def _show_report(desk: Desk, written: VisitReport) -> None:
    desk.session.go(message=tr("The report is written: {path}").format(path=written.pdf))
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(written.html)))


def export_patient(desk: Desk, patient: Patient, path: str) -> None:
    """Copy a patient into a zip file without identity."""
    from neurokit.patients.archive import export_patient as work

    folder = desk.workspace.folder
    name = tr("Exporting without identity")
    task = desk.tasks.start(name, work, folder, patient.id, _zip(path))
    task.failed.connect(lambda text: desk.session.go(message=text))
    task.done.connect(
        lambda made: desk.session.go(message=tr("Exported to {path}").format(path=made))
    )
    python = f"workspace.export({{patient}}, {path!r})"
    _step(desk, tr("an export"), patient, python, "export", path)


def back_up(desk: Desk, path: str) -> None:
    """Copy the workspace into a zip file."""
    from neurokit.patients.archive import backup

    folder = desk.workspace.folder
    task = desk.tasks.start(tr("Backing up"), backup, folder, _zip(path))
    task.failed.connect(lambda text: desk.session.go(message=text))
    task.done.connect(
        lambda made: desk.session.go(message=tr("Backed up to {path}").format(path=made))
    )
    desk.history.append(
        tr("a backup"),
        f"from neurokit.patients.archive import backup\nbackup({str(folder)!r}, {path!r})",
        shlex.join(["neurokit", "backup", str(folder), path]),
    )


def erase_patient(desk: Desk, patient: Patient) -> None:
    """Erase every trace of a patient, here and in what the window remembers."""
    session = desk.session
    if desk.tasks.running:
        session.go(message=tr("Something is being computed; wait until it ends, or cancel it"))
        return
    before = session.state
    # nothing of the window may ask for who is no longer there
    source = "lsl:" if patient.pseudonym in before.source else before.source
    session.go(**(_THEIRS | {"patient": None, "visit": None, "source": source, "online": {}}))
    try:
        desk.workspace.erase(patient.id)
    except (OSError, ValueError) as error:
        session.go(**(dict(before) | {"message": str(error)}))
        return
    session.forget_edits()
    desk.history.steps[:] = [
        step for step in desk.history.steps if patient.pseudonym not in step.python + step.command
    ]
    desk.history.append(tr("an erased patient"), "# a patient was erased", "# a patient was erased")
    session.save()
    session.go(message=tr("The patient is erased; backups that lie elsewhere are not reached"))
    session.refresh()


def ask_save(parent: QWidget, title: str, name: str) -> str:
    """Ask where a zip file goes; empty where the user changed their mind."""
    path, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / name), "ZIP (*.zip)")
    return path


def ask_recordings(parent: QWidget) -> list[str]:
    """Ask for recordings; empty where the user changed their mind."""
    from neurokit.files.recordings import SUFFIXES

    kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
    title = tr("Import recordings")
    paths, _ = QFileDialog.getOpenFileNames(parent, title, "", f"{tr('Recordings')} ({kinds})")
    return paths


def _zip(path: str) -> str:
    return path if path.endswith(".zip") else f"{path}.zip"


def _step(
    desk: Desk, text: str, patient: Patient, python: str, command: str, *options: str
) -> None:
    """Note what was done; the script opens the workspace for each step, and lets it go."""
    folder, name = str(desk.workspace.folder), patient.pseudonym
    lines = python.replace("{patient}", f"workspace.find_patient({name!r}).id").splitlines()
    imports = ["from neurokit.patients.workspace import Workspace"]
    if "datetime." in python:
        imports.insert(0, "from datetime import datetime")
    if command == "report":
        imports.insert(0, "from neurokit.visits.visit_report import write_visit_report")
    script = [*imports, f"with Workspace({folder!r}) as workspace:", *(f"    {x}" for x in lines)]
    group = ["report", "visit"] if command == "report" else ["patients", command]
    told = shlex.join(["neurokit", *group, folder, name, *options])
    desk.history.append(text, "\n".join(script), told)
