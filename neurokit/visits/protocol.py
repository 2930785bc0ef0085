"""When the patient is asked for what: the schedule of a Graz motor-imagery run.

References
----------
.. [1] G. Pfurtscheller, C. Neuper, Proc. IEEE 89:1123, 2001, doi:10.1109/5.939829.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Self

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

CLASSES = ("left_hand", "right_hand", "feet", "tongue", "rest")
MOST_ALIKE_IN_A_ROW = 3
# trials of each class in a block: shorter blocks let a patient guess the next class
BLOCK = 4

Seconds = Annotated[float, Field(ge=0, le=60)]


class GrazProtocol(BaseModel):
    """Settings of a Graz run; times are in seconds.

    A trial is fixation (with a beep), cue, imagery that begins with the cue, and a pause of random
    length. The run opens with a baseline at rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    classes: tuple[str, ...] = Field(("left_hand", "right_hand"), description="What is imagined")
    trials_per_class: int = Field(20, ge=1, le=200, description="Trials of each class in a run")
    baseline: Seconds = Field(10.0, description="Rest before the first trial, s")
    fixation: Seconds = Field(2.0, description="Cross before the cue, s")
    cue: Seconds = Field(1.25, description="How long the cue is shown, s")
    imagery: float = Field(4.0, gt=0, le=60, description="From the cue to the end of imagery, s")
    pause_min: Seconds = Field(1.5, description="Shortest pause between trials, s")
    pause_max: Seconds = Field(2.5, description="Longest pause between trials, s")
    sound: bool = Field(True, description="Beep at fixation")
    seed: int = Field(0, ge=0, description="Seed of order and pauses")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.classes)) != len(self.classes) or len(self.classes) < 2:
            raise ValueError(
                f"a run needs at least two classes, each once, got {', '.join(self.classes)}"
            )
        if self.pause_min > self.pause_max:
            raise ValueError(
                f"the shortest pause ({self.pause_min:g} s) is longer than the longest "
                f"({self.pause_max:g} s); swap them"
            )
        if self.cue > self.imagery:
            raise ValueError(
                f"the cue ({self.cue:g} s) outlasts imagery ({self.imagery:g} s), "
                "which begins with it; shorten the cue"
            )
        return self

    def schedule(self) -> tuple[PlannedTrial, ...]:
        """Plan the run; the same settings give the same plan."""
        generator = np.random.default_rng(self.seed)
        order = balanced_order(self.classes, self.trials_per_class, generator)
        pauses = generator.uniform(self.pause_min, self.pause_max, len(order))
        trials = []
        start = self.baseline
        for number, (label, pause) in enumerate(zip(order, pauses, strict=True)):
            cue = start + self.fixation
            trials.append(PlannedTrial(number, label, start, cue, cue + self.imagery))
            start = cue + self.imagery + float(pause)
        return tuple(trials)

    @property
    def duration(self) -> float:
        """Length of the run in seconds, the last pause left out."""
        return self.schedule()[-1].end


def read_protocol(path: str | Path) -> GrazProtocol:
    """Read a protocol's settings from a YAML file.

    Raises
    ------
    ValueError
        If a setting is unknown or out of range; the message names it.
    """
    settings = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    try:
        return GrazProtocol.model_validate(settings or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the protocol"
        raise ValueError(
            f"{path}: {where}: {first['msg']}; it may set {', '.join(GrazProtocol.model_fields)}"
        ) from None


@dataclass(frozen=True)
class PlannedTrial:
    """A trial of the plan: its class, and its times in seconds from the start of the run."""

    number: int
    label: str
    fixation: float
    cue: float
    end: float


def balanced_order(
    classes: Sequence[str], trials_per_class: int, generator: np.random.Generator
) -> list[str]:
    """Order of classes: blocks with each class four times, at most three alike in a row.

    Parameters
    ----------
    classes : sequence of str
        The classes, each once.
    trials_per_class : int
        Trials of each; what four does not divide makes a last, shorter block.
    generator : numpy Generator
        Source of chance.

    Returns
    -------
    order : list of str
        ``len(classes) * trials_per_class`` labels. Stopped after any block, it is balanced.
    """
    order: list[str] = []
    for repeats in _block_sizes(trials_per_class):
        block = list(classes) * repeats
        while True:
            generator.shuffle(block)
            if _longest_run([*order[-MOST_ALIKE_IN_A_ROW:], *block]) <= MOST_ALIKE_IN_A_ROW:
                break
        order += block
    return order


def _block_sizes(trials_per_class: int) -> Iterator[int]:
    yield from [BLOCK] * (trials_per_class // BLOCK)
    if trials_per_class % BLOCK:
        yield trials_per_class % BLOCK


def _longest_run(labels: Sequence[str]) -> int:
    longest = length = 1
    for before, label in pairwise(labels):
        length = length + 1 if label == before else 1
        longest = max(longest, length)
    return longest
