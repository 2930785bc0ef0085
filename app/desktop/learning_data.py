"""What the page of learning reads in another process: what was learnt, ready to be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class LearningView:
    """A stream's results as the page shows them.

    Parameters
    ----------
    verdict : str
    which : {"next", "final"}
        The measure that decides.
    rows : list of dict
        See :func:`neurokit.continual.outcome.learner_table`.
    notes : tuple of str
        What was refused, and how all of this is to be read.
    figures : tuple of str
        SVG of the learners and of their matrices; empty where all were refused.
    """

    verdict: str
    which: str
    rows: list[dict[str, Any]]
    notes: tuple[str, ...]
    figures: tuple[str, ...]


def read_view(
    folder: str, learners: tuple[str, ...], seeds: tuple[int, ...]
) -> LearningView | None:
    """Read what these learners left in a folder; None where there is nothing."""
    from neurokit.continual.figures import draw_learners, draw_matrices
    from neurokit.continual.outcome import learner_table, primary
    from neurokit.continual.report import HONESTY, mean_matrix, verdict

    paths = sorted(Path(folder, "units").glob("*.json"))
    found = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    records = [one for one in found if one["learner"] in learners and one["seed"] in seeds]
    records.sort(key=lambda one: (learners.index(one["learner"]), one["seed"]))
    if not records:
        return None
    which, table = primary(records), learner_table(records)
    good = [record for record in records if record["error"] is None]
    names = list(dict.fromkeys(record["learner"] for record in good))
    figures: tuple[str, ...] = ()
    if good:
        matrices = [mean_matrix(good, name) for name in names]
        figures = draw_learners(table, which), draw_matrices(names, matrices)
    refused = dict.fromkeys(f"{one['learner']}: {one['error']}" for one in records if one["error"])
    rows = table.to_dict("records")
    return LearningView(verdict(records), which, rows, (*refused, *HONESTY), figures)
