"""Recordings from whatever file they came in, with clean channel names, types and events."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import mne

# what can be read, by the file that is named; BrainVision and EEGLAB have companions
SUFFIXES = (".edf", ".bdf", ".gdf", ".fif", ".fif.gz", ".vhdr", ".set", ".xdf", ".mat")
VOLTS = {"volts": 1.0, "millivolts": 1e-3, "microvolts": 1e-6, "nanovolts": 1e-9}
_KINDS = {
    "eog": r"[vh]?eog|eye",
    "ecg": r"ecg|ekg",
    "emg": r"emg",
    "stim": r"status|sti ?\d+|stim|trig|marker|edf annotations|bdf annotations",
}
# left and right of an electrode's name: modality, and what it was recorded against
_AROUND = re.compile(
    r"^(?:eeg[ _:-]*)?(?P<electrode>[a-z]+[0-9]*[zh]?)"
    r"(?:[ _:-]+(?:ref|le|re|ar|avg|av|a[12]|m[12]|a1a2|m1m2|linked|car))?\.*$"
)


class Event(NamedTuple):
    """Something that happened in a recording."""

    sample: int  # from the first sample of the recording
    name: str  # an annotation's text, or a stimulus code in digits
    duration: float  # seconds


def read_recording(
    path: str | os.PathLike[str], *, preload: bool = True, units: str | None = None
) -> mne.io.BaseRaw:
    """Read a recording, and clean the names and types of its channels.

    Parameters
    ----------
    path : path-like
        EDF, BDF, GDF, FIF, BrainVision (``.vhdr``), EEGLAB (``.set``), XDF, or the signal file
        of a BioSig pair in MATLAB format (``s1.mat`` beside ``h1.mat``).
    preload : bool
        Load the signals now; XDF and MATLAB files are always loaded.
    units : {"volts", "millivolts", "microvolts", "nanovolts"}, optional
        What the numbers in the file are, where the file does not say it or says it wrongly.

    Returns
    -------
    raw : mne.io.Raw
        In volts. Names are those of the 10-05 system where they can be recognised
        (``"EEG C3-Ref"`` and ``"C3.."`` become ``"C3"``), with its electrode positions unless
        the file has its own.

    Raises
    ------
    FileNotFoundError
        If the file, or one that belongs to it, does not exist.
    ValueError
        If it cannot be read or is cut short; the message names it.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; check the path")
    if not path.name.lower().endswith(SUFFIXES):
        raise ValueError(f"{path} is not a recording that can be read: {', '.join(SUFFIXES)} are")
    if units is not None and units not in VOLTS:
        raise ValueError(f"units must be one of {', '.join(VOLTS)}, got {units!r}")
    require_whole(path)
    try:
        raw = _read(path, preload or units is not None, units)
    except (FileNotFoundError, PermissionError, MemoryError):
        raise
    except Exception as error:  # readers fail on damage in many ways
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(
            f"{path} cannot be read ({reason[:200]}); it is damaged or not what its name says"
        ) from error
    if raw.n_times == 0:
        raise ValueError(f"{path} holds no samples")
    return _clean(raw)


def _read(path: Path, preload: bool, units: str | None) -> mne.io.BaseRaw:
    """Give the file to the reader of its format."""
    import mne

    if path.suffix.lower() == ".mat":
        from neurokit.files.biosig import read_pair

        return read_pair(path, units=units)
    if path.suffix.lower() == ".xdf":
        from neurokit.files.xdf_reader import read_xdf

        return read_xdf(path, units=units)
    # MNE says it twice: as a warning, and on the standard output
    with warnings.catch_warnings(record=True) as heard, mne.utils.catch_logging():
        warnings.simplefilter("always")
        raw = mne.io.read_raw(path, preload=preload, verbose="warning")
    # the rest is about file names and filters; a header's promise is checked in require_whole
    if any("outside data range" in str(each.message) for each in heard):
        warnings.warn(f"{path} has events after its end: it may be cut short", stacklevel=3)
    if units is not None:
        raw.apply_function(lambda signal: signal * VOLTS[units], picks="eeg", verbose="error")
    return raw


def _clean(raw: mne.io.BaseRaw) -> mne.io.BaseRaw:
    """Names, types and positions of the channels."""
    import mne

    raw.rename_channels(clean_names(raw.ch_names), verbose="error")
    kinds = {}
    for name, kind in zip(raw.ch_names, raw.get_channel_types(), strict=True):
        if kind in ("eeg", "misc") and name.lower() not in _electrodes():
            found = [new for new, words in _KINDS.items() if re.match(words, name.lower())]
            kinds[name] = found[0] if found else kind
    if kinds:
        raw.set_channel_types(kinds, on_unit_change="ignore", verbose="error")
    signals = [raw.ch_names[k] for k in mne.pick_types(raw.info, eeg=True)]
    known = sum(name.lower() in _electrodes() for name in signals)
    # fewer, and A1 is an amplifier's socket instead of an ear
    if raw.get_montage() is None and known and 2 * known >= len(signals):
        raw.set_montage("colin27_1005", match_case=False, on_missing="ignore", verbose="error")
    return raw


