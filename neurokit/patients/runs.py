"""Runs: recordings with their trials, and the one way in which epochs are cut from them.

Explore, Train and Online all cut their data here. A filter runs over the samples that came, from
the first one on, as it does online; what the recording lost is not invented.
"""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurokit.files.recordings import events, read_recording
from neurokit.signals.preprocessing import CausalFilter

if TYPE_CHECKING:
    import mne

# what a recording says beside its cues
_REMARKS = re.compile(
    r"run/start|run/end|baseline|fixation|imagery/end|pause|continue|stall|resume after .*"
    r"|repeat \d+|note: .*|bad.*|edge.*",
    re.IGNORECASE | re.DOTALL,
)
_REPEAT = re.compile(r"repeat (\d+)")
_VOID = "void: "
# within these no imagery goes on
_BREAKS = ("pause", "run/end")


class RunTrial(NamedTuple):
    """A cue: its number from 0, what was asked, when in seconds of the run, and if it is void."""

    number: int
    label: str
    onset: float
    is_void: bool = False


class Dropped(NamedTuple):
    """A trial that is not among the epochs, and why."""

    run: int
    trial: int
    label: str
    reason: str


@dataclass(frozen=True)
class RunEpochs:
    """Epochs of some runs, and what became of the other trials.

    Parameters
    ----------
    X : array, shape (n_epochs, n_channels, n_times)
        In volts.
    y : array of str, shape (n_epochs,)
        Classes.
    sfreq : float
        Sampling rate in hertz.
    ch_names : tuple of str
        Channels.
    runs, trials : array of int, shape (n_epochs,)
        Place of each epoch's recording among the paths, and number of its trial in it.
    classes : tuple of str
        All that was asked for.
    dropped : tuple of Dropped
        Trials of these classes that are left out.
    notes : tuple of str
        What the files are to be mistrusted for.
    band, window, mains
        How they were cut: a decoder must filter in the same way.
    """

    X: np.ndarray
    y: np.ndarray
    sfreq: float
    ch_names: tuple[str, ...]
    runs: np.ndarray
    trials: np.ndarray
    classes: tuple[str, ...] = ()
    band: tuple[float, float] | None = None
    window: tuple[float, float] = (0.0, 0.0)
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = field(default=())
    mains: float | None = None

    def __len__(self) -> int:
        return len(self.y)

    def in_words(self) -> str:
        """How many epochs there are of each class, and how many are left out for what."""
        counts = Counter(self.y.tolist())
        text = ", ".join(f"{counts[name]} {name}" for name in self.classes)
        reasons = Counter(each.reason for each in self.dropped)
        left_out = ", ".join(f"{count} ({reason})" for reason, count in reasons.most_common())
        return f"{len(self)} trials: {text}" + (f"; left out: {left_out}" if left_out else "")


def read_run(path: str | os.PathLike[str], *, notes: list[str] | None = None) -> mne.io.BaseRaw:
    """Read a run: a recording, with its markers and gaps as annotations.

    Parameters
    ----------
    path : path-like
        Whatever ``read_recording`` reads.
    notes : list of str, optional
        Gets what the file is to be mistrusted for: gaps, a unit that is not named.

    Returns
    -------
    raw : mne.io.Raw
        In volts, loaded, with clean names and electrode positions. The cue of a trial that was
        interrupted or repeated is annotated ``void: left_hand``; gaps are ``BAD_gap``.

    Raises
    ------
    FileNotFoundError, ValueError
        As ``read_recording``.
    """
    raw, said = _read(path)
    if notes is not None:
        notes.extend(said)
    return raw


def run_trials(raw: mne.io.BaseRaw) -> list[RunTrial]:
    """Trials of a run, in the order of time, void ones among them.

    Every event that is not one of the recorder's remarks (``fixation``, ``pause``, ``note: ...``)
    is the cue of a trial, so that numbers do not depend on the classes that are asked for.
    They are those of the trials in the workspace.

    Parameters
    ----------
    raw : mne.io.Raw
        As ``read_run`` gives it.
    """
    sfreq = raw.info["sfreq"]
    cues = [event for event in events(raw) if not _REMARKS.fullmatch(event.name)]
    return [
        RunTrial(k, cue.name.removeprefix(_VOID), cue.sample / sfreq, cue.name.startswith(_VOID))
        for k, cue in enumerate(cues)
    ]


