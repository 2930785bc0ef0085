"""Traces of animals, checked where they come in, and brought to one rate and one set of names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np


class Stimulus(NamedTuple):
    """Something that an animal was shown, given or asked."""

    onset: float  # seconds from the first frame
    duration: float  # seconds
    label: str


@dataclass(frozen=True)
class Animal:
    """What was recorded of one animal, or of one person.

    Parameters
    ----------
    name : str
    traces : array, shape (n_times, n_nodes)
        Of neurons, channels or regions, in any unit. NaN where nothing was measured.
    sfreq : float
        Frames a second.
    names : sequence of str, length n_nodes
        The same neuron has the same name in every animal, and stands once in each.
    stimuli : sequence of Stimulus
    behaviour : mapping of str to array, shape (n_times,)
        Numbers, or words for states.

    Raises
    ------
    ValueError
        If the parts do not fit one another, or a name stands twice.
    """

    name: str
    traces: np.ndarray
    sfreq: float
    names: tuple[str, ...]
    stimuli: tuple[Stimulus, ...] = ()
    behaviour: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        traces = np.asarray(self.traces, dtype=np.float64)
        object.__setattr__(self, "traces", traces)
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        object.__setattr__(self, "stimuli", tuple(Stimulus(*one) for one in self.stimuli))
        if traces.ndim != 2 or traces.shape[0] < 2 or traces.shape[1] < 2:
            raise ValueError(
                f"{self.name}: traces must have shape (n_times, n_nodes) with two of each or more, "
                f"got {traces.shape}"
            )
        if traces.shape[1] != len(self.names):
            raise ValueError(
                f"{self.name}: {traces.shape[1]} traces and {len(self.names)} names; give a name "
                "for each"
            )
        if not self.sfreq > 0:
            raise ValueError(
                f"{self.name}: frames a second must be above 0, got {self.sfreq}; give --sfreq"
            )
        if np.isinf(traces).any():
            raise ValueError(f"{self.name}: holds infinite values; write NaN for what is missing")
        twice = [name for name, count in Counter(self.names).items() if count > 1]
        if twice:
            raise ValueError(
                f"{self.name}: the name {twice[0]} stands {self.names.count(twice[0])} times; a "
                "neuron has one trace in an animal: keep one, or rename the others"
            )
        for key, values in self.behaviour.items():
            if len(values) != len(traces):
                raise ValueError(
                    f"{self.name}: behaviour {key} has {len(values)} values for {len(traces)} "
                    "frames; give one a frame"
                )

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.traces) / self.sfreq


@dataclass(frozen=True)
class Aligned:
    """Animals at one rate, under one list of names.

    Parameters
    ----------
    animals : tuple of Animal
        Without what cannot be used; on a shared clock all are equally long.
    names : tuple of str
        Of all nodes of all animals, sorted.
    clock : {"shared", "own"}
        Whether a frame is the same moment in all animals.
    notes : tuple of str
        What was done to the traces, in words.
    """

    animals: tuple[Animal, ...]
    names: tuple[str, ...]
    clock: str
    notes: tuple[str, ...] = ()

    @property
    def sfreq(self) -> float:
        """Frames a second."""
        return self.animals[0].sfreq

    @property
    def seen(self) -> np.ndarray:
        """Which nodes were found in which animal, shape (n_animals, n_nodes)."""
        return np.array([[name in set(one.names) for name in self.names] for one in self.animals])

    def columns(self, animal: Animal) -> np.ndarray:
        """Places in ``names`` of an animal's nodes."""
        places = {name: place for place, name in enumerate(self.names)}
        return np.array([places[name] for name in animal.names])


def align(
    animals: Sequence[Animal],
    *,
    sfreq: float | None = None,
    clock: str = "auto",
    max_gap: float = 2.0,
    tolerance: float = 1.0,
) -> Aligned:
    """Bring animals to one rate, one list of names and, where stimuli are the same, one clock.

    Parameters
    ----------
    animals : sequence of Animal
    sfreq : float, optional
        Frames a second; the lowest of the animals' by default.
    clock : {"auto", "shared", "own"}
        ``shared``: the first stimulus, or the start where there is none, is the same moment in all.
        ``own``: each animal has its own time. ``auto``: shared if all had the same stimuli in the
        same order within ``tolerance``.
    max_gap : float
        Seconds: shorter gaps are filled by a straight line, a node with a longer one counts as not
        seen in that animal.
    tolerance : float
        Seconds by which onsets may differ on a shared clock.

    Returns
    -------
    aligned : Aligned

    Raises
    ------
    ValueError
        If nothing is left, names of animals stand twice, or the stimuli do not fit a shared clock.
    """
    if not animals:
        raise ValueError("there is no animal; give at least one file of traces")
    if clock not in ("auto", "shared", "own"):
        raise ValueError(f"clock must be auto, shared or own, got {clock!r}")
    twice = [name for name, count in Counter(one.name for one in animals).items() if count > 1]
    if twice:
        raise ValueError(f"two animals are called {twice[0]}; rename one")
    notes: list[str] = []
    animals = [_whole(one, max_gap, notes) for one in animals]
    rate = min(one.sfreq for one in animals) if sfreq is None else sfreq
    animals = [_resampled(one, rate, notes) for one in animals]
    if clock == "auto":
        clock = "shared" if _same_stimuli(animals, tolerance) else "own"
        if clock == "own" and len(animals) > 1:
            notes.append(
                "the animals have no stimuli at the same times: each has its own time, and they "
                "share what works together, not when"
            )
    if clock == "shared":
        animals = _on_one_clock(animals, tolerance, notes)
    if len(animals) == 1:
        notes.append(
            "one animal alone: nothing says what is common and what is its own; give several"
        )
    names = tuple(sorted({name for one in animals for name in one.names}))
    return Aligned(tuple(animals), names, clock, tuple(notes))


