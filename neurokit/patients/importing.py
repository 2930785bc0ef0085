"""Old recordings become runs: one format, one vocabulary of markers, no name in the file.

Headers of EDF, BDF and GDF files hold the patient's name and birthday, so that the signals are
copied and the file is not.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurokit import __version__
from neurokit.files.recordings import Event, events, read_recording
from neurokit.files.xdf import XdfStream, XdfWriter
from neurokit.live.recorder import Status, write_json
from neurokit.live.streams import MICROVOLT, SourceInfo
from neurokit.patients.records import Trial

if TYPE_CHECKING:
    import mne

# how others write the cues of the Graz protocol; T1 and T2 mean something else in each run
KNOWN_CUES = {
    "769": "left_hand", "770": "right_hand", "771": "feet", "772": "tongue",
    "left_hand": "left_hand", "right_hand": "right_hand", "feet": "feet", "tongue": "tongue",
    "rest": "rest", "left": "left_hand", "right": "right_hand", "left hand": "left_hand",
    "right hand": "right_hand", "both feet": "feet",
}  # fmt: skip
_SIGNALS = ("eeg", "eog", "emg", "ecg")
_CHUNK = 1000


@dataclass(frozen=True)
class Converted:
    """A recording in the workspace's format, with what became of its events."""

    path: Path
    seconds: float
    trials: tuple[Trial, ...]
    sha256: str
    format: str


@dataclass(frozen=True)
class Inspection:
    """What stands in some recordings: their day, how often each event, and the known cues."""

    paths: tuple[str, ...]
    day: date
    counts: dict[str, int]
    cues: dict[str, str]


def inspect_recordings(
    paths: Sequence[str], *, progress: Callable[[float, str], None] | None = None
) -> Inspection:
    """Look at recordings before they are imported.

    The day is that of the first recording, or of its file where it does not say one.
    """
    counts: Counter[str] = Counter()
    days = []
    for number, path in enumerate(paths):
        if progress:
            progress(number / len(paths), Path(path).name)
        raw = _read(path, None)
        names = [event.name for event in events(raw) if event.name != "BAD_gap"]
        # our own recordings say what is a cue
        ours = is_ours(path)
        counts.update(name for name in names if not ours or name.lower() in KNOWN_CUES)
        told = raw.info["meas_date"]
        days.append(told.date() if told else date.fromtimestamp(Path(path).stat().st_mtime))
    ordered = dict(counts.most_common())
    day = min(min(days), date.today())
    return Inspection(tuple(str(path) for path in paths), day, ordered, known_cues(ordered))


def known_cues(names: Mapping[str, int]) -> dict[str, str]:
    """What events mean, where their names are known."""
    return {name: KNOWN_CUES[name.lower()] for name in names if name.lower() in KNOWN_CUES}


