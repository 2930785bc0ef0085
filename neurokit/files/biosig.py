"""Recordings that BioSig's ``sload`` saved in MATLAB: signals ``s1.mat``, header ``h1.mat``."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import mne

# codes of physical dimensions (ISO/IEEE 11073-10101) to volts
DIMENSIONS = {4256: 1.0, 4274: 1e-3, 4275: 1e-6, 4276: 1e-9}


def read_pair(path: str | os.PathLike[str], *, units: str | None = None) -> mne.io.BaseRaw:
    """Read a pair of MATLAB files, ``s*.mat`` and the ``h*.mat`` beside it.

    Parameters
    ----------
    path : path-like
        The signal file: variable ``s``, shape (n_times, n_channels).
    units : {"volts", "millivolts", "microvolts", "nanovolts"}, optional
        What the numbers are; by default what the header says, and microvolts where it is silent.

    Returns
    -------
    raw : mne.io.Raw
        In volts, each event type as an annotation of its digits. Zeros that fill the last
        block of the file are left out.

    Raises
    ------
    FileNotFoundError
        If the header does not lie beside the signals.
    ValueError
        If the files are not such a pair.
    """
    import mne

    path = Path(path)
    beside = path.with_name("h" + path.name[1:])
    if not path.name.lower().startswith("s") or not beside.exists():
        raise FileNotFoundError(
            f"{path} needs its header {beside.name} beside it: only BioSig pairs s1.mat and h1.mat "
            "are read from MATLAB files"
        )
    signals = np.atleast_2d(np.asarray(_load(path, "s"), dtype=np.float64)).T
    header = _load(beside, "h")
    labels = [str(label).strip() for label in np.atleast_1d(header.Label)]
    if len(labels) != len(signals):
        raise ValueError(f"{len(signals)} signals, and {len(labels)} labels in {beside.name}")
    kinds = ["stim" if label.lower() in ("status", "trigger") else "eeg" for label in labels]
    is_eeg = np.array(kinds) == "eeg"
    filled = np.flatnonzero((signals[is_eeg] != 0).any(axis=0))
    signals = signals[:, : filled[-1] + 1 if filled.size else 0]
    signals[is_eeg] *= _scales(header, beside, units)[is_eeg, None]
    raw = mne.io.RawArray(
        signals, mne.create_info(labels, float(header.SampleRate), kinds), verbose="error"
    )
    events = header.EVENT
    # BioSig counts samples from 1
    onsets = (np.atleast_1d(events.POS) - 1) / raw.info["sfreq"]
    durations = np.broadcast_to(getattr(events, "DUR", 0), onsets.shape) / raw.info["sfreq"]
    names = [str(int(code)) for code in np.atleast_1d(events.TYP)]
    inside = onsets <= raw.times[-1]
    return raw.set_annotations(
        mne.Annotations(onsets[inside], durations[inside], np.array(names)[inside])
    )


def _load(path: Path, name: str) -> Any:
    """One variable of a MATLAB file."""
    from scipy.io import loadmat

    content = loadmat(path, squeeze_me=True, struct_as_record=False)
    if name not in content:
        raise ValueError(f"{path.name} has no variable {name}")
    return content[name]


def _scales(header: Any, path: Path, units: str | None) -> np.ndarray:
    """Volts that a unit of each signal stands for."""
    from neurokit.files.recordings import VOLTS

    codes = np.atleast_1d(getattr(header, "PhysDimCode", 0)).astype(int)
    if units is not None:
        return np.full(codes.shape, VOLTS[units])
    if not set(codes.tolist()) & set(DIMENSIONS):
        warnings.warn(
            f"{path} names no unit: its numbers are taken for microvolts; say `units: volts` or "
            "whatever they are in the data set's YAML",
            stacklevel=2,
        )
    return np.array([DIMENSIONS.get(code, 1e-6) for code in codes.tolist()])
