"""``neurokit certify``: whether this computer does, measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from neurokit.visits.certify import Finding, Sheet

_MARKS = {True: "[green]✓ pass[/green]", None: "[yellow]– not measured[/yellow]"}


def certify(
    folder: Annotated[
        Path | None, typer.Argument(help="Where recordings go; by default this folder.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=1.5, max=600, help="How long the stream is recorded, s.")
    ] = 4.0,
    sheet: Annotated[
        Path | None, typer.Option(help="Folder to keep the sheet in, as HTML and JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure disk, stream, markers and display, and say pass or fail.

    Exit code 0: nothing that could be measured failed; 1: something did.

    Example: neurokit certify ~/workspace --sheet ~/workspace/reports
    """
    from neurokit.visits.certify import certify as measure
    from neurokit.visits.certify import make_sheet, write_sheet

    where = folder or Path.cwd()
    if not where.is_dir():
        raise NotADirectoryError(f"{where} is no folder; name the one that recordings go to")
    made = make_sheet([*measure(where, seconds=seconds), _display()])
    kept = write_sheet(made, sheet) if sheet is not None else None
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps({**asdict(made), "passed": made.passed}, indent=2))
    else:
        _show(made, kept)
    if not made.passed:
        raise typer.Exit(1)


def _display() -> Finding:
    """Time the display, where there is one."""
    from neurokit.app.desktop.screen import check_window, has_screen
    from neurokit.visits.certify import Finding

    if not has_screen():
        return Finding("display", None, "there is no screen here")
    window = check_window()
    if not window.fine and window.cure:
        return Finding("display", None, window.found, window.cure)
    from neurokit.app.desktop.display_check import measure_display

    return measure_display()


def _show(sheet: Sheet, kept: Path | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for column in ({"no_wrap": True}, {"no_wrap": True}, {"overflow": "fold"}):
        table.add_column(**column)
    for finding in sheet.findings:
        mark = _MARKS.get(finding.passed, "[red]✗ fail[/red]")
        table.add_row(mark, finding.what, escape(finding.found))
        if finding.advice:
            table.add_row("", "", f"[bold]{escape(finding.advice)}[/bold]")
    console = Console()
    console.print(table)
    console.print(f"This computer: {sheet.in_words}")
    if kept is not None:
        console.print(f"Kept in {kept}")
