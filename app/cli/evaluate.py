"""``neurokit evaluate``: pipelines on data sets, fold by fold, kept and resumed."""

from __future__ import annotations

import os
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.studies.study import Study

_Text = str | None
_HOW = "How"
_DATA = "Data"
_WHERE = "Where and how fast"


def _option(text: str, panel: str, **more: Any) -> Any:
    return typer.Option(help=text, rich_help_panel=panel, show_default=False, **more)


def evaluate(
    datasets: Annotated[
        list[str] | None, typer.Argument(metavar="DATASET...", show_default=False)
    ] = None,
    pipeline: Annotated[list[str] | None, _option("Name, file or module:name.", _HOW)] = None,
    paradigm: Annotated[
        _Text, _option("left-right (default), right-feet, rest-task or all.", _HOW)
    ] = None,
    evaluation: Annotated[
        _Text,
        _option(
            "within-session (default), cross-session, cross-subject, leave-one-run-out or "
            "pseudo-online.",
            _HOW,
        ),
    ] = None,
    scorer: Annotated[_Text, _option("roc_auc for two classes, else accuracy.", _HOW)] = None,
    folds: Annotated[int | None, _option("Folds of a session: 5.", _HOW)] = None,
    seed: Annotated[int | None, _option("For all that is drawn: 42.", _HOW)] = None,
    subjects: Annotated[_Text, _option("Such as 1-9,12; all by default.", _DATA)] = None,
    band: Annotated[_Text, _option("Hertz: 8-32.", _DATA)] = None,
    window: Annotated[
        tuple[float, float] | None,
        _option("Seconds from the start of a trial; all of it by default.", _DATA),
    ] = None,
    channels: Annotated[_Text, _option("Such as C3,Cz,C4; all by default.", _DATA)] = None,
    resample: Annotated[float | None, _option("Hertz; as recorded by default.", _DATA)] = None,
    offline: Annotated[bool, _option("Open no socket to fetch data.", _DATA)] = False,
    results: Annotated[Path | None, _option("Folder: results.", _WHERE)] = None,
    jobs: Annotated[int | None, _option("Worker processes: all cores.", _WHERE)] = None,
    engine: Annotated[_Text, _option("local (default) or dask.", _WHERE)] = None,
    scheduler: Annotated[_Text, _option("Address of dask's, or slurm.", _WHERE)] = None,
    backend: Annotated[_Text, _option("cpu (default), gpu or reference.", _WHERE)] = None,
    fresh: Annotated[bool, _option("Do finished folds again.", _WHERE)] = False,
    dry_run: Annotated[bool, _option("Say what would be done.", _WHERE)] = False,
    config: Annotated[
        Path | None, _option("YAML of the same options; the command line wins.", _HOW)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the folds as JSON.")] = False,
) -> None:
    """Score pipelines on data sets; the same line again goes on where it stopped.

    Exit code: 0 all well, 1 some folds failed, 2 bad input, 130 stopped by Ctrl-C.

    Example: neurokit evaluate PhysionetMI --subjects 1 --pipeline csp+lda --pipeline ts+lr
    """
    options = {
        "datasets": datasets,
        "pipelines": pipeline,
        "paradigm": paradigm,
        "evaluation": evaluation,
        "scorer": scorer,
        "folds": folds,
        "seed": seed,
        "subjects": subjects,
        "band": band,
        "window": window,
        "channels": channels,
        "resample": resample,
        "offline": offline or None,
        "results": results,
        "jobs": jobs,
        "engine": engine,
        "scheduler": scheduler,
        "backend": backend,
        "fresh": fresh or None,
    }
    given = {name: value for name, value in options.items() if value not in (None, [])}
    _evaluate(given, config, dry_run=dry_run, as_json=as_json)


def _evaluate(given: dict[str, Any], config: Path | None, *, dry_run: bool, as_json: bool) -> None:
    from neurokit.studies.evaluation import find_datasets, find_pipelines, forecast, run_in
    from neurokit.studies.study import make_study

    study = make_study(given, config)
    folder = (study.results or Path("results")).absolute()
    progress = _Progress()
    pipelines = find_pipelines(study.pipelines, study)
    datasets = find_datasets(study.datasets, study)
    progress.say(_settings(study, folder))
    if dry_run:
        for line in forecast(folder, study, datasets, pipelines):
            typer.echo(line)
        return
    try:
        frame = run_in(folder, study, datasets, pipelines, progress)
    except KeyboardInterrupt:
        progress.close()
        typer.echo(
            f"stopped; {progress.done} finished folds are kept in {folder}: "
            "run the same line again to go on",
            err=True,
        )
        sys.stderr.flush()
        os._exit(130)  # all is on disk: taking the libraries down would take seconds
    finally:
        progress.close()
    _show(frame, folder, as_json=as_json)
    if frame["error"].notna().any():
        raise typer.Exit(1)


def _settings(study: Study, folder: Path) -> str:
    from neurokit.studies.engines import default_jobs

    low, high = study.band
    jobs = default_jobs() if study.jobs is None else study.jobs
    return (
        f"{study.paradigm}, {study.evaluation}; band {low:g}-{high:g} Hz, {_window(study)}, "
        f"channels {', '.join(study.channels) if study.channels else 'all'}, "
        f"{'sampled as recorded' if study.resample is None else f'at {study.resample:g} Hz'}, "
        f"scorer {study.scorer or _scorer(study)}, "
        f"seed {study.seed}, backend {study.backend}, {study.engine} engine with {jobs} jobs; "
        f"results in {folder}"
    )


def _window(study: Study) -> str:
    tmin, tmax = study.window
    if study.evaluation == "pseudo-online":
        length = "2 s" if tmax is None else f"{tmax - tmin:g} s"
        return f"windows of {length} over the whole recording"
    return f"window {tmin:g} s to {'the end of the trial' if tmax is None else f'{tmax:g} s'}"


def _scorer(study: Study) -> str:
    if study.evaluation == "pseudo-online":
        return "nmcc"
    return "roc_auc for two classes, accuracy for more"


def _show(frame: Any, folder: Path, *, as_json: bool) -> None:
    from neurokit.app.cli import tables

    if as_json:
        typer.echo(tables.as_json(frame))
        return
    from neurokit.statistics import summarise
    from neurokit.studies.results import Results

    with Results(folder) as results:
        tables.print_summary(summarise(frame, results.predictions))
    tables.print_failures(frame)


class _Progress:
    """One line a fold, and on a terminal a bar below them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self.started = time.monotonic()
        self.scores: dict[str, list[float]] = defaultdict(list)
        self.done = 0
        self.bar: Any = None
        if self.console.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), "folds", TimeElapsedColumn())
            self.bar = Progress(*columns, console=self.console, transient=True)
            self.task = self.bar.add_task("folds", total=None)
            self.bar.start()

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, markup=False)

    def fold(self, record: Mapping[str, Any], done: int, planned: int) -> None:
        """Print a fold, its score, and its pipeline's mean so far."""
        from neurokit.studies.report import last_line

        self.done = done
        who = f"{record['dataset']} subject {record['subject']} session {record['session']}"
        what = f"{who} {record['pipeline']} fold {record['fold']}"
        if record.get("error"):
            text = f"failed: {last_line(record['error'])}"
        else:
            scores = self.scores[record["pipeline"]]
            scores.append(record["score"])
            text = f"{record['score']:.3f} (mean so far {sum(scores) / len(scores):.3f})"
        seconds = time.monotonic() - self.started
        self.say(f"[{done}/{planned}, {seconds:.0f} s] {what}: {text}")
        if self.bar is not None:
            self.bar.update(self.task, completed=done, total=planned)

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
