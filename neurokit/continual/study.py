"""Let learners go through streams, one unit at a time, each kept on disk when it is done."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from neurokit.continual.streams import Stream, Task
from neurokit.files.whole_files import write_whole
from neurokit.fingerprint import code_version, digest

Said = Callable[[str, int, int], None]
Record = dict[str, Any]


@dataclass(frozen=True)
class Unit:
    """One learner on one stream.

    Parameters
    ----------
    learner : str
    person : str
    seed : int
    stream : Stream
    make : callable
        Gives the learner, not fitted: with ``partial_fit(X, y, episode=...)`` and ``predict(X)``,
        and ``align(X)`` where it meets a visit's epochs before it predicts them. It takes the units
        that are done.
    settings : dict
        What the learner was made of, for resuming.
    """

    learner: str
    person: str
    seed: int
    stream: Stream
    make: Callable[[list[Record]], Any]
    settings: dict[str, Any]

    @property
    def title(self) -> str:
        """Words for it."""
        who = f", person {self.person}" if self.person else ""
        return f"{self.learner}{who}, seed {self.seed}"

    def path(self, folder: Path) -> Path:
        """Where its record lies."""
        name = f"{self.learner}_{self.person}_{self.seed}"
        return folder / f"{re.sub('[^A-Za-z0-9+_.-]', '-', name)}.json"


def run_units(units: Iterable[Unit], folder: Path, *, said: Said) -> list[Record]:
    """Run units that are not on disk yet.

    Parameters
    ----------
    units : iterable of Unit
    folder : Path
        Of their records.
    said : callable
        Is told of each episode: words, episodes done, episodes planned.

    Returns
    -------
    records : list of dict
        One a unit, see :func:`run_unit`; ``error`` where a learner refused an episode.
    """
    units = list(units)
    planned = sum(len(unit.stream.episodes) for unit in units)
    records: list[Record] = []
    done = 0
    for unit in units:
        fingerprint = digest(vars(unit.stream), unit.settings, unit.seed, code_version())
        path = unit.path(folder)
        record = _kept(path, fingerprint)
        if record is None:
            record = run_unit(unit, records, partial(_tell, said, done, planned))
            write_whole(path, json.dumps(record | {"fingerprint": fingerprint}, indent=1))
        else:
            said(f"{unit.title}: kept", done + len(unit.stream.episodes), planned)
        done += len(unit.stream.episodes)
        records.append(record)
    return records


def _tell(said: Said, before: int, planned: int, text: str, t: int) -> None:
    said(text, before + t, planned)


def _kept(path: Path, fingerprint: str) -> Record | None:
    try:
        record: Record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if record.get("fingerprint") == fingerprint else None


def run_unit(unit: Unit, done: list[Record], said: Callable[[str, int], None]) -> Record:
    """Let one learner go through one stream.

    Parameters
    ----------
    unit : Unit
    done : list of dict
        Records of units before this one.
    said : callable
        Is told of each episode.

    Returns
    -------
    record : dict
        ``learner``, ``person``, ``seed``, ``error`` and ``episodes``: of each its ``name``,
        balanced accuracy on each task (``scores``, None where not tested), ``hits`` and ``n`` over
        all tasks seen, ``next`` (whether each trial of the next visit was hit), ``bytes``,
        ``connections``, ``spikes`` a trial (None where the learner does not say) and ``cpu``
        seconds.
    """
    stream = unit.stream
    record: Record = {"learner": unit.learner, "person": unit.person, "seed": unit.seed}
    record |= {"kind": stream.kind, "error": None, "episodes": []}
    record |= {"tasks": [task.name for task in stream.tasks], "n_classes": len(stream.classes)}
    try:
        model = unit.make(done)
        for t, episode in enumerate(stream.episodes):
            start = time.process_time()
            model.partial_fit(episode.X, episode.y, episode=t)
            cpu = time.process_time() - start
            found = _test(model, stream, t) | _measure(model) | {"cpu": cpu}
            record["episodes"].append({"name": episode.name} | found)
            said(f"{unit.title}: {episode.name}: {_words(found, stream)}", t + 1)
    except ValueError as error:
        record["error"] = " ".join(str(error).split())
        said(f"{unit.title}: refused: {record['error']}", len(stream.episodes))
    return record


def _words(found: Record, stream: Stream) -> str:
    accuracy = found["hits"] / max(found["n"], 1)
    text = f"{accuracy:.2f} on what was seen"
    return text + (f", {np.mean(found['next']):.2f} on the next" if found["next"] else "")


def _test(model: Any, stream: Stream, t: int) -> Record:
    """Accuracies on every task that can be tested after episode t."""
    seen = stream.seen(t)
    scores: list[float | None] = [None] * len(stream.tasks)
    hits, n, ahead_hits = 0, 0, []
    for visit in dict.fromkeys(stream.tasks[j].visit for j in seen):
        own = [j for j in seen if stream.tasks[j].visit == visit]
        for j, right in zip(own, _hits(model, [stream.tasks[j] for j in own]), strict=True):
            scores[j] = balanced(right, stream.tasks[j].y)
            hits, n = hits + int(right.sum()), n + len(right)
    for j, task in enumerate(stream.tasks):
        if j not in seen and task.ahead is not None and task.ahead_y is not None:
            right = _predicted(model, task.ahead) == task.ahead_y
            scores[j] = balanced(right, task.ahead_y)
            if j == t + 1:
                ahead_hits = right.astype(int).tolist()
    return {"scores": scores, "hits": hits, "n": n, "next": ahead_hits}


def _hits(model: Any, tasks: list[Task]) -> list[np.ndarray]:
    """Which trials of some tasks are right, predicted in one go."""
    predicted = _predicted(model, np.concatenate([task.X for task in tasks]))
    ends = np.cumsum([len(task.y) for task in tasks])[:-1]
    return [part == task.y for part, task in zip(np.split(predicted, ends), tasks, strict=True)]


def _predicted(model: Any, X: np.ndarray) -> np.ndarray:
    """Predictions for one visit, which a model that aligns visits meets first, without labels."""
    if X.ndim == 3 and hasattr(model, "align"):
        model.align(X)
    return np.asarray(model.predict(X))


def balanced(right: np.ndarray, y: np.ndarray) -> float:
    """Mean over classes of the share of hits.

    Parameters
    ----------
    right : array of bool, shape (n_trials,)
    y : array, shape (n_trials,)

    Returns
    -------
    accuracy : float
    """
    return float(np.mean([right[y == label].mean() for label in np.unique(y)]))


def _measure(model: Any) -> Record:
    """What a learner says of itself."""
    names = {
        "bytes": "memory_bytes_",
        "connections": "connections_",
        "spikes": "spikes_per_trial_",
    }
    found = {}
    for key, name in names.items():
        value = getattr(model, name, None)
        found[key] = None if value is None else float(value)
    return found
