"""Pseudo-online evaluation: a decoder that meets a recording window by window, idle and all.

Offline scores ask which task a trial was, and are told when it was. A decoder in use is told
nothing: it also has to know when there is no task at all. Here overlapping windows run over the
whole recording, what lies between tasks is a class of its own, filters see the past only, and no
sample is both learnt from and tested on [1]_. Idle windows outnumber the others, so that saying
"idle" all the time is accurate and useless: accuracy is not used, but the normalised Matthews
correlation coefficient, 0.5 for any decoder that ignores the signals. How the classes are weighted
in training is the pipeline's matter (``class_weight``), or that of ``thin_idle``.

References
----------
.. [1] I. Carrara and T. Papadopoulo, 2023, doi:10.48550/arXiv.2308.11656.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

IDLE = "idle"
_REST = ("rest", "idle")
_ELSE = "\0something else"  # a task that was not asked for: neither a class nor idle


class Task(NamedTuple):
    """A stretch of a recording in which one thing was done."""

    start: float  # seconds from the first sample
    stop: float
    name: str | None  # None: not one of the classes, and not idle either


def windows(
    raw: Any,
    tasks: Sequence[Task],
    *,
    length: float = 2.0,
    step: float = 0.5,
    band: tuple[float, float] = (8.0, 32.0),
    label: str = "majority",
    channels: Sequence[str] | None = None,
    resample: float | None = None,
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Cut a recording into overlapping windows, filtered as they would have been online.

    Parameters
    ----------
    raw : mne.io.Raw
        The whole recording.
    tasks : sequence of Task
        What was done when; the rest is idle.
    length, step : float
        Length of a window, and from the start of one to that of the next, in seconds.
    band : tuple of float
        Hertz. A Butterworth band-pass of order 4 that runs forward only; it starts as if the first
        sample had lasted for ever.
    label : {"majority", "end"}
        The class that fills more than half of the window, else idle; or the class at its last
        sample. The second asks for a decision at once, when little of the task has been seen.
    channels : sequence of str, optional
        Names; all EEG channels by default.
    resample : float, optional
        Sampling rate in hertz, a whole fraction of the recording's and at least 2.5 times the
        upper edge of the band; every so many samples are kept after the filter.

    Returns
    -------
    X : array, shape (n_windows, n_channels, n_times)
        In volts, as ``raw``.
    y : array of str, shape (n_windows,)
        Name of the task, or "idle". Windows of tasks without a name are left out.
    metadata : DataFrame
        ``start`` and ``stop`` (samples of the resampled recording, the second exclusive),
        ``seconds`` (end of the window, when its decision is due) and ``task`` (tasks begun by
        then). Its ``attrs`` hold ``sfreq`` and ``ch_names``.

    Raises
    ------
    ValueError
        If the recording is shorter than a window, or an option is out of its range.
    """
    import pandas as pd

    if label not in ("majority", "end"):
        raise ValueError(f"label must be 'majority' or 'end', got {label!r}")
    ch_names, signals, sfreq = _causal(raw, band, channels, resample)
    size, hop = round(length * sfreq), round(step * sfreq)
    if size < 2 or hop < 1:
        raise ValueError(
            f"a window of {length:g} s every {step:g} s is less than two samples of one at "
            f"{sfreq:g} Hz; take longer ones"
        )
    n_times = signals.shape[1]
    if n_times < size:
        raise ValueError(
            f"the recording lasts {n_times / sfreq:g} s, a window {length:g} s; shorten the window"
        )
    starts = np.arange(0, n_times - size + 1, hop)
    names, active = _states(tasks, n_times, sfreq)
    picked = _majority(active, starts, size) if label == "majority" else active[starts + size - 1]
    begun = np.searchsorted(sorted(task.start for task in tasks), (starts + size) / sfreq)
    y = np.array(names)[picked]
    kept = y != _ELSE
    X = np.lib.stride_tricks.sliding_window_view(signals, size, axis=1)[:, starts[kept]]
    metadata = pd.DataFrame(
        {"start": starts, "stop": starts + size, "seconds": (starts + size) / sfreq, "task": begun}
    )
    metadata = metadata[kept].reset_index(drop=True)
    metadata.attrs = {"sfreq": sfreq, "ch_names": ch_names}
    return np.ascontiguousarray(X.swapaxes(0, 1)), y[kept], metadata


