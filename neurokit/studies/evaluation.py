"""Evaluate pipelines on data sets: every fold scored once, kept, and never lost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurokit.registry import resolve
from neurokit.studies.folds import configure
from neurokit.studies.paradigms import check_dataset, choose_subjects
from neurokit.studies.plan import fold_keys, make_units, read_plan
from neurokit.studies.results import Results
from neurokit.studies.runner import Progress, Run, Silence
from neurokit.studies.study import Study, make_study

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Progress",
    "configure",
    "evaluate",
    "find_datasets",
    "find_pipelines",
    "forecast",
    "run_in",
]


def evaluate(
    datasets: Any,
    pipelines: Any,
    *,
    progress: Progress | None = None,
    config: str | Path | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Score pipelines on data sets, fold by fold; what was finished before is not done again.

    Parameters
    ----------
    datasets : str, moabb.datasets.base.BaseDataset, or sequence of them
        Names as in ``neurokit datasets list``, or objects.
    pipelines : str, sequence of str, or dict
        Names as in ``neurokit pipelines list``, files, ``module:name``; or name to estimator.
    progress : Progress
        Is told what goes on.
    config : path
        YAML file of options; those given here win.
    **options
        ``paradigm`` ("left-right", "right-feet", "rest-task", "all"), ``evaluation``
        ("within-session", "cross-session", "cross-subject", "leave-one-run-out",
        "pseudo-online"), ``subjects`` ("1-9,12" or a list), ``band`` (8, 32) in hertz, ``window``
        (0, None) in seconds after the start of a trial, ``channels``, ``resample`` in hertz,
        ``scorer``, ``folds``, ``seed`` (42), ``backend`` ("cpu"), ``jobs`` (worker processes; all
        cores; 0 runs in this process, for a debugger), ``engine`` ("local", "dask"),
        ``scheduler`` (an address or "slurm"), ``slurm`` (options of dask-jobqueue), ``results``
        (a folder; None keeps nothing), ``offline``, ``fresh``.

    Returns
    -------
    frame : DataFrame
        One row a fold, the columns of ``neurokit.studies.results.Results.frame``; a fold that
        failed has the reason in ``error``.

    Raises
    ------
    ValueError, OSError
        If anything asked for cannot be; nothing is written then.

    Examples
    --------
    >>> frame = evaluate("PhysionetMI", ["csp+lda", "ts+lr"], subjects=1)  # doctest: +SKIP
    """
    options = {name: value for name, value in options.items() if value is not None}
    study = make_study(options, None if config is None else Path(config))
    chosen = find_datasets(datasets or study.datasets, study)
    named = find_pipelines(pipelines or study.pipelines, study)
    with ExitStack() as stack:
        folder = study.results
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="neurokit-")))
        return run_in(folder, study, chosen, named, progress or Silence())


def run_in(
    folder: Path,
    study: Study,
    datasets: Mapping[Any, list[Any]],
    pipelines: Mapping[str, Any],
    progress: Progress,
) -> pd.DataFrame:
    """Run a study whose names are resolved; see ``evaluate``."""
    was_there = folder.exists()
    with Results(folder, write=True) as results:
        run = Run(study, make_units(datasets, study), pipelines, results, progress)
        try:
            keys = run.all()
        except (ValueError, OSError):
            if not was_there and results.frame(everything=True).empty:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        frame = results.frame()
    return frame[frame.key.isin(keys)].reset_index(drop=True)


def forecast(
    folder: Path, study: Study, datasets: Mapping[Any, list[Any]], pipelines: Mapping[str, Any]
) -> Iterator[str]:
    """Say, unit by unit, what a run would do; nothing is read or written."""
    try:
        results = Results(folder)
    except FileNotFoundError:
        results = None
    for unit in make_units(datasets, study):
        plan = None if results is None else read_plan(results, unit, study)
        if plan is None or results is None:
            yield f"{unit.label}: {', '.join(pipelines)}; folds are counted once it is read"
            continue
        keys = {
            key for _, _, places in fold_keys(plan, pipelines, study) for key in places.values()
        }
        done = 0 if study.fresh else len(results.finished(keys))
        yield f"{unit.label}: {len(keys)} folds, {done} finished before, {len(keys) - done} to do"


def find_datasets(wanted: Any, study: Study) -> dict[Any, list[Any]]:
    """Find data sets by name and choose their subjects.

    Returns
    -------
    datasets : dict
        Data set to its chosen subjects.

    Raises
    ------
    ValueError
        If one is unknown, or cannot serve the study.
    """
    several = isinstance(wanted, Iterable) and not isinstance(wanted, str)
    found: dict[Any, list[Any]] = {}
    for item in wanted if several else [wanted]:
        dataset = item
        if isinstance(item, str):
            dataset = resolve("datasets", item, offline=study.offline)
        check_dataset(dataset, study)
        found[dataset] = choose_subjects(dataset, study.subjects)
        if study.evaluation == "cross-subject" and len(found[dataset]) < 2:
            raise ValueError(
                f"cross-subject needs two subjects of {dataset.code}, got one; choose more"
            )
    if not found:
        raise ValueError("name at least one data set; neurokit datasets list shows them")
    return found


def find_pipelines(wanted: Any, study: Study) -> dict[str, Any]:
    """Find pipelines by name, file or module; a dict of estimators passes as it is.

    Raises
    ------
    ValueError
        If one is unknown, or two have the same name.
    """
    if isinstance(wanted, Mapping):
        return _checked(dict(wanted))
    found: dict[str, Any] = {}
    for spec in [wanted] if isinstance(wanted, str) else wanted:
        for name, estimator in resolve("pipelines", spec, seed=study.seed).items():
            if name in found:
                raise ValueError(f"two pipelines are called {name}; give one of them another name")
            found[name] = estimator
    if not found:
        raise ValueError("name at least one pipeline; neurokit pipelines list shows them")
    return _checked(found)


def _checked(pipelines: dict[str, Any]) -> dict[str, Any]:
    """Refuse what cannot be cloned and sent to a worker."""
    import cloudpickle
    from sklearn.base import clone

    for name, estimator in pipelines.items():
        try:
            cloudpickle.dumps(clone(estimator))
        except Exception as error:
            raise ValueError(
                f"pipeline {name} cannot be cloned and sent to a worker: {error}"
            ) from error
    return pipelines
