"""What was extracted of some runs, joined: trials by channel and frequency, in time, in pairs."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from neurokit.patients.runs import Dropped
from neurokit.signals.artefacts import POTATO_Z, potato_scores
from neurokit.signals.spectra import erds, time_frequency

Measure = Literal["power", "strength"]
Rejected = Collection[tuple[int, int]]
_TINY = 1e-30


@dataclass(frozen=True, eq=False)
class Extracted:
    """Trials of some runs.

    Parameters
    ----------
    ch_names : tuple of str
        Channels that all runs have.
    positions : array, shape (n_channels, 2)
        On the head from above, its rim at 1, nose up; nan where unknown.
    sfreq : float
        Sampling rate in hertz.
    labels : array of str, shape (n_trials,)
        Classes.
    runs, trials : array of int, shape (n_trials,)
        Place of each trial's run, and its number there.
    frequencies : array, shape (n_frequencies,)
        Of the power, in hertz.
    power : array, shape (n_trials, n_channels, n_frequencies)
        In volts squared per hertz.
    connected : array, shape (n_connected,)
        Frequencies of the connectivity, in hertz; none where it was not asked for.
    strength : array, shape (n_trials, n_channels, n_connected)
        How much each channel is connected.
    flags : tuple of tuple of str
        What speaks against each trial.
    dropped : tuple of Dropped
        Trials that are not here, and why.
    notes : tuple of str
        What the files are to be mistrusted for.
    """

    ch_names: tuple[str, ...]
    positions: np.ndarray
    sfreq: float
    labels: np.ndarray
    runs: np.ndarray
    trials: np.ndarray
    onsets: np.ndarray
    frequencies: np.ndarray
    power: np.ndarray
    connected: np.ndarray
    strength: np.ndarray
    flags: tuple[tuple[str, ...], ...]
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]
    signal_start: float
    _files: tuple[_File, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes that have trials, in the order of their first one."""
        return tuple(dict.fromkeys(self.labels.tolist()))

    def measures(self) -> tuple[Measure, ...]:
        """What there is."""
        return ("power", "strength") if len(self.connected) else ("power",)

    def values(self, measure: Measure = "power") -> tuple[np.ndarray, np.ndarray]:
        """Frequencies, and values of all trials: power in decibels (of 1 µV²/Hz), or strength."""
        if measure == "strength":
            return self.connected, self.strength
        # a flat channel has no logarithm, and is flat in every trial
        return self.frequencies, 10.0 * np.log10(np.maximum(self.power * 1e12, _TINY))

    def rows(self, label: str, rejected: Rejected = ()) -> np.ndarray:
        """Places of the trials of a class that are not rejected, as (run, trial)."""
        return np.flatnonzero((self.labels == label) & self.kept(rejected))

    def kept(self, rejected: Rejected) -> np.ndarray:
        """Mask of the trials that are not rejected."""
        gone = set(rejected)
        pairs = zip(self.runs.tolist(), self.trials.tolist(), strict=True)
        return np.array([pair not in gone for pair in pairs], dtype=bool)

    def suspects(self) -> list[tuple[int, int]]:
        """Trials that are flagged, as (run, trial)."""
        pairs = zip(self.runs.tolist(), self.trials.tolist(), strict=True)
        return [pair for pair, flags in zip(pairs, self.flags, strict=True) if flags]

    def change(
        self,
        channel: str,
        rows: np.ndarray,
        *,
        window: float = 0.5,
        shift: float = 0.1,
        resolution: float = 1.0,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """ERD/ERS of a channel in time and frequency, against the rest before the cue.

        Returns
        -------
        times, frequencies : array
            Seconds from the cue, hertz.
        change : array, shape (n_frequencies, n_times)
            In per cent.
        """
        signals = np.concatenate(
            [file.signals_of(channel, self.trials[rows[self.runs[rows] == place]])
             for place, file in enumerate(self._files)]
        )  # fmt: skip
        times, frequencies, power = time_frequency(
            signals[:, None],
            self.sfreq,
            window=window,
            shift=shift,
            resolution=resolution,
            highest=float(self.frequencies[-1]),
        )
        times = times + self.signal_start
        # a window that reaches over the cue is no rest
        return times, frequencies, erds(power, times, (self.signal_start, -window / 2))[0]

    def matrix(self, frequency: float, rows: np.ndarray) -> np.ndarray:
        """Mean connectivity of some trials at the frequency that is nearest."""
        n_channels = len(self.ch_names)
        place = int(np.abs(self.connected - frequency).argmin())
        total = np.zeros(n_channels * (n_channels - 1) // 2)
        for run, file in enumerate(self._files):
            here = self.runs[rows] == run
            if here.any():
                total += file.pairs[place][rows[here] - file.first][:, file.kept_pairs].sum(axis=0)
        matrix = np.eye(n_channels)
        upper = np.triu_indices(n_channels, 1)
        matrix[upper] = matrix[upper[::-1]] = total / max(len(rows), 1)
        return matrix

    def counts(self, rejected: Rejected = ()) -> dict[str, int]:
        """How many trials of each class count."""
        found = Counter(self.labels[self.kept(rejected)].tolist())
        return {name: found[name] for name in self.classes}

    def in_words(self, rejected: Rejected = ()) -> str:
        """How many trials of each class count, and how many do not, for what."""
        kept = self.kept(rejected)
        reasons = Counter(each.reason for each in self.dropped)
        if not kept.all():
            reasons["rejected"] += int((~kept).sum())
        text = ", ".join(f"{count} {name}" for name, count in self.counts(rejected).items())
        left_out = ", ".join(f"{count} ({reason})" for reason, count in reasons.most_common())
        return f"{kept.sum()} trials: {text}" + (f"; left out: {left_out}" if left_out else "")


@dataclass(frozen=True, eq=False)
class _File:
    """What stays on the disk of one run."""

    first: int
    ch_names: list[str]
    trials: np.ndarray
    signals: np.ndarray
    pairs: np.ndarray
    kept_pairs: np.ndarray

    def signals_of(self, channel: str, trials: np.ndarray) -> np.ndarray:
        """Signals of a channel in some trials; one whose rest was cut short has none."""
        rows = np.flatnonzero(np.isin(self.trials, trials))
        return np.asarray(self.signals[rows, self.ch_names.index(channel)], dtype=np.float64)


def read_extracted(
    folders: Sequence[str | os.PathLike[str]],
    flags: tuple[tuple[str, ...], ...] | None = None,
) -> Extracted:
    """Join what was extracted of some runs.

    Parameters
    ----------
    folders : sequence of path-like
        As :func:`neurokit.visits.extraction.extract` gives them.
    flags : tuple of tuple of str, optional
        What speaks against each trial, where it is known: the potato takes its time.

    Returns
    -------
    extracted : Extracted
        Signals and pairs stay on the disk until they are asked for.

    Raises
    ------
    ValueError
        If the runs have no channel in common, or other rates.
    """
    homes = [Path(folder) for folder in folders]
    told = [json.loads((home / "about.json").read_text(encoding="utf-8")) for home in homes]
    names = _common_channels(told)
    chosen = [[about["ch_names"].index(name) for name in names] for about in told]
    others = sorted({n for about in told for n in about["ch_names"]} - set(names))
    notes = [note for about in told for note in about["notes"]]
    if others:
        notes.append(f"channels that not all runs have are left out: {', '.join(others)}")
    first = told[0]
    connected = np.array(first["connected"])
    strengths = [_load(folder, "strength", (len(about["labels"]), len(about["ch_names"]), 0))
                 for folder, about in zip(homes, told, strict=True)]  # fmt: skip
    return Extracted(
        ch_names=tuple(names),
        positions=np.array(first["positions"], dtype=float)[chosen[0]],
        sfreq=float(first["sfreq"]),
        labels=_joined(about["labels"] for about in told),
        runs=np.repeat(np.arange(len(told)), [len(about["labels"]) for about in told]),
        trials=_joined(about["trials"] for about in told),
        onsets=_joined(np.array(about["onsets"])[about["trials"]] for about in told),
        frequencies=np.array(first["frequencies"]),
        power=_join(homes, "power", chosen),
        connected=connected,
        strength=_joined(part[:, picks] for part, picks in zip(strengths, chosen, strict=True)),
        flags=_flags(told, _join(homes, "clean", chosen)) if flags is None else flags,
        dropped=tuple(
            Dropped(run, *each[1:]) for run, about in enumerate(told) for each in about["dropped"]
        ),
        notes=tuple(dict.fromkeys(notes)),
        signal_start=float(first["signal_start"]),
        _files=tuple(_files(homes, told, chosen)),
    )


def _common_channels(told: Sequence[dict[str, Any]]) -> list[str]:
    """Channels that all runs have."""
    if len({about["sfreq"] for about in told}) > 1:
        rates = ", ".join(f"{rate:g} Hz" for rate in sorted({about["sfreq"] for about in told}))
        raise ValueError(f"the runs have different sampling rates ({rates}); choose those of one")
    names = [n for n in told[0]["ch_names"] if all(n in about["ch_names"] for about in told)]
    if not names:
        raise ValueError("the runs have no EEG channel in common; choose runs of one montage")
    return names


def _joined(parts: Iterable[Any]) -> np.ndarray:
    return np.concatenate([np.asarray(part) for part in parts])


def _join(folders: Sequence[Path], name: str, chosen: Sequence[list[int]]) -> np.ndarray:
    return np.concatenate(
        [np.load(folder / f"{name}.npy")[:, picks]
         for folder, picks in zip(folders, chosen, strict=True)]
    )  # fmt: skip


def _load(folder: Path, name: str, empty: tuple[int, ...]) -> np.ndarray:
    path = folder / f"{name}.npy"
    loaded: np.ndarray = np.load(path, mmap_mode="r") if path.exists() else np.zeros(empty)
    return loaded


def _flags(told: Sequence[dict[str, Any]], clean: np.ndarray) -> tuple[tuple[str, ...], ...]:
    """Amplitudes of each run, and the potato over all of them."""
    said = [tuple(flags) for about in told for flags in about["flags"]]
    z = potato_scores(clean)
    return tuple(
        (*flags, f"unlike the others (z = {score:.1f})") if score > POTATO_Z else flags
        for flags, score in zip(said, z, strict=True)
    )


def _files(
    folders: Sequence[Path], told: Sequence[dict[str, Any]], chosen: Sequence[list[int]]
) -> Iterable[_File]:
    first = 0
    for folder, about, picks in zip(folders, told, chosen, strict=True):
        n_channels = len(about["ch_names"])
        place = np.zeros((n_channels, n_channels), dtype=int)
        upper = np.triu_indices(n_channels, 1)
        place[upper] = place[upper[::-1]] = np.arange(len(upper[0]))
        yield _File(
            first,
            about["ch_names"],
            np.array(about["signal_trials"]),
            _load(folder, "signals", (0, 0, 0)),
            _load(folder, "pairs", (0, 0, 0)),
            place[np.ix_(picks, picks)][np.triu_indices(len(picks), 1)],
        )
        first += len(about["labels"])