def _whole(animal: Animal, max_gap: float, notes: list[str]) -> Animal:
    """Fill short gaps; leave out nodes with long ones and those that are constant."""
    traces = animal.traces.copy()
    longest = np.array([_longest_gap(column) for column in np.isnan(traces).T]) / animal.sfreq
    gappy = longest > max_gap
    filled = (longest > 0) & ~gappy
    frames = np.arange(len(traces))
    for column in np.flatnonzero(filled):
        known = ~np.isnan(traces[:, column])
        traces[:, column] = np.interp(frames, frames[known], traces[known, column])
    with np.errstate(invalid="ignore"):
        spread = np.ptp(traces, axis=0)
    constant = ~gappy & ~(spread > 1e-9 * np.maximum(np.abs(traces[0]), 1e-9))
    kept = ~gappy & ~constant
    for places, why in ((gappy, f"a gap of more than {max_gap:g} s"), (constant, "constant")):
        if places.any():
            what = "constant" if why == "constant" else f"with {why}"
            notes.append(f"{animal.name}: {_few(animal.names, places)} {what}: not seen there")
    if filled.any():
        notes.append(f"{animal.name}: gaps of up to {longest[filled].max():.2g} s filled by lines")
    if kept.sum() < 2:
        raise ValueError(
            f"{animal.name}: {kept.sum()} of {len(kept)} traces can be used, the others are "
            f"constant or have gaps of more than {max_gap:g} s; cut the recording, or leave it out"
        )
    names = tuple(name for name, good in zip(animal.names, kept, strict=True) if good)
    return replace(animal, traces=traces[:, kept], names=names)


def _few(names: Sequence[str], places: np.ndarray) -> str:
    """First names of those that are marked, and how many more."""
    marked = [name for name, there in zip(names, places, strict=True) if there]
    more = f" and {len(marked) - 3} more" if len(marked) > 3 else ""
    return ", ".join(marked[:3]) + more


def _longest_gap(missing: np.ndarray) -> int:
    """Frames of the longest run of missing ones."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], missing.view(np.int8), [0]))))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _resampled(animal: Animal, sfreq: float, notes: list[str]) -> Animal:
    """Traces at another rate, smoothed before frames are dropped."""
    if abs(sfreq / animal.sfreq - 1) < 1e-3:
        return replace(animal, sfreq=sfreq)
    notes.append(f"{animal.name}: {animal.sfreq:.4g} frames a second resampled to {sfreq:.4g}")
    traces = animal.traces
    if sfreq < animal.sfreq:
        from scipy.ndimage import gaussian_filter1d

        # half the step of the new rate: -4 dB at its Nyquist frequency
        traces = gaussian_filter1d(traces, 0.3 * animal.sfreq / sfreq, axis=0, mode="nearest")
    n_times = max(int(animal.duration * sfreq), 2)
    old, new = np.arange(len(traces)) / animal.sfreq, np.arange(n_times) / sfreq
    nearest = np.clip(np.rint(new * animal.sfreq).astype(int), 0, len(traces) - 1)
    return replace(
        animal,
        traces=np.stack([np.interp(new, old, column) for column in traces.T], axis=1),
        sfreq=sfreq,
        behaviour={key: np.asarray(values)[nearest] for key, values in animal.behaviour.items()},
    )


def _same_stimuli(animals: Sequence[Animal], tolerance: float) -> bool:
    """Whether all had the same stimuli in the same order, counted from the first one."""
    first = animals[0].stimuli
    return bool(first) and all(
        [each.label for each in one.stimuli] == [each.label for each in first]
        and all(
            abs((each.onset - one.stimuli[0].onset) - (other.onset - first[0].onset)) <= tolerance
            for each, other in zip(one.stimuli, first, strict=True)
        )
        for one in animals
    )


def _on_one_clock(animals: Sequence[Animal], tolerance: float, notes: list[str]) -> list[Animal]:
    """Cut animals so that a frame is the same moment in all."""
    if any(one.stimuli for one in animals) and not _same_stimuli(animals, tolerance):
        raise ValueError(
            f"the animals' stimuli differ by more than {tolerance:g} s, so they share no clock; "
            "give --clock own, or mend the onsets"
        )
    early = min((one.stimuli[0].onset for one in animals if one.stimuli), default=0.0)
    cut = [_from(one, one.stimuli[0].onset - early if one.stimuli else 0.0) for one in animals]
    n_times = min(len(one.traces) for one in cut)
    longest = max(one.duration for one in animals)
    if longest - n_times / animals[0].sfreq > 1 / animals[0].sfreq:
        notes.append(
            f"cut to {n_times / animals[0].sfreq:.4g} s, which all animals have on one clock"
        )
    return [
        replace(
            one,
            traces=one.traces[:n_times],
            behaviour={key: values[:n_times] for key, values in one.behaviour.items()},
        )
        for one in cut
    ]


def _from(animal: Animal, seconds: float) -> Animal:
    """Leave out the first seconds."""
    skipped = round(seconds * animal.sfreq)
    return replace(
        animal,
        traces=animal.traces[skipped:],
        stimuli=tuple(one._replace(onset=one.onset - seconds) for one in animal.stimuli),
        behaviour={key: values[skipped:] for key, values in animal.behaviour.items()},
    )