def gaps(raw: mne.io.BaseRaw) -> list[tuple[int, int]]:
    """First and one past the last of the samples that were not received, gap by gap."""
    return [
        (each.sample, each.sample + round(each.duration * raw.info["sfreq"]))
        for each in events(raw)
        if each.name == "BAD_gap"
    ]


def run_epochs(
    paths: Sequence[str | os.PathLike[str] | mne.io.BaseRaw],
    classes: Sequence[str] | Mapping[str, str],
    *,
    band: tuple[float, float] | None = (8.0, 30.0),
    window: tuple[float, float] = (0.5, 3.5),
    channels: Sequence[str] | None = None,
    rejected: Iterable[tuple[int, int]] = (),
    mains: float | None = None,
) -> RunEpochs:
    """Cut the trials of some runs.

    Parameters
    ----------
    paths : sequence of path-like
        Recordings, all with the same sampling rate; or runs as ``read_run`` gives them.
    classes : sequence of str, or dict
        Cues that are taken; a dict says which class a cue means (``{"769": "left_hand"}``).
    band : (lowest, highest), optional
        Of the causal filter, in hertz; None leaves the signals as they are.
    window : (first, last)
        Seconds from the cue.
    channels : sequence of str, optional
        Those that are taken, in this order; by default the EEG channels that all runs have.
    rejected : iterable of (run, trial)
        Trials to leave out: place of the recording among ``paths``, number of the trial.
    mains : float, optional
        Frequency in hertz that a notch takes out.

    Returns
    -------
    epochs : RunEpochs

    Raises
    ------
    ValueError
        If no epoch is left, or rates, channels or classes do not fit together.
    """
    wanted = dict(classes) if isinstance(classes, Mapping) else {name: name for name in classes}
    if not paths:
        raise ValueError("no run is chosen; choose one at least")
    if not window[0] < window[1]:
        raise ValueError(f"the window must end after its start, got {window[0]:g}-{window[1]:g} s")
    read = [_read(path) for path in paths]
    raws = [raw for raw, _ in read]
    names, notes = _channels(raws, channels)
    notes += [note for _, said in read for note in said]
    cutter = _Cutter(wanted, window, frozenset(rejected))
    for number, raw in enumerate(raws):
        cutter.cut(number, raw, _filtered(raw, names, band, mains))
    if not cutter.pieces:
        raise ValueError(_nothing(cutter, wanted, raws))
    return RunEpochs(
        np.stack(cutter.pieces),
        np.array(cutter.labels),
        float(raws[0].info["sfreq"]),
        tuple(names),
        np.array(cutter.runs),
        np.array(cutter.trials),
        tuple(dict.fromkeys(wanted.values())),
        band,
        (float(window[0]), float(window[1])),
        tuple(cutter.dropped),
        tuple(notes),
        mains,
    )


def _read(path: str | os.PathLike[str] | mne.io.BaseRaw) -> tuple[mne.io.BaseRaw, list[str]]:
    """A run, and what it is to be mistrusted for."""
    if not isinstance(path, str | os.PathLike):
        return path, []
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        raw = read_recording(path)
    _mark_void(raw)
    return raw, [str(each.message) for each in heard if issubclass(each.category, UserWarning)]


def _mark_void(raw: mne.io.BaseRaw) -> None:
    """Rename the cues that the recording takes back."""
    texts = [str(text) for text in raw.annotations.description]
    cues = [place for place, text in enumerate(texts) if not _REMARKS.fullmatch(text)]
    numbers = [int(found[1]) for text in texts if (found := _REPEAT.fullmatch(text))]
    for number in numbers:
        if number < len(cues):
            texts[cues[number]] = _VOID + texts[cues[number]]
    if numbers:
        raw.annotations.description = np.array(texts)


