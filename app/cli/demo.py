"""``neurokit demo``: the whole job without hardware, in under a minute."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

PIPELINES = ("dummy", "csp+lda", "ts+lr", "acm+ts+svm")
# weaker than usual: a patient who is neither hopeless nor perfect
PATIENT = "simulated:subjects=1,sessions=1,runs={runs},strength=0.8"


def demo(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("neurokit-demo"),
    seed: Annotated[int, typer.Option(min=0, help="Of folds and pipelines.")] = 42,
) -> None:
    """Compare pipelines on a simulated patient; then a visit: calibration, training, feedback.

    Example: neurokit demo --out my-demo
    """
    from neurokit.app.cli import tables
    from neurokit.app.cli.demo_visit import show_visit
    from neurokit.statistics import summarise
    from neurokit.studies.report import write_report
    from neurokit.studies.results import Results

    typer.echo(
        "A simulated patient imagines moving the left or the right hand, 20 times a run.\n"
        f"Runs 1 and 2: {', '.join(PIPELINES)}, five folds each ..."
    )
    frame = _compare(out, seed)
    with Results(out / "results") as results:
        summary = summarise(frame, results.predictions)
        report = write_report(
            out / "report.html",
            frame,
            results.predictions,
            title="A simulated patient",
            notes="Left against right hand, imagined; every score is from trials not learned from.",
        )
    tables.print_summary(summary)
    tables.print_failures(frame)
    # an equal score goes to the quicker one, which is listed first
    best = summary["pipeline"].iloc[int(summary["score"].argmax())]
    _decode(str(best), out / "model.skops", seed)
    visit = show_visit(out / "clinic", seed)
    typer.echo(
        f"\nThe reports and their figures: open {report}\n"
        f"and, of the visit, {visit} in a browser.\n"
        "Then try:\n"
        f"  neurokit app {out / 'clinic'} --demo\n"
        f"  neurokit results compare {out / 'results'}\n"
        "  neurokit evaluate simulated --subjects 1-3 --pipeline csp+lda --pipeline ts+lr\n"
        "  neurokit doctor"
    )


def _compare(out: Path, seed: int) -> pd.DataFrame:
    """Evaluate the pipelines on the first session, folds in parallel."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    from neurokit.studies.evaluation import Progress, evaluate

    with Bar(TextColumn("  folds"), BarColumn(), MofNCompleteColumn(), transient=True) as bar:
        task = bar.add_task("", total=None)

        class Shown(Progress):
            def say(self, text: str) -> None:
                bar.console.print(f"  {text}", style="dim", highlight=False)

            def fold(self, record: Any, done: int, planned: int) -> None:
                bar.update(task, completed=done, total=planned)

        return evaluate(
            PATIENT.format(runs=2),
            PIPELINES,
            results=out / "results",
            seed=seed,
            progress=Shown(),
        )


def _decode(name: str, path: Path, seed: int) -> None:
    """Train a pipeline on runs 1 and 2, save and load it, and decode runs 3 and 4."""
    import numpy as np

    from neurokit import models
    from neurokit.datasets import find
    from neurokit.intervals import binomial_band, wilson
    from neurokit.pipelines import resolve
    from neurokit.studies.evaluation import configure
    from neurokit.studies.paradigms import load
    from neurokit.studies.study import make_study

    recorded = load(find(PATIENT.format(runs=4)), [1], make_study({"seed": seed}))
    first = recorded.metadata["run"].isin(["0", "1"]).to_numpy()
    pipeline = configure(
        resolve(name, seed=seed)[name],
        seed=seed,
        sfreq=recorded.sfreq,
        ch_names=list(recorded.ch_names),
    )
    pipeline.fit(recorded.X[first], recorded.y[first])
    models.save(pipeline, path, metadata={"pipeline": name, "dataset": "simulated", "seed": seed})
    decoder, held_out, truth = models.load(path), recorded.X[~first], recorded.y[~first]
    answers = np.array([decoder.predict(trial[None])[0] for trial in held_out])
    if not np.array_equal(answers, pipeline.predict(held_out)):
        raise ValueError(f"the model read back from {path} decodes otherwise than the saved one")
    hits, n = int(np.sum(answers == truth)), len(truth)
    (low, high), (below, above) = wilson(hits / n, n), binomial_band(0.5, n)
    _show_trials(answers, truth)
    typer.echo(
        f"{name}, trained on runs 1 and 2, saved and loaded again, decoded {hits} of {n} trials\n"
        f"of runs 3 and 4, which it never saw: {hits / n:.0%}, 95 % interval {low:.0%} to "
        f"{high:.0%}.\nGuessing would give {below:.0%} to {above:.0%}, the majority 50 %."
    )


def _show_trials(answers: np.ndarray, truth: np.ndarray) -> None:
    """Print one letter a trial, as they come: what was decoded, in red where it was wrong."""
    from rich.console import Console

    letters = [
        f"[green]{answer[0]}[/green]" if answer == wanted else f"[red]{answer[0].upper()}[/red]"
        for answer, wanted in zip(answers, truth, strict=True)
    ]
    Console().print("\nRuns 3 and 4, trial by trial (wrong ones in capitals):", "".join(letters))
