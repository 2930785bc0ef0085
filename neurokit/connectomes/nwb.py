"""Traces of neurons from NWB files, with stimuli and behaviour where they stand in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from neurokit.connectomes.files import frame_rate, on_even_times
from neurokit.connectomes.traces import Animal, Stimulus

_PREFERRED = ("dff", "df/f", "dfoverf", "denoised", "signal", "fluorescence")
_NAME_COLUMNS = ("neuron_name", "ID_labels", "ID_label", "label", "name", "neuron", "cell_name")


def read_nwb(path: Path) -> Animal:
    """Read the first response series of a file, its regions' names, intervals and behaviour.

    Parameters
    ----------
    path : Path

    Returns
    -------
    animal : Animal
        Named after the subject, or the file. Regions without a name are numbered.

    Raises
    ------
    ValueError
        If pynwb is not installed, or there is no response series.
    """
    try:
        from pynwb import NWBHDF5IO
    except ImportError:
        raise ValueError("NWB files need pynwb; pip install 'neurokit-bci[nwb]'") from None
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of namespaces that are cached in other versions
        with NWBHDF5IO(str(path), "r", load_namespaces=True) as file:
            return _animal(file.read(), path)


def _animal(content: Any, path: Path) -> Animal:
    series = _responses(content, path)
    values = np.asarray(series.data[:], dtype=float)
    names = _names(series, values.shape[1])
    if series.rate:
        rate, start = float(series.rate), float(series.starting_time or 0.0)
    else:
        times = np.asarray(series.timestamps[:], dtype=float)
        rate, start = frame_rate(times, path.name), float(times[0])
        values = on_even_times(times, values)
    subject = content.subject.subject_id if content.subject is not None else None
    stimuli = sorted(
        one._replace(onset=one.onset - start) for one in (*_intervals(content), *_shown(content))
    )
    return Animal(
        str(subject or path.stem),
        values,
        rate,
        names,
        tuple(stimuli),
        _behaviour(content, start + np.arange(len(values)) / rate),
    )


def _responses(content: Any, path: Path) -> Any:
    """The response series whose name says dF/F, or else the first."""
    found = [one for one in content.objects.values() if type(one).__name__ == "RoiResponseSeries"]
    found = [one for one in found if np.ndim(one.data) == 2]
    if not found:
        raise ValueError(
            f"{path} holds no traces (RoiResponseSeries); extract them, or give another file"
        )
    for word in _PREFERRED:
        for one in found:
            if word in one.name.lower() or (
                one.parent is not None and word in one.parent.name.lower()
            ):
                return one
    return found[0]


def _names(series: Any, n_nodes: int) -> tuple[str, ...]:
    """Names of the regions, from the columns that people give them; numbers for the others."""
    table = series.rois.table
    rows = list(series.rois.data[:])
    column = next((name for name in _NAME_COLUMNS if name in table.colnames), None)
    words = [] if column is None else [str(table[column][row]).strip() for row in rows]
    words += [""] * (n_nodes - len(words))
    return tuple(
        word if word and word.lower() not in ("nan", "none") else f"#{place + 1}"
        for place, word in enumerate(words)
    )


def _intervals(content: Any) -> list[Stimulus]:
    """Rows of the tables of intervals: epochs, trials and what else there is."""
    found = []
    for name, table in dict(content.intervals or {}).items():
        word = next(
            (one for one in ("stimulus", "label", "condition", "tags") if one in table.colnames),
            None,
        )
        for row in range(len(table)):
            start, stop = float(table["start_time"][row]), float(table["stop_time"][row])
            label = name if word is None else _word(table[word][row])
            found.append(Stimulus(start, stop - start, label))
    return found


def _word(value: Any) -> str:
    return (
        ", ".join(map(str, value)) if isinstance(value, list | tuple | np.ndarray) else str(value)
    )


def _shown(content: Any) -> list[Stimulus]:
    """Annotations among the stimuli: words with times, and no duration."""
    return [
        Stimulus(float(time), 0.0, str(word))
        for one in content.stimulus.values()
        if type(one).__name__ == "AnnotationSeries"
        for time, word in zip(one.timestamps[:], one.data[:], strict=True)
    ]


def _behaviour(content: Any, times: np.ndarray) -> dict[str, np.ndarray]:
    """One-dimensional series of the module behavior, at the frames of the traces."""
    if "behavior" not in content.processing:
        return {}
    found = {}
    for one in content.objects.values():
        module = one.get_ancestor("ProcessingModule") if hasattr(one, "get_ancestor") else None
        if module is None or module.name != "behavior" or not hasattr(one, "data"):
            continue
        if (
            not hasattr(one, "rate")
            or np.ndim(one.data) != 1
            or np.asarray(one.data).dtype.kind not in "fiu"
        ):
            continue
        own = (
            np.asarray(one.timestamps[:], dtype=float)
            if one.timestamps is not None
            else float(one.starting_time or 0.0) + np.arange(len(one.data)) / one.rate
        )
        found[one.name] = np.interp(times, own, np.asarray(one.data[:], dtype=float))
    return found
