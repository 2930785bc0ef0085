"""``neurokit results``: show, export, compare and report what was evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from neurokit.statistics import Predictions

app = typer.Typer(help="Show, export, compare and report results.", no_args_is_help=True)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def results() -> None:
    """Show, export, compare and report results."""


def _read(folder: Path) -> tuple[pd.DataFrame, Predictions]:
    """Every fold of a folder; none at all is an error."""
    from neurokit.studies.results import Results

    opened = Results(folder)
    frame = opened.frame()
    if frame.empty:
        raise ValueError(
            f"no fold has ended yet in {folder}; wait for one, or run neurokit evaluate "
            f"--results {folder}"
        )
    return frame, opened.predictions


@app.command()
def show(
    folder: Folder,
    per: Annotated[str, typer.Option(help="A row a dataset, subject or session.")] = "dataset",
    as_json: Json = False,
) -> None:
    """Show scores with confidence interval, chance band and majority, and what failed.

    Example: neurokit results show neurokit-results --per subject
    """
    from neurokit.app.cli import tables
    from neurokit.statistics import summarise

    frame, predictions = _read(folder)
    summary = summarise(frame, predictions, per=per)
    if as_json:
        typer.echo(tables.as_json(summary))
        return
    tables.print_summary(summary)
    tables.print_failures(frame)


@app.command()
def export(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="Folder to write to; DIR by default.")] = None,
) -> None:
    """Write the folds as CSV and Parquet, and as the frame that moabb.analysis takes.

    Example: neurokit results export neurokit-results --out tables
    """
    from neurokit.studies.export import export_results

    frame, _ = _read(folder)
    for path in export_results(frame, out or folder):
        typer.echo(path)


@app.command()
def compare(
    folder: Folder,
    unit: Annotated[str, typer.Option(help="What is paired: subject or session.")] = "subject",
    as_json: Json = False,
) -> None:
    """Test every pair of pipelines: paired permutation and Wilcoxon, effect, Holm's correction.

    Example: neurokit results compare neurokit-results
    """
    from neurokit.app.cli import tables
    from neurokit.statistics import compare as compare_pipelines

    frame, _ = _read(folder)
    comparison = compare_pipelines(frame, unit=unit)
    if as_json:
        typer.echo(tables.as_json(comparison))
    else:
        tables.print_comparison(comparison)


@app.command()
def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="The file; report.html in DIR by default.")
    ] = None,
    title: Annotated[str, typer.Option(help="Its heading.")] = "Evaluation of pipelines",
) -> None:
    """Write an HTML report with figures; it opens without a network.

    Example: neurokit results report neurokit-results --out report.html
    """
    from neurokit.studies.report import write_report

    frame, predictions = _read(folder)
    path = write_report(out or folder / "report.html", frame, predictions, title=title)
    typer.echo(path)
