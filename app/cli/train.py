"""``neurokit train``: pipelines trained on the runs of a person; one is saved for online use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.visits.attempts import Attempt, Candidate

_HOW = "What is trained"
_CUT = "How trials are cut"


def train(
    recordings: Annotated[
        list[Path], typer.Argument(help="Runs: XDF, EDF, FIF and whatever else can be read.")
    ],
    classes: Annotated[
        str,
        typer.Option(help="Cues, with commas; 769=left_hand says what a cue means."),
    ] = "left_hand,right_hand",
    pipeline: Annotated[
        list[str] | None,
        typer.Option(
            help="Name, file or module:name; picked or combined for features; again for more.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            help="A feature that you picked, C3:8-12; again for more.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    picked_on: Annotated[
        str | None,
        typer.Option(
            help="Runs (1,2 or none) looked at when picking; all if not said.", rich_help_panel=_HOW
        ),
    ] = None,
    split: Annotated[
        str,
        typer.Option(help="k-fold, leave-one-run-out or cross-visit.", rich_help_panel=_HOW),
    ] = "k-fold",
    folds: Annotated[int, typer.Option(min=2, help="For k-fold.", rich_help_panel=_HOW)] = 5,
    visits: Annotated[
        str | None,
        typer.Option(help="Visit of each run, with commas.", rich_help_panel=_HOW),
    ] = None,
    band: Annotated[str, typer.Option(help="Hertz.", rich_help_panel=_CUT)] = "8-30",
    window: Annotated[
        str, typer.Option(help="Seconds after the cue.", rich_help_panel=_CUT)
    ] = "0.5-3.5",
    channels: Annotated[
        str | None, typer.Option(help="Names, with commas; all EEG.", rich_help_panel=_CUT)
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option(help="A trial to leave out, RUN:TRIAL from 1 and 0.", rich_help_panel=_CUT),
    ] = None,
    mains: Annotated[
        float | None, typer.Option(help="A notch at 50 or 60 Hz.", rich_help_panel=_CUT)
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of folds and pipelines.")] = 42,
    jobs: Annotated[int, typer.Option(min=0, help="Processes, one thread each.")] = 2,
    save: Annotated[
        Path | None, typer.Option(help="Fit the best (or only) pipeline to all trials.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the attempts as JSON.")] = False,
) -> None:
    """Train pipelines on runs, and save the one that goes online.

    Without --pipeline and --feature, all that a clinic waits for: under a minute.

    Example: neurokit train run1.xdf run2.xdf --pipeline ts+lr --save model.skops
    """
    from neurokit.app.cli.train_options import candidates_of, cut_options, run_numbers

    candidates = candidates_of(pipeline, feature, run_numbers(picked_on))
    cut = cut_options(band, window, channels, reject, mains)
    options: dict[str, Any] = {"split": split, "seed": seed, "n_folds": folds, "jobs": jobs}
    if visits:
        options["visits"] = [visit.strip() for visit in visits.split(",")]
    attempts = _train(recordings, classes, candidates, cut, options, quiet=as_json)
    if save is not None:
        _save(save, recordings, classes, cut, attempts, seed)
    if as_json:
        import json

        typer.echo(json.dumps([each.model_dump(mode="json") for each in attempts], indent=2))
    if not any(each.score is not None for each in attempts):
        raise typer.Exit(1)


def _train(
    recordings: list[Path],
    classes: str,
    candidates: list[Candidate],
    cut: dict[str, Any],
    options: dict[str, Any],
    *,
    quiet: bool,
) -> list[Attempt]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from neurokit.app.cli import tables
    from neurokit.app.cli.train_options import class_names
    from neurokit.visits.training import SPLITS, train_runs

    console, attempts = Console(stderr=quiet), []
    columns = (TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=1.0)

        def show(share: float, text: str) -> None:
            bar.update(task, completed=share, description=text)

        wanted = class_names(classes)
        for attempt in train_runs(
            recordings, wanted, candidates, cut=cut, progress=show, **options
        ):
            attempts.append(attempt)
            bar.console.print(tables.attempt_line(attempt), highlight=False, markup=False)
    if not quiet:
        tables.print_attempts(attempts, console)
        console.print(SPLITS[options["split"]], style="dim")
    return attempts


def _save(
    path: Path,
    recordings: list[Path],
    classes: str,
    cut: dict[str, Any],
    attempts: list[Attempt],
    seed: int,
) -> None:
    from neurokit.app.cli.train_options import class_names
    from neurokit.visits.training import fit_runs

    good = [each for each in attempts if each.score is not None]
    if not good:
        raise ValueError(f"no pipeline could be trained: {attempts[0].problem}")
    best = max(good, key=lambda each: each.score or 0.0)
    digest = fit_runs(recordings, class_names(classes), best, path, cut=cut, seed=seed)
    typer.echo(f"{best.pipeline} is saved as {path}, SHA-256 {digest}", err=True)
