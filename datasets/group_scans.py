"""Images without a mask on one grid: all voxels that anybody has, for the folds to choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from neurokit.cohorts.cohort import Cohort
from neurokit.datasets.cohorts import FileScan
from neurokit.images.grids import Grid, common_grid, usual_grid
from neurokit.studies.parallel import Workers


def varying_voxels(source: FileScan) -> Grid | str:
    """Voxels of one image that vary; a sentence where it cannot be read."""
    from neurokit.images.imaging import read_series

    try:
        return read_series(source.path, **dict(source.options)).varying()
    except Exception as error:  # a file may break any reader; the others go on
        return " ".join(str(error).split()) or type(error).__name__


def on_one_grid(
    cohort: Cohort,
    workers: Workers,
    said: Callable[[str, int, int], None] = lambda what, done, planned: None,
) -> tuple[Cohort, np.ndarray]:
    """Put everyone's voxels on one grid; a voxel that a person lacks is NaN in that scan.

    Parameters
    ----------
    cohort : Cohort
        Of :func:`neurokit.datasets.cohorts.find_cohort` with ``mask="group"``.
    workers : Workers
        Where images are read.
    said : callable
        Is told of each scan.

    Returns
    -------
    cohort : Cohort
        Who cannot be read, or lies on another grid than most, stands in ``aside``.
    there : array of bool, shape (n_scans, n_nodes)
        Which voxels each scan has.

    Raises
    ------
    ValueError
        If the cohort has no images, or none that can be read.
    """
    if not all(isinstance(source, FileScan) for source in cohort.sources):
        raise ValueError("a mask of the group is made of images; leave --mask out")
    subjects = list(cohort.table["subject"])
    found: list[Any] = [None] * len(subjects)
    tasks = [(source,) for source in cohort.sources]
    for done, (place, grid) in enumerate(workers.each(varying_voxels, tasks), start=1):
        found[place] = grid
        said(f"voxels of {subjects[place]}", done, len(tasks))
    grids = {str(place): grid for place, grid in enumerate(found) if isinstance(grid, Grid)}
    if not grids:
        raise ValueError(f"no image of {cohort.name} can be read: {found[0]}")
    odd = usual_grid(grids)
    words = {subjects[int(place)]: told.partition(" ")[2] for place, told in odd.items()}
    words |= {who: told for who, told in zip(subjects, found, strict=True) if isinstance(told, str)}
    keep = np.array([str(place) in grids and str(place) not in odd for place in range(len(found))])
    kept = cohort.only(keep, words)
    own = [grids[str(place)] for place in np.flatnonzero(keep)]
    union = common_grid(own, 1 / len(own))
    sources = tuple(replace(one, grid=union) for one in kept.sources if isinstance(one, FileScan))
    there = np.array([np.isin(union.flat, grid.flat) for grid in own])
    return replace(kept, sources=sources, grid=union), there
