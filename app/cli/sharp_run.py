"""``neurokit sharp run``: learn episode after episode, beside what one would otherwise do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def run(
    stream: Annotated[
        str,
        typer.Argument(
            metavar="STREAM",
            show_default=False,
            help="A YAML file (`pydoc neurokit.continual.settings`), or one that is shipped: "
            "simulated-visits, digits.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of report and records.", show_default=False)],
    seed: Annotated[
        list[int] | None, typer.Option(help="Instead of the stream's seeds.", show_default=False)
    ] = None,
    learner: Annotated[
        list[str] | None,
        typer.Option(help="Instead of the stream's learners.", show_default=False),
    ] = None,
    shuffled: Annotated[
        bool, typer.Option("--shuffled", help="Deal labels anew: must give chance.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Let learners go through a stream, and report what they keep and what comes next.

    The same line again goes on with the first learner, person and seed that is not done.

    Example: neurokit sharp run simulated-visits --out visits
    """
    from neurokit.app.continual import run_stream
    from neurokit.continual.report import write_stream_report
    from neurokit.continual.settings import read_stream

    given = {"seeds": seed, "learners": learner, "shuffled": shuffled or None}
    settings = read_stream(
        stream, {name: value for name, value in given.items() if value is not None}
    )
    try:
        records = run_stream(settings, out, said=_say)
    except KeyboardInterrupt:
        typer.echo(f"stopped; what was finished is kept in {out}: the same line goes on", err=True)
        sys.stderr.flush()
        os._exit(130)  # all is on disk
    page = write_stream_report(out / "report.html", settings, records)
    _show(records, as_json=as_json)
    if not as_json:
        typer.echo(f"The report: {page}")


def _say(what: str, done: int, planned: int) -> None:
    typer.echo(f"[{done}/{planned}] {what}", err=True)


def _show(records: list[dict[str, Any]], *, as_json: bool) -> None:
    from neurokit.app.cli import tables
    from neurokit.continual.outcome import learner_table
    from neurokit.continual.report import verdict

    table = learner_table(records)
    if as_json:
        typer.echo(tables.as_json(table))
        return
    tables.print_learners(table, records[0]["kind"])
    typer.echo(verdict(records))
    for record in records:
        if record["error"]:
            typer.echo(f"{record['learner']}: refused: {record['error']}", err=True)
