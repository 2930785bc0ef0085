"""The command ``neurokit``: gathers the commands, and turns bad input into one plain line."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from neurokit.app.cli import (
    app,
    backup,
    bench,
    certify,
    connectome,
    cycles,
    datasets,
    decode,
    demo,
    doctor,
    evaluate,
    explore,
    patients,
    pipelines,
    record,
    report,
    results,
    sharp,
    signals,
    train,
)

cli = typer.Typer(
    name="neurokit",
    help="Brain signals into decisions: sessions, batch evaluations, pipelines.",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _show_version(asked: bool) -> None:
    if asked:
        from neurokit import __version__

        typer.echo(f"neurokit {__version__}")
        raise typer.Exit


@cli.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Brain signals into decisions: sessions, batch evaluations, pipelines."""


cli.add_typer(datasets.app, name="datasets")
cli.add_typer(pipelines.app, name="pipelines")
cli.add_typer(results.app, name="results")
cli.add_typer(patients.app, name="patients")
cli.add_typer(report.app, name="report")
cli.add_typer(cycles.app, name="cycles")
cli.add_typer(connectome.app, name="connectome")
cli.add_typer(sharp.app, name="sharp")
cli.command()(app.app)
cli.command()(demo.demo)
cli.command()(doctor.doctor)
cli.command()(certify.certify)
cli.command()(bench.bench)
cli.command()(evaluate.evaluate)
cli.command()(signals.signals)
cli.command()(record.record)
cli.command()(explore.explore)
cli.command()(train.train)
cli.command()(decode.decode)
cli.command()(backup.backup)


def main() -> None:
    """Run the command line; bad input ends with one line on stderr and exit code 2."""
    # --debug is understood wherever it stands
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        cli(arguments)
    except (ValueError, OSError) as error:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"neurokit: {error}", err=True)
        sys.exit(2)
