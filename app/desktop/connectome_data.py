"""What the page of connectomes reads in another process: an atlas, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.connectomes.traces import Stimulus


@dataclass(frozen=True)
class Motif:
    """A motif: nodes that work together, when, and in whom.

    Parameters
    ----------
    number : int
        Counted from one.
    line : dict
        See :func:`neurokit.connectomes.page.overview`.
    courses : dict of str to array, shape (n_times,)
        By clock.
    matrix : array, shape (n_seen, n_seen)
        Weights, nodes by community, the core first; NaN where no animal has both.
    borders : array
        Rows at which a community ends.
    members : list of dict
        ``node``, ``strength``, ``community``, ``certainty``, ``core``, in the matrix' order.
    loadings : array, shape (n_animals,)
        The mean is one.
    """

    number: int
    line: dict[str, Any]
    courses: dict[str, np.ndarray]
    matrix: np.ndarray
    borders: np.ndarray
    members: list[dict[str, Any]]
    loadings: np.ndarray


@dataclass(frozen=True)
class AtlasView:
    """An atlas as the page draws it."""

    verdict: str
    notes: tuple[str, ...]
    honesty: tuple[str, ...]
    animals: tuple[str, ...]
    times: dict[str, np.ndarray]
    stimuli: dict[str, tuple[Stimulus, ...]]
    step: float
    motifs: list[Motif]


def traces_here() -> list[str]:
    """Experiments by name whose files lie on this disk."""
    import os

    from neurokit.datasets.worms import KATO

    folder = os.environ.get("NEUROKIT_DATA")
    is_here = folder and (Path(folder) / "calcium" / f"{KATO}.npz").is_file()
    return [KATO] if is_here else []


def read_view(folder: str) -> AtlasView:
    """Read the atlas of a folder."""
    from neurokit.connectomes.atlas import read_atlas
    from neurokit.connectomes.page import HONESTY, verdict

    atlas = read_atlas(folder)
    courses = atlas.tables["courses"]
    return AtlasView(
        verdict(atlas),
        atlas.notes,
        HONESTY,
        atlas.animals,
        {
            clock: courses.loc[courses["clock"] == clock, "time"].to_numpy()
            for clock in atlas.clocks
        },
        atlas.stimuli,
        atlas.step,
        [_motif(atlas, number) for number in range(1, atlas.n_motifs + 1)],
    )


def _motif(atlas: Any, number: int) -> Motif:
    from neurokit.connectomes.figures import by_community
    from neurokit.connectomes.page import overview

    order, communities = by_community(atlas, number)
    return Motif(
        number,
        overview(atlas, number),
        {clock: atlas.course(number, clock) for clock in atlas.clocks},
        atlas.graph(number)[np.ix_(order, order)].astype(np.float32),
        np.flatnonzero(np.diff(communities)) + 1,
        atlas.members(number).loc[order].to_dict("records"),
        atlas.tables["loadings"][f"motif_{number}"].to_numpy(),
    )