def convert_recording(
    path: str | os.PathLike[str],
    target: Path,
    cues: Mapping[str, str] | None = None,
    *,
    units: str | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Converted:
    """Copy a recording's signals and cues into an XDF file of ours, whole or not at all.

    Parameters
    ----------
    path : path-like
        Whatever ``read_recording`` reads.
    target : Path
        The XDF file to make.
    cues : mapping, optional
        Class of each event that is a cue (``{"T1": "left_hand"}``); by default those in
        ``KNOWN_CUES``. Other events become notes.
    units : str, optional
        As for ``read_recording``.
    progress : callable, optional
        Is told how far it is.

    Raises
    ------
    ValueError
        If no event is a cue; the message says which events there are.
    """
    tell = progress or (lambda _fraction, _text: None)
    tell(0.0, "reading")
    raw = _read(path, units)
    found, sfreq = events(raw), float(raw.info["sfreq"])
    known = known_cues(Counter(event.name for event in found))
    meant = known if cues is None else dict(cues)
    # what was recorded here stays bit for bit what it was
    ours = meant == known and is_ours(path)
    trials = _own_trials(path) if ours else _trials(path, found, meant, sfreq)
    info, picks = _signals(raw)
    part = target.with_name(f".{target.stem}.part")
    part.unlink(missing_ok=True)
    try:
        if ours:
            shutil.copyfile(path, part)
        else:
            _write(raw, info, picks, _markers(found, meant), part, tell)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    form = Path(path).suffix.lower().lstrip(".")
    _describe(target, info, int(_received(raw, found).sum()), {"sha256": digest, "format": form})
    return Converted(target, raw.n_times / sfreq, trials, digest, form)


def is_ours(path: str | os.PathLike[str]) -> bool:
    """Whether a recording was made by this program; it holds no name."""
    if Path(path).suffix.lower() != ".xdf":
        return False
    with open(path, "rb") as file:
        return b"<name>neurokit-markers</name>" in file.read(1 << 20)


def _describe(target: Path, info: SourceInfo, written: int, about: dict[str, str]) -> None:
    """Write the sidecar."""
    status = Status(state="imported", written=written, acknowledged=written)
    write_json(
        target.with_suffix(".json"),
        {
            "recording": target.name,
            "source": asdict(info),
            "about": {"imported": about},
            "status": asdict(status),
            "version": __version__,
        },
    )


def _own_trials(path: str | os.PathLike[str]) -> tuple[Trial, ...]:
    from neurokit.patients.runs import read_run, run_trials

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = run_trials(read_run(path))
    return tuple(
        Trial(each.number, each.label, each.onset, each.onset, flags=("void",) * each.is_void)
        for each in found
    )


def _read(path: str | os.PathLike[str], units: str | None) -> mne.io.BaseRaw:
    with warnings.catch_warnings():
        # gaps are handed on as gaps
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        return read_recording(path, units=units)


def _trials(
    path: str | os.PathLike[str], found: list[Event], cues: Mapping[str, str], sfreq: float
) -> tuple[Trial, ...]:
    shown = [event for event in found if event.name in cues]
    if not shown:
        there = Counter(event.name for event in found)
        listed = ", ".join(f"{name} ({count})" for name, count in there.most_common(12))
        raise ValueError(
            f"no event of {Path(path).name} is known as a cue; it has {listed or 'none'}: "
            "say which event means which class, such as --cue T1=left_hand"
        )
    times = [event.sample / sfreq for event in shown]
    return tuple(
        Trial(number, cues[event.name], time, time)
        for number, (event, time) in enumerate(zip(shown, times, strict=True))
    )


def _signals(raw: mne.io.BaseRaw) -> tuple[SourceInfo, list[int]]:
    """Channels that are voltages of a person."""
    kinds = raw.get_channel_types()
    picks = [k for k, kind in enumerate(kinds) if kind in _SIGNALS]
    names, types = tuple(raw.ch_names[k] for k in picks), tuple(kinds[k] for k in picks)
    return SourceInfo("imported", names, types, float(raw.info["sfreq"]), "imported"), picks


def _received(raw: mne.io.BaseRaw, found: list[Event]) -> np.ndarray:
    """Whether each sample came."""
    received = np.ones(raw.n_times, dtype=bool)
    for event in found:
        if event.name == "BAD_gap":
            n_lost = round(event.duration * raw.info["sfreq"])
            received[event.sample : event.sample + n_lost] = False
    return received


def _markers(found: list[Event], cues: Mapping[str, str]) -> list[tuple[int, str]]:
    """Sample and text of each marker; what is no cue becomes a note."""
    return [
        (event.sample, cues.get(event.name, f"note: {event.name}"))
        for event in found
        if event.name != "BAD_gap"
    ]


def _write(
    raw: mne.io.BaseRaw,
    info: SourceInfo,
    picks: list[int],
    markers: list[tuple[int, str]],
    target: Path,
    tell: Callable[[float, str], None],
) -> None:
    """Write signals and markers; what did not come is not written."""
    names, sfreq = info.channels, info.sfreq
    streams = [
        XdfStream("imported", "EEG", names, sfreq, "double64", ["microvolts"] * len(names)),
        XdfStream("neurokit-markers", "Markers", ["marker"], 0.0, "string"),
    ]
    there = np.flatnonzero(_received(raw, events(raw)))
    with XdfWriter(target, streams) as writer:
        for start in range(0, len(there), _CHUNK):
            samples = there[start : start + _CHUNK]
            values = raw.get_data(picks, samples[0], samples[-1] + 1)[:, samples - samples[0]]
            writer.write(0, values.T / MICROVOLT, samples / sfreq)
            tell(start / len(there), "writing")
        told = [(0, "run/start"), *markers, (raw.n_times - 1, "run/end")]
        stamps = np.array([sample for sample, _ in told]) / sfreq
        writer.write(1, [text for _, text in told], stamps)
