"""A study under way: subjects are read in turn, folds go out, records come back and are kept."""

from __future__ import annotations

import errno
import shutil
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from neurokit.fingerprint import digest, versions
from neurokit.studies.decisions import inner_scoring
from neurokit.studies.engines import Engine, Event, Inbox, make_engine
from neurokit.studies.folds import Outcome, Task, configure
from neurokit.studies.loader import Loaded, Loader
from neurokit.studies.paradigms import Recorded, shorten
from neurokit.studies.plan import (
    Place,
    Plan,
    Unit,
    fold_keys,
    read_plan,
    store_plan,
)
from neurokit.studies.results import Results
from neurokit.studies.study import Study

# one unit is at work while the next is read
_AHEAD = 2
# a wait that the user can break everywhere, on Windows too
_PATIENCE = 0.25


class Progress(Protocol):
    """What a run tells of itself."""

    def say(self, text: str) -> None:
        """Say what goes on."""

    def fold(self, record: Mapping[str, Any], done: int, planned: int) -> None:
        """Show a fold that has just ended, and how many of those planned so far have."""


class Silence:
    """A progress that says nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def fold(self, record: Mapping[str, Any], done: int, planned: int) -> None:
        """Show nothing."""


class Run:
    """One evaluation under way.

    Parameters
    ----------
    study : Study
        The options.
    units : iterable of Unit
        What is read, in turn.
    pipelines : dict
        Name to estimator.
    results : Results
        Open for writing; nobody else writes there.
    progress : Progress
        Is told what goes on.
    """

    def __init__(
        self,
        study: Study,
        units: Iterator[Unit],
        pipelines: Mapping[str, Any],
        results: Results,
        progress: Progress,
    ) -> None:
        self.study, self.pipelines, self.results = study, pipelines, results
        self.progress = progress
        self.units = deque(units)
        self.inbox: Inbox = SimpleQueue()
        self.waiting: deque[Task] = deque()
        self.tasks_left: Counter[str] = Counter()  # of each array
        self.problems: list[tuple[Unit, Exception]] = []
        self.keys: list[str] = []
        self.done = self.outstanding = self.running = 0
        self.good = False
        self._engine: Engine | None = None

    def all(self) -> set[str]:
        """Do every fold that is not finished; return the keys of all.

        Raises
        ------
        ValueError, OSError
            If no unit at all can be read, or the results cannot be written.
        """
        with self._arrays() as arrays:
            loader = Loader(self.study, arrays, self.results.known_files(), self.inbox)
            try:
                self._advance(loader)
                while self.outstanding or self.waiting or self.running:
                    self._take(self._next_event())
                    self._hand_out()
                    self._advance(loader)
            finally:
                if self._engine is not None:
                    self._engine.close()
        if self.problems:
            raise self.problems[0][1]
        return set(self.keys)

    @contextmanager
    def _arrays(self) -> Iterator[Path]:
        """Make the folder of epochs for the workers; a killed run leaves one to sweep."""
        folder = self.results.folder / "arrays"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def engine(self) -> Engine:
        """Started when the first unit is to be read, so that both start side by side."""
        if self._engine is None:
            self._engine = make_engine(self.study, self.inbox)
        return self._engine

    def _next_event(self) -> Event:
        while True:
            with suppress(Empty):
                return self.inbox.get(timeout=_PATIENCE)

    def _advance(self, loader: Loader) -> None:
        """Have further units read, but for those that are finished."""
        while self.units and self.outstanding < _AHEAD:
            unit = self.units.popleft()
            plan = None if self.study.fresh else read_plan(self.results, unit, self.study)
            if plan is not None and not self._open(unit, plan):
                self.progress.say(f"{unit.label}: finished before")
                continue
            self.progress.say(f"{unit.label}: reading")
            self.outstanding += 1
            loader.units.put(unit)
            _ = self.engine

    def _open(self, unit: Unit, plan: Plan) -> list[tuple[str, int, dict[Place, str]]]:
        """Take a unit's folds into the run; return those that are to be done."""
        folds = list(fold_keys(plan, self.pipelines, self.study))
        for pipeline in self.pipelines:
            mine = [key for name, _, keys in folds if name == pipeline for key in keys.values()]
            for slot in self._slots(unit, pipeline):
                self.results.make_current(mine, **slot)
        keys = [key for _, _, places in folds for key in places.values()]
        finished = set() if self.study.fresh else self.results.finished(keys)
        todo = [fold for fold in folds if not set(fold[2].values()) <= finished]
        if not todo:
            self.keys += keys
            self.done += len(keys)
            self.good = True
        return todo

    def _slots(self, unit: Unit, pipeline: str) -> Iterator[dict[str, str]]:
        slot = {
            "dataset": unit.name,
            "evaluation": self.study.evaluation,
            "paradigm": self.study.paradigm,
            "pipeline": pipeline,
        }
        if self.study.evaluation == "cross-subject":
            yield slot
        else:
            yield from ({**slot, "subject": str(subject)} for subject in unit.subjects)

    def _take(self, event: Event) -> None:
        if event[0] == "unit":
            self._plan(event[1])
            return
        settled = self.engine.settle(event)
        if settled is not None:
            self._keep(*settled)

    def _plan(self, loaded: Loaded) -> None:
        unit, plan, recorded = loaded.unit, loaded.plan, loaded.recorded
        if loaded.problem is not None:
            self.outstanding -= 1
            self._hold(unit, loaded.problem)
            return
        assert plan is not None
        assert recorded is not None
        for path, (size, modified, content) in loaded.contents.items():
            self.results.add_file(path, size, modified, content)
        store_plan(self.results, unit, self.study, plan)
        todo = self._open(unit, plan)
        if not todo:
            self._release(loaded.array)
            return
        self.good = True
        self._report_problems()
        keys = [
            key
            for _, _, places in fold_keys(plan, self.pipelines, self.study)
            for key in places.values()
        ]
        self.keys += keys
        self.done += len(keys) - sum(len(places) for _, _, places in todo)
        self.engine.share(loaded.array)
        tasks = [self._task(loaded, recorded, *fold) for fold in todo]
        self.tasks_left[loaded.array] = len(tasks)
        self.waiting.extend(tasks)

    def _task(
        self, loaded: Loaded, recorded: Recorded, name: str, index: int, keys: dict[Place, str]
    ) -> Task:
        estimator = configure(
            self.pipelines[name],
            seed=self.study.seed,
            sfreq=recorded.sfreq,
            ch_names=recorded.ch_names,
            scoring=inner_scoring(loaded.scorer),
            backend=self.study.backend,
        )
        across = self.study.evaluation == "cross-subject"
        return Task(
            estimator,
            recorded.y,
            loaded.folds[index],
            loaded.scorer,
            subjects=recorded.metadata.subject.to_numpy() if across else None,
            array=loaded.array,
            about={"dataset": loaded.unit.name, "pipeline": name, "keys": keys},
        )

    def _hand_out(self) -> None:
        while self.waiting and self.engine.room > 0:
            self.engine.submit(self.waiting.popleft())
            self.running += 1

    def _keep(self, task: Task, outcomes: list[Outcome]) -> None:
        self.running -= 1
        for outcome in outcomes:
            subject, session = outcome.pop("place")
            record = {
                **self._record(task.about["dataset"], task.about["pipeline"]),
                **outcome,
                "key": task.about["keys"][subject, session],
                "subject": subject,
                "session": session,
                "fold": task.fold.number,
                "scorer": task.scorer,
            }
            self.results.add(record)
            self.done += 1
            self.progress.fold(record, self.done, len(self.keys))
        self.tasks_left[task.array] -= 1
        if not self.tasks_left[task.array]:
            self._release(task.array)

    def _record(self, dataset: str, pipeline: str) -> dict[str, Any]:
        return {
            "dataset": dataset,
            "evaluation": self.study.evaluation,
            "paradigm": self.study.paradigm,
            "pipeline": pipeline,
            "seed": self.study.seed,
            "versions": versions(),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "settings": {
                **self.study.data_settings,
                "folds": self.study.folds,
                "backend": self.study.backend,
            },
        }

    def _release(self, array: str) -> None:
        self.outstanding -= 1
        self.engine.forget(array)
        Path(array).unlink(missing_ok=True)

    def _hold(self, unit: Unit, problem: Exception) -> None:
        """Keep a unit's problem until another unit is good; then it is a failure among others."""
        if not isinstance(problem, ValueError | OSError):
            raise problem
        if getattr(problem, "errno", None) == errno.ENOSPC:
            raise OSError(
                f"the disk under {self.results.folder} is full; what was finished is kept: "
                "make room and run the same line again"
            ) from problem
        self.problems.append((unit, problem))
        if self.good:
            self._report_problems()

    def _report_problems(self) -> None:
        for unit, problem in self.problems:
            for pipeline in self.pipelines:
                slots = list(self._slots(unit, pipeline))
                for slot in slots:
                    key = digest(slot, self.study.data_settings, "unreadable")
                    self.results.make_current([key], **slot)
                    record = {
                        **self._record(unit.name, pipeline),
                        "key": key,
                        "subject": slot.get("subject", shorten(unit.subjects)),
                        "session": "",
                        "fold": 0,
                        "error": str(problem),
                    }
                    self.keys.append(key)
                    self.done += 1
                    self.results.add(record)
                    self.progress.fold(record, self.done, len(self.keys))
        self.problems = []
