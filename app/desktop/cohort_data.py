"""What the page of cohorts reads in another process: the cohorts here, and a study's results."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

MAPS = ("frequency", "mean", "difference")


@dataclass(frozen=True)
class Score:
    """A model, or a site: its accuracy never without interval, chance band and majority."""

    name: str
    n: int
    score: float
    low: float
    high: float
    chance_low: float
    chance_high: float
    majority: float
    balanced: float
    auc: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class Brain:
    """Maps of voxels, to the right, to the front and up along their axes; NaN outside the mask.

    Parameters
    ----------
    volumes : dict of str to array, shape (n_x, n_y, n_z)
        One for each of ``MAPS``.
    affine : array, shape (4, 4)
        From voxels to millimetres; None where the grid has none.
    """

    volumes: dict[str, np.ndarray]
    affine: np.ndarray | None


@dataclass(frozen=True)
class CohortResult:
    """A study as it lies on disk."""

    summary: dict[str, Any]
    models: list[Score]
    sites: list[Score]
    brain: Brain | None
    # the most frequent nodes and what is known of each, where there is no brain to show
    regions: list[dict[str, float]] = field(default_factory=list)


def cohorts_here() -> list[str]:
    """Cohorts whose files lie on this disk."""
    from neurokit.datasets import nilearn_adhd
    from neurokit.datasets.cohorts import ABIDE

    folder = Path(os.environ.get("NEUROKIT_DATA") or "/nowhere") / "fmri"
    found = [
        name for name, files in ABIDE.items() if all((folder / one).is_file() for one in files)
    ]
    return [*found, nilearn_adhd.NAME] if nilearn_adhd.is_here() else found


def read_result(folder: str) -> CohortResult:
    """Read what ``neurokit cycles classify`` left in a folder."""
    import pandas as pd

    where = Path(folder)
    summary = json.loads((where / "summary.json").read_text(encoding="utf-8"))
    nodes = pd.read_csv(where / "nodes.csv")
    frequent = nodes.sort_values("frequency", ascending=False, kind="stable").head(20)
    has_space = {"i", "j", "k"} <= set(nodes)
    return CohortResult(
        summary,
        _scores(pd.read_csv(where / "scores.csv"), "model"),
        _scores(pd.read_csv(where / "sites.csv", dtype={"site": str}), "site"),
        _brain(nodes, where) if has_space else None,
        [] if has_space else frequent.to_dict("records"),
    )


def _scores(table: Any, name: str) -> list[Score]:
    return [
        Score(
            str(row[name]),
            int(row["n"]),
            *(row[key] for key in ("accuracy", "accuracy_low", "accuracy_high")),
            *(row[key] for key in ("chance_low", "chance_high", "majority")),
            *(row[key] for key in ("balanced_accuracy", "auc", "sensitivity", "specificity")),
        )
        for row in table.to_dict("records")
    ]


def _brain(nodes: Any, where: Path) -> Brain:
    """Volumes turned so that their axes point to the right, the front and up."""
    import nibabel
    from nibabel.nifti1 import Nifti1Image

    path = where / "frequency.nii.gz"
    image: Any = nibabel.load(path) if path.exists() else None
    affine = None if image is None else image.affine
    places = tuple(nodes[axis].to_numpy() for axis in "ijk")
    volumes: dict[str, np.ndarray] = {}
    for name in MAPS:
        volume = np.full([int(place.max()) + 2 for place in places], np.nan, dtype=np.float32)
        volume[places] = nodes[name]
        found = Nifti1Image(volume, np.eye(4) if affine is None else affine)
        turned: Any = nibabel.as_closest_canonical(found)
        volumes[name] = np.asarray(turned.dataobj)
    return Brain(volumes, None if affine is None else turned.affine)