def _channels(
    raws: Sequence[mne.io.BaseRaw], channels: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    """Names of the channels that are cut, and a note where a run's own are left out."""
    rates = {raw.info["sfreq"] for raw in raws}
    if len(rates) > 1:
        said = ", ".join(f"{rate:g} Hz" for rate in sorted(rates))
        raise ValueError(f"the runs have different sampling rates ({said}); choose those of one")
    if channels is not None:
        for number, raw in enumerate(raws, 1):
            missing = [name for name in channels if name not in raw.ch_names]
            if missing:
                raise ValueError(
                    f"run {number} has no channel {', '.join(missing)}; "
                    f"it has {', '.join(raw.ch_names)}"
                )
        return list(channels), []
    own = [
        [name for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True)
         if kind == "eeg" and name not in raw.info["bads"]]
        for raw in raws
    ]  # fmt: skip
    names = [name for name in own[0] if all(name in others for others in own)]
    if not names:
        raise ValueError("the runs have no EEG channel in common; choose runs of one montage")
    others = sorted({name for each in own for name in each} - set(names))
    note = f"channels that not all runs have are left out: {', '.join(others)}"
    return names, [note] if others else []


def _filtered(
    raw: mne.io.BaseRaw,
    names: Sequence[str],
    band: tuple[float, float] | None,
    mains: float | None,
) -> np.ndarray:
    """Signals, shape (n_channels, n_times), filtered as they would have been live."""
    signals: np.ndarray = raw.get_data(picks=list(names))
    if band is None:
        return signals
    came = np.ones(raw.n_times, dtype=bool)
    for start, stop in gaps(raw):
        came[start:stop] = False
    causal = CausalFilter(band, float(raw.info["sfreq"]), len(names), mains=mains)
    signals[:, came] = causal.process(signals[:, came].T).T
    return signals


class _Cutter:
    """Gathers epochs, and the reasons of the trials that give none."""

    def __init__(
        self,
        wanted: Mapping[str, str],
        window: tuple[float, float],
        rejected: frozenset[tuple[int, int]],
    ) -> None:
        self.wanted, self.window, self.rejected = wanted, window, rejected
        self.pieces: list[np.ndarray] = []
        self.labels: list[str] = []
        self.runs: list[int] = []
        self.trials: list[int] = []
        self.dropped: list[Dropped] = []

    def cut(self, run: int, raw: mne.io.BaseRaw, signals: np.ndarray) -> None:
        """Take the trials of a run."""
        sfreq = raw.info["sfreq"]
        offset = round(self.window[0] * sfreq)
        length = round((self.window[1] - self.window[0]) * sfreq)
        lost = gaps(raw)
        breaks = [each.sample for each in events(raw) if each.name in _BREAKS]
        for trial in run_trials(raw):
            cue = round(trial.onset * sfreq)
            start, stop = cue + offset, cue + offset + length
            if trial.label not in self.wanted:
                continue
            if trial.is_void:
                self._drop(run, trial, "interrupted or repeated")
            elif (run, trial.number) in self.rejected:
                self._drop(run, trial, "rejected")
            elif start < 0 or stop > signals.shape[1]:
                self._drop(run, trial, "cut short by the recording's end")
            elif any(start < last and first < stop for first, last in lost):
                self._drop(run, trial, "samples were lost")
            elif any(cue <= at < stop for at in breaks):
                self._drop(run, trial, "interrupted")
            else:
                self.pieces.append(signals[:, start:stop])
                self.labels.append(self.wanted[trial.label])
                self.runs.append(run)
                self.trials.append(trial.number)

    def _drop(self, run: int, trial: RunTrial, reason: str) -> None:
        self.dropped.append(Dropped(run, trial.number, self.wanted[trial.label], reason))


def _nothing(cutter: _Cutter, wanted: Mapping[str, str], raws: Sequence[mne.io.BaseRaw]) -> str:
    """Why there is no epoch."""
    if cutter.dropped:
        reasons = Counter(each.reason for each in cutter.dropped)
        said = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        return f"no trial is left: {said}; restore some, or shorten the window"
    there = sorted({trial.label for raw in raws for trial in run_trials(raw)})
    return (
        f"no trial of {', '.join(wanted)} is in these runs; they have "
        f"{', '.join(there) or 'no events'}"
    )