def _causal(
    raw: Any, band: tuple[float, float], channels: Sequence[str] | None, resample: float | None
) -> tuple[list[str], np.ndarray, float]:
    """Names and signals of channels, filtered forward only and thinned, and their rate."""
    from scipy.signal import butter, sosfilt, sosfilt_zi

    sfreq = float(raw.info["sfreq"])
    if not 0 < band[0] < band[1] < sfreq / 2:
        raise ValueError(
            f"band must lie between 0 and {sfreq / 2:g} Hz, half the sampling rate, "
            f"got {band[0]:g}-{band[1]:g} Hz"
        )
    every = 1 if resample is None else round(sfreq / resample)
    if resample is not None and (
        every < 1 or abs(every * resample - sfreq) > 1e-6 * sfreq or resample < 2.5 * band[1]
    ):
        raise ValueError(
            f"resample must be {sfreq:g} Hz divided by a whole number and at least "
            f"{2.5 * band[1]:g} Hz, 2.5 times the upper edge of the band, got {resample:g}"
        )
    chosen = raw.copy().pick("eeg" if channels is None else list(channels))
    signals = chosen.get_data()
    sections = butter(4, band, "bandpass", fs=sfreq, output="sos")
    settled = sosfilt_zi(sections)[:, None] * signals[:, :1]
    filtered, _ = sosfilt(sections, signals, axis=1, zi=settled)
    return chosen.ch_names, filtered[:, ::every], sfreq / every


def _states(tasks: Sequence[Task], n_times: int, sfreq: float) -> tuple[list[str], np.ndarray]:
    """Names of the states, idle first, and which of them holds at each sample."""
    names = [IDLE, *dict.fromkeys(_ELSE if task.name is None else task.name for task in tasks)]
    active = np.zeros(n_times, dtype=np.int64)
    for task in tasks:
        span = slice(max(0, round(task.start * sfreq)), max(0, round(task.stop * sfreq)))
        active[span] = names.index(_ELSE if task.name is None else task.name)
    return names, active


def _majority(active: np.ndarray, starts: np.ndarray, size: int) -> np.ndarray:
    """State that fills more than half of each window; idle (0) where none does."""
    picked = np.zeros(len(starts), dtype=np.int64)
    for state in range(1, active.max() + 1):
        count = np.concatenate([[0], np.cumsum(active == state)])
        picked[count[starts + size] - count[starts] > size / 2] = state
    return picked


def find_tasks(raw: Any, dataset: Any, wanted: Iterable[str]) -> list[Task]:
    """Read what was done when from a recording of a MOABB data set.

    A task lasts the data set's interval, as MOABB has it, after its event. Some go on longer (those
    of PhysionetMI for 4.1 s, of which the interval has 3): what follows counts as idle. Events
    called rest are idle too.

    Parameters
    ----------
    raw : mne.io.Raw
        One run.
    dataset : moabb.datasets.base.BaseDataset
        Its ``event_id`` and ``interval`` are used.
    wanted : iterable of str
        Names of the classes; other tasks are left out of the evaluation.
    """
    from moabb.datasets.preprocessing import RawToEvents

    sfreq, first = raw.info["sfreq"], raw.first_samp
    names = {code: name for name, code in dataset.event_id.items()}
    begin, end = dataset.interval
    wanted = set(wanted)
    tasks = []
    for sample, _, code in RawToEvents(dataset.event_id, dataset.interval).transform(raw):
        name = names[code]
        if name in _REST:
            continue
        onset = float((sample - first) / sfreq)
        tasks.append(Task(onset + begin, onset + end, name if name in wanted else None))
    return tasks


