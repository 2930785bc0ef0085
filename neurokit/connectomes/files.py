"""Traces from files: CSV, npz, NWB, recordings that MNE reads, and series of regions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from neurokit.connectomes.traces import Animal, Stimulus

RECORDINGS = (".edf", ".bdf", ".gdf", ".fif", ".fif.gz", ".vhdr", ".set", ".xdf", ".mat")
TABLES = (".csv", ".tsv", ".1d", ".txt", ".npy")
_CLOCKS = ("time", "time_s", "seconds")
ENVELOPE_RATE = 10.0  # frames a second of a recording's envelopes


def read_animal(
    path: str | Path, *, sfreq: float | None = None, band: tuple[float, float] = (8.0, 30.0)
) -> Animal:
    """Read one animal's or person's traces.

    Parameters
    ----------
    path : path
        ``.csv`` or ``.tsv`` with a row a frame and names above: a column ``time`` in seconds,
        columns ``behaviour:NAME``, all others are nodes; stimuli stand beside it in
        ``NAME.stimuli.csv`` (``onset``, ``duration``, ``label``). ``.npz`` with ``traces``,
        ``names``, ``sfreq``, and where known ``onset``, ``duration``, ``label`` and
        ``behaviour_NAME``. ``.nwb``. What MNE reads: amplitude envelopes of the EEG channels in a
        band, ten a second, with the annotations as stimuli. ``.1D``, ``.npy``, ``FILE.npz:NAME``
        and tables without time: series of regions.
    sfreq : float, optional
        Frames a second, where the file does not say it.
    band : tuple of float
        Hertz, of the envelopes of recordings.

    Returns
    -------
    animal : Animal

    Raises
    ------
    ValueError
        If the file holds no traces, or does not say how fast they are.
    OSError
        If it cannot be read.
    """
    text = str(path)
    lower = text.lower()
    head = Path(text.rpartition(":")[0]) if ".npz:" in lower else Path(text)
    if not head.is_file():
        raise FileNotFoundError(f"{head}: there is no such file of traces")
    if lower.endswith((".nii", ".nii.gz")):
        raise ValueError(
            f"{path} is an image; give the series of its regions, a table with a row a volume"
        )
    if lower.endswith(RECORDINGS):
        return _recording(head, band)
    if lower.endswith(".nwb"):
        from neurokit.connectomes.nwb import read_nwb

        return read_nwb(head)
    if lower.endswith(".npz"):
        return _archive(head, sfreq)
    if lower.endswith((".csv", ".tsv")):
        return _table(head, sfreq)
    if lower.endswith(TABLES) or ".npz:" in lower:
        return _regions(text, sfreq)
    raise ValueError(
        f"{path} is no file of traces that can be read: .csv, .tsv, .npz, .nwb, .1D, .npy and "
        f"{', '.join(RECORDINGS)} are"
    )


def frame_rate(times: np.ndarray, name: str) -> float:
    """Frames a second of times in seconds.

    Raises
    ------
    ValueError
        If the times do not rise.
    """
    steps = np.diff(np.asarray(times, dtype=float))
    if len(steps) < 1 or not np.all(steps > 0):
        raise ValueError(f"{name}: times must rise from frame to frame; sort the rows")
    return float(1 / np.median(steps))


def on_even_times(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Traces at even times, gaps of more than 1.5 frames left as NaN, shape (n_times, n_nodes)."""
    step = float(np.median(np.diff(times)))
    even = np.arange(times[0], times[-1] + step / 2, step)
    after = np.clip(np.searchsorted(times, even), 1, len(times) - 1)
    apart = (times[after] - times[after - 1]) > 1.5 * step
    found = np.stack([np.interp(even, times, column) for column in values.T], axis=1)
    near = np.minimum(np.abs(even - times[after]), np.abs(even - times[after - 1]))
    found[apart & (near > 0.25 * step)] = np.nan
    return found


def _recording(path: Path, band: tuple[float, float]) -> Animal:
    """Amplitude envelopes of the EEG channels, or of all data channels where there is no EEG."""
    from scipy.ndimage import gaussian_filter1d

    from neurokit.files.recordings import events, read_recording

    raw = read_recording(path)
    low, high = band
    if not 0 < low < high < raw.info["sfreq"] / 2:
        raise ValueError(
            f"{path}: the band {low:g}-{high:g} Hz does not lie under half of "
            f"{raw.info['sfreq']:g} Hz; give another --band"
        )
    stimuli = tuple(
        Stimulus(one.sample / raw.info["sfreq"], one.duration, one.name) for one in events(raw)
    )
    kind = "eeg" if "eeg" in raw.get_channel_types() else "data"
    raw = raw.pick(kind).filter(low, high, verbose="error")
    raw.apply_hilbert(envelope=True, verbose="error")
    rate = raw.info["sfreq"] / ENVELOPE_RATE
    envelopes = gaussian_filter1d(raw.get_data(), 0.5 * rate, axis=1)
    frames = np.rint(np.arange(0, envelopes.shape[1], rate)).astype(int)
    frames = frames[frames < envelopes.shape[1]]
    return Animal(path.stem, envelopes[:, frames].T, ENVELOPE_RATE, tuple(raw.ch_names), stimuli)


