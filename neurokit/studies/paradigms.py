"""What is told from what, and the epochs for it: MOABB's paradigms under plain names."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurokit.files.files_read import watched
from neurokit.studies.study import Study

if TYPE_CHECKING:
    import pandas as pd

# otherwise MOABB asks a remote host for 40 s a subject, even with every file on disk
os.environ.setdefault("MOABB_DOWNLOAD_PROVIDER", "upstream")
# rounding leaves this much of a flat channel after the filter
_FLAT = 1e-9
_NEEDED: dict[str, set[str]] = {
    "left-right": {"left_hand", "right_hand"},
    "right-feet": {"right_hand", "feet"},
    "rest-task": {"rest"},
    "all": set(),
}


@dataclass
class Recorded:
    """Epochs of some subjects of one data set.

    Parameters
    ----------
    X : array, shape (n_epochs, n_channels, n_times)
        In the data set's unit, microvolts as a rule, as MOABB gives them.
    y : array, shape (n_epochs,)
        Names of the classes.
    metadata : DataFrame
        Columns subject, session and run; one row an epoch.
    sfreq : float
        Sampling rate in hertz.
    ch_names : list of str
        The channels.
    files : list of Path
        The files that they were read from.
    """

    X: np.ndarray
    y: np.ndarray
    metadata: pd.DataFrame
    sfreq: float
    ch_names: list[str]
    files: list[Path]


@contextmanager
def quiet() -> Iterator[None]:
    """Keep MNE's and MOABB's talk off the terminal."""
    import logging

    import mne

    level = logging.getLogger("moabb").level
    logging.getLogger("moabb").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), mne.utils.use_log_level("ERROR"):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.getLogger("moabb").setLevel(level)


def make_paradigm(study: Study) -> Any:
    """Build MOABB's paradigm object of a study."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moabb.paradigms import LeftRightImagery, MotorImagery
    low, high = study.band
    common = {
        "fmin": low,
        "fmax": high,
        "tmin": study.window[0],
        "tmax": study.window[1],
        "channels": None if study.channels is None else list(study.channels),
        "resample": study.resample,
    }
    with quiet():
        if study.paradigm == "left-right":
            return LeftRightImagery(**common)
        if study.paradigm == "right-feet":
            return MotorImagery(n_classes=2, events=["right_hand", "feet"], **common)
        return MotorImagery(**common)


def check_dataset(dataset: Any, study: Study) -> None:
    """Refuse a data set that cannot serve the study, before anything is read.

    Raises
    ------
    ValueError
        If it lacks the events, the sessions or the seconds.
    """
    name, events = dataset.code, sorted(dataset.event_id)
    needed = _NEEDED[study.paradigm]
    if not needed <= set(events) or len(events) < 2:
        lacking = ", ".join(sorted(needed - set(events))) or "a second event"
        raise ValueError(
            f"paradigm {study.paradigm} needs {lacking}, but {name} has {', '.join(events)}; "
            "choose another paradigm"
        )
    if dataset.paradigm != "imagery":
        raise ValueError(f"{name} holds {dataset.paradigm}, not imagery; choose another data set")
    if study.evaluation == "cross-session" and dataset.n_sessions < 2:
        raise ValueError(
            f"cross-session needs two sessions, but {name} has one a subject; "
            "use within-session or leave-one-run-out"
        )
    start, end = dataset.interval
    tmin, tmax = study.window
    length = end - start
    if tmin < 0 or tmin >= length or (tmax is not None and tmax > length):
        asked = f"{tmin:g} to {'its end' if tmax is None else f'{tmax:g} s'}"
        raise ValueError(
            f"window {asked} lies outside a trial of {name}, which lasts 0 to {length:g} s"
        )


def choose_subjects(dataset: Any, wanted: Sequence[str] | None) -> list[Any]:
    """Find the subjects of a data set that "1-9", "12" or "sub-01" stand for.

    Raises
    ------
    ValueError
        If there is no such subject.
    """
    everyone = list(dataset.subject_list)
    if wanted is None:
        return everyone
    names = {str(subject): subject for subject in everyone}
    numbers = {int(name): subject for name, subject in names.items() if name.isdecimal()}
    chosen = []
    for part in wanted:
        ends = re.fullmatch(r"(\d+)-(\d+)", part)
        if part in names:
            found = [names[part]]
        elif ends and part not in names:
            inside = range(int(ends[1]), int(ends[2]) + 1)
            found = [numbers[number] for number in inside if number in numbers]
            if len(found) < len(inside) or not found:
                found = []
        else:
            found = [numbers[int(part)]] if part.isdecimal() and int(part) in numbers else []
        if not found:
            raise ValueError(f"{dataset.code} has no subject {part}; it has {shorten(everyone)}")
        chosen += [subject for subject in found if subject not in chosen]
    return chosen