def load_windows(
    dataset: Any, subjects: Sequence[Any], wanted: Iterable[str], **options: Any
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Cut all runs of some subjects of a MOABB data set into windows.

    Parameters
    ----------
    dataset : moabb.datasets.base.BaseDataset
        Where from.
    subjects : sequence
        Which.
    wanted : iterable of str
        Names of the classes beside idle. A run in which none occurs is left out.
    **options
        Of ``windows``.

    Returns
    -------
    X : array, shape (n_windows, n_channels, n_times)
        In the data set's unit, microvolts as a rule, as MOABB gives epochs.
    y : array of str, shape (n_windows,)
        Classes.
    metadata : DataFrame
        Columns subject, session, run, and those of ``windows``.

    Raises
    ------
    ValueError
        If no run holds any of the tasks.
    """
    import pandas as pd

    wanted = tuple(wanted)
    found = []
    for subject, sessions in dataset.get_data(subjects=list(subjects)).items():
        for session, runs in sessions.items():
            for run, raw in runs.items():
                tasks = find_tasks(raw, dataset, wanted)
                if not any(task.name for task in tasks):
                    continue
                X, y, rows = windows(raw, tasks, **options)
                for place, column in enumerate(("subject", "session", "run")):
                    rows.insert(place, column, str((subject, session, run)[place]))
                found.append((X * dataset.unit_factor, y, rows))
    if not found:
        raise ValueError(
            f"{dataset.code} subject {', '.join(map(str, subjects))} has no task called "
            f"{' or '.join(wanted)}; its events are {', '.join(dataset.event_id)}"
        )
    signals, labels, tables = zip(*found, strict=True)
    about = tables[0].attrs
    if other := next((table.attrs for table in tables if table.attrs != about), None):
        raise ValueError(
            f"the runs of {dataset.code} must have the same channels and sampling rate, got "
            f"{len(about['ch_names'])} at {about['sfreq']:g} Hz and {len(other['ch_names'])} at "
            f"{other['sfreq']:g} Hz; choose channels, or resample"
        )
    metadata = pd.concat(tables, ignore_index=True)
    metadata.attrs = about
    return np.concatenate(signals), np.concatenate(labels), metadata


def splits(
    metadata: pd.DataFrame, *, folds: int = 5, gap: int | None = None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Split each session's windows so that no sample is both learnt from and tested on.

    A session of several runs leaves out one run at a time. A single run is cut into stretches of
    equally many tasks, each tested in turn, and windows that come nearer than the gap to the
    stretch that is tested are not learnt from. Runs and stretches before and after serve alike for
    training, so that a fold is no forecast.

    Parameters
    ----------
    metadata : DataFrame
        From ``load_windows``.
    folds : int
        Stretches of a single run.
    gap : int, optional
        Samples; the length of a window by default.

    Returns
    -------
    splits : list of (train, test)
        Arrays of row numbers, by session.

    Raises
    ------
    ValueError
        If a single run has fewer tasks than stretches.
    """
    metadata = metadata.reset_index(drop=True)
    made = []
    for (subject, session), rows in metadata.groupby(["subject", "session"], sort=False):
        runs = rows.run.unique()
        if len(runs) > 1:
            made += [
                (rows.index[rows.run != run].to_numpy(), rows.index[rows.run == run].to_numpy())
                for run in runs
            ]
            continue
        tasks = rows.task.unique()
        if len(tasks) < folds:
            raise ValueError(
                f"session {session} of subject {subject} has one run of {len(tasks)} tasks, "
                f"which {folds} folds cannot share; take fewer folds"
            )
        made += [_stretch(rows, some, gap) for some in np.array_split(tasks, folds)]
    return made


def _stretch(
    rows: pd.DataFrame, tasks: np.ndarray, gap: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Test the windows of some neighbouring tasks, learn from those that keep their distance."""
    test = rows[rows.task.isin(tasks)]
    margin = int((rows.stop - rows.start).max()) if gap is None else gap
    far = (rows.stop <= test.start.min() - margin) | (rows.start >= test.stop.max() + margin)
    return rows.index[far].to_numpy(), test.index.to_numpy()


def thin_idle(
    y: np.ndarray, train: np.ndarray, *, ratio: float = 1.0, random_state: int | None = None
) -> np.ndarray:
    """Drop idle windows from a training set, by chance; never from a test set.

    Parameters
    ----------
    y : array of str, shape (n_windows,)
        Classes of all windows.
    train : array of int
        Rows of the training set.
    ratio : float
        Idle windows that stay, for each window of the most frequent task.
    random_state : int, optional
        Seed.

    Returns
    -------
    train : array of int
        Fewer rows, in the same order.
    """
    labels = np.asarray(y)[train]
    idle = np.flatnonzero(labels == IDLE)
    _, counts = np.unique(labels[labels != IDLE], return_counts=True)
    most = round(ratio * counts.max()) if len(counts) else len(idle)
    if len(idle) <= most:
        return train
    dropped = np.random.default_rng(random_state).permutation(idle)[most:]
    return np.delete(train, dropped)