def _archive(path: Path, sfreq: float | None) -> Animal:
    with np.load(path, allow_pickle=False) as archive:
        held = {name: archive[name] for name in archive.files}
    if "traces" not in held:
        if len(held) == 1:
            return _regions(str(path), sfreq)
        raise ValueError(
            f"{path} holds no array 'traces' but {', '.join(list(held)[:3])}; name them traces, "
            f"names and sfreq, or choose a series of regions as in {path}:{next(iter(held), '')}"
        )
    traces = held["traces"]
    columns = traces.shape[1] if traces.ndim == 2 else 0
    names = held.get("names", np.array([f"node {place + 1}" for place in range(columns)]))
    rate = held.get("sfreq", sfreq)
    if rate is None:
        raise _no_rate(path)
    stimuli: list[Stimulus] = []
    if "onset" in held:
        durations = held.get("duration", np.zeros(len(held["onset"])))
        labels = held.get("label", np.full(len(held["onset"]), "stimulus"))
        stimuli = [
            Stimulus(float(onset), float(duration), str(label))
            for onset, duration, label in zip(held["onset"], durations, labels, strict=True)
        ]
    behaviour = {
        name.removeprefix("behaviour_"): values
        for name, values in held.items()
        if name.startswith("behaviour_")
    }
    return Animal(path.stem, traces, float(rate), tuple(names), tuple(stimuli), behaviour)


def _no_rate(path: Any) -> ValueError:
    return ValueError(f"{path} does not say how many frames a second it has; give --sfreq")


def _table(path: Path, sfreq: float | None) -> Animal:
    import pandas as pd

    try:
        table = pd.read_csv(path, sep=None, engine="python", encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no table: {' '.join(str(error).split())}") from None
    table.columns = [str(name).strip() for name in table.columns]
    # pandas gives a name that stands twice a suffix; as it was written it must not pass
    written = _header(path, len(table.columns))
    clock = [name for name in table.columns if name.lower() in _CLOCKS]
    told = [name for name in table.columns if name.lower().startswith("behaviour:")]
    nodes = [name for name in table.columns if name not in (*clock, *told)]
    if not clock and all(_is_number(name) for name in nodes):
        return _regions(str(path), sfreq)  # without names above
    bad = [name for name in nodes if table[name].dtype.kind not in "fiu"]
    if bad:
        raise ValueError(
            f"{path}: column {bad[0]} holds words; call it behaviour:{bad[0]}, or leave it out"
        )
    if not clock and sfreq is None:
        raise _no_rate(path)
    names = [name for name, kept in zip(written, table.columns, strict=True) if kept in nodes]
    values = table[nodes].to_numpy(float)
    behaviour = {name.split(":", 1)[1].strip(): table[name].to_numpy() for name in told}
    times = table[clock[0]].to_numpy(float) if clock else np.arange(len(table)) / float(sfreq or 1)
    rate = frame_rate(times, str(path))
    stimuli = tuple(one._replace(onset=one.onset - times[0]) for one in _stimuli_beside(path))
    if np.ptp(np.diff(times)) > 0.02 / rate:
        if behaviour:
            raise ValueError(
                f"{path}: frames are not evenly spaced, and behaviour cannot be resampled with "
                "them; give even times"
            )
        values = on_even_times(times, values)
    return Animal(path.stem, values, rate, tuple(names), stimuli, behaviour)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _header(path: Path, n_columns: int) -> list[str]:
    """Names as they stand above a table."""
    import csv

    with open(path, encoding="utf-8-sig", newline="") as file:
        line = file.readline()
    for separator in (",", "\t", ";"):
        cells = next(csv.reader([line], delimiter=separator))
        if len(cells) == n_columns:
            return [cell.strip() for cell in cells]
    raise ValueError(f"{path}: the first line does not name each column; separate by commas")


def _stimuli_beside(path: Path) -> tuple[Stimulus, ...]:
    import pandas as pd

    beside = path.with_name(f"{path.stem}.stimuli.csv")
    if not beside.is_file():
        return ()
    table = pd.read_csv(beside, sep=None, engine="python")
    if missing := [name for name in ("onset", "duration", "label") if name not in table]:
        raise ValueError(
            f"{beside} has no column {missing[0]}; it needs onset and duration in seconds, and "
            "label"
        )
    return tuple(
        Stimulus(float(row["onset"]), float(row["duration"]), str(row["label"]))
        for row in table.to_dict("records")
    )


def _regions(path: str, sfreq: float | None) -> Animal:
    from neurokit.images.region_series import is_correlation, read_regions

    values, names = read_regions(path)
    if is_correlation(values):
        raise ValueError(f"{path} holds correlations, which have no time; give series")
    if sfreq is None:
        raise _no_rate(path)
    names = names or tuple(f"region {place + 1}" for place in range(values.shape[1]))
    stem = path.rpartition(":")[2] if ".npz:" in path.lower() else Path(path).stem
    return Animal(stem, values, sfreq, names)
