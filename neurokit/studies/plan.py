"""The plan of a study: which folds there are, and the key by which a finished one is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.fingerprint import code_version, digest, file_digest, token
from neurokit.studies.folds import Fold
from neurokit.studies.paradigms import Recorded, shorten
from neurokit.studies.results import Results
from neurokit.studies.study import Study

Place = tuple[str, str]


@dataclass(frozen=True)
class Unit:
    """What is loaded at one time: a subject, or, across subjects, all of a data set."""

    dataset: Any
    subjects: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The data set's code, by which its results go."""
        return str(self.dataset.code)

    @property
    def label(self) -> str:
        """The data set and the subjects."""
        return f"{self.name} subject {shorten(self.subjects)}"


@dataclass(frozen=True)
class FoldPlan:
    """A fold without its epochs: where it stands and what names its split."""

    number: int
    n_train: int
    splits: list[tuple[str, str, int, str]]  # subject, session, n_test, digest


@dataclass(frozen=True)
class Plan:
    """All folds of a unit, kept so that a finished unit is not loaded again."""

    data: str
    scorer: str
    files: list[str]
    folds: list[FoldPlan]


def make_units(datasets: Mapping[Any, list[Any]], study: Study) -> Iterator[Unit]:
    """Say what is loaded together: one subject at a time where the evaluation allows it."""
    for dataset, subjects in datasets.items():
        if study.evaluation == "cross-subject":
            yield Unit(dataset, tuple(subjects))
        else:
            for subject in subjects:
                yield Unit(dataset, (subject,))


def plan_key(unit: Unit, study: Study) -> str:
    """Name the plan of a unit by everything that it depends on but the data."""
    names = ("data_settings", "evaluation", "folds", "scorer", "seed")
    options = {name: getattr(study, name) for name in names}
    return digest(_identity(unit.dataset), unit.subjects, options, code_version())


def _identity(dataset: Any) -> Any:
    """Name a data set by its class and options, wherever it lies and whoever is chosen."""
    own = getattr(dataset, "identity", None)
    if own is not None:
        return [token(type(dataset)), str(own)]
    aside = ("subject_list", "metadata")
    options = {
        name: value
        for name, value in vars(dataset).items()
        if not name.startswith("_") and name not in aside
    }
    return [token(type(dataset)), token(options)]


def make_plan(
    unit: Unit, recorded: Recorded, folds: list[Fold], scorer: str, contents: Mapping[str, str]
) -> Plan:
    """Make the plan of a unit that was just loaded.

    Parameters
    ----------
    unit : Unit
        What was loaded.
    recorded : Recorded
        Its epochs.
    folds : list of Fold
        Its splits.
    scorer : str
        How they are scored.
    contents : mapping
        Digest of each of its files.
    """
    files = [str(path) for path in recorded.files]
    # what no file holds, a simulation, is named by its numbers
    what = [contents[path] for path in files] or digest(recorded.X, recorded.y)
    plans = [
        FoldPlan(
            fold.number,
            len(fold.train),
            [
                (subject, session, len(test), digest(fold.train, test))
                for (subject, session), test in fold.tests.items()
            ],
        )
        for fold in folds
    ]
    return Plan(_data(unit, what), scorer, files, plans)


def _data(unit: Unit, what: Any) -> str:
    return digest(_identity(unit.dataset), unit.subjects, what)


def read_plan(results: Results, unit: Unit, study: Study) -> Plan | None:
    """Read a unit's stored plan, if its data are still what they were.

    Parameters
    ----------
    results : Results
        Where plans and the digests of files are kept.
    unit, study
        What is asked.
    """
    stored = results.plan(plan_key(unit, study))
    if stored is None:
        return None
    folds = [
        FoldPlan(fold["number"], fold["n_train"], [tuple(split) for split in fold["splits"]])
        for fold in stored["folds"]
    ]
    plan = Plan(stored["data"], stored["scorer"], stored["files"], folds)
    if plan.files:
        contents = file_contents([Path(name) for name in plan.files], results.known_files())
        if plan.data != _data(unit, [entry[2] for entry in contents.values()]):
            return None
    return plan


def store_plan(results: Results, unit: Unit, study: Study, plan: Plan) -> None:
    """Keep a unit's plan."""
    results.add_plan(plan_key(unit, study), asdict(plan))


def file_contents(
    files: list[Path], known: Mapping[str, tuple[int, int, str]]
) -> dict[str, tuple[int, int, str]]:
    """Size, time of change and digest of files; one that did not change is not read again."""
    found = {}
    for path in files:
        if not path.is_file():
            found[str(path)] = (0, 0, "")
            continue
        state = path.stat()
        size, modified, content = known.get(str(path), (-1, -1, ""))
        if (size, modified) != (state.st_size, state.st_mtime_ns):
            size, modified, content = state.st_size, state.st_mtime_ns, file_digest(path)
        found[str(path)] = (size, modified, content)
    return found


def fold_keys(
    plan: Plan, pipelines: Mapping[str, Any], study: Study
) -> Iterator[tuple[str, int, dict[Place, str]]]:
    """Name every fold of a unit.

    Yields
    ------
    pipeline : str
        In the order given.
    fold : int
        Index among the plan's folds.
    keys : dict
        (subject, session) to the key: a name for data, settings, split, pipeline with all its
        parameters, scorer, seed, backend and version of the code.
    """
    common = [plan.data, study.data_settings, study.evaluation, plan.scorer]
    common += [study.seed, study.backend, code_version()]
    for name, estimator in pipelines.items():
        shared = digest(*common, name, estimator)
        for index, fold in enumerate(plan.folds):
            keys = {
                (subject, session): digest(shared, fold.number, subject, session, split)
                for subject, session, _, split in fold.splits
            }
            yield name, index, keys


def default_scorer(y: np.ndarray, evaluation: str) -> str:
    """MOABB's: area under the curve for two classes, accuracy for more; nmcc pseudo-online."""
    if evaluation == "pseudo-online":
        return "nmcc"
    return "roc_auc" if len(np.unique(y)) == 2 else "accuracy"
