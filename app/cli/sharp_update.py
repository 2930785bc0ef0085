"""``neurokit sharp update``: a person's decoder learns one more visit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from neurokit.patients.records import Model
    from neurokit.patients.workspace import Workspace


def update(
    folder: Annotated[Path, typer.Argument(metavar="WORKSPACE", help="Folder of the workspace.")],
    who: Annotated[str, typer.Argument(metavar="PATIENT", help="Pseudonym.")],
    model: Annotated[
        int | None, typer.Option(help="Number of the model; the latest that can learn.")
    ] = None,
    run: Annotated[
        list[int] | None,
        typer.Option(help="Number of a run, again for more; the latest visit's new ones."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the history as JSON.")] = False,
) -> None:
    """Let a person's decoder learn a visit; the old model stays, a new one is added.

    Its accuracy is that of the old model on this visit, before it learnt it.

    Example: neurokit sharp update clinic KT-4827
    """
    from neurokit.patients.workspace import Workspace
    from neurokit.visits.updating import update_decoder, update_history

    with Workspace(folder) as workspace:
        patient = workspace.find_patient(who)
        chosen = _model(workspace, patient.id, model)
        try:
            made, _ = update_decoder(workspace, chosen.id, run, progress=_say)
        except KeyboardInterrupt:
            typer.echo("stopped; the model is as it was", err=True)
            raise typer.Exit(130) from None
        told = update_history(workspace, patient.id)
    if as_json:
        import json

        typer.echo(json.dumps(told, indent=1))
        return
    last = told[-1]
    capacity = ", ".join(f"{share:.0%}" for share in last["capacity"])
    typer.echo(
        f"model {made.id} is model {chosen.id} with visit {last['visit']} learnt; before, it "
        f"decided {last['score']:.0%} of the visit's {last['n_trials']} trials "
        f"(95 % interval {last['low']:.0%} to {last['high']:.0%}, chance {last['chance']:.0%}). "
        f"Capacity left by layer: {capacity}; memory: {last['memory_bytes'] / 1000:.0f} kB; "
        f"{last['seconds']:.1f} s"
    )


def _model(workspace: Workspace, patient_id: int, number: int | None) -> Model:
    """The model that was asked for, or the latest that is a pipeline which learns."""
    found = workspace.models(patient_id)
    if number is not None:
        mine = [model for model in found if model.id == number]
        if not mine:
            raise ValueError(
                f"the patient has no model {number}; there are "
                f"{', '.join(str(model.id) for model in found) or 'none'}"
            )
        return mine[0]
    able = [
        model
        for model in found
        if workspace.training(model.training_id).attempt.get("pipeline") == "sharp"
    ]
    if not able:
        raise ValueError("the patient has no model that can learn a visit; train sharp first")
    return able[-1]


def _say(share: float, text: str) -> None:
    typer.echo(f"[{share * 100:.0f}/100] {text}", err=True)
