"""XDF recordings of the lab streaming layer as regular recordings with annotations."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import mne

_UNITS = {
    "volts": 1.0, "volt": 1.0, "v": 1.0, "millivolts": 1e-3, "millivolt": 1e-3, "mv": 1e-3,
    "microvolts": 1e-6, "microvolt": 1e-6, "uv": 1e-6, "µv": 1e-6, "μv": 1e-6,
    "nanovolts": 1e-9, "nanovolt": 1e-9, "nv": 1e-9,
}  # fmt: skip
RATE_TOLERANCE = 0.005
# shorter than what the recorder calls a stall; pyxdf alone would smooth over 500 samples
PAUSE_SECONDS = 0.5


def read_xdf(
    path: str | os.PathLike[str], *, stream: str | None = None, units: str | None = None
) -> mne.io.BaseRaw:
    """Read the EEG stream of an XDF file, and its markers as annotations.

    Samples lie on a regular grid of the nominal rate, or of the measured one where they differ
    by more than half a per cent. Where the stream paused, the gap is filled with zeros and
    annotated ``BAD_gap``; where the clock of the sender was set, time goes on without a break.
    Both are said in a warning.

    Parameters
    ----------
    path : path-like
        The file; one that a crash cut is read up to there.
    stream : str, optional
        Name of the stream; by default the one of type EEG with the most channels.
    units : {"volts", "millivolts", "microvolts", "nanovolts"}, optional
        What the numbers are; by default what the stream says, and microvolts where it is silent.

    Returns
    -------
    raw : mne.io.Raw
        In volts.

    Raises
    ------
    ValueError
        If no such stream holds samples.
    """
    import mne

    path = Path(path)
    streams = _load(path)
    chosen = _choose(streams, stream)
    signals = np.asarray(chosen["time_series"], dtype=np.float64).T
    stamps = np.asarray(chosen["time_stamps"], dtype=np.float64)
    names, kinds, scales = _channels(chosen, path, units)
    signals = signals * scales[:, None]
    segments = _segments(chosen, stamps)
    sfreq = _rate(chosen, stamps, segments, path)
    starts, n_times, gaps = _lay_out(stamps, segments, sfreq)
    _report(path, stamps, segments, gaps, sfreq)
    regular = np.zeros((len(signals), n_times))
    for (first, last), start in zip(segments, starts, strict=True):
        regular[:, start : start + last - first] = signals[:, first:last]
    raw = mne.io.RawArray(regular, mne.create_info(names, sfreq, kinds), verbose="error")
    onsets, texts = _markers(streams, stamps, segments, starts)
    lost = np.array(gaps, dtype=float).reshape(-1, 2) / sfreq
    return raw.set_annotations(
        mne.Annotations(onsets / sfreq, 0.0, texts)
        + mne.Annotations(lost[:, 0], lost[:, 1] - lost[:, 0], ["BAD_gap"] * len(lost))
    )


def _load(path: Path) -> list[dict[str, Any]]:
    """All streams; a cut file is read as far as it goes, and said to be cut."""
    import pyxdf

    with _listen("pyxdf") as heard:
        streams: list[dict[str, Any]] = pyxdf.load_xdf(
            path,
            jitter_break_threshold_seconds=PAUSE_SECONDS,
            jitter_break_threshold_samples=1,
        )[0]
    if any("corruption" in text for text in heard):
        warnings.warn(f"{path} is cut or damaged: what is whole of it is read", stacklevel=3)
    return streams


@contextmanager
def _listen(name: str) -> Iterator[list[str]]:
    """Collect what a library logs instead of printing it."""
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(name)
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield heard
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated


def _choose(streams: list[dict[str, Any]], name: str | None) -> dict[str, Any]:
    """Find the stream that holds the EEG."""
    full = [each for each in streams if len(each["time_stamps"]) > 1 and not _is_markers(each)]
    if name is not None:
        found = [each for each in full if each["info"]["name"][0] == name]
    else:
        found = [each for each in full if each["info"]["type"][0].upper() == "EEG"] or full
    if not found:
        there = ", ".join(repr(each["info"]["name"][0]) for each in full) or "none with samples"
        raise ValueError(f"no stream {name or 'of type EEG'!r}; it has {there}")
    return max(found, key=lambda each: int(each["info"]["channel_count"][0]))


def _is_markers(stream: dict[str, Any]) -> bool:
    """Markers are text, or numbers that come when they come."""
    info = stream["info"]
    return info["channel_format"][0] == "string" or float(info["nominal_srate"][0]) == 0


def _channels(
    stream: dict[str, Any], path: Path, units: str | None
) -> tuple[list[str], list[str], np.ndarray]:
    """Names, kinds and volts for a unit of each channel."""
    from neurokit.files.recordings import VOLTS

    count = int(stream["info"]["channel_count"][0])
    told = _told(stream, count)
    names = [_first(each, "label") or f"EEG {k + 1}" for k, each in enumerate(told)]
    if len(set(names)) < count:
        names = [f"{name} {k + 1}" for k, name in enumerate(names)]
    written = [_first(each, "type").lower() for each in told]
    kinds = [kind if kind in ("eog", "ecg", "emg", "misc", "stim") else "eeg" for kind in written]
    said = [_first(each, "unit").lower() for each in told]
    if units is not None:
        return names, kinds, np.full(count, VOLTS[units])
    if not any(unit in _UNITS for unit in said):
        warnings.warn(
            f"{path} names no unit: its numbers are taken for microvolts; say `units: volts` or "
            "whatever they are in the data set's YAML",
            stacklevel=4,
        )
    silent = {kind: 1e-6 if kind in ("eeg", "eog", "ecg", "emg") else 1.0 for kind in kinds}
    scales = [_UNITS.get(unit, silent[kind]) for unit, kind in zip(said, kinds, strict=True)]
    return names, kinds, np.array(scales)


def _told(stream: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """What the stream says of each channel; nothing where it does not speak of all."""
    description = (stream["info"].get("desc") or [None])[0]
    channels = (description or {}).get("channels") or [None]
    told = list((channels[0] or {}).get("channel", []))
    return told if len(told) == count else [{}] * count


def _first(told: dict[str, Any], key: str) -> str:
    """A text of the XML, empty where there is none."""
    return str((told.get(key) or [""])[0] or "").strip()


def _segments(stream: dict[str, Any], stamps: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last sample of each stretch without a break."""
    found = stream["info"].get("segments") or [(0, len(stamps) - 1)]
    return [(int(first), int(last) + 1) for first, last in found]


