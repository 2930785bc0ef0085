"""``neurokit doctor``: what this computer can do, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from neurokit.doctor import Check

_MARKS = {True: "[green]fine[/green]", None: "[yellow]wish[/yellow]", False: "[red]mend[/red]"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what this computer can do and what is missing, with the line that mends it.

    Exit code 0: all that is needed is there; 1: something is not.

    Example: neurokit doctor --json
    """
    from neurokit.app.desktop.screen import check_window
    from neurokit.doctor import examine

    checks = [*examine(), check_window(), _datasets()]
    if as_json:
        import json
        from dataclasses import asdict

        typer.echo(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _show(checks)
    if any(check.fine is False for check in checks):
        raise typer.Exit(1)


def _show(checks: list[Check]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        table.add_row(_MARKS[check.fine], check.what, escape(check.found))
        if check.cure:
            table.add_row("", "", f"[bold]{escape(check.cure)}[/bold]")
    Console().print(table)


def _datasets() -> Check:
    """Public sets of recordings that lie on this disk, simulated ones aside."""
    from neurokit.datasets import describe, find, names
    from neurokit.doctor import Check

    found = [describe(find(name)) for name in names()]
    here = [row["name"] for row in found if row["on_disk"] and "simulated" not in row["name"]]
    if here:
        return Check("data sets", f"{', '.join(here)} on this disk, {len(found)} known")
    cure = "neurokit datasets download PhysionetMI --subjects 1"
    return Check("data sets", f"none on this disk, {len(found)} known", None, cure)
