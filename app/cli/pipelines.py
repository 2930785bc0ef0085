"""``neurokit pipelines``: the pipelines there are."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Show the pipelines there are.", no_args_is_help=True)


@app.callback()
def pipelines() -> None:
    """Show the pipelines there are."""


@app.command("list")
def list_pipelines(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the named pipelines, what each does and the parameters it takes.

    Example: neurokit pipelines list --json
    """
    from neurokit.pipelines import defaults, description, names

    rows = [(name, description(name), defaults(name)) for name in names()]
    if as_json:
        import json

        keys = ("name", "description", "parameters")
        typer.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Name", "What it does", box=None)
    for name, what, _ in rows:
        table.add_row(name, what)
    Console().print(table)
    typer.echo(
        "\nPaths of MOABB's .yml files, of .py files with PIPELINE, and module:name do as well.\n"
        "Parameters and their defaults: neurokit pipelines list --json"
    )
