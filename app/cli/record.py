"""``neurokit record``: a source to a file that survives a crash, with or without a protocol."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.live.recorder import Status
    from neurokit.patients.workspace import Workspace


def record(
    source: Annotated[
        str, typer.Option(help="lsl:NAME, brainflow:BOARD, replay:FILE or simulated:strength=1.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="The XDF file to make.")] = None,
    workspace: Annotated[
        Path | None, typer.Option(help="Record into a workspace instead, for --patient.")
    ] = None,
    patient: Annotated[str | None, typer.Option(help="Pseudonym, in the workspace.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="How long; until Ctrl+C if not said.")
    ] = None,
    protocol: Annotated[
        Path | None, typer.Option(help="YAML of a Graz protocol, whose cues are shown here.")
    ] = None,
    marker: Annotated[
        list[str] | None, typer.Option(help="A marker at the start; again for more.")
    ] = None,
    recover: Annotated[
        Path | None, typer.Option(help="Mend what was not ended below this folder, and stop.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Record until Ctrl+C; each line that is typed meanwhile becomes a marker.

    Example: neurokit record --source lsl:actiCHamp --workspace clinic --patient KT-4827
    --protocol hands.yaml
    """
    if recover is not None:
        _recover(recover, as_json)
        return
    if not source or (out is None) == (workspace is None) or bool(workspace) != bool(patient):
        raise ValueError(
            "neurokit record wants --source, and either --out FILE.xdf or --workspace DIR with "
            "--patient ID; neurokit record --help shows an example"
        )
    plan = None
    if protocol is not None:
        from neurokit.visits.protocol import read_protocol

        plan = read_protocol(protocol)
    with ExitStack() as stack:
        place = _Place(out, workspace, patient, stack)
        place.about |= {"kind": "calibration", "protocol": plan.model_dump() if plan else None}
        _record(source, place, plan, seconds, marker or [], as_json)


class _Place:
    """Where a recording goes: a file of its own, or a patient's visit."""

    def __init__(
        self, out: Path | None, folder: Path | None, patient: str | None, stack: ExitStack
    ) -> None:
        self.workspace: Workspace | None = None
        self.visit_id = 0
        self.about: dict[str, Any] = {}
        if out is not None:
            self.path = out
            return
        from neurokit.patients.workspace import Workspace

        self.workspace = stack.enter_context(Workspace(folder or "."))
        person = self.workspace.find_patient(patient or "")
        self.visit_id = self.workspace.open_visit(person.id).id
        self.path = self.workspace.new_recording_path(self.visit_id, "calibration")
        self.about = {"patient": person.pseudonym, "visit": self.visit_id}


def _record(
    source: str, place: _Place, plan: Any, seconds: float | None, markers: list[str], quiet: bool
) -> None:
    from neurokit.app.cli.recording_lines import Watch
    from neurokit.live.recording_process import start

    about = {key: value for key, value in place.about.items() if value is not None}
    client = start(source, place.path, about)
    try:
        watch = Watch(client, plan, quiet=quiet)
        for label in markers:
            watch.mark(label)
        status = watch.until(seconds)
        trials: tuple[Any, ...] = watch.run.trials if watch.run else ()
        path = _add_run(place, watch, source)
        _summarise(path, status, client.info.sfreq, trials, quiet)
    finally:
        client.close()


def _add_run(place: _Place, watch: Any, source: str) -> Path:
    """Add what was recorded to its visit, if it has one; returns where it lies."""
    if place.workspace is None:
        return place.path
    if watch.run is not None:
        run = watch.run.finish(place.workspace, place.visit_id, source=source)
    else:
        run = place.workspace.add_run(place.visit_id, place.path, source=source)
    from neurokit.patients.bids import add_to_bids

    add_to_bids(place.workspace, run)
    return Path(run.path)


def _summarise(
    path: Path, status: Status, sfreq: float, trials: tuple[Any, ...], as_json: bool
) -> None:
    lost = sum(length for _, length in status.gaps)
    told = {
        "path": str(path),
        "ended": status.state,
        "seconds": round(status.written / sfreq, 3),
        "samples": status.written,
        "markers": status.markers,
        "gaps": len(status.gaps),
        "lost_seconds": round(lost, 3),
        "trials": sum(not trial.rejected for trial in trials),
    }
    if as_json:
        typer.echo(json.dumps(told))
        return
    gaps = f", {len(status.gaps)} gaps of {lost:.1f} s in all" if status.gaps else ""
    typer.echo(
        f"{path}: {told['seconds']:.0f} s, {status.written} samples, {status.markers} markers"
        f"{gaps}; {status.state}"
    )
    if trials:
        typer.echo(f"{told['trials']} of {len(trials)} trials count")


def _recover(folder: Path, as_json: bool) -> None:
    from neurokit.live.recording_process import unfinished
    from neurokit.patients.rescue import rescue

    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    told: list[dict[str, Any]] = []
    for recording in unfinished(folder):
        try:
            rescued = rescue(recording)
        except (ValueError, OSError) as error:
            told.append({"recording": str(recording.path), "problem": str(error)})
            continue
        run = _adopt(folder, rescued)
        told.append(
            {
                "recording": str(rescued.path),
                "seconds": round(rescued.seconds, 3),
                "trials": sum(not trial.rejected for trial in rescued.trials),
                "run": None if run is None else run.number,
            }
        )
    if as_json:
        typer.echo(json.dumps(told))
        return
    for each in told:
        said = each.get("problem") or f"mended, {each['seconds']} s, {each['trials']} trials"
        added = f", run {each['run']} of its visit" if each.get("run") else ""
        typer.echo(f"{each['recording']}: {said}{added}")
    if not told:
        typer.echo(f"every recording below {folder} was ended: there is nothing to mend")


def _adopt(folder: Path, rescued: Any) -> Any:
    """Give a recording back to its visit, where it lies in a workspace and says which."""
    from neurokit.patients.rescue import adopt
    from neurokit.patients.workspace import Workspace
    from neurokit.patients.workspace_schema import DATABASE

    for parent in (rescued.path.absolute(), *rescued.path.absolute().parents):
        if (parent / DATABASE).is_file():
            with Workspace(parent) as workspace:
                return adopt(workspace, rescued)
    return None
