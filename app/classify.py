"""Classify a cohort from its table to its report: what the command line and the window drive."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from neurokit.cohorts.cohort import Cohort, without_one_class_sites
from neurokit.cohorts.maps import KeptScan, map_cohort
from neurokit.cohorts.report import Maps, node_table, summary, write_cohort_report
from neurokit.cohorts.splits import Fold, make_folds
from neurokit.cohorts.study import CohortScores, study_cohort
from neurokit.datasets.cohorts import GROUP, find_cohort
from neurokit.datasets.group_scans import on_one_grid
from neurokit.files.whole_files import write_whole
from neurokit.pipelines.cohort_models import Connectivity, cohort_models, describe, mappers
from neurokit.pipelines.cycles import CycleMaps, series_of
from neurokit.pipelines.group_mask import AliveNodes, shared_nodes
from neurokit.studies.parallel import Workers

Said = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Question:
    """What is asked of a cohort.

    Parameters
    ----------
    cohort : str
        See :func:`neurokit.datasets.cohorts.find_cohort`.
    evaluation, folds, seed
        See :func:`neurokit.cohorts.splits.make_folds`.
    features : tuple of str
        Maps, see :func:`neurokit.pipelines.cycles.node_maps`.
    densities, thresholds : tuple of float
        What the inner loop tries; thresholds if there are any.
    permutations : int
        Whole runs on shuffled diagnoses.
    site_correction : {"residual", "combat", "none"}
        See :func:`neurokit.pipelines.sites.site_step`.
    one_class_sites : {"leave-out", "keep"}
        What becomes of sites with patients or controls only.
    images : dict
        ``mask``, ``band`` and what else :func:`neurokit.images.imaging.read_series` takes; the mask
        ``"group"`` is learnt in each fold, of the voxels that its training people share.
    share : float
        Of the training scans, how many must have a voxel of the group's mask.
    """

    cohort: str
    evaluation: str = "k-fold"
    folds: int = 5
    features: tuple[str, ...] = ("cycles",)
    densities: tuple[float, ...] = (0.05, 0.1, 0.2)
    thresholds: tuple[float, ...] = ()
    permutations: int = 0
    site_correction: str = "residual"
    one_class_sites: str = "leave-out"
    seed: int = 42
    images: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0


def classify(
    question: Question,
    out: Path,
    *,
    workers: Workers,
    said: Said = lambda what, done, planned: None,
) -> tuple[Cohort, CohortScores]:
    """Score maps of cycles on a cohort and write a report; the same again goes on where it stopped.

    Parameters
    ----------
    question : Question
    out : Path
        Folder of ``report.html``, ``scores.csv``, ``sites.csv``, ``people.csv``, ``nodes.csv`` (how
        often each was chosen, the mean map, patients less controls), the same as NIfTI where there
        are images, ``summary.json``, and ``kept``, where maps and folds are kept.
    workers : Workers
        Where it runs.
    said : callable
        Is told of each person and each fold.

    Returns
    -------
    cohort, scores

    Raises
    ------
    ValueError, OSError
        If anything asked for cannot be.
    """
    cohort = find_cohort(question.cohort, **question.images)
    cohort = without_one_class_sites(cohort, question.one_class_sites)
    split: dict[str, Any] = {
        "evaluation": question.evaluation,
        "folds": question.folds,
        "seed": question.seed,
    }
    make_folds(cohort.table, **split)  # bad input is refused before hours of work
    there = None
    if question.images.get("mask") == GROUP:
        cohort, there = on_one_grid(cohort, workers, said)
    models = _models(question, cohort, workers)
    settings: list[Any] = mappers(next(iter(models.values())))
    kept = out / "kept"
    masks = [] if there is None else _masks(there, make_folds(cohort.table, **split), question)
    # the last mask is everyone's, of whom the report shows the maps
    masked = [clone(one).set_params(nodes=nodes) for nodes in masks for one in settings]
    wanted = [AliveNodes(), *masked] if masked else settings
    if "connectivity ridge" in models:
        wanted = [*wanted, Connectivity()]
    cohort = map_cohort(cohort, wanted, kept, workers=workers, said=said)
    found = study_cohort(
        cohort,
        models,
        kept,
        permutations=question.permutations,
        describe=describe,
        workers=workers,
        said=said,
        **split,
    )
    maps = _usual_maps(cohort, found, masked[-len(settings) :] or settings)
    _write(out, cohort, found, maps, question)
    return cohort, found


def _models(question: Question, cohort: Cohort, workers: Workers) -> dict[str, Any]:
    """Models of a study, if the memory suffices for them."""
    n_times, n_nodes = _first_shape(cohort)
    _require_memory(n_times, n_nodes, workers)
    return cohort_models(
        question.features,
        n_nodes,
        several_scans=bool(cohort.table["subject"].duplicated().any()),
        densities=question.densities,
        thresholds=question.thresholds,
        site_correction=question.site_correction,
        voxels=cohort.voxels if cohort.grid is None else cohort.grid.voxels,
        positions_mm=None if cohort.grid is None else cohort.grid.positions_mm,
        share=question.share if question.images.get("mask") == GROUP else None,
        random_state=question.seed,
    )


def _masks(there: np.ndarray, parts: list[Fold], question: Question) -> list[np.ndarray]:
    """Mask of each fold's training people, each once, and that of everyone."""
    everyone = shared_nodes(there, question.share)
    found = [shared_nodes(there[train], question.share) for _, train, _ in parts]
    once = {nodes.tobytes(): nodes for nodes in found}
    once.pop(everyone.tobytes(), None)
    return [*once.values(), everyone]


