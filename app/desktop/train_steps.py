"""What Train does to the workspace, and the script that does it again. No Qt here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurokit.app.desktop.train_plan import candidate_options
from neurokit.visits.attempts import Attempt, Candidate

if TYPE_CHECKING:
    from neurokit.app.desktop.train_plan import Plan
    from neurokit.patients.workspace import Workspace


@dataclass(frozen=True)
class ModelSteps:
    """How a model is made: the call, and the same as a script and as a command line."""

    arguments: tuple[Any, ...]
    options: dict[str, Any]
    python: str
    command: str


def keep_attempt(workspace: Workspace, visit: int, attempt: Attempt, plan: Plan) -> int:
    """Keep an attempt in the workspace; returns its number.

    Raises
    ------
    OSError
        If the workspace cannot be written.
    """
    runs = tuple(item.run.id for item in plan.items)
    kept = attempt.model_copy(update={"run_ids": runs})
    return workspace.add_training(visit, kept.model_dump(mode="json"))


def model_steps(workspace: Workspace, attempt: Attempt, path: Path) -> ModelSteps:
    """How the model of an attempt is made from the very trials that it was tested on."""
    from neurokit.visits.training import fit_runs

    paths = [workspace.run(number).path for number in attempt.run_ids]
    classes, cut = attempt.asked["classes"], attempt.asked["cut"]
    candidate = Candidate(pipeline=attempt.pipeline, settings=attempt.settings)
    made = f"Candidate(pipeline={candidate.pipeline!r}, settings={candidate.settings!r})"
    python = (
        "from neurokit.visits.training import Candidate, fit_runs\n"
        f"fit_runs({[str(each) for each in paths]!r}, {classes!r}, {made}, {str(path)!r}, "
        f"cut={cut!r}, seed={attempt.seed})"
    )
    words = ["neurokit", "train", *map(str, paths), "--classes", ",".join(classes)]
    words += candidate_options([candidate])
    words += ["--band", "{:g}-{:g}".format(*cut["band"])]
    words += ["--window", "{:g}-{:g}".format(*cut["window"])]
    for run, trial in cut.get("rejected", ()):
        words += ["--reject", f"{run + 1}:{trial}"]
    words += ["--seed", str(attempt.seed), "--save", str(path)]
    options = {"cut": cut, "seed": attempt.seed}
    return ModelSteps((fit_runs, paths, classes, attempt, path), options, python, shlex.join(words))
