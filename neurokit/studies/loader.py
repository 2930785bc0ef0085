"""Subjects are read and split ahead of their folds, and their epochs left in files."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import numpy as np

from neurokit.studies.engines import Inbox
from neurokit.studies.folds import Fold, make_folds
from neurokit.studies.paradigms import Recorded, load
from neurokit.studies.plan import Plan, Unit, default_scorer, file_contents, make_plan
from neurokit.studies.study import Study


@dataclass
class Loaded:
    """A unit that has been read, or the reason why not."""

    unit: Unit
    recorded: Recorded | None = None
    folds: list[Fold] = field(default_factory=list)
    scorer: str = ""
    contents: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    plan: Plan | None = None
    array: str = ""
    problem: Exception | None = None


def read_unit(unit: Unit, study: Study, known: Mapping[str, tuple[int, int, str]]) -> Loaded:
    """Read a unit and split it.

    Parameters
    ----------
    unit, study
        What, and how.
    known : mapping
        Digests of files that were read before.

    Raises
    ------
    ValueError, OSError
        If it cannot be read, or not split.
    """
    recorded = load(unit.dataset, unit.subjects, study)
    folds = make_folds(
        study.evaluation, recorded.y, recorded.metadata, folds=study.folds, seed=study.seed
    )
    scorer = study.scorer or default_scorer(recorded.y, study.evaluation)
    if scorer == "itr" and study.window[1] is not None:
        # windows decide independently once in their length
        scorer = f"itr/{study.window[1] - study.window[0]:g}"
    contents = file_contents(recorded.files, known)
    digests = {path: entry[2] for path, entry in contents.items()}
    plan = make_plan(unit, recorded, folds, scorer, digests)
    return Loaded(unit, recorded, folds, scorer, contents, plan)


class Loader:
    """Reads units on a thread of its own and leaves their epochs in files.

    Parameters
    ----------
    study : Study
        How to read.
    arrays : Path
        Folder for the files.
    known : mapping
        Digests of files that were read before.
    inbox : queue
        Gets ("unit", Loaded, None).
    """

    def __init__(
        self, study: Study, arrays: Path, known: Mapping[str, tuple[int, int, str]], inbox: Inbox
    ) -> None:
        self.study, self.arrays, self.known, self.inbox = study, arrays, known, inbox
        self.units: SimpleQueue[Unit] = SimpleQueue()
        self.count = 0
        # a daemon: Ctrl-C does not wait until a recording has been read
        Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            unit = self.units.get()
            try:
                loaded = read_unit(unit, self.study, self.known)
                self._leave(loaded)
            except Exception as error:
                loaded = Loaded(unit, problem=error)
            self.inbox.put(("unit", loaded, None))

    def _leave(self, loaded: Loaded) -> None:
        assert loaded.recorded is not None
        self.count += 1
        path = self.arrays / f"{self.count}.npy"
        try:
            np.save(path, loaded.recorded.X)
        except OSError as error:
            # NumPy says how much it wrote, not that the disk is full
            raise OSError(error.errno or errno.ENOSPC, str(error)) from error
        loaded.array = str(path)
        # the file has them now
        loaded.recorded.X = np.empty((0, *loaded.recorded.X.shape[1:]))