def _first_shape(cohort: Cohort) -> tuple[int, int]:
    """Shape of the first scan that can be read."""
    first: Exception | None = None
    for source in cohort.sources:
        try:
            n_times, n_nodes = np.shape(source.read())
        except Exception as error:  # a bad file is set aside later, by name
            first = first or error
        else:
            return n_times, n_nodes
    raise ValueError(f"no scan of {cohort.name} can be read: {first}")


def _require_memory(n_times: int, n_nodes: int, workers: Workers) -> None:
    from neurokit.memory import graph_bytes, require

    processes = max(workers.jobs, 1) if workers.engine == "local" else 1
    require(
        processes * graph_bytes(n_nodes, n_times),
        f"mapping scans of {n_nodes} nodes, {processes} at a time,",
        "give fewer --jobs, a smaller mask or larger voxels",
    )


def _usual_maps(cohort: Cohort, found: CohortScores, settings: list[CycleMaps]) -> Maps:
    """First map of everyone, at the density or threshold that the folds chose most."""
    knob = found.details[0]["knob"]
    chosen = Counter(one["chosen"][f"maps__{knob}"] for one in found.details).most_common(1)[0][0]
    mapper = next(one for one in settings if getattr(one, knob) == chosen)
    scans: list[KeptScan] = series_of(cohort.table)
    n_nodes = scans[0].shape[1]
    values = np.asarray(mapper.fit(scans).transform(scans))[:, :n_nodes]
    name = "3-cycles" if mapper.features[0] == "cycles" else mapper.features[0]
    return Maps(values, f"log of 1 + {name} at {knob} {chosen:g}")


def _write(out: Path, cohort: Cohort, found: CohortScores, maps: Maps, question: Question) -> None:
    nodes = node_table(cohort, found, maps)
    tables = {"scores": found.models, "sites": found.sites, "people": found.people, "nodes": nodes}
    for name, table in tables.items():
        write_whole(out / f"{name}.csv", table.to_csv(index=False))
    if cohort.grid is not None:
        for name in ("frequency", "mean", "difference"):
            image = cohort.grid.to_nifti(nodes[name].to_numpy(np.float32))
            write_whole(out / f"{name}.nii.gz", gzip.compress(image.to_bytes()))
    settings = asdict(question)
    write_cohort_report(out / "report.html", cohort, found, maps, settings)
    told = summary(cohort, found, maps) | {"settings": settings}
    # last: who finds it finds the rest
    write_whole(out / "summary.json", json.dumps(told, indent=2, default=str) + "\n")
