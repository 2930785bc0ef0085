"""``neurokit report``: what a visit gave, for the clinician."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Reports, as HTML and as PDF.", no_args_is_help=True)


@app.callback()
def report() -> None:
    """Reports, as HTML and as PDF."""


@app.command()
def visit(
    folder: Annotated[Path, typer.Argument(metavar="WORKSPACE", help="Folder of the workspace.")],
    who: Annotated[str, typer.Argument(metavar="PATIENT", help="Pseudonym.")],
    number: Annotated[
        int | None, typer.Argument(metavar="VISIT", help="Its number; the last one by default.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the files; the patient's reports by default.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or fr.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a visit's report: one page for the clinician and an annex.

    Example: neurokit report visit clinic KT-4827 3 --out /tmp
    """
    from neurokit.patients.workspace import Workspace
    from neurokit.visits.visit_report import write_visit_report

    with Workspace(folder, read_only=True) as workspace:
        visits = workspace.visits(workspace.find_patient(who).id)
    found = [each for each in visits if number in (None, each.number)]
    if not found:
        there = ", ".join(str(each.number) for each in visits) or "none"
        raise ValueError(f"{who} has no visit {number or ''}; there are {there}".replace(" ;", ";"))
    written = write_visit_report(folder, found[-1].id, into=out, language=language)
    if as_json:
        typer.echo(json.dumps({"html": str(written.html), "pdf": str(written.pdf)}))
    else:
        typer.echo(f"{written.html}\n{written.pdf}")
