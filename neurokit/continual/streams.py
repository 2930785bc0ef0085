"""Streams: what comes episode after episode, and what is tested after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Episode:
    """What is learnt at one time.

    Parameters
    ----------
    name : str
    X : array, shape (n_trials, ...)
        Epochs or features.
    y : array, shape (n_trials,)
    """

    name: str
    X: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Task:
    """What is tested: trials that no episode trains on.

    Parameters
    ----------
    name : str
    X : array, shape (n_trials, ...)
    y : array, shape (n_trials,)
    visit : str
        Tasks of one visit are predicted in one go: a model that aligns a visit's signals must not
        learn from the choice of trials which task it is.
    ahead : array, shape (n_ahead, ...), optional
        Trials that stand for the task before its own episode: all of a visit that nothing was
        learnt from yet. Then the task is tested in every episode.
    ahead_y : array, shape (n_ahead,), optional
    """

    name: str
    X: np.ndarray
    y: np.ndarray
    visit: str = ""
    ahead: np.ndarray | None = None
    ahead_y: np.ndarray | None = None


@dataclass(frozen=True)
class Stream:
    """Episodes and tasks, of which number j is learnt in episode j (blurry streams: see below).

    Parameters
    ----------
    name : str
    kind : {"classes", "visits", "people", "blurry"}
    episodes : tuple of Episode
    tasks : tuple of Task
        Of a blurry stream one a class, and which of them are seen by then says ``seen``.
    sfreq : float, optional
        Sampling rate in hertz, of epochs.
    word : {"pixels", "recording", "features"}
        What a value is.
    """

    name: str
    kind: str
    episodes: tuple[Episode, ...]
    tasks: tuple[Task, ...]
    sfreq: float | None = None
    word: str = "recording"

    @property
    def classes(self) -> np.ndarray:
        """All classes that ever come."""
        return np.unique(np.concatenate([episode.y for episode in self.episodes]))

    def seen(self, t: int) -> list[int]:
        """Tasks whose classes have all come by episode t."""
        known = np.concatenate([episode.y for episode in self.episodes[: t + 1]])
        if self.kind in ("visits", "people"):
            return list(range(t + 1))
        return [j for j, task in enumerate(self.tasks) if np.isin(task.y, known).all()]


def class_stream(
    X: np.ndarray,
    y: np.ndarray,
    test: tuple[np.ndarray, np.ndarray],
    episodes: Sequence[Sequence[Any]],
    *,
    name: str = "classes",
    **about: Any,
) -> Stream:
    """Some classes at a time, each once.

    Parameters
    ----------
    X, y : array
        Trials to learn and their classes.
    test : tuple of array
        Other trials and their classes.
    episodes : sequence of sequence
        Classes of each episode.
    name : str
    **about
        ``sfreq`` and ``word`` of :class:`Stream`.

    Returns
    -------
    stream : Stream

    Raises
    ------
    ValueError
        If a class comes twice, or has no trials.
    """
    flat = [label for classes in episodes for label in classes]
    if len(set(flat)) < len(flat):
        raise ValueError("a class comes in two episodes; use kind: blurry for classes that return")
    found, tasks = [], []
    for classes in episodes:
        called = ", ".join(map(str, classes))
        own, tested = np.isin(y, list(classes)), np.isin(test[1], list(classes))
        lacking = [label for label in classes if not (np.any(y == label) and tested.any())]
        if lacking:
            raise ValueError(f"there are no trials of class {lacking[0]}; check episodes")
        found.append(Episode(called, X[own], y[own]))
        tasks.append(Task(called, test[0][tested], test[1][tested]))
    return Stream(name, "classes", tuple(found), tuple(tasks), **about)


def blurry_stream(
    X: np.ndarray,
    y: np.ndarray,
    test: tuple[np.ndarray, np.ndarray],
    *,
    per_episode: int = 3,
    novelty: float = 0.3,
    name: str = "blurry",
    seed: int = 0,
    **about: Any,
) -> Stream:
    """Classes come and come back: each place is new with a probability, else one seen before.

    Parameters
    ----------
    X, y, test, name, about
        As in :func:`class_stream`.
    per_episode : int
        Classes of an episode.
    novelty : float
        Probability that a place after the first episode takes a new class.
    seed : int

    Returns
    -------
    stream : Stream
        Until every class has come; a class that returns brings all its trials again.

    References
    ----------
    .. [1] M. B. Gurbuz, J. M. Moorman, C. Dovrolis, SHARP, 2023, arXiv:2305.18563 (its published
       code).
    """
    random = np.random.default_rng(seed)
    unseen = random.permutation(np.unique(y)).tolist()
    chosen = [unseen[:per_episode]]
    seen, unseen = unseen[:per_episode], unseen[per_episode:]
    while unseen:
        now: list[Any] = []
        for _ in range(per_episode):
            old = [label for label in seen if label not in now]
            if unseen and (random.random() < novelty or not old):
                now.append(unseen.pop(0))
            elif old:
                now.append(old[random.integers(len(old))])
        seen = list(dict.fromkeys([*seen, *now]))
        chosen.append(now)
    episodes = tuple(
        Episode(", ".join(map(str, now)), X[np.isin(y, now)], y[np.isin(y, now)]) for now in chosen
    )
    tasks = tuple(
        Task(str(label), test[0][test[1] == label], test[1][test[1] == label]) for label in seen
    )
    return Stream(name, "blurry", episodes, tasks, **about)


def visit_stream(
    X: np.ndarray,
    y: np.ndarray,
    visit: np.ndarray,
    *,
    test_share: float = 0.25,
    kind: str = "visits",
    name: str = "visits",
    seed: int = 0,
    **about: Any,
) -> Stream:
    """One visit (or person) after the other, the same classes in each.

    Parameters
    ----------
    X : array, shape (n_trials, ...)
    y : array, shape (n_trials,)
    visit : array, shape (n_trials,)
        In the order in which they come.
    test_share : float
        Of each class of each visit, drawn by chance and never learnt. Before its own episode all
        of a visit is tested.
    kind : {"visits", "people"}
    name : str
    seed : int
    **about
        As in :func:`class_stream`.

    Returns
    -------
    stream : Stream

    Raises
    ------
    ValueError
        If there is one visit only, or one is too small to test.
    """
    names = list(dict.fromkeys(visit.tolist()))
    if len(names) < 2:
        raise ValueError(
            f"a stream of {kind} needs at least two of them, there is {len(names)}; "
            "choose other data, or kind: classes"
        )
    random = np.random.default_rng(seed)
    episodes, tasks = [], []
    for number, one in enumerate(names, start=1):
        called = f"visit {number}" if kind == "visits" else f"person {one}"
        own = np.flatnonzero(visit == one)
        tested = held_out(y[own], test_share, random)
        if tested.all() or not tested.any():
            raise ValueError(f"{called} has {len(own)} trials: too few to learn and test")
        episodes.append(Episode(called, X[own[~tested]], y[own[~tested]]))
        tasks.append(
            Task(called, X[own[tested]], y[own[tested]], called, ahead=X[own], ahead_y=y[own])
        )
    return Stream(name, kind, tuple(episodes), tuple(tasks), **about)


def held_out(y: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """Draw trials to test, the share of each class.

    Parameters
    ----------
    y : array, shape (n_trials,)
    share : float
    random : Generator

    Returns
    -------
    tested : array of bool, shape (n_trials,)
    """
    tested = np.zeros(len(y), dtype=bool)
    for label in np.unique(y):
        own = random.permutation(np.flatnonzero(y == label))
        tested[own[: round(share * len(own))]] = True
    return tested