def clean_names(names: Iterable[str]) -> dict[str, str]:
    """Find the 10-05 electrodes that channel names mean.

    Parameters
    ----------
    names : iterable of str
        As they stand in the file.

    Returns
    -------
    names : dict
        New name of each channel; what is not recognised, or would come twice, stays as it was.
    """
    names = list(names)
    clean = [_electrode(name) or name for name in names]
    # against different references, the same electrode is several signals
    return {
        name: new if clean.count(new) == 1 else name for name, new in zip(names, clean, strict=True)
    }


def _electrode(name: str) -> str | None:
    """Find the electrode of the 10-05 system that a channel's name means."""
    match = _AROUND.match(name.strip().lower())
    return _electrodes().get(match["electrode"]) if match else None


@lru_cache
def _electrodes() -> dict[str, str]:
    """Names of the 10-05 system as they are written, by themselves in lower case."""
    import mne

    names = mne.channels.make_standard_montage("colin27_1005").ch_names
    return {name.lower(): name for name in names}


def require_whole(path: str | os.PathLike[str]) -> None:
    """Refuse an EDF or BDF file that is shorter than its header says.

    Readers give what is left of such a file without a word.

    Parameters
    ----------
    path : path-like
        Files of other formats pass.

    Raises
    ------
    ValueError
        If the file is cut short.
    """
    path = Path(path)
    if path.suffix.lower() not in (".edf", ".bdf"):
        return
    with open(path, "rb") as file:
        head = file.read(256)
        try:
            n_bytes, n_records, n_signals = (
                int(head[start:stop]) for start, stop in ((184, 192), (236, 244), (252, 256))
            )
            file.seek(256 + 216 * n_signals)
            samples = [int(file.read(8)) for _ in range(n_signals)]
        except ValueError:
            raise ValueError(f"{path} cannot be read: its header is damaged or cut short") from None
    width = 2 if path.suffix.lower() == ".edf" else 3
    record = width * sum(samples)
    there = (path.stat().st_size - n_bytes) // record if record else n_records
    # -1 stands in a file that is still being written
    if there < n_records:
        raise ValueError(
            f"{path} is cut short: its header promises {n_records} records and {there} are there; "
            "copy or download it again"
        )


def events(raw: mne.io.BaseRaw) -> list[Event]:
    """Gather what happened, from annotations and stimulus channels.

    Parameters
    ----------
    raw : mne.io.Raw
        Preloaded, if it has a stimulus channel.

    Returns
    -------
    events : list of Event
        In the order of time. Codes of a stimulus channel are written in digits, and so are the
        event types of GDF and BioSig files.
    """
    import mne

    found = []
    for annotation in raw.annotations:
        # MNE counts onsets from before the first sample, where a recording was cropped
        sample = round(float(annotation["onset"] - raw.first_time) * raw.info["sfreq"])
        if 0 <= sample < raw.n_times:
            name = str(annotation["description"])
            found.append(Event(sample, name, float(annotation["duration"])))
    for channel in mne.pick_types(raw.info, meg=False, stim=True):
        name = raw.ch_names[channel]
        codes = mne.find_events(raw, name, shortest_event=1, verbose="error")
        found.extend(Event(int(at - raw.first_samp), str(code), 0.0) for at, _, code in codes)
    return sorted(found)


def add_stimulus_channel(raw: mne.io.BaseRaw, event_id: dict[str, int]) -> mne.io.BaseRaw:
    """Write annotated events to a stimulus channel too.

    Parameters
    ----------
    raw : mne.io.Raw
        Preloaded; changed in place.
    event_id : dict
        Code of each annotation that counts as an event.

    Returns
    -------
    raw : mne.io.Raw
        The same, with a last channel ``STIM``: the code at the first sample of an event.
    """
    import mne

    codes = np.zeros((1, raw.n_times))
    for event in events(raw):
        if event.name in event_id:
            codes[0, event.sample] = event_id[event.name]
    info = mne.create_info(["STIM"], raw.info["sfreq"], "stim")
    stimulus = mne.io.RawArray(codes, info, first_samp=raw.first_samp, verbose="error")
    return raw.add_channels([stimulus], force_update_info=True)
