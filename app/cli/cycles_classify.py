"""``neurokit cycles classify``: who of a cohort has the diagnosis, by maps of cycles."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from neurokit.cohorts.cohort import Cohort
    from neurokit.cohorts.study import CohortScores

_HOW = "How"
_IMAGES = "Images"
_WHERE = "Where and how fast"


def _option(text: str, panel: str, *names: str) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, show_default=False)


def classify(
    cohort: Annotated[
        str,
        typer.Argument(
            metavar="COHORT",
            show_default=False,
            help="A CSV with a row a scan (subject, path, diagnosis; site, run, motion, age, sex, "
            "iq, split, confounds where known), simulated-cohort, abide-nyu-cc200, abide-ho111, "
            "nilearn-adhd (fetched by neurokit datasets download) or adhd200:FOLDER.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the report.", show_default=False)],
    evaluation: Annotated[
        str, _option("k-fold (default), leave-one-site-out or split (a column).", _HOW)
    ] = "k-fold",
    folds: Annotated[int, _option("Folds of k-fold: 5.", _HOW)] = 5,
    features: Annotated[
        str, _option("Maps, such as cycles,degree,weight,clustering: cycles.", _HOW)
    ] = "cycles",
    density: Annotated[
        str, _option("Shares of pairs joined, of which the inner loop chooses.", _HOW)
    ] = "0.05,0.1,0.2",
    threshold: Annotated[str, _option("Correlations instead of densities.", _HOW)] = "",
    permutations: Annotated[int, _option("Runs on shuffled diagnoses: 0.", _HOW)] = 0,
    site_correction: Annotated[
        str, _option("residual (default), combat (pip's extra harmonise) or none.", _HOW)
    ] = "residual",
    one_class_sites: Annotated[
        str, _option("leave-out (default) or keep sites without both classes.", _HOW)
    ] = "leave-out",
    seed: Annotated[int, _option("For all that is drawn: 42.", _HOW)] = 42,
    mask: Annotated[
        str | None,
        _option("Image of the voxels; group for those that training people share.", _IMAGES),
    ] = None,
    share: Annotated[float, _option("Of them, who must have a voxel: 1.", _IMAGES)] = 1.0,
    confounds: Annotated[
        str | None,
        _option("What nilearn finds beside fMRIPrep's images: motion,wm_csf,scrub.", _IMAGES),
    ] = None,
    band: Annotated[str | None, _option("Hertz, such as 0.009,0.08.", _IMAGES)] = None,
    smoothing: Annotated[float | None, _option("Millimetres, FWHM.", _IMAGES)] = None,
    voxel: Annotated[float | None, _option("Millimetres: 4.", _IMAGES)] = None,
    drop: Annotated[int | None, _option("Volumes to leave out at the start.", _IMAGES)] = None,
    tr: Annotated[
        float | None, _option("Seconds a volume, where a file is silent.", _IMAGES)
    ] = None,
    jobs: Annotated[int | None, _option("Worker processes: all cores.", _WHERE)] = None,
    engine: Annotated[str, _option("local (default) or dask.", _WHERE)] = "local",
    scheduler: Annotated[str | None, _option("Address of dask's.", _WHERE)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Tell patients from controls by maps of 3-cycles, beside what they must be better than.

    Not a diagnostic device. The same line again goes on where it stopped.

    Example: neurokit cycles classify simulated-cohort:people=40,seed=1 --out cohort
    """
    from neurokit.app.classify import Question
    from neurokit.studies.engines import default_jobs
    from neurokit.studies.parallel import Workers

    images = {
        "mask": mask,
        "confounds": confounds,
        "band": _numbers(band, "band"),
        "smoothing_mm": smoothing,
        "voxel_mm": voxel,
        "drop": drop,
        "tr": tr,
    }
    question = Question(
        cohort=cohort,
        evaluation=evaluation,
        folds=folds,
        features=tuple(part.strip() for part in features.split(",")),
        densities=_numbers(density, "density") or (),
        thresholds=_numbers(threshold, "threshold") or (),
        permutations=permutations,
        site_correction=site_correction,
        one_class_sites=one_class_sites,
        seed=seed,
        share=share,
        images={name: value for name, value in images.items() if value is not None},
    )
    with Workers(default_jobs() if jobs is None else jobs, engine, scheduler) as workers:
        _classify(question, out, workers, as_json=as_json)


def _classify(question: Any, out: Path, workers: Any, *, as_json: bool) -> None:
    from neurokit.app.classify import classify

    try:
        cohort, found = classify(question, out, workers=workers, said=_say)
    except KeyboardInterrupt:
        typer.echo(f"stopped; what was finished is kept in {out}: the same line goes on", err=True)
        sys.stderr.flush()
        os._exit(130)  # all is on disk
    _show(cohort, found, out, as_json=as_json)


def _numbers(text: str | None, name: str) -> tuple[float, ...] | None:
    """Numbers of ``0.05,0.1``."""
    if not text:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"--{name} takes numbers with commas between, got {text}") from None


def _say(what: str, done: int, planned: int) -> None:
    typer.echo(f"[{done}/{planned}] {what}", err=True)


def _show(cohort: Cohort, found: CohortScores, out: Path, *, as_json: bool) -> None:
    from neurokit.app.cli import tables
    from neurokit.cohorts.report import verdict

    for who, why in cohort.aside.items():
        typer.echo(f"set aside: {who}: {why}", err=True)
    if as_json:
        typer.echo(tables.as_json(found.models))
        return
    tables.print_cohort(cohort.condition, found.models)
    for line in (cohort.note, verdict(cohort, found), *found.cautions):
        if line:
            typer.echo(line)
    typer.echo(f"Not a diagnostic device. The report: {out / 'report.html'}")