def shorten(subjects: Sequence[Any]) -> str:
    """Write 1, 2, 3, 7 as "1-3, 7"."""
    runs: list[list[Any]] = []
    for subject in subjects:
        if runs and isinstance(subject, int) and subject == runs[-1][-1] + 1:
            runs[-1].append(subject)
        else:
            runs.append([subject])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def load(dataset: Any, subjects: Sequence[Any], study: Study) -> Recorded:
    """Read and epoch subjects, watching which files are read.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        Where from.
    subjects : sequence
        Which.
    study : Study
        Paradigm, band, window, channels, sampling rate; whether the network is forbidden.

    Raises
    ------
    ValueError, OSError
        If they cannot be read, or hold NaN, flat channels or a single class.
    """
    read = _windows if study.evaluation == "pseudo-online" else _trials
    who = f"{dataset.code} subject {shorten(subjects)}"
    with quiet(), watched(offline=study.offline) as watch:
        try:
            X, y, metadata, sfreq, ch_names = read(dataset, list(subjects), study)
        except Exception as error:
            if watch.refused:
                raise FileNotFoundError(
                    f"{who} is not on this disk, and offline mode downloads nothing; run "
                    "neurokit datasets download, or leave --offline out"
                ) from error
            if isinstance(error, FileNotFoundError) and error.filename is None:
                raise  # a sentence already: which file is missing, and how to get it
            reason = _why_not(dataset, subjects, study) or " ".join(str(error).split())
            raise ValueError(f"{who} cannot be read: {reason}") from error
    if study.paradigm == "rest-task":
        y = np.where(np.isin(y, ("rest", "idle")), y, "task")
    _check_epochs(X, y, ch_names, who)
    files = watch.files or _declared_files(dataset, subjects)
    return Recorded(X, y, metadata, sfreq, ch_names, files)


def _trials(dataset: Any, subjects: list[Any], study: Study) -> tuple[Any, ...]:
    """Read trials as MOABB's paradigm cuts them."""
    paradigm = make_paradigm(study)
    epochs, y, metadata = paradigm.get_data(dataset, subjects, return_epochs=True)
    X = epochs.get_data(copy=False) * dataset.unit_factor
    return X, y, metadata, float(epochs.info["sfreq"]), epochs.ch_names


def _windows(dataset: Any, subjects: list[Any], study: Study) -> tuple[Any, ...]:
    """Read overlapping windows over whole recordings."""
    from neurokit.studies.pseudo_online import load_windows

    wanted = _NEEDED[study.paradigm] - {"rest"} or set(dataset.event_id) - {"rest"}
    tmin, tmax = study.window
    length = {} if tmax is None else {"length": tmax - tmin}
    X, y, metadata = load_windows(
        dataset,
        subjects,
        sorted(wanted),
        band=study.band,
        channels=study.channels,
        resample=study.resample,
        **length,
    )
    return X, y, metadata, metadata.attrs["sfreq"], metadata.attrs["ch_names"]


def _declared_files(dataset: Any, subjects: Sequence[Any]) -> list[Path]:
    """Files that a reader opened past Python, as HDF5 does, by the data set's own word."""
    found: list[Path] = []
    for subject in subjects:
        with quiet(), watched(offline=True):
            try:
                paths = dataset.data_path(subject)
            except Exception:  # it wants the network, or knows no paths
                paths = None
        names = [paths] if isinstance(paths, str | Path) else paths or []
        found += [Path(name) for name in names if Path(name).is_file()]
    return sorted(set(found))


def _why_not(dataset: Any, subjects: Sequence[Any], study: Study) -> str | None:
    """Look at the recording itself for the reason why it gave no epochs."""
    try:
        with quiet(), watched(offline=True):
            sessions = dataset.get_data([subjects[0]])[subjects[0]]
    except Exception:  # then the first message is the one to show
        return None
    raw = next(iter(next(iter(sessions.values())).values()))
    unknown = [name for name in study.channels or () if name not in raw.ch_names]
    if unknown:
        types = zip(raw.ch_names, raw.get_channel_types(), strict=True)
        there = ", ".join(name for name, kind in types if kind != "stim")
        return f"it has no channel {', '.join(unknown)}; it has {there}"
    nyquist = raw.info["sfreq"] / 2
    if study.band[1] >= nyquist:
        return (
            f"band {study.band[0]:g}-{study.band[1]:g} Hz reaches beyond {nyquist:g} Hz, "
            "half its sampling rate; lower the band"
        )
    start, end = dataset.interval
    if study.window[1] is not None:
        end = start + study.window[1]
    if end > raw.times[-1]:
        return (
            f"a trial ends {end:g} s after its event, but a recording lasts {raw.times[-1]:g} s; "
            "shorten the window, or the interval of the data set"
        )
    return None


def _check_epochs(X: np.ndarray, y: np.ndarray, ch_names: Sequence[str], who: str) -> None:
    # a recording may be long: a channel at a time keeps one copy of it in memory
    spreads = np.stack([np.ptp(X[:, channel], axis=-1) for channel in range(X.shape[1])], axis=1)
    broken = [name for name, bad in zip(ch_names, ~np.isfinite(spreads).all(0), strict=True) if bad]
    cure = "leave it out with --channels, or mend the recording"
    if broken:
        raise ValueError(f"{who}: channel {', '.join(broken)} holds NaN or infinity; {cure}")
    flat = spreads <= _FLAT * np.median(spreads)
    if flat.any():
        name = ch_names[int(flat.any(axis=0).argmax())]
        times = int(flat[:, list(ch_names).index(name)].sum())
        raise ValueError(f"{who}: channel {name} is flat in {times} of {len(X)} epochs; {cure}")
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise ValueError(
            f"{who} has trials of {classes[0]} only; choose another paradigm or subject"
        )
    if counts.min() < 2:
        raise ValueError(
            f"{who} has one trial of {classes[counts.argmin()]}; a class needs at least two, "
            "one to learn from and one to test"
        )