def _rate(
    stream: dict[str, Any], stamps: np.ndarray, segments: list[tuple[int, int]], path: Path
) -> float:
    """The nominal rate, or the measured one where the two do not agree."""
    nominal = float(stream["info"]["nominal_srate"][0])
    counts = np.array([last - first - 1 for first, last in segments], dtype=float)
    spans = np.array([stamps[last - 1] - stamps[first] for first, last in segments])
    long = (counts > 0) & (spans > 0)
    if not long.any():
        return nominal
    measured = float(counts[long].sum() / spans[long].sum())
    if nominal > 0 and abs(measured / nominal - 1) <= RATE_TOLERANCE:
        return nominal
    warnings.warn(
        f"{path}: the stream says {nominal:g} Hz and came at {measured:.2f} Hz, which is taken",
        stacklevel=3,
    )
    return measured


def _lay_out(
    stamps: np.ndarray, segments: list[tuple[int, int]], sfreq: float
) -> tuple[list[int], int, list[tuple[int, int]]]:
    """Where each stretch starts on the grid, its length, and the gaps between."""
    starts, gaps, end = [0], [], segments[0][1] - segments[0][0]
    for (_, before), (first, last) in pairwise(segments):
        pause = round((stamps[first] - stamps[before - 1]) * sfreq) - 1
        if pause > 0:
            gaps.append((end, end + pause))
        starts.append(end + max(pause, 0))
        end = starts[-1] + last - first
    return starts, end, gaps


def _report(
    path: Path,
    stamps: np.ndarray,
    segments: list[tuple[int, int]],
    gaps: list[tuple[int, int]],
    sfreq: float,
) -> None:
    """Warn of pauses and of clocks that went back."""
    if gaps:
        lost = sum(stop - start for start, stop in gaps) / sfreq
        warnings.warn(
            f"{path}: the stream paused {len(gaps)} times, {lost:.2f} s in all; the gaps are "
            "filled with zeros and annotated BAD_gap",
            stacklevel=3,
        )
    back = sum(
        stamps[first] <= stamps[before - 1] for (_, before), (first, _) in pairwise(segments)
    )
    if back:
        warnings.warn(
            f"{path}: the sender's clock was set {back} times; the parts are joined", stacklevel=3
        )


def _markers(
    streams: list[dict[str, Any]],
    stamps: np.ndarray,
    segments: list[tuple[int, int]],
    starts: list[int],
) -> tuple[np.ndarray, list[str]]:
    """Positions on the grid, and texts, of all markers that fall into the recording."""
    positions, texts = [], []
    grid = np.concatenate(
        [
            start + np.arange(last - first)
            for (first, last), start in zip(segments, starts, strict=True)
        ]
    )
    order = np.argsort(stamps, kind="stable")
    times, grid = stamps[order], grid[order]
    step = np.median(np.diff(times))
    for stream in filter(_is_markers, streams):
        for when, values in zip(stream["time_stamps"], stream["time_series"], strict=True):
            value = np.ravel(np.asarray(values, dtype=object))[0]
            text = str(int(value)) if isinstance(value, int | float | np.number) else str(value)
            near = min(int(np.searchsorted(times, when - step / 2)), len(times) - 1)
            if text and times[0] - step <= when <= times[-1] + step:
                positions.append(float(grid[near]))
                texts.append(text)
    return np.array(positions), texts
